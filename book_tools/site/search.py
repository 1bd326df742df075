"""What the site's own search knows: each section of the book, with its address.

The written pages are read once more, section by section, without what no reader looks
for: hidden source, solutions, checks, what a quiz says of an answer. The entries of
the glossary and of the package's reference count as sections. What readers asked is
credited to the sections that answer it. The page that searches loads all this as a
script, so that it works from a folder as well, and ranks it with MiniSearch.
"""

import json
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup, SoupStrainer
from sphinx.errors import ExtensionError
from sphinx.search.en import SearchEnglish

SYNONYMS = Path(__file__).with_name("synonyms.toml")
INDEX = Path("_static/search-index.js")
# What Sphinx' own search would need.
UNUSED = ("searchtools.js", "language_data.js", "sphinx_highlight.js")
UNREAD = (
    ".headerlink, .viewcode-link, .katex-html, annotation, .katex-display, style,"
    " details.above-input, .tag_check, details.solution, .quiz-feedback,"
    " .citation-list, .field-list, .caption-number, .number-differs, .imprint,"
    " .copybtn, details.guard"
)
ENTRIES = "dl.glossary > dt[id], dl.py > dt[id]"
SECTIONS = f"section[id], {ENTRIES}"
CODE = ".cell_input, .cell_output, div.highlight, table.dataframe"
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}(?:=\d+)?")
MADE_UP = re.compile(r"id\d+$")  # an anchor without a name of its own
FRAME = 3  # a heading that stands on so many pages is part of their frame


@dataclass
class Section:
    """A section of a page, or an entry of a list of terms or functions."""

    url: str
    page: str
    title: str
    text: str
    code: str
    asked: str = ""
    minor: bool = False

    def record(self):
        """Return what the page that searches is given."""
        return {name: value for name, value in vars(self).items() if value}


def plain(element):
    """Return the text of an element in one line."""
    return re.sub(r"\s+", " ", element.get_text()).strip()


def cut_heading(part):
    """Take the heading or the name of a part out of it; return its text."""
    if part.name == "dt":
        return plain(part.extract()).partition("(")[0].removeprefix("class ")
    heading = part.find(re.compile("^h[1-6]$"), recursive=False)
    return plain(heading.extract()) if heading else ""


def cut_code(part):
    """Take code, its output and tables of numbers out of a part; return its words."""
    blocks = part.select(CODE)
    words = [word for block in blocks for word in WORD.findall(block.get_text(" "))]
    for block in blocks:
        block.extract()
    return " ".join(dict.fromkeys(words))


def anchor_of(part):
    """Return the anchor of a part: its label, which outlives a new title."""
    labels = [tag["id"] for tag in part.find_all("span", id=True, recursive=False)]
    return next((name for name in labels if not MADE_UP.match(name)), part["id"])


def read_page(name, html):
    """Return the sections of a page in their order, which holds each anchor, and more.

    What readers asked is the third, each question with the places of its answer.
    """
    only = SoupStrainer("article")
    article = BeautifulSoup(html, "html.parser", parse_only=only).article
    if article is None or not article.select_one("h1"):
        raise ExtensionError(f"search: {name} has no article with a title")
    for tag in article.select(UNREAD):
        tag.extract()
    found, holder = [], {}
    asked = read_questions(name, article)
    for part in reversed(article.select(SECTIONS)):  # what is inside comes first
        entry, anchor, top = part.name == "dt", anchor_of(part), part.h1 is not None
        body = (part.find_next_sibling("dd") if entry else part) or part
        ids = {part["id"], *(tag["id"] for tag in body.select("[id]"))}
        title, code, text = cut_heading(part), cut_code(body), plain(body.extract())
        url = f"{name}.html" if top else f"{name}.html#{anchor}"
        # What one looks up counts less than the text that explains it.
        minor = "." in title if entry else not name.startswith("chapters/")
        section = Section(url, "", title, text, code, minor=minor)
        found.append(section)
        holder |= {f"{name}.html#{each}": section for each in ids}
        if top:
            holder[f"{name}.html"] = section
    for section in found:
        section.page = found[-1].title
    return found[::-1], holder, asked


def read_questions(name, article):
    """Return what readers asked, each question with the places of its answer."""
    questions = []
    for paragraph in article.select('[id="readers-questions"] p:has(> strong)'):
        question = plain(paragraph.strong).partition(". ")[2]
        links = [tag["href"] for tag in paragraph.select("a.internal[href]")]
        questions += [(question, urljoin(f"{name}.html", link)) for link in links]
    return questions


def read_site(outdir, names, read=read_page):
    """Return the sections of the pages with these names; `read` reads one."""
    sections, holder, questions = [], {}, []
    for name in names:
        html = (outdir / f"{name}.html").read_text(encoding="utf-8")
        found, places, asked = read(name, html)
        sections += found
        holder |= places
        questions += asked
    for question, place in questions:
        if place in holder:
            holder[place].asked += f" {question}"
    repeated = Counter(section.title for section in sections)
    for section in sections:
        section.minor |= repeated[section.title] >= FRAME
    return [each for each in sections if each.title and (each.text or each.code)]


def script_of(sections):
    """Return the script that gives the page that searches what it needs."""
    language = SearchEnglish({})
    book = {
        "sections": [section.record() for section in sections],
        "synonyms": tomllib.loads(SYNONYMS.read_text(encoding="utf-8")),
        "stopwords": sorted(language.stopwords),
    }
    data = json.dumps(book, ensure_ascii=False, separators=(",", ":"))
    return f"{language.js_stemmer_code}\nvar BOOK = {data};\n"


def write_index(app, exception):
    """Write what the page that searches loads; drop what Sphinx' own would load."""
    if exception is not None or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    read = partial(app.kept.value, read_page)
    sections = read_site(outdir, sorted(app.env.found_docs), read)
    (outdir / INDEX).write_text(script_of(sections), encoding="utf-8")
    for name in UNUSED:
        (outdir / "_static" / name).unlink(missing_ok=True)


def use_own(app):
    """Keep Sphinx from making an index of its own."""
    app.builder.search = False


def add_page(app):
    """Add the page that searches, which Sphinx makes for its own search alone."""
    return [("search", {"title": "Search"}, "search.html")]


def setup(app):
    """Register the index, to be written from the finished pages."""
    app.connect("builder-inited", use_own)
    app.connect("html-collect-pages", add_page)
    app.connect("build-finished", write_index, priority=800)
