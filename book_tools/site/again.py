"""Build again only what changed, so that the site is what a clean build makes.

Sphinx writes anew the pages whose files changed. Other pages show some of what
stands there as well: titles, labels, numbers, what is cited. Where any of that is
not as it was, every page is written anew.
"""

import hashlib
import shutil
from pathlib import Path


def outdated(app, env, added, changed, removed):
    """Name the pages whose text is not the one that was read, whatever the clock says.

    The hash is taken before the file is read: what changes in between is read again.
    """
    known, env.book_texts = getattr(env, "book_texts", {}), {}
    for name in env.found_docs:
        content = Path(env.doc2path(name)).read_bytes()
        env.book_texts[name] = hashlib.sha256(content).hexdigest()
    return [name for name, text in env.book_texts.items() if known.get(name) != text]


def shown_elsewhere(env):
    """Return what one page may show of another, as one hash."""
    std, cite = env.domaindata["std"], env.domaindata.get("cite", {})
    exercises = getattr(env, "sphinx_exercise_registry", {})
    parts = [
        {name: node.astext() for name, node in env.titles.items()},
        {name: node.astext() for name, node in env.longtitles.items()},
        {name: node.pformat() for name, node in env.tocs.items()},
        *(env.toc_secnumbers, env.toc_fignumbers, env.toctree_includes),
        *(std[kind] for kind in ("labels", "anonlabels", "terms", "objects")),
        env.domaindata["py"]["objects"],
        env.domaindata["math"]["objects"],
        [(each.citation_id, each.key) for each in cite.get("citations", ())],
        [(*ref[:2], *ref.targets) for ref in cite.get("citation_refs", ())],
        {label: _simple(given) for label, given in exercises.items()},
    ]
    lines = (sorted(map(repr, getattr(p, "items", lambda p=p: p)())) for p in parts)
    return hashlib.sha256(repr([*lines]).encode()).hexdigest()


def _simple(given):
    """Return what is said of an exercise, but for its text."""
    title = [child.astext() for child in given["node"].children[:1]]
    return title + [(key, str(value)) for key, value in given.items() if key != "node"]


def write_all_if_shown(app, env):
    """Where other pages may show what changed, begin the site anew with all of them."""
    before, env.book_shown = getattr(env, "book_shown", None), shown_elsewhere(env)
    if before in (None, env.book_shown):
        return []
    shutil.rmtree(app.outdir)
    Path(app.outdir).mkdir()
    return sorted(env.found_docs)


def drop_old_images(app, exception):
    """Drop figures that no page shows any more."""
    if exception is None and app.builder.format == "html":
        used = {name for _, name in app.env.images.values()}
        for path in Path(app.outdir, "_images").glob("*"):
            if path.is_file() and path.name not in used:
                path.unlink()


def setup(app):
    """Watch what is read, what pages show of each other, and what is left over."""
    app.connect("env-get-outdated", outdated)
    app.connect("env-get-updated", write_all_if_shown, priority=999)  # numbers last
    app.connect("build-finished", drop_old_images)
