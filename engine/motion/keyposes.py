"""Key poses as data: limb targets in anatomical frames, in-betweened and solved on a body's own skeleton.

A key says where root, spine and head are and where hands and feet should be. Hands are given in "side" coordinates
(out from the body's middle, up, forward), so that one line serves either side. Between keys every quantity is a
weighted sum of the keys' values, and limbs are solved by inverse kinematics in every frame: feet that stand stay put,
hands that touch keep touching, on short and long bodies alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from engine.geometry.rotations import (
    axis_angle_to_matrix,
    euler,
    matrix_from_6d,
    matrix_to_6d,
    matrix_to_axis_angle,
    unit,
)
from engine.motion.arrays import Array, array
from engine.motion.landmarks import REFERENCE_ARM, Landmarks
from engine.motion.limbs import frame_of, limit_angle, share_twist, swing_twist, two_bone
from engine.motion.skeleton import JOINT, NUM_JOINTS
from engine.protocol import PARENTS

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Hand:
    """Where a hand is: the palm's centre if `fingers` is given and the anchor isn't "sh", otherwise the wrist."""

    anchor: str
    """One of `Landmarks.anchors`, or "sh": the own shoulder, in arm lengths instead of metres."""
    place: Vector
    """Out, up, forward from the anchor."""
    palm: Vector | None = None
    """Direction that the palm faces."""
    fingers: Vector | None = None
    """Direction in which the fingers point."""
    pole: Vector | None = None
    """Direction in which the elbow points; None for a natural one."""


@dataclass(frozen=True)
class Foot:
    """Where an ankle is, relative to where it stands in the rest pose (world), or to the hip ("hip", leg lengths)."""

    place: Vector = (0, 0, 0)
    """Out, up, forward."""
    pitch: float = 0.0
    """Degrees, toes down positive."""
    yaw: float = 8.0
    """Degrees, toes out positive."""
    anchor: str = "floor"
    pole: Vector = (0.12, 0.1, 1.0)
    """Direction in which the knee points, in the pelvis' frame."""


REST_HAND = Hand("sh", (0.13, -0.975, 0.06))
STAND = Foot((0.02, 0, 0))


@dataclass(frozen=True)
class Key:
    """A moment: seconds, root offset (metres at the reference leg length), angles in degrees (pitch, yaw, roll)."""

    time: float
    root: Vector = (0, 0, 0)
    turn: Vector = (0, 0, 0)
    spine: Vector = (0, 0, 0)
    head: Vector = (0, 0, 0)
    shrug: float = 0.0
    left: Hand = REST_HAND
    right: Hand = REST_HAND
    left_foot: Foot = STAND
    right_foot: Foot = STAND
    through: bool = False
    """Pass through without slowing down; otherwise movement comes to rest here."""


@dataclass(frozen=True)
class Entry:
    """A movement of the library: key poses with the texts that mean it."""

    name: str
    texts: tuple[str, ...]
    """The caption ("clapping the hands") first, then other ways to say it."""
    keys: tuple[Key, ...]
    loop: bool = True
    """Repeats with the last key's time as its period (the last key equals the first)."""
    travel: Vector = (0, 0, 0)
    """Metres a second by which the whole figure moves."""
    grounded: bool = True
    """Whether the lowest point of the body should be brought to the floor."""
    life: float = 1.0
    """Amount of breathing and sway laid over it."""
    tags: tuple[str, ...] = field(default=())
    beats: int = 1
    """How often one period does what is counted: a boxer's three punches."""
    of_angle: Callable[[float], tuple[Key, ...]] | None = None
    """Of a turn: the keys for any angle in degrees, to the left positive."""


def both(hand: Hand) -> dict[str, Any]:
    """The same place for both hands, as keyword arguments of `Key`."""
    return {"left": hand, "right": hand}


def feet(foot: Foot) -> dict[str, Any]:
    """The same place for both feet, as keyword arguments of `Key`."""
    return {"left_foot": foot, "right_foot": foot}


def closed(period: float, *keys: Key) -> tuple[Key, ...]:
    """Keys of a loop: the first one again at the end."""
    return (*keys, replace(keys[0], time=period))


def swap_sides(entry: Entry) -> Entry:
    """The mirror image of a movement."""

    def flip(v: Vector) -> Vector:
        return (v[0], -v[1], -v[2])

    keys = tuple(
        replace(
            k,
            root=(-k.root[0], k.root[1], k.root[2]),
            turn=flip(k.turn),
            spine=flip(k.spine),
            head=flip(k.head),
            left=k.right,
            right=k.left,
            left_foot=k.right_foot,
            right_foot=k.left_foot,
        )
        for k in entry.keys
    )
    return replace(entry, keys=keys, travel=(-entry.travel[0], entry.travel[1], entry.travel[2]))


