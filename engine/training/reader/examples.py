"""Drawn texts as the network sees them, with what it is to say. Its numbers are set by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.reader.chunks import Chunk, chunks, tokens
from engine.reader.lexicon import lexicon
from engine.reader.network import LINKS, ROLES, features
from engine.reader.vectors import vectors
from engine.training.reader.draft import Draft
from engine.training.reader.grammar import drawn

UNSEEN = 0.07
"""How often a word's meanings are hidden, so that its vector and its neighbours must do."""
CONTENT = ("garment", "extra", "figure", "color", "material", "pattern", "trait", "hair_style", "symbol")
_ROLE = {name: index for index, name in enumerate(ROLES)}


@dataclass(frozen=True)
class Example:
    """One text of N chunks."""

    seen: NDArray[np.float16]
    """(N, F)"""
    roles: NDArray[np.int8]
    """(N,) index of `ROLES`, -1 where it does not count."""
    denied: NDArray[np.bool_]
    """(N,)"""
    links: NDArray[np.bool_]
    """(L, N, N)"""


def example(seed: int) -> Example:
    """The text of a seed, written in one of the ways in which people write."""
    rng = random.Random(seed ^ 0x5EED)
    draft = drawn(seed)
    text = _written(draft.text(), rng)
    found = chunks(text, tokens(text), lexicon())
    return labelled(draft, [_hidden(chunk, rng) for chunk in found])


def _written(text: str, rng: random.Random) -> str:
    """With capitals at the start, in all words, or nowhere; lengths stay."""
    way = rng.random()
    if way < 0.3:
        return text[:1].upper() + text[1:]
    if way < 0.36:
        return text.title() if len(text.title()) == len(text) else text
    return text


def _hidden(chunk: Chunk, rng: random.Random) -> Chunk:
    """A chunk as if its word were not in the lexicon."""
    content = chunk.categories & set(CONTENT)
    if (
        not content
        or len(chunk.words) > 2
        or rng.random() > UNSEEN
        or any(c.startswith("fn.") for c in chunk.categories)
    ):
        return chunk
    if not vectors().knows(chunk.words[-1]) and rng.random() < 0.5:
        return chunk
    return replace(chunk, senses=(), words=chunk.words[-1:])


def labelled(draft: Draft, found: list[Chunk]) -> Example:
    """What each chunk is to be; of a phrase that fell into several chunks the last carries its role."""
    roles = np.zeros(len(found), np.int8)
    denied = np.zeros(len(found), bool)
    links = np.zeros((len(LINKS), len(found), len(found)), bool)
    at: dict[int, int] = {}
    for number, node in enumerate(draft.nodes):
        inside = [i for i, chunk in enumerate(found) if chunk.start < node.end and chunk.end > node.start]
        if not inside:
            continue
        known = [i for i in inside if _fits(found[i], node.role)]
        head = (known or inside)[-1]
        at[number] = head
        for i in inside:
            if i != head and roles[i] == 0:
                roles[i] = -1
        if roles[head] <= 0 or node.role in ("garment", "extra", "figure"):
            roles[head] = _ROLE[node.role]
            denied[head] = node.denied
    for name, pairs in draft.links.items():
        for row, column in pairs:
            if row in at and column in at and at[row] != at[column]:
                links[LINKS.index(name), at[row], at[column]] = True
    return Example(features(found).astype(np.float16), roles, denied, links)


def _fits(chunk: Chunk, role: str) -> bool:
    """Whether a chunk can have a role at all."""
    category = {
        "accent": "color",
        "figure_color": "color",
        "dress": "color",
        "dress_accent": "color",
        "decal": "symbol",
        "beard_color": "hair_color",
    }.get(role, role)
    return category in chunk.categories
