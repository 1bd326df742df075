"""Where the book lives: read from _config.yml, overridden by the environment."""

import os
from dataclasses import dataclass
from urllib.parse import urlencode

from sphinx.errors import ConfigError

VARIABLES = {
    "repository": "BOOK_REPOSITORY_URL",
    "branch": "BOOK_BRANCH",
    "base": "BOOK_BASE_URL",
}

REPORT = """\
**Page:** {page}

**Which number, and where on the page?**

**What did you get instead?**

**Please paste what this prints:**

```python
from lstm_utils import versions
versions()
```
"""


@dataclass(frozen=True)
class Addresses:
    """The addresses of the repository and of the published site."""

    repository: str
    branch: str
    base: str

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
        for kind in ("blob", "tree", "edit", "raw"):
            places = (
                f"{each.repository}/{kind}/{each.branch}/" for each in (self, new)
            )
            text = text.replace(*places)
        text = text.replace(self.repository, new.repository)
        return text.replace(self.base.rstrip("/"), new.base.rstrip("/"))

    def colab_url(self, page):
        """Return the address that opens a chapter's notebook on Colab."""
        place = self.repository.partition("://")[2].partition("/")[2]
        host = "https://colab.research.google.com/github"
        return f"{host}/{place}/blob/{self.branch}/{page}.ipynb"

    def report_url(self, page, title):
        """Return the address of a new issue that says a number differs."""
        title, body = f"My number differs: {title}", REPORT.format(page=page)
        fields = urlencode({"title": title, "body": body})
        return f"{self.repository}/issues/new?{fields}"


def apply(app, config):
    """Make every link of the theme point to the addresses in force."""
    stated = Addresses.from_config(config)
    try:
        actual = stated.overridden()
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


def add_report_link(app, pagename, templatename, context, doctree):
    """Give the page's footer its "my number differs" link."""
    if doctree is not None:
        _, actual = app.book_addresses
        context["report_url"] = actual.report_url(pagename, context["title"])
