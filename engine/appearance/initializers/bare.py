"""The paper's start: the bare body in neutral grey."""

from __future__ import annotations

from typing import ClassVar

from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.field import AvatarField
from engine.appearance.interfaces import AppearanceInputs, Renderer, Runtime
from engine.settings import AppearanceConfig
from engine.wardrobe.dress import Wardrobe


class Bare:
    """See `engine.appearance.interfaces.Initializer`."""

    bare: ClassVar[bool] = True

    def __init__(self, conf: AppearanceConfig) -> None: ...

    def phases(self, renderer: Renderer) -> dict[str, Phase]:
        """It takes no time."""
        return {}

    def prepare(self, inputs: AppearanceInputs, wardrobe: Wardrobe, runtime: Runtime) -> None:
        """Nothing is to be known."""

    def start(
        self, inputs: AppearanceInputs, wardrobe: Wardrobe, renderer: Renderer, runtime: Runtime, phased: PhasedReporter
    ) -> AvatarField:
        """The body itself."""
        base = BaseSurface.dressed(inputs.body, inputs.betas, None, wardrobe, runtime.device)
        return renderer.represent(base, runtime, phased)


COMPONENT = Bare
