"""The built pages as files: links, anchors, names and texts in place of images."""

from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from bs4 import BeautifulSoup

from book_tools.site.book import Book

PAGES = Book().pages()


@pytest.fixture(scope="module")
def soups(site):
    """Return the parsed pages of the site by their path."""
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for path in site.rglob("*.html")
        if "_static" not in path.parts
    }


def page_of(name, soups):
    return soups[f"{name}.html"]


def test_every_page_of_the_contents_is_built(soups):
    assert {f"{name}.html" for name in PAGES} <= set(soups)


@pytest.mark.parametrize("name", PAGES)
def test_links_and_anchors_lead_somewhere(name, soups, site):
    lost = []
    for tag in page_of(name, soups).select("[href], [src]"):
        target = tag.get("href", tag.get("src"))
        if urlsplit(target).scheme or target.startswith("//"):
            continue
        address, anchor = urldefrag(target)
        address = unquote(urlsplit(address).path)
        path = (site / f"{name}.html").parent / address if address else None
        path = path.resolve() if path else site / f"{name}.html"
        if not path.is_file():
            lost.append(target)
        elif anchor and path.suffix == ".html":
            soup = soups[path.relative_to(site).as_posix()]
            if not soup.find(id=unquote(anchor)):
                lost.append(target)
    assert not lost


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(name, soups):
    ids = [tag["id"] for tag in page_of(name, soups).select("article [id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", PAGES)
def test_images_have_a_text_in_their_stead(name, soups):
    for image in page_of(name, soups).select("article img"):
        text = image.get("alt", "")
        assert len(text) > 20, f"{image['src']}: alt text {text!r}"
        assert text != image["src"]


@pytest.mark.parametrize("name", PAGES)
def test_page_loads_nothing_from_elsewhere(name, soups):
    loading = "script[src], img[src], iframe[src], source[src]"
    loading += ", link[rel~=stylesheet], link[rel~=preload], link[rel~=icon]"
    for tag in page_of(name, soups).select(loading):
        address = tag.get("src") or tag["href"]
        assert not urlsplit(address).netloc, address


@pytest.mark.parametrize("name", PAGES)
def test_page_names_its_licences_and_takes_reports(name, soups):
    soup = page_of(name, soups)
    assert len(soup.select("footer a[rel=license]")) == 2
    assert "issues/new" in soup.select_one(".number-differs a")["href"]
