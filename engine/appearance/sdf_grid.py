"""The base surface's signed distance on a grid: exact at nodes near the surface, linear between them.

The exact answer costs some 15 microseconds a point, most of it for the sign, and rays ask for it hundreds of thousands
of times a second. On a grid it is a look-up, also on a GPU. Signs are exact too, but asked for only once per region:
two neighbouring nodes that are both farther than half a cell from the surface lie on the same side of it.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from engine.appearance.base import FAR, BaseSurface
from engine.render.raycast import MeshRaycaster

REACH = 0.045
"""Metres from the surface within which nodes are exact. Set by hand."""
COARSE = 4
"""Cells between the nodes that are asked for first. Set by hand."""


class SdfGrid(nn.Module):
    """A look-up of signed distances in metres."""

    def __init__(self, values: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32]) -> None:
        """``values`` (X, Y, Z) at nodes from corner ``low`` (3,) to corner ``high`` (3,)."""
        super().__init__()
        self.values: Tensor
        self.low: Tensor
        self.size: Tensor
        self.register_buffer("values", torch.from_numpy(values.transpose(2, 1, 0).copy())[None, None], persistent=False)
        self.register_buffer("low", torch.from_numpy(low.astype(np.float32)), persistent=False)
        self.register_buffer("size", torch.from_numpy((high - low).astype(np.float32)), persistent=False)

    def forward(self, points: Tensor) -> Tensor:
        """(N,) distances at points (N, 3); beyond the box those of its wall."""
        unit = (points.detach() - self.low) / self.size * 2 - 1
        found: Tensor = F.grid_sample(self.values, unit[None, None, None], padding_mode="border", align_corners=True)
        return found[0, 0, 0, 0]

    @staticmethod
    def build(base: BaseSurface, bounds: NDArray[np.float32], cell: float) -> SdfGrid:
        """Fill the grid over ``bounds`` (2, 3) with cells of ``cell`` metres."""
        blocks = np.ceil((bounds[1] - bounds[0]) / (cell * COARSE)).astype(int)
        low = bounds[0].astype(np.float64)
        high = low + blocks * COARSE * cell
        far = _points(low, blocks + 1, COARSE * cell)
        coarse = base.nearest(far.reshape(-1, 3)).distance.reshape(blocks + 1)
        shape = tuple(blocks * COARSE + 1)
        values = F.interpolate(torch.from_numpy(coarse)[None, None], shape, mode="trilinear", align_corners=True)[
            0, 0
        ].numpy()
        near = np.abs(values) < REACH + COARSE * cell  # linear interpolation is off by less than that
        nodes = _points(low, np.array(shape), cell)[near].astype(np.float32)
        if base.layers is not None:
            values[near] = base.nearest(nodes).distance
            return SdfGrid(values, low, high)
        exact = np.full(shape, np.inf, np.float32)
        for caster, (first, last) in base.pieces():
            beside = np.maximum(np.maximum(first - nodes, nodes - last), 0)
            close = np.sqrt((beside**2).sum(1)) < FAR
            place = np.zeros(shape, bool)
            place[near] = close
            exact[place] = np.minimum(exact[place], _signed(caster, nodes[close], place, cell))
        known = np.isfinite(exact)
        values[known] = exact[known]
        return SdfGrid(values, low, high)


def _signed(caster: MeshRaycaster, nodes: NDArray, place: NDArray[np.bool_], cell: float) -> NDArray[np.float32]:
    """Signed distances (N,) of one closed piece at the nodes (N, 3) that ``place`` (X, Y, Z) marks in their order."""
    distance = caster.closest_point(nodes, signed=False)[2]
    clear = np.zeros(place.shape, bool)
    clear[place] = distance > 0.5 * cell
    regions, count = ndimage.label(clear)
    region = regions[place]  # (N,), 0 at nodes on the surface
    names, first = np.unique(region, return_index=True)
    signs = np.ones(count + 1, np.float32)
    signs[names] = np.sign(caster.closest_point(nodes[first])[2])
    sign = signs[region]
    on = region == 0
    if on.any():
        sign[on] = np.sign(caster.closest_point(nodes[on])[2])
    result: NDArray[np.float32] = distance * sign
    return result


def _points(low: NDArray, shape: NDArray, cell: float) -> NDArray[np.float64]:
    """Positions (X, Y, Z, 3) of a grid's nodes."""
    return np.stack(np.meshgrid(*(low[k] + cell * np.arange(shape[k]) for k in range(3)), indexing="ij"), -1)
