"""Motion files in other programs' manner, from independent writers, and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from engine import motion
from engine.geometry.rotations import axis_angle_to_matrix
from engine.motion.skeleton import positions_of
from engine.protocol import JOINT_NAMES, PARENTS
from engine.report import Silent
from engine.settings import MotionConfig

CASES = Path(__file__).parent / "cases"
"""Small inputs with known right values: one walk of 2.00 m (0.30 m to the left with it) that turns left by 60°."""
WALK = float(np.hypot(2.0, 0.3))


def bring(path, body, report=None, betas=None, **changes):
    betas = np.zeros(body.num_betas, np.float32) if betas is None else betas
    conf = MotionConfig(file=str(path), **changes)
    return motion.run("", body, betas, None, conf, torch.Generator().manual_seed(0), report or Silent())


def travel(made):
    return float(np.linalg.norm((made.trans[-1] - made.trans[0])[[0, 2]]))


def leg(rest):
    """Hip to ankle along the bones."""
    return float(np.linalg.norm(rest[[4, 7]] - rest[[1, 4]], axis=-1).sum())


def places(made, rest):
    return positions_of(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest)


@dataclass(frozen=True)
class Variant:
    """How a file differs from SMPL's joints in centimetres, +y up, with the path in the root's channels."""

    centimetres: float = 100.0
    axes: np.ndarray = field(default_factory=lambda: np.eye(3))
    """From our axes to the file's."""
    frames: tuple[np.ndarray, ...] = (np.eye(3),) * 24
    """World rotation of each joint's own frame in our T-pose: what rests there has rotation zero in the file."""
    rest_yaw: float = 0.0
    order: str = "ZXY"
    above: bool = False
    """A root above the pelvis that stands still."""
    every: bool = False
    """Position channels on all joints, with the offsets in them."""


def write_bvh(path, names, made, rest, how=Variant()):
    """An independent writer: SMPL's joints under other names, in the manner of other programs."""
    spin, axes = Rotation.from_rotvec([0, how.rest_yaw, 0]).as_matrix(), how.axes
    frames = np.stack(how.frames) @ spin.T
    world = np.zeros((len(made.poses), 24, 3, 3))
    local = axis_angle_to_matrix(made.poses.reshape(-1, 24, 3)).astype(float)
    offset = np.zeros((24, 3))
    for j, parent in enumerate(PARENTS):
        world[:, j] = local[:, j] if j == 0 else world[:, parent] @ local[:, j]
        if j:
            offset[j] = axes @ frames[parent].T @ (rest[j] - rest[parent]) * how.centimetres
    world = axes @ world @ frames @ axes.T
    turns = np.stack(
        [
            Rotation.from_matrix(
                world[:, j] if j == 0 else np.swapaxes(world[:, PARENTS[j]], -1, -2) @ world[:, j]
            ).as_euler(how.order, degrees=True)
            for j in range(24)
        ],
        1,
    )
    root = (made.trans + rest[0]) @ axes.T * how.centimetres
    lines, order = ["HIERARCHY"], []
    turn = " ".join(f"{axis}rotation" for axis in how.order)

    def joint(j, depth):
        order.append(j)
        six = j == 0 or how.every
        lines.extend(
            [
                f"{'JOINT' if depth else 'ROOT'} {names[j]}",
                "{",
                "OFFSET " + " ".join(map(str, offset[j])),
                f"CHANNELS {6 if six else 3} {'Xposition Yposition Zposition ' if six else ''}{turn}",
            ]
        )
        children = [k for k, p in enumerate(PARENTS) if p == j]
        for child in children:
            joint(child, depth + 1)
        lines.extend([] if children else ["End Site", "{", "OFFSET 0 1 0", "}"])
        lines.append("}")

    if how.above:
        lines += ["ROOT Reference", "{", "OFFSET 0 0 0", "CHANNELS 3 Zrotation Xrotation Yrotation"]
    joint(0, int(how.above))
    lines += ["}"] * how.above + ["MOTION", f"Frames: {len(world)}", f"Frame Time: {1 / made.fps:.7f}"]
    for t in range(len(world)):
        row = [0.0, 0.0, 0.0] if how.above else []
        for j in order:
            row += [*(root[t] if j == 0 else offset[j] if how.every else ()), *turns[t, j]]
        lines.append(" ".join(f"{value:.6f}" for value in row))
    path.write_text("\n".join(lines) + "\n")


Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def along_x(rest):
    """Frames of joints whose x axis goes to the first child, as in LAFAN1: at rest all bones lie along one line."""
    made = [np.eye(3)] * 24
    for j in range(1, 24):
        child = next((k for k, parent in enumerate(PARENTS) if parent == j), None)
        bone = rest[child] - rest[j] if child else rest[j] - rest[PARENTS[j]]
        x = bone / np.linalg.norm(bone)
        y = np.cross([0.0, 0, 1] if abs(x[2]) < 0.9 else [0.0, 1, 0], x)
        y /= np.linalg.norm(y)
        made[j] = np.stack([x, y, np.cross(x, y)], 1)
    return tuple(made)


def other_names():
    """SMPL's joints with names of its makers' other files, so that nothing takes them for this engine's own."""
    return tuple(name.title() for name in JOINT_NAMES)
