"""What makes a page pleasant to read: tables, code, figures, colours, quiet loading."""

import io
import re

import pytest
from PIL import Image

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 375, "height": 667}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000}
SLOW |= {"uploadThroughput": 100_000}
SHIFTS = """\
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});"""
PAGES = ["index", "chapters/01-one-cell", "chapters/06-deep-or-wide"]
PAGES += ["chapters/13-attention"]
STYLE = "(e, names) => Object.fromEntries(names.map(k => [k, getComputedStyle(e)[k]]))"
TABLES, FIGURES = "chapters/06-deep-or-wide", "chapters/07-what-layers-do"


@pytest.fixture
def look(browser, address):
    """Return a function that opens a page in a new window."""
    contexts = []

    def look(name, size=LAPTOP, **about):
        contexts.append(browser.new_context(viewport=size, **about))
        page = contexts[-1].new_page()
        page.goto(f"{address}{name}.html", wait_until="networkidle")
        return page

    yield look
    for context in contexts:
        context.close()


def style(place, *names):
    """Return what the browser computes for an element."""
    return place.evaluate(STYLE, list(names))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_in_tables_stand_apart_and_below_each_other(look, scheme):
    table = look(TABLES, color_scheme=scheme).locator("table.dataframe").nth(1)
    names = ("paddingLeft", "paddingRight", "textAlign", "fontVariantNumeric")
    cell = style(table.locator("td").first, *names)
    assert min(float(cell[side][:-2]) for side in names[:2]) >= 8
    assert cell["textAlign"] == "right"
    assert "tabular-nums" in cell["fontVariantNumeric"]
    assert style(table.locator("tbody th").first, "textAlign")["textAlign"] == "left"
    edges = "cells => cells.map(cell => cell.getBoundingClientRect().right)"
    head = table.locator("thead tr").first.locator("th").evaluate_all(edges)
    assert (
        table.locator("tbody tr").nth(3).locator("th, td").evaluate_all(edges) == head
    )


def test_head_of_a_table_longer_than_the_window_stays_in_sight(look):
    page = look("notation", {"width": 1280, "height": 300})
    frame = page.locator(".pst-scrollable-table-container").nth(1)
    frame.scroll_into_view_if_needed()
    frame.evaluate("frame => (frame.scrollTop = 200)")
    assert frame.evaluate("frame => frame.scrollTop") > 100
    head = frame.locator("thead th").first.bounding_box()
    assert head["y"] - frame.bounding_box()["y"] == pytest.approx(0, abs=1)


def test_no_table_of_pandas_brings_its_own_look(site):
    for path in (site / "chapters").glob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert not re.search(r"<table[^>]* border=|<style scoped", html), path.name


