"""What hands hold, and the hand that closes round it."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from engine.body import load_body
from engine.shape.bodies import bundled
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.held import FIST, GRIP, HELD, fist
from engine.wardrobe.outfit import EXTRA_KINDS, Garment, Look

BARE = Look("fair", "short", "brown", "none", "brown", "brown")


@pytest.mark.parametrize("kind", [kind for kind, _ in HELD])
def test_forms_are_closed_and_at_the_hand(kind):
    form = HELD[kind, None][0]()
    for part in trimesh.Trimesh(form.vertices, form.faces, process=False).split(only_watertight=False):
        assert part.is_watertight and part.volume > 0
    nearest = np.linalg.norm(form.vertices - (GRIP if kind != "shield" else [0.6, 0.46, 0.01]), axis=1).min()
    assert nearest < 0.06 and kind in EXTRA_KINDS


@pytest.mark.parametrize("numbers", [(0, 0, 0, 0.2, 1), (-0.5, 1, 0, 0.2, -1), (0, 0, 0, -0.6, 0)])
def test_only_the_right_hand_s_fingers_bend(numbers):
    body, betas = load_body(), bundled().betas(np.array(numbers, float))
    before, joints = body.rest_vertices(betas), body.rest_joints(betas)
    after = fist(before, joints)
    moved = np.linalg.norm(after - before, axis=1) > 1e-6
    palm = abs(joints[21, 0] - joints[23, 0])
    assert moved.any() and (before[moved, 0] < joints[23, 0]).all()
    assert np.ptp(before[moved, 0]) > 0.7 * palm > 0.5 * palm > np.ptp(after[moved, 0])
    edges = np.concatenate([body.faces[:, [0, 1]], body.faces[:, [1, 2]]])
    edges = edges[moved[edges].any(1)]
    assert np.linalg.norm(after[edges[:, 0]] - after[edges[:, 1]], axis=1).max() < 0.35 * palm  # nothing torn


def test_a_grip_lies_in_the_fist():
    """The fingers go round it: its middle has skin above, beyond and below."""
    body = load_body()
    wardrobe, betas = Wardrobe(body), np.zeros(body.num_betas)
    figure = wardrobe.dress(Look(**{**BARE.__dict__, "extras": (Garment("sword", "silver", "brown"),)}), betas)
    skin, held = (figure.vertices[a:b] for a, b, _, _ in (figure.parts[0], figure.parts[-1]))
    grip = held[np.abs(held[:, 2] - GRIP[2]) < 0.03].mean(0)
    fingers = skin[(skin[:, 0] < grip[0] + 0.03) & (np.abs(skin[:, 2] - grip[2]) < 0.02)] - grip
    around = np.degrees(np.arctan2(fingers[:, 1], -fingers[:, 0]))
    assert around.max() > 60 and around.min() < -60 and np.linalg.norm(fingers, axis=1).max() < 0.09


def test_gripped_things_are_held():
    assert {(kind, None) for kind in FIST} <= set(HELD)
