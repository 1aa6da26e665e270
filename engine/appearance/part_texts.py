"""What a prompt says of single garments, as texts of their own, and at which heights of a body they are seen.

AvatarCLIP's prompts by part (face, back), for whatever a prompt names: a view of the feet is judged by "white shoes"
and not by the whole outfit, of which they are a small share.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.reader.reading import Reading
from engine.render.camera import Camera
from engine.wardrobe.canonical import Points
from engine.wardrobe.garment_masks import GARMENT_MASKS

EDGE = 0.1
"""Share of a region's points that may lie above or below what counts as its heights."""
SEEN = 0.6
"""Share of a garment's heights that a view must show to be judged by it."""


@dataclass(frozen=True)
class PartText:
    """One thing that is worn, by itself."""

    text: str
    """Such as "a person in white shoes"."""
    low: float
    high: float
    """Heights between which it lies, in metres."""

    def in_view(self, camera: Camera) -> bool:
        """Whether a camera that looks about level shows most of it from bottom to top."""
        far = float(np.linalg.norm(camera.eye - camera.target))
        half = far * float(np.tan(np.radians(camera.fov_degrees / 2)))
        bottom, top = camera.target[1] - half, camera.target[1] + half
        shown = min(top, self.high) - max(bottom, self.low)
        return bool(shown >= SEEN * (self.high - self.low))


def part_texts(reading: Reading, canonical: NDArray, heights: NDArray) -> list[PartText]:
    """The garments that a prompt names; pieces of a set that has one name are one.

    Args:
        reading: of the prompt.
        canonical: (V, 3) where the body's vertices lie on the standard figure.
        heights: (V,) of the same vertices in metres, on the body that is looked at.
    """
    points = Points(canonical, 0.003)
    found: dict[tuple[int, int], PartText] = {}
    for worn in reading.worn:
        if worn.denied or worn.kind not in GARMENT_MASKS:
            continue
        inside = heights[GARMENT_MASKS[worn.kind].mask(points) > 0.5]
        if not len(inside):
            continue
        low, high = (float(value) for value in np.quantile(inside, (EDGE, 1 - EDGE)))
        if (before := found.get(worn.words)) is not None:
            low, high = min(low, before.low), max(high, before.high)
        own = reading.text[slice(*worn.words)] if reading.language == "en" else worn.kind.replace("_", " ")
        told = " ".join(word for word in (worn.color, own) if word and word != "figure")
        found[worn.words] = PartText(f"a person in {told}", low, high)
    return list(found.values())
