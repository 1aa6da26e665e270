"""Whose face it is: a body's features, ancestry and age, and a finer surface to paint it on.

Its numbers are set by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine import reader
from engine.body.face import load_face_space
from engine.body.model import load_open_body
from engine.tables import read_toml
from engine.wardrobe.canonical import canonical_coordinates, smoothstep
from engine.wardrobe.figure_records import people
from engine.wardrobe.head.frame import HEAD, NECK, Head
from engine.wardrobe.head.split import split_long
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.readout import expected_shape

SPREAD, MOST = 0.36, 0.8
"""Standard deviation of a feature among people, and the most of it that chance gives anybody."""
SUBTLE = {
    "nose bend": 0.3,
    "face age": 0.3,
    "double chin": 0.4,
    "ear points": 0.0,
    "ear lobes": 0.5,
    "ears off": 0.6,
    "face diamond": 0.5,
    "face round": 0.6,
    "face square": 0.6,
    "laugh lines": 0.5,
    "eye bags": 0.5,
}
"""Features of which people differ less."""
GENDERS = {"male": 0.8, "female": -0.8}
"""Of whom a text says so; of others it is read out, which clothes and hair mislead."""
ANCESTRIES = ("african", "asian", "european")
"""Directions of which somebody has shares."""
GROWN = (-0.66, 0.1)
"""Ages, as `readout.expected_shape` counts them, between which faces come to differ as grown-ups' do."""
HEAVY = (0.3, 0.8)
"""Weights from which on a face is fat, and at which it is as fat as faces are."""
YOUNG = 0.55
"""Age of whom nothing is said, as `outfit.Shape` counts it."""
FAR = 0.03
"""Metres on the standard figure within which another body's vertices follow the open body's."""


@dataclass(frozen=True)
class Individual:
    """What is known of the person whose face and skin are made; numbers as `readout.expected_shape` counts them."""

    text: str = ""
    """All that is said of the person."""
    skin: str = "fair"
    age: float = 0.1
    gender: float = 0.0
    """-1 female to 1 male."""
    weight: float = 0.0

    @staticmethod
    def of(text: str, skin: str) -> Individual:
        """From all that is said of the person."""
        if not text:
            return Individual("", skin, 0.0)
        _, weight, _, age, gender = (float(number) for number in expected_shape(text))
        said = GENDERS.get(reader.read(text, "body").who.gender or "", gender)
        return Individual(text, skin, age, said, weight)

    @property
    def grown(self) -> float:
        """The age as `outfit.Shape` counts it, 0-1; `YOUNG` of whom nothing is said."""
        return 0.5 + 0.5 * self.age if self.text else YOUNG


ANYBODY = Individual()


def displaced(mannequin: Mannequin, amounts: Mapping[str, float]) -> Mannequin:
    """The body with amounts of the directions of the face space by name; 1 is much."""
    moved = load_face_space().moved(amounts).astype(np.float64)
    if len(mannequin.vertices) != len(moved):
        moved = _carried(moved, mannequin.canonical)
    moved *= Head.of(mannequin).scale
    return replace(mannequin, vertices=(mannequin.vertices + moved).astype(np.float32))


def _carried(moved: NDArray, places: NDArray) -> NDArray:
    """(N, 3) what displacements of the open body do at canonical places of another body."""
    body = load_open_body()
    on = np.flatnonzero(body.weights[:, [HEAD, NECK]].sum(1) > 0.01)
    away, near = cKDTree(canonical_coordinates(body)[on]).query(places, k=4)
    share = smoothstep(away, FAR, 0.5 * FAR) / (away + 1e-4)
    found: NDArray = np.einsum("nk,nkc->nc", share, moved[on][near]) / np.maximum(share.sum(1, keepdims=True), 1e-9)
    return found


