"""From a sentence to words that count: normalising, stemming, and cutting a prompt into movements and their manner."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from engine.motion.manner import MANNERS, OF_WORD


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOPWORDS = _words(
    """a an the is are am was be been being of to in on at for and or with by from as it its his her their my your our
    this that these those he she they i you we somebody someone something anybody person people man woman guy girl
    boy human figure character avatar who which very really just some one oneself himself herself themselves into
    onto like 3d rendered rendering motion movement action animation pose gesture doing does do make making makes made
    perform performing performs while him currently now about around would will can has have had having starts starting
    starts begins beginning tries trying go goes going then"""
)
"""Words that say nothing about the movement. "around" and "like" count only inside known phrases."""

NOUNS = _words("morning evening ceiling string spring wedding building clothing darling wing king ring thing boxing")
"""Words in -ing that name no movement, or not the main one."""

LIGHT = _words("take put play get give hold use draw work move")
"""Verbs that say little without their object: playing chess is nothing like playing the drums."""

_PAIRS = """ran run sat sit stood stand threw throw thrown throw swam swim fell fall fallen fall wept weep rode ride
    ridden ride drove drive ate eat drank drink shot shoot lay lie lying lie lain lie dying die knelt kneel swung swing
    hung hang crept creep slept sleep thought think wrote write sang sing flew fly dug dig bent bend leapt leap spun
    spin feet foot hands hand arms arm legs leg tying tie dancer dance boxer box runner run swimmer swim kicker kick
    drummer drum guitarist guitar archer archery golfer golf cyclist cycle driver drive biking bike skater skate singer
    sing fencer fence rower row jumper jump climber climb begs beg begging beg prayer pray applause applaud"""
_IRREGULAR = dict(zip(_PAIRS.split()[::2], _PAIRS.split()[1::2]))
"""Inflected word -> its base."""

_ADVERBS = frozenset(w for name in ("slow", "fast", "strong", "weak", "careful") for w in MANNERS[name].words)
"""Words that say only how; other manners ("sadly") stay in the text, for "walking sadly" is a movement of its own."""

_COUNTS = {
    word: n
    for n, words in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
    for word in (words, str(n))
}
_COUNTS |= {"once": 1, "twice": 2, "thrice": 3}
_COUNTED = _words(
    """hands arms legs feet knees fists fingers eyes sides swords blades knives pistols guns people men women friends
    directions metres meters miles hours minutes seconds"""
)
"""Nouns after which a number says nothing about how often."""


@dataclass(frozen=True)
class Part:
    """One movement of a prompt."""

    text: str
    words: tuple[str, ...]
    """Stems that count, in order."""
    forms: tuple[str, ...] = ()
    """The same words as they were written."""
    lead: int = 0
    """Index of the word that names the movement: the first in -ing, or else the first."""
    has_verb: bool = False
    """Whether such a word in -ing was found."""
    left: bool = False
    """The left side was asked for."""
    manners: tuple[str, ...] = ()
    """Names of `manner.MANNERS`."""
    count: int | None = None
    """How often, where the text says so."""
    in_place: bool = False
    """The text asks not to travel."""
    during: bool = False
    """Said to happen during the other parts ("while waving")."""

    @property
    def speed(self) -> float:
        """How fast, 1 by default."""
        return float(np.clip(np.prod([MANNERS[name].speed for name in self.manners]), 0.5, 2))

    @property
    def strength(self) -> float:
        """How far joints go, 1 by default."""
        return float(np.clip(np.prod([MANNERS[name].strength for name in self.manners]), 0.5, 1.5))


@dataclass(frozen=True)
class Prompt:
    """A prompt as movements after one another, each of one or more at the same time."""

    steps: tuple[tuple[Part, ...], ...] = field(default=())


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


def tokens(text: str) -> list[str]:
    """Lower-case words without accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub("['\u2019]s?", "", plain)
    plain = re.sub(r"\b(push|press|sit|pull|chin)[ -](ups?)\b", r"\1\2", plain)
    plain = re.sub(r"\bturn(s|ed|ing)? (a?round|back|about)\b", r"turnaround\1", plain)
    plain = re.sub(r"\bon (the|one) spot\b", "in place", plain)
    plain = re.sub(r"\bt[ -]?pos(e|ing)\b", "tpose", plain)
    plain = re.sub(r"\ba[ -]pos(e|ing)\b", "apose", plain)
    return re.findall(r"[^\W_]+", plain)


def stems(text: str) -> tuple[str, ...]:
    """Stems of the words that count."""
    return tuple(stem(w) for w in tokens(text) if w not in STOPWORDS)


def lead_of(text: str) -> int:
    """Index among `stems(text)` of the first word in -ing that isn't a noun, or -1."""
    kept = [w for w in tokens(text) if w not in STOPWORDS]
    for index, word in enumerate(kept):
        if word.endswith("ing") and len(word) > 4 and word not in NOUNS:
            return index
    return -1


def part_of(text: str) -> Part:
    """Read one movement: its words, side, manner and count."""
    words = tokens(text)
    left = "left" in words and "right" not in words
    manners = tuple(dict.fromkeys(OF_WORD[w] for w in words if w in OF_WORD))
    count, counting = _count(words)
    aside = _ADVERBS | {"left", "right"} | counting
    kept = [w for w in words if w not in aside] or words
    lead = lead_of(" ".join(kept))
    forms = tuple(w for w in kept if w not in STOPWORDS)
    in_place = any(pair == ("in", "place") for pair in pairwise(words))
    return Part(
        text.strip(), tuple(stem(w) for w in forms), forms, max(lead, 0), lead >= 0, left, manners, count, in_place
    )


def _count(words: list[str]) -> tuple[int | None, frozenset[str]]:
    """How often something is done, and the words that said so ("three times", "twice", "ten push-ups")."""
    for word, after in zip(words, [*words[1:], ""]):
        if word in ("once", "twice", "thrice"):
            return _COUNTS[word], frozenset({word})
        if word in _COUNTS and (after == "times" or (after.endswith("s") and after not in _COUNTED)):
            return _COUNTS[word], frozenset({word, "times"})
    return None, frozenset()


def parse(prompt: str) -> Prompt:
    """Cut a prompt at "then" (one after the other) and at "while", "and" and commas (perhaps at the same time)."""
    steps = []
    for step in re.split(r"\b(?:and then|then|before|followed by|afterwards)\b|[.;\n]+", prompt.lower()):
        if not step.strip():
            continue
        main, *during = re.split(r"\bwhile\b|\bwhilst\b", step)
        parts = tuple(
            replace(part_of(w), during=clause is not main)
            for clause in (main, *during)
            for w in re.split(r"\band\b|,", clause)
            if w.strip() and stems(w)
        )
        if parts:
            steps.append(parts)
    return Prompt(tuple(steps))
