"""Motion through candidate poses (paper 5): interpolated pose latents, or optimised motion latents of any number
of windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.geometry import differentiable
from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_6d
from engine.motion.arrays import Array, array
from engine.motion.codes import STRIDE, Codes, join_windows
from engine.motion.motion_prior import FPS, FRAMES, encode_frames
from engine.motion.pose_prior import PosePrior
from engine.motion.sequence import Sequence, join
from engine.motion.skeleton import MOVING

PACE = 14.75
"""Frames at 30 fps from one candidate to the next: five candidates at frames 0, 14, 29, 44 and 59, as in the
release."""
MOST_WINDOWS = 6
"""Windows that are optimised (280 frames, 9 s); a longer motion goes round again. Set by hand, for its time."""


@dataclass(frozen=True)
class LossWeights:
    """Weights of the optimiser's terms that no setting names."""

    ranks: tuple[float, ...] = (1.0, 0.8, 0.6, 0.4, 0.2)
    """λ of L_pose for the candidates, the best first: paper 5 and the release's ``recon_coef``."""
    continuity: float = 0.5
    """Of going on where the window before ends. Set by hand: the paper has one window."""
    prior: float = 1e-4
    """Of the latent's square, which keeps it where the prior knows motions. Set by hand: the paper has no such term."""


WEIGHTS = LossWeights()


@dataclass(frozen=True)
class Terms:
    """The optimiser's terms and their weights."""

    delta: float
    """L_delta: more movement."""
    clip: float
    """L_clip, times `see`."""
    ranked: bool
    """Whether the better candidates count more."""
    see: Callable[[Tensor], Tensor] | None = None
    """Rotations (B,21,3,3) -> cosines (B,) of their pictures with the text, differentiable; None without a judging
    perceptor."""
    iterations: int = 100
    """Steps of the optimiser."""
    rate: float = 0.02
    """Adam's learning rate. Set by hand: twice the release's, which takes 5,000 steps."""


def order_for_travel(latents: Array) -> list[int]:
    """An order of latents (K,32) that starts with the best and goes on to the nearest one left."""
    order, left = [0], set(range(1, len(latents)))
    while left:
        nearest = min(left, key=lambda i: float(np.linalg.norm(latents[i] - latents[order[-1]])))
        order.append(nearest)
        left.remove(nearest)
    return order


def interpolate(prior: PosePrior, latents: Array, frames: int, keep_order: bool = False) -> Array:
    """Poses (frames,24,3) at 30 fps that pass through latents (K,32), there and back for as long as asked.

    Args:
        keep_order: pass through them as given instead of by the shortest way.
    """
    path = latents if keep_order else latents[order_for_travel(latents)]
    if len(path) == 1:
        return prior.poses(np.repeat(path, frames, 0))
    legs = len(path) - 1
    # A motion of less than one pass is a whole pass in less time.
    places = np.arange(frames) / PACE if frames > legs * PACE + 1 else np.linspace(0, legs, frames)
    places = legs - np.abs(legs - np.mod(places, 2 * legs))
    low = np.minimum(places.astype(int), legs - 1)
    share = (places - low)[:, None]
    share = share * share * (3 - 2 * share)
    return prior.poses(path[low] * (1 - share) + path[low + 1] * share)


def window_count(frames: int) -> int:
    """Windows of 60 frames, overlapping, that are optimised for so many frames at 30 fps."""
    return int(np.clip(1 + np.ceil((frames - FRAMES) / STRIDE), 1, MOST_WINDOWS))


def optimise(
    codes: Codes,
    start: Array,
    targets: Array,
    terms: Terms,
    random: torch.Generator,
    tell: Callable[[int, float], None],
) -> Sequence:
    """Optimise latents of the motion prior so that their windows, one after another, pass through the candidates.

    Args:
        start: poses (60 + 44·n,24,3) at 30 fps to begin with, for example `interpolate`'s.
        targets: candidate poses (K,24,3), the best first.
        tell: called with the step and the loss.
    Returns:
        Poses (60 + 44·n,24,3) and pelvis positions at the reference skeleton's size.
    """
    cuts = [start[first : first + FRAMES] for first in range(0, len(start) - FRAMES + 1, STRIDE)]
    height = np.tile(array([0, 0.95, 0]), (FRAMES, 1))
    with torch.no_grad():
        latent, _ = codes.prior.encode(torch.from_numpy(np.stack([encode_frames(cut, height) for cut in cuts])))
    latent = latent.clone().requires_grad_(True)
    wanted = torch.from_numpy(matrix_to_6d(axis_angle_to_matrix(targets[:, 1:MOVING])).reshape(len(targets), -1))
    weights = torch.tensor(
        (WEIGHTS.ranks + WEIGHTS.ranks[-1:] * len(targets))[: len(targets)] if terms.ranked else (1.0,) * len(targets)
    )
    optimiser = torch.optim.Adam([latent], lr=terms.rate)
    for step in range(terms.iterations):
        frames = codes.prior.decode(latent)  # (W,60,135)
        loss = _loss(frames, wanted, weights, terms, random) + WEIGHTS.prior * latent.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        tell(step + 1, float(loss.detach()))
    with torch.no_grad():
        return join_windows(codes.prior.decode(latent).numpy())


def _loss(frames: Tensor, wanted: Tensor, weights: Tensor, terms: Terms, random: torch.Generator) -> Tensor:
    """L_pose + L_delta + L_clip (paper 5) and continuity of decoded windows (W,60,135)."""
    rotations = frames[..., 6 : MOVING * 6]  # (W,60,126)
    distance = (rotations.flatten(0, 1)[None] - wanted[:, None]).square().sum(-1)  # (K,W·60)
    loss = (weights * distance.min(1).values).sum()
    loss = loss - terms.delta * rotations.diff(dim=1).square().sum(-1).mean()
    if len(frames) > 1:
        ends, begins = frames[:-1, STRIDE:, 6:], frames[1:, : FRAMES - STRIDE, 6:]
        loss = loss + WEIGHTS.continuity * (ends - begins).square().sum(-1).mean()
    if terms.see is None or not terms.clip:
        return loss
    # Two frames half a window apart; the later one counts more, as in the release.
    first = int(torch.randint(FRAMES // 2, (1,), generator=random))
    times = torch.tensor([first, first + FRAMES // 2])
    window = int(torch.randint(len(frames), (1,), generator=random))
    cosine = terms.see(differentiable.matrix_from_6d(rotations[window, times].reshape(2, MOVING - 1, 6)))
    return loss + terms.clip * (times / FRAMES * (1 - cosine)).sum()


def lengthened(made: Sequence, frames: int) -> Sequence:
    """A motion gone through again and again until it has `frames` frames, which it is then cut to."""
    out = made
    while len(out[0]) < frames:
        out = join(out, made, FRAMES - STRIDE)
    return (out[0][:frames], out[1][:frames]) if len(made[0]) > FRAMES or frames >= FRAMES else out


def frames_at_prior_rate(frames: int, fps: float) -> int:
    """Frames at 30 fps that last as long as `frames` at `fps`."""
    return int(np.ceil((frames - 1) / fps * FPS)) + 1
