"""Clean-up of a motion on its body: floor contact, planted feet, and a filter that takes out jitter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import savgol_filter

from engine.geometry.rotations import axis_angle_to_matrix, matrix_from_6d, matrix_to_6d, matrix_to_axis_angle
from engine.motion.arrays import Array, array
from engine.motion.landmarks import Landmarks
from engine.motion.limbs import two_bone
from engine.motion.skeleton import JOINT, forward


@dataclass(frozen=True)
class Limits:
    """From where on a motion is mended; metres are those of the reference skeleton."""

    window: int = 5
    """Frames of the Savitzky-Golay filter. Set by hand."""
    low: float = 5.0
    """Percentile of heights that counts as the floor. Set by hand."""
    near: float = 0.04
    """Metres above its lowest at which a foot may stand. Set by hand."""
    still: float = 0.55
    """Metres a second below which it does. Set by hand."""
    shortest: int = 4
    """Frames of a stand, and of a gap in one. Set by hand."""
    fade: float = 0.33
    """Seconds from a stand within which a foot's correction fades. Set by hand."""
    straight: float = 0.06
    """Metres of the knee off the line from hip to ankle below which a leg counts as straight. Set by hand."""


LIMITS = Limits()


@dataclass(frozen=True)
class Skin:
    """A few hundred points of a body's surface with their skinning weights, for finding the lowest one."""

    points: Array
    """(P,3), rest pose, floor at y = 0."""
    weights: Array
    """(P,24)."""

    def lowest(self, poses: Array, root: Array, marks: Landmarks) -> Array:
        """Height (T,) of the lowest point in every frame of poses (T,24,3) with pelvis positions (T,3)."""
        places, world = forward(axis_angle_to_matrix(poses), root, marks.joints)
        offset = self.points[:, None] - marks.joints[None]  # (P,24,3)
        # y of every point as each joint would carry it, then blended: (T,P).
        height = np.einsum("tjk,pjk,pj->tp", world[:, :, 1], offset, self.weights, optimize=True)
        height += np.einsum("tj,pj->tp", places[:, :, 1], self.weights)
        return height.min(1)


