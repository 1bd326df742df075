"""The site in a browser: quiet, self-contained, accessible, whole on a phone."""

import gzip
from functools import partial
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from book_tools.site.book import Book

PAGES = [*Book().pages(), "search", "genindex"]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
# Kilobytes over the network until a page has loaded; figures further down wait. The
# page that searches loads the words of all others.
BUDGET = {"search.html": 400}
USUAL = 200
# Milliseconds in which the theme adapts to a new size of the window.
SETTLING = 600
ALREADY_COMPRESSED = (".png", ".woff2")
AXE = files("axe_core_python").joinpath("axe.min.js")
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that a scheme decides


@pytest.fixture(scope="module", params=["light", "dark"])
def window(request, browser):
    """Return the window of a reader who prefers a colour scheme, and the scheme."""
    with browser.new_context(color_scheme=request.param, viewport=WIDE) as context:
        yield context, request.param


@pytest.mark.parametrize("name", PAGES)
def test_page_is_quiet_light_and_whole_and_has_no_barrier(name, window, address):
    context, scheme = window
    with context.new_page() as page:
        wrong = faults(page, f"{address}{name}.html", scheme)
    assert {kind: what for kind, what in wrong.items() if what} == {}


def faults(page, address, scheme):
    """Load a page, look at it wide and narrow, and return what is wrong, by kind."""
    errors, failed, asked, sizes = [], [], [], []

    def keep(response):
        if response.status >= 400:
            failed.append(response.url)
        else:
            small = urlsplit(response.url).path.endswith(ALREADY_COMPRESSED)
            sizes.append(len((bytes if small else gzip.compress)(response.body())))

    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", keep)
    page.goto(address, wait_until="networkidle")
    kilobytes = sum(sizes) / 1000
    shown = page.evaluate("document.documentElement.dataset.theme")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = COLOURS if scheme == "dark" else None
    barriers = violations(page, "wide", rules)
    page.set_viewport_size(PHONE)
    page.wait_for_timeout(SETTLING)
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    own = ("", urlsplit(address).netloc)
    budget = BUDGET.get(address.rpartition("/")[2], USUAL)
    return {
        "errors": errors,
        "failed requests": failed,
        "foreign requests": [url for url in asked if urlsplit(url).netloc not in own],
        "other scheme": shown if shown != scheme else "",
        "pixels to scroll sideways on a phone": max(overflow, 0),
        "barriers": barriers + violations(page, "phone", rules),
        "kilobytes": kilobytes if scheme == "light" and kilobytes > budget else 0,
    }


def violations(page, width, rules=None):
    """Return the rules of axe that the page breaks, each with its first element."""
    how = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("how => axe.run(document, how)", how)
    return [
        f"{width}: {rule['id']}, {len(rule['nodes'])} times, as {node['html'][:150]}"
        for rule in found["violations"]
        for node in rule["nodes"][:1]
    ]


@pytest.fixture
def page(browser):
    """Return an empty page."""
    with browser.new_context(viewport=WIDE) as context:
        yield context.new_page()


@pytest.fixture
def go(address, site):
    """Return a function that opens the first page with an element, which it gives."""

    def go(page, selector):
        for name in Book().pages():
            html = (site / f"{name}.html").read_text(encoding="utf-8")
            if BeautifulSoup(html, "html.parser").select_one(selector):
                page.goto(f"{address}{name}.html")
                return page.locator(selector).first
        raise AssertionError(f"no page has {selector}")

    return go


def test_search_opens_by_keyboard_and_finds_a_word(page, address):
    page.goto(f"{address}glossary.html", wait_until="networkidle")
    page.keyboard.press("Control+K")
    page.keyboard.type("gate")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=gate*")
    hit = page.locator("#search-results .search li a").first
    hit.wait_for()
    assert ".html" in hit.get_attribute("href")


def test_quiz_works_by_keyboard(page, go):
    question = go(page, ".quiz")
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


def test_quiz_options_are_large_enough_to_tap_and_show_the_focus(page, go):
    go(page, ".quiz input").focus()
    labels = page.locator(".quiz label").all()
    assert min(label.bounding_box()["height"] for label in labels) >= 42
    page.keyboard.press("ArrowDown")
    focused = page.locator(".quiz-option:has(:focus)").first
    assert "solid 3px" in focused.evaluate("box => getComputedStyle(box).outline")


def test_solution_unfolds_by_keyboard(page, go):
    solution = go(page, "details.solution")
    inside = solution.locator("> :not(summary)").first
    assert not inside.is_visible()
    solution.locator("summary").focus()
    for visible in (True, False):
        page.keyboard.press("Enter")
        assert inside.is_visible() == visible


