"""Arms that would pass through the trunk are swung out of it, measured on the body's own skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from engine.geometry.measures import vertex_normals
from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle, unit
from engine.motion.arrays import Array
from engine.motion.skeleton import JOINT, forward

TRUNK = tuple(JOINT[name] for name in ("pelvis", "spine1", "spine2", "spine3", "left_hip", "right_hip"))
CHUNK = 200
"""Frames that are compared at once, which bounds the memory. Set by hand."""


@dataclass(frozen=True)
class Limits:
    """How arms are kept out of the trunk."""

    cell: float = 0.02
    """Distance between sampled points, relative to the body's height. Set by hand."""
    press: float = 0.012
    """Metres that flesh gives way: hands that rest on the body stay where they are. Set by hand."""
    step: float = 0.3
    """Radians that an arm is swung at most in one of the rounds. Set by hand."""
    rounds: int = 6
    """Of swinging. Set by hand."""
    thighs: float = 0.4
    """Share of the thighs that belongs to the trunk. Set by hand."""
    upper_arm: float = 1.6
    """Half upper arms from the shoulder from which on an arm is kept out. Set by hand."""
    lever: float = 0.3
    """Share of the arm's length squared in what a swing is worth; the rest is of the axis. Set by hand."""
    beside: float = 1.5
    """Cells beside the nearest point of the skin from which on a point is outside. Set by hand."""


LIMITS = Limits()


@dataclass(frozen=True)
class SkinnedPoints:
    """Points of the skin that follow the bones by linear blend skinning."""

    carried: Array
    """(72,P): for each joint's three axes the weighted offset of each point from the joint at rest."""
    weights: Array
    """(24,P)."""
    turned: Array
    """(72,P): for each joint's three axes the weighted unit normal of each point at rest."""

    def pose(self, places: Array, world: Array) -> tuple[Array, Array]:
        """Points and normals (T,P,3) for joints at (T,24,3) with world rotations (T,24,3,3)."""
        turns = world.transpose(0, 2, 1, 3).reshape(len(world), 3, -1)
        at = turns @ self.carried + places.transpose(0, 2, 1) @ self.weights
        return at.transpose(0, 2, 1), unit((turns @ self.turned).transpose(0, 2, 1))


@dataclass(frozen=True)
class Flesh:
    """The skin of the trunk with the upper thighs, and of both arms from above the elbow on."""

    joints: Array
    """(24,3), rest pose."""
    trunk: SkinnedPoints
    arms: dict[str, SkinnedPoints]
    spacing: float
    """Metres between points."""


