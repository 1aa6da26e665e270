"""How sound a sculpted surface is: floaters, cavities, how far it left the dressed body and how steeply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage

from engine.appearance.residual import DEPTH, TAP, ResidualField
from engine.appearance.sdf_grid import SdfGrid

CELL = 0.012
"""Metres between the places that are looked at. Set by hand."""


@dataclass(frozen=True)
class Soundness:
    """What `measure` found, beyond what the dressed body has itself."""

    floaters: int
    """Loose pieces of more than one cell."""
    cavities: int
    """Enclosed hollows of more than one cell."""
    deviation: float
    """Mean distance from the dressed body, in millimetres."""
    farthest: float
    """Greatest distance from the dressed body, in millimetres."""
    steepness: float
    """Slope of the distance from the dressed body along the surface, 99th percentile; spikes and noise are steep."""


@torch.no_grad()
def measure(field: ResidualField) -> Soundness:
    """Look at the whole surface, on a grid and at the dressed body's vertices."""
    grid = SdfGrid.build(field.base, field.bounds, CELL)
    before = grid.values[0, 0].numpy().transpose(2, 1, 0)  # (X, Y, Z)
    after = before.copy()
    near = np.abs(before) <= DEPTH
    nodes = field.bounds[0] + CELL * np.argwhere(near)
    after[near] += field.change(torch.from_numpy(nodes.astype(np.float32)).to(field.device))[0].cpu().numpy()
    points = torch.from_numpy(field.base.vertices).to(field.device)
    offset = field.change(points)[0]
    slopes = [(field.change(points + TAP * axis)[0] - offset) / TAP for axis in torch.eye(3, device=field.device)]
    slope = torch.stack(slopes).norm(dim=0).cpu().numpy()
    moved = 1000 * offset.abs().cpu().numpy()
    return Soundness(
        floaters=max(0, _pieces(after < 0) - _pieces(before < 0)),
        cavities=max(0, _pieces(after >= 0) - _pieces(before >= 0)),
        deviation=float(moved.mean()),
        farthest=float(moved.max()),
        steepness=float(np.percentile(slope, 99)),
    )


def _pieces(solid: np.ndarray) -> int:
    """Connected pieces of more than one cell, corners counting as connections."""
    labels, count = ndimage.label(solid, np.ones((3, 3, 3)))
    return int((np.bincount(labels.ravel(), minlength=count + 1)[1:] > 1).sum())
