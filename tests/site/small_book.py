"""A book of two pages that shows what the site has to cope with."""

import base64
import io
import shutil
from pathlib import Path

import nbformat
import yaml
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
REPOSITORY, BRANCH = (CONFIG["repository"][key] for key in ("url", "branch"))
SITE = CONFIG["html"]["baseurl"]
CONTENTS = """\
format: jb-book
root: intro
chapters:
  - file: chapters/01-small
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

```{{bibliography}}
```
"""
REFERENCES = """\
@article{someone2020,
  author = {Someone, Ada}, title = {A title}, journal = {A journal}, year = {2020},
}
"""
START = """\
# Small

How small is $x_t$?

$$
h_t = o_t \\odot \\tanh(c_t)
$$ (eq-h)
"""
QUIZ = """\
::::{admonition} How many gates?
:class: quiz

:::{admonition} two
:class: dropdown
**No.** Count again.
:::

:::{admonition} three
:class: dropdown
**Right.** Input, forget, output.
:::
::::
"""
EXERCISE = """\
:::{exercise-start} Count
:label: ex-01-count
:::
Count them.
:::{exercise-end}
:::
"""
SOLUTION = """\
### BEGIN SOLUTION
units = 3
### END SOLUTION
def count():
    ### BEGIN SOLUTION
    return units
    ### END SOLUTION
"""
FIGURE = {
    "image": {"alt": "A white rectangle, twice as wide as it is high"},
    "figure": {"caption": "White.", "name": "fig-white"},
}


def white_rectangle():
    """Return a PNG of 40 by 20 pixels, as notebooks store it."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(stream, "png")
    return base64.b64encode(stream.getvalue()).decode()


def chapter(quiz=QUIZ, figure=FIGURE):
    """Return the notebook of the chapter."""
    picture = {"image/png": white_rectangle(), "text/plain": "<Figure>"}
    three = {"text/plain": "3"}
    fold = ":::{solution-start} ex-01-count\n:class: dropdown\n:::"
    cells = [
        new_markdown_cell(START),
        new_code_cell(
            "draw()",
            execution_count=1,
            metadata={"mystnb": figure},
            outputs=[new_output("display_data", data=picture)],
        ),
        new_markdown_cell(quiz),
        new_markdown_cell(EXERCISE),
        new_markdown_cell(fold),
        new_code_cell(
            SOLUTION,
            execution_count=2,
            outputs=[new_output("execute_result", data=three, execution_count=2)],
        ),
        new_markdown_cell(":::{solution-end}\n:::"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=about)


def write_chapter(folder, **parts):
    """Write the chapter into a book's folder."""
    nbformat.write(chapter(**parts), folder / "chapters" / "01-small.ipynb")


def write_book(folder):
    """Write the book into a new folder, with the settings and style of this one."""
    (folder / "chapters").mkdir(parents=True)
    (folder / "_toc.yml").write_text(CONTENTS)
    (folder / "intro.md").write_text(INTRO)
    (folder / "references.bib").write_text(REFERENCES)
    shutil.copytree(ROOT / "_static", folder / "_static")
    shutil.copy(ROOT / "_config.yml", folder)
    write_chapter(folder)
