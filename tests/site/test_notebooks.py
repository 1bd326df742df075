"""The notebooks that a fork's readers open: they install the fork's own package."""

import json
import os
import re
import shutil
import subprocess
import tarfile
from types import SimpleNamespace

import pytest
import yaml
from sphinx.errors import ConfigError, ExtensionError

from book_tools.normalise import colab_source
from book_tools.site import addresses
from book_tools.site.addresses import Addresses
from tests.site.small_book import CHAPTER, ROOT, write_book

REPOSITORY, COMMIT = "https://github.com/reader/fork", "a" * 40
PACKAGE = f"git+{REPOSITORY}@{COMMIT}"
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text("utf-8"))
BOOK = Addresses("https://github.com/org/book", "main", "https://org.example/book/")
FORK = Addresses(REPOSITORY, "lesson", "https://fork.example/", COMMIT, "published")


def git(folder, *arguments):
    """Run git in a folder as somebody; return what it prints."""
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", *who, "-C", str(folder), *arguments]
    return subprocess.check_output(command, text=True).strip()


@pytest.fixture
def site(tmp_path):
    """Return what Sphinx knows at its end: a book with a notebook, and its site."""
    write_book(tmp_path / "book")
    config = colab_source(ROOT).partition("@ ")[2].rstrip('"')
    stated = Addresses.overridden(BOOK, {"BOOK_REPOSITORY_URL": config[4:-5]})
    copied = tmp_path / "site" / "_sources" / CHAPTER
    copied.parent.mkdir(parents=True)
    shutil.copy(tmp_path / "book" / CHAPTER, copied)
    return SimpleNamespace(
        builder=SimpleNamespace(format="html"),
        outdir=tmp_path / "site",
        srcdir=tmp_path / "book",
        book_addresses=(stated, FORK),
        copied=copied,
    )


def test_a_downloaded_notebook_installs_the_package_of_the_page(site):
    before = json.loads(site.copied.read_text("utf-8"))
    for _ in range(2):  # a second build does not rewrite what is rewritten
        addresses.rewrite_notebooks(site, None)
        text = site.copied.read_text("utf-8")
        assert re.findall(r"git\+[^\\]+", text) == [PACKAGE]
        assert before["cells"][0] == json.loads(text)["cells"][0]


def test_a_notebook_that_would_install_another_package_stops_the_build(site):
    stale = (site.srcdir / CHAPTER).read_text("utf-8").replace("@main", "@old")
    (site.srcdir / CHAPTER).write_text(stale, "utf-8")
    line = f"^01-small: on Colab it would install .*@old, expected {re.escape(PACKAGE)}"
    with pytest.raises(ExtensionError, match=line):
        addresses.rewrite_notebooks(site, None)


def test_a_new_address_that_holds_the_old_one_is_put_once():
    other = Addresses(f"{BOOK.repository}-2", "main", BOOK.base, COMMIT)
    text = f"{BOOK.repository} git+{BOOK.repository}@main {BOOK.repository}/blob/main/x"
    address = other.repository
    wanted = f"{address} git+{address}@{COMMIT} {address}/blob/main/x"
    assert BOOK.rewrite(text, other) == wanted


def test_colab_opens_the_branch_whose_notebooks_are_the_pages(site):
    host, end = "https://colab.research.google.com/github", "chapters/01-small.ipynb"
    colab = {"text": "Colab", "url": f"{host}/reader/fork/blob/lesson/{end}"}
    binder = {"text": "Binder", "url": "https://mybinder.org/v2/gh/reader/fork/lesson"}
    context = {"header_buttons": [{"type": "link"}, {"buttons": [colab, dict(binder)]}]}
    addresses.open_notebooks(site, "x", "page.html", context, None)
    assert colab["url"] == f"{host}/reader/fork/blob/published/{end}"
    assert context["header_buttons"][1]["buttons"][1] == binder
    written = f"{host}/org/book/blob/main/{end}"
    assert BOOK.rewrite(written, FORK) == colab["url"]


