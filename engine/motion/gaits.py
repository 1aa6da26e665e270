"""Ways of getting about, made from one parametric gait: marching, limping, sneaking, stairs, ladders and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.motion.keyposes import Foot, Hand, Key, both, closed

STANCE = 0.6
"""Share of a cycle for which a foot carries. Set by hand."""


def _foot(phase: float, step: float, lift: float, roll: float, width: float, climb: float, yaw: float) -> Foot:
    """An ankle in the walker's moving frame; phase 0 is the heel's strike."""
    phase %= 1.0
    if phase < STANCE:
        share = phase / STANCE
        forward, height = step * (0.5 - share), climb * (0.5 - share)
        pitch = float(np.interp(share, (0, 0.15, 0.6, 1.0), (-0.45 * roll, 0, 0, roll)))
        height += 0.0009 * max(pitch, 0)
    else:
        share = (phase - STANCE) / (1 - STANCE)
        smooth = share * share * (3 - 2 * share)
        forward, height = (
            step * (smooth - 0.5),
            climb * (smooth - 0.5) + lift * np.sin(np.pi * share) + climb * 0.3 * np.sin(np.pi * share),
        )
        pitch = float(np.interp(share, (0, 0.3, 0.8, 1.0), (roll, 0.9 * roll, -0.4 * roll, -0.45 * roll)))
    return Foot((width, float(height), float(forward)), pitch=pitch, yaw=yaw)


def _swing(amount: float, bend: float) -> Hand:
    """A hand that swings forward by `amount` (arm lengths)."""
    return Hand(
        "sh", (0.12, -0.97 + 0.35 * bend + 0.25 * amount * amount, 0.06 + amount + 0.3 * bend), pole=(0.25, -0.3, -1)
    )


@dataclass(frozen=True)
class Gait:
    """A cycle of two steps; lengths in metres at the reference leg, angles in degrees."""

    period: float = 1.1
    """Seconds for two steps."""
    step: float = 0.62
    """Length of a step."""
    lift: float = 0.08
    """Height of a swinging foot."""
    roll: float = 32
    """Pitch of the foot as its heel leaves the floor."""
    width: float = 0.0
    """By how much farther from the middle the feet go than in standing."""
    drop: float = 0.03
    """By how much the pelvis is lower than in standing."""
    bob: float = 0.02
    """By how much it rises and falls."""
    sway: float = 0.025
    """By how much it goes from side to side."""
    arms: float = 0.35
    """Swing of the hands, in arm lengths."""
    bend: float = 0.15
    """Bend of the elbows, from 0 to about 1."""
    lean: float = 3
    """Forward lean."""
    twist: float = 7
    """Of pelvis and chest against each other."""
    climb: float = 0.0
    """Rise of a step."""
    yaw: float = 8
    """Degrees by which the feet point outwards."""
    head: float = 0
    """Pitch of the head."""
    backward: bool = False

    def cycle(self, pose: Callable[[float], dict[str, Any]]) -> dict[str, Any]:
        """Keys and travel; ``pose(phase)`` may replace any field of `Key`."""
        keys = []
        count = 12
        for i in range(count):
            phase = i / count
            clock = -phase if self.backward else phase
            keys.append(Key(self.period * phase, **(self._fields(clock) | pose(clock % 1.0))))
        speed = self.step / (STANCE * self.period) * (-1 if self.backward else 1)
        return {"keys": closed(self.period, *keys), "travel": (0, self.climb / (STANCE * self.period), speed)}

    def _fields(self, clock: float) -> dict[str, Any]:
        """What a `Key` has at a place of the cycle."""
        wave, double = np.sin(2 * np.pi * clock), np.cos(4 * np.pi * clock)
        swing = float(np.cos(2 * np.pi * clock))
        return {
            "root": (float(self.sway * np.sin(2 * np.pi * (clock - 0.05))), -self.drop - self.bob * float(double), 0.0),
            "turn": (self.lean, -self.twist * swing * 0.6, 2.0 * float(wave)),
            "spine": (self.lean * 0.5, self.twist * swing * 1.4, -2.0 * float(wave)),
            "head": (self.head - self.lean, -self.twist * swing * 0.7, 0),
            "left": _swing(-self.arms * swing, self.bend),
            "right": _swing(self.arms * swing, self.bend),
            "left_foot": self._foot(clock),
            "right_foot": self._foot(clock + 0.5),
            "through": True,
        }

    def _foot(self, clock: float) -> Foot:
        return _foot(clock, self.step, self.lift, self.roll, self.width, self.climb, self.yaw)


_SHRUNK = Hand("chest", (0.10, -0.08, 0.16), palm=(0, -1, 0.2), fingers=(0, -0.4, 1), pole=(0.5, -1, -0.2))


def _raise(foot: Foot) -> Foot:
    """A step of this foot on its toes."""
    return replace(foot, place=(foot.place[0], foot.place[1] + 0.07, foot.place[2]), pitch=foot.pitch + 38)


def _limp(phase: float) -> dict[str, Any]:
    dip = float(np.sin(2 * np.pi * phase) ** 2 if phase > 0.5 else 0)
    return {
        "root": (-0.05 * dip + 0.01, -0.03 - 0.07 * dip, 0),
        "turn": (8 + 8 * dip, 0, -9 * dip),
        "spine": (4, 0, 6 * dip),
        "right": Hand("hip", (0.02, -0.12, 0.06), pole=(1, 0, -0.5)),
    }


def _stick(phase: float) -> dict[str, Any]:
    reach = 0.16 * float(np.cos(2 * np.pi * phase))
    return {
        "spine": (26, 0, 0),
        "head": (-22, 0, 0),
        "left": Hand("root", (0.02, 0.14, -0.16), pole=(0.8, 0, -0.9)),
        "right": Hand("belly", (0.18, 0.02, 0.22 + reach), pole=(0.6, -0.8, -0.4)),
    }


def _sneak(phase: float) -> dict[str, Any]:
    a, b = float(np.sin(2 * np.pi * phase)), float(np.cos(2 * np.pi * phase))
    return {
        "head": (-26, 24 * a, 0),
        "left": replace(_SHRUNK, place=(0.14, -0.04 + 0.05 * b, 0.22)),
        "right": replace(_SHRUNK, place=(0.14, -0.04 - 0.05 * b, 0.22)),
    }


def _drunk(phase: float) -> dict[str, Any]:
    a, b = float(np.sin(2 * np.pi * phase)), float(np.cos(2 * np.pi * phase))
    return {
        "turn": (8 + 6 * b, 10 * a, 9 * a),
        "spine": (6, -8 * b, 6 * b),
        "head": (14, 10 * b, 8 * a),
        "left": Hand("sh", (0.55 + 0.15 * a, -0.6, 0.3 * b)),
        "right": Hand("sh", (0.45 - 0.15 * b, -0.7, 0.25 * a)),
    }


def _ladder(phase: float) -> dict[str, Any]:
    up = 0.16 * float(np.cos(2 * np.pi * phase))
    return {
        "left": Hand("sh", (-0.02, 0.42 - up, 0.6), pole=(0.8, -0.8, 0)),
        "right": Hand("sh", (-0.02, 0.42 + up, 0.6), pole=(0.8, -0.8, 0)),
        "turn": (4, 0, 4 * up / 0.16),
        "head": (-20, 0, 0),
    }


def _zombie(phase: float) -> dict[str, Any]:
    a = float(np.sin(2 * np.pi * phase))
    return {
        "turn": (10, 4 * a, 5 * a),
        "spine": (14, -4 * a, 4),
        "head": (2, 8, 16 + 3 * a),
        "left": Hand("sh", (0.05, 0.36 + 0.04 * a, 0.86), palm=(0, -1, 0.3), fingers=(0, -0.6, 0.9)),
        "right": Hand("sh", (0.02, 0.24 - 0.05 * a, 0.86), palm=(0, -1, 0.3), fingers=(0, -0.7, 0.8)),
    }


def _tiptoe(phase: float) -> dict[str, Any]:
    steps = {"left_foot": _foot(phase, 0.42, 0.2, 0, 0, 0, 4), "right_foot": _foot(phase + 0.5, 0.42, 0.2, 0, 0, 0, 4)}
    return {**both(_SHRUNK), **{side: _raise(foot) for side, foot in steps.items()}}


def _duck(phase: float) -> dict[str, Any]:
    wing = Hand("sh", (0.36, -0.78, -0.1), palm=(0, -1, 0), fingers=(1, 0.1, 0.2))
    return {**both(wing), "turn": (4, 0, 9 * float(np.sin(2 * np.pi * phase)))}


def _tightrope(phase: float) -> dict[str, Any]:
    a = float(np.sin(2 * np.pi * phase))
    left, right = Hand("sh", (0.97, 0.1 + 0.15 * a, 0)), Hand("sh", (0.97, 0.1 - 0.15 * a, 0))
    return {"left": left, "right": right, "turn": (0, 0, 5 * a)}


POSES: dict[str, Callable[[float], dict[str, Any]]] = {
    "limp": _limp,
    "stick": _stick,
    "tiptoe": _tiptoe,
    "sneak": _sneak,
    "zombie": _zombie,
    "drunk": _drunk,
    "ladder": _ladder,
    "duck": _duck,
    "tightrope": _tightrope,
}
"""What trunk and arms do, by the name that a record has under ``pose``: a phase to fields of `Key`."""

_HALF_STANCE = 0.11
"""Metres from the middle to an ankle of the reference skeleton as it stands. Set by hand."""


def turning(degrees: float, *, stride: float = 45.0, pace: float = 1.0) -> tuple[Key, ...]:
    """Keys of a turn on the spot, positive to the left, a step for every `stride` degrees; the head leads."""
    sign, count = np.sign(degrees), max(2, round(abs(degrees) / stride))

    def planted(angle: float, lift: float = 0.0) -> dict[str, Any]:
        a = np.radians(angle)
        out, ahead = _HALF_STANCE * (float(np.cos(a)) - 1) + 0.02, _HALF_STANCE * float(np.sin(a))
        return {
            "left_foot": Foot((out, lift, -ahead), yaw=8 + angle),
            "right_foot": Foot((out, lift, ahead), yaw=8 - angle),
        }

    keys, first, second = (
        [Key(0.0)],
        "left_foot" if sign > 0 else "right_foot",
        "right_foot" if sign > 0 else "left_foot",
    )
    for i in range(count):
        before, after = degrees * i / count, degrees * (i + 1) / count
        middle, begun = (before + after) / 2, 0.2 + 0.62 * i
        head = (0, sign * 26 * (i + 1 < count), 0)
        moving, standing = planted(middle, 0.07), planted(before)
        done, lifted = planted(after), planted(middle, 0.07)
        keys += [
            Key(
                begun + 0.15,
                turn=(1, before + 0.3 * (after - before), 0),
                head=head,
                spine=(0, sign * 12, 0),
                root=(0, -0.02, 0),
                through=True,
                **{first: moving[first], second: standing[second]},
            ),
            Key(
                begun + 0.31,
                turn=(1, middle, 0),
                head=head,
                spine=(0, sign * 10, 0),
                root=(0, -0.025, 0),
                through=True,
                **{first: done[first], second: standing[second]},
            ),
            Key(
                begun + 0.46,
                turn=(1, before + 0.8 * (after - before), 0),
                head=head,
                spine=(0, sign * 6, 0),
                root=(0, -0.02, 0),
                through=True,
                **{first: done[first], second: lifted[second]},
            ),
            Key(begun + 0.62, turn=(0, after, 0), head=head, root=(0, -0.01, 0), through=i + 1 < count, **done),
        ]
    end = Key(keys[-1].time + 0.4, turn=(0, degrees, 0), **planted(degrees))
    return tuple(replace(key, time=key.time / pace) for key in (*keys, end))
