"""The ways to candidate poses (paper 4 and its release) behind one interface.

``codebook`` ranks the pose prior's K-means codes by the movements that they stand for, ``pictures`` as the paper does:
by the perceptor's cosines of the text with pictures of them all. ``direct`` optimises joint rotations, ``latent`` the
pose prior's latent; ``flow`` samples latents from a conditional RealNVP. What "fits the text" means is the same for
these: the flow's density given the text's words, and with a perceptor that judges pictures also the cosine of a picture
of the pose with the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.errors import EngineError
from engine.geometry import differentiable
from engine.motion.arrays import Array
from engine.motion.candidates import SHORTLIST, PoseCodes, distinct, picture_order
from engine.motion.flow import PoseFlow
from engine.motion.limits import limited
from engine.motion.matcher import Match
from engine.motion.pose_prior import JOINTS, LATENT

SAMPLES = 500
"""Poses that the flow draws: 50 batches of 10 in the release."""
TEMPERATURE = 0.8
"""Of the flow's noise. Set by hand."""


@dataclass(frozen=True)
class AscentWeights:
    """What is weighed against what when poses or latents are optimised for a text."""

    rate: float = 0.05
    """Adam's learning rate. Set by hand: five times the release's 0.01, which took 500 steps."""
    strange: float = 5.0
    """Of rotations that the pose prior would not decode. Set by hand."""
    picture: float = 100.0
    """Of a picture's cosine beside the density's logarithm: the scale of CLIP's own logits."""


ASCENT = AscentWeights()


@dataclass(frozen=True)
class Judge:
    """A perceptor that sees poses: cosines with the text."""

    see: Callable[[Tensor], Tensor]
    """Rotations (B,21,3,3) -> cosines (B,), differentiable."""
    rank: Callable[[Array], Array]
    """Poses (N,24,3) -> cosines (N,), sharper pictures, no gradients."""
    book: Callable[[PoseCodes], Array]
    """All codes of a codebook -> cosines (N,), with pictures that were embedded once."""


@dataclass(frozen=True)
class Query:
    """What is asked of a generator."""

    matches: list[Match]
    """Movements ranked for the text."""
    meaning: Array
    """(64,) the text's meaning, see `matcher.Matcher.meaning`."""
    count: int
    codes: PoseCodes
    flow: PoseFlow
    judge: Judge | None
    iterations: int
    random: torch.Generator

    def fit(self, latent: Tensor, rotations: Tensor) -> Tensor:
        """How well poses fit the text (B,), from their latents (B,32) and rotations (B,21,3,3); differentiable."""
        meaning = torch.from_numpy(self.meaning).expand(len(latent), -1)
        fit = self.flow.log_prob(latent, meaning)
        return fit if self.judge is None else fit + ASCENT.picture * self.judge.see(rotations)


Candidates = tuple[Array, Array]
"""Poses (K,24,3), root upright, the best first, and their latents (K,32)."""


def from_codebook(query: Query) -> Candidates:
    """The best distinct codes by label, or by picture where a perceptor judges them."""
    order = query.codes.rank(query.matches)
    poses, order = picture_order(query.codes, order, query.judge.rank if query.judge else None)
    kept = distinct(poses, query.count)
    return poses[kept], query.codes.latents[[order[i] for i in kept]]


def from_pictures(query: Query) -> Candidates:
    """The best distinct codes of the whole codebook by their pictures alone.

    Raises:
        EngineError: ``bad_config`` without a perceptor.
    """
    if query.judge is None:
        raise EngineError("bad_config", "motion.generator is 'pictures', but no perceptor looks at them.")
    order = np.argsort(-query.judge.book(query.codes))[:SHORTLIST]
    latents = query.codes.latents[order]
    poses = query.codes.prior.poses(latents)
    kept = distinct(poses, query.count)
    return poses[kept], latents[kept]


