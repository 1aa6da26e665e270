"""Stems of English words, for whatever compares words."""

from __future__ import annotations

_PAIRS = """ran run sat sit stood stand threw throw thrown throw swam swim fell fall fallen fall wept weep rode ride
    ridden ride drove drive ate eat drank drink shot shoot lay lie lying lie lain lie dying die knelt kneel
    swung swing hung hang crept creep slept sleep thought think wrote write sang sing flew fly dug dig bent bend
    leapt leap spun spin feet foot hands hand arms arm legs leg tying tie dancer dance boxer box runner run
    swimmer swim kicker kick drummer drum guitarist guitar archer archery golfer golf cyclist cycle driver drive
    biking bike skater skate singer sing sideways side sidewards side fencer fence rower row jumper jump climber
    climb begs beg begging beg prayer pray applause applaud"""
_IRREGULAR = dict(zip(_PAIRS.split()[::2], _PAIRS.split()[1::2]))
"""Inflected word -> its base."""


def stem(word: str) -> str:
    """A crude stem that maps waving, waves, waved and wave to the same text."""
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    for ending in ("ing", "ed", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            if ending == "s" and word.endswith(("ss", "us", "is")):
                break
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    word = word[:-1] if word.endswith("e") and len(word) > 3 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word
