"""A fork takes its own addresses everywhere, and says what it is a fork of."""

import shutil
import subprocess

import pytest
import yaml

from book_tools import adopt as adopt_module
from book_tools.adopt import adopt, pages_of, repository_of
from book_tools.chapters import ROOT, list_notebooks, read_notebook
from book_tools.freshness import chapter_faults
from book_tools.normalise import colab_source
from book_tools.site.imprint import is_credit

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
UPSTREAM = CONFIG["repository"]["url"], CONFIG["html"]["baseurl"].rstrip("/")
ORIGIN = "git@github.com:Teacher/lstm-course.git"
FORK = "https://github.com/Teacher/lstm-course"
PAGES = "https://teacher.github.io/lstm-course/"


def git(folder, *arguments):
    """Run git in a folder as somebody; return what it prints."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", *who, "-C", str(folder), *arguments]
    return subprocess.check_output(command, text=True)


@pytest.fixture(scope="module")
def forked(tmp_path_factory):
    """Return a checkout of this very book, whose origin is a teacher's fork."""
    folder = tmp_path_factory.mktemp("fork") / "book"
    made = shutil.ignore_patterns(".git", ".venv", "_build", "dist", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=made)  # git leaves out what else is ignored
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "x")
    git(folder, "remote", "add", "origin", ORIGIN)
    return folder


@pytest.fixture
def fork(forked):
    """Return the checkout as it was committed."""
    git(forked, "remote", "set-url", "origin", ORIGIN)
    git(forked, "reset", "--quiet", "--hard")
    return forked


def naming(folder, *addresses):
    """Return the lines under git that hold one of some addresses."""
    patterns = [part for address in addresses for part in ("-e", address)]
    command = ["git", "-C", str(folder), "grep", "-hIF", *patterns]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def test_a_fork_names_itself_and_credits_the_book_it_came_from(fork, capsys):
    assert len(naming(fork, *UPSTREAM)) > 15 + 6
    assert adopt(root=fork) == 0
    credit = naming(fork, *UPSTREAM)
    assert [line.strip().partition(":")[0] for line in credit[:-1]] == [
        "repository-code",
        "url",
    ]
    assert credit[-1].startswith("This book is a fork of [")
    said = capsys.readouterr().out
    assert f"{UPSTREAM[0]}\n    -> {FORK}\n" in said
    assert "README.md" in said
    assert f"the Colab cell of {len(list_notebooks())} notebooks" in said
    config = yaml.safe_load((fork / "_config.yml").read_text("utf-8"))
    assert config["repository"]["url"] == FORK
    assert config["html"]["baseurl"] == PAGES
    readme = (fork / "README.md").read_text("utf-8")
    assert f"git clone {FORK}\ncd lstm-course\n" in readme
    citation = yaml.safe_load((fork / "CITATION.cff").read_text("utf-8"))
    assert citation["repository-code"] == FORK
    (credit,) = filter(is_credit, citation["references"])
    assert credit["repository-code"] == UPSTREAM[0]


@pytest.mark.slow
def test_no_chapter_is_stale_or_out_of_form_after_it(fork):
    adopt(root=fork)
    for path in list_notebooks()[:3]:
        copied = fork / "chapters" / path.name
        assert chapter_faults(copied, fork) == chapter_faults(path)
    for path in list_notebooks(fork):
        assert colab_source(fork) in [c.source for c in read_notebook(path).cells]


@pytest.mark.slow
def test_a_second_time_changes_nothing_and_a_move_keeps_the_credit(fork, capsys):
    adopt(root=fork)
    first = git(fork, "diff")
    capsys.readouterr()
    assert adopt(root=fork) == 0
    assert capsys.readouterr().out == f"The files name {FORK} and {PAGES} already.\n"
    assert git(fork, "diff") == first
    git(fork, "commit", "--quiet", "--all", "--message", "y")
    try:
        adopt(f"{FORK}-2027", branch="course", root=fork)
        assert len(naming(fork, f'{FORK}-2027@course\\"')) == len(list_notebooks())
        assert all(f"{FORK}-2027" in line for line in naming(fork, FORK))
        assert len(naming(fork, *UPSTREAM)) == 3
    finally:
        git(fork, "reset", "--quiet", "--hard", "HEAD~1")


