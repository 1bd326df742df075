"""Give a fork its own addresses in all its files, and keep the credit.

A fork's site, built by its workflows, has them already; this is for the files.
"""

import re
import subprocess
import textwrap
from dataclasses import replace
from pathlib import Path

import yaml

from book_tools.chapters import ROOT, replace_file
from book_tools.site.addresses import Addresses, branch_of
from book_tools.site.imprint import FORKED, is_credit, read_citation

# https://host/owner/name.git, git@host:owner/name.git and ssh://git@host:22/owner/name
REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^/@\s]+@)?(?P<host>[\w.-]+\.\w+)(?::\d+)?/"
    r"|[\w.-]+@(?P<other>[\w.-]+\.\w+):/?)(?P<path>[\w.~-]+(?:/[\w.~-]+)+)/?"
)
CREDIT = "This book is a fork of [{title}]({url}), and may differ from it."
NEEDS_GIT = "make adopt works in a checkout under git, and {} is none: git clone a fork"


def adopt(
    address: str | None = None,
    *,
    site: str | None = None,
    branch: str | None = None,
    root: Path = ROOT,
) -> int:
    """Put a repository's own addresses into its files; print what changed.

    Parameters
    ----------
    address : str, optional
        The repository, as https or as git's ssh; that of the remote `origin` if not
        given.
    site, branch : str, optional
        Where its pages are published, and its main branch; GitHub's Pages, and the
        branch that the files name, if not given.
    root : Path
        The folder of the book.
    """
    if not (root / ".git").exists():
        raise SystemExit(NEEDS_GIT.format(root))
    old = Addresses.from_file(root)
    given = address or git(root, "remote", "get-url", "origin", fails="")
    repository = repository_of(given.strip())
    new = replace(
        old,
        repository=repository,
        branch=branch_of(branch or old.branch),
        base=site_of(site or pages_of(repository)),
    )
    if new == old:
        print(f"The files name {old.repository} and {old.base} already.")
        return 0
    texts = rewritten(old, new, root)
    refuse_uncommitted(texts, root)
    write_all(texts)
    show(old, new, [path.relative_to(root).as_posix() for path in texts])
    return 0


def git(root: Path, *arguments: str, fails: str | None = None) -> str:
    """Return what git prints; where it fails, `fails` or the end in a line."""
    command = ["git", *arguments]
    done = subprocess.run(
        command, cwd=root, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode == 0:
        return done.stdout
    if fails is None:
        said = (done.stderr.strip().splitlines() or ["it says no more"])[-1]
        raise SystemExit(f"git {arguments[0]} failed: {said}; nothing was changed.")
    return fails


def repository_of(given: str) -> str:
    """Return the web address of a repository that is given as git knows it."""
    found = REMOTE.fullmatch(given)
    if found is None:
        what = f"{given!r} is none" if given else "there is no remote called origin"
        raise SystemExit(
            f"The repository's address is needed, and {what}. Expected the like of "
            "make adopt URL=https://github.com/you/your-course"
        )
    path = found["path"].removesuffix(".git")
    return f"https://{(found['host'] or found['other']).lower()}/{path}"


def pages_of(repository: str) -> str:
    """Return where GitHub publishes the pages of a repository."""
    host, owner, *name = repository.removeprefix("https://").split("/")
    if host != "github.com" or len(name) != 1:
        raise SystemExit(
            f"Where the pages of {repository} are published cannot be guessed. Say it: "
            "make adopt SITE=https://example.org/book/"
        )
    site = f"{owner.lower()}.github.io"
    return f"https://{site}/" + ("" if name[0].lower() == site else f"{name[0]}/")


def site_of(given: str) -> str:
    """Return the address of a site with one slash at its end."""
    if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?(?:/[\w.~/-]*)?", given):
        raise SystemExit(
            f"The site's address is {given!r}, expected the like of "
            "https://you.github.io/your-course/"
        )
    return given.rstrip("/") + "/"


def rewritten(old: Addresses, new: Addresses, root: Path) -> dict[Path, str]:
    """Return the new text of each file under git that names the old addresses.

    `_config.yml`, which says what the old ones are, comes last: what was stopped
    before can be done again.
    """
    named = [part for name in (old.repository, old.base[:-1]) for part in ("-e", name)]
    listed = git(root, "grep", "-IlzF", *named, fails="").split("\0")
    paths = [root / name for name in filter(None, listed)]
    texts = {path: path.read_text("utf-8") for path in paths}
    changed = {path: old.rewrite(text, new) for path, text in texts.items()}
    if old.repository != new.repository:
        changed |= credited(old, changed, root)
    changed = {path: text for path, text in changed.items() if text != texts[path]}
    config = root / "_config.yml"
    if config not in changed:
        raise SystemExit(NEEDS_GIT.format(root))
    return {path: changed[path] for path in sorted(changed, key=lambda p: p == config)}


def credited(old: Addresses, texts: dict[Path, str], root: Path) -> dict[Path, str]:
    """Return README and citation with a line that credits the book forked from.

    The licence of the text asks for it. A credit that is there already is kept, so
    that a fork that moves does not become a fork of itself.
    """
    citation = read_citation(root)
    readme, file = root / "README.md", root / "CITATION.cff"
    if any(map(is_credit, citation.get("references", ()))) or file not in texts:
        return {}
    credit = {
        "type": citation.get("type", "software"),
        "title": citation["title"],
        "authors": citation["authors"],
        "scope": FORKED,
        "repository-code": old.repository,
        "url": old.base,
    }
    line = CREDIT.format(title=citation["title"], url=old.repository)
    text = add_reference(texts[file], credit)
    if readme not in texts:
        return {file: text}
    return {file: text, readme: f"{texts[readme].rstrip()}\n\n{line}\n"}


def add_reference(text: str, reference: dict) -> str:
    """Return the text of a citation file with one more reference."""
    item = yaml.safe_dump([reference], sort_keys=False, allow_unicode=True, width=88)
    if found := re.search(r"^references:[^\n]*\n(?=( *)- )", text, re.MULTILINE):
        item = textwrap.indent(item, found[1])
        return text[: found.end()] + item + text[found.end() :]
    return f"{text.rstrip()}\nreferences:\n{textwrap.indent(item, '  ')}"


def refuse_uncommitted(texts: dict[Path, str], root: Path) -> None:
    """End where a file to change holds changes that git could not give back."""
    names = [str(path) for path in texts]
    if changed := git(root, "status", "--porcelain", "--", *names):
        raise SystemExit(
            f"{changed.split()[1]} has changes that are not committed. Commit or stash "
            "them, then run make adopt again; nothing was changed."
        )


def write_all(texts: dict[Path, str]) -> None:
    """Write every file, or, where one cannot be, none."""
    before: dict[Path, str] = {}
    try:
        for path, text in texts.items():
            before[path] = path.read_text("utf-8")
            replace_file(path, text)
    except BaseException:
        for path, text in before.items():
            replace_file(path, text)
        raise


def show(old: Addresses, new: Addresses, names: list[str]) -> None:
    """Print which addresses changed, and in which files."""
    for what, field in (("code", "repository"), ("branch", "branch"), ("site", "base")):
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            print(f"{what:<7}{was}\n    -> {now}")
    chapters = [name for name in names if name.startswith("chapters/")]
    rest = sorted({*names} - {*chapters})
    notebooks = [f"the Colab cell of {len(chapters)} notebooks"] if chapters else []
    print(f"In {', '.join([*rest, *notebooks])}.")
    print("Look at it with git diff, then commit it.")
