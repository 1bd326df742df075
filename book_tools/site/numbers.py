"""Numbers that last: figures and exercises count afresh in each chapter.

Sphinx counts through the whole book, so that a new chapter would renumber every
later figure and exercise. Here Figure 4.2 is the second of the file ``04-…``.
"""

import re
from copy import deepcopy

CHAPTER = re.compile(r"chapters/(\d+)-")


def give_back(app, env):
    """Let Sphinx compare its new running numbers with its own, not with ours.

    It writes the pages whose numbers are not the old ones: else all with a figure.
    """
    env.toc_fignumbers = getattr(env, "book_running", env.toc_fignumbers)
    return []


def number_by_chapter(app, env):
    """Replace the running numbers of every page by chapter and place."""
    env.book_running = deepcopy(env.toc_fignumbers)
    for docname, kinds in env.toc_fignumbers.items():
        chapter = CHAPTER.match(docname)
        prefix = (int(chapter[1]),) if chapter else ()
        for numbers in kinds.values():
            for place, node_id in enumerate(sorted(numbers, key=numbers.get), start=1):
                numbers[node_id] = (*prefix, place)
    return []


def setup(app):
    """Register the numbering, to run after Sphinx has counted."""
    app.connect("env-get-updated", give_back, priority=100)
    app.connect("env-get-updated", number_by_chapter, priority=900)