def blend_weights(keys: Sequence[Key], times: Array, loop: bool) -> Array:
    """Weights (T,K) of the keys at times (T,): cubic Hermite, at rest in each key unless it is passed through."""
    moments = np.array([k.time for k in keys])
    count, period = len(keys), moments[-1]
    weights = np.zeros((len(times), count), np.float32)
    if count == 1 or period <= 0:
        weights[:, 0] = 1
        return weights
    times = np.mod(times, period) if loop else np.clip(times, moments[0], period)
    segment = np.clip(np.searchsorted(moments, times, side="right") - 1, 0, count - 2)
    rows = np.arange(len(times))
    span = moments[segment + 1] - moments[segment]
    s = (times - moments[segment]) / span
    weights[rows, segment] += 1 - (3 * s**2 - 2 * s**3)
    weights[rows, segment + 1] += 3 * s**2 - 2 * s**3
    for end, slope in ((0, s**3 - 2 * s**2 + s), (1, s**3 - s**2)):
        key = segment + end
        passing = np.array([k.through for k in keys])[key]
        before, after = key - 1, key + 1
        wrap = loop & ((key == 0) | (key == count - 1))
        before, after = np.where(wrap, count - 2, before), np.where(wrap, 1, after)
        inside = passing & (before >= 0) & (after < count)
        before, after = np.clip(before, 0, count - 1), np.clip(after, 0, count - 1)
        gap = np.where(wrap, moments[1] + period - moments[count - 2], moments[after] - moments[before])
        rate = np.where(inside, span / np.maximum(gap, 1e-6), 0) * slope
        np.add.at(weights, (rows, after), rate)
        np.add.at(weights, (rows, before), -rate)
    return weights


def solve(
    entry: Entry, times: Array, marks: Landmarks, wander: Callable[[int], Array] | None = None
) -> tuple[Array, Array]:
    """Solve a movement on a skeleton.

    Args:
        times: seconds (T,) from its beginning.
        marks: the body's joints and surface points.
        wander: gives smooth noise (T,n) for breathing and sway; None for none.
    Returns:
        Axis-angle poses (T,24,3) and pelvis positions (T,3), the floor at y = 0.
    """
    keys, count = entry.keys, len(times)
    weights = blend_weights(keys, times, entry.loop)
    lag = blend_weights(keys, times - 0.05, entry.loop) if entry.loop else weights
    noise = (wander(8) if wander else np.zeros((count, 8), np.float32)) * entry.life

    def value(name: str, table: Array = weights) -> Array:
        return table @ array([getattr(k, name) for k in keys])

    root = value("root") * marks.scale + np.outer(times, array(entry.travel))
    root = root + marks.joints[0] + noise[:, :3] * array([0.012, 0.002, 0.008])
    turn, spine, head = value("turn"), value("spine"), value("head", lag)
    world = np.zeros((count, NUM_JOINTS, 3, 3), np.float32)
    world[:] = np.eye(3)
    world[:, 0] = euler(*turn.T)
    spine = spine + noise[:, 3:6] * array([1.2, 1.0, 0.8])
    head = head + noise[:, 5:8] * array([2.0, 3.0, 1.0])
    for name, parent, angles in (
        ("spine1", "pelvis", spine * 0.3),
        ("spine2", "spine1", spine * 0.4),
        ("spine3", "spine2", spine * 0.3),
        ("neck", "spine3", head * 0.45),
        ("head", "neck", head * 0.55),
    ):
        world[:, JOINT[name]] = world[:, JOINT[parent]] @ euler(*angles.T)
    places = _places(world, root, marks)
    shrug = value("shrug") + noise[:, 3] * 0.8
    drift = np.outer(times, array(entry.travel))
    figure = _Figure(world, places, marks, drift)
    for side in ("left", "right"):
        _solve_leg(side, weights, [getattr(k, side + "_foot") for k in keys], figure)
    for side in ("left", "right"):
        _solve_arm(side, weights, [getattr(k, side) for k in keys], shrug, figure)
    local = world.copy()
    for joint in range(1, NUM_JOINTS):
        local[:, joint] = np.swapaxes(world[:, PARENTS[joint]], -1, -2) @ world[:, joint]
    local[:, 22:] = np.eye(3)
    return matrix_to_axis_angle(local), root.astype(np.float32)


