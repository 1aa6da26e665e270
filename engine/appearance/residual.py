"""The fast implicit avatar: the known surface plus a learned change.

The distance is the base surface's plus a learned offset, the colour the base's plus a learned change in logits; both
come from one small network over a dense feature grid and a positional encoding, for what many places share, and from a
grid of plain values, for what is one place's own. The base plays the reconstruction
network's part (it is M_t exactly, with no hours of fitting), the learned change the extra colour head's. Opacity
follows NeuS with one learned sharpness.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance.base import BaseSurface, Nearest
from engine.appearance.field import AvatarField, Sample
from engine.appearance.sdf_grid import SdfGrid
from engine.body import Body

OCTAVES = 6
"""Of the positional encoding: NeuS's for distances."""
CHANNELS = 8
"""Numbers of a node of the feature grid. Set by hand."""
WIDTH = 64
"""Of both hidden layers. Set by hand."""
DEPTH = 0.025
"""Metres by which sculpting may move the surface either way, if nothing else is said. Set by hand."""
SHARPNESS = 3e-3
"""Metres over which opacity rises at the start; NeuS's 1 / inv_s. Set by hand."""
SOFTNESS, SHARP_FROM = 0.02, 0.6
"""Where forms may grow: metres over which opacity rises at the start, for a silhouette only pulls at what is nearly
opaque, and the part of guidance after which it is as sharp as elsewhere. Set by hand."""
RELIEF_ONLY = 0.035
"""Metres of relief from which on forms may grow: more than the thin shell shows. Set by hand."""
DOUBT = 0.001
"""Metres inside from which the quick sign is not believed when colours are asked for. Set by hand."""
TAP = 0.006
"""Metres between the points of a finite difference where nothing is trained, and of a change that counts as one step
of roughness. Set by hand."""
OWN_COLOR, OWN_FORM = 10.0, 5.0
"""What one unit of a node's own values changes: in logits on layers and where forms may grow, and there also in units
of the network's offset. Gloves and shoes are few of a picture's pixels: the network, which the rest pulls too, leaves
them nearly grey for hundreds of steps, and draws all colours along with that of one garment. Chosen by
``benchmarks/README.md``."""
PLATEAU = 0.05
"""Metres at which the base's distance levels off outside, where forms may grow. It has creases between the legs and
under the arms, which a skirt would have to cancel exactly. Chosen as above."""
ALONG, LOOKS = 0.24, 25
"""Metres before and behind within which a ray that misses the base is searched for its nearest place, and how often.
Set by hand."""
RELIEF = 0.2
"""How much a slope of one of the offset counts as roughness beside a change by one logit. Set by hand."""
BEND = 8.0
"""The same of a slope that turns by one over a cell, squared, where forms may grow: they are steep, but not lumpy.
Chosen as above."""


class Residual(nn.Module):
    """Points in the unit cube -> offset of the signed distance in (-1, 1) and of three colour logits; zero at first."""

    def __init__(
        self, resolution: tuple[int, int, int], generator: torch.Generator, gain: tuple[float, float] | None
    ) -> None:
        """``resolution``: cells of the grids along x, y, z; ``gain``: of nodes' own distances and colours, if any."""
        super().__init__()
        x, y, z = resolution
        self.grid = nn.Parameter(1e-2 * torch.randn(1, CHANNELS, z, y, x, generator=generator))
        self.gain = gain
        self.own = None if gain is None else nn.Parameter(torch.zeros(1, 4, z, y, x))
        self.hidden = nn.Linear(CHANNELS + 3 + 6 * OCTAVES, WIDTH)
        self.second = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, 4)
        for layer in (self.hidden, self.second):
            nn.init.trunc_normal_(layer.weight, std=layer.in_features**-0.5, generator=generator)
            nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, unit: Tensor) -> Tensor:
        """(N, 3) in -1..1 -> (N, 4)."""
        features = _sampled(self.grid, unit)  # (N, CHANNELS)
        octaves = unit[:, :, None] * (torch.pi * 2.0 ** torch.arange(OCTAVES, device=unit.device))  # (N, 3, OCTAVES)
        decay = 2.0 ** -torch.arange(OCTAVES, device=unit.device)  # high octaves speak softly: no speckle
        waves = torch.cat([(octaves.sin() * decay).flatten(1), (octaves.cos() * decay).flatten(1)], 1)
        hidden = F.softplus(self.hidden(torch.cat([features, unit, waves], 1)), beta=10)
        out: Tensor = self.out(F.softplus(self.second(hidden), beta=10))
        if self.own is None or self.gain is None:
            return out
        form, color = self.gain
        return out + torch.tensor([form, color, color, color], device=out.device) * _sampled(self.own, unit)


