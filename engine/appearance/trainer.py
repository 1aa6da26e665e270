"""The guided stage: CLIP sculpts and colours the field (AvatarCLIP section 3.3, "CLIP-guided")."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.appearance import views
from engine.appearance.field import AvatarField
from engine.appearance.interfaces import Renderer
from engine.appearance.objective import Objective
from engine.appearance.rays import compose, lambert, silhouette_rays
from engine.errors import Cancelled, EngineError
from engine.report import Reporter

STATE = "guided.pt"
PREVIEW_SIZE = 288
"""Pixels. Set by hand."""
CHECKPOINT_SECONDS = 120.0
"""At most between two checkpoints. Set by hand."""
FEWEST_RAYS = 256
"""Of a picture; with fewer there is nothing to see. Set by hand."""
FEWER = 0.7
"""Part of the rays that is kept when memory runs out. Set by hand."""
LOOKS, LOOK_RAYS = 3, 4096
"""Steps' views, with so many rays at most, by which start and end are compared. Set by hand."""


@dataclass(frozen=True)
class Patience:
    """How the score's rise is told from its noise; `AppearanceConfig.patience` says how long to wait for it."""

    recent: float = 0.05
    """What the newest step counts in the mean score. Set by hand."""
    gain: float = 1e-3
    """Least rise of that mean that counts as better. Set by hand."""


PATIENCE = Patience()