def sample_skin(vertices: Array, weights: Array, count: int = 400) -> Skin:
    """Choose points of a T-pose (V,3), floor at y = 0, spread over every joint's part and its extremes."""
    chosen: set[int] = set(range(0, len(vertices), max(1, len(vertices) // count)))
    owner = weights.argmax(1)
    for joint in range(weights.shape[1]):
        mine = np.flatnonzero(owner == joint)
        for axis in range(3):
            if len(mine):
                chosen |= {int(mine[vertices[mine, axis].argmin()]), int(mine[vertices[mine, axis].argmax()])}
    index = sorted(chosen)
    return Skin(vertices[index].astype(np.float32), weights[index].astype(np.float32))


def filter_jitter(poses: Array, root: Array, window: int = LIMITS.window) -> tuple[Array, Array]:
    """Savitzky-Golay filter (cubic, so that peaks such as hits keep their height) over rotations and path."""
    if len(poses) <= window:
        return poses, root
    six = savgol_filter(matrix_to_6d(axis_angle_to_matrix(poses)), window, 2, axis=0)
    return matrix_to_axis_angle(matrix_from_6d(six)), savgol_filter(root, window, 2, axis=0).astype(np.float32)


def settle(poses: Array, root: Array, marks: Landmarks, skin: Skin, airborne: bool) -> Array:
    """Move the root vertically so that the body meets the floor.

    Args:
        airborne: the motion may leave the floor: it is only lifted where it would sink into it.
    Returns:
        Root positions (T,3).
    """
    low = skin.lowest(poses, root, marks)
    if airborne:
        # One shift for the whole motion brings its lowest contacts to the floor; flights stay flights.
        low = np.minimum(low - np.percentile(low, LIMITS.low), 0) + np.percentile(low, LIMITS.low)
    elif len(low) > 8:
        # A smooth shift, then no penetration: a shift by single frames would shake the body.
        low = gaussian_filter1d(low, 2.0, mode="nearest")
    root = root.copy()
    root[:, 1] -= low
    sunk = np.minimum(skin.lowest(poses, root, marks), 0)
    root[:, 1] -= gaussian_filter1d(sunk, 1.0, mode="nearest") if len(sunk) > 4 else sunk
    return root


def clear_arms(poses: Array, marks: Landmarks) -> Array:
    """Swing hanging arms (T,24,3) outwards where they would pass through waist or hips; raised arms are left alone."""
    local = axis_angle_to_matrix(poses)
    places, world = forward(local, np.zeros((len(poses), 3), np.float32), marks.joints)
    chest = world[:, JOINT["spine3"]]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        collar, shoulder, wrist = (JOINT[f"{side}_{part}"] for part in ("collar", "shoulder", "wrist"))
        reach = np.einsum("tji,tj->ti", chest, places[:, wrist] - places[:, shoulder])
        reach /= np.maximum(np.linalg.norm(reach, axis=-1, keepdims=True), 1e-6)
        outward = np.arcsin(np.clip(reach[:, 0] * sign, -1, 1))
        hanging = np.clip((-reach[:, 1] - 0.75) / 0.15, 0, 1) * np.clip((0.5 - np.abs(reach[:, 2])) / 0.2, 0, 1)
        angle = np.maximum(np.arcsin(marks.hang) - outward, 0) * hanging
        angle = gaussian_filter1d(angle, 2.0, mode="nearest") if len(angle) > 8 else angle
        turn = chest @ axis_angle_to_matrix(sign * angle[:, None] * array([0, 0, 1])) @ np.swapaxes(chest, -1, -2)
        local[:, shoulder] = np.swapaxes(world[:, collar], -1, -2) @ turn @ world[:, shoulder]
    return matrix_to_axis_angle(local)


def contacts(places: Array, fps: float, scale: float) -> Array:
    """Which foot stands still on the floor: (T,2) left, right, from joint positions (T,24,3)."""
    stands = np.zeros((len(places), 2), bool)
    for side, name in enumerate(("left", "right")):
        toe, ankle = places[:, JOINT[f"{name}_foot"]], places[:, JOINT[f"{name}_ankle"]]
        speed = np.linalg.norm(np.gradient(toe, axis=0)[:, [0, 2]], axis=-1) * fps
        height = np.minimum(
            toe[:, 1] - np.percentile(toe[:, 1], LIMITS.low), ankle[:, 1] - np.percentile(ankle[:, 1], LIMITS.low)
        )
        near = (height < LIMITS.near * scale) & (gaussian_filter1d(speed, 1.0) < LIMITS.still * scale)
        stands[:, side] = _tidy(near, LIMITS.shortest)
    return stands


def _tidy(flags: Array, shortest: int) -> Array:
    """Close gaps and drop runs shorter than `shortest` frames, (T,) bool."""
    out = flags.copy()
    for value in (False, True):
        edges = np.flatnonzero(np.diff(out.astype(int))) + 1
        for start, end in zip([0, *edges], [*edges, len(out)]):
            inner = start > 0 and end < len(out)
            if end - start < shortest and out[start] == value and (inner or value):
                out[start:end] = not value
    return out


def runs(flags: Array) -> list[tuple[int, int]]:
    """Half-open ranges of frames in which flags (T,) hold."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def plant_feet(poses: Array, root: Array, marks: Landmarks, fps: float) -> Array:
    """Hold standing feet still, solving the legs by inverse kinematics; rotations of the feet in the world are kept.

    Returns:
        Poses (T,24,3).
    """
    local = axis_angle_to_matrix(poses)
    places, world = forward(local, root, marks.joints)
    stands = contacts(places, fps, marks.scale)
    for side, name in enumerate(("left", "right")):
        hip, knee, ankle, toe = (JOINT[f"{name}_{part}"] for part in ("hip", "knee", "ankle", "foot"))
        spans = runs(stands[:, side])
        if not spans:
            continue
        frames, shifts = [], []
        for start, end in spans:
            held = np.median(places[start:end, toe], axis=0)
            frames += list(range(start, end))
            shifts += list((held - places[start:end, toe]) * [1, 0, 1])
        shift = np.stack([np.interp(np.arange(len(poses)), frames, np.array(shifts)[:, i]) for i in range(3)], 1)
        # Away from any contact the correction fades, so that a swinging foot keeps its own path.
        nearest = np.abs(np.arange(len(poses))[:, None] - np.array(frames)[None]).min(1)
        shift *= np.clip(1 - nearest / (LIMITS.fade * fps), 0, 1)[:, None]
        shift = gaussian_filter1d(shift, 1.0, axis=0, mode="nearest")
        bulge = places[:, knee] - 0.5 * (places[:, hip] + places[:, ankle])
        forward_axis = world[:, hip, :, 2]
        straight = np.clip(1 - np.linalg.norm(bulge, axis=-1, keepdims=True) / (LIMITS.straight * marks.scale), 0, 1)
        joints = marks.joints
        upper, lower = joints[knee] - joints[hip], joints[ankle] - joints[knee]
        pole = bulge + straight * 0.1 * forward_axis
        thigh, shank = two_bone(places[:, hip], places[:, ankle] + shift, pole, upper, lower, array([1, 0, 0]))
        local[:, hip] = np.swapaxes(world[:, 0], -1, -2) @ thigh
        local[:, knee] = np.swapaxes(thigh, -1, -2) @ shank
        local[:, ankle] = np.swapaxes(shank, -1, -2) @ world[:, ankle]
    return matrix_to_axis_angle(local)
