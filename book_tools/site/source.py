"""Lead from an entry of the reference to its code, which is read and not imported."""

from contextlib import suppress
from functools import cache
from pathlib import Path

from sphinx.ext import viewcode
from sphinx.pycode import ModuleAnalyzer

from book_tools.package import Package, UnknownName

package = cache(Package)


def find_room(app, module, name):
    """Return the module that defines what a door gives."""
    first = name.partition(".")[0]
    with suppress(KeyError, UnknownName):  # it is no module of the package
        return package(Path(app.srcdir)).find(f"{module}.{first}")[0]
    return None


def find_source(app, module):
    """Return a module's code, and where each definition stands in it."""
    file = package(Path(app.srcdir)).files.get(module)
    if file is None:
        return None
    analyzer = ModuleAnalyzer.for_string(file.read_text("utf-8"), module)
    analyzer.find_tags()
    return analyzer.code, analyzer.tags


def is_missing(app, module):
    """Tell whether a module has no page yet: a build that has some changes no code."""
    return not Path(app.outdir, "_modules", f"{module.replace('.', '/')}.html").exists()


def setup(app):
    """Tell Sphinx' viewcode where to look, and what is there."""
    app.setup_extension("sphinx.ext.viewcode")
    viewcode.should_generate_module_page = is_missing
    app.connect("viewcode-follow-imported", find_room)
    app.connect("viewcode-find-source", find_source)
