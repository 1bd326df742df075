"""Cut a style sheet down to the rules that some page of the site can need.

A rule goes where each of its selectors asks for a class that stands in no page and in
no script. What scripts put together from parts, such as tooltips, is kept by name.
"""

import re
from collections.abc import Iterator
from pathlib import Path

SHEETS = ("styles/*.css", "*.css")  # of the theme and of extensions, under _static
WORD = re.compile(r"[A-Za-z_][\w-]*")
CLASSES = re.compile(r"""\bclass=(?:"([^"]*)"|'([^']*)')""")
WANTED = re.compile(r"\.([A-Za-z_][\w-]*)")
NEGATED = re.compile(r":(?:not|is|where)\([^()]*(?:\([^()]*\)[^()]*)*\)")
BUILT = re.compile("tooltip|popover|modal|dialog")
NESTED = ("@media", "@supports")
TOKEN = re.compile(r'/\*.*?\*/|"[^"]*"|\'[^\']*\'|[{};]|[^{};"\'/]+|/', re.DOTALL)


def names_in_use(outdir: Path) -> set[str]:
    """Return each class of the pages, and each word of the scripts."""
    names: set[str] = set()
    for path in outdir.rglob("*.html"):
        for found in CLASSES.findall(path.read_text(encoding="utf-8")):
            names.update("".join(found).split())
    for path in (outdir / "_static").rglob("*.js"):
        names.update(WORD.findall(path.read_text(encoding="utf-8")))
    return names


def split_rules(style: str) -> Iterator[tuple[str, str]]:
    """Give what stands before each outer brace of a style sheet, and what within.

    What has no braces, such as ``@charset``, comes with nothing within.
    """
    head, body, depth = "", "", 0
    for token in TOKEN.findall(style):
        depth += (token == "{") - (token == "}")
        if token == "}" and depth == 0:
            yield head, f"{body}}}"
            head, body = "", ""
        elif depth or token == "{":
            body += token
        elif token == ";" or token.startswith("/*"):
            yield head + token, ""
            head = ""
        else:
            head += token
    if head.strip():
        yield head, ""


def split_selectors(head: str) -> list[str]:
    """Split a list of selectors at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for letter in head:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def cut_style(style: str, names: set[str]) -> str:
    """Return a style sheet without the rules that no page can need."""

    def can_match(selector: str) -> bool:
        wanted = WANTED.findall(NEGATED.sub("", selector))
        return all(name in names or BUILT.search(name) for name in wanted)

    kept = []
    for head, body in split_rules(style):
        what = head.lstrip()
        if not body or (what.startswith("@") and not what.startswith(NESTED)):
            kept.append(head + body)
        elif what.startswith(NESTED):
            if inner := cut_style(body[1:-1], names):
                kept.append(f"{head}{{{inner}}}")
        elif selectors := [part for part in split_selectors(head) if can_match(part)]:
            kept.append(",".join(selectors) + body)
    return "".join(kept)


def cut_styles(outdir: Path) -> None:
    """Cut the style sheets of the theme and of extensions, in place."""
    names = names_in_use(outdir)
    for pattern in SHEETS:
        for path in (outdir / "_static").glob(pattern):
            style = cut_style(path.read_text(encoding="utf-8"), names)
            path.write_text(style, encoding="utf-8")
