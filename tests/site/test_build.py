"""The build as its user meets it, on a small book."""

import base64
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from bs4 import BeautifulSoup

from book_tools.chapters import alone
from book_tools.site import commands
from book_tools.site.book import Book
from tests.chapters import small_chapter
from tests.site import small_book

REPOSITORY, BASE = "https://github.com/reader/fork", "https://reader.example.org/fork"
FORK = {"BOOK_REPOSITORY_URL": REPOSITORY, "BOOK_BRANCH": "lesson"}
FORK |= {"BOOK_BASE_URL": BASE, "BOOK_NOTEBOOKS": "published"}
NAMES = ("intro.html", "chapters/01-small.html")
LAUNCH = (
    "https://colab.research.google.com/github/reader/fork/blob/published/",
    "https://mybinder.org/v2/gh/reader/fork/lesson?urlpath=lab/tree/",
)
# Reads the command's own book; the port is any that is free.
LIVE = """
import sys
from pathlib import Path
from book_tools.site.commands import live
sys.exit(live(["0"], Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def fork(tmp_path_factory):
    """Build a book as a fork's, where importing TensorFlow or Keras fails."""
    folder = tmp_path_factory.mktemp("fork")
    blocked = folder / "blocked"
    blocked.mkdir()
    for name in ("tensorflow", "keras"):
        (blocked / f"{name}.py").write_text("raise SystemExit('imported')")
    small_book.write_book(folder / "book")
    book = Book(folder / "book")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in FORK.items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", str(blocked))
        with alone(book.root, "run"):  # one may look while chapters are executed
            assert book.make()
        assert not book.make(), "nothing had changed, yet the site was built again"
    return book


@pytest.fixture
def small(tmp_path):
    """Return a book that is not built."""
    small_book.write_book(tmp_path / "book")
    return Book(tmp_path / "book")


def page(book, name=NAMES[1]):
    return BeautifulSoup((book.site / name).read_text(), "html.parser")


def test_links_of_a_fork_point_to_the_fork(fork):
    for name in NAMES:
        tags = page(fork, name).select("a[href], link[href]")
        links = [tag["href"] for tag in tags if not tag.find_parent(class_="imprint")]
        stated = (small_book.REPOSITORY, small_book.SITE)
        assert not [link for link in links if link.startswith(stated)]
        assert any(link.startswith(REPOSITORY) for link in links)
        canonical = page(fork, name).select_one("link[rel=canonical]")["href"]
        assert canonical == f"{BASE}/{'' if name == 'intro.html' else name}"


def test_a_file_that_a_page_includes_follows_the_fork(fork):
    (link,) = page(fork, "intro.html").select("article a[href$='fork#included']")
    assert link["href"] == f"{REPOSITORY}#included"


def test_each_page_of_a_fork_says_what_it_is_a_fork_of(fork):
    for name in NAMES:
        (credit,) = page(fork, name).select(f".imprint a[href='{small_book.SITE}']")
        said = " ".join(credit.parent.text.split())
        assert f"A fork of {small_book.CONFIG['title']}, and may differ" in said


def test_links_and_launch_buttons_of_a_fork_open_its_branch(fork):
    links = {tag["href"] for tag in page(fork).select("a")}
    assert {f"{place}chapters/01-small.ipynb" for place in LAUNCH} <= links
    licence = f"article a[href='{REPOSITORY}/blob/lesson/LICENSE']"
    assert page(fork, "intro.html").select(licence)


def test_a_notebook_downloaded_from_a_fork_installs_its_package(fork):
    text = (fork.site / "_sources/chapters/01-small.ipynb").read_text()
    assert f'data] @ git+{REPOSITORY}@lesson\\"' in text
    assert small_book.REPOSITORY not in text


def test_each_page_lets_its_reader_report_a_number(fork):
    link = page(fork).select_one(".number-differs a")["href"]
    assert link.startswith(f"{REPOSITORY}/issues/new?")
    assert "chapters%2F01-small" in link
    assert "template=number-differs.yml" in link


def test_pages_show_formulas_solution_figure_docstrings_and_no_redirect(fork):
    assert page(fork, "index.html").h1.text.startswith("A small book")
    soup = page(fork)
    assert soup.select_one(".katex-display annotation").text.strip().startswith("h_t")
    answer = soup.select_one("details.solution pre").text.strip()
    assert answer == "units = 3\ndef count():\n    return units"
    image = soup.select_one("figure img")
    assert (image["width"], image["height"]) == ("2", "1")
    assert image["alt"] == small_chapter.ALT
    assert page(fork, "intro.html").find(id="lstm_utils.reference.lstm_params")


