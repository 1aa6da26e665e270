"""What words' numbers of a body look like: height, weight, muscle, age and gender to shape coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "bodies.safetensors"
AGES = (-1.0, -0.66, -0.4, -0.16, 0.1, 0.5, 0.8, 1.0)
"""Of the table; -0.4 is a child of about twelve, 0.1 grown up. Set by hand."""
ANNY_AGES = (0.02, 0.13, 0.31, 0.53, 0.67, 0.82, 0.95, 1.0)
"""What anny, of whose bodies the table is made, calls the same years of life."""
STEPS = ("taller", "heavier", "lighter", "stronger", "weaker")


@dataclass(frozen=True)
class Bodies:
    """A table of bodies and of ways in which they change, on a grid of ages and genders.

    ``vectors`` (1 + len(STEPS), len(AGES), 2, S): the average body, and what one unit of each of `STEPS` adds to it;
    the last axis but one is woman, man. All but ``taller`` leave the stature as it is.
    """

    vectors: NDArray[np.float32]

    def betas(self, numbers: NDArray) -> NDArray[np.float32]:
        """(S,) of one body.

        Args:
            numbers: (5,) height, weight, muscle, age and gender, each -1..1 and average at 0; beyond that what weight
                and muscle do goes on, and so does height.
        """
        height, weight, muscle, age, gender = (float(number) for number in numbers)
        place = np.interp(age, AGES, range(len(AGES)))
        low = min(int(place), len(AGES) - 2)
        upper, man = place - low, np.clip((1 + gender) / 2, 0, 1)
        corners = self.vectors[:, low : low + 2]
        vectors = np.einsum("kags,a,g->ks", corners, np.array([1 - upper, upper]), np.array([1 - man, man]))
        amounts = np.array([1, height, max(weight, 0), max(-weight, 0), max(muscle, 0), max(-muscle, 0)])
        found: NDArray[np.float32] = (amounts @ vectors).astype(np.float32)
        return found


def bundled() -> Bodies:
    """The open body's."""
    return Bodies(load_file(BUNDLED)["vectors"].astype(np.float32))
