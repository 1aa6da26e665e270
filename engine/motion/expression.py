"""What the face does while the body moves: the expression that a text asks for, speech, and blinking."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from engine.motion.arrays import Array
from engine.motion.text_rules import tokens
from engine.protocol import FACE_SHAPES
from engine.tables import read_toml

TABLE = Path(__file__).with_name("expressions.toml")
NOT = frozenset({"not", "never", "no", "without"})
"""Before a word they take its expression back."""
APART = (2.0, 6.0)
"""Seconds between two blinks, at least and at most. Set by hand."""
CLOSES, STAYS, OPENS = 0.08, 0.04, 0.16
"""Seconds that lids take. Set by hand."""
SYLLABLES = 4.5
"""A second, in speech. Set by hand."""
LIVELY = 0.10
"""Share by which an expression grows and fades by itself. Set by hand."""


@dataclass(frozen=True)
class Expression:
    """A record of the table."""

    words: frozenset[str]
    shapes: Array
    """(52,) 0-1."""
    blink: float = 1.0
    speech: float = 0.0


@cache
def expressions(path: Path = TABLE) -> dict[str, Expression]:
    """The table's records by name.

    Raises:
        ValueError: names the file, the record and what is wrong with it.
    """
    found = {}
    for name, record in read_toml(path).items():
        shapes = np.zeros(len(FACE_SHAPES), np.float32)
        rest = {key: record.pop(key) for key in ("words", "blink", "speech") if key in record}
        for shape, amount in record.items():
            named = [
                index for index, known in enumerate(FACE_SHAPES) if known in (shape, f"{shape}Left", f"{shape}Right")
            ]
            if not named or not 0 <= amount <= 1:
                raise ValueError(f"{path.name}: [{name}] {shape} = {amount} is no face shape from 0 to 1.")
            shapes[named] = amount
        words = frozenset(rest.pop("words").split("|"))
        found[name] = Expression(words, shapes, **rest)
    return found


def expressions_in(text: str) -> list[Expression]:
    """The expressions that a motion text names, in the table's order."""
    words = tokens(text)
    said = {word for before, word in zip(["", *words], words) if before not in NOT}
    return [expression for expression in expressions().values() if expression.words & said]


def face_of(text: str, frames: int, fps: float, rng: np.random.Generator) -> Array:
    """Values (T,52) of the face shapes, 0-1, for a text.

    Args:
        text: what the avatar does.
        frames: T.
        fps: frames a second.
        rng: decides when it blinks.
    """
    shown = expressions_in(text)
    clock = np.arange(frames) / fps
    level = np.max([expression.shapes for expression in shown], axis=0) if shown else np.zeros(len(FACE_SHAPES))
    turns = max(1, round(frames / fps / 3))  # whole ones, so that loops close
    swell = 1 - LIVELY * (
        0.5 + 0.5 * np.sin(2 * np.pi * turns * np.arange(frames) / frames + rng.uniform(0, 2 * np.pi))
    )
    face = swell[:, None] * level
    lids = [FACE_SHAPES.index(f"eyeBlink{side}") for side in ("Left", "Right")]
    if all(level[lids] >= 1):  # eyes that are shut stay so
        face[:, lids] = 1
    speech = max((expression.speech for expression in shown), default=0.0)
    if speech:
        face = np.maximum(face, speech * speech_shapes(clock, rng))
    rates = [expression.blink for expression in shown] or [1.0]
    blink = blinks(clock, 0.0 if 0.0 in rates else float(np.mean(rates)), rng)[:, None]
    face[:, lids] = np.maximum(face[:, lids], blink)
    others = [index for index, name in enumerate(FACE_SHAPES) if name.startswith("eye") and index not in lids]
    face[:, others] *= 1 - blink  # lids that are shut neither squint nor look anywhere
    return np.clip(face, 0, 1).astype(np.float32)


def blinks(clock: Array, rate: float, rng: np.random.Generator) -> Array:
    """(T,) 0-1 how far the lids are closed at seconds (T,), ``rate`` times as often as usual."""
    closed = np.zeros(len(clock))
    if rate <= 0:
        return closed
    length = CLOSES + STAYS + OPENS
    end = float(clock[-1]) if len(clock) else 0.0
    start = rng.uniform(0.3, 1.6) / rate
    while start + length < end:
        since = clock - start
        closed = np.maximum(closed, np.interp(since, [0, CLOSES, CLOSES + STAYS, length], [0, 1, 1, 0]))
        near = int(np.argmin(np.abs(since - CLOSES - 0.5 * STAYS)))
        closed[near] = 1.0  # no blink falls between two frames
        start += length + rng.uniform(*APART) / rate
    return closed


def speech_shapes(clock: Array, rng: np.random.Generator) -> Array:
    """(T,52) of a mouth that speaks words and pauses, at seconds (T,)."""
    count = max(2, int(np.ceil(clock[-1] * SYLLABLES)) + 2)
    at = np.cumsum(rng.uniform(0.6, 1.4, count)) / SYLLABLES
    opened = rng.uniform(0.25, 1.0, count) * (rng.random(count) > 0.15)
    round_, wide = rng.uniform(0, 1, count) ** 2, rng.uniform(0, 1, count) ** 2
    face = np.zeros((len(clock), len(FACE_SHAPES)))
    bump = np.abs(np.sin(np.pi * np.interp(clock, np.append(0, at), np.arange(count + 1))))
    for names, amounts in (
        (("jawOpen",), 0.55 * opened),
        (("mouthFunnel", "mouthPucker"), 0.5 * round_ * opened),
        (("mouthStretchLeft", "mouthStretchRight"), 0.4 * wide * opened),
        (("mouthLowerDownLeft", "mouthLowerDownRight"), 0.5 * opened),
        (("mouthUpperUpLeft", "mouthUpperUpRight"), 0.3 * opened),
    ):
        value = bump * np.interp(clock, at, amounts)
        for name in names:
            face[:, FACE_SHAPES.index(name)] = value
    return face
