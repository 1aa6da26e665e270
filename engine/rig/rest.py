"""The pose that files for other programs rest in: SMPL's T-pose, or the A-pose that avatars are sculpted in.

``avatar.npz`` and ``motion.npz`` are always in SMPL's terms (T-pose). For an A-pose, mesh and joints are posed, and
every rotation R of a joint, relative to its parent, becomes P R A⁻¹, where A and P are the rotations, in the world, of
the joint and of its parent in the A-pose. The skeleton then moves exactly as before.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.spatial.transform import Rotation

from engine.geometry.skinning import bone_transforms, skin
from engine.rig.avatar import Avatar, Floats


def in_rest_pose(avatar: Avatar) -> Avatar:
    """The avatar with vertices, joints and game mesh in the pose that its files rest in."""
    if avatar.rest_pose is None:
        return avatar
    transforms = bone_transforms(avatar.joints, avatar.rest_pose[None], avatar.parents.tolist())
    homogeneous = np.c_[avatar.joints, np.ones(len(avatar.joints))]
    joints = np.einsum("jab,jb->ja", transforms[0, :, :3], homogeneous).astype(np.float32)
    light = avatar.game
    if light is not None:
        light = dataclasses.replace(light, vertices=_posed(light.vertices, light.weights, transforms))
    return dataclasses.replace(
        avatar, vertices=_posed(avatar.vertices, avatar.weights, transforms), joints=joints, game=light
    )


def on_floor(avatar: Avatar) -> Avatar:
    """The avatar lifted so that its lowest seen point at rest is at height 0, as viewers and engines expect it."""
    lift = np.array([0.0, -float(avatar.vertices[np.unique(avatar.faces), 1].min()), 0.0], np.float32)
    light = avatar.game
    if light is not None:
        light = dataclasses.replace(light, vertices=light.vertices + lift)
    return dataclasses.replace(avatar, vertices=avatar.vertices + lift, joints=avatar.joints + lift, game=light)


def relative_to(rest: Floats | None, poses: np.ndarray, parents: np.ndarray) -> np.ndarray:
    """Poses (T, 3·J) or (T, J, 3), relative to the T-pose, as rotations relative to a rest pose (J, 3)."""
    if rest is None:
        return poses
    local = Rotation.from_rotvec(np.asarray(rest, np.float64))
    world: list[Rotation] = []
    for joint, parent in enumerate(parents.tolist()):
        world.append(world[parent] * local[joint] if parent >= 0 else local[joint])
    turns = np.asarray(poses, np.float64).reshape(len(poses), -1, 3)
    result = np.empty_like(turns)
    for joint, parent in enumerate(parents.tolist()):
        turned = Rotation.from_rotvec(turns[:, joint]) * world[joint].inv()
        result[:, joint] = (world[parent] * turned if parent >= 0 else turned).as_rotvec()
    return result.reshape(np.shape(poses)).astype(np.float32)


def _posed(vertices: Floats, weights: Floats, transforms: np.ndarray) -> Floats:
    return np.asarray(skin(vertices, weights, transforms)[0], np.float32)