def sample_flesh(vertices: Array, faces: Array, weights: Array, joints: Array) -> Flesh:
    """Sample a T-pose (V,3) with faces (F,3), skinning weights (V,24) and rest joints (24,3), in metres."""
    normals = vertex_normals(vertices, np.asarray(faces))
    owner, cell = weights.argmax(1), LIMITS.cell * float(np.ptp(vertices[:, 1]))

    def points(chosen: Array, size: float) -> SkinnedPoints:
        rows = np.flatnonzero(chosen)
        rows = rows[np.unique(np.floor(vertices[rows] / size).astype(int), axis=0, return_index=True)[1]]
        held = weights[rows].astype(np.float32)
        carried = (vertices[rows][:, None] - joints[None]) * held[..., None]
        turned = normals[rows][:, None] * held[..., None]
        return SkinnedPoints(
            carried.reshape(len(rows), -1).T.astype(np.float32),
            held.T.copy(),
            turned.reshape(len(rows), -1).T.astype(np.float32),
        )

    knee = joints[[JOINT["left_knee"], JOINT["right_knee"]], 1].mean()
    hip = joints[[JOINT["left_hip"], JOINT["right_hip"]], 1].mean()
    trunk = np.isin(owner, TRUNK) & (vertices[:, 1] > hip - LIMITS.thighs * (hip - knee))
    arms = {}
    for side in ("left", "right"):
        shoulder, elbow = joints[JOINT[f"{side}_shoulder"]], joints[JOINT[f"{side}_elbow"]]
        away = np.linalg.norm(vertices - shoulder, axis=1)
        half = 0.5 * float(np.linalg.norm(elbow - shoulder))
        trunk &= away > half
        mine = [JOINT[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist", "hand")]
        arms[side] = points(np.isin(owner, mine) & (away > LIMITS.upper_arm * half), cell)
    return Flesh(joints.astype(np.float32), points(trunk, cell), arms, cell)


def free_arms(poses: Array, flesh: Flesh, fps: float) -> Array:
    """Swing arms from the shoulder until they no longer pass through the trunk, as far as that goes.

    Args:
        poses: (T,24,3) axis-angle.
    Returns:
        Poses (T,24,3); those that were free already are the same.
    """
    local = axis_angle_to_matrix(poses)
    changed = False
    for _ in range(LIMITS.rounds):
        turns = _swings(local, flesh)
        if not any(turn.any() for turn in turns.values()):
            break
        changed = True
        _, world = forward(local, np.zeros((len(local), 3), np.float32), flesh.joints)
        for side, turn in turns.items():
            collar, shoulder = JOINT[f"{side}_collar"], JOINT[f"{side}_shoulder"]
            # The swing comes and goes within about a tenth of a second.
            smooth = gaussian_filter1d(turn, fps / 15, axis=0, mode="nearest") if len(turn) > 8 else turn
            local[:, shoulder] = (
                np.swapaxes(world[:, collar], -1, -2) @ axis_angle_to_matrix(smooth) @ world[:, shoulder]
            )
    return matrix_to_axis_angle(local) if changed else poses


def _swings(local: Array, flesh: Flesh) -> dict[str, Array]:
    """World rotation vectors (T,3) for each shoulder that take the deepest point of its arm to the trunk's skin."""
    out: dict[str, list[Array]] = {side: [] for side in flesh.arms}
    for start in range(0, len(local), CHUNK):
        part = local[start : start + CHUNK]
        places, world = forward(part, np.zeros((len(part), 3), np.float32), flesh.joints)
        trunk = flesh.trunk.pose(places, world)
        for side, points in flesh.arms.items():
            arm = points.pose(places, world)[0]
            depth, normal = _depths(arm, *trunk, flesh.spacing)
            frames, deepest = np.arange(len(part)), depth.argmax(1)
            lever = arm[frames, deepest] - places[:, JOINT[f"{side}_shoulder"]]
            axis = np.cross(lever, normal[frames, deepest])
            turning = np.sum(lever**2, -1) * LIMITS.lever + np.linalg.norm(axis, axis=-1) * (1 - LIMITS.lever)
            amount = np.maximum(depth[frames, deepest] - LIMITS.press, 0) * np.linalg.norm(lever, axis=-1)
            angle = np.minimum(amount / np.maximum(turning, 1e-6), LIMITS.step)
            out[side].append((unit(axis) * angle[:, None]).astype(np.float32))
    return {side: np.concatenate(parts) for side, parts in out.items()}


def _depths(points: Array, skin: Array, normals: Array, spacing: float) -> tuple[Array, Array]:
    """How deep points (T,A,3) are beneath a skin (T,P,3) with normals, (T,A) metres, and the way out (T,A,3).

    Depth is measured along the normal of the nearest point of the skin; points beside the skin's edge are outside.
    """
    squares = np.sum(skin**2, -1)[:, None] - 2 * points @ skin.transpose(0, 2, 1)  # but for the points' own
    nearest = squares.argmin(-1)[..., None]
    gap = np.take_along_axis(skin, nearest, 1) - points
    normal = np.take_along_axis(normals, nearest, 1)
    depth = np.sum(gap * normal, -1)
    aside = np.linalg.norm(gap - depth[..., None] * normal, axis=-1)
    return np.where(aside < LIMITS.beside * spacing, depth, 0), normal
