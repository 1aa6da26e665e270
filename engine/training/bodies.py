"""Make the table of bodies that words' numbers stand for: ``python -m engine.training.bodies``.

anny's weight and muscle are not what the words mean: of average muscle its heaviest man has a body mass index of 26,
its most muscular one of 22. Its obese bodies are heavy with little muscle, its athletes heavy with much. So "heavier"
leads from the average to the former, "stronger" to the latter. Bodies are as tall as people are.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file

from engine.body import Body, load_body
from engine.shape.bodies import ANNY_AGES, BUNDLED, STEPS, Bodies
from engine.training.body import PHENOTYPES, Source, anny_version

ENDS = {"heavier": (1.0, 0.0), "lighter": (0.1, 0.1), "stronger": (1.0, 1.0), "weaker": (0.35, 0.0)}
"""anny's weight and muscle one unit away from the average (0.5, 0.5)."""
STATURE = {"man": 1.76 / 1.92, "woman": 1.65 / 1.77}
"""People's mean stature beside that of anny's average adults, in metres."""
SPAN = 0.2
"""Share of the stature that one unit of height adds."""


def phenotype(gender: float, age: float, weight: float = 0.5, muscle: float = 0.5, height: float = 0.5) -> NDArray:
    """(len(PHENOTYPES),) what is not named at its mean."""
    values = {"african": 1 / 3, "asian": 1 / 3}
    values |= {"gender": gender, "age": age, "weight": weight, "muscle": muscle, "height": height}
    return np.array([values.get(name, 0.5) for name in PHENOTYPES])


class Table:
    """Brings anny's bodies into the open body's coefficients."""

    def __init__(self, body: Body, source: Source) -> None:
        self.body, self.source = body, source
        self.directions = body.shapedirs.reshape(-1, body.num_betas)

    def betas(self, *values: float) -> NDArray:
        """(S,) the nearest body to a phenotype."""
        offset = self.source.shape(phenotype(*values))[0] - self.body.template
        found: NDArray = offset.reshape(-1) @ self.directions / np.square(self.directions).sum(0)
        return found

    def stature(self, betas: NDArray) -> float:
        """Metres."""
        return float(np.ptp(self.body.rest_vertices(betas)[:, 1]))

    def column(self, gender: str, age: float) -> NDArray:
        """(1 + len(STEPS), S) of one age and gender."""
        who = (0.0 if gender == "man" else 1.0, age)
        average = self.betas(*who)
        taller = (self.betas(*who, 0.5, 0.5, 0.65) - self.betas(*who, 0.5, 0.5, 0.35)) / 0.3

        def grown(betas: NDArray, stature: float) -> NDArray:
            for _ in range(3):
                slope = self.stature(betas + 0.1 * taller) - self.stature(betas)
                betas = betas + 0.1 * taller * (stature - self.stature(betas)) / slope
            return betas

        stature = self.stature(average) * STATURE[gender]
        middle = grown(average, stature)
        rows = [middle, (grown(middle, stature * (1 + SPAN / 2)) - middle) * 2]
        for step in STEPS[1:]:
            rows.append(grown(middle + self.betas(*who, *ENDS[step]) - average, stature) - middle)
        return np.array(rows)


def make() -> Bodies:
    """The whole table."""
    table = Table(load_body(), Source())
    columns = [[table.column(gender, age) for gender in ("woman", "man")] for age in ANNY_AGES]
    return Bodies(np.ascontiguousarray(np.array(columns, np.float32).transpose(2, 0, 1, 3)))


def main() -> None:
    """Write the table and print how tall and stout its adults are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, nargs="?", default=BUNDLED)
    torch.set_num_threads(1)
    bodies, body = make(), load_body()
    save_file({"vectors": bodies.vectors}, parser.parse_args().out, {"source": f"anny {anny_version()}"})
    changes = dict(zip(("average", *STEPS), ((0, 0), (0, 1), (1, 1), (1, -1), (2, 1), (2, -1))))
    for gender in (-1.0, 1.0):
        for name, (column, amount) in changes.items():
            numbers = np.array([0, 0, 0, 0.1, gender])
            numbers[column] = amount
            vertices = body.rest_vertices(bodies.betas(numbers))
            corners = vertices[body.faces]
            volume = abs(np.einsum("fi,fi->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))) / 6
            tall = np.ptp(vertices[:, 1])
            print(f"{gender:+.0f} {name}: {tall:.2f} m, {1000 * volume:.0f} l, {1000 * volume / tall**2:.0f} l/m2")


if __name__ == "__main__":
    main()
