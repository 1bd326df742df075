"""Some chapters of the book, as a book of their own: links to the others lead out.

Each link to a page, a section or a figure that is not there becomes one to the public
book, in the text itself, so that it works on the site and in JupyterLab alike.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from nbformat import NotebookNode

from book_tools.chapters import read_notebook

HEADING = re.compile(r"(?m)^#+ (.+)$")
LABEL = re.compile(r"(?m)^\(([\w-]+)\)=\n+(?:#+ (.+))?")
NAMED = re.compile(
    r"(?m)^[:`]{3,}\{(?:exercise-start|figure)\}[ \t]*([^\n]*)\n(?::.*\n)*?"
    r":(?:label|name): (\S+)"
)
ROLE = re.compile(r"\{(?P<role>doc|ref|numref)\}`(?P<inside>[^`]+)`")
WITH_TEXT = re.compile(r"(?s)(?P<text>.+?)\s*<(?P<target>[^<>]+)>")
LINK = re.compile(
    r"\]\((?:\.\./)?(?:chapters/)?(?P<page>[\w-]+)\.(?:ipynb|md|html)"
    r"(?P<anchor>#[\w-]+)?\)"
)
BUTTON = re.compile(r"(\{(?:button-ref|colab-button)\}[ \t]*)chapters/([\w-]+)")
ONLY = re.compile(
    r"(?ms)^% only in the (?P<book>whole|open) book(?:: (?P<name>\w+))?\n(?P<text>.*?)"
    r"^% end\n"
)
LATER = re.compile(r"(?ms)^(```\{chapter-cards\}\n).*?^```")


@dataclass
class Elsewhere:
    """The pages that are left out, and what there is to link to on each."""

    base: str
    titles: dict[str, str] = field(default_factory=dict)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, path: Path) -> None:
        """Note a chapter that is left out, with its sections, figures and exercises."""
        notebook = read_notebook(path)
        texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
        whole = "\n\n".join(texts)
        title = HEADING.search(whole)
        self.titles[path.stem] = title[1].strip() if title else path.stem
        for label, heading in LABEL.findall(whole):
            self.labels[label] = (path.stem, heading.strip())
        for words, label in NAMED.findall(whole):
            self.labels[label] = (path.stem, words.strip())
        for cell in notebook.cells:
            name = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
            if name:
                self.labels[name] = (path.stem, "")

    def lead_out(self, text: str) -> str:
        """Return a text whose links to what is left out lead to the public book."""
        text = ROLE.sub(self._role, text)
        return LINK.sub(self._link, text)

    def _role(self, found: re.Match) -> str:
        parts = WITH_TEXT.fullmatch(found["inside"])
        text, target = (parts["text"], parts["target"]) if parts else ("", found[2])
        if found["role"] == "doc":
            page, words, anchor = target.rpartition("/")[2], "", ""
        else:
            page, words = self.labels.get(target, ("", ""))
            anchor = f"#{target}"
        if page not in self.titles:
            return found[0]
        title = self.titles[page]
        if found["role"] == "numref":  # its number is that of a page elsewhere
            text, words = "", f"a figure of {title}"
        return f"[{text or words or title}]({self._address(page)}{anchor})"

    def _link(self, found: re.Match) -> str:
        if found["page"] not in self.titles:
            return found[0]
        return f"]({self._address(found['page'])}{found['anchor'] or ''})"

    def _address(self, page: str) -> str:
        return f"{self.base}chapters/{page}.html"


def find_elsewhere(
    chosen: Iterable[Path], all_: Iterable[Path], base: str
) -> Elsewhere:
    """Return what a choice of chapters leaves out."""
    elsewhere, kept = Elsewhere(base), {path.stem for path in chosen}
    for path in all_:
        if path.stem not in kept:
            elsewhere.add(path)
    return elsewhere


def lead_notebook_out(notebook: NotebookNode, elsewhere: Elsewhere) -> None:
    """Change the links of a notebook, in its text and under its figures."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = elsewhere.lead_out(cell.source)
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if "caption" in figure:
            figure["caption"] = elsewhere.lead_out(figure["caption"])


def lead_page_out(text: str, elsewhere: Elsewhere, first: str) -> str:
    """Change the links of a page; its buttons lead to the `first` chapter there is."""

    def other(found: re.Match) -> str:
        name = first if found[2] in elsewhere.titles else found[2]
        return f"{found[1]}chapters/{name}"

    if elsewhere.titles:
        text = BUTTON.sub(other, text)
        text = LATER.sub(r"\1```", text)
    return elsewhere.lead_out(text)


def cut_contents(text: str, keep: Callable[[str], bool]) -> dict:
    """Return a table of contents with some pages only, without parts left empty."""
    contents = yaml.safe_load(text)
    for part in contents["parts"]:
        part["chapters"] = [p for p in part["chapters"] if keep(p["file"])]
    contents["parts"] = [part for part in contents["parts"] if part["chapters"]]
    return contents


def cut_regions(text: str, gone: set[str], put: Callable[[str], str]) -> str:
    """Return a page without what is only for some books; `put` gives what stands there.

    The "whole" book has all its chapters, the "open" one its solutions.
    """

    def choose(found: re.Match) -> str:
        if found["book"] not in gone:
            return found["text"]
        return put(found["name"]) if found["name"] else ""

    return ONLY.sub(choose, text)
