"""The seams of the appearance stage: who shows the avatar, who judges its pictures, and where guidance starts.

Each is found by its name (`engine.registry`), is made with the stage's settings, and has its own block of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor

from engine import registry
from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.field import AvatarField
from engine.appearance.rays import Rays, Rendering
from engine.appearance.views import FigureExtents, View
from engine.body import Body, stand_pose
from engine.perceptor import Perceptor
from engine.report import Reporter
from engine.settings import AppearanceConfig
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.meaning import Meaning

RENDERERS, GUIDANCES, INITIALIZERS = (f"appearance/{name}" for name in ("renderers", "guidances", "initializers"))


@dataclass(frozen=True)
class AppearanceInputs:
    """What the stage is given."""

    prompt: str
    """t_app, the looks."""
    betas: NDArray
    """(S,) of the coarse body."""
    body: Body
    perceptor: Perceptor
    meaning: Meaning
    """What the prompt and what is said of the body mean together."""


@dataclass(frozen=True)
class Runtime:
    """Where and with what chance the stage runs, who hears of it and where it keeps what it did."""

    generator: torch.Generator
    device: torch.device | str
    report: Reporter
    folder: Path
    seed: int = 0
    """Of chance that must not depend on what was read back instead of made."""

    def apart(self, part: int) -> torch.Generator:
        """Chance for one part of the stage, whether the parts before it were run or read back."""
        return torch.Generator().manual_seed(self.seed + part)


@dataclass(frozen=True)
class Shown:
    """One view of the avatar as guidance sees it, pictures (3, S, S) in sRGB 0-1."""

    view: View
    colored: Tensor
    textureless: Tensor
    """In grey shading: geometry alone."""
    light: Tensor
    """(3,) towards the light of both pictures."""
    ambient: float
    background: Tensor
    """(3, S', S') what stands behind the avatar in both; of the size at which rays were cast."""


@dataclass(frozen=True)
class Judgement:
    """What a guidance says of some views."""

    losses: dict[str, Tensor]
    """Named losses (), each a mean over the views; ``appearance.loss`` weighs them by their names."""
    score: float
    """How good the pictures are; greater is better. It decides whether guidance has come to its end."""


class Guidance(Protocol):
    """Judges pictures; made with ``(inputs, conf)``."""

    def __init__(self, inputs: AppearanceInputs, conf: AppearanceConfig) -> None: ...

    def __call__(self, shown: Sequence[Shown], generator: torch.Generator) -> Judgement:
        """Judge views, at least one; differentiable in their pictures."""
        ...


class Renderer(Protocol):
    """Shows a field along rays, and knows the field that it trains; made with ``(conf)``."""

    layered: ClassVar[bool]
    """Whether its field can stand on open surfaces, as layers are."""
    grows: ClassVar[bool]
    """Whether new forms come out of the bare body without anything that holds its outline."""

    def __init__(self, conf: AppearanceConfig) -> None: ...

    def phases(self) -> dict[str, Phase]:
        """The steps that `represent` reports, by the part's name; empty if it takes no time."""
        ...

    def represent(self, base: BaseSurface, runtime: Runtime, phased: PhasedReporter) -> AvatarField:
        """A field that shows a surface; what takes long is kept in the runtime's folder."""
        ...

    def stand_in(self, base: BaseSurface, device: torch.device | str) -> AvatarField | None:
        """A quickly made field whose step takes as long as that of the real one; None if there is none."""
        ...

    def render(self, field: AvatarField, rays: Rays, generator: torch.Generator | None = None) -> Rendering:
        """What the rays see; differentiable in the field. ``generator`` shifts the samples; None does not."""
        ...

    def still(self, field: AvatarField, rays: Rays) -> Rendering:
        """What rays see for a picture to look at: more samples, nothing at random."""
        ...


class Initializer(Protocol):
    """Makes the field that guidance starts from; made with ``(conf)``."""

    bare: ClassVar[bool]
    """Whether that is a body on which forms may grow, not layers that have theirs."""

    def __init__(self, conf: AppearanceConfig) -> None: ...

    def phases(self, renderer: Renderer) -> dict[str, Phase]:
        """The steps that `prepare` and `start` report, by their parts' names."""
        ...

    def prepare(self, inputs: AppearanceInputs, wardrobe: Wardrobe, runtime: Runtime) -> None:
        """What is to be known before the first step is counted."""
        ...

    def start(
        self, inputs: AppearanceInputs, wardrobe: Wardrobe, renderer: Renderer, runtime: Runtime, phased: PhasedReporter
    ) -> AvatarField:
        """The field, as the renderer represents it; what takes long is kept in the runtime's folder."""
        ...


def renderer_of(conf: AppearanceConfig) -> Renderer:
    """The renderer that a conf names."""
    found: Renderer = registry.find(RENDERERS, conf.renderer)(conf)
    return found


def guidance_of(inputs: AppearanceInputs, conf: AppearanceConfig) -> Guidance:
    """The guidance that a conf names."""
    found: Guidance = registry.find(GUIDANCES, conf.guidance)(inputs, conf)
    return found


def initializer_of(conf: AppearanceConfig) -> Initializer:
    """The initializer that a conf names."""
    found: Initializer = registry.find(INITIALIZERS, conf.initializer)(conf)
    return found


def extents_of(inputs: AppearanceInputs, field: AvatarField) -> FigureExtents:
    """What cameras need to know of the figure."""
    return FigureExtents.of(field.base.vertices, inputs.body.pose(inputs.betas, stand_pose()[None])[1][0], field.reach)
