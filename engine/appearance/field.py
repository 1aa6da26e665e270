"""What every implicit avatar N offers (AvatarCLIP section 3.3): signed distance and colour at any point.

Two kinds exist: `residual.ResidualField`, which adds a learned change to the known surface and is rendered in a thin
shell, and `neus.NeusField`, the paper's networks, rendered as NeuS does. Mesh extraction and rig see only this class.
"""

from __future__ import annotations

import copy
import json
from abc import abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn as nn
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor

from engine.appearance.base import BaseSurface, Nearest
from engine.body import Body
from engine.wardrobe.layers import Joined

SINK = 0.001
"""Metres by which guidance may press a layer towards the one beneath it. Set by hand."""
MARGIN = 0.06
"""Metres of room round the base surface. Set by hand."""


@dataclass(frozen=True)
class Sample:
    """What a field says at N points."""

    sdf: Tensor
    """(N,) signed distance in metres, negative inside."""
    gradient: Tensor
    """(N, 3) of the distance, outward; of length one up to what the eikonal term leaves."""
    color: Tensor
    """(N, 3) sRGB 0-1: what CLIP guides (the paper's extra colour network c_c)."""
    base_color: Tensor
    """(N, 3) sRGB 0-1: the reconstruction of the coarse body (the paper's colour network c)."""
    roughness: Tensor
    """() how much the learned change varies over millimetres, as an L1 norm: it keeps edges, dislikes noise."""


