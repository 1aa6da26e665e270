"""Faces that are drawn out into muzzles, and tails that are there instead of legs."""

from __future__ import annotations

import numpy as np
import pytest

from engine.body import load_body
from engine.shape.bodies import bundled
from engine.wardrobe.beings.muzzle import FACE, Muzzle, displacement, read_muzzle
from engine.wardrobe.dressing import layers_of
from engine.wardrobe.hard.attached import muzzle_of
from engine.wardrobe.hard.fitted import thing_layers
from engine.wardrobe.hard.things import THINGS
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import Garment, Look

MIRROR = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10]
"""Joints up to the feet, the other side's in each one's place."""
MUZZLES = [key for key, thing in THINGS.items() if thing.face is not None]
TAILS = [key for key, thing in THINGS.items() if thing.instead == "legs"]


@pytest.fixture(scope="module")
def average():
    body, betas = load_body(), bundled().betas(np.array((0, 0, 0, 0.1, 0.5)))
    return body, betas, Mannequin.of(body, betas)


def look(*extras: Garment, skin: str = "grey fur", garments: tuple[Garment, ...] = ()) -> Look:
    return Look(skin, "bald", "black", "none", "black", "yellow", garments, extras)


@pytest.mark.parametrize("key", MUZZLES)
def test_a_muzzle_moves_the_lips_and_leaves_eyes_crown_and_neck(key):
    muzzle = THINGS[key].face
    lips, eyes, neck = ((0, 0.619, 0.145), (0.031, 0.689, 0.131), (0, 0.55, 0.07))
    moved = displacement(np.array([lips, eyes, neck]), muzzle)
    assert moved[0, 2] == pytest.approx(muzzle.forward, abs=0.06 * abs(muzzle.forward) + 1e-9)
    assert np.abs(moved[1:]).max() < 0.004


def test_a_nose_that_does_not_stand_out_is_as_flat_as_the_face():
    tip = np.array([[0.0, 0.650, 0.157]])
    assert displacement(tip, Muzzle(nose=0.0))[0, 2] == pytest.approx(FACE - 0.157)


def test_humans_wear_noses_and_animals_have_them_in_the_pattern_of_their_fur():
    nose = Garment("nose", "black", cut="cat")
    assert muzzle_of(look(nose, skin="fair")) is None and muzzle_of(look()) is None
    fur = Garment("jumpsuit", "orange", "black", pattern="zebra", material="fur")
    assert muzzle_of(look(nose, garments=(fur,))).pattern == "zebra"


def test_a_bad_face_is_named_with_its_key():
    with pytest.raises(ValueError, match="snoot"):
        read_muzzle({"snoot": 1.0})
    with pytest.raises(ValueError, match=r"light.*mauvish"):
        read_muzzle({"light": "mauvish"})


@pytest.mark.parametrize("key", TAILS)
def test_both_legs_carry_a_tail_alike(average, key):
    _, _, mannequin = average
    (layer,) = thing_layers(THINGS[key], Garment(key[0], "teal", cut=key[1]), mannequin)
    low = layer.vertices[:, 1] < mannequin.joints[[4, 5], 1].mean()
    swapped = layer.weights[low][:, MIRROR]
    assert low.any() and np.abs(layer.weights[low][:, :12] - swapped).max() < 1e-5
    assert layer.weights.sum(1) == pytest.approx(np.ones(len(layer.weights)), abs=1e-5)
    assert layer.vertices[:, 1].min() >= mannequin.vertices[:, 1].min() - 1e-6


def test_legs_are_not_shown_where_a_tail_is(average):
    body, betas, _ = average
    fish = (Garment("long_skirt", "teal", cut="fishtail"),)
    skin = layers_of(look(skin="fair", garments=fish), body, betas)[0]
    assert skin.covered[skin.canonical[:, 1] < -0.05].all() and not skin.covered[skin.canonical[:, 1] > 0.15].any()
