"""Motion through candidate poses (paper 5): interpolated pose latents, or an optimised motion latent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from engine.motion.codes import Codes
from engine.motion.motion_prior import FRAMES, decode_frames, encode_frames
from engine.motion.pose_prior import PosePrior
from engine.motion.rotations import Array, array, to_6d, to_matrix
from engine.motion.sequence import Sequence
from engine.motion.skeleton import MOVING

RANK_WEIGHTS = (1.0, 0.8, 0.6, 0.4, 0.2)
"""λ of L_pose for the candidates, the best first."""
DELTA_WEIGHT = 0.01
"""Weight of the term that asks for movement."""
PRIOR_WEIGHT = 1e-4
"""Keeps the latent where the prior knows motions; the original had no such term and drifts without it."""


def order_for_travel(latents: Array) -> list[int]:
    """An order of latents (K,32) that starts with the best and goes on to the nearest one left."""
    order, left = [0], set(range(1, len(latents)))
    while left:
        nearest = min(left, key=lambda i: float(np.linalg.norm(latents[i] - latents[order[-1]])))
        order.append(nearest)
        left.remove(nearest)
    return order


def interpolate(prior: PosePrior, latents: Array, frames: int) -> Array:
    """Poses (frames,24,3) that pass through latents (K,32) at even distances, easing in and out of each."""
    path = latents[order_for_travel(latents)]
    if len(path) == 1:
        return prior.poses(np.repeat(path, frames, 0))
    places = np.linspace(0, len(path) - 1, frames)
    low = np.minimum(places.astype(int), len(path) - 2)
    share = (places - low)[:, None]
    share = share * share * (3 - 2 * share)
    return prior.poses(path[low] * (1 - share) + path[low + 1] * share)


def optimise(
    codes: Codes,
    start: Array,
    targets: Array,
    iterations: int,
    tell: Callable[[int, float], None],
    rate: float = 0.02,
) -> Sequence:
    """Optimise the motion prior's latent so that its 60 frames pass through the candidates.

    Args:
        start: poses (60,24,3) to begin with, for example `interpolate`'s.
        targets: candidate poses (K,24,3), the best first.
        tell: called with the step and the loss.
    Returns:
        Poses (60,24,3) and pelvis positions (60,3) at the reference skeleton's size.
    """
    height = np.tile(array([0, 0.95, 0]), (FRAMES, 1))
    with torch.no_grad():
        latent, _ = codes.prior.encode(torch.from_numpy(encode_frames(start, height))[None])
    latent = latent.clone().requires_grad_(True)
    wanted = torch.from_numpy(to_6d(to_matrix(targets[:, 1:MOVING])).reshape(len(targets), -1))
    weights = torch.tensor((RANK_WEIGHTS + (0.2,) * len(targets))[: len(targets)])
    optimiser = torch.optim.Adam([latent], lr=rate)
    for step in range(iterations):
        frames = codes.prior.decode(latent)[0]
        rotations = frames[:, 6 : MOVING * 6]
        distance = (rotations[None] - wanted[:, None]).square().sum(-1)  # (K,60)
        pose_loss = (weights * distance.min(1).values).sum()
        loss = pose_loss - DELTA_WEIGHT * rotations.diff(dim=0).square().sum(-1).mean()
        loss = loss + PRIOR_WEIGHT * latent.square().sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        tell(step + 1, float(loss.detach()))
    with torch.no_grad():
        return decode_frames(codes.prior.decode(latent)[0].numpy())
