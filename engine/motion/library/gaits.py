"""Ways of getting about, made from one parametric gait: marching, limping, sneaking, stairs, ladders and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.motion.keyposes import Entry, Foot, Hand, Key, both
from engine.motion.library.shapes import BEHIND, HIPS, closed

STANCE = 0.6
"""Share of a cycle for which a foot carries."""


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


def gait(
    *, period: float = 1.1, step: float = 0.62, lift: float = 0.08, roll: float = 32, width: float = 0.0, drop: float = 0.03,
    bob: float = 0.02, sway: float = 0.025, arms: float = 0.35, bend: float = 0.15, lean: float = 3, twist: float = 7,
    climb: float = 0.0, yaw: float = 8, head: float = 0, backward: bool = False, pose: Callable[[float], dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Keys and travel of a gait cycle; `pose(phase)` may replace any field of `Key`.

    Lengths in metres at the reference leg, angles in degrees, `period` in seconds for two steps.
    """
    keys = []
    count = 12
    for i in range(count):
        phase = i / count
        clock = -phase if backward else phase
        wave, double = np.sin(2 * np.pi * clock), np.cos(4 * np.pi * clock)
        swing = float(np.cos(2 * np.pi * clock))
        fields: dict[str, Any] = {
            "root": (float(sway * np.sin(2 * np.pi * (clock - 0.05))), -drop - bob * float(double), 0.0),
            "turn": (lean, -twist * swing * 0.6, 2.0 * float(wave)), "spine": (lean * 0.5, twist * swing * 1.4, -2.0 * float(wave)),
            "head": (head - lean, -twist * swing * 0.7, 0), "left": _swing(-arms * swing, bend), "right": _swing(arms * swing, bend),
            "left_foot": _foot(clock, step, lift, roll, width, climb, yaw),
            "right_foot": _foot(clock + 0.5, step, lift, roll, width, climb, yaw), "through": True,
        }  # fmt: skip
        fields.update(pose(clock % 1.0) if pose else {})
        keys.append(Key(period * phase, **fields))
    speed = step / (STANCE * period) * (-1 if backward else 1)
    return {"keys": closed(period, *keys), "travel": (0, climb / (STANCE * period), speed)}


def _raise(foot: Foot) -> Foot:
    """The same step on the toes."""
    return replace(foot, place=(foot.place[0], foot.place[1] + 0.07, foot.place[2]), pitch=foot.pitch + 38)


def _limp(phase: float) -> dict[str, Any]:
    dip = float(np.sin(2 * np.pi * phase) ** 2 if phase > 0.5 else 0)
    return {"root": (-0.05 * dip + 0.01, -0.03 - 0.07 * dip, 0), "turn": (8 + 8 * dip, 0, -9 * dip), "spine": (4, 0, 6 * dip),
            "right": Hand("hip", (0.02, -0.12, 0.06), pole=(1, 0, -0.5))}  # fmt: skip


def _stick(phase: float) -> dict[str, Any]:
    reach = 0.16 * float(np.cos(2 * np.pi * phase))
    return {"spine": (26, 0, 0), "head": (-22, 0, 0), "left": Hand("root", (0.02, 0.14, -0.16), pole=(0.8, 0, -0.9)),
            "right": Hand("belly", (0.18, 0.02, 0.22 + reach), pole=(0.6, -0.8, -0.4))}  # fmt: skip


def _sneak(phase: float) -> dict[str, Any]:
    a, b = float(np.sin(2 * np.pi * phase)), float(np.cos(2 * np.pi * phase))
    return {"head": (-26, 24 * a, 0), "left": replace(_SHRUNK, place=(0.14, -0.04 + 0.05 * b, 0.22)),
            "right": replace(_SHRUNK, place=(0.14, -0.04 - 0.05 * b, 0.22))}  # fmt: skip


def _drunk(phase: float) -> dict[str, Any]:
    a, b = float(np.sin(2 * np.pi * phase)), float(np.cos(2 * np.pi * phase))
    return {"turn": (8 + 6 * b, 10 * a, 9 * a), "spine": (6, -8 * b, 6 * b), "head": (14, 10 * b, 8 * a),
            "left": Hand("sh", (0.55 + 0.15 * a, -0.6, 0.3 * b)), "right": Hand("sh", (0.45 - 0.15 * b, -0.7, 0.25 * a))}  # fmt: skip