def test_maths_quiz_and_solutions_need_no_script(browser, go):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        assert go(page, ".katex-display").locator(".katex-html").first.is_visible()
        assert "$$" not in page.locator("article").inner_text()
        go(page, ".quiz input").check()
        assert page.locator(".quiz-said").first.is_visible()
        solution = go(page, "details.solution")
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


SMUGGLED = """\
<script>window.smuggled = 1</script><svg onload="window.smuggled = 1"></svg>
<img src="nowhere.png" alt="" onerror="window.smuggled = 1">
<input autofocus onfocus="window.smuggled = 1">
<a id="link" href="javascript:window.smuggled = 1">x</a>"""


def test_a_script_that_got_into_a_page_does_not_run(page, address):
    def smuggle(route):
        body = route.fetch().text().replace("</article>", f"{SMUGGLED}</article>")
        route.fulfill(body=body, content_type="text/html")

    refused = []
    page.on("console", lambda said: refused.append(said.text))
    page.route("**/glossary.html", smuggle)
    page.goto(f"{address}glossary.html", wait_until="networkidle")
    page.locator("article input").first.focus()
    page.locator("#link").click()
    page.wait_for_timeout(200)
    assert page.evaluate("typeof window.smuggled") == "undefined"
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert len([text for text in refused if "Content Security Policy" in text]) >= 4


def test_code_can_be_copied(browser, address, go):
    with browser.new_context(viewport=WIDE) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        cell = go(page, "div.highlight:has(pre)")
        page.wait_for_load_state("networkidle")
        cell.hover()
        cell.locator("button.copybtn").click()
        page.locator("button.copybtn.success").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.strip() == cell.locator("pre").inner_text().strip() != ""


def test_a_page_can_be_printed_and_fill_the_screen(page, go):
    go(page, ".btn-fullscreen-button").click()
    page.wait_for_function("document.fullscreenElement !== null")
    page.evaluate("document.exitFullscreen()")
    page.evaluate("window.print = () => (window.printed = true)")
    page.locator(".btn-download-pdf-button").first.evaluate("button => button.click()")
    assert page.evaluate("window.printed")


def test_paper_gets_the_text_with_its_title_and_no_buttons(page, go):
    go(page, ".quiz")
    page.emulate_media(media="print")
    assert page.locator("article h1").is_visible()
    assert page.locator("article figure img").first.is_visible()
    unneeded = (
        ".bd-header-article",
        ".bd-sidebar-primary",
        ".number-differs",
        ".copybtn",
        "summary",
    )
    for selector in unneeded:
        assert not page.locator(selector).first.is_visible()


def test_menus_open_and_close_by_keyboard(page, go):
    menu = go(page, ".dropdown-launch-buttons")
    link = menu.locator("a").first
    assert not link.is_visible()
    menu.locator("button").focus()
    page.keyboard.press("Enter")
    assert link.is_visible()
    page.keyboard.press("Escape")
    assert not link.is_visible()


@pytest.fixture(params=[False, True], ids=["no script", "scripts"])
def phone(request, browser):
    """Return an empty page of a phone's width, without scripts and with them."""
    how = {"java_script_enabled": request.param, "viewport": PHONE | {"width": 375}}
    with browser.new_context(**how) as context:
        yield context.new_page()


@pytest.mark.parametrize(
    ("name", "link"),
    [("Chapters", "a.reference:text('Glossary')"), ("On this page", "nav a")],
)
def test_side_bars_open_on_a_phone_and_close_by_escape_and_outside(
    phone, address, name, link, request
):
    """They do so without a script as well, where Escape gives the button the focus."""
    kind = "primary" if name == "Chapters" else "secondary"
    phone.goto(f"{address}notation.html", wait_until="networkidle")
    button = phone.get_by_role("button", name=name)
    inside = phone.locator(f".bd-sidebar-{kind} {link}").first
    outside = {"primary": (365, 400), "secondary": (10, 400)}[kind]
    focused = phone.locator(f"button.{kind}-toggle:focus")
    escape = partial(phone.keyboard.press, "Escape")
    for leave in (escape, partial(phone.mouse.click, *outside)):
        assert not is_in_sight(inside)
        button.focus()
        phone.keyboard.press("Enter")
        phone.wait_for_timeout(SETTLING)
        assert is_in_sight(inside)
        phone.keyboard.press("Tab")
        assert phone.locator(f".bd-sidebar-{kind} :focus").count() == 1
        leave()
        phone.wait_for_timeout(SETTLING)
        assert not is_in_sight(inside)
        if leave is escape and "scripts" not in request.node.callspec.id:
            assert focused.count() == 1
    button.click()
    phone.wait_for_timeout(SETTLING)
    inside.click()
    phone.wait_for_url("**/glossary.html" if kind == "primary" else "**#*")


def is_in_sight(element):
    """Say whether an element is shown within the window."""
    box = element.bounding_box() if element.is_visible() else None
    return box is not None and 0 <= box["x"] < 375
