"""From a sentence to words that count: normalising, stemming, and cutting a prompt into movements and their manner."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field


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

SLOW = _words("slowly slow gentle gently lazily carefully sluggishly tiredly leisurely calmly")
FAST = _words("fast quickly quick rapidly hastily hurriedly swiftly frantically energetically vigorously wildly")
MANNERS = {
    "sad": _words("sadly sad depressed unhappy gloomily mournfully tiredly wearily exhausted tired weary"),
    "happy": _words("happily happy joyfully cheerfully excitedly gleefully proudly proud merrily"),
    "angry": _words("angrily angry furiously aggressively mad rage"),
    "old": _words("old elderly grandpa grandma grandmother grandfather"),
}
_MANNER_OF = {word: manner for manner, words in MANNERS.items() for word in words}


@dataclass(frozen=True)
class Part:
    """One movement of a prompt."""

    text: str
    words: tuple[str, ...]
    """Stems that count, in order."""
    lead: int = 0
    """Index of the word that names the movement: the first in -ing, or else the first."""
    has_verb: bool = False
    """Whether such a word in -ing was found."""
    left: bool = False
    """The left side was asked for."""
    speed: float = 1.0
    manner: str | None = None


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
    """Read one movement: its words, side, speed and manner."""
    words = tokens(text)
    left = "left" in words and "right" not in words and not {"turn", "turning", "look", "looking"} & set(words)
    speed = 0.7 if SLOW & set(words) else 1.4 if FAST & set(words) else 1.0
    manner = next((_MANNER_OF[w] for w in words if w in _MANNER_OF), None)
    aside = SLOW | FAST | {"left", "right"}
    # A word of manner stays in the text too: "walking sadly" is a movement of its own.
    kept = " ".join(w for w in words if w not in aside) or text
    lead = lead_of(kept)
    return Part(text.strip(), stems(kept), max(lead, 0), lead >= 0, left, speed, manner)


def parse(prompt: str) -> Prompt:
    """Cut a prompt at "then" (one after the other) and at "while", "and" and commas (perhaps at the same time)."""
    steps = []
    for step in re.split(r"\b(?:and then|then|before|followed by|afterwards)\b|[.;\n]+", prompt.lower()):
        if not step.strip():
            continue
        whiles = re.split(r"\bwhile\b|\bwhilst\b|\band\b|,", step)
        parts = tuple(part_of(w) for w in whiles if w.strip() and stems(w))
        if parts:
            steps.append(parts)
    return Prompt(tuple(steps))
