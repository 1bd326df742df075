"""Number words come as the library writes them, and each character has its place."""

import numpy as np
import pytest

from lstm_utils.tasks import (
    LANGUAGES,
    TAGS,
    number_alignment,
    number_pairs,
    number_vocabulary,
    number_words,
)

ALL = np.arange(1000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_words_of_its_own_without_capitals_or_digits(language):
    words = number_words(ALL, language)
    assert len({*words}) == 1000
    text = "".join(words)
    assert text == text.lower()
    assert all(c.isalpha() or c in " -" for c in text)


@pytest.mark.parametrize(
    ("language", "words"),
    {
        "de": "siebenhundertachtundvierzig",
        "fr": "sept cent quarante-huit",
        "cy": "saith cant ac wyth a deugain",
        "da": "syvhundrede og otteogfyrre",
        "tr": "yediyüzkırksekiz",
    }.items(),
)
def test_a_number_is_written_as_people_do(language, words):
    assert number_words([748], language) == [words]


def test_sixteen_languages_have_sixteen_tags_that_no_word_holds():
    assert TAGS.keys() == LANGUAGES.keys()
    assert len({*TAGS.values()}) == len(LANGUAGES) == 16
    assert all(len(tag) == 1 and tag.isupper() for tag in TAGS.values())


def test_a_pair_is_padded_to_its_longest_word_and_comes_back():
    source, targets = number_pairs(ALL, [("de", "fr")])
    assert (source.shape, targets.shape) == ((1000, 29), (1000, 34))
    decode = number_vocabulary(["de", "fr"]).decode
    assert decode(source) == number_words(ALL, "de")
    assert decode(targets) == number_words(ALL, "fr")
    ends = (targets == 2).sum(axis=1)
    assert (ends == 1).all()


def test_of_three_languages_each_source_says_into_which():
    names = ["de", "fr", "en"]
    pairs = [("de", "fr"), ("en", "de")]
    source, targets = number_pairs([7, 80], pairs, languages=names)
    decode = number_vocabulary(names).decode
    assert decode(source) == ["Fsieben", "Fachtzig", "Gseven", "Geighty"]
    assert decode(targets) == ["sept", "quatre-vingts", "sieben", "achtzig"]
    # One form for all that a model is given.
    other = number_pairs([999], [("fr", "en")], languages=names)
    assert [ids.shape[1] for ids in other] == [34, 34]
    assert source.shape[1] == targets.shape[1] == 34


O, T, H, TO = "OTH+"  # noqa: E741


def places(number, language, other="en"):
    """Return for each character the places that it shares with parts of English."""
    # In "seven hundred and seventy-five" each place has words of its own.
    word = number_words([number], language)[0]
    english = number_words([number], other)[0]
    aligned = number_alignment([number], [(other, language)])[0]
    hundred = english.rfind("hundred") >= 0
    parts = {H: 0 if hundred else None, T: english.find("ty"), O: len(english) - 1}
    found = ""
    for row in aligned[: len(word)]:
        marks = [k for k, at in parts.items() if at is not None and row[at]]
        found += TO if marks == [T, O] else marks[0]
    return word, found


@pytest.mark.parametrize(
    ("number", "language", "expected"),
    [
        (748, "de", ("siebenhundert" + "acht" + "undvierzig", 13 * H + 4 * O + 10 * T)),
        (748, "fr", ("sept cent " + "quarante" + "-huit", 10 * H + 8 * T + 5 * O)),
        (575, "fr", ("cinq cent " + "soixante" + "-quinze", 10 * H + 8 * T + 7 * TO)),
        (281, "fr", ("deux cent " + "quatre-vingt-" + "un", 10 * H + 13 * T + 2 * O)),
        (
            571,
            "da",
            ("femhundrede og " + "en" + "oghalvfjerds", 15 * H + 2 * O + 12 * T),
        ),
        (375, "it", ("trecento" + "settant" + "acinque", 8 * H + 7 * T + 7 * O)),
        (345, "cy", ("tri chant a ph" + "ump" + " a deugain", 14 * H + 3 * O + 10 * T)),
    ],
)
def test_characters_belong_to_hundreds_tens_and_ones(number, language, expected):
    assert places(number, language) == expected


def test_of_each_place_only_the_first_letter_may_count():
    numbers = [748, 575, 431, 12]
    whole, first = (
        number_alignment(numbers, [("de", "fr")], first_only=only)
        for only in (False, True)
    )
    rows = first.any(axis=2)
    assert np.array_equal(first, whole & rows[:, :, None])
    words = number_words(numbers, "fr")
    found = [
        "".join(np.array([*w])[r[: len(w)]]) for w, r in zip(words, rows, strict=True)
    ]
    # sept quarante huit, cinq soixante quinze, quatre trente et un, douze
    assert found == ["sqh", "csq", "qte", "d"]


def test_small_numbers_are_read_anywhere_and_tags_and_ends_nowhere():
    aligned = number_alignment([8], [("de", "fr")], languages=["de", "fr", "en"])[0]
    assert aligned[:4, 1:5].all()  # huit from acht
    assert aligned.sum() == 16


def test_of_a_round_hundred_and_of_a_teen_every_character_may_be_read_anywhere():
    for number, words in (
        (300, ("dreihundert", "trois cents")),
        (12, ("zwölf", "douze")),
    ):
        aligned = number_alignment([number], [("de", "fr")])[0]
        assert aligned.sum() == len(words[0]) * len(words[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: number_words([7], "xx"),
            r"language must name known .*'xx' came. The co",
        ),
        (lambda: number_words([1000], "de"), "numbers holds 1000, expected 0 to 999"),
        (lambda: number_words([-1], "de"), "numbers holds -1, expected 0 to 999"),
        (lambda: number_words([0.5], "de"), "numbers must hold whole numbers"),
        (lambda: number_vocabulary(["de", "de"]), "languages must name each once"),
        (lambda: number_pairs([7], [("de", "de")]), r"pairs\[0\] must name each once"),
        (lambda: number_pairs([7], [("de",)]), r"pairs\[0\] must have 2 entries"),
        (
            lambda: number_pairs([7], [("de", "fr")], languages=["de", "en"]),
            "languages must hold all languages of pairs, 'fr' among them",
        ),
        (
            lambda: number_vocabulary(["de", "fr"]).encode(["7"]),
            "texts.0. '7' holds '7', which is not among the symbols",
        ),
    ],
)
def test_what_cannot_be_written_is_refused(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