class ResidualField(AvatarField):
    """The base surface and what was learned on top of it."""

    kind = "residual"

    def __init__(
        self,
        base: BaseSurface,
        resolution: int,
        symmetric: bool = True,
        generator: torch.Generator | None = None,
        relief: float = DEPTH,
    ) -> None:
        """Nothing is learned yet.

        Args:
            base: the surface.
            resolution: feature grid cells along the longest side.
            symmetric: both sides change alike.
            generator: randomness of the network's weights.
            relief: metres by which the surface may move; with more than `RELIEF_ONLY`, new forms may grow.
        """
        kept = {"resolution": resolution, "symmetric": symmetric, "relief": relief}
        super().__init__(base, kept, relief if relief > RELIEF_ONLY else 0.0)
        self.relief = relief
        size = self.bounds[1] - self.bounds[0]
        cells = np.maximum((size / size.max() * resolution).round().astype(int), 4)
        self.symmetric = symmetric
        self.cell = float(size.max()) / resolution
        """Metres: over less, the slope of what was learned jumps from cell to cell."""
        generator = generator or torch.Generator().manual_seed(0)
        gain = None if base.layers is None and not self.reach else (OWN_FORM if self.reach else 0.0, OWN_COLOR)
        self.residual = Residual((cells[0], cells[1], cells[2]), generator, gain)
        self.sharpness = nn.Parameter(torch.tensor(_variance(SOFTNESS if self.reach else SHARPNESS)))
        self._sdf_grid: SdfGrid | None = None
        self._low: Tensor
        self._size: Tensor
        self.register_buffer("_low", torch.from_numpy(self.bounds[0]), persistent=False)
        self.register_buffer("_size", torch.from_numpy(self.bounds[1] - self.bounds[0]), persistent=False)

    @property
    def inv_s(self) -> Tensor:
        """NeuS's sharpness exp(10 v), per metre."""
        return (10.0 * self.sharpness).exp()

    def groups(self) -> list[dict[str, Any]]:
        """The sharpness learns ten times slower than the rest."""
        return [{"params": list(self.residual.parameters())}, {"params": [self.sharpness], "factor": 0.1}]

    def anneal(self, part: float) -> None:
        """Where forms may grow, opacity is soft at first."""
        if self.reach:
            done = min(1.0, part / SHARP_FROM)
            self.sharpness.data.fill_((1 - done) * _variance(SOFTNESS) + done * _variance(SHARPNESS))

    def use_sdf_grid(self, cell: float) -> None:
        """From now on rays read the base's distance from a grid with cells of ``cell`` metres; see `SdfGrid`."""
        self._sdf_grid = SdfGrid.build(self.base, self.bounds, cell).to(self.device)

    def solid(self, body: Body, betas: NDArray) -> AvatarField:
        """See `AvatarField.solid`; without the grid, which is of this field's surface."""
        made = super().solid(body, betas)
        vars(made)["_sdf_grid"] = None
        return made

    def change(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """What was learned at points (N, 3): offset of the distance (N,) in metres and of the colour logits (N, 3)."""
        if self.symmetric:
            points = torch.cat([points[:, :1].abs(), points[:, 1:]], 1)
        out = self.residual((points - self._low) / self._size * 2 - 1)
        first = (DEPTH * self.relief) ** 0.5  # metres by which one unit moves at first
        return self.relief * torch.tanh(out[:, 0] * first / self.relief), out[:, 1:]

    def sdf(self, points: Tensor) -> Tensor:
        """(N,) exact base distance plus the learned offset, metres."""
        return self._base_distance(points) + self.change(points)[0]

    def ray_sdf(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """(N,) the same with the base's distance from the grid, if there is one; and that base's distance."""
        base = self._ray_base(points)
        return base + self.change(points)[0], base

    @torch.no_grad()
    def approach(self, origins: Tensor, directions: Tensor, depth: Tensor) -> Tensor:
        """(R,) by the grid, if there is one; the guess is a neighbouring pixel's, behind which the body curves away."""
        if self._sdf_grid is None:
            return depth
        t = depth[:, None] + torch.linspace(-ALONG, ALONG, LOOKS, device=depth.device)  # (R, LOOKS)
        points = origins[:, None] + t[..., None] * directions[:, None]
        nearest = self._sdf_grid(points.reshape(-1, 3)).reshape(t.shape).argmin(1, keepdim=True)
        return t.gather(1, nearest)[:, 0]

    def _ray_base(self, points: Tensor) -> Tensor:
        return self._base_distance(points) if self._sdf_grid is None else self._levelled(self._sdf_grid(points))

    def _base_distance(self, points: Tensor) -> Tensor:
        return self._levelled(torch.from_numpy(self.base.nearest(_numpy(points)).distance).to(points))

    def _levelled(self, distance: Tensor) -> Tensor:
        """(N,) the base's distance; where forms may grow, no more than `PLATEAU` outside."""
        if not self.reach:
            return distance
        return torch.where(distance > 0, PLATEAU * torch.tanh(distance / PLATEAU), distance)

    def color(self, points: Tensor) -> Tensor:
        """(N, 3) sRGB in 0..1 at points (N, 3)."""
        base = torch.from_numpy(self.base.color(self._nearest(_numpy(points)))).to(points)
        return recolor(base, self.change(points)[1])

    def _nearest(self, points: NDArray[np.float32]) -> Nearest:
        """The base's nearest places for points near the surface: by the quick sign, and by the exact one where that
        puts a point deep inside, as it does between sharp folds."""
        found = self.base.nearest(points, exact_sign=False)
        doubtful = np.flatnonzero(found.distance < -DOUBT)
        if len(doubtful):
            exact = self.base.nearest(points[doubtful])
            for name in ("distance", "face", "bary"):
                getattr(found, name)[doubtful] = getattr(exact, name)
        return found

    def _seen(self, points: NDArray[np.float32], met: tuple[Tensor, Nearest] | None) -> Nearest:
        """The base's places that points (N, 3) show: where their rays meet it, or else the nearest ones."""
        if met is None:
            return self.base.nearest(points, exact_sign=False)
        hit = met[0].cpu().numpy()
        found = Nearest(np.zeros(len(points), np.float32), np.zeros(len(points), np.int64), np.zeros_like(points))
        for places, own in ((hit, met[1]), (~hit, self.base.nearest(points[~hit], exact_sign=False))):
            found.distance[places], found.face[places], found.bary[places] = own.distance, own.face, own.bary
        return found

    def evaluate(self, points: Tensor) -> Sample:
        """Everything by central differences of the exact distance."""
        axes = TAP / 2 * torch.eye(3, device=points.device)
        gradient = torch.stack([(self.sdf(points + axis) - self.sdf(points - axis)) / TAP for axis in axes], -1)
        nearest = self.base.nearest(_numpy(points))
        base_color = torch.from_numpy(self.base.color(nearest)).to(points)
        offset, change = self.change(points)
        sdf = self._levelled(torch.from_numpy(nearest.distance).to(points)) + offset
        return Sample(sdf, gradient, recolor(base_color, change), base_color, torch.zeros((), device=points.device))

    def at_base(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """What was learned, on the base's own distance of zero and its vertex colours."""
        offset, change = self.change(points)
        return offset, recolor(torch.from_numpy(self.base.colors).to(points), change)

    def evaluate_near(self, points: Tensor, met: tuple[Tensor, Nearest] | None = None) -> Sample:
        """Slopes by central differences one cell wide, which need no second derivative and show no cells.

        Where forms may grow, it is the slope of the distance; a relief's is added to the base's own normal.
        """
        nearest = self._seen(_numpy(points), met)
        base_color = torch.from_numpy(self.base.color(nearest)).to(points)
        place, count = points.detach(), len(points)
        axes = self.cell / 2 * torch.eye(3, device=place.device)
        taps = torch.cat([place, *(place + axis for axis in axes), *(place - axis for axis in axes)])
        offset, change = self.change(taps)
        around = offset + self._ray_base(taps) if self.reach else offset
        middle, after, before = around[:count], around[count : 4 * count], around[4 * count :]
        slope = (after - before).reshape(3, count).T / self.cell  # (N, 3)
        roughness = (change[count : 4 * count] - change[4 * count :]).abs().mean() * (TAP / self.cell)
        if self.reach:
            bend = (after + before - 2 * middle.repeat(3)) / self.cell
            roughness, gradient = roughness + BEND * bend.square().mean(), slope
        else:
            normal = torch.from_numpy(self.base.interpolate(nearest, self.base.normals)).to(points)
            roughness, gradient = roughness + RELIEF * slope.abs().mean(), F.normalize(normal, dim=-1) + slope
        sdf = self._levelled(torch.from_numpy(nearest.distance).to(points)) + offset[:count]
        return Sample(sdf, gradient, recolor(base_color, change[:count]), base_color, roughness)


def _sampled(grid: Tensor, unit: Tensor) -> Tensor:
    """(N, C) of a grid (1, C, Z, Y, X) at points (N, 3) in -1..1."""
    return F.grid_sample(grid, unit[None, None, None], align_corners=True)[0, :, 0, 0].T


def _variance(metres: float) -> float:
    """NeuS's v for a surface over which opacity rises within so many metres."""
    return float(np.log(1 / metres) / 10)


def recolor(base: Tensor, change: Tensor) -> Tensor:
    """Base colours (N, 3) moved by logits (N, 3); zero logits leave them exactly."""
    clipped = base.clamp(0.02, 0.98)
    return (torch.sigmoid(torch.logit(clipped) + change) + (base - clipped)).clamp(0, 1)


def _numpy(points: Tensor) -> NDArray[np.float32]:
    """Points as the base surface takes them."""
    found: NDArray[np.float32] = points.detach().cpu().numpy()
    return found