class Trainer:
    """One field under guidance: `run` goes on from the last checkpoint if there is one."""

    def __init__(self, objective: Objective, generator: torch.Generator, report: Reporter, folder: Path) -> None:
        self.objective, self.field, self.conf = objective, objective.field, objective.conf
        self.generator, self.report, self.folder = generator, report, folder
        self.optimizer = torch.optim.Adam(self.field.groups(), lr=self.conf.learning_rate)
        self.step = 0
        self.score = self.best = self.first_score = 0.0
        self.best_step = 0
        self.most = self.conf.max_rays
        self._written = time.monotonic()

    def run(self) -> None:
        """All remaining iterations, or fewer: until the score is flat, or the user has seen enough."""
        self._resume()
        if not self.step and self.conf.iterations:
            self.first_score = self._look()
        while self.step < self.conf.iterations and not self._ended_early():
            self._set_rate()
            self.field.anneal(self.step / self.conf.iterations)
            loss, score = self._advance()
            self.step += 1
            self._judge(score)
            late = time.monotonic() - self._written > CHECKPOINT_SECONDS
            if self.step % self.conf.checkpoint_every == 0 or self.step == self.conf.iterations or late:
                self._checkpoint()
            if self.step % self.conf.preview_every == 0:
                self.report.preview(f"step-{self.step:06d}", self.picture())
                if self.report.wants_geometry:
                    self.report.geometry(*self.field.surface())
            self._tell(loss)
        self.field.steps = self.step
        self.field.guided = self.changed() if self.step else {}

    @torch.no_grad()
    def changed(self) -> dict[str, float]:
        """What guidance made of the start: mean relief in mm, mean change of the colours (of the range 0-1), and the
        guidance's score of the same views before and after."""
        base = self.field.base
        offset, colors = self.field.at_base(torch.from_numpy(base.vertices).to(self.field.device))
        return {
            "relief_mm": 1000 * float(offset.abs().mean()),
            "color_change": float((colors.cpu() - torch.from_numpy(base.colors)).abs().mean()),
            "score_before": self.first_score,
            "score_after": self._look(),
        }

    @torch.no_grad()
    def _look(self) -> float:
        """The mean score of some views that are always the same."""
        generator = torch.Generator().manual_seed(0)
        scores = [self.objective.score(step, min(self.most, LOOK_RAYS), generator) for step in range(LOOKS)]
        return sum(scores) / LOOKS

    def picture(self) -> NDArray:
        """A still of the field as it is, by the renderer that is trained."""
        return preview(self.field, self.objective.renderer, self.objective.extents, 25.0)

    def _advance(self) -> tuple[float, float]:
        """One step of the optimiser; with fewer rays, if there is not the memory for as many as wanted."""
        while True:
            before = self.generator.get_state()
            try:
                step = self.objective(self.step, self.most, self.generator)
                self.optimizer.zero_grad()
                step.total.backward()
                self.optimizer.step()
                return float(step.total.detach()), step.score
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            self._use_fewer_rays()
            self.generator.set_state(before)

    def _use_fewer_rays(self) -> None:
        """Make room after memory ran out.

        Raises:
            EngineError: ``out_of_memory`` when there are hardly any rays left to do without.
        """
        self.optimizer.zero_grad(set_to_none=True)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self.most = int(FEWER * min(self.most, self.conf.size**2))
        if self.most < FEWEST_RAYS:
            raise EngineError(
                "out_of_memory",
                "There is not enough memory to sculpt the avatar, even with very small pictures.",
                "Close other programs, or choose a lower preset.",
            )
        self.report.warning(f"Memory ran out; guidance goes on with at most {self.most} rays a picture.")

    def _ended_early(self) -> bool:
        """Whether the user asked to end, or the score has not risen for long."""
        flat = self.conf.patience > 0 and self.step - self.best_step >= self.conf.patience
        asked = self.report.finishing()
        if asked:
            self.report.warning(f"Guidance ended after {self.step} of {self.conf.iterations} steps, as asked.")
        elif flat:
            self.report.warning(
                f"Guidance ended after {self.step} of {self.conf.iterations} steps: "
                f"the score has not risen for {self.conf.patience}."
            )
        return asked or flat

    def _judge(self, score: float) -> None:
        """Follow the mean score and when it last rose."""
        self.score = score if self.step == 1 else (1 - PATIENCE.recent) * self.score + PATIENCE.recent * score
        if self.score > self.best + PATIENCE.gain or self.step == 1:
            self.best, self.best_step = self.score, self.step

    def _tell(self, loss: float) -> None:
        """Report the step; if that is where the user stops the job, keep what was done."""
        try:
            self.report.progress(self.step, self.conf.iterations, loss=loss, score=self.score)
        except Cancelled:
            self._checkpoint()
            raise

    def _set_rate(self) -> None:
        """Linear warm-up, then cosine decay."""
        conf = self.conf
        warm = min(1.0, (self.step + 1) / max(conf.warmup, 1))
        part = max(0, self.step - conf.warmup) / max(1, conf.iterations - conf.warmup)
        wave = 0.5 * (1 + math.cos(math.pi * part))
        rate = conf.learning_rate * warm * (conf.rate_floor + (1 - conf.rate_floor) * wave)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group.get("factor", 1.0)

    def _checkpoint(self) -> None:
        """Write what `_resume` needs, whole or not at all."""
        state = {
            "numbers": {name: getattr(self, name) for name in NUMBERS},
            "field": self.field.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "generator": self.generator.get_state(),
        }
        temporary = self.folder / f".{STATE}"
        torch.save(state, temporary)
        temporary.replace(self.folder / STATE)
        self._written = time.monotonic()

    def _resume(self) -> None:
        path = self.folder / STATE
        if not path.exists():
            return
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location=self.field.device)
        for name in NUMBERS:
            setattr(self, name, state["numbers"][name])
        self.field.load_state_dict(state["field"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.generator.set_state(state["generator"].cpu())


NUMBERS = ("step", "score", "best", "best_step", "most", "first_score")
"""Plain values of a `Trainer` that a checkpoint keeps."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that there was not enough memory, on a GPU or in the machine."""
    text = str(error).lower()
    known = isinstance(error, MemoryError | torch.cuda.OutOfMemoryError)
    return known or "out of memory" in text or "not enough memory" in text or "can't allocate memory" in text


@torch.no_grad()
def preview(
    field: AvatarField, renderer: Renderer, extents: views.FigureExtents, azimuth: float, size: int = PREVIEW_SIZE
) -> NDArray:
    """(size, size, 3) uint8: a still of the field in soft light before light grey."""
    height = extents.high - extents.low
    camera = views.framed(extents.center, 1.08 * height, azimuth, 5.0, size)
    rays = silhouette_rays(field, camera, 2 / size)
    seen = renderer.still(field, rays)
    right, up, forward = camera.axes()
    light = F.normalize(torch.from_numpy(-forward + 0.4 * right + 0.5 * up), dim=0).to(field.device)
    color = seen.color * lambert(seen, light, 0.4)[:, None]
    picture: Tensor = compose(rays, color, seen.opacity, torch.full((3, size, size), 0.92, device=field.device))
    return (picture.permute(1, 2, 0) * 255).round().clamp(0, 255).byte().cpu().numpy()
