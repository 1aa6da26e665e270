"""Hands in which a body is dressed: closed round what they hold, by poses by name, else relaxed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from engine.body import Body, stand_pose
from engine.body.fingers import HANDS, SIDES, full_joints, full_pose, posed_body
from engine.body.hands import RELAXED, both_hands, hand_pose
from engine.geometry.skinning import bone_transforms, skin
from engine.protocol import JOINT_NAMES, PARENTS, SKELETON_PARENTS
from engine.wardrobe.hard.attached import arm_turns, grips
from engine.wardrobe.held import CLOSED, CLOSER, fist
from engine.wardrobe.layers import Mannequin
from engine.wardrobe.outfit import Look

Floats = NDArray[np.float32]


def held_poses(look: Look) -> Floats:
    """(2, 45) poses of the left and the right hand: free ones are relaxed."""
    held = grips(look)
    return both_hands(held.get("left", RELAXED), held.get("right", RELAXED))


def standing_pose(look: Look) -> Floats:
    """(24, 3) the stand pose with elbows and wrists turned as what is held wants it."""
    pose = stand_pose()
    for side, turned in arm_turns(look).items():
        pose[[JOINT_NAMES.index(f"{side}_{name}") for name in ("elbow", "wrist")]] = turned
    return pose


def hand_turns(look: Look) -> NDArray:
    """(2, 3, 3) how far the left and the right hand are turned in the stand pose against their arms."""
    found, turned = np.tile(np.eye(3), (2, 1, 1)), arm_turns(look)
    for index, side in enumerate(SIDES):
        if side in turned:
            elbow, wrist = Rotation.from_rotvec(turned[side])
            found[index] = (elbow * wrist).as_matrix()
    return found


def held_up(mannequin: Mannequin, look: Look, body: Body, betas: NDArray) -> Mannequin:
    """The mannequin with its fingers round what it holds; free hands are relaxed, where there are fingers."""
    if body.fingers is not None:
        pose = full_pose(standing_pose(look)[None], held_poses(look))[0]
        posed = body.pose(betas, standing_pose(look)[None])[1][0]
        return replace(mannequin, vertices=posed_body(body, betas, pose), joints=posed, has_fingers=True)
    closed = closed_hands(look)
    if not closed:
        return mannequin
    joints, rest = body.rest_joints(betas), body.rest_vertices(betas)
    pose = standing_pose(look)[None]
    bent = rest
    for side in closed:
        bent = fist(bent, joints, side)
    moved = skin(bent, body.weights, bone_transforms(joints, pose, PARENTS))[0]
    turned = [JOINT_NAMES.index(f"{side}_{name}") for side in arm_turns(look) for name in ("elbow", "wrist", "hand")]
    changed = (np.abs(bent - rest).max(1) > 1e-6) | (body.weights[:, turned].sum(1) > 0)
    return replace(mannequin, vertices=np.where(changed[:, None], moved, mannequin.vertices).astype(np.float32))


def closed_hands(look: Look) -> list[str]:
    """The sides whose hands close round what they hold."""
    return [side for side, grip in grips(look).items() if grip in CLOSED]


def gripping(vertices: Floats, look: Look, body: Body, betas: NDArray, mix: NDArray) -> Floats:
    """Vertices (P, 3) of a skin in the T-pose with the fingers of hands that hold something closed round it.

    Args:
        vertices: mixtures of the body's vertices, maybe off the skin.
        look: what is held.
        body: the body.
        betas: (S,) its shape.
        mix: (P, V) of which of the body's vertices they are made.
    """
    held, joints = grips(look), body.rest_joints(betas)
    if body.fingers is None:
        for side in closed_hands(look):
            vertices = np.asarray(fist(vertices, joints, side), np.float32)
        return vertices
    if not held:
        return vertices
    hands = [hand_pose(held[side], side) if side in held else np.zeros(45) for side in SIDES]
    transforms = bone_transforms(
        full_joints(body, betas), full_pose(np.zeros((1, len(JOINT_NAMES), 3)), np.stack(hands)), SKELETON_PARENTS
    )
    weights = np.asarray(mix @ body.fingers.full(body.weights), np.float32)
    return np.asarray(skin(vertices, weights, transforms)[0], np.float32)


def nearer(look: Look, body: Body, joints: tuple[int, ...], size: float) -> NDArray:
    """(3,) metres by which what ``joints`` carry in the T-pose is to be moved into the fingers' grip.

    Args:
        look: what is held.
        body: of hands without fingers nothing is moved.
        joints: that carry it.
        size: of the body, against the standard figure.
    """
    sides = [side for side, hand in zip(SIDES, HANDS) if hand in joints and side in closed_hands(look)]
    if body.fingers is None or not sides:
        return np.zeros(3)
    return CLOSER * size * ([-1.0, 1.0, 1.0] if sides == ["left"] else 1.0)
