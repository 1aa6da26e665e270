"""Numbers as people write them, in digits or in English words."""

from __future__ import annotations

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = {word: n for n, word in enumerate(_SMALL.split())} | {w: 10 * n for n, w in enumerate(_TENS.split(), 2)}
_WORDS["hundred"] = 100
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))

NUMBER = rf"(?:\d+(?:[.,]\d+)?|(?:{_WORD})(?:[ -](?:{_WORD}))*)"
"""Pattern of a number in digits, or in lower-case words below a thousand."""


def number(words: str) -> float:
    """The value of a `NUMBER`."""
    if words[0].isdigit():
        return float(words.replace(",", "."))
    total = 0
    for word in words.replace("-", " ").split():
        total = max(total, 1) * 100 if word == "hundred" else total + _WORDS[word]
    return float(total)
