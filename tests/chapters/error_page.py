"""The page of errors: its entries, and a run of each."""

import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass

ENTRY = re.compile(
    r"(?ms)^\((?P<label>[\w-]+)\)=\n### (?P<heading>[^\n]+)\n"
    r"(?P<body>.*?)(?=^\([\w-]+\)=\n#|^## |\Z)"
)
GROUP = re.compile(r"(?m)^## (.+)$")
BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
SPAN = re.compile(r"(`+)(.+?)\1")
TERMINAL = re.compile(r"\x1b\[[\d;]*m")
NOT_HERE = "*Not provoked here"


@dataclass
class Entry:
    """A message, or a fault without one, and what the page says of it."""

    label: str
    heading: str
    body: str
    group: str

    def __post_init__(self):
        self.blocks = BLOCK.findall(self.body)
        self.kinds = [kind for kind, _ in self.blocks]
        self.texts = [text for _, text in self.blocks]
        parts = [part.strip() for part in BLOCK.split(self.body)[::3]]
        self.before, *self.between, self.after = parts
        self.silent = self.label.startswith("error-silent-")
        self.provoked = not self.before.startswith(NOT_HERE)


def read_page(page: str) -> tuple[str, list[Entry]]:
    """Return the code that all entries begin with, and the entries in order."""
    top = page[: GROUP.search(page).start()]
    groups = [(found.start(), found[1]) for found in GROUP.finditer(page)]
    entries = [
        Entry(
            **found.groupdict(),
            group=[name for at, name in groups if at < found.start()][-1],
        )
        for found in ENTRY.finditer(page)
    ]
    return BLOCK.search(top)[2], entries


def holds(message: str, text: str) -> bool:
    """Whether a message has all of a text: … is anything, and space is nothing."""
    pieces = [re.escape(bare(piece)) for piece in text.split("…")]
    return re.search(".*".join(pieces), bare(message)) is not None


def bare(text: str) -> str:
    """Return a text without white space, backticks and the terminal's colours."""
    return re.sub(r"[\s`]", "", TERMINAL.sub("", text))


def run(code: str, names: dict) -> str:
    """Execute a block, and return what it prints."""
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "errors.md", "exec"), names)  # noqa: S102
    return printed.getvalue()


def provoke(entry: Entry, names: dict) -> None:
    """Run what provokes a message or a fault; complain if the page says another."""
    said, shown = "", entry.texts[1]
    try:
        printed = run(entry.texts[0], names)
    except Exception as error:
        if entry.silent:
            raise
        said = f"{type(error).__name__}: {error}"
    if entry.silent:
        assert printed == shown, f"{entry.label} prints {printed!r}"
        return
    assert said, f"{entry.label} raises nothing"
    assert said.split(":")[0] == shown.split(":")[0], f"{entry.label}: {said}"
    assert holds(said, shown), f"{entry.label} says: {said}"
    first = SPAN.search(entry.heading)[2]
    assert holds(said, first), f"no {first!r}, the heading, in: {said}"


def cure(entry: Entry, names: dict) -> None:
    """Run the cure on what the provoking lines left, and compare what it prints."""
    printed = run(entry.texts[2], names)
    shown = entry.texts[3] if entry.silent else ""
    assert printed == shown, f"the cure of {entry.label} prints {printed!r}"
