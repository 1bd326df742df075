"""The lines of a table: how a value is written, and which lines are whole."""

from __future__ import annotations

import csv
import warnings
from ast import literal_eval
from io import BytesIO, StringIO
from pathlib import Path


def as_field(value, *, quoted: bool = False) -> str:
    """Return how a value stands in a table: on one line, None as an empty field.

    A text is written in quotes as in Python where it could be taken for another value,
    such as ``"1"`` or ``""``, where it holds a line break, and if `quoted`.
    """
    text = "" if value is None else str(value)
    plain = text_of(text) == text == text.strip() and not quoted
    quoted = isinstance(value, str) and not plain
    return repr(text) if quoted or not text.isprintable() else text


def text_of(field: str) -> str | None:
    """Return the text that a field stands for, or None if it is no text's."""
    if field[:1] in {"'", '"'}:
        try:
            return literal_eval(field)
        except (SyntaxError, ValueError):
            return field
    try:
        float(field)
    except ValueError:
        return None if field.lower() in {"", "true", "false"} else field
    return None


def known(field: str) -> str:
    """Return the one form of a field in which settings are compared."""
    text = text_of(field)
    return field if text is None else repr(text)


def as_line(fields) -> bytes:
    """Return a row as a line of a table."""
    line = StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(fields)
    return line.getvalue().encode()


def whole_lines(path: Path) -> tuple[bytes, list[list[str]]]:
    """Return the lines of a table without a last one that was cut, and its rows.

    Raises
    ------
    ValueError
        If a line before the last cannot be a row.

    Warns
    -----
    UserWarning
        If the table ended in half a line.
    """
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if half := data[len(whole) :].decode(errors="replace"):
        warnings.warn(
            f"{path} ended in half a line, as a kill leaves it: {half!r}. It does not "
            "count; run_grid drops it and does that run again.",
            stacklevel=2,
        )
    table = csv.reader((row.decode("utf-8-sig") for row in BytesIO(whole)), strict=True)
    rows: list[list[str]] = []
    line = 1
    try:
        for row in table:
            width = len((rows or [row])[0])
            if row and (len(row) != width or "\0" in "".join(row)):
                raise csv.Error(f"{len(row)} fields, expected {width} without a NUL")
            rows += [row] if row else []
            line = table.line_num + 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is damaged in line {line}: {error}. Mend or delete that line and "
            "call again: a run without a row is made again."
        ) from None
    return whole, rows
