"""Training figures that wear layers: parts are known by their key colours, and colours change with their shading."""

import random
from dataclasses import replace

import numpy as np
import pytest

from engine.training.perceptor import layered
from engine.wardrobe.layers import BODY, Layer
from engine.wardrobe.outfit import COLORS, SKINS, Garment, Look

LOOK = Look("fair", "short", "light brown", "none", "light brown", "brown",
            (Garment("t_shirt", "red"), Garment("trousers", "green", accent="blue")))  # fmt: skip


def layer(name: str, colors: list[tuple[float, float, float]]) -> Layer:
    count, places = len(colors), np.zeros((len(colors), 3), np.float32)
    weights = np.zeros((count, 24), np.float32)
    return Layer(name, "cotton", places, np.zeros((0, 3), np.int32), np.float32(colors), weights, places)


def test_pieces_are_known_by_their_colours_and_painted_anew_in_the_same_light():
    dark = tuple(0.5 * value for value in COLORS["green"])
    made = [
        layer(BODY, [SKINS["fair"]]),
        layer("Trousers", [COLORS["green"], dark, COLORS["blue"], (0.9, 0.9, 0.9)]),
        layer("Buttons", [(0.9, 0.9, 0.9)]),
        layer("Hair", [(0.4, 0.3, 0.2)]),
    ]
    pieces = layered.pieces_of(LOOK, made)
    assert [piece.part for piece in pieces] == ["skin", "legs", "legs", "hair"]
    worn = Garment("trousers", "yellow", accent="pink")
    new = layered.recolored(pieces[1], worn, LOOK)
    yellow, pink = (np.array(COLORS[name]) for name in ("yellow", "pink"))
    assert new[:3] == pytest.approx(np.stack([yellow, 0.5 * yellow, pink]), abs=1e-5)
    assert new[3] == pytest.approx([0.9, 0.9, 0.9])  # what is of no key colour stays
    assert layered.recolored(pieces[0], None, replace(LOOK, skin="green"))[0] == pytest.approx(SKINS["green"], abs=1e-5)


def test_one_piece_clothes_are_not_torn_apart():
    dress = replace(LOOK, garments=(Garment("dress", "red"), Garment("shoes", "green")))
    dressings = [
        layered.Dressing(look, layered.pieces_of(look, [layer(BODY, [SKINS["fair"]]), *(
            layer(garment.kind, [COLORS[garment.color]]) for garment in look.garments
        )]))
        for look in (LOOK, dress)
    ]  # fmt: skip
    for seed in range(30):
        look, pieces = layered.put_together(dressings, random.Random(seed))
        kinds = {garment.kind for garment in look.garments}
        assert kinds - {"shoes"} in ({"dress"}, {"t_shirt", "trousers"}) and pieces[0].layer.name == BODY
