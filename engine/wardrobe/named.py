"""The garments and things that a text names, with what it leaves open as the figure wears it, or as it is usual.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from engine.reader.reading import Worn
from engine.wardrobe import combining
from engine.wardrobe.combining import places
from engine.wardrobe.outfit import Garment

OF_FIGURE = "figure"
"""The colour of a `reading.Worn` that is as the figure's."""
SHOWN = {"body": 4, "jacket": 3, "shell": 3, "shirt": 2, "legs": 2}
"""How much of a figure garments show, by their places; others count one."""


def main_color(garments: Iterable[Garment]) -> str:
    """The colour that garments show most of."""
    shown: Counter[str] = Counter()
    for garment in garments:
        shown[garment.color] += SHOWN.get(places()[garment.kind], 1)
    return shown.most_common(1)[0][0] if shown else "black"


class Maker:
    """Makes what one text names; what one word names together has one colour ("a suit")."""

    def __init__(self, worn: Sequence[Garment], rng: np.random.Generator) -> None:
        """``worn``: the figure's garments."""
        self.worn, self.rng = worn, rng
        self._together: dict[tuple[int, int], str] = {}

    def make(self, said: Worn, before: Sequence[Garment]) -> Garment:
        """A garment or extra that is named; ``before``: what the figure has of such."""
        own = (garment for garment in before if garment.kind == said.kind)
        old = next((garment for garment in own if said.cut or not combining.named_apart(garment)), None)
        if old is not None and said.cut not in (None, old.cut):
            old = replace(old, cut=said.cut, material=None, traits=(), decal=None)  # its colours are all that is known
            if places().get(said.kind) not in SHOWN and combining.has_own_colors(old):
                old = replace(old, color="", accent=None)  # pearls are not golden because another necklace is
        if old is None:
            old = self._alike(said)
        pattern = said.pattern or (old.pattern if said.color in (None, old.color) else "plain")
        made = replace(
            old,
            pattern=pattern,
            material=said.material or old.material,
            traits=said.traits or old.traits,
            decal=said.decal or old.decal,
            side=said.side or old.side,
        )
        color, accent = self._colors(said, made)
        return replace(made, color=color, accent=accent)

    def _alike(self, said: Worn) -> Garment:
        """A garment of which the figure has none, in the colours in which it wears the same pattern in its place."""
        alike = (worn for worn in self.worn if places()[worn.kind] == places().get(said.kind))
        same = next((worn for worn in alike if said.pattern and worn.pattern == said.pattern), None)
        colors = (same.color, same.accent) if same else ("", None)
        return Garment(said.kind, *colors, cut=said.cut)

    def _colors(self, said: Worn, made: Garment) -> tuple[str, str | None]:
        """The colour and second colour of a named thing that has the figure's."""
        usual, second = combining.usual_colors(made, self.rng)
        alike = [garment.color for garment in self.worn if places()[garment.kind] == places().get(said.kind)]
        any_color = combining.palette(said.kind, self.rng)
        asked = main_color(self.worn) if said.color == OF_FIGURE else said.color
        together = self._together.get(said.words) if said.words != (0, 0) else None
        alike = alike if SHOWN.get(places().get(said.kind, "")) else []
        color = asked or together or made.color or usual or next(iter(alike), any_color)
        self._together.setdefault(said.words, color)
        accent = said.accent or made.accent or second
        if said.pattern and not said.accent:
            accent = combining.contrast(made, color, said.pattern, self.rng) or accent
        return color, accent if accent != color else None
