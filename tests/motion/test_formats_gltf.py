"""GLB, glTF and VRMA files as motion."""

from __future__ import annotations

import base64
import json
import struct

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from engine.errors import EngineError
from engine.export.gltf import write_glb
from engine.export.scene import Take
from engine.geometry.rotations import axis_angle_to_matrix
from engine.protocol import PARENTS
from engine.report import Silent
from engine.rig import Avatar
from tests.motion.motion_files import (
    along_x,
    bring,
    other_names,
    places,
)


class Glb:
    """An independent writer of glTF: a skeleton with rotations at rest, under an armature that turns and scales."""

    def __init__(self):
        self.data, self.views, self.accessors = b"", [], []

    def add(self, values, kind):
        raw = np.ascontiguousarray(values, "<f4").tobytes()
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)})
        self.accessors.append(
            {"bufferView": len(self.views) - 1, "componentType": 5126, "count": len(values), "type": kind}
        )
        self.data += raw
        return len(self.accessors) - 1

    def write(self, path, made, rest, frames, names, vrma, text):
        """In centimetres and with z up, as Blender's armatures have them, under a node that sets that right."""
        up = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # ours -> z up
        local = axis_angle_to_matrix(made.poses.reshape(-1, 24, 3)).astype(float)
        world, offset = np.zeros_like(local), np.zeros((24, 3))
        for j, parent in enumerate(PARENTS):
            world[:, j] = local[:, j] if j == 0 else world[:, parent] @ local[:, j]
            offset[j] = 100 * (up @ rest[0] if j == 0 else frames[parent].T @ (rest[j] - rest[parent]))
        still, turned = np.stack(frames), world @ np.stack(frames)
        still[0], turned[:, 0] = up @ still[0], up @ turned[:, 0]

        def relative(all_, j):
            """World rotations (..., 24, 3, 3) of joint j as seen from its parent, the pelvis upright."""
            if j == 0:
                return all_[..., j, :, :]
            upright = np.concatenate([up.T @ all_[..., :1, :, :], all_[..., 1:, :, :]], -3)
            parents = all_ if PARENTS[j] else upright
            return np.swapaxes(parents[..., PARENTS[j], :, :], -1, -2) @ all_[..., j, :, :]

        nodes = [
            {
                "name": "Armature",
                "children": [1],
                "scale": [0.01] * 3,
                "rotation": Rotation.from_matrix(up.T).as_quat().tolist(),
            }
        ]
        channels, samplers, times = [], [], self.add(np.arange(len(local)) / made.fps, "SCALAR")
        for j in range(24):
            nodes.append(
                {
                    "name": names[j],
                    "translation": offset[j].tolist(),
                    "rotation": Rotation.from_matrix(relative(still, j)).as_quat().tolist(),
                    "children": [k + 1 for k, parent in enumerate(PARENTS) if parent == j],
                }
            )
            quats = Rotation.from_matrix(relative(turned, j)).as_quat()
            quats[1::2] *= -1  # the same rotations: readers take the shorter way
            samplers.append({"input": times, "output": self.add(quats, "VEC4")})
            channels.append({"sampler": j, "target": {"node": j + 1, "path": "rotation"}})
        samplers.append({"input": times, "output": self.add(100 * (made.trans + rest[0]) @ up.T, "VEC3")})
        channels.append({"sampler": 24, "target": {"node": 1, "path": "translation"}})
        document = {
            "asset": {"version": "2.0"},
            "nodes": nodes,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "animations": [{"channels": channels, "samplers": samplers}],
            "buffers": [{"byteLength": len(self.data)}],
        }
        if vrma:
            bones = {name: {"node": j + 1} for j, name in enumerate(vrma) if name}
            document["extensions"] = {"VRMC_vrm_animation": {"humanoid": {"humanBones": bones}}}
        if text:
            document["buffers"][0]["uri"] = (
                "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
            )
            path.write_text(json.dumps(document))
            return
        head = json.dumps(document).encode()
        head += b" " * (-len(head) % 4)
        total = 28 + len(head) + len(self.data)
        path.write_bytes(
            struct.pack("<4sII", b"glTF", 2, total)
            + struct.pack("<I4s", len(head), b"JSON")
            + head
            + struct.pack("<I4s", len(self.data), b"BIN\0")
            + self.data
        )


VRM_BONES = (
    "hips",
    "leftUpperLeg",
    "rightUpperLeg",
    "spine",
    "leftLowerLeg",
    "rightLowerLeg",
    "chest",
    "leftFoot",
    "rightFoot",
    "upperChest",
    "leftToes",
    "rightToes",
    "neck",
    "leftShoulder",
    "rightShoulder",
    "head",
    "leftUpperArm",
    "rightUpperArm",
    "leftLowerArm",
    "rightLowerArm",
    "leftHand",
    "rightHand",
    None,
    None,
)


@pytest.mark.parametrize("name", ["walk.glb", "walk.gltf", "walk.vrma"])
def test_gltf_comes_back(name, walked, body, tmp_path):
    made, rest = walked
    vrma = VRM_BONES if name.endswith("vrma") else ()
    names = [f"node {j}" for j in range(24)] if vrma else other_names()
    Glb().write(tmp_path / name, made, rest, along_x(rest), names, vrma, text=name.endswith("gltf"))
    report = Silent()
    again = bring(tmp_path / name, body, report)
    assert not report.warnings and len(again.poses) == len(made.poses)
    gap = np.linalg.norm(places(again, rest)[:, :22] - places(made, rest)[:, :22], axis=-1)
    assert np.median(gap) < 0.02 and gap.max() < 0.06
    content = (tmp_path / name).read_bytes()
    for part in (content[:30], content[: len(content) // 2]):
        (tmp_path / name).write_bytes(part)
        with pytest.raises(EngineError) as caught:
            bring(tmp_path / name, body)
        assert caught.value.message.startswith(name) and caught.value.hint


@pytest.mark.parametrize("lift", [0.0, 1.02])
def test_own_glb_comes_back_as_it_was(walked, body, tmp_path, lift):
    made, rest = walked
    rest = rest + np.array([0, lift, 0], np.float32)
    faces = np.asarray(body.faces, np.int32)
    vertices = body.rest_vertices(np.zeros(body.num_betas))
    avatar = Avatar(vertices, faces, np.ones_like(vertices), body.weights, rest, np.array(PARENTS, np.int32))
    write_glb(tmp_path / "avatar.glb", avatar, Take(made.poses, made.trans, made.fps))
    again = bring(tmp_path / "avatar.glb", body)
    gap = axis_angle_to_matrix(again.poses.reshape(-1, 24, 3)) - axis_angle_to_matrix(made.poses.reshape(-1, 24, 3))
    assert np.abs(gap).max() < 1e-4 and np.abs(again.trans - made.trans).max() < 1e-4
