"""What hangs on an avatar (skirts, capes, coat-tails, long hair) as chains of joints that a program lets swing.

No garment is known by name: of each layer that is not stiff, what stands off the body below some height, and is not
carried by an arm, hangs there; so does hair below the neck. Round the upright axis it is cut into sectors, each with a
chain of joints from where it begins to hang down to its hem. In the T-pose, metres, +y up.

Its numbers are set by hand.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.export.colliders import HIT, SECTORS, Chain, Hanging, body_colliders, resting
from engine.protocol import SKELETON_NAMES
from engine.rig import Avatar
from engine.rig.face import STIFF

LEVELS = 3
"""Joints of a chain without its end."""
SLACK, LENGTH, FEWEST = 0.06, 0.16, 24
"""What hangs stands off by this, is this long (metres of a grown person) and has so many vertices."""
SHARE = 0.8
"""Of the weights that go to chains; the rest stays, so that legs still push a skirt where nothing swings."""
TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")
MOST = 256
"""Joints that fit into a byte."""
STIFFNESS, DRAG = 0.8, 0.2
"""In VRM's units: a joint that travels at v metres a second leans back by arcsin(v · drag / (stiffness + gravity))."""
GRAVITY, UPRIGHT = 0.6, 48
"""What hangs upright falls when the body leans; what stands off was draped as its cloth holds it, and stays so: gravity
is this times a power of the cosine between a chain and the plumb line."""


def hung(avatar: Avatar, body: NDArray[np.float32]) -> Hanging:
    """Find what hangs and give it joints.

    Args:
        avatar: in the T-pose.
        body: (B, 3) points of its skin.
    """
    made = Hanging(avatar)
    if avatar.face_layers is None or avatar.layer_names is None or avatar.layer_materials is None:
        return made
    size = float(avatar.joints[SKELETON_NAMES.index("head"), 1] - body[:, 1].min()) / 1.55
    off = cKDTree(body).query(avatar.vertices)[0]
    for number, material in enumerate(avatar.layer_materials):
        rows = np.unique(avatar.faces[avatar.face_layers == number])
        if number == 0 or material in STIFF or not len(rows):
            continue
        rows = rows[_carried_by_trunk(avatar, rows)]
        free = rows[_hangs(avatar, rows, off, material, size)]
        if len(free) >= FEWEST and np.ptp(avatar.vertices[free, 1]) > LENGTH * size:
            made = _with_chains(made, number, rows, free, size)
    if not made.chains:
        return made
    return resting(made, body_colliders(avatar, body))


def _carried_by_trunk(avatar: Avatar, rows: NDArray) -> NDArray[np.bool_]:
    """Which of the vertices no arm carries."""
    arms = [
        k
        for k, name in enumerate(SKELETON_NAMES[: avatar.weights.shape[1]])
        if re.search("shoulder|elbow|wrist|hand|index|middle|ring|pinky|thumb", name)
    ]
    kept: NDArray[np.bool_] = avatar.weights[rows][:, arms].sum(1) < 0.5
    return kept


def _hangs(avatar: Avatar, rows: NDArray, off: NDArray, material: str, size: float) -> NDArray[np.bool_]:
    """Which of the vertices hang: hair below the neck, all else well off the body."""
    if material == "hair":
        below: NDArray[np.bool_] = avatar.vertices[rows, 1] < avatar.joints[SKELETON_NAMES.index("neck"), 1]
        return below
    neck = avatar.joints[SKELETON_NAMES.index("neck"), 1]  # what stands off above is a collar, a hood or a hat
    standing: NDArray[np.bool_] = (off[rows] > SLACK * size) & (avatar.vertices[rows, 1] < neck)
    return standing


def _with_chains(made: Hanging, number: int, rows: NDArray, free: NDArray, size: float) -> Hanging:
    """With the chains of one layer.

    Args:
        made: so far.
        number: of the layer.
        rows: (R,) its vertices that may move.
        free: (N,) those that hang for sure.
        size: of the avatar against a grown person.
    """
    avatar, before = made.avatar, len(made.avatar.joints)
    points = avatar.vertices[rows].astype(np.float64)
    low, top = np.quantile(avatar.vertices[free, 1], (0.0, 0.97))
    down = (top - points[:, 1]) / (top - low)
    anchor = _anchor(avatar, rows[np.abs(down) < 0.15]) if (np.abs(down) < 0.15).any() else 0
    around = _sector(points, avatar.joints[anchor])
    sectors = [s for s in range(SECTORS) if ((np.abs(_turn(around, s)) < 0.5) & (down > 0.5)).sum() >= 4]
    if not sectors or before + len(sectors) * (LEVELS + 1) > MOST:
        return made
    axis = avatar.joints[anchor]
    joints = np.concatenate([_chain(points, down, np.abs(_turn(around, s)) < 0.7, axis) for s in sectors])
    links = np.arange(len(joints)).reshape(len(sectors), LEVELS + 1)
    low_ones = down > 1 / LEVELS
    anchors = [_leg(avatar, rows[low_ones & (np.abs(_turn(around, s)) < 0.7)], anchor) for s in sectors]
    parents = np.where(links % (LEVELS + 1) == 0, np.array(anchors)[:, None], before + links - 1).ravel()
    wide = np.zeros((len(avatar.vertices), before + len(joints)), np.float32)
    wide[:, :before] = avatar.weights
    share, own = _weights(down, around, sectors)
    wide[rows] *= 1.0 - share[:, None]
    wide[np.ix_(rows, before + np.arange(len(joints)))] = share[:, None] * own
    title = re.sub(r"[^0-9A-Za-z]+", "_", (avatar.layer_names or ("",))[number]).strip("_") or "layer"
    names = [f"swing_{number}_{title}_{s}_{k}" for s in range(len(sectors)) for k in range(LEVELS + 1)]
    chains = tuple(
        Chain(
            f"{title} {s + 1}",
            tuple((before + row).tolist()),
            (round(HIT * size, 4),) * (LEVELS + 1),
            STIFFNESS,
            round(_gravity(joints[row]), 4),
            DRAG,
        )
        for s, row in enumerate(links)
    )
    grown = replace(
        avatar,
        joints=np.concatenate((avatar.joints, joints)).astype(np.float32),
        parents=np.concatenate((avatar.parents, parents)).astype(np.int32),
        weights=wide,
    )
    return replace(made, avatar=grown, names=(*made.names, *names), chains=(*made.chains, *chains))


