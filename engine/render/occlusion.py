"""Which share of a studio's light arrives at each pixel, traced with few rays and completed by its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import warp as wp
from numpy.typing import NDArray

from engine.geometry.vectors import unit
from engine.render import kernels
from engine.render.raycast import MeshRaycaster
from engine.render.shade import sphere_directions
from engine.render.studio import TILE, Illumination

Floats = NDArray[np.float32]

ORDER = np.array(((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5)), np.int32)
"""(TILE, TILE) slot of each pixel of a tile: Bayer's order, so that neighbours' directions differ most."""

ROUGH = 0.5
"""Radians of blur from which on no mirrored rays are traced. Set by hand."""


@dataclass(frozen=True)
class Places:
    """Points of surfaces, one or more a pixel."""

    pixels: Floats
    """(N, 2) row and column in the picture, pixels' centres at .5."""
    points: Floats
    """(N, 3) world metres."""
    normals: Floats
    """(N, 3) unit, smooth, on the side that is seen."""
    facing: Floats
    """(N, 3) unit, of the flat faces, on the side that is seen."""
    footprints: Floats
    """(N,) metres that a pixel spans there."""
    mirrored: Floats
    """(N, 3) unit: the viewing ray, mirrored."""
    blur: Floats
    """(N,) radians by which the surface blurs what it mirrors."""

    def of(self, chosen: NDArray) -> Places:
        """Some of them."""
        return Places(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Arriving:
    """Shares of light, 0-1, each (N,)."""

    ambient: Floats
    key: Floats
    mirrored: Floats


def trace(caster: MeshRaycaster, light: Illumination, places: Places) -> Floats:
    """What arrives: (N, 6) sums of open and of all light for ambient, key and mirrored rays in turn."""
    rows, columns = (places.pixels.astype(np.int32) % TILE).T
    slots = ORDER[rows, columns]
    jitter = sphere_directions(TILE * TILE)[(slots * 7) % (TILE * TILE)]
    mirrored = unit(places.mirrored + jitter * places.blur[:, None])
    mirrored[places.blur > ROUGH] = 0.0
    result: wp.array = wp.zeros((len(slots), 6), dtype=wp.float32, device=caster.device)
    vectors = [_vectors(v, caster) for v in (places.points, places.normals, places.facing, mirrored)]
    tables = [
        _vectors(light.directions, caster),
        wp.array(light.weights, dtype=wp.float32, device=caster.device),
        _vectors(light.key_directions, caster),
    ]
    inputs = [caster.mesh_id, *vectors, wp.array(slots, dtype=wp.int32, device=caster.device), *tables]
    wp.launch(kernels.arriving, len(slots), inputs, [result], device=caster.device)
    return np.asarray(result.numpy())


def shares(traced: Floats, of: Places, at: Places, shape: tuple[int, int], caster: MeshRaycaster) -> Arriving:
    """Shares of light at places from what was traced at one place a pixel, mixed over surfaces that go on.

    The `TILE` by `TILE` pixels round a place have traced all slots' directions once.

    Args:
        traced: (M, 6) of `trace`.
        of: where that was traced, M places in different pixels.
        at: N places in any pixels.
        shape: rows and columns of the pixels.
        caster: whose device does it.
    """
    device = caster.device
    grid = np.full(shape, -1, np.int32)
    grid[tuple(of.pixels.astype(np.int32).T)] = np.arange(len(of.pixels))
    first = np.rint(at.pixels).astype(np.int32) - TILE // 2
    result: wp.array = wp.zeros((len(at.pixels), 6), dtype=wp.float32, device=device)
    inputs = [
        wp.array(grid, dtype=wp.int32, device=device),
        _vectors(of.points, caster),
        _vectors(of.normals, caster),
        wp.array(np.ascontiguousarray(traced), dtype=wp.float32, device=device),
        wp.array(first, dtype=wp.vec2i, device=device),
        _vectors(at.points, caster),
        _vectors(at.normals, caster),
        wp.array(np.ascontiguousarray(at.footprints), dtype=wp.float32, device=device),
    ]
    wp.launch(kernels.gather, len(at.pixels), inputs, [result], device=device)
    mixed = result.numpy()
    part = mixed[:, 0::2] / np.maximum(mixed[:, 1::2], 1e-12)
    part[mixed[:, 5] <= 0.0, 2] = 1.0  # no mirrored ray left the surface
    return Arriving(*(np.ascontiguousarray(column) for column in part.T))


def _vectors(values: NDArray, caster: MeshRaycaster) -> wp.array:
    """(..., 3) values on the mesh's device."""
    return wp.array(np.ascontiguousarray(values, np.float32), dtype=wp.vec3, device=caster.device)
