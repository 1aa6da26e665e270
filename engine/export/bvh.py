"""BVH: a motion as text that nearly every animation program reads.

Joint names and hierarchy are SMPL's. Lengths are centimetres, as in most BVH files; rotations are degrees in the
order Z X Y (intrinsic: first about z, then about the turned x, then about the turned y); +y is up.

Its numbers are set by hand.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from engine.export.scene import Scene
from engine.protocol import FINGER_NAMES, MOTION_BVH, SKELETON_NAMES, SKELETON_PARENTS, write_atomically

CENTIMETRES = 100.0
TURNS = "Zrotation Xrotation Yrotation"
CHANNELS = f"CHANNELS 6 Xposition Yposition Zposition {TURNS}"
"""Of what travels."""
END_SITE, FINGERTIP = 8.0, 2.0
"""Centimetres of the stub at the last joint of each limb and of each finger."""


def write(scene: Scene, folder: Path) -> list[str]:
    """Write ``motion.bvh``, where there is a motion."""
    take = scene.take
    if take is None:
        return []
    write_bvh(folder / MOTION_BVH, scene.avatar.joints, take.poses, take.trans, take.fps, take.root)
    return [MOTION_BVH]


def write_bvh(
    path: str | os.PathLike[str],
    joints: np.ndarray,
    poses: np.ndarray,
    trans: np.ndarray,
    fps: float,
    root: np.ndarray | None = None,
) -> None:
    """Write a motion.

    Args:
        path: the file, written whole or not at all.
        joints: (24, 3) rest positions in metres, or (54, 3) with fingers.
        poses: (T, 3·J) or (T, J, 3) axis-angle of as many joints, local to the parent.
        trans: (T, 3) metres, added to the pelvis's rest position.
        fps: frames a second.
        root: (T, 3) metres by which a joint on the floor, above the pelvis, travels; None for no such joint.
    """
    order: list[int] = []
    lines = ["HIERARCHY"]
    if root is not None:
        lines += ["ROOT root", "{", f"\tOFFSET {' '.join(['0.00000'] * 3)}", f"\t{CHANNELS}"]
    _joint(0, CENTIMETRES * np.asarray(joints, np.float64), int(root is not None), lines, order)
    lines += ["}"] if root is not None else []
    turns = np.asarray(poses, np.float64).reshape(-1, 3)
    degrees = Rotation.from_rotvec(turns).as_euler("ZXY", degrees=True).reshape(len(poses), -1, 3)
    places = CENTIMETRES * (np.asarray(joints[0], np.float64) + np.asarray(trans, np.float64))
    above = np.zeros((len(poses), 0))
    if root is not None:
        above = np.concatenate((CENTIMETRES * np.asarray(root, np.float64), np.zeros((len(poses), 3))), axis=1)
    rows = np.concatenate((above, places, degrees[:, order].reshape(len(poses), -1)), axis=1)
    lines += ["MOTION", f"Frames: {len(rows)}", f"Frame Time: {1.0 / fps:.8f}"]
    lines += [" ".join(f"{value:.5f}" for value in row) for row in rows.tolist()]
    write_atomically(path, "\n".join([*lines, ""]))


def _joint(joint: int, positions: np.ndarray, depth: int, lines: list[str], order: list[int]) -> None:
    """Append a joint and all below it, and note the order (depth first) in which channels follow."""
    order.append(joint)
    pad, parent = "\t" * depth, SKELETON_PARENTS[joint]
    offset = positions[joint] - positions[parent] if parent >= 0 else np.zeros(3)
    lines += [f"{pad}{'JOINT' if depth else 'ROOT'} {SKELETON_NAMES[joint]}", f"{pad}{{"]
    lines.append(f"{pad}\tOFFSET " + " ".join(f"{value:.5f}" for value in offset))
    lines.append(f"{pad}\t{CHANNELS if parent < 0 else f'CHANNELS 3 {TURNS}'}")
    children = [child for child, of in enumerate(SKELETON_PARENTS[: len(positions)]) if of == joint]
    for child in children:
        _joint(child, positions, depth + 1, lines, order)
    if not children:
        stub = (
            offset
            / max(float(np.linalg.norm(offset)), 1e-9)
            * (FINGERTIP if SKELETON_NAMES[joint] in FINGER_NAMES else END_SITE)
        )
        end = " ".join(f"{value:.5f}" for value in stub)
        lines += [f"{pad}\tEnd Site", f"{pad}\t{{", f"{pad}\t\tOFFSET {end}", f"{pad}\t}}"]
    lines.append(f"{pad}}}")
