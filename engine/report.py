"""How a stage tells the outside how far it is; the stages know only this protocol."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from engine.errors import Cancelled

__all__ = ["Cancelled", "Reporter", "Silent"]


class Reporter(Protocol):
    """What a stage may say while it runs."""

    @property
    def wants_geometry(self) -> bool:
        """Whether somebody watches the surface grow, so that `geometry` is worth its while."""

    def progress(self, step: int, total: int, eta: float | None = None, **figures: float) -> None:
        """Say that ``step`` of ``total`` steps are done; ``loss`` and ``score`` are shown when given.

        Args:
            step: how many are done.
            total: how many there are.
            eta: seconds left, where the stage knows better than that all steps take equally long.
            figures: ``loss``, ``score``.

        Raises:
            Cancelled: when the user asked to stop. A stage lets it pass, after saving its own checkpoint if it has one.
        """

    def preview(self, name: str, image: np.ndarray) -> None:
        """Show a picture of the work so far: uint8 (H,W,3), sRGB; ``name`` is a file name without its ending."""

    def geometry(self, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray) -> None:
        """Show the surface so far: (V,3) metres, (F,3) indices, (V,3) sRGB 0-1, in the stand pose."""

    def warning(self, message: str) -> None:
        """Say one sentence that the user should read although the job goes on."""

    def finishing(self) -> bool:
        """Whether the user asked to end long work early and keep what is there; a stage may ask between steps."""


class Silent:
    """A reporter that keeps what it was told; for tests, scripts and notebooks."""

    def __init__(self, cancel_at: int | None = None, finish_at: int | None = None) -> None:
        """``cancel_at``: raise `Cancelled` at that step, or never; ``finish_at``: ask to end early from it on."""
        self.steps: list[tuple[int, int, dict[str, float]]] = []
        self.previews: list[str] = []
        self.wants_geometry = True
        self.surfaces: list[tuple[int, int]] = []
        self.warnings: list[str] = []
        self.pictures: dict[str, np.ndarray] = {}
        self.cancel_at, self.finish_at = cancel_at, finish_at

    def progress(self, step: int, total: int, eta: float | None = None, **figures: float) -> None:
        """Keep the step and the figures."""
        self.steps.append((step, total, figures))
        if self.cancel_at is not None and step >= self.cancel_at:
            raise Cancelled

    def preview(self, name: str, image: np.ndarray) -> None:
        """Keep the name; refuse an image of the wrong kind."""
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise TypeError(f"a preview is uint8 (H,W,3), not {image.dtype} {image.shape}")
        self.previews.append(name)
        self.pictures[name] = image

    def geometry(self, vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray) -> None:
        """Keep the counts of vertices and faces; refuse arrays that do not fit together."""
        if vertices.shape != colors.shape or vertices.shape[1:] != (3,) or int(faces.max()) >= len(vertices):
            raise TypeError(f"a surface is (V,3), (F,3), (V,3), not {vertices.shape} {faces.shape} {colors.shape}")
        self.surfaces.append((len(vertices), len(faces)))

    def warning(self, message: str) -> None:
        """Keep the sentence."""
        self.warnings.append(message)

    def finishing(self) -> bool:
        """Whether ``finish_at`` is reached."""
        return self.finish_at is not None and bool(self.steps) and self.steps[-1][0] >= self.finish_at