def features_of(rng: np.random.Generator, person: Individual = ANYBODY) -> dict[str, float]:
    """Amounts of the directions of the face space: features at random, about what is usual for the age, the gender and
    the skin; those that the text speaks of as it says."""
    names = load_face_space().names
    grown = float(smoothstep(np.array(person.age), *GROWN))
    chance = np.clip(rng.normal(0, SPREAD, len(names)), -MOST, MOST) * (0.6 + 0.4 * grown)
    found = {name: float(amount) * SUBTLE.get(name, 1.0) for name, amount in zip(names, chance)}
    drawn = str(rng.choice(people()["ancestry"].get(person.skin, people()["ancestry"]["other"]).split("|")))
    own = rng.dirichlet(np.where([name == drawn for name in ANCESTRIES], 9.0, 0.7))
    found |= dict(zip(ANCESTRIES, own.tolist()))
    usual = people()["faces"]
    for name, share in (
        ("woman", grown * max(0.0, -person.gender)),
        ("man", grown * max(0.0, person.gender)),
        ("child", 1 - grown),
        ("old", float(smoothstep(np.array(person.age), 0.4, 0.9))),
        ("heavy", float(smoothstep(np.array(person.weight), *HEAVY))),
    ):
        for feature, amount in usual[name].items():
            found[feature] += min(share, 1.0) * amount
    asked = face_words(person.text)
    if asked.keys() & set(ANCESTRIES):
        found |= dict.fromkeys(ANCESTRIES, 0.0)
    return found | {name: amount + 0.3 * found[name] * (name not in ANCESTRIES) for name, amount in asked.items()}


def face_of(mannequin: Mannequin, rng: np.random.Generator, person: Individual = ANYBODY) -> Mannequin:
    """The body with somebody's face (`features_of`)."""
    return displaced(mannequin, features_of(rng, person))


def read_face_words(path: Path = CATALOG / "faces.toml") -> dict[str, dict[str, float]]:
    """Amounts of the directions of the face space by phrases, divided by '|'.

    Raises:
        ValueError: names the file, the record and what is wrong with it.
    """
    known = set(load_face_space().names)
    found: dict[str, dict[str, float]] = read_toml(path)
    for phrases, amounts in found.items():
        if unknown := amounts.keys() - known:
            raise ValueError(f"{path.name}: [{phrases}] has no known feature {sorted(unknown)[0]!r}.")
    return found


FACE_WORDS = read_face_words() | read_face_words(CATALOG / "ancestry.toml")


def face_words(text: str) -> dict[str, float]:
    """Amounts of the directions that a text speaks of, those of several phrases added up to at most 1.6 either way."""
    found: dict[str, float] = {}
    for phrases, amounts in FACE_WORDS.items():
        if re.search(rf"\b(?:{phrases})\b", text.lower().replace("-", " ")):
            for name, amount in amounts.items():
                found[name] = float(np.clip(found.get(name, 0.0) + amount, -1.6, 1.6))
    return found


def split_face(mannequin: Mannequin) -> tuple[sparse.csr_matrix, NDArray[np.int32]]:
    """`split_long` of a body's face: the split depends on canonical coordinates alone, so bodies of any shape and face
    get the same faces."""

    def longest(places: NDArray) -> NDArray:
        on = (places[:, 2] > 0.055) & (places[:, 1] > 0.575) & (places[:, 1] < 0.75)
        return np.where(on, 0.0, np.inf)  # all of them: an even mesh shades evenly

    return split_long(mannequin.canonical, mannequin.faces, longest, 1)


def finer_face(mannequin: Mannequin) -> Mannequin:
    """The same surface with more points on the face, so that lips and lids have borders; old points keep their
    numbers."""
    mix, faces = split_face(mannequin)
    weights = np.asarray(mix @ mannequin.weights, np.float32)
    return replace(
        mannequin,
        vertices=_curved(mannequin, mix),
        faces=faces,
        weights=weights / weights.sum(1, keepdims=True),
        canonical=np.asarray(mix @ mannequin.canonical, np.float32),
    )


def _curved(mannequin: Mannequin, mix: sparse.csr_matrix) -> NDArray[np.float32]:
    """Vertices (P, 3) of a split surface, its new points on the curve that the normals of their edges' ends want
    (Boubekeur and Alexa 2008, "Phong tessellation")."""
    points, old = mix @ mannequin.vertices.astype(np.float64), len(mannequin.vertices)
    ends = mix[old:].indices.reshape(-1, 2)
    middle = points[old:]
    moved = np.zeros_like(middle)
    for end in ends.T:
        normal = mannequin.normals[end]
        moved -= 0.5 * ((middle - mannequin.vertices[end]) * normal).sum(1, keepdims=True) * normal
    points[old:] += 0.75 * moved
    return points.astype(np.float32)