class AvatarField(nn.Module):
    """Signed distance and colour of the avatar in the stand pose: world metres, +y up, facing +z."""

    kind: ClassVar[str]
    """Names the class in a stored file."""

    def __init__(self, base: BaseSurface, settings: dict[str, Any], reach: float = 0.0) -> None:
        """``settings``: the constructor's other arguments, kept with the stored field; ``reach``: see there."""
        super().__init__()
        self.base, self.settings = base, settings
        self.reach = reach
        """Metres from the base surface within which another may have grown; 0 for no more than a relief."""
        self.bounds = _bounds(base, reach)
        low, high = self.bounds
        middle = (low + high) / 2
        self.center: NDArray[np.float32] = middle.astype(np.float32)
        self.radius = float(np.linalg.norm(base.vertices - middle, axis=1).max()) + MARGIN + reach
        """Of the sphere round `center`, in metres, that holds the avatar: the paper's unit sphere."""
        self.steps = 0
        """Guided steps that made it."""
        self.guided: dict[str, float] = {}
        """What guidance changed, see `engine.appearance.trainer.Trainer.changed`; empty without any."""

    @property
    @abstractmethod
    def inv_s(self) -> Tensor:
        """() NeuS's learned sharpness, per metre."""

    @property
    def device(self) -> torch.device:
        """Where the learned part lives."""
        return next(self.parameters()).device

    @abstractmethod
    def sdf(self, points: Tensor) -> Tensor:
        """(N,) signed distance in metres at points (N, 3); differentiable in the learned part."""

    def ray_sdf(self, points: Tensor) -> tuple[Tensor, Tensor | None]:
        """`sdf` as rays sample it while training, perhaps a little less exact, and what it was before guidance."""
        return self.sdf(points), None

    def approach(self, origins: Tensor, directions: Tensor, depth: Tensor) -> Tensor:
        """(R,) where rays that miss the base surface are nearest to it; ``depth`` (R,) is a first guess, metres."""
        return depth

    @abstractmethod
    def color(self, points: Tensor) -> Tensor:
        """(N, 3) sRGB in 0..1 at points (N, 3)."""

    @abstractmethod
    def evaluate(self, points: Tensor) -> Sample:
        """Everything at points (N, 3) anywhere, by the plainest way; differentiable in the learned part."""

    def evaluate_near(self, points: Tensor, met: tuple[Tensor, Nearest] | None = None) -> Sample:
        """`evaluate` for points near the surface: a field may have a faster way there.

        Args:
            points: (N, 3).
            met: which of them (N,) lie on rays that meet the base surface, and where those meet it, if that is known.
        """
        return self.evaluate(points)

    def anneal(self, part: float) -> None:
        """Be told how far guidance is, from 0 to 1; a field may be soft at first and sharp in the end."""

    def groups(self) -> list[dict[str, Any]]:
        """Parameter groups for the optimiser; ``factor`` scales a group's learning rate."""
        return [{"params": list(self.parameters())}]

    def weights(self, points: NDArray) -> NDArray[np.float32]:
        """(N, 24) skinning weights at points (N, 3): those of the nearest place on the dressed body."""
        return self.base.interpolate(self.base.nearest(points), self.base.weights)

    @torch.no_grad()
    def surface(self) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
        """Vertices (V, 3), faces (F, 3) and colours (V, 3) of the base surface, moved and coloured by what was learned.

        To first order the field's own surface, at the price of one pass of the network: for a look while it grows.
        """
        points = torch.from_numpy(self.base.vertices).to(self.device)
        offset, colors = self.at_base(points)
        moved = self.base.vertices - self.base.normals * offset[:, None].cpu().numpy()
        return moved, self.base.faces, colors.cpu().numpy()

    @torch.no_grad()
    def layers(self) -> Joined:
        """The base's layers, moved and coloured by what was learned; cloth does not sink into what it lies on.

        Raises:
            ValueError: for a field over a surface that has none.
        """
        found = self.base.layers
        if found is None:
            raise ValueError("the field's surface is not made of layers")
        offset, colors = self.at_base(torch.from_numpy(found.vertices).to(self.device))
        inward = np.where(found.vertex_layers == 0, np.inf, SINK).astype(np.float32)
        moved = found.vertices - self.base.normals * np.minimum(offset.cpu().numpy(), inward)[:, None]
        return replace(found, vertices=moved.astype(np.float32), colors=colors.cpu().numpy())

    def solid(self, body: Body, betas: NDArray) -> AvatarField:
        """What was learned, over the closed body (S,) painted in the same look: a surface without openings.

        The networks are this field's own, for points of the same space; only the surface beneath them is another.
        """
        made = copy.copy(self)
        made.base = BaseSurface.dressed(body, betas, self.base.look, device=self.device)
        made.bounds = _bounds(made.base, made.reach)
        return made

    def at_base(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Signed distance (V,) in metres and colours (V, 3) at the base surface's own vertices (V, 3)."""
        return self.sdf(points), self.color(points)

    def save(self, path: Path) -> None:
        """Write the field as one safetensors file."""
        arrays = {f"base.{name}": value for name, value in self.base.to_arrays().items()}
        arrays |= {f"net.{name}": value.detach().cpu().numpy() for name, value in self.state_dict().items()}
        about = json.dumps({"kind": self.kind, "settings": self.settings, "steps": self.steps, "guided": self.guided})
        arrays["about"] = np.frombuffer(about.encode(), np.uint8)
        save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, path)

    @staticmethod
    def load(path: Path, device: torch.device | str = "cpu") -> AvatarField:
        """The inverse of `save`."""
        arrays = load_file(path)

        def part(prefix: str) -> dict[str, NDArray]:
            return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}

        about = json.loads(arrays["about"].tobytes().decode())
        kinds: dict[str, Any] = {known.kind: known for known in AvatarField.__subclasses__()}
        base = BaseSurface.from_arrays(part("base."), device)
        field: AvatarField = kinds[about["kind"]](base, **about["settings"])
        stored = {name: torch.from_numpy(value) for name, value in part("net.").items()}
        field.load_state_dict(field.state_dict() | stored)  # a field of before has no values that came later
        field.steps, field.guided = int(about["steps"]), about.get("guided", {})
        return field.to(device)


def _bounds(base: BaseSurface, reach: float) -> NDArray[np.float32]:
    """(2, 3) corners of a box round a surface and what may grow on it."""
    room = MARGIN + reach
    found: NDArray[np.float32] = np.stack([base.vertices.min(0) - room, base.vertices.max(0) + room]).astype(np.float32)
    return found
