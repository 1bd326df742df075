"""A toy language whose grammar is known: sentences to learn from, and a judge."""

from __future__ import annotations

import re

from lstm_utils._validate import shown, wrong
from lstm_utils.tasks._draws import generator

__all__ = ["LONGEST_SENTENCE", "draw_sentences", "is_sentence"]

NOUNS, SEE = ("cat", "dog", "bee"), ("see", "hear", "like")
DO = ("run", "sing", "nap")
LONGEST_SENTENCE = 45
"""Characters of the longest sentence of the toy language, the full stop included."""


def draw_sentences(n: int, *, seed: int) -> list[str]:
    """Draw sentences such as "the dog that some cats see runs.".

    A verb has the form that its noun asks for, though another noun may stand between
    the two. The same sentence may be drawn more than once.

    Introduced in: 12

    Parameters
    ----------
    n : int
        Number of sentences.
    seed : int
        Seed of the generator.

    Returns
    -------
    list of str

    Raises
    ------
    TypeError, ValueError
        If `n` is not a whole number from 1, or `seed` not one from 0.

    References
    ----------
    Elman (1991), Distributed representations, simple recurrent networks, and
    grammatical structure, has a language of this kind.

    Examples
    --------
    >>> draw_sentences(2, seed=12)
    ['the bees that the cats hear sing.', 'some dogs hear a cat.']
    """
    rng = generator(seed, n=n)
    return [_sentence(rng) for _ in range(n)]


def _sentence(rng) -> str:
    text, many = _noun_phrase(rng)
    s = "s" * (1 - many)  # the dog runs, the dogs run
    if rng.random() < 0.5:
        return f"{text} {rng.choice(DO)}{s}."
    what, _ = _noun_phrase(rng, clause=False)
    return f"{text} {rng.choice(SEE)}{s} {what}."


def _noun_phrase(rng, clause=True) -> tuple[str, int]:
    many = int(rng.integers(2))
    text = rng.choice(("the", "some") if many else ("the", "a")) + " "
    text += rng.choice(NOUNS) + "s" * many
    if clause and rng.random() < 0.4:
        inner, inner_many = _noun_phrase(rng, clause=False)
        text += f" that {inner} {rng.choice(SEE)}" + "s" * (1 - inner_many)
    return text, many


def is_sentence(text: str) -> bool:
    """Say whether a text is one whole sentence of the toy language.

    Introduced in: 12

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool

    Raises
    ------
    TypeError
        If `text` is not a string.

    Examples
    --------
    >>> is_sentence("the dog that the cats see runs.")
    True
    >>> is_sentence("the dog that the cats see run.")
    False
    """
    if not isinstance(text, str):
        hint = "Judge a list of texts one by one, and ids after `Vocabulary.decode`."
        raise wrong(TypeError, "text", "be a string", shown(text), hint)
    noun, see, do = (f"({'|'.join(words)})" for words in (NOUNS, SEE, DO))
    one, many = f"(the|a) {noun}", f"(the|some) {noun}s"
    seen = f"( that ({one} {see}s|{many} {see}))?"
    grammar = (
        f"{one}{seen} ({do}s|{see}s ({one}|{many}))[.]"
        f"|{many}{seen} ({do}|{see} ({one}|{many}))[.]"
    )
    return re.fullmatch(grammar, text) is not None
