"""The site in a browser: quiet, self-contained, accessible, whole on a phone."""

import gzip
import re
from dataclasses import dataclass, field
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from book_tools.site.book import Book

PAGES = [*Book().pages(), "search", "genindex"]
SCHEMES = ("light", "dark")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# Kilobytes over the network until a page has loaded; figures further down wait.
BUDGET = 230
# Milliseconds in which the theme adapts to a new size of the window.
SETTLING = 600
ALREADY_COMPRESSED = (".png", ".woff2")


@dataclass
class Visit:
    """What a browser met on one page in one colour scheme."""

    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    foreign: list = field(default_factory=list)
    kilobytes: float = 0
    scheme: str = ""
    overflow: int = 0
    violations: list = field(default_factory=list)


@pytest.fixture(scope="session")
def axe():
    """Return the source of axe."""
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def visit(browser, address, axe):
    """Return a function that visits a page once and remembers what it met."""
    seen = {}
    with_scheme = {
        scheme: browser.new_context(color_scheme=scheme, viewport=WIDE)
        for scheme in SCHEMES
    }

    def look(name, scheme):
        if (name, scheme) not in seen:
            page = with_scheme[scheme].new_page()
            seen[name, scheme] = examine(page, address, name, axe)
            page.close()
        return seen[name, scheme]

    yield look
    for context in with_scheme.values():
        context.close()


def examine(page, address, name, axe):
    """Load a page, look at it wide and narrow, and return what was met."""
    met = Visit()
    host = urlsplit(address).netloc
    sizes = []

    def keep(response):
        if response.status >= 400:
            met.failed.append(response.url)
            return
        body = response.body()
        is_small = urlsplit(response.url).path.endswith(ALREADY_COMPRESSED)
        sizes.append(len(body) if is_small else len(gzip.compress(body)))

    def ask(request):
        if urlsplit(request.url).netloc not in (host, ""):
            met.foreign.append(request.url)

    page.on(
        "console", lambda said: said.type == "error" and met.errors.append(said.text)
    )
    page.on("pageerror", lambda error: met.errors.append(str(error)))
    page.on("requestfailed", lambda request: met.failed.append(request.url))
    page.on("request", ask)
    page.on("response", keep)
    page.goto(f"{address}{name}.html", wait_until="networkidle")
    met.kilobytes = sum(sizes) / 1000
    met.scheme = page.evaluate("document.documentElement.dataset.theme")
    page.evaluate(axe)
    met.violations += violations(page, "wide")
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(SETTLING)
    met.overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    met.violations += violations(page, "phone")
    return met


def violations(page, width):
    """Return the rules of axe that the page breaks, each with its first element."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{width}: {rule['id']}, {len(rule['nodes'])} times, as {node['html'][:150]}"
        for rule in found["violations"]
        for node in rule["nodes"][:1]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_quiet_whole_and_asks_nobody_else(name, scheme, visit):
    met = visit(name, scheme)
    assert not met.errors
    assert not met.failed
    assert not met.foreign
    assert met.scheme == scheme


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_scroll_sideways_on_a_phone(name, scheme, visit):
    assert visit(name, scheme).overflow <= 0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_barrier(name, scheme, visit):
    assert not visit(name, scheme).violations


@pytest.mark.parametrize("name", PAGES)
def test_page_is_light(name, visit):
    assert visit(name, "light").kilobytes <= BUDGET


def first_with(site, selector):
    """Return the name of the first page that holds an element."""
    for name in Book().pages():
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        if BeautifulSoup(html, "html.parser").select_one(selector):
            return name
    raise AssertionError(f"no page has {selector}")


@pytest.fixture
def page(browser):
    """Return an empty page."""
    with browser.new_context(viewport=WIDE) as context:
        yield context.new_page()


@pytest.fixture
def page_without_scripts(browser):
    """Return an empty page that runs no script."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


def test_search_finds_a_word(page, address):
    page.goto(f"{address}search.html?q=gate")
    hit = page.locator("#search-results .search li a").first
    hit.wait_for()
    assert re.search(r"\.html", hit.get_attribute("href"))


def test_search_opens_by_keyboard(page, address):
    page.goto(f"{address}glossary.html", wait_until="networkidle")
    page.keyboard.press("Control+K")
    page.keyboard.type("gate")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=gate*")


