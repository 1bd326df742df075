"""Numbers from 0 to 999 as the words of sixteen languages, written by num2words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_utils._validate import check_array, check_flag, check_list, shown, wrong
from lstm_utils.tasks._number_places import (
    N_NUMBERS,
    all_places,
    all_words,
    first_letters,
)
from lstm_utils.tasks.vocabulary import Vocabulary

__all__ = [
    "LANGUAGES",
    "TAGS",
    "number_alignment",
    "number_pairs",
    "number_vocabulary",
    "number_words",
]

LANGUAGES = {
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "eo": "Esperanto",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "sv": "Swedish",
    "tr": "Turkish",
}
# One capital letter for each language, which no number word holds.
TAGS = dict(zip(LANGUAGES, "WKGEOSUFHJIDPLVT", strict=True))
CODES = f"The codes are {', '.join(LANGUAGES)}."


def number_words(numbers, language: str) -> list[str]:
    """Write numbers as words, as the library num2words does.

    Introduced in: 14

    Parameters
    ----------
    numbers : array_like of int, shape (n,)
        From 0 to 999.
    language : str
        A code among `LANGUAGES`, such as ``"de"``.

    Returns
    -------
    list of str

    Raises
    ------
    ModuleNotFoundError
        If num2words is not installed.
    TypeError, ValueError
        If a number is not whole or out of range, or the language is not known.

    References
    ----------
    Savoir-faire Linux, num2words (LGPL): https://github.com/savoirfairelinux/num2words

    Examples
    --------
    >>> number_words([75, 748], "de")
    ['fünfundsiebzig', 'siebenhundertachtundvierzig']
    >>> number_words([75, 748], "fr")
    ['soixante-quinze', 'sept cent quarante-huit']
    """
    numbers = _check_numbers(numbers)
    (language,) = _check_languages("language", [language])
    return [all_words(language)[number] for number in numbers]


def number_vocabulary(languages: Sequence[str]) -> Vocabulary:
    """Return the characters that the number words of some languages are made of.

    With more than two languages the capital letters of `TAGS` come last: a source
    then begins with the tag of the language into which it is to be translated.

    Introduced in: 14

    Parameters
    ----------
    languages : sequence of str
        Codes among `LANGUAGES`, each once.

    Returns
    -------
    Vocabulary

    Raises
    ------
    ModuleNotFoundError
        If num2words is not installed.
    TypeError, ValueError
        If a language is not known, or comes twice.

    Examples
    --------
    >>> number_vocabulary(["de", "fr"]).symbols
    ' -abcdefghilnopqrstuvwxzßéöü'
    >>> number_vocabulary(["de", "fr", "en"]).symbols[-3:]
    'EFG'
    """
    languages = _check_languages("languages", languages)
    letters = sorted({*"".join(word for k in languages for word in all_words(k))})
    tags = sorted(TAGS[k] for k in languages) if len(languages) > 2 else []
    return Vocabulary(letters + tags)


def number_pairs(
    numbers, pairs: Sequence[tuple[str, str]], *, languages: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Write numbers in one language and in another, as token ids.

    All of `numbers` come for the first pair, then all for the second, and so on. If
    there are more than two languages, each source begins with the tag of its target.

    Introduced in: 14

    Parameters
    ----------
    numbers : array_like of int, shape (n,)
        From 0 to 999.
    pairs : sequence of (str, str)
        From which language into which: codes among `LANGUAGES`.
    languages : sequence of str or None
        All languages of a model, if it has more than these pairs have; they say what
        the vocabulary is and how many steps there are. None takes those of `pairs`.

    Returns
    -------
    source : ndarray of int32, shape (len(pairs) * n, source steps)
        Ids of `number_vocabulary`, padded on the right: as many steps as the longest
        word from 0 to 999 in any language that can be a source, and one for a tag.
    targets : ndarray of int32, shape (len(pairs) * n, target steps)
        The words, then end.

    Raises
    ------
    ModuleNotFoundError
        If num2words is not installed.
    TypeError, ValueError
        If a number is not whole or out of range, a language is not known or not among
        `languages`, or there is no pair.

    References
    ----------
    Johnson et al. (2017), Google's multilingual neural machine translation system,
    for the tag.

    Examples
    --------
    >>> source, targets = number_pairs([21, 80], [("de", "fr")])
    >>> vocabulary = number_vocabulary(["de", "fr"])
    >>> vocabulary.decode(source), vocabulary.decode(targets)
    (['einundzwanzig', 'achtzig'], ['vingt et un', 'quatre-vingts'])
    """
    numbers = _check_numbers(numbers)
    form = _Form(pairs, languages)
    asked = [form.tag(to) + word for of, to in form.pairs for word in all_words(of)]
    answers = [word for _, to in form.pairs for word in all_words(to)]
    rows = np.concatenate([numbers + k * N_NUMBERS for k in range(len(form.pairs))])
    encode = form.vocabulary.encode
    source = encode([asked[k] for k in rows], length=form.source_steps)
    texts = [answers[k] for k in rows]
    return source, encode(texts, end=True, length=form.target_steps)