def _ladder(phase: float) -> dict[str, Any]:
    up = 0.16 * float(np.cos(2 * np.pi * phase))
    return {"left": Hand("sh", (-0.02, 0.42 - up, 0.6), pole=(0.8, -0.8, 0)), "right": Hand("sh", (-0.02, 0.42 + up, 0.6), pole=(0.8, -0.8, 0)),
            "turn": (4, 0, 4 * up / 0.16), "head": (-20, 0, 0)}  # fmt: skip


def _zombie(phase: float) -> dict[str, Any]:
    a = float(np.sin(2 * np.pi * phase))
    return {"turn": (10, 4 * a, 5 * a), "spine": (14, -4 * a, 4), "head": (2, 8, 16 + 3 * a),
            "left": Hand("sh", (0.05, 0.36 + 0.04 * a, 0.86), palm=(0, -1, 0.3), fingers=(0, -0.6, 0.9)),
            "right": Hand("sh", (0.02, 0.24 - 0.05 * a, 0.86), palm=(0, -1, 0.3), fingers=(0, -0.7, 0.8))}  # fmt: skip


def _fixed(**fields: Any) -> Callable[[float], dict[str, Any]]:
    return lambda phase: fields


_CARRY = Hand("belly", (0.13, 0.10, 0.26), palm=(-0.5, 0.9, 0), fingers=(-0.2, 0.2, 1), pole=(0.5, -1, -0.4))
_PUSH = Hand("sh", (0.05, -0.18, 0.80), palm=(0, 0, 1), fingers=(0, 1, 0.3), pole=(0.7, -1, 0))
_SHRUNK = Hand("chest", (0.10, -0.08, 0.16), palm=(0, -1, 0.2), fingers=(0, -0.4, 1), pole=(0.5, -1, -0.2))
_MODEL = Hand("hip", (0.02, 0.10, 0.02), palm=(-1, -0.2, -0.1), fingers=(-0.25, -0.5, 0.85), pole=(1, 0.1, -0.35))

_HALF_STANCE = 0.11
"""Metres from the middle to an ankle of the reference skeleton as it stands."""


def turning(degrees: float, stride: float = 45.0, pace: float = 1.0) -> tuple[Key, ...]:
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
            Key(begun + 0.15, turn=(1, before + 0.3 * (after - before), 0), head=head, spine=(0, sign * 12, 0), root=(0, -0.02, 0), through=True,
                **{first: moving[first], second: standing[second]}),
            Key(begun + 0.31, turn=(1, middle, 0), head=head, spine=(0, sign * 10, 0), root=(0, -0.025, 0), through=True,
                **{first: done[first], second: standing[second]}),
            Key(begun + 0.46, turn=(1, before + 0.8 * (after - before), 0), head=head, spine=(0, sign * 6, 0), root=(0, -0.02, 0), through=True,
                **{first: done[first], second: lifted[second]}),
            Key(begun + 0.62, turn=(0, after, 0), head=head, root=(0, -0.01, 0), through=i + 1 < count, **done),
        ]  # fmt: skip
    end = Key(keys[-1].time + 0.4, turn=(0, degrees, 0), **planted(degrees))
    return tuple(replace(key, time=key.time / pace) for key in (*keys, end))


def spinning(degrees: float) -> tuple[Key, ...]:
    """Keys of a swift turn on the spot."""
    return turning(degrees, 60.0, 1.7)


