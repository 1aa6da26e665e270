"""Trains the conditional flow over poses: ``python -m engine.training.pose_flow PACK engine/assets``.

Poses are those of the pose prior's training that belong to a movement, as latents of that prior; a text is one of the
movement's own, drawn anew in every step, as the matcher's mean of word vectors. Every movement is drawn equally
often. The last text of
each movement is held out: it tells how often a pose is found likelier under its own movement's unseen text than
under another's.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from engine.motion.flow import PoseFlow
from engine.motion.matcher import concepts, load_matcher
from engine.motion.pose_prior import load_pose_prior
from engine.training.pose_prior import gather


def meanings() -> dict[str, torch.Tensor]:
    """For each movement its texts' meanings (N,64), in order."""
    matcher = load_matcher()
    rows: dict[str, list[int]] = {}
    for row, (concept, _) in enumerate(matcher.texts):
        rows.setdefault(concept.name, []).append(row)
    return {name: torch.from_numpy(matcher.means[index].astype(np.float32)) for name, index in rows.items()}


def train(folder: Path, out: Path, steps: int, seed: int, batch: int = 512) -> None:
    """Train and save float16 weights; prints the held-out figures."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    poses, names, _ = gather(folder, generator)
    prior = load_pose_prior(out / "pose_prior.safetensors")
    with torch.no_grad():
        mean, sigma = prior.encode(torch.from_numpy(poses[:, 1:22].reshape(-1, 63)))
    texts, kinds = meanings(), sorted({name for name in names if name} & {c.name for c in concepts()})
    column = np.array(names)
    own = [torch.from_numpy(np.flatnonzero(column == kind)) for kind in kinds]
    flow = PoseFlow()
    labelled = torch.cat(own)
    flow.mean.copy_(mean[labelled].mean(0))
    flow.std.copy_(mean[labelled].std(0))
    optimiser = torch.optim.Adam(flow.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, 1e-5)
    began = time.process_time()
    for step in range(1, steps + 1):
        which = torch.randint(len(kinds), (batch,), generator=generator)
        latent, meaning = _draw(which, kinds, own, texts, mean, sigma, generator)
        # A little noise keeps the density from collapsing onto single frames and single wordings.
        meaning = torch.nn.functional.normalize(meaning + 0.04 * torch.randn(meaning.shape, generator=generator), dim=1)
        loss = -flow.log_prob(latent, meaning).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        if step % 500 == 0:
            found = held_out(flow, kinds, own, texts, mean, generator)
            print(
                f"step {step} {time.process_time() - began:.0f}s loss {loss.item():.2f} own text first {found:.1%}",
                flush=True,
            )
    state = {name: value.half().contiguous() for name, value in flow.state_dict().items()}
    save_file(state, out / "pose_flow.safetensors")
    (out / "pose_flow.safetensors").chmod(0o644)


def _draw(
    which: torch.Tensor,
    kinds: list[str],
    own: list[torch.Tensor],
    texts: dict[str, torch.Tensor],
    mean: torch.Tensor,
    sigma: torch.Tensor,
    generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents (B,32) of random poses of movements `which` (B,), and meanings (B,64) of one seen text of each."""
    luck = torch.rand((2, len(which)), generator=generator)
    rows, meaning = [], []
    for kind, first, second in zip(which.tolist(), *luck.tolist()):
        rows.append(int(own[kind][int(first * len(own[kind]))]))
        seen = texts[kinds[kind]][: max(1, len(texts[kinds[kind]]) - 1)]
        meaning.append(seen[int(second * len(seen))])
    noise = torch.randn((len(rows), mean.shape[1]), generator=generator)
    return mean[rows] + 0.5 * sigma[rows] * noise, torch.stack(meaning)


@torch.no_grad()
def held_out(
    flow: PoseFlow,
    kinds: list[str],
    own: list[torch.Tensor],
    texts: dict[str, torch.Tensor],
    mean: torch.Tensor,
    generator: torch.Generator,
) -> float:
    """Share of (pose, held-out text of its movement) that are likelier than the pose with another's held-out text."""
    rows = torch.cat([index[torch.randint(len(index), (8,), generator=generator)] for index in own])
    right = torch.stack([texts[kind][-1] for kind in kinds for _ in range(8)])
    wrong = right[torch.randperm(len(right), generator=generator)]
    return float((flow.log_prob(mean[rows], right) > flow.log_prob(mean[rows], wrong)).float().mean())


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train(args.pack, args.out, args.steps, args.seed)


if __name__ == "__main__":
    main()
