"""What hands hold, and the hand that closes round it."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from engine.body import load_body
from engine.body.hands import RELAXED, both_hands, hand_poses
from engine.shape.bodies import bundled
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.held import FORWARD, GRIP, GRIPS, HELD, fist
from engine.wardrobe.holding import CLOSER, grips, held_poses
from engine.wardrobe.outfit import EXTRA_KINDS, Garment, Look
from engine.wardrobe.spoken import Spoken

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


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("a viking holding an axe", {("axe", "silver")}), ("a wizard with a staff", {("staff", "brown")}),
        ("a wizard with a wooden staff", {("staff", "brown")}), ("a staff member in a red shirt", set()),
        ("a knight with a golden sword and a blue shield", {("sword", "gold"), ("shield", "blue")}),
        ("a hammer thrower", {("hammer", "grey")}),
    ],
)  # fmt: skip
def test_texts_name_what_is_held(text, held):
    spoken = Spoken(text)
    look = spoken.tailor(BARE)
    found = {(extra.kind, extra.color) for extra in look.extras if (extra.kind, None) in HELD}
    assert found == held and spoken.tailor(look) == look


def test_gripped_things_are_held():
    assert {(kind, None) for kind in GRIPS} <= set(HELD) and set(GRIPS.values()) <= set(hand_poses())


def test_the_hand_that_holds_grips_and_the_other_is_relaxed():
    sword, shield = Garment("sword", "silver"), Garment("shield", "red")
    both, one = (Look(**{**BARE.__dict__, "extras": extras}) for extras in ((shield, sword), (shield,)))
    assert grips(both) == {"right": GRIPS["sword"]} and grips(one) == {}
    np.testing.assert_array_equal(held_poses(both), both_hands(RELAXED, GRIPS["sword"]))


def test_fingers_close_round_the_handle():
    """All round it, within two centimetres of its surface, there is skin, and little of it inside."""
    body, radius = load_body(), 0.0135
    look = Look(**{**BARE.__dict__, "extras": (Garment("sword", "silver", "brown"),)})
    figure = Wardrobe(body).dress(look, np.zeros(body.num_betas))
    axis = FORWARD / np.linalg.norm(FORWARD)
    skin = figure.vertices[slice(*figure.parts[0][:2])] - GRIP - CLOSER
    across = skin - (skin @ axis)[:, None] * axis
    beside = np.linalg.norm(across, axis=1)
    near = (np.abs(skin @ axis) < 0.035) & (beside < radius + 0.02)
    angle = np.arctan2(across[near] @ np.cross(axis, [0, 1, 0]), across[near] @ np.array([0, 1, 0]))
    assert len(np.unique((angle // (np.pi / 6)).astype(int))) >= 11  # of twelve sectors
    assert (beside[near] > radius - 0.006).mean() > 0.95