def test_icons_are_cut_down_to_those_shown(fork):
    style = (fork.site / "_static/styles/pydata-sphinx-theme.css").read_text()
    assert ".fa-rocket:before" in style
    assert ".fa-hippo:before" not in style
    fonts = (fork.site / "_static").rglob("fa-*.woff2")
    assert all(0 < path.stat().st_size < 10_000 for path in fonts)
    assert not list((fork.site / "_static").rglob("fontawesome.js"))


def test_change_shows_without_a_fresh_build(fork):
    intro = fork.root / "intro.md"
    intro.write_text(intro.read_text() + "\nA new sentence.\n")
    assert fork.make()
    assert "A new sentence." in page(fork, "intro.html").text
    style = (fork.site / "_static/styles/pydata-sphinx-theme.css").read_text()
    assert ".fa-rocket:before" in style
    assert page(fork).select_one("details.solution")


def test_failed_build_says_where_and_leaves_the_site_alone(fork, capsys):
    before = (fork.site / "chapters/01-small.html").read_text()
    quiz = small_book.QUESTION.replace("Right.", "No.")
    small_book.write_chapter(fork.root, quiz, image={})
    with pytest.raises(SystemExit, match="not built: correct what is said above"):
        fork.make()
    said = capsys.readouterr().err
    assert "chapters/01-small.ipynb, cell 3, line 2: ERROR: quiz" in said
    assert "'One and one?' has 0 right options" in said
    assert "an image has no alt text" in said
    assert str(fork.root) not in said
    assert (fork.site / "chapters/01-small.html").read_text() == before
    with pytest.raises(SystemExit):
        fork.make()


def test_changed_theme_stops_the_build_with_one_line():
    missed = "intro: step cut_thebe did not find a script"
    output = f"Running Jupyter-Book v1.0.4\n\x1b[91mTheme error:\x1b[0m\n{missed}\n"
    output += 'Traceback (most recent call last):\n  File "sphinx.py", line 1\n'
    assert Book().explain(output) == f"Theme error:\n{missed}"


@pytest.mark.parametrize("what", ["No space left on device", "Read-only file system"])
def test_a_disk_that_takes_nothing_is_said_in_one_line(what):
    place = "[Errno 28] {}: '{}_build/work/a.html'"
    output = "WARNING: Failed to copy a file\nTraceback (most recent call last):\n"
    output += f"OSError: {place.format(what, f'{Book().root}{os.sep}')}\nOSError: x\n"
    assert Book().explain(output) == place.format(what, "")


OUTSIDE = """\
# A page

<svg onload="alert(1)"></svg>

Text with <input autofocus onfocus="alert(1)"> in it, and {{download}}`it <{0}.gz>`.

```{{include}} {0}
```
```{{literalinclude}} {0}
```
```{{csv-table}} T
:file: {0}
```
```{{figure}} {0}.png
:alt: It is nowhere.
```
```{{eval-rst}}
`a link <javascript:alert(2)>`_

.. raw:: html

   <b>raw</b>

.. meta::
   :http-equiv=refresh: 0
```
"""
SAID = [
    "intro.md:3: WARNING: the page holds raw HTML, write Markdown: <svg",
    "raw HTML, write Markdown: <input",
    "raw HTML, write Markdown: <b>raw",
    "raw HTML, write Markdown: <i onclick",
    "a link that is no address: javascript:alert(2)",
    "a meta element",
    *(f"reads a file outside the book: ../secret{e}" for e in ("\n", ".gz", ".png")),
]


def test_a_page_that_smuggles_is_not_built(small, capsys):
    for end in ("", ".gz", ".png"):
        Path(f"{small.root.parent}/secret{end}").write_bytes(
            base64.b64decode(small_chapter.PIXELS)
        )
    Path(small.root.parent, "secret").write_text("a,b\n")
    (small.root / "intro.md").write_text(OUTSIDE.format("../secret"))
    caption = {"caption": 'A <i onclick="alert(3)">dot</i>.', "name": "fig-dot"}
    small_book.write_chapter(small.root, figure=caption)
    with pytest.raises(SystemExit, match="not built"):
        small.make()
    said = capsys.readouterr().err
    assert [what for what in SAID if what not in said] == []
    assert not small.site.exists()


def test_a_chapter_that_is_no_notebook_is_said_before_anything_is_built(small):
    (small.root / small_book.CHAPTER).write_text("<<<<<<< ours")
    with pytest.raises(SystemExit, match=r"^01-small\.ipynb is not a notebook: "):
        small.make()
    assert not small.work.exists()


