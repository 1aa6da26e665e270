"""The appearance stage for scripts and notebooks: build it from a conf, train, look.

from engine.appearance import Runner

runner = Runner("a firefighter", preset="draft", overrides={"appearance.iterations": 20})
runner.train()
runner.picture()            # a PIL picture, which a notebook shows by itself
mesh = runner.mesh(128)     # vertices, faces, colours
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.appearance import views
from engine.appearance.field import AvatarField
from engine.appearance.interfaces import AppearanceInputs, Runtime, renderer_of
from engine.appearance.stage import run
from engine.appearance.trainer import preview
from engine.body import load_body, stand_pose
from engine.config import load_config
from engine.device import pick
from engine.errors import EngineError
from engine.perceptor import load_perceptor
from engine.report import Reporter, Silent
from engine.settings import MeshConfig
from engine.wardrobe.meaning import Meaning

if TYPE_CHECKING:
    from PIL.Image import Image

    from engine.mesh.surface import Mesh


@dataclass(frozen=True)
class Wearer:
    """Who has the appearance."""

    prompt: str = ""
    """What is said of the body, which also says whose skin, hair and beard they are."""
    betas: NDArray | None = None
    """(S,) shape of the body; the mean body if None."""
    seed: int = 0
    """One seed gives one avatar."""


class Runner:
    """One avatar's appearance, from a prompt and a conf."""

    def __init__(
        self,
        prompt: str,
        preset: str = "draft",
        conf: str | Path | None = None,
        overrides: Mapping[str, Any] | None = None,
        wearer: Wearer = Wearer(),
        folder: str | Path | None = None,
        device: str = "auto",
    ) -> None:
        """Load what the conf names; nothing is computed yet.

        Args:
            prompt: what the avatar looks like.
            preset: name of a file in ``confs/``.
            conf: HOCON file merged over the preset.
            overrides: dotted keys to values, over both.
            wearer: whose appearance it is.
            folder: keeps checkpoints, so that another runner goes on there; a temporary one if None.
            device: ``auto``, ``cpu`` or ``cuda``.

        Raises:
            EngineError: for a setting or file that cannot be used.
        """
        self.prompt, self.seed = prompt, wearer.seed
        self.meaning = Meaning.of(prompt, wearer.prompt, wearer.seed)
        self.config = load_config(preset, conf, overrides)
        self.device = pick(device)
        self.body = load_body(self.config.body)
        self.perceptor = load_perceptor(self.config.clip, str(self.device))
        self.betas = np.zeros(self.body.num_betas) if wearer.betas is None else np.asarray(wearer.betas)
        self._own = tempfile.TemporaryDirectory() if folder is None else None
        self.folder = Path(self._own.name if self._own else folder or ".")
        self._field: AvatarField | None = None

    def train(self, report: Reporter | None = None) -> AvatarField:
        """Search the start and guide it; goes on from the folder's checkpoints.

        Args:
            report: hears of every step and sees the stills; see `engine.report.Reporter`. The default keeps silent.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        generator = torch.Generator().manual_seed(self.seed)
        self._field = run(
            AppearanceInputs(self.prompt, self.betas, self.body, self.perceptor, self.meaning),
            self.config.appearance,
            Runtime(generator, self.device, report or Silent(), self.folder),
        )
        return self._field

    @property
    def field(self) -> AvatarField:
        """The trained field.

        Raises:
            EngineError: before `train`.
        """
        if self._field is None:
            raise EngineError("bad_request", "There is nothing to show yet.", "Call train() first.")
        return self._field

    def picture(self, azimuth: float = 25.0, size: int = 288) -> Image:
        """A still of ``size`` pixels; azimuth 0 looks at the front, 90 at the avatar's left."""
        from PIL import Image

        joints = self.body.pose(self.betas, stand_pose()[None])[1][0]
        extents = views.FigureExtents.of(self.field.base.vertices, joints)
        return Image.fromarray(preview(self.field, renderer_of(self.config.appearance), extents, azimuth, size))

    def mesh(self, resolution: int = 256) -> Mesh:
        """The surface in the stand pose as a closed coloured mesh."""
        from engine.mesh.extract import extract

        return extract(self.field, MeshConfig(resolution=resolution), Silent())
