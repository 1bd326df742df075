"""The built pages as files: links, anchors, names and texts in place of images."""

from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bs4 import BeautifulSoup

from book_tools.site.book import Book

PAGES = Book().pages()


@pytest.fixture(scope="module")
def soups(site):
    """Return the parsed pages of the site by their path."""
    paths = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in paths
    }


@pytest.fixture(params=PAGES)
def path(request, site):
    """Return the file of a page."""
    return site / f"{request.param}.html"


@pytest.fixture
def soup(path, soups):
    """Return a page, which fails where one of the contents is not built."""
    return soups[path]


def test_links_and_anchors_lead_somewhere(path, soup, soups):
    lost = []
    for tag in soup.select("[href], [src]"):
        target = tag.get("href", tag.get("src"))
        if urlsplit(target).scheme or target.startswith("//"):
            continue
        address, anchor = urldefrag(target)
        address = unquote(urlsplit(address).path)
        there = (path.parent / address).resolve() if address else path
        into_page = anchor and there.suffix == ".html"
        if not there.is_file() or (
            into_page and not soups[there].find(id=unquote(anchor))
        ):
            lost.append(target)
    assert not lost


def test_ids_are_unique(soup):
    ids = [tag["id"] for tag in soup.select("article [id]")]
    assert len(ids) == len(set(ids))


def test_images_have_a_text_in_their_stead(soup):
    for image in soup.select("article img"):
        text = image.get("alt", "")
        assert len(text) > 20, f"{image['src']}: alt text {text!r}"
        assert text != image["src"]


def test_page_loads_nothing_from_elsewhere(soup):
    loading = "script[src], img[src], iframe[src], source[src]"
    loading += ", link[rel~=stylesheet], link[rel~=preload], link[rel~=icon]"
    for tag in soup.select(loading):
        address = tag.get("src") or tag["href"]
        assert not urlsplit(address).netloc, address


def test_page_names_its_licences_and_takes_reports(soup):
    assert len(soup.select("footer a[rel=license]")) == 2
    assert "issues/new" in soup.select_one(".number-differs a")["href"]