def test_port_in_use_out_of_range_or_no_number_is_said_in_one_line(tmp_path):
    with commands.open_server(tmp_path, 0) as server:
        taken = server.server_port
        with pytest.raises(SystemExit, match=f"Port {taken} cannot be used.*another"):
            commands.open_server(tmp_path, taken)
    with pytest.raises(SystemExit, match=r"Port 70000 .*between 0 and 65535"):
        commands.open_server(tmp_path, 70000)
    for command in (commands.serve, commands.live):
        with pytest.raises(
            SystemExit, match=r"^The port is 'abc', .* make \w+ PORT=8001$"
        ):
            command(["abc"])


def test_serving_and_building_nothing_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "Book", lambda: Book(tmp_path))
    with pytest.raises(SystemExit, match="run make book first"):
        commands.serve([])
    with pytest.raises(SystemExit, match=r"No _toc\.yml"):
        Book(tmp_path).make()


def test_every_input_and_override_changes_the_fingerprint(small, monkeypatch):
    seen = {small.fingerprint()}
    changed = ("intro.md", "chapters/01-small.ipynb", "_static/book.css")
    for name in (*changed, "book_tools/site/extension.py"):
        path = small.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write("\n")
        seen.add(small.fingerprint())
    monkeypatch.setenv("BOOK_BRANCH", "other")
    seen.add(small.fingerprint())
    assert len(seen) == 6
    (small.root / "chapters" / ".ipynb_checkpoints").mkdir()
    for name in (".ipynb_checkpoints/x.ipynb", ".01-small.ipynb.tmp", "x.tmp"):
        (small.root / "chapters" / name).write_text("{}")
    assert small.fingerprint() in seen


def test_a_file_that_vanishes_meanwhile_counts_as_gone(small, monkeypatch):
    before, there = small.fingerprint(), small.inputs()
    gone = small.root / "chapters" / "02-gone.ipynb"
    monkeypatch.setattr(Book, "inputs", lambda self: [*there, gone])
    assert small.fingerprint() == before


def test_pages_are_those_of_the_contents(small):
    assert small.pages() == ["intro", "chapters/01-small"]


def test_code_is_coloured_and_plain_code_is_not_marked(fork):
    code = page(fork).select_one(".highlight pre")
    assert code.select("span")
    assert not code.select("span.n, span.p, span.w")


def test_code_that_is_not_marked_has_the_colour_that_its_mark_would_give(fork):
    rules = (fork.site / "_static" / "pygments.css").read_text()
    for theme in ("light", "dark"):
        place = rf'html\[data-theme="{theme}"\] \.highlight '
        (plain,) = re.findall(rf"{place}{{[^}}]*[ ;]color: (#\w+)", rules)
        for name in ("n", "p"):  # space has no colour
            assert re.findall(rf"{place}\.{name} {{ color: (#\w+)", rules) == [plain]


@contextmanager
def live(folder):
    """Run the command on a book until the end of the block; give its output."""
    command = [sys.executable, "-c", LIVE, str(folder)]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, **pipe) as process:
        silent = threading.Timer(180, process.kill)
        silent.start()
        try:
            yield process.stdout
        finally:
            silent.cancel()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


def alive(pid):
    """Say whether a process is there that has not ended, collected or not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are read there")
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_build_leaves_no_process(small, kill):
    site = (small.site / "index.html").read_bytes() if small.site.exists() else None
    (small.root / "intro.md").write_text("# Changed\n")
    code = "import sys; from pathlib import Path; from book_tools.site.book import Book"
    code += "; Book(Path(sys.argv[1])).make()"
    command = [sys.executable, "-c", code, str(small.root)]
    with subprocess.Popen(command) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (found := children.read_text().split()):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(kill)
    deadline = time.monotonic() + 60
    while any(map(alive, found)):
        assert time.monotonic() < deadline, "jupyter-book went on"
        time.sleep(0.1)
    now = (small.site / "index.html").read_bytes() if small.site.exists() else None
    assert now == site


def wait_for(output, words):
    """Read lines until one has these words; return it and those before."""
    lines = []
    while words not in (lines or [""])[-1]:
        lines.append(output.readline())
        assert lines[-1], "".join(lines)
    return lines


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_live_shows_a_change_survives_a_fault_and_shares_the_book(small, capsys):
    intro = small.root / "intro.md"
    with live(small.root) as output:
        address = wait_for(output, "Serving ")[-1].split()[1]
        while not small.work.exists():
            time.sleep(0.05)
        assert not small.make(), "two builds were at work at once"
        assert "waiting for its end" in capsys.readouterr().out
        wait_for(output, "rebuilt; reload the page")

        text = intro.read_text()
        intro.write_text(f"{text}\nSee {{ref}}`nowhere`.\n")
        assert "nowhere" in "".join(wait_for(output, "was not built"))

        intro.write_text(f"{text}\nA new sentence.\n")
        wait_for(output, "rebuilt; reload the page")
        with urlopen(f"{address}intro.html") as page:
            assert "A new sentence." in page.read().decode()
