"""Shape keys: the body's main directions of shape, carried onto the sculpted surface.

What "taller" or "heavier" means for a body is read from the table of bodies (`shape.bodies`), for a grown person
between woman and man: each key changes one number and leaves the others. The dressed body is dressed again in the
changed shape; the sculpted surface takes the displacement of the closest point that looks the same way, evened out
along it. Feet stay on the floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import protocol
from engine.body import Body
from engine.body.fingers import full_joints
from engine.report import Reporter
from engine.rig.avatar import Floats, Shapes
from engine.rig.weights import diffuse, transfer
from engine.settings import RigConfig
from engine.shape.codebook import load_codes
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.outfit import Look

KEYS = dict(zip(protocol.SHAPE_KEYS, ((0, 0.3), (1, 0.4), (2, 0.6), (3, 0.3), (4, 1.0))))
"""Name -> which of a body's numbers, and how much of it the key's value 1 adds; -1 takes as much away."""
ADULT = np.array([0.0, 0.0, 0.0, 0.2, 0.0])
"""Whom the keys change; children grow up in a direction of their own. Set by hand."""
EVEN = 0.02
"""Metres over which displacements are evened out along the surface; more where it stands off from the body. Set by
hand."""


@dataclass(frozen=True)
class Source:
    """A surface in the pose of sculpting, and how the keys move its points at rest."""

    vertices: Floats  # (B, 3)
    faces: NDArray[np.int32]  # (G, 3)
    deltas: Floats  # (K, B, 3) in the T-pose
    joints: Floats  # (K, J, 3)


def directions(body: Body, report: Reporter) -> Floats:
    """(K, S) changes of the shape coefficients, one a key."""
    bodies = load_codes(body, report).bodies
    changes = np.eye(len(ADULT))
    return np.stack([bodies.betas(ADULT + amount * changes[k]) - bodies.betas(ADULT) for k, amount in KEYS.values()])


def source_of(body: Body, betas: NDArray, steps: Floats, posed: Floats, faces: NDArray, look: Look | None) -> Source:
    """The dressed body, or the bare one, with its displacements.

    Args:
        body: the body that was sculpted on.
        betas: (S,) its shape.
        steps: (K, S) of `directions`.
        posed: (B, 3) the surface's vertices in the pose of sculpting.
        faces: (G, 3) of it.
        look: what it wears; None for the bare body.
    """
    wardrobe = Wardrobe(body) if look is not None else None

    def at_rest(shape: NDArray) -> Floats:
        if wardrobe is None or look is None:
            return body.rest_vertices(shape)
        return wardrobe.dress(look, shape).vertices

    before, joints = at_rest(betas), full_joints(body, betas)
    moved = np.stack([at_rest(betas + step) - before for step in steps])
    bones = np.stack([full_joints(body, betas + step) - joints for step in steps])
    lift = before[:, 1].min() - (before + moved)[..., 1].min(1)  # (K,)
    moved[..., 1] += lift[:, None]
    bones[..., 1] += lift[:, None]
    return Source(posed, faces, moved.astype(np.float32), bones.astype(np.float32))


def carry(vertices: Floats, faces: NDArray, source: Source, conf: RigConfig) -> Shapes:
    """The keys on a sculpted surface (V, 3) in the pose of sculpting."""
    count = len(source.deltas)
    columns = source.deltas.transpose(1, 0, 2).reshape(len(source.vertices), -1)
    found, _, distance = transfer(vertices, faces, source.vertices, source.faces, columns, conf.reach, conf.agreement)
    found = diffuse(found, vertices, faces, EVEN + distance)
    deltas = np.ascontiguousarray(found.reshape(-1, count, 3).transpose(1, 0, 2))
    return Shapes(deltas, source.joints)
