"""What guidance lowers at each step (AvatarCLIP section 3.3): named losses, weighed by the conf.

Those of the guidance judge pictures; ``mask``, ``eikonal``, ``smooth``, ``color`` and ``keep`` tie the avatar to its
start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance import views
from engine.appearance.field import AvatarField
from engine.appearance.interfaces import Guidance, Renderer, Shown
from engine.appearance.rays import Rays, Rendering, compose, lambert, silhouette_rays
from engine.settings import AppearanceConfig, LossConfig


@dataclass(frozen=True)
class Step:
    """What one step is to lower."""

    total: Tensor
    """() the weighted sum."""
    score: float
    """The guidance's own; greater is better."""
    losses: dict[str, float]
    """Each loss by its name, not weighed."""


class Objective:
    """The losses of one step, from random views with random light before random backgrounds."""

    def __init__(
        self,
        field: AvatarField,
        renderer: Renderer,
        guidance: Guidance,
        extents: views.FigureExtents,
        conf: AppearanceConfig,
    ) -> None:
        self.field, self.renderer, self.guidance, self.extents, self.conf = field, renderer, guidance, extents, conf

    def __call__(self, step: int, most: int, generator: torch.Generator) -> Step:
        """The losses of a step.

        Args:
            step: which step it is; every fourth view is of the face.
            most: rays that a picture may have.
            generator: randomness of views, light, backgrounds, samples and augmentation.
        """
        conf = self.conf
        size = conf.size // 2 if step < conf.growing * conf.iterations else conf.size
        shown: list[Shown] = []
        losses: dict[str, Tensor] = {}
        for one, seen, rays in self._views(step, size, most, generator):
            shown.append(one)
            for name, loss in anchors(seen, rays).items():
                losses[name] = losses.get(name, 0.0) + loss / conf.views
        score = 0.0
        if shown:
            judged = self.guidance(shown, generator)
            losses |= judged.losses
            score = judged.score
        return Step(self._sum(losses), score, {name: float(loss.detach()) for name, loss in losses.items()})

    def score(self, step: int, most: int, generator: torch.Generator) -> float:
        """The guidance's score of a step's views in their full size; 0 where nothing is seen."""
        shown = [one for one, _, _ in self._views(step, self.conf.size, most, generator)]
        return self.guidance(shown, generator).score if shown else 0.0

    def _views(
        self, step: int, size: int, most: int, generator: torch.Generator
    ) -> Iterator[tuple[Shown, Rendering, Rays]]:
        """A step's views with what is seen in them."""
        conf = self.conf
        for index in range(conf.views):
            number = step * conf.views + index
            view = views.VIEWS[conf.cameras](self.extents, number, size, generator, conf.face_views)
            rays = silhouette_rays(self.field, view.camera, most=most, everywhere=not conf.silhouette)
            if len(rays.pixels):
                seen = self.renderer.render(self.field, rays, generator)
                yield self._pictures(view, rays, seen, size, generator), seen, rays

    def _sum(self, losses: Mapping[str, Tensor]) -> Tensor:
        """() the losses by their weights."""
        total = 0 * self.field.inv_s  # without any view there is still something to derive
        for name, loss in losses.items():
            if weight := weight_of(name, self.conf.loss):
                total = total + weight * loss
        return total

    def _pictures(self, view: views.View, rays: Rays, seen: Rendering, size: int, generator: torch.Generator) -> Shown:
        """The coloured and the textureless picture (3, ``size``, ``size``) in one light before one background."""
        light, ambient = views.random_light(view.camera, generator)
        light = light.to(self.field.device)
        shading = lambert(seen, light, ambient)[:, None]
        background = views.random_background(rays.size, generator, self.conf.random_background)
        background = background.to(self.field.device)
        colored = seen.color * shading if self.conf.cast_light else seen.color
        found = [
            compose(rays, colored, seen.opacity, background),
            compose(rays, shading.expand(-1, 3), seen.opacity, background),
        ]
        if rays.size != size:
            found = [F.interpolate(picture[None], (size,) * 2, mode="bilinear")[0] for picture in found]
        return Shown(view, found[0], found[1], light, ambient, background)


def weight_of(name: str, weights: LossConfig) -> float:
    """What a loss weighs; one whose name the conf does not know weighs 1, and is weighed by whoever brings it."""
    if name == "textureless":  # one of the two terms that loss.clip weighs together
        return weights.clip * (1.0 if weights.textureless is None else weights.textureless)
    weight = getattr(weights, name, None)
    return 1.0 if weight is None else float(weight)


def anchors(seen: Rendering, rays: Rays) -> dict[str, Tensor]:
    """Colour and silhouette of the start, a distance whose slope stays one, and changes that are not noise."""
    inside = rays.hit > 0.5
    # Few samples miss thin rims: held against the exact mask, the whole surface would swell to make up for it.
    wanted = rays.hit if seen.start_opacity is None else seen.start_opacity
    mask = F.binary_cross_entropy(seen.opacity.clamp(1e-3, 1 - 1e-3), wanted.clamp(0, 1))
    found = {"mask": mask, "eikonal": seen.eikonal, "smooth": seen.roughness}
    if not inside.any():
        return found
    if seen.start_color is None:  # the reconstruction is exact and has nothing to learn
        return found | {"keep": F.l1_loss(seen.color[inside], seen.base_color[inside])}
    start = seen.start_color[inside]
    color = F.l1_loss(seen.base_color[inside], start)
    return found | {"color": color, "keep": F.l1_loss(seen.color[inside], start)}
