"""Points on a body that hands are placed by: mouth, ears, chest, hips, knees, and the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.motion.arrays import Array, array
from engine.motion.skeleton import JOINT, REFERENCE_LEG, leg_length, reference_joints

REFERENCE_ARM = 0.51
"""Metres from shoulder to wrist of the skeleton that key poses are written for."""


@dataclass(frozen=True)
class Landmarks:
    """A body's rest joints, shifted so that its soles are at y = 0, and depths of its surface in metres."""

    joints: Array
    """(24,3), rest pose, floor at y = 0."""
    chest_depth: float
    """From the spine3 joint forward to the breastbone's skin."""
    belly_depth: float
    """From the spine1 joint forward to the belly's skin."""
    hip_width: float
    """From the middle sideways to the skin above the hip joints."""
    face_depth: float
    """From the head joint forward to the lips."""
    head_width: float
    """From the middle sideways to the ear."""
    crown: float
    """From the head joint up to the top of the skull."""
    hang: float = 0.13
    """Sine of the angle from the vertical at which a hanging arm clears waist and hips."""

    anchors = ("chest", "belly", "hip", "mouth", "eyes", "ear", "crown", "knee", "floor", "root", "neck")

    @property
    def leg(self) -> float:
        """Hip to ankle in metres."""
        return leg_length(self.joints)

    @property
    def scale(self) -> float:
        """This body's legs relative to the reference's."""
        return self.leg / REFERENCE_LEG

    @property
    def arm_scale(self) -> float:
        """This body's arms relative to the reference's."""
        j = self.joints
        return float(np.linalg.norm(j[18] - j[16]) + np.linalg.norm(j[20] - j[18])) / REFERENCE_ARM

    def anchor_scale(self, name: str) -> float:
        """Metres on this body for one metre in a key pose."""
        return self.scale if name in ("floor", "root", "knee") else self.arm_scale

    def anchor(self, name: str, side: str, world: Array, places: Array, drift: Array) -> tuple[Array, Array]:
        """Position (T,3) and orientation (T,3,3) of an anchor for one side of the body."""
        s = 1.0 if side == "left" else -1.0
        head, chest, pelvis = JOINT["head"], JOINT["spine3"], 0
        offsets = {
            "mouth": (head, (0, 0.0, self.face_depth)),
            "eyes": (head, (0, self.crown * 0.42, self.face_depth)),
            "ear": (head, (s * self.head_width, self.crown * 0.35, 0.01)),
            "crown": (head, (0, self.crown, 0.0)),
            "neck": (JOINT["neck"], (0, 0.02, 0.0)),
            "chest": (chest, (0, 0.07, self.chest_depth)),
            "belly": (JOINT["spine1"], (0, 0.0, self.belly_depth)),
            "hip": (pelvis, (s * self.hip_width, 0.02, 0.0)),
        }
        if name in offsets:
            joint, offset = offsets[name]
            return places[:, joint] + world[:, joint] @ array(offset), world[:, joint]
        if name == "knee":
            return places[:, JOINT[f"{side}_knee"]], world[:, pelvis]
        upright = np.broadcast_to(np.eye(3, dtype=np.float32), world[:, 0].shape)
        if name == "root":
            return places[:, 0], upright
        if name == "floor":
            return drift + array([self.joints[0, 0], 0, self.joints[0, 2]]), upright
        raise KeyError(name)


def reference_landmarks() -> Landmarks:
    """Landmarks of the reference skeleton, with an average adult's depths."""
    return Landmarks(reference_joints(), 0.13, 0.13, 0.17, 0.11, 0.08, 0.2)


def measure(joints: Array, vertices: Array) -> Landmarks:
    """Measure the landmarks of a T-pose: joints (24,3) and vertices (V,3), SMPL frame, metres."""
    floor = array([0, vertices[:, 1].min(), 0])
    joints, vertices = (joints - floor).astype(np.float32), vertices - floor
    size = float(vertices[:, 1].max())

    def front(height: float, around: float) -> float:
        near = (np.abs(vertices[:, 0]) < 0.02 * size) & (np.abs(vertices[:, 1] - height) < 0.015 * size)
        return float(vertices[near, 2].max() - around) if near.any() else 0.07 * size

    chest, belly, head, hips = joints[9], joints[3], joints[15], joints[1:3].mean(0)

    def half_width(height: float) -> float:
        near = (np.abs(vertices[:, 1] - height) < 0.015 * size) & (np.abs(vertices[:, 0]) < 0.25 * size)
        return float(np.abs(vertices[near, 0]).max()) if near.any() else 0.1 * size

    upper, arm = float(np.linalg.norm(joints[18] - joints[16])), float(np.linalg.norm(joints[20] - joints[18]))
    arm += upper
    # Elbow and wrist, each half an arm's thickness and some clothing away from the trunk beside them.
    room = [(half_width(joints[16, 1] - d) + 0.032 * size - joints[16, 0]) / d for d in (upper, arm)]
    torso = (np.abs(vertices[:, 1] - hips[1] - 0.03 * size) < 0.015 * size) & (np.abs(vertices[:, 0]) < 0.2 * size)
    skull = vertices[:, 1] > head[1] + 0.03 * size
    return Landmarks(
        joints,
        chest_depth=front(chest[1] + 0.07, chest[2]),
        belly_depth=front(belly[1], belly[2]),
        hip_width=float(np.abs(vertices[torso, 0]).max()) if torso.any() else 0.1 * size,
        face_depth=front(head[1] + 0.005 * size, head[2]),
        head_width=float(np.abs(vertices[skull, 0]).max()) if skull.any() else 0.045 * size,
        crown=float(vertices[:, 1].max() - head[1]),
        hang=float(np.clip(max(room), 0.08, 0.45)),
    )
