"""Pictures of posed bodies that gradients pass through: vertices as soft discs, lit from above, on white.

The mesh renderer casts rays and isn't differentiable; where a pose is to be moved by what a perceptor sees, a body of
twelve thousand points drawn as Gaussians is enough. Weights fall off with depth, so that the front hides the back.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.geometry.differentiable import vertex_normals

REACH = 2
"""Pixels from a disc's middle to its edge. Set by hand."""
SPREAD = 0.9
"""Standard deviation of a disc in pixels. Set by hand."""
DEPTH = 0.03
"""Metres of depth over which the nearer point wins. Set by hand."""


def pictures(vertices: Tensor, faces: Tensor, azimuth: float = 0.35, size: int = 112) -> Tensor:
    """Draw bodies from the front, turned by `azimuth` radians, fitted into the picture.

    Args:
        vertices: (B,V,3) metres, +y up, facing +z.
        faces: (F,3).
    Returns:
        Pictures (B,3,size,size), 0..1, differentiable with respect to the vertices.
    """
    batch = len(vertices)
    cosine, sine = torch.cos(torch.tensor(azimuth)), torch.sin(torch.tensor(azimuth))
    across = vertices[..., 0] * cosine - vertices[..., 2] * sine
    depth = vertices[..., 0] * sine + vertices[..., 2] * cosine  # towards the eye
    up = vertices[..., 1]
    with torch.no_grad():
        middle = [(v.amax(1, keepdim=True) + v.amin(1, keepdim=True)) / 2 for v in (across, up)]
        extent = torch.maximum(across.amax(1) - across.amin(1), up.amax(1) - up.amin(1))[:, None]
    scale = 0.86 * size / extent
    x, y = (across - middle[0]) * scale + size / 2, size / 2 - (up - middle[1]) * scale
    normal = vertex_normals(vertices, faces)
    light = torch.tensor([0.35 * cosine + 0.6 * sine, 0.6, 0.6 * cosine - 0.35 * sine])
    shade = 0.25 + 0.55 * (normal @ torch.nn.functional.normalize(light, dim=0)).clamp(min=0)  # (B,V)
    nearness = ((depth - depth.amax(1, keepdim=True).detach()) / DEPTH).clamp(min=-40).exp()
    total, light_sum, cover = (vertices.new_zeros(batch, size * size) for _ in range(3))
    base_x, base_y = x.detach().floor(), y.detach().floor()
    for dx in range(-REACH, REACH + 1):
        for dy in range(-REACH, REACH + 1):
            column, row = base_x + dx, base_y + dy
            weight = torch.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * SPREAD**2))
            cell = (row.clamp(0, size - 1) * size + column.clamp(0, size - 1)).long()
            front = weight * nearness
            total = total.scatter_add(1, cell, front)
            light_sum = light_sum.scatter_add(1, cell, front * shade)
            cover = cover.scatter_add(1, cell, weight)
    alpha = 1 - torch.exp(-cover)
    grey = alpha * light_sum / (total + 1e-8) + (1 - alpha)
    return grey.reshape(batch, 1, size, size).expand(-1, 3, -1, -1)
