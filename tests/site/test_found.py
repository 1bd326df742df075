"""What a sharer, a search engine and a lost visitor find."""

import io
import json
import re
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import urlopen
from xml.etree import ElementTree

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from PIL import Image

from book_tools.site import found, previews
from book_tools.site.book import Book
from book_tools.site.commands import Handler
from tests.site import small_book
from tests.site.test_browser import WIDE, faults

BASE = "https://reader.example.org/fork/"
INTRO = "What the book of the tests is about, in as many words as one would search for."
HEAD = f'---\nsubtitle: a test\ndescription: "{INTRO}"\n---\n\n'
WORDS = "All the words of the smallest book in alphabetical order; there are not many."
CONTENTS = "[{file: chapters/01-small}, {file: chapters/02-drawn}, {file: words}]"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"></svg>'
TITLE = f"{small_book.CONFIG['title']}: a test"
LOST = "a/b/c"
SMALL, DRAWN = "chapters/01-small", "chapters/02-drawn"
LARGEST = 60_000  # bytes of a picture that a link shows


def write_drawn(folder):
    """Write a second chapter, whose figure is a drawing."""
    chapter = nbformat.read(folder / small_book.CHAPTER, 4)
    for cell in chapter.cells:
        cell.source = cell.source.replace("01 Small", '02 "Drawn" & 1 < 2')
        cell.source = cell.source.replace("eq-h", "eq-g")
        cell.metadata.get("mystnb", {}).pop("figure", None)
        if cell.id == "dot":
            data = {"image/svg+xml": DRAWING, "text/plain": "<Figure>"}
            cell.outputs = [new_output("display_data", data)]
    del chapter.cells[3:-2]
    nbformat.write(chapter, folder / f"{DRAWN}.ipynb")