def _places(world: Array, root: Array, marks: Landmarks) -> Array:
    """Joint positions (T,24,3) of world rotations; limbs that are not solved yet hang from their parents."""
    places = np.zeros((len(world), NUM_JOINTS, 3), np.float32)
    places[:, 0] = root
    for joint in range(1, NUM_JOINTS):
        parent = PARENTS[joint]
        places[:, joint] = places[:, parent] + world[:, parent] @ (marks.joints[joint] - marks.joints[parent])
    return places


def _solve_leg(side: str, weights: Array, specs: list[Foot], figure: _Figure) -> None:
    """Fill in hip, knee and ankle rotations (in place) from the feet of all keys."""
    world, places, marks, drift = figure.world, figure.places, figure.marks, figure.drift
    sign = array([1 if side == "left" else -1, 1, 1])
    hip, knee, ankle, toe = (JOINT[f"{side}_{n}"] for n in ("hip", "knee", "ankle", "foot"))
    joints, pelvis = marks.joints, world[:, 0]
    target = np.zeros_like(places[:, 0])
    pole = np.zeros_like(target)
    sole = np.zeros((len(target), 6), np.float32)
    for column, foot in enumerate(specs):
        place = array(foot.place) * sign
        turn = euler(foot.pitch, foot.yaw * sign[0], 0)
        if foot.anchor == "hip":
            goal = places[:, hip] + (pelvis @ place) * marks.leg
            turn = pelvis @ turn
        else:
            goal = joints[ankle] + place * marks.scale + drift
            ball = float(joints[toe][2] - joints[ankle][2])
            height = drift[:, 1] + _sole_clearance(foot.pitch, float(joints[ankle][1]), ball)
            goal[:, 1] = np.maximum(goal[:, 1], height)
            turn = np.broadcast_to(turn, pelvis.shape)
        share = weights[:, column, None]
        target += share * goal
        pole += share * (pelvis @ (array(foot.pole) * sign))
        sole += share * matrix_to_6d(turn)
    upper, lower = joints[knee] - joints[hip], joints[ankle] - joints[knee]
    pole = _untwisted(pelvis, places[:, hip], target, pole, upper, lower)
    thigh, shank = two_bone(places[:, hip], target, pole, upper, lower, array([1, 0, 0]))
    world[:, hip], world[:, knee] = thigh, shank
    bend = limit_angle(np.swapaxes(shank, -1, -2) @ matrix_from_6d(sole), 75)
    world[:, ankle] = world[:, toe] = shank @ bend
    places[:, knee] = places[:, hip] + thigh @ upper
    places[:, ankle] = places[:, knee] + shank @ lower


def _untwisted(pelvis: Array, hip: Array, target: Array, pole: Array, upper: Array, lower: Array) -> Array:
    """Poles (T,3) turned about the line from hip to foot until no thigh is twisted beyond 125 degrees, as far as
    sitting cross-legged needs.

    A twist beyond that comes of a pole that the leg points along; it is undone altogether.
    """
    axis = unit(target - hip)
    for _ in range(4):
        thigh, _ = two_bone(hip, target, pole, upper, lower, array([1, 0, 0]))
        twist = np.degrees(swing_twist(np.swapaxes(pelvis, -1, -2) @ thigh, unit(upper))[1])
        wanted = np.sign(twist) * np.interp(np.abs(twist), (0, 125, 140, 160), (0, 125, 60, 0))
        if np.abs(twist - wanted).max() < 2:
            break
        pole = np.einsum("tij,tj->ti", axis_angle_to_matrix(np.radians(wanted - twist)[:, None] * axis), pole)
    return pole


def _sole_clearance(pitch: float, height: float, length: float) -> float:
    """How high the ankle must be for neither heel nor toes of a foot pitched by so many degrees to sink in, metres.

    Args:
        height: of the ankle over the flat sole.
        length: from the ankle forward to the ball of the foot.
    """
    angle = np.radians(pitch)
    soles = ((height, -0.35 * length), (height, 1.35 * length), (0.45 * height, 1.7 * length))
    return float(max(down * np.cos(angle) + ahead * np.sin(angle) for down, ahead in soles))


def _natural_pole(direction: Array, sign: Array) -> Array:
    """Where the elbow points by itself, in the chest's frame: back and down for low hands, outwards for high ones."""
    high = np.clip(direction[:, 1:2], 0, 1)
    low = array([0.3, -0.4, -0.85]) * sign
    up = array([1.0, -0.1, 0.15]) * sign
    return low * (1 - high) + up * high


@dataclass
class _Reach:
    """What all keys together ask of one arm, in the chest's frame."""

    direction: Array
    """(T,3) from the shoulder, unit length."""
    distance: Array
    """(T,1) metres."""
    pole: Array
    """(T,3) where the elbow points."""
    own: Array
    """(T,1) share of keys that place the hand from the shoulder itself."""
    hand: Array
    """(T,6) weighted world rotations of the hand, for the share `held` of keys that give one."""
    held: Array
    """(T,1)."""


