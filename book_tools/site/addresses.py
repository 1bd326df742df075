"""Where the book lives: read from _config.yml, overridden by the environment."""

import os
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import yaml
from sphinx.errors import ConfigError, ExtensionError

VARIABLES = {
    "repository": "BOOK_REPOSITORY_URL",
    "branch": "BOOK_BRANCH",
    "base": "BOOK_BASE_URL",
    "commit": "BOOK_COMMIT",
    "notebooks": "BOOK_NOTEBOOKS",
}
# What the package is made of.
PACKAGE = ("lstm_utils", "experiments/results", "pyproject.toml")
WHOLE = r"(?![\w-])"  # where a name ends
INSTALLED = re.compile(r"lstm-utils(?:\[[a-z,]+\])? @ ([^\s\"\\]+)")

REPORT = "number-differs.yml"  # the form in .github/ISSUE_TEMPLATE


@dataclass(frozen=True)
class Addresses:
    """The addresses of the repository and of the published site.

    The notebooks of a published site install the package of one `commit`, and
    Colab opens them from a branch of their own, `notebooks`. Without the two it is
    the branch for both.
    """

    repository: str
    branch: str
    base: str
    commit: str = ""
    notebooks: str = ""

    @property
    def package(self):
        """Where pip finds the package that a notebook asks for on Colab."""
        return f"git+{self.repository}@{self.commit or self.branch}"

    @property
    def colab(self):
        """The end of the address at which Colab opens a notebook, but for its path."""
        name = urlsplit(self.repository).path
        return f"/github{name}/blob/{self.notebooks or self.branch}/"

    @classmethod
    def from_file(cls, root):
        """Read the addresses that the files of a book name: its `_config.yml`."""
        config = yaml.safe_load(Path(root, "_config.yml").read_text("utf-8"))
        there, base = config["repository"], config["html"]["baseurl"]
        return cls(there["url"].rstrip("/"), there["branch"], base.rstrip("/") + "/")

    @classmethod
    def from_config(cls, config):
        """Read the addresses that `_config.yml` gave to Sphinx."""
        options = config.html_theme_options
        return cls(
            options["repository_url"].rstrip("/"),
            options["repository_branch"],
            config.html_baseurl.rstrip("/") + "/",
        )

    def overridden(self, environment=os.environ):
        """Return the addresses with the environment's overrides, if any."""
        values = {
            name: environment.get(variable, "").strip() or getattr(self, name)
            for name, variable in VARIABLES.items()
        }
        for name in ("repository", "base"):
            if not values[name].startswith(("https://", "http://")):
                raise ValueError(
                    f"{VARIABLES[name]} is {values[name]!r}, expected an address that"
                    " starts with https://; correct or unset the variable"
                )
        values["repository"] = values["repository"].rstrip("/")
        values["base"] = values["base"].rstrip("/") + "/"
        return Addresses(**values)

    def rewrite(self, text, new):
        """Replace these addresses by `new` ones in a page's source."""
        pairs = dict(zip(self._places(), new._places(), strict=True))
        # The first that fits is taken, in one pass: a new address may hold an old one,
        # and the address of another book may begin as this one does.
        ends = (re.escape(old) + ("" if old[-1] == "/" else WHOLE) for old in pairs)
        return re.sub("|".join(ends), lambda found: pairs[found[0]], text)

    def _places(self):
        """Return what is rewritten; what begins with another comes before it."""
        kinds = ("blob", "tree", "edit", "raw")
        files = [f"{self.repository}/{kind}/{self.branch}/" for kind in kinds]
        whole = [self.repository, self.base.rstrip("/")]
        cloned = f"{self.repository}\ncd {self.repository.rpartition('/')[2]}"
        return [self.package, self.colab, *files, cloned, *whole]

    def colab_url(self, page):
        """Return the address that opens a chapter's notebook on Colab."""
        return f"https://colab.research.google.com{self.colab}{page}.ipynb"

    def report_url(self, page, title):
        """Return the address of a new issue that says a number differs."""
        title = f"My number differs: {title}"
        fields = urlencode({"template": REPORT, "title": title, "page": page})
        return f"{self.repository}/issues/new?{fields}"


def branch_of(given):
    """Return the name of a branch that can stand in an address, or end in a line."""
    if not re.fullmatch(r"\w[\w.-]*(?:/[\w.-]+)*", given):
        raise SystemExit(
            f"The branch is {given!r}, expected the name of one, such as main: correct "
            "it or leave it out."
        )
    return given


def check_commit(root, commit):
    """Raise `ValueError` where the package that lies here is not that of a commit."""
    if not commit:
        return

    def git(*command):
        done = subprocess.run(
            ["git", *command], cwd=root, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else done.stderr.strip()

    if (head := git("rev-parse", "HEAD")) != commit:
        raise ValueError(
            f"BOOK_COMMIT is {commit!r}, but the commit that lies here is {head!r};"
            " give all of its 40 digits or unset the variable"
        )
    if changed := git("status", "--porcelain", "--", *PACKAGE):
        raise ValueError(
            f"BOOK_COMMIT is {commit!r}, but its package is not the one that lies here:"
            f" {changed.split()[1]} differs; commit it or unset the variable"
        )


def apply(app, config):
    """Make every link of the theme point to the addresses in force."""
    stated = Addresses.from_config(config)
    try:
        actual = stated.overridden()
        check_commit(app.srcdir, actual.commit)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    config.html_theme_options["repository_url"] = actual.repository
    config.html_theme_options["repository_branch"] = actual.branch
    config.html_baseurl = actual.base
    app.book_addresses = (stated, actual)


def rewrite_source(app, docname, source):
    """Point the addresses written in a page to those in force."""
    stated, actual = app.book_addresses
    if stated != actual:
        source[0] = stated.rewrite(source[0], actual)


def rewrite_included(app, path, docname, source):
    """Point the addresses in a file that a page includes to those in force."""
    rewrite_source(app, docname, source)


def open_notebooks(app, pagename, templatename, context, doctree):
    """Let the Colab button open the notebook that installs the page's package."""
    _, actual = app.book_addresses
    branch = replace(actual, notebooks="")
    for group in context.get("header_buttons", ()):
        for button in group.get("buttons", ()):
            if button["text"] == "Colab":
                button["url"] = button["url"].replace(branch.colab, actual.colab)


def rewrite_notebooks(app, exception):
    """Point the notebooks that readers download, or open on Colab, to those in force.

    What they install there must be the package of the page; else the build ends.
    """
    if exception is not None or app.builder.format != "html":
        return
    stated, actual = app.book_addresses
    sources = Path(app.outdir, "_sources")
    for path in sorted(sources.rglob("*.ipynb")):
        source = Path(app.srcdir, path.relative_to(sources))
        text = stated.rewrite(source.read_text(encoding="utf-8"), actual)
        for address in {*INSTALLED.findall(text)} - {actual.package}:
            raise ExtensionError(
                f"{path.stem}: on Colab it would install {address}, expected"
                f" {actual.package}; `make run` writes that cell anew"
            )
        path.write_text(text, encoding="utf-8")


def add_report_link(app, pagename, templatename, context, doctree):
    """Give the page's footer its "my number differs" link."""
    if doctree is not None:
        _, actual = app.book_addresses
        context["report_url"] = actual.report_url(pagename, context["title"])