ENTRIES = (
    Entry("walk_steady", ("strolling", "walking casually", "going for a walk", "wandering", "walking around", "hiking"), **gait(period=1.15)),
    Entry("march", ("marching", "marching like a soldier", "parading", "goose-stepping", "walking like a soldier", "walking like a robot"),
          **gait(period=1.0, step=0.6, lift=0.26, roll=15, arms=0.62, bend=0.0, lean=-2, twist=3, sway=0.01)),
    Entry("limp", ("limping", "walking with an injured leg", "hobbling", "walking hurt", "being wounded"), **gait(period=1.3, step=0.38, lift=0.04, roll=18, pose=_limp)),
    Entry("walk_stick", ("walking with a stick", "walking like an old man", "walking with a cane", "walking like an old woman", "shuffling along"),
          **gait(period=1.5, step=0.28, lift=0.03, roll=10, drop=0.08, lean=6, twist=2, pose=_stick)),
    Entry("tiptoe", ("tiptoeing", "walking on tiptoe", "walking quietly"),
          **gait(period=1.5, step=0.42, lift=0.20, roll=0, drop=0.06, lean=10, twist=4, head=-6,
                 pose=lambda p: {**both(_SHRUNK), "left_foot": _raise(_foot(p, 0.42, 0.2, 0, 0, 0, 4)), "right_foot": _raise(_foot(p + 0.5, 0.42, 0.2, 0, 0, 0, 4))})),
    Entry("sneak", ("sneaking", "sneaking past somebody", "sneaking around", "prowling", "stalking", "moving stealthily", "creeping", "lurking"),
          **gait(period=1.9, step=0.44, lift=0.17, roll=4, drop=0.20, bob=0.012, lean=20, twist=5, yaw=10, sway=0.035, head=2, pose=_sneak)),
    Entry("zombie_walk", ("walking like a zombie", "shambling", "staggering like the undead", "lurching", "zombie", "sleepwalking",
                          "walking like a mummy", "walking like a monster"),
          **gait(period=1.7, step=0.34, lift=0.05, roll=6, drop=0.05, sway=0.05, yaw=2, width=0.04, pose=_zombie)),
    Entry("drunk_walk", ("walking drunk", "staggering", "stumbling", "being drunk", "swaying and stumbling", "being dizzy"),
          **gait(period=1.4, step=0.34, lift=0.07, roll=18, width=0.06, sway=0.09, yaw=16, pose=_drunk)),
    Entry("catwalk", ("walking on a catwalk", "walking like a model", "strutting", "swaggering", "walking proudly", "walking elegantly"),
          **gait(period=1.05, step=0.72, lift=0.07, width=-0.07, sway=0.04, lean=-4, twist=13, arms=0.28, yaw=2, pose=_fixed(right=_MODEL))),
    Entry("sad_walk", ("walking sadly", "trudging", "plodding", "walking tiredly", "walking slowly", "walking depressed"),
          **gait(period=1.6, step=0.42, lift=0.05, roll=18, arms=0.12, bend=0.05, lean=8, twist=3, drop=0.05, head=34)),
    Entry("happy_walk", ("walking happily", "bouncing along", "walking cheerfully", "frolicking"),
          **gait(period=0.95, step=0.66, lift=0.12, bob=0.045, arms=0.55, bend=0.35, lean=-4, twist=11, head=-6)),
    Entry("skip", ("skipping", "skipping along", "hopping along", "prancing", "galloping"),
          **gait(period=0.75, step=0.6, lift=0.26, bob=0.08, drop=-0.02, arms=0.6, bend=0.4, lean=0, twist=8)),
    Entry("moonwalk", ("moonwalking", "doing the moonwalk", "dancing like michael jackson", "sliding backward"),
          **gait(period=1.3, step=0.45, lift=0.015, roll=40, backward=True, arms=0.2, bend=0.3, lean=5, twist=4)),
    Entry("climb_stairs", ("climbing stairs", "walking up the stairs", "going upstairs", "walking uphill", "stepping up"),
          **gait(period=1.3, step=0.42, lift=0.10, roll=12, climb=0.26, drop=0.07, lean=12, arms=0.3, bend=0.4), grounded=False, tags=("air",)),
    Entry("descend_stairs", ("walking down the stairs", "going downstairs", "descending", "walking downhill"),
          **gait(period=1.2, step=0.42, lift=0.06, roll=20, climb=-0.26, drop=0.07, lean=2, arms=0.2, bend=0.3, head=14), grounded=False, tags=("air",)),
    Entry("climb_ladder", ("climbing a ladder", "climbing", "rock climbing", "climbing a wall", "climbing a rope", "climbing a tree", "climbing a mountain"),
          **gait(period=1.6, step=0.0, lift=0.0, roll=4, climb=0.42, drop=0.14, sway=0.04, width=0.08, pose=_ladder), grounded=False, tags=("air",)),
    Entry("push_cart", ("pushing a cart", "pushing a shopping trolley", "pushing a pram", "pushing a wheelbarrow", "mowing the lawn"),
          **gait(period=1.2, step=0.5, lean=14, head=-4, pose=_fixed(**both(_PUSH)))),
    Entry("carry_walk", ("walking while carrying a box", "carrying a load", "carrying a bag", "transporting something"),
          **gait(period=1.2, step=0.45, lean=-6, pose=_fixed(**both(_CARRY)))),
    Entry("pace", ("pacing with hands behind the back", "walking with hands behind the back", "patrolling", "walking thoughtfully"),
          **gait(period=1.3, step=0.5, head=10, pose=_fixed(**both(BEHIND)))),
    Entry("angry_walk", ("walking angrily", "stomping", "stomping the feet", "storming off"),
          **gait(period=0.85, step=0.66, lift=0.20, roll=8, arms=0.4, bend=0.35, lean=12, twist=9, bob=0.035, drop=0.05)),
    Entry("duck_walk", ("walking like a duck", "waddling", "walking like a penguin", "walking like a chicken"),
          **gait(period=0.8, step=0.24, lift=0.06, roll=5, sway=0.07, yaw=38, width=0.03, lean=2,
                 pose=lambda p: {**both(Hand("sh", (0.36, -0.78, -0.1), palm=(0, -1, 0), fingers=(1, 0.1, 0.2))), "turn": (4, 0, 9 * float(np.sin(2 * np.pi * p)))})),
    Entry("gorilla_walk", ("walking like a gorilla", "walking like an ape", "walking like a monkey", "acting like a monkey"),
          **gait(period=1.2, step=0.4, lift=0.1, roll=8, width=0.12, drop=0.22, lean=32, arms=0.3, bend=-0.05, head=-4, sway=0.07, yaw=22)),
    Entry("tightrope", ("walking on a tightrope", "balancing on a beam", "balancing", "walking a line"),
          **gait(period=1.8, step=0.4, lift=0.07, roll=6, width=-0.09, yaw=0, head=16,
                 pose=lambda p: {"left": Hand("sh", (0.97, 0.1 + 0.15 * float(np.sin(2 * np.pi * p)), 0)), "right": Hand("sh", (0.97, 0.1 - 0.15 * float(np.sin(2 * np.pi * p)), 0)),
                                 "turn": (0, 0, 5 * float(np.sin(2 * np.pi * p)))})),
    Entry("side_step", ("stepping sideways", "walking sideways", "sidestepping", "walking like a crab", "shuffling sideways", "stepping to the side",
                        "taking steps to the side", "strafing", "running sideways", "sidling", "shuffling to the side"),
          closed(0.9, *(Key(0.225 * i, root=(0, -0.05 + 0.02 * (i % 2), 0), left_foot=Foot((lx, ly, 0)), right_foot=Foot((rx, ry, 0)), through=True)
                        for i, (lx, ly, rx, ry) in enumerate(((0.16, 0, 0.16, 0), (0.04, 0, 0.12, 0.05), (-0.02, 0, -0.02, 0), (0.14, 0.05, 0.06, 0))))), travel=(0.40, 0, 0)),
    Entry("turn", ("turning", "turning to the side", "turning on the spot", "turning away", "rotating", "pivoting"), turning(-90), loop=False, of_angle=turning),
    Entry("turn_around", ("turning around", "turning back", "turning about", "about face", "turning round"), turning(-180), loop=False, of_angle=turning),
    Entry("spin", ("spinning around", "spinning", "twirling", "rotating quickly", "revolving", "turning in a full circle", "doing a pirouette", "spinning on one toe"), spinning(-360), loop=False, of_angle=spinning),
    Entry("hop", ("hopping on one leg", "hopping", "jumping on one foot"),
          closed(0.6, Key(0, root=(-0.06, -0.10, 0), turn=(6, 0, 0), left_foot=Foot((0.0, 0.28, -0.22), pitch=40), right_foot=Foot((-0.04, 0, 0)), **both(Hand("sh", (0.5, -0.6, 0.1)))),
                 Key(0.3, root=(-0.06, 0.12, 0.0), turn=(4, 0, 0), left_foot=Foot((0.0, 0.42, -0.22), pitch=40), right_foot=Foot((-0.04, 0.14, 0), pitch=35), **both(Hand("sh", (0.6, -0.3, 0.1))))),
          travel=(0, 0, 0.6), tags=("jump",)),
    Entry("hands_on_hips_walk", ("walking with hands on hips",), **gait(pose=_fixed(**both(HIPS)))),
)  # fmt: skip