@dataclass(frozen=True)
class _Figure:
    """The body as far as it is solved; limbs are filled in in place."""

    world: Array
    """(T,24,3,3) rotations of the joints in the world."""
    places: Array
    """(T,24,3) of the joints."""
    marks: Landmarks
    drift: Array
    """(T,3) of the root over the floor."""


def _gather_reach(side: str, weights: Array, specs: list[Hand], figure: _Figure) -> _Reach:
    """Weigh the hands of all keys: directions and distances from the shoulder apart, so that arms swing in arcs."""
    world, places, marks, drift = figure.world, figure.places, figure.marks, figure.drift
    s = 1.0 if side == "left" else -1.0
    sign = array([s, 1, 1])
    start, chest = places[:, JOINT[f"{side}_shoulder"]], world[:, JOINT["spine3"]]
    one = np.zeros((len(start), 1), np.float32)
    out = _Reach(np.zeros_like(start), one, np.zeros_like(start), one.copy(), np.tile(one, 6), one.copy())
    # Rest: fingers along the arm, palm down (-y); the palm's normal is the second axis of both frames.
    rest = frame_of(array([s, 0, 0]), array([0, -1, 0]))
    for column, spec in enumerate(specs):
        share = weights[:, column, None]
        if spec.anchor == "sh":
            origin, frame, unit_length = start, chest, marks.arm_scale * REFERENCE_ARM
            out.own += share
        else:
            origin, frame = marks.anchor(spec.anchor, side, world, places, drift)
            unit_length = marks.anchor_scale(spec.anchor)
        goal = origin + frame @ (array(spec.place) * sign * unit_length)
        if spec.fingers is not None and spec.palm is not None:
            fingers, palm = unit(array(spec.fingers)) * sign, unit(array(spec.palm)) * sign
            if spec.anchor != "sh":
                goal = goal - frame @ fingers * (0.09 * marks.arm_scale)
            out.hand += share * matrix_to_6d(frame @ (frame_of(fingers, palm) @ rest.T))
            out.held += share
        reach = np.einsum("tji,tj->ti", chest, goal - start)
        length = np.linalg.norm(reach, axis=-1, keepdims=True)
        heading = reach / np.maximum(length, 1e-6)
        out.direction += share * heading
        out.distance = out.distance + share * length
        out.pole += share * (_natural_pole(heading, sign) if spec.pole is None else array(spec.pole) * sign)
    out.direction = unit(out.direction)
    return out


def _solve_arm(side: str, weights: Array, specs: list[Hand], shrug: Array, figure: _Figure) -> None:
    """Fill in collar, shoulder, elbow and wrist rotations (in place) from the hands of all keys."""
    world, places, marks = figure.world, figure.places, figure.marks
    s = 1.0 if side == "left" else -1.0
    collar, shoulder, elbow, wrist, tip = (
        JOINT[f"{side}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist", "hand")
    )
    joints, chest, start = marks.joints, world[:, JOINT["spine3"]], places[:, shoulder]
    upper, lower = joints[elbow] - joints[shoulder], joints[wrist] - joints[elbow]
    reach = _gather_reach(side, weights, specs, figure)
    # The collarbone lifts and comes forward with the arm; the shoulder moves along with it.
    stretch = np.minimum(reach.distance[:, 0] / (marks.arm_scale * REFERENCE_ARM), 1)
    lift = np.clip(reach.direction[:, 1], -0.2, 1) * 18 + shrug
    front = np.clip(reach.direction[:, 2] * stretch, -0.5, 1) * 10
    across = np.clip(-reach.direction[:, 0] * s, 0, 1) * 10
    world[:, collar] = chest @ euler(0, -s * (front + across), s * lift)
    goal = start + np.einsum("tij,tj->ti", chest, reach.direction * reach.distance)
    moved = places[:, collar] + world[:, collar] @ (joints[shoulder] - joints[collar]) - start
    pole = np.einsum("tij,tj->ti", chest, reach.pole)
    first, second = two_bone(start + moved, goal + reach.own * moved, pole, upper, lower, array([0, -s, 0]))
    wanted_hand = matrix_from_6d(reach.hand + np.clip(1 - reach.held, 0, 1) * matrix_to_6d(second))
    world[:, shoulder] = first
    world[:, elbow], world[:, wrist] = share_twist(second, wanted_hand, lower)
    world[:, tip] = world[:, wrist]