def number_alignment(
    numbers,
    pairs: Sequence[tuple[str, str]],
    *,
    languages: Sequence[str] | None = None,
    first_only: bool = False,
) -> np.ndarray:
    """Tell where in a number word each character of its translation is to be read.

    Each character belongs to a place of the number, its hundreds, tens or ones, or to
    two of them, as "elf" and the "quinze" of "soixante-quinze" do. A character of the
    target may be read wherever a character of the source shares a place with it. Of
    the words below a hundred, what all numbers of a decade have in common, at their
    beginning or end, tells the tens. The rest tells the ones, and the tens as well
    where it is neither the rest of the twenties nor, behind one letter at most, the
    word of the ones. Letters that change behind a hundred, as in Welsh, go with it. The
    end and tags belong to no place.

    Introduced in: 14

    Parameters
    ----------
    numbers, pairs, languages
        As for `number_pairs`.
    first_only : bool
        Whether only the first letter of each place is to be read: there something is
        decided, and what follows can be known from what was written.

    Returns
    -------
    ndarray of bool, shape (len(pairs) * n, target steps, source steps)
        Whether the target step may read the source step.

    Raises
    ------
    ModuleNotFoundError, TypeError, ValueError
        As of `number_pairs`.

    Examples
    --------
    >>> aligned = number_alignment([21], [("de", "fr")])[0]
    >>> "".join(c for c, read in zip("einundzwanzig", aligned[0]) if read)
    'undzwanzig'
    """
    numbers, form = _check_numbers(numbers), _Form(pairs, languages)
    check_flag("first_only", first_only)
    shape = len(form.pairs) * len(numbers), form.target_steps, form.source_steps
    aligned = np.zeros(shape, dtype=bool)
    for k, (of, to) in enumerate(form.pairs):
        start = len(form.tag(to))
        for row, n in enumerate(numbers, start=k * len(numbers)):
            read, written = all_places(of)[n], all_places(to)[n]
            shared = (written[:, None] & read) > 0
            if first_only:
                shared &= first_letters(all_words(to)[n], written)[:, None]
            aligned[row, : len(written), start : start + len(read)] = shared
    return aligned


class _Form:
    """What the pairs of a model share: vocabulary, steps, tags."""

    def __init__(self, pairs, languages):
        hint = "Such as [('de', 'fr')]."
        self.pairs = []
        for k, pair in enumerate(check_list("pairs", pairs, hint)):
            name = f"pairs[{k}]"
            both = check_list(name, pair, "It is from one into another.", length=2)
            self.pairs.append(_check_languages(name, both))
        named = dict.fromkeys(code for pair in self.pairs for code in pair)
        sources, targets = ({pair[k] for pair in self.pairs} for k in (0, 1))
        if languages is not None:
            given = _check_languages("languages", languages)
            if lacking := [code for code in named if code not in given]:
                expected = f"hold all languages of pairs, {lacking[0]!r} among them"
                raise wrong(ValueError, "languages", expected, shown(languages))
            named = sources = targets = given
        self.vocabulary = number_vocabulary([*named])
        self.tagged = len(named) > 2
        longest = {code: max(map(len, all_words(code))) for code in named}
        self.source_steps = max(longest[code] for code in sources) + self.tagged
        self.target_steps = max(longest[code] for code in targets) + 1

    def tag(self, language) -> str:
        return TAGS[language] if self.tagged else ""


def _check_numbers(numbers) -> np.ndarray:
    hint = "Give one number for each word."
    numbers = check_array("numbers", numbers, ("n",), hint)
    if numbers.dtype.kind not in "iu":
        what = f"dtype {numbers.dtype}"
        raise wrong(TypeError, "numbers", "hold whole numbers", what)
    for extreme in (numbers.min(), numbers.max()):
        if not 0 <= extreme < N_NUMBERS:
            raise ValueError(
                f"numbers holds {extreme}, expected 0 to {N_NUMBERS - 1}: the "
                "alignment and the lengths are known for these."
            )
    return numbers.astype(int)


def _check_languages(name, languages) -> list[str]:
    listed = [*check_list(name, languages, f"Such as ['de', 'fr']. {CODES}")]
    for k, code in enumerate(listed):
        if not isinstance(code, str) or code not in LANGUAGES:
            expected = "name known languages"
            raise wrong(ValueError, name, expected, repr(code), CODES)
        if code in listed[:k]:
            raise wrong(ValueError, name, "name each once", f"{code!r} twice")
    return listed