@pytest.mark.parametrize("width", [1200, 1280, 1320, 1440])
def test_code_is_nearly_as_large_as_the_text(look, width):
    page = look(TABLES, {"width": width, "height": 800})
    assert style(page.locator(".cell_input pre").first, "fontSize") == {
        "fontSize": "15px"
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", [".cell_input pre", ".pst-scrollable-table-container"])
def test_what_goes_on_is_shaded_where_it_goes_on(look, kind, scheme):
    page = look(TABLES, PHONE, color_scheme=scheme)
    wide = "boxes => boxes.findIndex(b => b.scrollWidth > b.clientWidth + 60)"
    boxes = page.locator(kind)
    box = boxes.nth(boxes.evaluate_all(wide))
    box.evaluate("box => box.scrollIntoView({block: 'center'})")

    def edge(side):
        """Return how far the pixels at a side differ from those a little inwards."""
        image = Image.open(io.BytesIO(box.screenshot())).convert("L")
        row, last = image.height - 6, image.width - 1
        at = {"left": (8, 40), "right": (last - 3, last - 40)}[side]
        there, inside = (image.getpixel((x, row)) for x in at)
        return abs(there - inside)

    assert edge("right") > 25
    box.evaluate("box => (box.scrollLeft = box.scrollWidth)")
    page.wait_for_timeout(200)
    assert edge("right") < 8


def test_search_is_in_sight_on_the_last_chapter_and_on_a_phone(look):
    page = look("chapters/13-attention")
    assert page.locator("#pst-primary-sidebar").evaluate("bar => bar.scrollTop") > 0
    box = page.locator(".search-button-field").bounding_box()
    assert 0 <= box["y"] < 100
    at = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    on_top = (
        "([x, y]) => !!document.elementFromPoint(x, y).closest('.search-button-field')"
    )
    assert page.evaluate(on_top, at)
    page.set_viewport_size(PHONE)
    button = page.get_by_role("button", name="Search", exact=True)
    assert button.bounding_box()["y"] < 60
    button.click()
    assert page.locator("#pst-search-dialog input").is_visible()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_while_a_page_loads_slowly(browser, address, name):
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.emulateNetworkConditions", SLOW)
        page.add_init_script(SHIFTS)
        page.goto(f"{address}{name}.html", wait_until="networkidle")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") <= 0.02


def test_figure_opens_large_and_closes_by_keyboard(look):
    page = look(FIGURES)
    link = page.locator("a.large").first
    small = link.locator("img").bounding_box()["width"]
    link.focus()
    page.keyboard.press("Enter")
    large = page.locator("dialog.large img")
    assert large.bounding_box()["width"] > 1.1 * small
    page.keyboard.press("Escape")
    assert large.count() == 0
    assert page.evaluate("document.activeElement.className") == "large"


def test_figure_without_script_is_a_link_to_its_file(look):
    page = look(FIGURES, java_script_enabled=False)
    image = page.locator("a.large img").first.get_attribute("src")
    page.locator("a.large").first.click()
    assert page.url.endswith(image.removeprefix(".."))


@pytest.mark.parametrize("name", [FIGURES, "chapters/01-one-cell"])
def test_no_figure_is_a_white_slab_in_the_dark_and_hues_stay(look, name):
    page = look(name, color_scheme="dark")
    figure = page.locator("article figure img:not(.tones)").first
    figure.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    shown = Image.open(io.BytesIO(figure.screenshot())).convert("RGB")
    assert max(shown.getpixel((12, shown.height // 2))) < 40
    bands = (band.tobytes() for band in shown.convert("HSV").split())
    colours = zip(*bands, strict=True)
    hues = {hue // 16 for hue, much, bright in colours if much > 120 and bright > 120}
    blue, orange = hues & {8, 9, 10}, hues & {0, 1, 2}
    assert blue
    assert orange


def test_figures_whose_text_speaks_of_dark_stay_and_shine_less(look):
    page = look("chapters/13-attention", color_scheme="dark")
    figure = page.locator("img.tones").first
    assert style(figure, "filter") == {"filter": "brightness(0.72)"}


def test_code_is_copied_without_prompts(browser, address, look):
    page = look(TABLES)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator("div.cell > .cell_input .highlight").first
    block.locator("pre").evaluate(
        "pre => (pre.textContent = '>>> a = 1\\n1\\n... b\\n')"
    )
    button = block.locator("button.copybtn")
    button.focus()
    assert style(button, "opacity") == {"opacity": "1"}
    page.keyboard.press("Enter")
    block.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "a = 1\nb"


def test_outputs_have_no_copy_button_and_a_page_without_script_has_none(look):
    assert look(TABLES).locator(".cell_output .copybtn").count() == 0
    without = look(TABLES, java_script_enabled=False)
    assert not without.locator(".copybtn").first.is_visible()


def test_header_says_what_its_buttons_do_and_a_phone_tells_it_by_voice(look):
    page = look(TABLES)
    words = page.locator(".bd-header-article .words")
    for word in ("Run", "Source", "Download", "Full screen", "Colours"):
        assert words.get_by_text(word).bounding_box()["width"] > 15
    page.set_viewport_size(PHONE)
    for word in ("Run", "Source", "Download", "Full screen", "Colours", "Chapters"):
        button = page.get_by_role("button", name=word, exact=True)
        assert button.is_visible()
        assert button.bounding_box()["width"] < 60


def test_foot_says_version_and_lets_one_cite_the_page(look):
    page = look(TABLES, java_script_enabled=False)
    assert page.get_by_role("link", name="Version 0.1.0").is_visible()
    entry = page.locator(".imprint pre")
    assert not entry.is_visible()
    page.get_by_text("Cite this page").click()
    assert entry.is_visible()
    assert f"{TABLES}.html" in entry.inner_text()
