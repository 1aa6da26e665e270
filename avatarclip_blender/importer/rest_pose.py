"""Brings an avatar from SMPL's T-pose into the pose that its armature is to rest in. Numpy only, no bpy."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..contract import protocol, rotations, skinning
from .result import Avatar, Shapes


def in_rest_pose(avatar: Avatar) -> Avatar:
    """Return the avatar with its meshes and joints in the rest pose that its file names; as it is for the T-pose."""
    if avatar.rest_pose is None:
        return avatar
    turns, places = _bones(avatar.joints.astype(np.float64), avatar.rest_pose)
    light, moved = avatar.game, _reshaped(avatar, turns, places)
    if light is not None:
        vertices = _skinned(light.vertices, light.weights, avatar.joints, turns, places)
        light = dataclasses.replace(light, vertices=vertices)
    vertices = _skinned(avatar.vertices, avatar.weights, avatar.joints, turns, places)
    return dataclasses.replace(avatar, vertices=vertices, game=light, shapes=moved, joints=places.astype(np.float32))


def _reshaped(avatar: Avatar, turns: np.ndarray, places: np.ndarray) -> Shapes | None:
    """The shape keys' displacements in the rest pose: those of the changed body posed about its own joints."""
    if avatar.shapes is None or avatar.rest_pose is None:
        return avatar.shapes
    found: dict[str, list[np.ndarray]] = {"deltas": [], "joints": [], "game": []}
    for key, change in enumerate(avatar.shapes.joints):
        joints = (avatar.joints + change).astype(np.float64)
        moved = _bones(joints, avatar.rest_pose)[1]
        found["joints"].append(moved - places)
        for name, surface, deltas in (
            ("deltas", avatar, avatar.shapes.deltas),
            ("game", avatar.game, avatar.shapes.game),
        ):
            if surface is not None and deltas is not None:
                before = _skinned(surface.vertices, surface.weights, avatar.joints, turns, places)
                after = _skinned(surface.vertices + deltas[key], surface.weights, joints, turns, moved)
                found[name].append(after - before)
    deltas, bones = (np.stack(found[name]).astype(np.float32) for name in ("deltas", "joints"))
    return Shapes(deltas, bones, np.stack(found["game"]).astype(np.float32) if found["game"] else None)


def _bones(joints: np.ndarray, pose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The joints' rotations (J,3,3) and places (J,3) in a pose (J,3)."""
    local = rotations.axis_angle_to_matrix(pose)[None]
    places, turns = skinning.forward_kinematics(local, joints, protocol.SKELETON_PARENTS)
    return turns[0], places[0]


def _skinned(
    vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray, turns: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Linear blend skinning of vertices (V,3) with weights (V,J)."""
    return skinning.skin(vertices, weights, skinning.rigid(turns, joints, places)[None])[0].astype(np.float32)
