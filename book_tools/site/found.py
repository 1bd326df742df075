"""How the book is found and kept: what a link to it shows, and where the lost arrive.

A page's head says what the page is: to those who see it in a list of results, to
those who are sent a link, and to machines that ask what it teaches and how long it
takes. `about.py` has the words.
"""

import json
import textwrap
from copy import copy
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from bs4.element import Script

from book_tools.site import about, previews

# What browsers colour around a page: its background in either scheme, as in book.css.
COLOURS = {"light": "#ffffff", "dark": "#14181c"}
ICON = "_static/touch-icon.png"
SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{}</urlset>
"""


def describe(soup, page):
    """Describe the page in its own words, or else by its first paragraph."""
    words = page.about.description if page.about else ""
    paragraph = soup.select_one("article section > p")
    if not words and paragraph is not None:
        text = copy(paragraph)
        for tag in text.select(".katex-html, annotation"):
            tag.decompose()
        words = textwrap.shorten(text.get_text(), 155, placeholder=" …")
    if words:
        attributes = {"name": "description", "content": words}
        soup.head.append(soup.new_tag("meta", attrs=attributes))


def tell(app, name, template, context, doctree):
    """Hand what a page's head says to the step that writes it."""
    context["language"] = about.LANGUAGE
    if name == app.config.notfound_pagename:  # it is shown at any lost address
        context["content_root"] = app.config.notfound_urls_prefix
        context["pageurl"] = None
    if doctree is not None:
        said = about.about_page(app, name, doctree)
        context["about"], context["pageurl"] = said, said.address


def introduce(soup, page):
    """Write into a page's head what it is, and how it looks where it is kept."""

    def add(tag, **attributes):
        soup.head.append(element := soup.new_tag(tag, attrs=attributes))
        return element

    for scheme, colour in COLOURS.items():
        media = f"(prefers-color-scheme: {scheme})"
        add("meta", name="theme-color", content=colour, media=media)
    add("link", rel="apple-touch-icon", href=soup.html["data-content_root"] + ICON)
    licence = soup.select_one("footer a[rel=license]")
    if licence:
        add("link", rel="license", href=licence["href"])
    if not (said := page.about):
        return
    if said.window:
        soup.title.string = said.window
    description = soup.select_one("head meta[name=description]")
    if description is None:
        page.warn("no paragraph and no description in the front matter: write one")
        return
    for name, content in said.tags(description["content"]).items():
        add("meta", property=name, content=content)
    add("meta", name="twitter:card", content="summary_large_image")
    if said.data:
        first, *more = said.data
        first = first | {"description": description["content"]}
        if licence:
            first |= {"license": licence["href"]}
        data = {"@context": "https://schema.org", "@graph": [first, *more]}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        script = add("script", type="application/ld+json")
        script.string = Script(text.replace("<", "\\u003c"))


def publish(app, exception):
    """Write the pictures for links, the list of all pages, and what leads to it."""
    if exception is not None or app.builder.format != "html":
        return
    site, project = Path(app.outdir), app.config.project
    cards = {app.config.root_doc: ("", *about.titles(app))}
    for name, facts in about.chapters(app).items():
        cards[name] = (project, facts.title, facts.question, about.drawn(facts))
    for name, said in cards.items():
        file, source = site / about.CARD.format(Path(name).name), app.env.doc2path(name)
        file.parent.mkdir(exist_ok=True)
        if not file.is_file() or file.stat().st_mtime < Path(source).stat().st_mtime:
            fonts = Path(app.srcdir, "_static/fonts")
            file.write_bytes(previews.draw_card(fonts, *said))
    (site / ICON).write_bytes(previews.draw_touch_icon())
    pages = (escape(about.address_of(app, name)) for name in sorted(app.env.found_docs))
    rows = "".join(f"<url><loc>{page}</loc></url>\n" for page in pages)
    (site / "sitemap.xml").write_text(SITEMAP.format(rows), encoding="utf-8")
    there = f"{app.config.html_baseurl}sitemap.xml"
    rules = f"User-agent: *\nAllow: /\n\nSitemap: {there}\n"
    (site / "robots.txt").write_text(rules, encoding="utf-8")


def set_prefix(app, config):
    """Let the page for lost addresses find the site's files from anywhere."""
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path


def setup(app):
    """Register what looks at each page, and what is written at the end."""
    app.connect("config-inited", set_prefix, priority=200)  # after the addresses
    app.connect("html-page-context", tell, priority=300)
    app.connect("build-finished", publish)
