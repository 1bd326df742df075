"""What the landing page says of the chapters comes from their notebooks."""

import re
import shutil

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from book_tools.site.book import Book
from book_tools.site.facts import read_facts
from tests.chapters.small_chapter import ALT, figure
from tests.site import small_book

FIRST = "# 01 Small\n\n**How small?**\n\nSmaller."
NEEDS = "## What you need\n\nNothing. About 25 minutes."
TOLD = "A chapter that is as small as a chapter can be, and tells what a dot is like."
ABOUT = small_book.ABOUT | {"book": {"description": TOLD, "figure": "dot"}}
CARDS = """\
# A small book

```{{chapter-cards}}
{}
```

```{{chapter-figure}} 01 {}
Where a dot *is*.
```

:::{{colab-button}} chapters/01-small
Run it
:::
"""


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a chapter with facts, or with other ones."""
    (tmp_path / "chapters").mkdir()

    def written(first=FIRST, needs=NEEDS, about=ABOUT, alt=ALT):
        drawn = figure()
        drawn.id, drawn.metadata.mystnb.image.alt = "dot", alt
        cells = [new_markdown_cell(first), new_markdown_cell(needs), drawn]
        path = tmp_path / small_book.CHAPTER
        nbformat.write(new_notebook(cells=cells, metadata=about), path)
        return path

    return written


def test_facts_are_what_the_notebook_says(write):
    facts = read_facts(write())
    assert (facts.title, facts.question) == ("01 Small", "How small?")
    assert (facts.minutes, facts.description) == (25, TOLD)
    ending, content, alt = facts.figure
    assert (ending, content[:4], alt) == (".png", b"\x89PNG", ALT)


def told(**changes):
    return ABOUT | {"book": ABOUT["book"] | changes}


LACKS = {
    "number": ({"first": "# Small\n\n**How?**\n\nSo."}, "begins with '# Small"),
    "another-number": ({"first": FIRST.replace("01", "02")}, "expected '# 01 Name'"),
    "question": ({"first": "# 01 Small\n\nHow small?\n\nSo."}, r"\*\*The question\?"),
    "minutes": ({"needs": "## What you need\n\nTime."}, "does not say 'About"),
    "description": (
        {"about": told(description="")},
        "has 0 characters, expected",
    ),
    "shorter": ({"about": told(description="x" * 161)}, "has 161 characters"),
    "figure": ({"about": told(figure="spot")}, "book.figure .* is 'spot'"),
    "alt-text": ({"alt": ""}, "a figure with an alt text"),
}


@pytest.mark.parametrize(("changes", "complaint"), LACKS.values(), ids=LACKS)
def test_what_a_notebook_lacks_is_said(write, changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        read_facts(write(**changes))


@pytest.fixture
def book(tmp_path, write):
    """Return a function that builds the small book with another landing page."""
    small_book.write_book(tmp_path / "book")
    shutil.copy(write(), tmp_path / "book" / small_book.CHAPTER)

    def built(later, cell="dot"):
        book = Book(tmp_path / "book")
        (book.root / "intro.md").write_text(CARDS.format(later, cell))
        book.make()
        return (book.site / "index.html").read_text("utf-8")

    return built


def test_the_landing_page_shows_chapters_that_are_here_and_to_come(book):
    from bs4 import BeautifulSoup

    page = BeautifulSoup(book("02 Larger: How large?"), "html.parser")
    here, later = page.select(".chapter-cards .sd-card")
    words = " ".join(here.text.split())
    assert words.startswith("01 Small How small? 25 minutes")
    assert here.select_one("a")["href"] == "chapters/01-small.html"
    assert here.img["alt"] == ALT
    assert " ".join(later.text.split()) == "02 Larger How large? still to come"
    assert not later.select("a, img")
    drawn = page.select_one("figure:not(.sd-card *)")
    assert drawn.img["alt"] == ALT
    assert drawn.figcaption.em.text == "is"
    address = f"blob/{small_book.BRANCH}/chapters/01-small.ipynb"
    colab = page.find("a", string=re.compile("Run it"))
    assert colab["href"].startswith("https://colab.research.google.com/github/")
    assert colab["href"].endswith(address)


@pytest.mark.parametrize(
    ("later", "cell", "complaint"),
    [
        ("01 Small: How small?", "dot", "it is here already; drop the line"),
        ("Larger", "dot", "expected '09 Name: question?'"),
        ("02 Larger: How?", "spot", "01-small.ipynb has no figure with an alt text"),
    ],
)
def test_a_card_or_figure_that_cannot_be_ends_the_build(
    book, capsys, later, cell, complaint
):
    with pytest.raises(SystemExit, match="not built"):
        book(later, cell)
    assert complaint in capsys.readouterr().err