def test_quiz_works_by_keyboard(page, address, site):
    page.goto(f"{address}{first_with(site, '.quiz')}.html")
    question = page.locator(".quiz").first
    options, said = question.locator("input"), question.locator(".quiz-said")
    assert said.count() == options.count() >= 2
    assert not any(box.is_visible() for box in said.all())
    options.first.focus()
    page.keyboard.press("Space")
    assert said.nth(0).is_visible()
    page.keyboard.press("ArrowDown")
    assert options.nth(1).is_checked()
    assert said.nth(1).is_visible()
    assert not said.nth(0).is_visible()
    described = options.nth(1).get_attribute("aria-describedby")
    assert page.locator(f"#{described}").inner_text().strip()
    page.emulate_media(media="print")
    assert not said.nth(1).is_visible()


def test_quiz_options_are_large_enough_to_tap_and_show_the_focus(page, address, site):
    page.goto(f"{address}{first_with(site, '.quiz')}.html")
    for label in page.locator(".quiz label").all():
        assert label.bounding_box()["height"] >= 42
    page.locator(".quiz input").first.focus()
    page.keyboard.press("ArrowDown")
    outline = page.evaluate(
        "getComputedStyle(document.querySelector('.quiz-option:has(:focus)')).outline"
    )
    assert "solid 3px" in outline


def test_solution_unfolds_by_keyboard(page, address, site):
    page.goto(f"{address}{first_with(site, 'details.solution')}.html")
    solution = page.locator("details.solution").first
    inside = solution.locator("> :not(summary)").first
    assert not inside.is_visible()
    solution.locator("summary").focus()
    page.keyboard.press("Enter")
    assert inside.is_visible()
    page.keyboard.press("Enter")
    assert not inside.is_visible()


def test_maths_quiz_and_solutions_need_no_script(page_without_scripts, address, site):
    page = page_without_scripts
    page.goto(f"{address}{first_with(site, '.katex-display')}.html")
    assert page.locator(".katex-display .katex-html").first.is_visible()
    assert "$$" not in page.locator("article").inner_text()
    page.goto(f"{address}{first_with(site, '.quiz')}.html")
    page.locator(".quiz input").first.check()
    assert page.locator(".quiz-said").first.is_visible()
    page.goto(f"{address}{first_with(site, 'details.solution')}.html")
    solution = page.locator("details.solution").first
    solution.locator("summary").click()
    assert solution.locator("> :not(summary)").first.is_visible()


def test_tab_reaches_the_skip_link_first_and_then_shows_where_it_is(page, address):
    page.goto(f"{address}index.html", wait_until="networkidle")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Tab")
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(style) == "solid"


def test_scheme_can_be_switched_and_is_kept(page, address):
    page.goto(f"{address}index.html", wait_until="networkidle")
    theme = "document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "light"
    for _ in range(3):
        page.locator(".theme-switch-button").first.click()
        if page.evaluate(theme) == "dark":
            break
    page.goto(f"{address}glossary.html")
    assert page.evaluate(theme) == "dark"


def test_figures_stay_on_white_and_undimmed_in_the_dark(browser, address, site):
    with browser.new_context(color_scheme="dark", viewport=WIDE) as context:
        page = context.new_page()
        page.goto(f"{address}{first_with(site, '.cell_output img')}.html")
        style = page.locator(".cell_output img").first.evaluate(
            "image => [getComputedStyle(image).backgroundColor,"
            " getComputedStyle(image).filter]"
        )
    assert style == ["rgb(255, 255, 255)", "none"]


def test_paper_gets_the_text_with_its_title_and_no_buttons(page, address, site):
    page.goto(f"{address}{first_with(site, '.quiz')}.html")
    page.emulate_media(media="print")
    assert page.locator("article h1").is_visible()
    assert page.locator("article figure img").first.is_visible()
    for unneeded in (".bd-header-article", ".bd-sidebar-primary", ".number-differs"):
        assert not page.locator(unneeded).first.is_visible()
    assert not page.locator("summary").first.is_visible()


def test_menus_open_and_close_by_keyboard(page, address, site):
    page.goto(f"{address}{first_with(site, '.dropdown-launch-buttons')}.html")
    link = page.locator(".dropdown-launch-buttons a").first
    assert not link.is_visible()
    page.locator(".dropdown-launch-buttons button").focus()
    page.keyboard.press("Enter")
    assert link.is_visible()
    page.keyboard.press("Escape")
    assert not link.is_visible()
