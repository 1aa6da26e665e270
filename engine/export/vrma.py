"""VRMA (VRMC_vrm_animation 1.0): a motion for any VRM avatar, as a GLB of bones alone.

Rotations are of VRM's humanoid bones; the hips' travel is that of this avatar, which players scale by the hips' height.
An expression's value is the x of its node's translation. Faces are written in VRM's presets, which every avatar has:
those that together come nearest to the face shapes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import nnls

from engine.export.binary import FLOAT, Binary, container
from engine.export.gltf import animation, skeleton
from engine.export.humanoid import expressions, human_bones
from engine.export.scene import Scene, Take
from engine.protocol import MOTION_VRMA, SKELETON_NAMES, write_atomically

NOT_SOLVED = ("lookUp", "lookDown", "lookLeft", "lookRight", "blink", "relaxed")
"""Presets that are left out: looks are another channel, the others follow from those that stay."""


def write(scene: Scene, folder: Path) -> list[str]:
    """Write ``motion.vrma``, where there is a motion."""
    data = made(scene)
    if data is None:
        return []
    write_atomically(folder / MOTION_VRMA, data)
    return [MOTION_VRMA]


def made(scene: Scene) -> bytes | None:
    """The file's bytes, or None where there is no motion."""
    scene = scene.in_t_pose()
    take, joints = scene.take, np.asarray(scene.avatar.joints, np.float64)
    if take is None:
        return None
    binary, parents = Binary(), [int(parent) for parent in scene.avatar.parents]
    nodes = skeleton(joints, parents, 0, SKELETON_NAMES)
    trans = take.trans if take.root is None else take.trans + take.root  # the format knows no bone below the hips
    moves = animation(binary, joints, replace(take, trans=trans, root=None), 0)
    known: dict[str, Any] = {"specVersion": "1.0", "humanoid": {"humanBones": human_bones(len(joints), 0)}}
    faces = presets(take)
    if faces:
        known["expressions"] = {"preset": {name: {"node": len(nodes) + k} for k, name in enumerate(faces)}}
        for name, values in faces.items():
            _animate(binary, moves, len(nodes), values)
            nodes.append({"name": name})
    document = {
        "asset": {"version": "2.0", "generator": "AvatarCLIP for Blender"},
        "scene": 0,
        "scenes": [{"nodes": [parents.index(-1), *range(len(joints), len(nodes))]}],
        "nodes": nodes,
        "animations": [moves],
        "extensionsUsed": ["VRMC_vrm_animation"],
        "extensions": {"VRMC_vrm_animation": known},
    }
    return container(document, binary)


def presets(take: Take) -> dict[str, np.ndarray]:
    """Values (T,) of the preset expressions that take part in a motion: the least-squares fit of its face shapes."""
    if take.face is None:
        return {}
    known = {name: values for name, values in expressions().items() if name not in NOT_SOLVED}
    basis = np.stack(list(known.values()), 1).astype(np.float64)  # (52, K)
    fitted = np.clip([nnls(basis, row)[0] for row in np.asarray(take.face, np.float64)], 0.0, 1.0)
    return {name: fitted[:, k] for k, name in enumerate(known) if fitted[:, k].max() > 0.01}


def _animate(binary: Binary, moves: dict[str, Any], node: int, values: np.ndarray) -> None:
    """A channel for an expression's node."""
    along = np.zeros((len(values), 3))
    along[:, 0] = values
    sampler = {
        "input": moves["samplers"][0]["input"],
        "output": binary.add(along, FLOAT, "VEC3"),
        "interpolation": "LINEAR",
    }
    moves["samplers"].append(sampler)
    target = {"node": node, "path": "translation"}
    moves["channels"].append({"sampler": len(moves["samplers"]) - 1, "target": target})
