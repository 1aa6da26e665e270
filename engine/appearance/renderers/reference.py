"""The paper's networks under NeuS's renderer, as published; they learn the body first."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import torch

from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.interfaces import Runtime
from engine.appearance.neus import NeusField
from engine.appearance.rays import Rays, Rendering, target_color
from engine.appearance.reconstruct import PictureWeights, fit_pictures, regress
from engine.appearance.reference import Sampling, render_reference
from engine.settings import AppearanceConfig

RECONSTRUCTED = "reconstructed.pt"
STILL_RAYS = 1024
"""Of a picture to look at that are asked for together. Set by hand."""


class Reference:
    """See `engine.appearance.interfaces.Renderer`."""

    layered: ClassVar[bool] = False
    grows: ClassVar[bool] = False

    def __init__(self, conf: AppearanceConfig) -> None:
        self.conf, self.own = conf, conf.reference
        self.sampling = Sampling(self.own.uniform_samples, self.own.importance_samples, self.own.upsample_rounds)

    def phases(self) -> dict[str, Phase]:
        """The steps in which the networks learn the surface."""
        return {"reconstruct": Phase(self.own.reconstruct_iterations)}

    def represent(self, base: BaseSurface, runtime: Runtime, phased: PhasedReporter) -> NeusField:
        """Networks that have learned the surface."""
        own, generator = self.own, runtime.apart(0)
        networks = NeusField(
            base,
            generator,
            own.room,
            own.color_rate,
            octaves=own.octaves,
            sdf_layers=own.sdf_layers,
            sdf_width=own.sdf_width,
            color_layers=own.color_layers,
            color_width=own.color_width,
            bias=own.sphere_bias,
            variance=own.variance_init,
        ).to(runtime.device)
        path = runtime.folder / RECONSTRUCTED
        if path.exists():
            networks.load_state_dict(torch.load(path, weights_only=True, map_location=networks.device))
            return networks
        phased.begin("reconstruct")
        steps = own.reconstruct_iterations
        if own.reconstruct == "distance":
            regress(networks, steps, generator, phased, steps)
        else:
            mask = self.conf.loss.mask
            weights = PictureWeights(self.conf.loss.eikonal, PictureWeights.mask if mask is None else mask)
            fit_pictures(networks, steps, self.sampling, generator, phased, steps, weights)
        torch.save(networks.state_dict(), runtime.folder / f".{RECONSTRUCTED}")
        (runtime.folder / f".{RECONSTRUCTED}").replace(path)
        return networks

    def stand_in(self, base: BaseSurface, device: torch.device | str) -> None:
        """There is none: networks must learn a surface before they show it."""

    def render(self, field: NeusField, rays: Rays, generator: torch.Generator | None = None) -> Rendering:
        """See `engine.appearance.reference`; what the networks reconstruct is held against the known surface."""
        seen = render_reference(field, rays, self.sampling, generator)
        start = torch.zeros_like(seen.color)
        start[rays.hit > 0.5] = target_color(field, rays)
        return replace(seen, start_color=start)

    def still(self, field: NeusField, rays: Rays) -> Rendering:
        """Without chance, and some rays after the others: a large picture's would not fit into memory."""
        parts = [
            render_reference(field, replace(rays, origins=origins, directions=directions), self.sampling)
            for origins, directions in zip(rays.origins.split(STILL_RAYS), rays.directions.split(STILL_RAYS))
        ]
        joined = {
            name: torch.cat([getattr(part, name).detach() for part in parts])
            for name in ("color", "base_color", "normal", "opacity", "depth")
        }
        return replace(parts[0], **joined)


COMPONENT = Reference
