"""The shape stage: t_shape, and where that is open whom t_app speaks of, to the betas of the coarse body."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from engine import imported
from engine.methods import RETRIEVAL
from engine.reader import english
from engine.report import Reporter
from engine.settings import ShapeConfig
from engine.shape.query import ShapeResult, picture_share, run
from engine.stages import Context

SHAPE_FILE = "shape.npz"


class ShapeStage:
    """See `engine.stages.Stage`."""

    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    judged = True

    def inputs(self, context: Context) -> dict[str, Any]:
        """Whom the texts speak of, and the codebook if it was imported; fingers have no part in it."""
        original = context.config.shape.codebook == "original"
        return {
            "person": asdict(context.meaning.build),
            "imported": imported.checksums("shape") if original else None,
            "fingers": False,
        }

    def check(self, settings: ShapeConfig) -> None:
        """Nothing to refuse."""

    def run(self, context: Context, report: Reporter) -> ShapeResult:
        """The body out of the codebook."""
        return run(
            english(context.prompts["shape"]),
            context.body,
            context.perceptor,
            context.config.shape,
            context.generator("shape"),
            report,
            context.meaning.build,
        )

    def save(self, result: ShapeResult, folder: Path) -> None:
        """As ``shape.npz``: betas (S,) and their score."""
        np.savez(folder / SHAPE_FILE, betas=result.betas, score=np.float32(result.score))

    def load(self, folder: Path, context: Context) -> ShapeResult:
        """The inverse of `save`."""
        with np.load(folder / SHAPE_FILE) as stored:
            return ShapeResult(betas=stored["betas"], score=float(stored["score"]))

    def method(self, context: Context) -> dict[str, Any]:
        """Words, pictures or both choose."""
        share = picture_share(context.config.shape, context.perceptor)
        by = {0.0: "words", 1.0: "pictures"}.get(share, "words and pictures")
        return {"method": RETRIEVAL, "by": by}


STAGE = ShapeStage()
