"""What hands hold, and the hand that closes round it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.body import load_body
from engine.body.hands import RELAXED, both_hands, hand_poses
from engine.body.model import load_open_body
from engine.shape.bodies import bundled
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.hard.attached import extra_layers, grips, in_hands
from engine.wardrobe.hard.free import standard_form
from engine.wardrobe.hard.things import THINGS
from engine.wardrobe.held import CLOSER, FORWARD, GRIP, HOLDS, fist, frame
from engine.wardrobe.holding import held_poses, held_up
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import Garment, Look
from tests.wardrobe.kinds import first_is_quick

BARE = Look("fair", "short", "brown", "none", "brown", "brown")
HELD = [key for key, thing in THINGS.items() if thing.place == "hand"]
AT_HAND = 0.20
"""Metres from the grip within which what is held may touch the hand, the wrist and the sleeve."""


def holding(*extras: Garment) -> Look:
    return Look(**{**BARE.__dict__, "extras": extras})


@pytest.fixture(scope="module")
def body():
    return load_body()


@pytest.fixture(scope="module")
def average(body):
    betas = bundled().betas(np.array((0, 0, 0, 0.1, 0.5)))
    return betas, Mannequin.of(body, betas)


@pytest.mark.parametrize(("kind", "cut"), first_is_quick(HELD))
def test_held_things_reach_the_hand_never_bend_and_keep_clear_of_the_body(average, kind, cut):
    _, mannequin = average
    (layer, *_) = extra_layers(holding(Garment(kind, "brown", cut=cut)), mannequin)
    form = standard_form(kind, cut)
    if len(form.vertices) == len(layer.vertices):  # all in one layer
        above = np.flatnonzero(layer.vertices[:, 1] > mannequin.joints[23, 1])  # below, the floor may shorten it
        if len(above) > 50:
            a, b = np.random.default_rng(0).choice(above, size=(2, 300))
            before = np.linalg.norm(form.vertices[a] - form.vertices[b], axis=1)
            after = np.linalg.norm(layer.vertices[a] - layer.vertices[b], axis=1)
            assert after == pytest.approx(before * after.sum() / before.sum(), abs=1e-4)
    hand = mannequin.joints[23]
    distance = np.linalg.norm(layer.vertices - hand, axis=1)
    assert distance.min() < 0.10
    assert np.array_equal(layer.weights, np.repeat(np.eye(24, dtype=np.float32)[[23]], len(layer.weights), 0))
    far = layer.vertices[distance > AT_HAND]
    if len(far):
        assert mannequin.caster.closest_point(far)[2].min() > 0


@pytest.mark.parametrize("hold", HOLDS)
def test_frames_are_right_handed(hold):
    turn, origin = frame(hold)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-9) and np.linalg.det(turn) == pytest.approx(1)
    assert np.linalg.norm(origin - GRIP) < 0.01


@pytest.mark.parametrize("numbers", [(0, 0, 0, 0.1, 0.5), (0, 1.2, 0, 0.1, 0.8), (0, -0.6, 0, 0.1, -0.8)])
@pytest.mark.parametrize("side", ["right", "left"])
def test_a_shaft_stands_and_goes_through_the_fist(body, numbers, side):
    """It leans by less than ten degrees, and the hand's skin is all round it, within two centimetres of its surface."""
    betas, look = bundled().betas(np.array(numbers)), holding(Garment("spear", "brown", cut="trident", side=side))
    mannequin = held_up(Mannequin.of(body, betas), look, body, betas)
    (layer,) = extra_layers(look, mannequin)
    low, high = (layer.vertices[layer.vertices[:, 1].argsort()[part]].mean(0) for part in (slice(20), slice(-20, None)))
    axis = (high - low) / np.linalg.norm(high - low)
    assert axis[1] > np.cos(np.radians(10))
    hand = mannequin.vertices[mannequin.weights[:, 22 if side == "left" else 23] > 0.5] - low
    across = hand - (hand @ axis)[:, None] * axis
    ahead = np.cross([1.0, 0, 0], axis)
    turn = np.arctan2(across @ ahead, across @ np.cross(axis, ahead))
    near = np.linalg.norm(across, axis=1) < 0.0135 + 0.02
    assert len(np.unique((turn[near] // (np.pi / 6)).astype(int))) >= 10  # of twelve sectors


def test_each_hand_holds_one_thing():
    def sides(*kinds: str) -> list[str | None]:
        return [extra.side for extra in in_hands([Garment(kind, "brown") for kind in kinds])]

    assert sides("sword", "shield") == ["right", "left"]
    assert sides("bag", "umbrella") == ["right", "left"]
    assert sides("horns", "sword") == [None, "right"]
    assert [extra.side for extra in in_hands([Garment("bag", "red", side="left"), Garment("cup", "red")])] == [
        "left",
        "right",
    ]


def test_what_is_said_to_be_on_the_left_is_the_mirror_of_the_right(average):
    _, mannequin = average
    (right,), (left,) = (
        extra_layers(holding(Garment("bag", "red", cut="briefcase", side=side)), mannequin)
        for side in ("right", "left")
    )
    assert left.vertices[:, 0].min() > 0.3
    assert np.abs(right.vertices.mean(0) * [-1, 1, 1] - left.vertices.mean(0)).max() < 0.01


def test_hands_without_finger_bones_close_round_what_is_gripped(average):
    betas, mannequin = average
    body = load_open_body(hands=False)
    look = holding(Garment("sword", "silver"), Garment("book", "red"))
    assert grips(look) == {"right": "grip_small", "left": "flat"}
    moved = np.abs(held_up(mannequin, look, body, betas).vertices - mannequin.vertices).max(1) > 1e-4
    assert moved.any() and (mannequin.vertices[moved, 0] < 0).all()
    assert held_up(mannequin, BARE, body, betas) is mannequin


@pytest.mark.parametrize("kind", ["staff", "spear", "umbrella"])
def test_a_child_s_staff_ends_at_the_floor(body, kind):
    mannequin = Mannequin.of(body, bundled().betas(np.array((0, 0, 0, -0.66, 0))))
    (layer,) = extra_layers(holding(Garment(kind, "brown")), mannequin)
    assert layer.vertices[:, 1].min() > mannequin.vertices[:, 1].min() - 1e-4


def test_the_left_fist_mirrors_the_right():
    joints = np.zeros((24, 3))
    joints[[20, 21, 22, 23], 0] = 0.684, -0.684, 0.791, -0.791
    points = np.random.default_rng(1).uniform((-0.9, -0.02, -0.05), (0.9, 0.02, 0.05), (400, 3))
    mirror = np.array([-1.0, 1, 1])
    assert fist(points, joints, "left") == pytest.approx(fist(points * mirror, joints, "right") * mirror)


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


def test_things_name_hand_poses_that_there_are():
    assert {thing.grip for thing in THINGS.values() if thing.grip} <= set(hand_poses())


def test_the_hand_that_holds_grips_and_the_other_is_relaxed(body, average):
    betas, mannequin = average
    look = holding(Garment("sword", "silver"))
    np.testing.assert_array_equal(held_poses(look), both_hands(RELAXED, "grip_small"))
    assert held_up(mannequin, look, body, betas).has_fingers and not mannequin.has_fingers


def test_fingers_close_round_the_handle(body):
    """All round it, within two centimetres of its surface, there is skin, and little of it inside."""
    radius, axis = 0.0135, FORWARD / np.linalg.norm(FORWARD)
    figure = Wardrobe(body).dress(holding(Garment("sword", "silver", "brown")), np.zeros(body.num_betas))
    skin = figure.vertices[slice(*figure.parts[0][:2])] - GRIP - CLOSER
    across = skin - (skin @ axis)[:, None] * axis
    beside = np.linalg.norm(across, axis=1)
    near = (np.abs(skin @ axis) < 0.035) & (beside < radius + 0.02)
    angle = np.arctan2(across[near] @ np.cross(axis, [0, 1, 0]), across[near] @ np.array([0, 1, 0]))
    assert len(np.unique((angle // (np.pi / 6)).astype(int))) >= 11  # of twelve sectors
    assert (beside[near] > radius - 0.006).mean() > 0.95
