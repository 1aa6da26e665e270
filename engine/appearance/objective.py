"""What guidance lowers at each step (AvatarCLIP section 3.3): CLIP's terms, and what ties the avatar to the body."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.appearance import views
from engine.appearance.field import AvatarField
from engine.appearance.guidance import Guide
from engine.appearance.rays import Rays, Rendering, compose, lambert, silhouette_rays, target_color
from engine.appearance.reference import Sampling, render_reference
from engine.appearance.shell import render_shell
from engine.settings import AppearanceConfig


class Objective:
    """The loss of one step, from random views with random light before random backgrounds."""

    def __init__(self, field: AvatarField, guide: Guide, stance: views.Stance, conf: AppearanceConfig) -> None:
        self.field, self.guide, self.stance, self.conf = field, guide, stance, conf

    def __call__(self, step: int, most: int, generator: torch.Generator) -> tuple[Tensor, float]:
        """The weighted sum of all terms, and the mean cosine of the coloured pictures with their prompts.

        Args:
            step: which step it is; every fourth view is of the face.
            most: rays that a picture may have.
            generator: randomness of views, light, backgrounds, samples and augmentation.
        """
        conf = self.conf
        size = conf.size // 2 if step < conf.growing * conf.iterations else conf.size
        pictures: list[Tensor] = []
        kinds: list[str] = []
        terms = torch.zeros((), device=self.field.device)
        for index in range(conf.views):
            number = step * conf.views + index
            view = views.VIEWS[conf.cameras](self.stance, number, size, generator, conf.face_views)
            rays = silhouette_rays(self.field, view.camera, most=most, everywhere=not conf.silhouette)
            if len(rays.pixels) == 0:
                continue
            seen = self._render(rays, generator)
            pictures += self._pictures(view, rays, seen, size, generator)
            kinds += [view.kind if conf.back_prompt or view.kind != "back" else "body"] * 2
            terms = terms + self._anchors(seen, rays) / conf.views
        if not pictures:
            return terms + 0 * self.field.inv_s, 0.0
        distance = self.guide.loss(torch.stack(pictures), kinds, generator)
        colored, textureless = distance[0::2].mean(), distance[1::2].mean()
        total = terms + conf.loss.clip * (colored + conf.loss.textureless * textureless)
        return total, 1 - float(colored.detach())

    def _render(self, rays: Rays, generator: torch.Generator) -> Rendering:
        conf = self.conf
        if conf.renderer == "reference":
            own = conf.reference
            sampling = Sampling(own.uniform_samples, own.importance_samples, own.upsample_rounds)
            return render_reference(self.field, rays, sampling, generator)
        return render_shell(self.field, rays, conf.shell.samples, generator)

    def _pictures(
        self, view: views.View, rays: Rays, seen: Rendering, size: int, generator: torch.Generator
    ) -> list[Tensor]:
        """The coloured and the textureless picture (3, ``size``, ``size``) in one light before one background."""
        light, ambient = views.random_light(view.camera, generator)
        shading = lambert(seen, light.to(self.field.device), ambient)[:, None]
        background = views.random_background(rays.size, generator, self.conf.random_background)
        background = background.to(self.field.device)
        colored = seen.color * shading if self.conf.cast_light else seen.color
        found = [
            compose(rays, colored, seen.opacity, background),
            compose(rays, shading.expand(-1, 3), seen.opacity, background),
        ]
        if rays.size != size:
            found = [F.interpolate(picture[None], (size,) * 2, mode="bilinear")[0] for picture in found]
        return found

    def _anchors(self, seen: Rendering, rays: Rays) -> Tensor:
        """Colour and silhouette of the body, a distance whose slope stays one, and changes that are not noise."""
        conf = self.conf
        inside = rays.hit > 0.5
        # Few samples miss thin rims: held against the exact mask, the whole surface would swell to make up for it.
        wanted = rays.hit if seen.start_opacity is None else seen.start_opacity
        mask = F.binary_cross_entropy(seen.opacity.clamp(1e-3, 1 - 1e-3), wanted.clamp(0, 1))
        total = conf.loss.mask * mask + conf.loss.eikonal * seen.eikonal + conf.loss.smooth * seen.roughness
        if not inside.any():
            return total
        target = target_color(self.field, rays) if conf.renderer == "reference" else seen.base_color[inside]
        if conf.renderer == "reference":  # in the shell the reconstruction is exact and has nothing to learn
            total = total + conf.loss.color * F.l1_loss(seen.base_color[inside], target)
        if conf.loss.keep:
            total = total + conf.loss.keep * F.l1_loss(seen.color[inside], target)
        return total
