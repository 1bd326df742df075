"""What took its time to make, kept beside the site by what it was made of.

It lies with the work of the last build, which is used again only where nothing but
pages changed: the tools that make it are the same then.
"""

import hashlib
import pickle
import shutil
from pathlib import Path


class Kept:
    """The files and values of earlier builds; what one build does not ask for goes."""

    def __init__(self, folder):
        """Keep them in a folder, which is made."""
        self.folder, self.asked = Path(folder), set()
        self.folder.mkdir(parents=True, exist_ok=True)

    def place(self, *made_of):
        """Return the file for what is made of some bytes, texts or numbers."""
        digest = hashlib.sha256()
        for part in made_of:
            part = part if isinstance(part, bytes) else repr(part).encode()
            digest.update(hashlib.sha256(part).digest())
        self.asked.add(name := digest.hexdigest())
        return self.folder / name

    def change(self, path, change, *given):
        """Change a file in place by a function, or as it was changed before."""
        known = self.place(change.__name__, path.read_bytes(), *given)
        if known.is_file():
            shutil.copyfile(known, path)
        else:
            change(path, *given)
            shutil.copyfile(path, known)

    def value(self, make, *given):
        """Return what a function makes of its arguments, or made of them before."""
        known = self.place(make.__name__, *given)
        if not known.is_file():
            known.write_bytes(pickle.dumps(make(*given)))
        return pickle.loads(known.read_bytes())

    def forget(self):
        """Drop what was not asked for."""
        for path in self.folder.iterdir():
            if path.name not in self.asked:
                path.unlink()


def begin(app):
    """Keep what is made of now on."""
    app.kept = Kept(Path(app.doctreedir).parent / "kept")


def end(app, exception):
    """Drop what this build had no use for."""
    if exception is None and app.builder.format == "html":
        app.kept.forget()


def setup(app):
    """Keep things from the first page to the last file."""
    app.connect("builder-inited", begin)
    app.connect("build-finished", end, priority=999)
