"""Hair styles, out of ``catalog/hairstyles.toml``.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.tables import read_toml
from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.head.frame import hairline
from engine.wardrobe.materials import CATALOG
from engine.wardrobe.outfit import Look

FREE = 0.732
"""Canonical height down to which hair may lie on the forehead unless a style has a fringe."""

PEAK = 0.45
"""How far a hairline recedes in the middle of the forehead, of how far at the temples."""
SORTS = ("woman", "child", "dark", "light")
"""Whom `Style.often` knows."""


@dataclass(frozen=True)
class Style:
    """A hair style: see the head of ``catalog/hairstyles.toml``."""

    name: str
    count: int
    length: tuple[float, float, float, float]
    lift: tuple[float, float, float, float]
    width: float
    cut: str = ""
    """Of the style's `outfit.HAIR_CUTS`: how the variant is asked for; the next ones have none of it."""
    asked: bool = False
    """Grown only where it is asked for."""
    often: Mapping[str, float] = field(default_factory=dict)
    """How often a ``woman``, a ``child``, anybody of ``dark`` or other, ``light``, skin has it by chance; else 1."""
    grow: str = "fall"
    """How it grows: fall, gather, coils, crest, spikes, rows or stubble."""
    shell: float = 0.0018
    clumps: int = 0
    under: int = 0
    """Wide locks beneath the others, which let nothing show through."""
    loose: float = 0.13
    """How far locks part from the style's directions."""
    gather: float = 0.75
    """How far the tips of a clump's locks come together."""
    fringe: float = FREE
    """Canonical height of the lowest hair on the forehead."""
    behind: float = 0.0
    """How strongly hair is drawn behind the ears."""
    front: tuple[float, float, float] = (0.0, 1.0, 0.0)
    top: tuple[float, float, float] = (0.0, 1.0, 0.0)
    side: tuple[float, float, float] = (0.0, 1.0, 0.0)
    back: tuple[float, float, float] = (0.0, 1.0, 0.0)
    parting: float = 0.0
    gravity: float = 0.0
    wave: float = 0.0
    waves: float = 0.0
    level: float = 0.0
    """Canonical height at which hair is cut; 0: nowhere."""
    steps: int = 12
    flat: float = 0.4
    taper: float = 0.6
    tie: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where hair is gathered, canonical."""
    twin: bool = False
    """There is another such place on the right."""
    tail: float = 0.0
    """Length of the hair that hangs from there, metres."""
    drawn: tuple[float, float, float] = (0.0, -1.0, 0.04)
    """Which way it hangs."""
    plait: float = 0.0
    """Half width of three strands into which locks, or what hangs from a tie, are plaited, metres; 0: not plaited."""
    knot: float = 0.0
    """Radius of the ball into which it is wound, metres."""
    rows: int = 0
    """In how many rows hair is plaited along the head."""
    recede: float = 0.0
    """Metres by which the hairline over the forehead lies further back, at the temples; less in the middle."""
    crown: float = 0.0
    """Canonical height from which on the head is bare; 0: nowhere."""
    shorn: float = 0.0
    """How much of the skin shows at sides and back, which are cut to stubble; 0: they are not."""

    @property
    def parted(self) -> bool:
        """Whether it falls to the sides of a parting."""
        return self.grow == "fall" and min(self.front[0], self.top[0]) > 0.5

    def above(self, canonical: NDArray) -> NDArray:
        """(N,) metres inside of where this hair begins at canonical places (N, 3); negative where none grows."""
        found = hairline(canonical)
        x, y, z = np.asarray(canonical).T
        if self.recede:
            temple = PEAK + (1 - PEAK) * smoothstep(np.abs(x), 0.008, 0.040)
            over = smoothstep(y, 0.715, 0.750) * smoothstep(z, -0.01, 0.05) * smoothstep(np.abs(x), 0.074, 0.060)
            found = found - self.recede * temple * over
        if self.crown:
            uneven = 0.004 * np.sin(60 * z + 25 * x) + 0.002 * np.sin(170 * z + 90 * x)
            found = np.minimum(found, self.crown - y - 0.5 * np.clip(z + 0.005, 0.0, 0.1) + uneven)
        return found

    @property
    def ropes(self) -> bool:
        """Whether hair is in ropes or plaits, each of which goes its own way; the scalp shows between them."""
        return self.grow != "gather" and (bool(self.plait) or self.gather == 0.0)


def read_styles(path: Path = CATALOG / "hairstyles.toml") -> dict[str, tuple[Style, ...]]:
    """The variants of the styles of a file, by name; what a variant leaves out is as in the first.

    Raises:
        ValueError: names the file, the record and what is wrong with it.
    """
    found = {}
    for name, records in read_toml(path).items():
        variants = []
        for record in records:
            whole = {**records[0], "cut": "", "often": {}, **record}
            values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in whole.items()}
            if unknown := set(values["often"]) - set(SORTS):
                raise ValueError(f"{path.name}: [{name}] has the unknown key {sorted(unknown)[0]!r} in 'often'.")
            try:
                variants.append(Style(name, **values))
            except TypeError as error:
                raise ValueError(f"{path.name}: [{name}] {str(error).split('__init__() ')[-1]}.") from None
        found[name] = tuple(variants)
    return found


STYLES = read_styles()


def asked_of(look: Look) -> Style | None:
    """The variant that a look asks for by its cut."""
    variants = STYLES.get(look.hair_style, ()) if look.hair_cut else ()
    return next((one for one in variants if one.cut == look.hair_cut), None)
