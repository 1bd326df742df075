"""A book of two pages that shows what the site has to cope with."""

import shutil
from pathlib import Path

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book_tools.normalise import colab_source
from tests.chapters.small_chapter import (
    QUESTION,
    exercise,
    figure,
    result,
    tagged,
)

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
REPOSITORY, BRANCH = (CONFIG["repository"][key] for key in ("url", "branch"))
SITE = CONFIG["html"]["baseurl"]
CHAPTER = Path("chapters", "01-small.ipynb")
CONTENTS = """\
format: jb-book
root: intro
chapters: [{file: chapters/01-small}]
"""
INTRO = f"""\
# A small book

The code is at <{REPOSITORY}>, and so is the
[licence]({REPOSITORY}/blob/{BRANCH}/LICENSE).
Chapter [one](chapters/01-small.ipynb) cites {{cite}}`someone2020`.

```{{eval-rst}}
.. automodule:: lstm_utils.reference
   :members:
```

```{{include}} lstm_utils/README.md
```

```{{bibliography}}
```

(authors)=
## Authors

Ada.
"""
REFERENCES = """\
@article{someone2020,
  author = {Someone, Ada}, title = {A title}, journal = {A journal}, year = {2020},
}
"""
INCLUDED = f"The package is [there]({REPOSITORY}#included).\n"
FILES = {"_toc.yml": CONTENTS, "intro.md": INTRO, "references.bib": REFERENCES}
FILES |= {"lstm_utils/README.md": INCLUDED}
START = """\
# 01 Small

**How small can a chapter be?**

As small as $x_t$.

$$
h_t = o_t \\odot \\tanh(c_t)
$$ (eq-h)
"""
LEARN = """\
## What you will learn

After this chapter you can

- say what **a chapter** is < a book, and what {cite}`someone2020` says;
- count to
  three.
"""
MINUTES = 7
NEED = f"## What you need\n\nNothing. About {MINUTES} minutes."
DESCRIPTION = "A chapter of the smallest book: one formula, one dot, one question."
SOLUTION = """\
### BEGIN SOLUTION
units = 3
### END SOLUTION
def count():
    ### BEGIN SOLUTION
    return units
    ### END SOLUTION
"""
ABOUT = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python"},
    "book": {"description": DESCRIPTION, "figure": "dot"},
}


def write_chapter(folder, quiz=QUESTION, **said):
    """Write the chapter into a book's folder, with another quiz or figure."""
    drawn = figure()
    drawn["id"] = "dot"
    drawn.metadata.mystnb.update(said)
    answer = new_code_cell(SOLUTION, outputs=[result("3")])
    colab = tagged(colab_source(ROOT), "remove-cell", "colab")
    cells = [new_markdown_cell(START), drawn, new_markdown_cell(quiz), colab]
    cells += exercise("ex-01-count", answer)
    cells += [new_markdown_cell(text) for text in (LEARN, NEED)]
    nbformat.write(new_notebook(cells=cells, metadata=ABOUT), folder / CHAPTER)


def write_book(folder):
    """Write the book into a folder, with the settings and style of this one."""
    (folder / "chapters").mkdir(parents=True)
    (folder / "lstm_utils").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    shutil.copytree(ROOT / "_static", folder / "_static")
    for name in ("_config.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, folder)
    write_chapter(folder)
