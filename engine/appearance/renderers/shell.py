"""The fast renderer: a learned change of the known surface, sampled in a thin shell round it."""

from __future__ import annotations

from typing import ClassVar

import torch

from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.interfaces import Runtime
from engine.appearance.rays import Rays, Rendering
from engine.appearance.residual import DEPTH, ResidualField
from engine.appearance.shell import render_shell
from engine.settings import AppearanceConfig

CELL = (0.8, 0.004, 0.012)
"""Cells of the distance grid: metres times pixels of a picture's side, least and most metres. Set by hand."""
COARSE_CELL = 0.03
"""Metres of a grid's cell where only the time of a step matters. Set by hand."""
STILL_SAMPLES = 16
"""Of a ray; with half as many a cape or an apron looks sheer. Set by hand."""


class Shell:
    """See `engine.appearance.interfaces.Renderer`."""

    layered: ClassVar[bool] = True
    grows: ClassVar[bool] = True

    def __init__(self, conf: AppearanceConfig) -> None:
        self.conf, self.own = conf, conf.shell

    def phases(self) -> dict[str, Phase]:
        """The known surface need not be learned."""
        return {}

    def represent(self, base: BaseSurface, runtime: Runtime, phased: PhasedReporter) -> ResidualField:
        """The surface itself, with nothing learned."""
        field = self._field(base, runtime.device, runtime.apart(0))
        if self.conf.iterations:
            factor, least, most = CELL
            field.use_sdf_grid(min(max(factor / self.conf.size, least), most))
        return field

    def stand_in(self, base: BaseSurface, device: torch.device | str) -> ResidualField:
        """With a coarse grid of distances, which is made at once."""
        field = self._field(base, device, None)
        field.use_sdf_grid(COARSE_CELL)
        return field

    def render(self, field: ResidualField, rays: Rays, generator: torch.Generator | None = None) -> Rendering:
        """See `engine.appearance.shell`."""
        return render_shell(field, rays, self.own.samples, generator)

    def still(self, field: ResidualField, rays: Rays) -> Rendering:
        """With more samples."""
        return render_shell(field, rays, STILL_SAMPLES)

    def _field(self, base: BaseSurface, device: torch.device | str, generator: torch.Generator | None) -> ResidualField:
        return ResidualField(base, self.own.grid, self.own.symmetric, generator, self.own.relief or DEPTH).to(device)


COMPONENT = Shell