def test_what_git_could_not_give_back_is_not_changed(fork):
    readme = fork / "README.md"
    readme.write_text(readme.read_text("utf-8") + "\nMine.\n", "utf-8")
    before = git(fork, "diff")
    with pytest.raises(SystemExit, match=r"^README\.md has changes .* nothing was"):
        adopt(root=fork)
    assert git(fork, "diff") == before


def test_a_disk_that_fills_leaves_every_file_as_it_was(fork, monkeypatch):
    replaced, replace = [], adopt_module.replace_file

    def fill(path, text):
        replaced.append(path)
        if len(replaced) == 5:
            raise OSError(28, "No space left on device", str(path))
        replace(path, text)

    monkeypatch.setattr(adopt_module, "replace_file", fill)
    with pytest.raises(OSError, match="No space left"):
        adopt(root=fork)
    assert len(replaced) > 5
    assert git(fork, "status", "--porcelain") == ""


def test_a_citation_that_has_references_keeps_them(fork):
    own = "references:\n    - {type: book, title: Mine, authors: [{name: A}]}\n"
    citation = fork / "CITATION.cff"
    citation.write_text(citation.read_text("utf-8") + own, "utf-8")
    git(fork, "commit", "--quiet", "--all", "--message", "y")
    try:
        adopt(root=fork)
        listed = yaml.safe_load(citation.read_text("utf-8"))["references"]
        assert [book["title"] for book in listed] == [CONFIG["title"], "Mine"]
    finally:
        git(fork, "reset", "--quiet", "--hard", "HEAD~1")


@pytest.mark.parametrize(
    "given",
    [
        ORIGIN,
        FORK,
        f"{FORK}/",
        f"{FORK}.git",
        "https://someone:secret@github.com/Teacher/lstm-course.git",
        "ssh://git@github.com:22/Teacher/lstm-course.git",
        "git@GitHub.com:/Teacher/lstm-course",
    ],
)
def test_a_repository_is_known_in_each_of_gits_forms(given):
    assert repository_of(given) == FORK


def complaint(function, *arguments, **options):
    """Return the one line in which something is refused."""
    with pytest.raises(SystemExit) as error:
        function(*arguments, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "given", ["teacher/course", "../fork.git", "file:///x/y", "https://github.com/x"]
)
def test_what_is_no_address_of_a_repository_is_refused(given):
    assert f"{given!r} is none. Expected the like of make" in complaint(
        repository_of, given
    )


def test_a_checkout_without_origin_or_git_is_told_what_to_do(fork, tmp_path):
    git(fork, "remote", "rename", "origin", "other")
    try:
        assert "there is no remote called origin" in complaint(adopt, root=fork)
    finally:
        git(fork, "remote", "rename", "other", "origin")
    assert "is none: git clone a fork" in complaint(adopt, FORK, root=tmp_path)


@pytest.mark.parametrize(
    ("repository", "pages"),
    [
        (FORK, PAGES),
        ("https://github.com/Ada/ada.github.io", "https://ada.github.io/"),
    ],
)
def test_where_github_publishes_pages_is_known(repository, pages):
    assert pages_of(repository) == pages


def test_where_others_publish_pages_is_asked_for(fork):
    elsewhere = "https://git.example.org/group/sub/course"
    assert "Say it: make adopt SITE=https://" in complaint(adopt, elsewhere, root=fork)
    assert complaint(adopt, FORK, site="pages", root=fork).startswith("The site's")
    assert complaint(adopt, FORK, branch="a b", root=fork).startswith("The branch is")
    assert git(fork, "status", "--porcelain") == ""
    assert adopt(elsewhere, site="https://example.org/course", root=fork) == 0
    config = yaml.safe_load((fork / "_config.yml").read_text("utf-8"))
    assert config["html"]["baseurl"] == "https://example.org/course/"
