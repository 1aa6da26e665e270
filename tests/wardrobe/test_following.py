"""Cloth on a bending tube bends as the tube does and lies outside."""

from __future__ import annotations

import numpy as np

from engine.wardrobe.cloth.fit import Beneath
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.following import Followed
from engine.wardrobe.layers import Layer, joined, merged

TURN, RINGS, RADIUS = 32, 41, 0.06
JOINTS = np.tile([0.0, 5.0, 0.0], (24, 1)).astype(np.float32)
JOINTS[4] = 0.0
"""The left knee is in the tube's middle; the other joints are far away."""


def tube(radius: float) -> tuple[np.ndarray, np.ndarray]:
    """A tube of a metre along y."""
    around, along = np.meshgrid(np.arange(TURN), np.arange(RINGS))
    angle = 2 * np.pi * around / TURN
    points = np.stack([radius * np.sin(angle), along / (RINGS - 1) - 0.5, radius * np.cos(angle)], -1).reshape(-1, 3)
    first = (along * TURN + around)[:-1].ravel()
    right = (along * TURN + (around + 1) % TURN)[:-1].ravel()
    faces = np.concatenate(
        [np.stack([first, right, right + TURN], 1), np.stack([first, right + TURN, first + TURN], 1)]
    )
    return points.astype(np.float32), faces.astype(np.int32)


def weights(height: np.ndarray) -> np.ndarray:
    """Hip above, knee below, over 20 cm."""
    found = np.zeros((len(height), 24), np.float32)
    found[:, 1] = np.clip(0.5 + height / 0.2, 0, 1)
    found[:, 4] = 1 - found[:, 1]
    return found


def layer(name: str, points: np.ndarray, faces: np.ndarray, carried: np.ndarray) -> Layer:
    return Layer(
        name, "cotton", points.astype(np.float32), faces, np.zeros_like(points), carried, np.zeros_like(points)
    )


def test_cloth_that_slipped_bends_as_what_it_lies_on_and_comes_out_of_it():
    points, faces = tube(RADIUS)
    followed = Followed(joined([layer("Leg", points, faces, weights(points[:, 1]))]), JOINTS)
    wide, faces = tube(RADIUS + 0.008)
    plain = np.zeros((len(wide), 3), np.float32)
    slipped = Piece(wide, faces, weights(wide[:, 1] + 0.04), plain, np.zeros(len(wide), bool), plain)
    found = followed.piece(slipped)
    inner = np.abs(wide[:, 1]) < 0.4
    assert np.abs(slipped.weights - weights(wide[:, 1]))[inner].max() > 0.15
    np.testing.assert_allclose(found.weights[inner], weights(wide[:, 1])[inner], atol=0.03)

    dented = wide.copy()
    dent = np.flatnonzero((np.abs(wide[:, 1]) < 0.1) & (wide[:, 2] > 0.9 * RADIUS))
    dented[dent, 2] -= 0.014
    moved = followed.layer(layer("Leg Cloth", dented, faces, found.weights)).vertices
    skin = Beneath(points, tube(RADIUS)[1])
    assert skin.signed(dented)[0][dent].min() < -0.004
    assert skin.signed(moved)[0].min() > 0
    far = np.abs(wide[:, 1]) > 0.3
    np.testing.assert_array_equal(moved[far], dented[far])


def test_thighs_that_are_in_one_another_keep_their_own_cloth():
    """In the T-pose the legs are closer together than in the stand pose."""
    apart = 0.172  # metres from the middle to each leg's
    joints = JOINTS.copy()
    joints[[1, 2]] = [[0.0, 0.5, 0.0], [0.0, 0.5, 0.0]]
    legs, cloths = [], []
    for joint, side in ((1, 1.0), (2, -1.0)):
        carried = np.zeros((TURN * RINGS, 24), np.float32)
        carried[:, joint] = 1
        for radius, found in ((RADIUS, legs), (RADIUS + 0.006, cloths)):
            points, faces = tube(radius)
            found.append(layer("Leg", points + np.float32([side * apart, 0, 0]), faces, carried))
    followed = Followed(joined([merged(legs)]), joints)
    assert followed.skin.vertices[: TURN * RINGS, 0].min() < -0.005  # the left one is beyond the middle
    for leg, cloth in zip((1, 2), cloths):
        plain = np.zeros_like(cloth.vertices)
        piece = Piece(cloth.vertices, cloth.faces, cloth.weights, plain, np.zeros(len(plain), bool), plain)
        assert followed.piece(piece).weights[:, leg].min() > 0.9
        assert np.abs(followed.layer(cloth).vertices - cloth.vertices).max() < 0.001
