"""What must be seen on the joints for a text: one predicate a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.protocol import JOINT_NAMES

INDEX = {name: i for i, name in enumerate(JOINT_NAMES)}


@dataclass(frozen=True)
class Take:
    """A motion as joint positions (T,24,3), metres, floor at y = 0, on a body with the given standing joints."""

    joints: np.ndarray
    rest: np.ndarray
    fps: float

    def __getattr__(self, name: str) -> np.ndarray:
        if name in INDEX:
            return self.joints[:, INDEX[name]]
        raise AttributeError(name)

    @property
    def wrists(self) -> np.ndarray:
        """(T,2,3) left, right."""
        return self.joints[:, [20, 21]]

    @property
    def ankles(self) -> np.ndarray:
        """(T,2,3) left, right."""
        return self.joints[:, [7, 8]]

    @property
    def pelvis_drop(self) -> np.ndarray:
        """(T,) how far the pelvis is below its standing height, as a share of that."""
        return 1 - self.pelvis[:, 1] / self.rest[0, 1]

    @property
    def trunk(self) -> np.ndarray:
        """(T,) degrees between pelvis-to-neck and the vertical."""
        axis = self.neck - self.pelvis
        return np.degrees(np.arccos(np.clip(axis[:, 1] / np.linalg.norm(axis, axis=-1), -1, 1)))

    @property
    def travel(self) -> np.ndarray:
        """(3,) from the first to the last pelvis position."""
        return self.pelvis[-1] - self.pelvis[0]

    def bend(self, a: str, b: str, c: str) -> np.ndarray:
        """(T,) degrees by which the chain a-b-c is bent at b (0 = straight)."""
        u, v = getattr(self, b) - getattr(self, a), getattr(self, c) - getattr(self, b)
        cosine = (u * v).sum(-1) / np.maximum(np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1), 1e-9)
        return np.degrees(np.arccos(np.clip(cosine, -1, 1)))

    def knees(self) -> np.ndarray:
        """(T,2) flexion in degrees, left and right."""
        return np.stack([self.bend(f"{s}_hip", f"{s}_knee", f"{s}_ankle") for s in ("left", "right")], 1)

    def elbows(self) -> np.ndarray:
        """(T,2) flexion in degrees, left and right."""
        return np.stack([self.bend(f"{s}_shoulder", f"{s}_elbow", f"{s}_wrist") for s in ("left", "right")], 1)

    def near(self, a: str, b: str, metres: float) -> np.ndarray:
        """(T,) whether two joints are closer than so many metres."""
        return np.linalg.norm(getattr(self, a) - getattr(self, b), axis=-1) < metres

    def speed(self, name: str) -> np.ndarray:
        """(T-1,) metres a second."""
        return np.linalg.norm(np.diff(getattr(self, name), axis=0), axis=-1) * self.fps

    def alternating(self, swings: int = 2) -> bool:
        """Feet pass each other at least `swings` times, seen along the way of travel."""
        way = self.travel * [1, 0, 1]
        way = way / max(np.linalg.norm(way), 1e-6)
        lead = (self.ankles[:, 0] - self.ankles[:, 1]) @ way
        lead = lead[np.abs(lead) > 0.05]
        return int((np.diff(np.sign(lead)) != 0).sum()) >= swings

    def reversals(self, values: np.ndarray, size: float) -> int:
        """How often a signal (T,) turns round after having moved by `size`."""
        count, extreme, way = 0, float(values[0]), 0
        for value in values:
            if (way >= 0 and value < extreme - size) or (way <= 0 and value > extreme + size):
                count, way, extreme = count + (way != 0), -1 if value < extreme else 1, float(value)
            elif (way > 0 and value > extreme) or (way < 0 and value < extreme):
                extreme = float(value)
        return count


def _some(flags: np.ndarray, share: float = 0.1) -> bool:
    return float(np.mean(flags)) >= share


def _above(take: Take, which: slice | int, joint: str, share: float) -> bool:
    return _some((take.wrists[:, which, 1] > getattr(take, joint)[:, None, 1]).all(-1), share)


BOTH, LEFT, RIGHT = slice(0, 2), slice(0, 1), slice(1, 2)


def _hand_at_head(t: Take, side: str, metres: float = 0.24, share: float = 0.3) -> bool:
    return _some(t.near(f"{side}_wrist", "head", metres) | t.near(f"{side}_hand", "head", metres), share)


def _any_hand_at_head(t: Take, metres: float = 0.24, share: float = 0.3) -> bool:
    return _hand_at_head(t, "left", metres, share) or _hand_at_head(t, "right", metres, share)


def _walks(t: Take, metres: float) -> bool:
    return float(np.linalg.norm(t.travel[[0, 2]])) > metres and t.alternating()


def _kicks(t: Take) -> bool:
    high = t.ankles[:, :, 1].max() > 0.45 * t.rest[0, 1] + 0.05
    fast = max(t.speed("left_ankle").max(), t.speed("right_ankle").max()) > 2.5
    return bool(high and fast)


def _sits(t: Take, share: float) -> bool:
    return _some((t.pelvis_drop > 0.3) & (t.knees().min(1) > 55) & (t.trunk < 45), share)


PREDICATES: dict[str, Callable[[Take], bool]] = {
    "waving": lambda t: (
        (t.wrists[:, :, 1] > t.left_shoulder[:, None, 1]).any(-1).mean() > 0.5
        and max(t.reversals(t.wrists[:, s, 0], 0.06) for s in (0, 1)) >= 3
    ),
    "raising both arms": lambda t: _above(t, BOTH, "head", 0.3),
    "raising the left arm": lambda t: _above(t, LEFT, "head", 0.3) and not _above(t, RIGHT, "right_shoulder", 0.1),
    "hands up": lambda t: _above(t, BOTH, "neck", 0.3),
    "walking": lambda t: _walks(t, 1.5),
    "walking slowly": lambda t: _walks(t, 0.6) and np.linalg.norm(t.travel) / (len(t.joints) / t.fps) < 1.1,
    "walking backwards": lambda t: t.travel[2] < -0.6,
    "walking like a zombie": lambda t: (
        np.linalg.norm(t.travel) > 0.4 and _some((t.wrists[:, :, 2] - t.left_shoulder[:, None, 2] > 0.2).any(-1), 0.6)
    ),
    "running": lambda t: np.linalg.norm(t.travel) / (len(t.joints) / t.fps) > 2.0 and t.alternating(3),
    "marching like a soldier": lambda t: _walks(t, 1.0) and t.knees().max() > 55,
    "limping": lambda t: _walks(t, 0.5),
    "climbing stairs": lambda t: t.travel[1] > 0.4 and t.alternating(),
    "kicking a ball": _kicks,
    "a high karate kick": lambda t: _kicks(t) and t.ankles[:, :, 1].max() > t.rest[0, 1] * 0.85,
    "punching": lambda t: (
        max(t.speed("left_wrist").max(), t.speed("right_wrist").max()) > 2.5 and min(t.elbows().min(0)) < 45
    ),
    "throwing a ball": lambda t: max(t.speed("left_wrist").max(), t.speed("right_wrist").max()) > 4.0,
    "sitting": lambda t: _sits(t, 0.9),
    "sitting down": lambda t: abs(t.pelvis_drop[0]) < 0.1 and _sits(Take(t.joints[-15:], t.rest, t.fps), 0.8),
    "standing up from a chair": lambda t: t.pelvis_drop[0] > 0.25 and abs(t.pelvis_drop[-1]) < 0.12,
    "kneeling": lambda t: _some((t.left_knee[:, 1] < 0.2) & (t.right_knee[:, 1] < 0.2) & (t.trunk < 40), 0.3),
    "lying on the floor": lambda t: _some((t.trunk > 70) & (t.head[:, 1] < 0.4), 0.9),
    "crawling": lambda t: _some((t.trunk > 50) & (t.wrists[:, :, 1].max(1) < 0.45) & (t.knees().min(1) > 40), 0.7),
    "squatting": lambda t: _some((t.pelvis_drop > 0.25) & (t.knees().min(1) > 70), 0.2),
    "jumping": lambda t: t.ankles[:, :, 1].min(1).max() > t.ankles[:, :, 1].min() + 0.15,
    "jumping jacks": lambda t: (
        _above(t, BOTH, "head", 0.1)
        and t.reversals(t.left_wrist[:, 1], 0.5) >= 3
        and np.ptp(t.left_ankle[:, 0] - t.right_ankle[:, 0]) > 0.25
    ),
    "push-ups": lambda t: _some(t.trunk > 55, 0.9) and t.reversals(t.neck[:, 1], 0.08) >= 2,
    "sit-ups": lambda t: t.reversals(t.trunk, 25) >= 2 and _some(t.pelvis_drop > 0.7, 0.9),
    "bowing": lambda t: t.trunk.max() > 45 and t.trunk[0] < 20 and t.trunk[-1] < 25,
    "praying": lambda t: _some(t.near("left_wrist", "right_wrist", 0.22) & (t.elbows().min(1) > 60), 0.8),
    "praying on the knees": lambda t: _some((t.left_knee[:, 1] < 0.2) & t.near("left_wrist", "right_wrist", 0.25), 0.6),
    "clapping": lambda t: t.reversals(np.linalg.norm(t.left_wrist - t.right_wrist, axis=-1), 0.08) >= 4,
    "crying into the hands": lambda t: _hand_at_head(t, "left") and _hand_at_head(t, "right"),
    "talking on the phone": lambda t: _any_hand_at_head(t, share=0.8),
    "saluting": lambda t: _any_hand_at_head(t, 0.28),
    "eating": lambda t: (
        _any_hand_at_head(t, 0.27, 0.2) and max(t.reversals(t.wrists[:, s, 1], 0.1) for s in (0, 1)) >= 1
    ),
    "drinking": lambda t: _any_hand_at_head(t, 0.28, 0.2),
    "thinking": lambda t: _any_hand_at_head(t, 0.27, 0.8),
    "standing with folded arms": lambda t: _some(
        t.near("left_wrist", "right_elbow", 0.2) | t.near("right_wrist", "left_elbow", 0.2), 0.8
    ),
    "hands on hips": lambda t: _some(
        t.near("left_wrist", "left_hip", 0.3) & t.near("right_wrist", "right_hip", 0.3) & (t.elbows().min(1) > 40), 0.8
    ),
    "pointing forward": lambda t: _some((t.wrists[:, :, 2] - t.neck[:, None, 2] > 0.4).any(-1), 0.3),
    "shooting a basketball": lambda t: _above(t, RIGHT, "head", 0.05) and t.knees()[:15].max() > 15,
    "shooting an arrow": lambda t: _some((t.elbows().min(1) < 25) & (t.elbows().max(1) > 80), 0.2),
    "playing the guitar": lambda t: _some(
        (np.abs(t.wrists[:, :, 1] - t.spine2[:, None, 1]) < 0.3).all(-1) & (t.elbows().min(1) > 45), 0.8
    ),
    "playing the drums": lambda t: max(t.reversals(t.wrists[:, s, 1], 0.06) for s in (0, 1)) >= 4,
    "hammering a nail": lambda t: max(t.reversals(t.wrists[:, s, 1], 0.15) for s in (0, 1)) >= 3,
    "digging a hole": lambda t: _some(t.trunk > 25, 0.3) and t.reversals(t.left_wrist[:, 1], 0.1) >= 1,
    "swimming": lambda t: _some(t.trunk > 60, 0.9) and np.linalg.norm(t.travel) > 0.5,
    "doing a cartwheel": lambda t: t.trunk.max() > 120,
    "handstand": lambda t: _some((t.trunk > 140) & (t.ankles[:, :, 1].min(1) > t.head[:, 1]), 0.6),
    "t-pose": lambda t: _some(
        (np.abs(t.wrists[:, :, 1] - t.neck[:, None, 1]) < 0.15).all(-1) & (t.elbows().max(1) < 25), 0.9
    ),
    "dancing": lambda t: (
        np.ptp(t.pelvis[:, 0]) > 0.05 and max(t.speed("left_wrist").mean(), t.speed("right_wrist").mean()) > 0.4
    ),
    "shrugging": lambda t: np.ptp(t.left_shoulder[:, 1] - t.neck[:, 1]) > 0.015,
    "nodding": lambda t: np.ptp((t.head - t.neck)[:, 2]) > 0.015,
    "standing on one leg": lambda t: _some(np.abs(t.ankles[:, 0, 1] - t.ankles[:, 1, 1]) > 0.25, 0.4),
    "flying like superman": lambda t: _some(t.trunk > 50, 0.9) and np.linalg.norm(t.travel) > 1.0,
    "lifting weights": lambda t: _above(t, BOTH, "head", 0.2) and t.pelvis_drop.max() > 0.15,
    "walking while waving": lambda t: (
        _walks(t, 1.0) and (t.wrists[:, :, 1] > t.left_shoulder[:, None, 1]).any(-1).mean() > 0.5
    ),
    "walking and then sitting down": lambda t: t.travel[2] > 0.3 and _sits(Take(t.joints[-8:], t.rest, t.fps), 0.8),
}
"""Texts that tests and the table in engine/training/README.md go through."""
