"""What is cut of a style sheet, and that nothing that a page can need is."""

import pytest

from book_tools.site import styles

STYLE = """\
@charset "UTF-8";/* Copyright: {A} */:root{--a:1}p,.gone{color:red}.gone .seen{top:0}
@media (min-width:9px){.gone{top:0}}@media print{.seen{top:0}.gone{top:1px}}
@font-face{font-family:"F;}"}.seen:not(.gone){left:0}.tooltip-inner{left:1px}
[class*="x,y"] .gone,#id{top:2px}@keyframes k{0%{top:0}to{top:1px}}"""
CUT = """\
@charset "UTF-8";/* Copyright: {A} */:root{--a:1}p{color:red}
@media print{.seen{top:0}}
@font-face{font-family:"F;}"}.seen:not(.gone){left:0}.tooltip-inner{left:1px}
#id{top:2px}@keyframes k{0%{top:0}to{top:1px}}"""


def bare(style):
    return "".join(style.split())


def test_rules_go_whose_classes_no_page_has():
    assert bare(styles.cut_style(STYLE, {"seen"})) == bare(CUT)


def test_nothing_goes_where_every_class_is_in_use():
    assert styles.cut_style(STYLE, {"seen", "gone"}) == STYLE


@pytest.mark.parametrize("text", ["<p class='seen on'>", '<p class="on seen">'])
def test_classes_are_those_of_pages_and_words_of_scripts(tmp_path, text):
    (tmp_path / "_static").mkdir()
    (tmp_path / "a.html").write_text(text)
    (tmp_path / "_static" / "a.js").write_text('x.classList.add("is-open")')
    assert {"seen", "on", "is-open"} <= styles.names_in_use(tmp_path)
    assert "p" not in styles.names_in_use(tmp_path)
