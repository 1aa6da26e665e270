"""What the texts of a body and of an appearance mean together: who it is, and looks that keep to every word.

One seed gives one look. Where no figure is named, but words are left that nobody knows, the figures whose names are
nearest to the text by the bundled perceptor's reading stand in.

Its numbers are set by hand.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine import reader, userdata
from engine.reader.reading import Reading, Who
from engine.wardrobe.assemble import dressed, look_of
from engine.wardrobe.combining import places
from engine.wardrobe.costume import Costume, worn_by
from engine.wardrobe.figure_records import FigureRecord, figures
from engine.wardrobe.outfit import GARMENT_KINDS, HUMAN_SKINS, NATURAL_HAIR, Look
from engine.wardrobe.persona import Person, person_of, persona_of, read_out, settled
from engine.wardrobe.readout import bundled

NEAREST = 3
"""Figures that stand in for words that nobody knows."""
SKIN_OF = {"black": "dark", "white": "fair", "brown": "brown"}
"""Colours of persons and their skins."""
ALIKE = 0.6
"""Least cosine of their names with the text."""


@dataclass(frozen=True)
class Meaning:
    """Both texts, read."""

    appearance: Reading
    body: Reading
    known: tuple[FigureRecord, ...]
    """The figure that is named, or those that stand in for unknown words; none for people in clothes."""
    build: Person
    """Of whom the appearance speaks; the body's own text goes before it."""
    person: Person
    """Of whom both speak, with what the seed decides."""

    @staticmethod
    def of(appearance: str, body: str = "", seed: int = 0) -> Meaning:
        """Read the texts.

        Args:
            appearance: the appearance prompt; empty without one.
            body: the body's prompt; empty where it follows the appearance.
            seed: decides what both leave open of the person.
        """
        return Meaning.of_readings(reader.read(appearance, "appearance"), reader.read(body, "body"), seed)

    @staticmethod
    def of_readings(said: Reading, built: Reading, seed: int = 0) -> Meaning:
        """What is meant by an appearance and a body that have been read."""
        said = _colored(said)
        known = _figures(said)
        own = person_of(built, _record(built), _being(built))
        if built.text.strip():
            own = own.over(read_out(reader.english(built.text)))
        build = person_of(said, known[0] if known else None, _being(said))
        if known and said.who.figure is None:  # of those that only stand in nothing else is meant
            build = person_of(said, None).over(Person(gender=build.gender))
        person = settled(own.over(build), np.random.default_rng([seed, _subject(said)]))
        return Meaning(said, built, known, build.over(Person(gender=person.gender)), person)

    def look(self, rng: np.random.Generator, seed: int = 0, figure: Costume | None = None) -> Look:
        """One look that has all that the texts say.

        Args:
            rng: decides what they leave open of what is worn.
            seed: decides what they leave open of the person.
            figure: what another than the known figures wears, in the place of theirs.
        """
        if figure is None and self.known:
            record = self.known[int(rng.integers(len(self.known)))]
            named = frozenset(worn.kind for worn in self.appearance.worn if not worn.denied and worn.cut is None)
            figure = record.draw(rng, self.appearance.who.color, self.person.gender or 0.0, named)
            if (being := _being(self.appearance)) is not None:
                figure = worn_by(figure, being.draw(rng, None, self.person.gender or 0.0))
            figure = replace(figure, beard=figure.beard or "none")  # a figure with one is known by it
        costume = dressed(self.appearance, figure, self.person, rng)
        own = np.random.default_rng([seed, _subject(self.appearance)])
        said = self.appearance.who
        if said.beard is None and any(w.kind == "long_beard" and not w.denied for w in self.appearance.worn):
            said = replace(said, beard="full")
        return look_of(costume, persona_of(self.person, self._built(seed), said, costume, own))

    def _built(self, seed: int) -> Who:
        """What the body's text says, with skin, hair and eyes of the human figure that it names: "a Chinese woman"."""
        who, record = self.body.who, _record(self.body)
        if who.skin is not None or record is None:
            return who
        drawn = record.draw(np.random.default_rng([seed, 1]), None, self.person.gender or 0.0)
        if drawn.skin not in HUMAN_SKINS:
            return who
        said = self.appearance.who
        hair = drawn.hair_color if drawn.hair_color in NATURAL_HAIR and said.hair_color is None else None
        eyes = drawn.eye_color or ("brown" if drawn.hair_color == "black" else None)
        eyes = None if said.eye_color else eyes
        return replace(who, skin=drawn.skin, hair_color=who.hair_color or hair, eye_color=who.eye_color or eyes)

    @property
    def sure(self) -> bool:
        """Whether the texts say who is meant, so that no picture has to find it."""
        return self.appearance.who.figure is not None or not self.appearance.ignored


def _colored(reading: Reading) -> Reading:
    """The reading with a person's colour as the skin's, where the clothes have colours of their own."""
    who, dressed = reading.who, ("shirt", "jacket", "body")
    clothes = any(places().get(worn.kind) in dressed and worn.color and not worn.denied for worn in reading.worn)
    if who.color not in SKIN_OF or not clothes or who.skin is not None:
        return reading
    return replace(reading, who=replace(who, color=None, skin=SKIN_OF[who.color]))


def _subject(reading: Reading) -> int:
    """What chance makes a person by, beside the seed: the figure, or the first garment; others may come and go."""
    worn = (f"{worn.kind}.{worn.cut}" for worn in reading.worn if not worn.denied and worn.kind in GARMENT_KINDS)
    return zlib.crc32((reading.who.figure or next(worn, "")).encode())


def _record(reading: Reading) -> FigureRecord | None:
    return figures().get(reading.who.figure or "")


def _being(reading: Reading) -> FigureRecord | None:
    """What wears the clothes of the figure."""
    return figures().get(reading.who.being or "")


def _figures(reading: Reading) -> tuple[FigureRecord, ...]:
    """The figure that a text names, or those nearest to what is not understood of it."""
    record = _record(reading)
    if record is not None:
        return (record,)
    if not reading.ignored or reading.worn or reading.who != Who():
        return ()  # people in clothes, or without
    text = " ".join(reading.ignored)
    names, vectors = _names()
    cosine = vectors @ bundled().encode_text([text]).numpy()[0]
    best: dict[str, float] = {}
    for name, value in zip(names, cosine.tolist()):
        best[name] = max(value, best.get(name, -1.0))
    ordered = sorted((name for name in best if best[name] > ALIKE), key=lambda name: -best[name])
    return tuple(figures()[name] for name in ordered[:NEAREST])


@cache
def _names() -> tuple[list[str], NDArray[np.float32]]:
    """The figures' names, each as often as it has words, and the words' (N, D) unit vectors, kept in the cache."""
    pairs = [(name, word) for name, record in figures().items() for word, _ in record.words]
    words = [word for _, word in pairs]
    tag = zlib.crc32("|".join(words).encode())

    def make() -> userdata.Arrays:
        return {"vectors": bundled().encode_text([f"a {word}" for word in words]).numpy()}

    path = userdata.cached(f"figures-{bundled().checksum[:12]}-{tag:08x}", make)
    return [name for name, _ in pairs], load_file(path)["vectors"]
