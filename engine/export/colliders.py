"""Chains of joints that swing, and what they fall on: capsules in the body that push none of them where it rests.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.protocol import SKELETON_NAMES
from engine.rig import Avatar

SECTORS = 8
"""Round the upright axis of what hangs, a chain in each."""
LIMBS = (
    ("pelvis", "spine3"),
    ("spine3", "neck"),
    ("head", "head"),
    ("left_hip", "left_knee"),
    ("right_hip", "right_knee"),
    ("left_knee", "left_ankle"),
    ("right_knee", "right_ankle"),
    ("left_shoulder", "left_elbow"),
    ("right_shoulder", "right_elbow"),
)
"""What chains fall on: from a joint to another."""
HIT = 0.015
"""Metres that joints of a grown person's chains keep off what they fall on, or as far as half-way to the next chain if
there is room where they rest: else legs would slip through between two."""
MEAGRE = 0.5
"""What must get thinner than this share of itself to let a chain rest is not for that chain."""


@dataclass(frozen=True)
class Chain:
    """Joints that swing, from the anchored one to the end."""

    name: str
    joints: tuple[int, ...]
    radii: tuple[float, ...]
    """Metres that the joint below each keeps off colliders."""
    stiffness: float
    """How strongly it goes back to how it rests, VRM's unit."""
    gravity: float
    drag: float
    colliders: tuple[int, ...] = ()
    """Numbers of those that it falls on."""


@dataclass(frozen=True)
class Collider:
    """A sphere, or a capsule with a second centre, that goes with a joint."""

    joint: int
    offset: tuple[float, ...]
    """(3,) from the joint."""
    radius: float
    tail: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Hanging:
    """An avatar with its chains."""

    avatar: Avatar
    """With more joints than it had, and weights for them."""
    names: tuple[str, ...] = ()
    """Of the new joints."""
    chains: tuple[Chain, ...] = ()
    colliders: tuple[Collider, ...] = ()


def body_colliders(avatar: Avatar, body: NDArray) -> tuple[Collider, ...]:
    """Capsules that hold most of the body within."""
    ends = np.array([[avatar.joints[SKELETON_NAMES.index(name)] for name in limb] for limb in LIMBS], np.float64)
    crown = body[:, 1].max()
    ends[2, :, 1] += 0.45 * (crown - ends[2, 0, 1])  # the skull
    along = ends[:, 1] - ends[:, 0]
    length = np.maximum((along**2).sum(1), 1e-9)
    some = body[:: max(1, len(body) // 4000)].astype(np.float64)
    share = np.clip(np.einsum("bls,ls->bl", some[:, None] - ends[None, :, 0], along) / length, 0, 1)
    away = np.linalg.norm(some[:, None] - ends[None, :, 0] - share[..., None] * along, axis=2)
    nearest = away.argmin(1)
    made = []
    for number, (first, last) in enumerate(LIMBS):
        beside = (nearest == number) & ((first == last) | (share[:, number] % 1.0 > 0.0))  # hands are not an arm's end
        own = away[beside, number]
        if not len(own):
            continue
        joint = SKELETON_NAMES.index(first)
        offset, tail = ((ends[number, k] - avatar.joints[joint]).round(5).tolist() for k in (0, 1))
        radius = round(float(np.quantile(own, 0.75)), 4)
        made.append(Collider(joint, tuple(offset), radius, None if first == last else tuple(tail)))
    return tuple(made)


def resting(made: Hanging, colliders: tuple[Collider, ...]) -> Hanging:
    """With what the chains fall on, thin enough that none is pushed where it rests.

    What would have to get too thin for a chain, as a shoulder on which hair lies, is none for that chain.
    """
    kept: list[Collider] = []
    fallen: list[list[int]] = [[] for _ in made.chains]
    for collider in colliders:
        room = [float((_apart(made, chain, collider) - chain.radii[0]).min()) for chain in made.chains]
        falls = [number for number, free in enumerate(room) if free >= MEAGRE * collider.radius]
        if falls:
            for number in falls:
                fallen[number].append(len(kept))
            thin = min(collider.radius, *(room[number] for number in falls))
            kept.append(replace(collider, radius=np.floor(thin * 1e4) / 1e4))
    chains = tuple(
        replace(chain, colliders=tuple(own), radii=_radii(made, chain, [kept[number] for number in own]))
        for chain, own in zip(made.chains, fallen)
    )
    return replace(made, chains=chains, colliders=tuple(kept))


def _radii(made: Hanging, chain: Chain, colliders: list[Collider]) -> tuple[float, ...]:
    """A chain's radii if it falls on these: up to half-way to the chain beside it, as far as there is room at rest."""
    joints = made.avatar.joints
    off = joints[list(chain.joints[1:])] - joints[made.avatar.parents[chain.joints[0]]]
    room = np.linalg.norm(off[:, [0, 2]], axis=1) * np.sin(np.pi / SECTORS)
    for collider in colliders:
        room = np.minimum(room, _apart(made, chain, collider) - collider.radius)
    grown = np.floor(np.maximum(room, chain.radii[:-1]) * 1e4) / 1e4
    return (*grown.tolist(), chain.radii[-1])


def _apart(made: Hanging, chain: Chain, collider: Collider) -> NDArray[np.float64]:
    """(K - 1,) how far the joints of a chain that swing are from a collider's axis, at rest."""
    start = made.avatar.joints[collider.joint] + np.asarray(collider.offset)
    along = np.zeros(3) if collider.tail is None else np.asarray(collider.tail) - collider.offset
    off = made.avatar.joints[list(chain.joints[1:])] - start
    share = np.clip(off @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
    return np.asarray(np.linalg.norm(off - share[:, None] * along, axis=1))