def _anchor(avatar: Avatar, rows: NDArray) -> int:
    """The joint of the trunk that carries most of these vertices."""
    trunk = [SKELETON_NAMES.index(name) for name in TRUNK]
    return trunk[int(avatar.weights[rows][:, trunk].sum(0).argmax())]


def _leg(avatar: Avatar, rows: NDArray, otherwise: int) -> int:
    """The hip of the leg with which these vertices go more than with the other, as a skirt's sides do, if any."""
    if len(rows):
        sides = [
            [SKELETON_NAMES.index(f"{side}_{name}") for name in ("hip", "knee", "ankle", "foot")]
            for side in ("left", "right")
        ]
        left, right = (float(avatar.weights[rows][:, joints].sum(1).mean()) for joints in sides)
        if abs(left - right) > 0.3:
            return sides[int(right > left)][0]
    return otherwise


def _sector(points: NDArray, axis: NDArray) -> NDArray[np.float64]:
    """(R,) in which sector round an upright axis the points are, from behind to the left, with fractions."""
    angle = np.arctan2(points[:, 0] - axis[0], -(points[:, 2] - axis[2]))
    return np.asarray(angle / (2 * np.pi) * SECTORS % SECTORS)


def _turn(around: NDArray, sector: float) -> NDArray[np.float64]:
    """How many sectors away from the middle of one, the short way."""
    return np.asarray((around - sector + SECTORS / 2) % SECTORS - SECTORS / 2)


def _gravity(joints: NDArray) -> float:
    """How much a chain falls, from where its joints (K, 3) rest."""
    along = joints[-1] - joints[0]
    return GRAVITY * float(max(-along[1] / np.linalg.norm(along), 0.0) ** UPRIGHT)


def _chain(points: NDArray, down: NDArray, inside: NDArray, axis: NDArray) -> NDArray[np.float64]:
    """(LEVELS + 1, 3) joints in the middle of a sector's points, from the top down, as far off the axis as they."""
    made: list[NDArray] = []
    for level in np.arange(LEVELS + 1) / LEVELS:
        near = inside & (np.abs(down - level) < 0.5 / LEVELS)
        if not near.any():
            near = inside & (np.abs(down - level) <= np.abs(down[inside] - level).min() + 1e-9)
        off = points[near][:, [0, 2]] - axis[[0, 2]]
        place, aside = points[near].mean(0), off.mean(0)
        far = np.linalg.norm(off, axis=1).mean() / max(float(np.linalg.norm(aside)), 1e-6)
        place[[0, 2]] = axis[[0, 2]] + aside * min(far, 1.5)  # the mean of an arc lies within it
        at = np.abs(down[near] - level) + 1e-3
        place[1] = np.average(points[near, 1], weights=1 / at)
        if made and made[-1][1] - place[1] < 0.01:  # a joint must not lie on the one before
            place = made[-1] + [0.0, -0.02, 0.0]
        made.append(place)
    return np.array(made)


def _weights(down: NDArray, around: NDArray, sectors: list[int]) -> tuple[NDArray, NDArray]:
    """How much of each vertex (R,) swings, and its weights (R, chains · joints) there, rows summing to 1."""
    apart = np.stack([np.abs(_turn(around, s)) for s in sectors], 1)  # (R, S)
    near = np.maximum(1.0 - apart, 0.0)
    lonely = near.sum(1) < 1e-6
    near[lonely, apart[lonely].argmin(1)] = 1.0
    near /= near.sum(1, keepdims=True)
    at = np.clip(down * LEVELS - 0.5, 0.0, LEVELS - 1.0)  # joint k moves most what is half-way to the next
    levels = np.maximum(1.0 - np.abs(at[:, None] - np.arange(LEVELS + 1)), 0.0)
    own = (near[:, :, None] * levels[:, None]).reshape(len(down), -1)
    return SHARE * np.clip(2.0 * LEVELS * down, 0.0, 1.0), own
