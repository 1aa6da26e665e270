"""The guided stage: CLIP sculpts and colours the field (AvatarCLIP section 3.3, "CLIP-guided")."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance import views
from engine.appearance.field import AvatarField
from engine.appearance.guidance import Guide
from engine.appearance.renderer import Rendering, compose, lambert, render_shell, silhouette_rays
from engine.config import AppearanceConfig
from engine.report import Reporter

STATE = "guided.pt"
PREVIEW_SIZE = 288


class Trainer:
    """One field under guidance: `run` goes on from the last checkpoint if there is one."""

    def __init__(
        self, field: AvatarField, guide: Guide, stance: views.Stance, conf: AppearanceConfig,
        generator: torch.Generator, report: Reporter, folder: Path,
    ) -> None:  # fmt: skip
        self.field, self.guide, self.stance, self.conf = field, guide, stance, conf
        self.generator, self.report, self.folder = generator, report, folder
        slow = [field.sharpness]
        fast = [parameter for name, parameter in field.named_parameters() if name != "sharpness"]
        groups: list[dict[str, Any]] = [{"params": fast}, {"params": slow, "factor": 0.1}]
        self.optimizer = torch.optim.Adam(groups, lr=conf.learning_rate)
        self.step = 0
        self.score = 0.0

    def run(self, first: int, total: int) -> None:
        """All remaining iterations; progress is told as steps ``first``.. of ``total``."""
        self._resume()
        while self.step < self.conf.iterations:
            self._set_rate()
            loss, score = self._losses()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.step += 1
            self.score = score if self.step == 1 else 0.95 * self.score + 0.05 * score
            if self.step % self.conf.checkpoint_every == 0 or self.step == self.conf.iterations:
                self._checkpoint()
            if self.step % self.conf.preview_every == 0:
                self.report.preview(f"step-{first + self.step:06d}", preview(self.field, self.stance, 25.0))
                if self.report.wants_geometry:
                    self.report.geometry(*self.field.surface())
            self.report.progress(first + self.step, total, loss=float(loss.detach()), score=self.score)

    def _set_rate(self) -> None:
        """Linear warm-up, then cosine decay to 5 %."""
        warm = min(1.0, (self.step + 1) / max(self.conf.warmup, 1))
        part = max(0, self.step - self.conf.warmup) / max(1, self.conf.iterations - self.conf.warmup)
        rate = self.conf.learning_rate * warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * part)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group.get("factor", 1.0)

    def _losses(self) -> tuple[Tensor, float]:
        """The weighted sum of all terms over this step's views, and the mean cosine of the coloured pictures."""
        conf = self.conf
        pictures: list[Tensor] = []
        kinds: list[str] = []
        terms = torch.zeros((), device=self.field.device)
        for index in range(conf.views):
            view = views.random_view(self.stance, self.step * conf.views + index, conf.size, self.generator)
            rays = silhouette_rays(self.field, view.camera)
            if len(rays.pixels) == 0:
                continue
            seen = render_shell(self.field, rays, conf.samples, self.generator)
            light, ambient = views.random_light(view.camera, self.generator)
            shading = lambert(seen, light.to(self.field.device), ambient)[:, None]
            background = views.random_background(conf.size, self.generator).to(self.field.device)
            pictures += [
                compose(rays, seen.color * shading, seen.opacity, background),
                compose(rays, shading.expand(-1, 3), seen.opacity, background),
            ]
            kinds += [view.kind] * 2
            terms = terms + self._anchors(seen, rays.hit) / conf.views
        if not pictures:
            return terms + 0 * self.field.sharpness, 0.0
        distance = self.guide.loss(torch.stack(pictures), kinds, self.generator)
        colored, textureless = distance[0::2].mean(), distance[1::2].mean()
        total = terms + conf.clip_weight * (colored + conf.textureless_weight * textureless)
        return total, 1 - float(colored.detach())

    def _anchors(self, seen: Rendering, hit: Tensor) -> Tensor:
        """What ties the avatar to the body: colour, silhouette, and a distance that stays one (eikonal)."""
        conf = self.conf
        inside = hit > 0.5
        color = F.l1_loss(seen.color[inside], seen.base_color[inside])
        mask = F.binary_cross_entropy(seen.opacity.clamp(1e-3, 1 - 1e-3), hit)
        eikonal = (seen.normal.norm(dim=-1) - 1).square().mean()
        return conf.color_weight * color + conf.mask_weight * mask + conf.eikonal_weight * eikonal

    def _checkpoint(self) -> None:
        """Write what `_resume` needs, whole or not at all."""
        state = {
            "step": self.step,
            "score": self.score,
            "field": self.field.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }
        temporary = self.folder / f".{STATE}"
        torch.save(state, temporary)
        temporary.replace(self.folder / STATE)

    def _resume(self) -> None:
        path = self.folder / STATE
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.field.device)
        self.step, self.score = state["step"], state["score"]
        self.field.load_state_dict(state["field"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"].cpu())


@torch.no_grad()
def preview(field: AvatarField, stance: views.Stance, azimuth: float, size: int = PREVIEW_SIZE) -> NDArray[np.uint8]:
    """(size, size, 3) a still of the field in soft light before light grey."""
    height = stance.high - stance.low
    camera = views.framed(stance.center, 1.08 * height, azimuth, 5.0, size)
    rays = silhouette_rays(field, camera, 2 / size)
    seen = render_shell(field, rays, 8)
    right, up, forward = camera.axes()
    light = F.normalize(torch.from_numpy(-forward + 0.4 * right + 0.5 * up), dim=0).to(field.device)
    color = seen.color * lambert(seen, light, 0.4)[:, None]
    picture = compose(rays, color, seen.opacity, torch.full((3, size, size), 0.92, device=field.device))
    return (picture.permute(1, 2, 0) * 255).round().clamp(0, 255).byte().cpu().numpy()