@pytest.fixture
def checkout(tmp_path):
    """Return a folder with a package under git, and its commit."""
    (tmp_path / "lstm_utils").mkdir()
    (tmp_path / "lstm_utils" / "__init__.py").write_text("x = 1\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "x")
    return tmp_path, git(tmp_path, "rev-parse", "HEAD")


def refused(folder, commit, monkeypatch):
    """Return the line with which a build refuses a commit."""
    monkeypatch.setenv("BOOK_COMMIT", commit)
    options = {"repository_url": BOOK.repository, "repository_branch": "main"}
    config = SimpleNamespace(html_theme_options=options, html_baseurl=BOOK.base)
    app = SimpleNamespace(srcdir=folder)
    try:
        addresses.apply(app, config)
    except ConfigError as error:
        return str(error)
    assert app.book_addresses[1].package == f"git+{BOOK.repository}@{commit}"
    return None


def test_a_build_is_of_the_commit_that_its_notebooks_name(checkout, monkeypatch):
    folder, commit = checkout
    assert refused(folder, commit, monkeypatch) is None
    (folder / "intro.md").write_text("# No part of the package\n")
    assert refused(folder, commit, monkeypatch) is None
    for wrong in ("main", commit[:12], COMMIT):
        line = refused(folder, wrong, monkeypatch)
        assert line.startswith(f"BOOK_COMMIT is '{wrong}', but the commit that lies")
    (folder / "lstm_utils" / "__init__.py").write_text("x = 2\n")
    line = refused(folder, commit, monkeypatch)
    assert "lstm_utils/__init__.py differs; commit it or unset" in line
    assert "\n" not in line


def test_the_build_and_the_deployment_speak_of_one_commit_and_one_branch():
    (build,) = [s for s in WORKFLOW["jobs"]["build"]["steps"] if "make book" in str(s)]
    assert build["env"]["BOOK_COMMIT"] == "${{ github.sha }}"
    assert WORKFLOW["env"] == {"BOOK_NOTEBOOKS": "published-notebooks"}
    deploy = WORKFLOW["jobs"]["deploy"]
    assert [step.get("name", step.get("id")) for step in deploy["steps"]] == [
        "publish the notebooks",
        "deployment",
    ]
    assert deploy["permissions"]["contents"] == "write"
    assert not any("checkout" in str(step) for step in deploy["steps"])
    writers = [
        name
        for name, job in WORKFLOW["jobs"].items()
        if job["permissions"].get("contents") == "write"
    ]
    assert writers == ["deploy"], "only the job that runs nobody's code may write"


@pytest.fixture
def deploy(tmp_path):
    """Return a function that takes the step of the deployment on an artifact."""
    script = WORKFLOW["jobs"]["deploy"]["steps"][0]["run"]
    remote, here = tmp_path / "remote.git", tmp_path / "here"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    gh = tools / "gh"
    gh.write_text('#!/bin/sh\n[ "$*" = "$EXPECTED" ] && cp "$ARTIFACT" artifact.tar\n')
    gh.chmod(0o755)

    def deploy(package, number):
        folder = tmp_path / f"site-{number}"
        (folder / "_sources" / "chapters").mkdir(parents=True)
        cell = {"source": [f'%pip install "lstm-utils @ {package}"']}
        notebook = folder / "_sources" / "chapters" / f"0{number}-x.ipynb"
        notebook.write_text(json.dumps({"cells": [cell]}))
        artifact = tmp_path / f"{number}.tar"
        with tarfile.open(artifact, "w") as tar:
            tar.add(folder, arcname=".")  # as upload-pages-artifact does
        work = here / str(number)
        work.mkdir(parents=True)
        run = ["run", "download", "7", "--repo", "reader/fork", "--name"]
        address = "https://x-access-token:secret@github.com/reader/fork"
        environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "7",
            "GITHUB_REPOSITORY": "reader/fork",
            "GITHUB_SHA": COMMIT,
            "GITHUB_ACTOR": "reader",
            "GH_TOKEN": "secret",
            "ARTIFACT": str(artifact),
            "EXPECTED": " ".join([*run, "github-pages"]),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_VALUE_0": address,
            "GIT_CONFIG_KEY_0": f"url.{remote}.insteadOf",
            **WORKFLOW["env"],
        }
        command = ["bash", "-eo", "pipefail", "-c", script]
        how = {"cwd": work, "env": environment, "text": True, "capture_output": True}
        return subprocess.run(command, check=False, **how), remote

    return deploy


def test_the_deployment_puts_the_notebooks_on_their_branch_anew(deploy):
    for number in (1, 2):
        done, remote = deploy(PACKAGE, number)
        assert done.returncode == 0, done.stderr
        branch = WORKFLOW["env"]["BOOK_NOTEBOOKS"]
        listed = git(remote, "ls-tree", "-r", "--name-only", branch)
        assert listed == f"chapters/0{number}-x.ipynb"
        assert git(remote, "log", "--format=%s", branch) == f"The notebooks of {COMMIT}"


@pytest.mark.parametrize(
    "package",
    [f"git+{REPOSITORY}@main", f"git+https://github.com/org/book@{COMMIT}"],
)
def test_the_deployment_refuses_notebooks_of_another_package(deploy, package):
    done, remote = deploy(package, 1)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.endswith(f"does not install {PACKAGE} on Colab; nothing was deployed")
    assert git(remote, "branch") == ""
