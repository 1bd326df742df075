"""The numbers that a chapter's sentences say, and those that its page gives."""

import math
import re

from book_tools.chapters import tags
from book_tools.outputs import output_text

# What holds no claim: fences, quiz marks, roles, links, code, mathematics, headings.
LEFT_OUT = re.compile(
    r"(?ms)^\(.*?\)=$|^#.*?$|^:(?!alt:)\w+:.*?$|^\d+\. |^```.*?^```|\{[\w:-]+\}`[^`]*`"
    r"|\]\([^)]*\)|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|^:{3,}.*?$|https?://\S+"
)
NAMES = re.compile(
    r"(?i)\b(?:chapters?|figures?|sections?|keras|python|numpy|tensorflow|seeds?|"
    r"layers?|exercises?|questions?|version|step|steps)\s+\d[\d.]*"
    r"|\b(?:19|20)\d\d\b|\b\d+-\w+|\b\d+ minutes"
)
DIGITS = re.compile(r"(?<![\w.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?%)?|(?<![\w.])\.\d+")
COUNT = "one|two|three|four|five|six|seven|eight|nine|ten"
VALUES = {word: n for n, word in enumerate(COUNT.split("|"), start=1)}
PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 0.1}
PARTS |= {"seventh": 1 / 7, "sixth": 1 / 6, "eighth": 1 / 8, "hundredth": 0.01}
PARTS |= {"thousandth": 0.001}
SHARE = "|".join(PARTS)
WORDS = re.compile(
    rf"(?i)\b(?:({COUNT}|none)\s+(?:out\s+)?of\s+(?:the\s+)?({COUNT})"
    rf"|({COUNT})\s+times|(twice)"
    rf"|(a|{COUNT})\s+({SHARE})s?)\b|\b(half)\s+(?:of|as)\b"
)
NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d[\d,_]*\.?\d*|\.\d+)(?:e[-+]?\d+)?")


def value(text):
    """Return the number that some digits say, and half of their last place."""
    plain = text.replace("−", "-").replace(",", "").replace("_", "").rstrip("% .")
    decimals = len(plain.partition(".")[2].partition("e")[0])
    return float(plain), 0.5 * 10.0**-decimals


def said(notebook):
    """Yield each number that a page says in words or digits: text, values, margin."""
    for cell in notebook.cells:
        texts = [cell.source] if cell.cell_type == "markdown" else []
        image = cell.metadata.get("mystnb", {})
        texts += [image.get("image", {}).get("alt", "")]
        texts += [image.get("figure", {}).get("caption", "")]
        for text in texts:
            words = NAMES.sub(" ", LEFT_OUT.sub(" ", text))
            for found in DIGITS.finditer(words):
                if found[0] == "100" and words[: found.start()].endswith("in "):
                    continue  # the whole of a share: 12 times in 100
                number, margin = value(found[0])
                share = {number / 100} if found[0].endswith("%") else {number}
                in_hundred = re.match(
                    r"\s+(?:times\s+)?(?:in|of)\s+100\b", words[found.end() :]
                )
                share |= {number / 100} if in_hundred else set()
                yield cell.id, found[0].strip(), share, margin
            for found in WORDS.finditer(words):
                yield cell.id, " ".join(found[0].split()), *in_words(found)


def in_words(found):
    """Return the values that a number in words may stand for, and their margin."""
    of, whole, times, twice, several, part, half = (
        group and group.lower() for group in found.groups()
    )
    if of:
        few = VALUES.get(of, 0)
        return {few / VALUES[whole], float(few)}, 0.001
    if times or twice:
        return {float(VALUES.get(times, 2))}, 0.25 * VALUES.get(times, 2)
    share = VALUES.get(several, 1) * PARTS["half" if half else part]
    return {share, 1 - share}, 0.1 * share


def given(notebook):
    """Return every number among the outputs of a page and in its code."""
    found = set()
    for cell in notebook.cells:
        if cell.cell_type == "code" and "colab" not in tags(cell):
            texts = [cell.source, *map(output_text, cell.outputs)]
            found |= {value(number)[0] for t in texts for number in NUMBER.findall(t)}
    return sorted(found)


def unheld(notebook):
    """Yield the cell and the text of each number that nothing on the page gives."""
    numbers = given(notebook)
    for cell_id, text, values, margin in said(notebook):
        near = (
            abs(abs(number) - abs(v)) <= margin * (1 + 1e-9)
            or (v > 1 and math.isclose(number * 100, v, abs_tol=0.5) and number < 1)
            for number in numbers
            for v in values
        )
        if not any(near):
            yield cell_id, text
