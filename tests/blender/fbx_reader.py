"""Checks an exported FBX with ufbx, a reader that has nothing in common with Blender's."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import ufbx

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]
import conftest  # noqa: E402, F401 (makes the add-on importable without bpy)

from avatarclip_blender.export_presets import PRESETS, ROOT  # noqa: E402
from engine.geometry.skinning import bone_transforms  # noqa: E402
from engine.protocol import JOINT_NAMES, PARENTS  # noqa: E402


def kept(items: list[Any]) -> list[Any]:
    """The same objects, never freed: ufbx 0.0.5 gives some of them away once more than it holds them."""
    for item in items:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(item))
    return items


def smpl_joints(result: Path, surface: str = "") -> tuple[np.ndarray, float]:
    """Joints (T, 24, 3) in metres with the feet of the full mesh on the floor, by the engine's kinematics; and fps."""
    avatar, motion = np.load(result / "avatar.npz"), np.load(result / "motion.npz")
    joints = avatar["joints"].astype(np.float64)
    poses = motion["poses"].astype(np.float64).reshape(-1, 24, 3)
    transforms = bone_transforms(joints, poses, PARENTS)
    moved = np.einsum("tjik,jk->tji", transforms[..., :3, :3], joints) + transforms[..., :3, 3]
    floor = np.array([0.0, avatar["vertices"][:, 1].min(), 0.0])
    return moved + motion["trans"][:, None] - floor, float(motion["mocap_framerate"])


def check(path: Path, result: Path, key: str, motion: str, take: str) -> float:
    """Assert all that a preset promises of a file; gives the largest error of a joint in metres."""
    preset = PRESETS[key]
    (scene,) = kept([ufbx.load_file(str(path))])
    assert abs(scene.settings.unit_meters - preset.unit) < 1e-9, scene.settings.unit_meters
    nodes = {node.name: node for node in kept(list(scene.nodes))}
    bones = [bone.name for bone in scene.bones]
    expected = [preset.names[joint] for joint in JOINT_NAMES]
    extra = [*preset.ends.values(), *([preset.root] if motion == ROOT else [])]
    assert sorted(bones) == sorted([*expected, *extra])
    for joint, parent in enumerate(PARENTS):
        above = nodes[expected[joint]].parent.name
        if parent >= 0:
            assert above == expected[parent]
        elif motion == ROOT:
            assert above == preset.root
    for node in nodes.values():
        scale, turn = node.local_transform.scale, node.local_transform.rotation
        assert np.allclose([scale.x, scale.y, scale.z], 1.0, atol=1e-4), node.name
        if node.name and node.name not in bones:
            assert abs(abs(turn.w) - 1.0) < 1e-5, f"{node.name} is turned"
    _check_mesh(scene, (result / "color.png").is_file())
    return _check_motion(scene, result, preset.unit, expected, motion, take)


def _check_mesh(scene: ufbx.Scene, textured: bool) -> None:
    """One mesh, at most four weights a vertex that sum to 1, and in the file textures, or else colours of vertices."""
    assert len(scene.meshes) == 1
    (mesh,) = kept(list(scene.meshes))
    (skin,) = kept(list(mesh.skin_deformers))
    assert len(mesh.color_sets) == (0 if textured else 1)  # many readers multiply them with a texture
    assert mesh.vertex_color.exists != textured
    counts = np.array([vertex.num_weights for vertex in skin.vertices])
    assert counts.max() <= 4 and counts.min() >= 1
    weights = np.array([weight.weight for weight in skin.weights])
    owner = np.repeat(np.arange(len(counts)), counts)
    assert np.allclose(np.bincount(owner, weights), 1.0, atol=1e-3)
    if textured:
        assert len(mesh.uv_sets) == 1
        material = mesh.materials[0]
        assert material.pbr.base_color.texture is not None or material.fbx.diffuse_color.texture is not None
        videos = kept(list(scene.videos))
        assert all(video.relative_filename.endswith(".png") for video in videos)
        pictures = [bytes(video.content) for video in videos]
        assert len(pictures) >= 2 and all(picture.startswith(b"\x89PNG") for picture in pictures)


def _check_motion(scene: ufbx.Scene, result: Path, unit: float, names: list[str], motion: str, take: str) -> float:
    """One take of that name, whose joints are where SMPL has them."""
    stacks = kept(list(scene.anim_stacks))
    assert [stack.name for stack in stacks] == [take]
    (stack,) = stacks
    (anim,) = kept([stack.anim])
    true, fps = smpl_joints(result)
    if motion == "IN_PLACE":
        true[..., [0, 2]] -= (true[:, :1] - true[:1, :1])[..., [0, 2]]
    assert stack.time_begin == 0.0 and abs(stack.time_end - (len(true) - 1) / fps) < 1e-3
    worst = 0.0
    for frame in np.linspace(0, len(true) - 1, 7).round().astype(int).tolist():
        state = ufbx.evaluate_scene(scene, anim, frame / fps)
        found = {node.name: node.node_to_world for node in kept([state, *state.nodes])[1:]}
        at = np.array([[found[name].c3.x, found[name].c3.y, found[name].c3.z] for name in names]) * unit
        worst = max(worst, float(np.linalg.norm(at - true[frame], axis=1).max()))
    assert worst < 1e-3, f"a joint is {1000 * worst:.2f} mm off"
    return worst


if __name__ == "__main__":
    # PATH RESULT PRESET MOTION TAKE; in a process of its own that ends without freeing what ufbx freed already.
    gc.disable()
    _path, _result, _key, _motion, _take = sys.argv[1:]
    try:
        print(check(Path(_path), Path(_result), _key, _motion, _take))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)
