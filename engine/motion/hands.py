"""What hands do during a motion: poses by name, called by movements and words, with soft transitions.

A hand of which nothing is said is relaxed; relaxed fingers differ a little from seed to seed and are never quite still.
"""

from __future__ import annotations

from collections.abc import Sequence as Ordered
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d

from engine.body.hands import RELAXED, both_hands
from engine.motion.arrays import Array
from engine.motion.sequence import Sequence, away_from_hanging
from engine.protocol import FINGERS
from engine.stems import stem
from engine.tables import read_as

TABLE = Path(__file__).with_name("hands.toml")
SOFT = 0.12
"""Standard deviation in seconds of a change from one pose to another. Set by hand."""
ACTS, SHARE = 0.12, 0.55
"""Metres, on arms of the reference's length, from which on an arm does something, and the share of what the other does
below which it does not. Set by hand."""
VARIED, DRIFT = 0.07, 0.035
"""How much of the way to a fist relaxed fingers differ from seed to seed, and by how much they move meanwhile. Set by
hand."""
DRIFT_SECONDS = 4.0
"""Of one wave of the drift of fingers. Set by hand."""


@dataclass(frozen=True)
class Span:
    """What is done in some frames of a motion."""

    first: int
    last: int
    """One behind."""
    names: tuple[str, ...]
    """Of the movements."""
    texts: tuple[str, ...]
    """What was said."""
    side: str = ""
    """Of the limb that was named, if one was."""


@dataclass(frozen=True)
class Call:
    """A pose by name, and which hands it is for."""

    pose: str
    both: bool


class _OfMovements(TypedDict):
    pose: str
    hands: str
    names: list[str]


class _OfTexts(TypedDict):
    pose: str
    hands: str
    phrases: list[str]


class Calls(TypedDict):
    """The tables of ``hands.toml``."""

    movement: list[_OfMovements]
    text: list[_OfTexts]


def read_calls(path: Path = TABLE) -> Calls:
    """The records of a file; `ValueError` names the file, the record's number, the key and what is wrong."""
    found: Calls = read_as(path, Calls)
    return found


@cache
def _table() -> tuple[dict[str, Call], tuple[tuple[frozenset[str], Call], ...]]:
    """Calls by movements' names, and by stems that must all be in a text, those of most words first."""
    data = read_calls()
    movements = {name: Call(row["pose"], row["hands"] == "both") for row in data["movement"] for name in row["names"]}
    phrases = [
        (frozenset(map(_form, phrase.split())), Call(row["pose"], row["hands"] == "both"))
        for row in data["text"]
        for phrase in row["phrases"]
    ]
    return movements, tuple(sorted(phrases, key=lambda pair: -len(pair[0])))


def _form(word: str) -> str:
    """A word for comparing: verbs by their stems; plurals differ, for one fist is not two."""
    word = word.lower()
    return word if word.endswith("s") else stem(word)


def call_for(names: Ordered[str], texts: Ordered[str]) -> Call | None:
    """What a text says of hands, or else what its movements do with them; None for nothing."""
    movements, phrases = _table()
    for text in texts:
        words = {_form(word.strip(".,;:!?\"'()")) for word in text.split()}
        for phrase, call in phrases:
            if phrase <= words:
                return call
    return next((movements[name] for name in names if name in movements), None)


def hands_of(
    made: Sequence, spans: Ordered[Span], joints: Array, fps: float, generator: torch.Generator, loop: bool = False
) -> Array:
    """Poses (T,2,45) of the left and the right hand during a motion.

    Args:
        made: poses (T,24,3) and pelvis positions (T,3).
        spans: what is done when.
        joints: (24,3) at rest.
        fps: frames a second.
        generator: of the variation.
        loop: the motion repeats.
    """
    count = len(made[0])
    out = np.repeat(both_hands()[None], count, 0)
    free = np.ones((count, 2, 1), np.float32)
    away = away_from_hanging(made, joints)
    for span in spans:
        call = call_for(span.names, span.texts)
        if call is None or call.pose == RELAXED:
            continue
        rows = slice(span.first, min(span.last, count))
        wanted = both_hands(call.pose, call.pose)
        share = np.ones((rows.stop - rows.start, 2, 1), np.float32)
        if not call.both:
            share = _acting(away[rows], span.side)[..., None]
        out[rows] = out[rows] + share * (wanted - out[rows])
        free[rows] = free[rows] * (1 - share)
    mode = "wrap" if loop else "nearest"
    out, free = (gaussian_filter1d(of, SOFT * fps, axis=0, mode=mode) for of in (out, free))
    return np.asarray(out + free * _life(count, fps, generator, loop), np.float32)


def _acting(away: Array, side: str) -> Array:
    """(T,2) by how much each arm acts, 0 to 1: how far it is from hanging (T,2), against the other."""
    most = away.max(0)
    if most.max() < ACTS:  # no arm is raised: the named hand, or the right one
        return np.tile(np.array([side == "left", side != "left"], np.float32), (len(away), 1))
    acts = (most > ACTS) & (most > SHARE * most.max())
    raised = np.clip((away - 0.5 * ACTS) / (0.5 * ACTS), 0.0, 1.0)
    return np.asarray(raised * acts, np.float32)


def _life(count: int, fps: float, generator: torch.Generator, loop: bool) -> Array:
    """(T,2,45) by how much relaxed fingers differ from the table's: the whole time, and slowly to and fro."""
    random = torch.rand((3, 2, len(FINGERS)), generator=generator).numpy()
    periods = max(1, round(count / fps / DRIFT_SECONDS)) if loop else count / fps / DRIFT_SECONDS
    time = np.arange(count)[:, None, None] / count * periods * 2 * np.pi
    rhythm = np.ones(random[1].shape) if loop else 0.8 + 0.5 * random[1]
    amount = VARIED * (2 * random[0] - 1) + DRIFT * np.sin(time * rhythm + 2 * np.pi * random[2])  # (T,2,5)
    amount[..., FINGERS.index("thumb")] *= 0.5
    way = both_hands("fist", "fist") - both_hands()
    return amount.repeat(9, axis=-1) * way