def from_latents(query: Query) -> Candidates:
    """Gradient ascent on latents of the pose prior, from random ones."""
    latent = _starts(query).requires_grad_(True)
    _ascend(query, latent, lambda: (latent, query.codes.prior.decode(latent)))
    return _best(query, latent.detach())


def from_rotations(query: Query) -> Candidates:
    """Gradient ascent on the 63 joint rotations themselves, from random poses of the pose prior."""
    start = query.codes.prior.poses(_starts(query).numpy())[:, 1 : JOINTS + 1]
    theta = torch.from_numpy(start.reshape(len(start), -1)).requires_grad_(True)

    def now() -> tuple[Tensor, Tensor]:
        return query.codes.prior.encode(theta)[0], differentiable.axis_angle_to_matrix(theta.reshape(-1, JOINTS, 3))

    _ascend(query, theta, now)
    poses = np.zeros((len(theta), 24, 3), np.float32)
    poses[:, 1 : JOINTS + 1] = theta.detach().reshape(-1, JOINTS, 3).numpy()
    poses = limited(poses)
    latent = _encode(query, poses)
    order = _order(query, latent)
    return _distinct(query, poses[order], latent[order])


def from_flow(query: Query) -> Candidates:
    """Samples of the conditional flow, the likeliest (or by pictures the best) first."""
    meaning = torch.from_numpy(query.meaning).expand(SAMPLES, -1)
    return _best(query, query.flow.sample(meaning, query.random, TEMPERATURE))


GENERATORS: dict[str, Callable[[Query], Candidates]] = {
    "codebook": from_codebook,
    "pictures": from_pictures,
    "direct": from_rotations,
    "latent": from_latents,
    "flow": from_flow,
}


def _starts(query: Query) -> Tensor:
    """Latents (N,32) to start from, more than are wanted, since some will meet: codes of the codebook at random."""
    rows = torch.randint(len(query.codes.latents), (3 * query.count,), generator=query.random)
    return torch.from_numpy(query.codes.latents[rows.numpy()]).clone()


def _ascend(query: Query, variable: Tensor, now: Callable[[], tuple[Tensor, Tensor]]) -> None:
    """Optimise `variable` in place by Adam so that what `now` makes of it fits the text."""
    optimiser = torch.optim.Adam([variable], lr=ASCENT.rate)
    for _ in range(query.iterations):
        latent, rotations = now()
        # Rotations of their own must stay such as the prior knows; for latents this is nothing.
        strange = (query.codes.prior.decode(latent) - rotations).square().sum()
        loss = ASCENT.strange * strange - query.fit(latent, rotations).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def _encode(query: Query, poses: Array) -> Array:
    with torch.no_grad():
        latent: Array = query.codes.prior.encode(torch.from_numpy(poses[:, 1 : JOINTS + 1].reshape(len(poses), -1)))[
            0
        ].numpy()
    return latent


def _order(query: Query, latent: Array) -> Array:
    """Indices of latents (N,32), the best fit first."""
    with torch.no_grad():
        held = torch.from_numpy(latent).reshape(-1, LATENT)
        meaning = torch.from_numpy(query.meaning).expand(len(held), -1)
        fit = query.flow.log_prob(held, meaning).numpy()
    return np.argsort(-fit)


def _best(query: Query, latent: Tensor) -> Candidates:
    """The best distinct poses among latents (N,32)."""
    ranked = latent.numpy()[_order(query, latent.numpy())]
    poses = limited(query.codes.prior.poses(ranked))
    return _distinct(query, poses, ranked)


def _distinct(query: Query, poses: Array, latents: Array) -> Candidates:
    """The first distinct poses, ranked by pictures first where a perceptor judges them."""
    if query.judge is not None:
        order = np.argsort(-query.judge.rank(poses[:80]))
        poses, latents = poses[order], latents[order]
    kept = distinct(poses, query.count)
    return poses[kept], latents[kept]