def write_book(folder):
    small_book.write_book(folder)
    write_drawn(folder)
    contents = f"format: jb-book\nroot: intro\nchapters: {CONTENTS}\n"
    (folder / "_toc.yml").write_text(contents)
    (folder / "intro.md").write_text(HEAD + small_book.INTRO)
    (folder / "words.md").write_text(f"# Words\n\n{WORDS}\n")


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    """Build a book as a fork's that has all kinds of pages."""
    book = Book(tmp_path_factory.mktemp("found") / "book")
    write_book(book.root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOK_BASE_URL", BASE)
        assert book.make()
    return book


class Pages(Handler):
    """Serve a site below /fork/, and its page for lost addresses elsewhere."""

    def translate_path(self, path):
        """Return the file behind an address."""
        inside = path.startswith(urlsplit(BASE).path)
        return super().translate_path(path.removeprefix("/fork") if inside else "/-")

    def send_error(self, code, message=None, explain=None):
        """Send the page for lost addresses."""
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(Path(self.directory, "404.html").read_bytes())


@pytest.fixture(scope="module")
def server(fork):
    """Return the address of the fork's site as a host serves it."""
    handler = partial(Pages, directory=str(fork.site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/fork/"
        server.shutdown()


def parse(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


def read(book, name):
    return parse(book.site / f"{name}.html")


def said(soup, name):
    """Return the one thing that a page's head says by a name."""
    (tag,) = soup.select(f'head meta[name="{name}"], head meta[property="{name}"]')
    return tag["content"]


def canonical(soup):
    (link,) = soup.select("link[rel=canonical]")
    return link["href"]


def data_of(soup):
    """Return what a page tells machines: its first thing, and those after it."""
    (script,) = soup.select('head script[type="application/ld+json"]')
    found = json.loads(script.string)
    assert found["@context"] == "https://schema.org"
    return found["@graph"]


def check_picture(soup, site, base):
    """Check that the picture of a page is there, as it says it is."""
    address = said(soup, "og:image")
    assert address.startswith(base)
    file = site / address.removeprefix(base)
    with Image.open(file) as image:
        size = tuple(
            int(said(soup, f"og:image:{side}")) for side in ("width", "height")
        )
        assert image.size == size == (1200, 630)
    assert file.stat().st_size <= LARGEST
    assert len(said(soup, "og:image:alt")) > 20
    assert said(soup, "twitter:card") == "summary_large_image"
    return file


@pytest.mark.parametrize(
    ("name", "title", "description"),
    [
        ("intro", TITLE, INTRO),
        ("index", TITLE, INTRO),
        (SMALL, f"01 Small — {small_book.CONFIG['title']}", small_book.DESCRIPTION),
        ("words", f"Words — {small_book.CONFIG['title']}", WORDS),
    ],
)
def test_a_list_of_results_shows_title_and_description(fork, name, title, description):
    soup = read(fork, name)
    assert [tag.text for tag in soup.select("title")] == [title]
    assert said(soup, "description") == said(soup, "og:description") == description
    assert soup.html["lang"] == "en-GB"


def test_a_link_that_is_sent_shows_title_question_and_picture(fork):
    pages = {name: read(fork, name) for name in fork.pages()}
    files = {check_picture(soup, fork.site, BASE) for soup in pages.values()}
    assert len(files) == 3  # one for each chapter, one for all others
    assert said(pages[SMALL], "og:title") == "01 Small: How small can a chapter be?"
    assert said(pages[DRAWN], "og:title").startswith('02 "Drawn" & 1 < 2: How')
    assert said(pages["intro"], "og:title") == TITLE
    assert said(pages["intro"], "og:type") == "website"
    assert said(pages[SMALL], "og:site_name") == small_book.CONFIG["title"]
    figure = pages[SMALL].select_one("figure img")["alt"]
    assert figure in said(pages[SMALL], "og:image:alt")
    assert figure not in said(pages[DRAWN], "og:image:alt")  # the card has none


def test_all_absolute_addresses_are_those_of_the_fork(fork):
    for name in [*fork.pages(), "index", "404", "search"]:
        assert small_book.SITE not in (fork.site / f"{name}.html").read_text()
    for name in fork.pages():
        soup = read(fork, name)
        own = BASE if name == "intro" else f"{BASE}{name}.html"
        assert canonical(soup) == said(soup, "og:url") == own
    assert canonical(read(fork, "index")) == BASE


def test_every_page_of_the_contents_is_in_the_site_map_once(fork):
    tree = ElementTree.parse(fork.site / "sitemap.xml")
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    listed = [tag.text for tag in tree.iter(f"{space}loc")]
    assert sorted(listed) == sorted(canonical(read(fork, n)) for n in fork.pages())
    robots = (fork.site / "robots.txt").read_text().splitlines()
    assert f"Sitemap: {BASE}sitemap.xml" in robots
    assert "Disallow: /" not in robots


def test_a_site_map_stays_whole_when_one_page_changes(fork):
    before = (fork.site / "sitemap.xml").read_text()
    words = fork.root / "words.md"
    words.write_text(f"{words.read_text()}\nA word.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOK_BASE_URL", BASE)
        assert fork.make()
    assert "A word." in read(fork, "words").text
    assert (fork.site / "sitemap.xml").read_text() == before


def test_machines_are_told_what_a_chapter_teaches_and_how_long_it_takes(fork):
    soup = read(fork, SMALL)
    chapter, way = data_of(soup)
    assert "LearningResource" in chapter["@type"]
    assert chapter["name"] == "Small"
    assert chapter["description"] == small_book.DESCRIPTION
    assert chapter["timeRequired"] == f"PT{small_book.MINUTES}M"
    assert chapter["position"] == 1
    assert chapter["isPartOf"]["url"] == BASE
    assert chapter["license"] == soup.select_one("footer a[rel=license]")["href"]
    assert chapter["inLanguage"] == "en-GB"
    points = ["say what a chapter is < a book, and what ", "count to three"]
    assert [text.partition("[")[0] for text in chapter["teaches"]] == points
    steps = [step["item"] for step in way["itemListElement"]]
    assert steps == [BASE, canonical(soup)]


def test_machines_are_told_of_all_chapters_by_the_landing_page(fork):
    (book,) = data_of(read(fork, "index"))
    assert "Book" in book["@type"]
    assert (book["name"], book["description"]) == (TITLE, INTRO)
    parts = [part["url"] for part in book["hasPart"]]
    assert parts == [f"{BASE}{name}.html" for name in (SMALL, DRAWN)]
    assert not read(fork, "words").select('[type="application/ld+json"]')


def test_a_page_for_lost_addresses_leads_back_from_any_depth(fork, server):
    with pytest.raises(HTTPError) as lost:
        urlopen(f"{server}{LOST}")
    assert lost.value.code == 404
    soup = BeautifulSoup(lost.value.read(), "html.parser")
    targets = [tag.get("href", tag.get("src")) for tag in soup.select("[href], [src]")]
    targets += [form["action"] for form in soup.select("article form[action]")]
    outside = [each for each in targets if not each.startswith("#")]
    links = {urljoin(f"{server}{LOST}", each) for each in outside}
    own = {link for link in links if link.startswith(server.removesuffix("fork/"))}
    for link in own:
        with urlopen(link) as answer:
            assert answer.status == 200, link
    pages = {link.removeprefix(server).removesuffix(".html") for link in own}
    assert {*fork.pages(), "search"} <= pages
    assert not soup.select("link[rel=canonical]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lost_visitor_sees_a_page_like_the_others(browser, server, scheme):
    with browser.new_context(color_scheme=scheme, viewport=WIDE) as context:
        page = context.new_page()
        wrong = faults(page, f"{server}404.html", scheme)
        assert {kind: what for kind, what in wrong.items() if what} == {}
        assert page.goto(f"{server}{LOST}").status == 404
        page.locator("article input[name=q]").fill("dot")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{server}search.html?q=dot*")


def test_bad_words_end_the_build_with_a_line_each(tmp_path, capsys):
    book = Book(tmp_path / "book")
    write_book(book.root)
    (book.root / "intro.md").write_text(
        HEAD.replace(INTRO, "Short.") + "# A book\n\nX."
    )
    (book.root / "words.md").write_text("# Words\n\n- one\n")
    chapter = book.root / f"{DRAWN}.ipynb"
    chapter.write_text(chapter.read_text().replace("minutes", "days"))
    with pytest.raises(SystemExit, match="not built"):
        book.make()
    lines = capsys.readouterr().err.splitlines()
    for start, what in (
        ("intro.md: WARNING: ", "description has 6 characters, expected 60 to 160"),
        ("words.md: WARNING: ", "no paragraph and no description in the front matter"),
        (f"{DRAWN}.ipynb: WARNING: ", "does not say 'About … minutes'"),
    ):
        (line,) = [line for line in lines if what in line]
        assert line.startswith(start)


def test_text_of_a_card_stays_in_its_room():
    folder = Path(found.__file__).parents[2] / "_static" / "fonts"
    font = previews.read_font(folder / previews.FONT.format(600))
    for text in ("10 Encoder-decoder", "word " * 30, "x"):
        face, lines = previews.set_text(font, 68, text, (440, 180))
        assert " ".join(lines).split() == text.split()
        assert max(map(face.getlength, lines)) <= 440
        assert len(lines) * face.size * previews.LINE <= 180
    assert face.size == 68


def test_a_card_shows_the_figure_beside_the_text():
    folder = Path(found.__file__).parents[2] / "_static" / "fonts"
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "#ff0000").save(stream, "png")
    card = previews.draw_card(folder, "Book", "01 Name", "Why?", stream.getvalue())
    with Image.open(io.BytesIO(card)) as image:
        pixels = image.convert("RGB")
    red = Image.eval(pixels.getchannel("G"), lambda value: 255 * (value == 0))
    left, top, right, bottom = red.getbbox()
    assert (right - left, bottom - top) == (580, 290)
    assert right <= 1200 - previews.EDGE
    text = pixels.crop((0, 150, left, 630)).convert("L").point(lambda v: 255 * (v < 99))
    assert text.getbbox()[2] < left


def test_the_book_colours_a_browser_as_its_pages(site):
    soup = parse(site / "index.html")
    style = (site / "_static/book.css").read_text()
    colours = {t["media"]: t["content"] for t in soup.select("meta[name=theme-color]")}
    assert len(colours) == 2
    dark = re.search(r"--pst-color-background: (#\w+)", style)[1]
    assert colours["(prefers-color-scheme: dark)"] == dark
    icon = soup.select_one("link[rel=apple-touch-icon]")["href"]
    with Image.open(site / icon) as image:
        assert image.size == (180, 180)


def test_each_page_of_the_book_is_described_in_words_of_its_own(site):
    soups = {name: parse(site / f"{name}.html") for name in Book().pages()}
    texts = {name: said(soup, "description") for name, soup in soups.items()}
    lengths = {name: len(text) for name, text in texts.items()}
    assert {n: size for n, size in lengths.items() if not 60 <= size <= 160} == {}
    assert len({*texts.values()}) == len(texts)
    assert not [name for name, text in texts.items() if text.endswith("…")]
    assert len({soup.title.text for soup in soups.values()}) == len(soups)
    for soup in soups.values():
        check_picture(soup, site, canonical(soups["intro"]))


def test_each_chapter_says_to_machines_what_its_page_says(site):
    names = [name for name in Book().pages() if re.match(r"chapters/\d\d-", name)]
    for name in names:
        soup = parse(site / f"{name}.html")
        chapter, _ = data_of(soup)
        minutes = int(re.fullmatch(r"PT(\d+)M", chapter["timeRequired"])[1])
        needs = soup.select_one("#what-you-need").text
        assert f"bout {minutes} minutes" in needs
        assert soup.h1.text.startswith(f"{chapter['position']:02} {chapter['name']}")
        points = soup.select("#what-you-will-learn li")
        assert len(chapter["teaches"]) == len(points) >= 3
    (book,) = data_of(parse(site / "index.html"))
    assert len(book["hasPart"]) == len(names)
