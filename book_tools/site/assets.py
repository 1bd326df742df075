"""Cut fonts, rules and figures down to what the site shows."""

import io
import logging
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image
from sphinx.errors import ExtensionError

from book_tools.site.styles import cut_styles

logging.getLogger("fontTools").setLevel(logging.WARNING)

STYLE = Path("_static/styles/pydata-sphinx-theme.css")
ICON_FONTS = Path("_static/vendor/fontawesome/webfonts")
MATHS_FONTS = Path("_static/katex/fonts")
TEXT_FONTS = Path("_static/fonts")
TEXT_FEATURES = ("ccmp", "kern", "liga", "locl", "mark")
SCRIPTS = Path("_static/scripts")
RULE = re.compile(
    r"(?P<names>\.fa-[a-z0-9-]+:before(?:,\.fa-[a-z0-9-]+:before)*)"
    r'\{content:"\\(?P<code>[0-9a-f]+)"\}'
)
NAME = re.compile(r"\bfa-[a-z0-9-]+")
CODE = re.compile(r'"\\(f[0-9a-f]{3})"')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BREAK = re.compile(r"\s*\n\s*")
RIGHTS = re.compile("copyright|licen[cs]e", re.IGNORECASE)


def shown_icons(outdir):
    """Return the names of the icons that pages and the theme's scripts show."""
    files = [*outdir.rglob("*.html"), SCRIPTS / "pydata-sphinx-theme.js"]
    found = set()
    for path in files:
        found.update(NAME.findall((outdir / path).read_text(encoding="utf-8")))
    return found


def cut_rules(style, names):
    """Keep of the theme's style sheet only the rules of some icons (``"fa-list"``)."""
    if not RULE.search(style):
        raise ExtensionError("icons: the style sheet has no rules for icons")

    def keep(rule):
        used = names & {*NAME.findall(rule["names"])}
        return rule[0] if used else ""

    return RULE.sub(keep, style)


def icon_codes(style):
    """Return the code points of the icons of a style sheet, escaped or not."""
    escaped = {int(code, 16) for code in CODE.findall(style)}
    return escaped | {ord(letter) for letter in style if "\ue000" <= letter <= "\uf8ff"}


def cut_font(path, characters, features=()):
    """Keep only some characters and features of layout of a font, in place."""
    options = subset.Options(
        flavor="woff2", layout_features=list(features), notdef_outline=False
    )
    font = TTFont(path, recalcTimestamp=False)  # the same bytes on any day
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(path)


def cut_icons(outdir, kept):
    """Keep only the icons that are shown, in the theme's style sheet and fonts."""
    fonts = sorted((outdir / ICON_FONTS).glob("*.woff2"))
    if not fonts or not (outdir / STYLE).is_file():
        raise ExtensionError("icons: the theme's icon fonts or style sheet are missing")
    style = cut_rules((outdir / STYLE).read_text(encoding="utf-8"), shown_icons(outdir))
    (outdir / STYLE).write_text(style, encoding="utf-8")
    sheets = [p.read_text(encoding="utf-8") for p in outdir.rglob("_static/**/*.css")]
    characters = {code for text in sheets for code in icon_codes(text)}
    for path in fonts:
        kept.change(path, cut_font, sorted(characters))
    unused = [*(outdir / ICON_FONTS).glob("*.ttf"), *(outdir / SCRIPTS).glob("fonta*")]
    for path in unused:
        path.unlink()


def cut_page_fonts(outdir, kept):
    """Keep only what some page holds, and ASCII, in the fonts of maths and text."""
    pages = (path.read_text(encoding="utf-8") for path in outdir.rglob("*.html"))
    characters = {ord(letter) for text in pages for letter in set(text)}
    characters |= set(range(0x20, 0x7F))
    for folder, features in ((MATHS_FONTS, ()), (TEXT_FONTS, TEXT_FEATURES)):
        fonts = sorted((outdir / folder).glob("*.woff2"))
        if not fonts:
            raise ExtensionError(f"fonts: none under {folder.as_posix()}")
        for path in fonts:
            kept.change(path, cut_font, sorted(characters), features)


def cut_comments(style):
    """Drop comments and indents of a style sheet; what is said of rights stays."""

    def keep(comment):
        return comment[0] if RIGHTS.search(comment[0]) else ""

    return BREAK.sub("\n", COMMENT.sub(keep, style))


def cut_figure(path):
    """Store a PNG with a palette where that is smaller and looks the same."""
    with Image.open(path) as image:
        if image.mode == "P":
            return
        smaller = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    smaller.save(stream, "png", optimize=True)
    if stream.tell() < path.stat().st_size:
        path.write_bytes(stream.getvalue())


def cut_assets(app, exception):
    """Cut everything down once the site is written."""
    if exception is not None or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    cut_icons(outdir, app.kept)
    cut_styles(outdir)
    cut_page_fonts(outdir, app.kept)
    for path in (outdir / "_images").glob("*.png"):
        app.kept.change(path, cut_figure)
    for path in (outdir / "_static").glob("*.css"):
        style = cut_comments(path.read_text(encoding="utf-8"))
        path.write_text(style, encoding="utf-8")
