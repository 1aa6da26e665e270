"""How well avatars follow words: ``python -m engine.training.perceptor.evaluate [--prompts N]`` prints two tables.

Shapes: pairs of prompts that differ in one word ("a tall nurse", "a short nurse"); the share of pairs whose bodies
differ the right way, by the words' read-out alone, by pictures alone, and together. Outfits: random garments in random
colours; the share that the found outfit has, and has in the right colour, by the words and with pictures. (`zero_shot`
judges the perceptor itself, on pictures.)
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from engine.appearance.warm_start import Fitting, find_look
from engine.body import Body, load_body
from engine.geometry.measures import volume
from engine.perceptor import load_perceptor
from engine.report import Silent
from engine.settings import ShapeConfig
from engine.shape import run
from engine.shape.query import WEIGHTS
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Look
from engine.wardrobe.readout import expected_shape

WHO = ("person", "nurse", "pirate", "dancer", "man with red shoes", "king", "teacher", "boxer")
PAIRS = {
    "height": [("tall", "short"), ("very tall", "tiny"), ("towering", "petite")],
    "weight": [("fat", "thin"), ("obese", "skinny"), ("chubby", "slim")],
    "muscle": [("muscular", "weak"), ("strong", "frail"), ("athletic", "flabby")],
    "age": [("old", "young"), ("elderly", "teenage")],
    "gender": [("male", "female"), ("masculine", "feminine")],
}
TOPS = {"t-shirt": "t_shirt", "jacket": "jacket", "hoodie": "hoodie", "sweater": "long_sleeve", "coat": "coat"}
BOTTOMS = {"trousers": "trousers", "shorts": "shorts", "jeans": "trousers", "skirt": "skirt", "leggings": "leggings"}
COLORS = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "black", "white", "brown", "grey")


def height(body: Body, betas: NDArray) -> float:
    """Metres from sole to crown."""
    return float(np.ptp(body.rest_vertices(betas)[:, 1]))


def stoutness(body: Body, betas: NDArray) -> float:
    """Volume over height cubed."""
    return volume(body.rest_vertices(betas), body.faces) / height(body, betas) ** 3


def shapes() -> None:
    """The first table; height and weight are measured on the bodies, the others read from the words."""
    body, perceptor = load_body(), load_perceptor()

    def bodies(share: float) -> Callable[[str], NDArray]:
        conf = ShapeConfig(picture_share=share)
        return lambda text: run(text, body, perceptor, conf, torch.Generator(), Silent()).betas

    print("attribute | words alone | pictures alone | both")
    for index, (attribute, pairs) in enumerate(PAIRS.items()):
        texts = [(f"a {more} {who}", f"a {less} {who}") for more, less in pairs for who in WHO]
        read = np.mean([expected_shape(more)[index] > expected_shape(less)[index] for more, less in texts])
        row = [f"{read:.0%}"]
        measure = {"height": height, "weight": stoutness}.get(attribute)
        for share in (1.0, WEIGHTS.bundled):
            if measure is None:
                row.append("-")
                continue
            find = bodies(share)
            row.append(f"{np.mean([measure(body, find(a)) > measure(body, find(b)) for a, b in texts]):.0%}")
        print(f"{attribute} | {' | '.join(row)}", flush=True)


def outfits(count: int) -> None:
    """The second table."""
    rng = np.random.default_rng(0)
    body, perceptor = load_body(), load_perceptor()
    betas, wardrobe = np.zeros(body.num_betas), Wardrobe(body)
    scores: dict[str, list[tuple[float, float]]] = {"words": [], "words and pictures": []}
    for _ in range(count):
        top, bottom = rng.choice(list(TOPS)), rng.choice(list(BOTTOMS))
        colors = rng.choice(COLORS, 2, replace=False)
        text = f"someone in a {colors[0]} {top} and {colors[1]} {bottom}"
        wanted = {TOPS[top]: colors[0], BOTTOMS[bottom]: colors[1]}
        meaning = Meaning.of(text)
        scores["words"].append(agreement(meaning.look(np.random.default_rng(1)), wanted))
        fitting = Fitting(text, body, betas, perceptor, wardrobe)
        look, _ = find_look(meaning, fitting, 6, torch.Generator().manual_seed(0), Silent(), 6)
        scores["words and pictures"].append(agreement(look, wanted))
    print("outfits from | garment worn | and in its colour")
    for name, pairs in scores.items():
        kind, color = np.mean(pairs, 0)
        print(f"{name} | {kind:.0%} | {color:.0%}", flush=True)


def agreement(look: Look, wanted: dict[str, str]) -> tuple[float, float]:
    """Shares of the wanted garments (kind -> colour) that a look has, and has in a shade of that colour."""
    worn = {garment.kind: garment.color for garment in look.garments}
    kinds = [kind in worn for kind in wanted]
    colors = [kind in worn and same(worn[kind], color) for kind, color in wanted.items()]
    return float(np.mean(kinds)), float(np.mean(colors))


SHADES = {
    "red": {"dark red", "maroon"}, "blue": {"navy", "royal blue", "light blue"}, "green": {"dark green", "light green"},
    "yellow": {"mustard", "gold"}, "orange": {"rust"}, "purple": {"dark purple", "lavender"}, "pink": {"hot pink"},
    "white": {"cream"}, "brown": {"dark brown", "rust"}, "grey": {"dark grey", "light grey", "silver"},
}  # fmt: skip


def same(found: str, wanted: str) -> bool:
    """Whether a named colour is a shade of another."""
    return found == wanted or found in SHADES.get(wanted, set())


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=40)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    shapes()
    outfits(arguments.prompts)


if __name__ == "__main__":
    main()
