"""Trains the pose prior and its codebook: ``python -m engine.training.pose_prior PACK OUT_FOLDER``.

Poses: every second frame of the pack and the library's movements, mirrored, jittered, and with limbs exchanged between
poses (arms, legs, trunk), all within the joints' limits. Loss: rotation matrices, joint positions, KL (0.002). The
codebook holds the K-means centres of the latent space with, for each, the movements whose poses lie nearest; how many
centres the data bears is shown by the distance of held-out poses to the nearest one.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from scipy.cluster.vq import kmeans2

from engine.geometry import differentiable
from engine.geometry.rotations import axis_angle_to_matrix
from engine.motion.arrays import Array
from engine.motion.concepts import LEARNED
from engine.motion.keyposes import solve, swap_sides
from engine.motion.landmarks import reference_landmarks
from engine.motion.library import entries
from engine.motion.limits import excess, limited
from engine.motion.noise import wander
from engine.motion.pose_prior import PosePrior
from engine.motion.skeleton import mirror, reference_joints
from engine.protocol import PARENTS
from engine.training.mocap import HELD_OUT, load_pack

GROUPS = ((1, 2, 4, 5, 7, 8, 10, 11), (13, 16, 18, 20), (14, 17, 19, 21), (3, 6, 9, 12, 15))
"""Joints that are exchanged together: legs, left arm, right arm, trunk and head."""


def gather(folder: Path, generator: torch.Generator) -> tuple[Array, list[str], Array]:
    """Training poses (N,24,3) with the name of the movement each comes from (or ""), and held-out poses (M,24,3)."""
    pack = load_pack(folder)
    named = {clip.partition("@")[0]: concept.name for concept in LEARNED for clip in reversed(concept.clips)}
    poses, names = [], []
    for name, clip in pack.items():
        if name not in HELD_OUT:
            for half in (clip.poses[::2], mirror(clip.poses[::2], clip.trans[::2])[0]):
                poses.append(half)
                names += [named.get(name, "")] * len(half)
    marks = reference_landmarks()
    for name, entry in entries().items():
        for side in (entry, swap_sides(entry)):
            times = np.linspace(0, entry.keys[-1].time, 60, dtype=np.float32)
            solved = solve(side, times, marks, wander(60, 20.0, generator))[0]
            poses.append(solved)
            names += [name] * len(solved)
    return limited(np.concatenate(poses)), names, np.concatenate([pack[n].poses[::3] for n in HELD_OUT])


def augment(poses: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Exchange limbs between poses (B,24,3) of a batch and jitter them by about two degrees, within the limits."""
    out = poses.clone()
    for group in GROUPS:
        swap = torch.rand(len(poses), generator=generator) < 0.25
        other = poses[torch.randperm(len(poses), generator=generator)]
        out[:, group] = torch.where(swap[:, None, None], other[:, group], out[:, group])
    out = out + 0.03 * torch.randn(out.shape, generator=generator)
    return torch.from_numpy(limited(out.numpy()))


def errors(prior: PosePrior, poses: torch.Tensor, rest: torch.Tensor) -> tuple[float, float]:
    """Mean joint position error in millimetres and mean angle in degrees of reconstructed poses (N,24,3)."""
    with torch.no_grad():
        guess = prior.decode(prior.encode(poses[:, 1:22].reshape(-1, 63))[0])
    truth = torch.from_numpy(axis_angle_to_matrix(poses[:, 1:22].numpy()))
    trace = (guess * truth).sum((-1, -2))
    degrees = torch.rad2deg(torch.acos(((trace - 1) / 2).clamp(-1, 1))).mean()
    eye, zero = torch.eye(3).expand(len(poses), 1, 3, 3), torch.zeros(len(poses), 3)
    places = [differentiable.joint_positions(torch.cat([eye, m], 1), rest, PARENTS, zero) for m in (guess, truth)]
    return float((places[0] - places[1]).norm(dim=-1).mean() * 1000), float(degrees)


def train(poses: Array, held: Array, steps: int, seed: int) -> PosePrior:
    """Train the VAE; prints errors on poses it saw and on the held-out clips."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    prior, rest, data = PosePrior(), torch.from_numpy(reference_joints()), torch.from_numpy(poses)
    optimiser = torch.optim.Adam(prior.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, 1e-5)
    began = time.process_time()
    for step in range(1, steps + 1):
        batch = augment(data[torch.randint(len(data), (256,), generator=generator)], generator)
        truth = torch.from_numpy(axis_angle_to_matrix(batch[:, 1:22].numpy()))
        prior.train()
        mean, sigma = prior.encode(batch[:, 1:22].reshape(-1, 63))
        guess = prior.decode(mean + sigma * torch.randn(sigma.shape, generator=generator))
        eye, zero = torch.eye(3).expand(len(batch), 1, 3, 3), torch.zeros(len(batch), 3)
        places = [differentiable.joint_positions(torch.cat([eye, m], 1), rest, PARENTS, zero) for m in (guess, truth)]
        kl = (0.5 * (mean.square() + sigma.square() - 1) - sigma.clamp(min=1e-6).log()).sum(-1).mean()
        loss = 4 * (guess - truth).square().mean() + 20 * (places[0] - places[1]).square().mean() + 0.002 * kl
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 400 == 0 or step == steps:
            prior.eval()
            seen, unseen = errors(prior, data[::40], rest), errors(prior, torch.from_numpy(held), rest)
            print(
                f"step {step} {time.process_time() - began:.0f}s kl {kl.item():.1f} "
                f"seen {seen[0]:.1f} mm {seen[1]:.2f} deg, held out {unseen[0]:.1f} mm {unseen[1]:.2f} deg",
                flush=True,
            )
    return prior.eval()


def codebook(
    prior: PosePrior, poses: Array, names: list[str], count: int, seed: int
) -> tuple[Array, list[dict[str, float]]]:
    """K-means centres (K,32) of the latents, and how well each stands for movements (1 = the best code)."""
    with torch.no_grad():
        latents = prior.encode(torch.from_numpy(poses[:, 1:22].reshape(-1, 63)))[0].numpy()
    centres, owner = kmeans2(latents, count, iter=12, minit="points", seed=seed)
    kinds = sorted({name for name in names if name})
    column = np.array([kinds.index(name) if name else len(kinds) for name in names])
    table = np.zeros((count, len(kinds) + 1))
    np.add.at(table, (owner, column), 1)
    # A code stands for a movement if much of the movement lies in it and little else does.
    share = table / table.sum(0).clip(1)
    purity = table / table.sum(1, keepdims=True).clip(1)
    worth = (share * np.sqrt(purity))[:, :-1]
    worth /= worth.max(0).clip(1e-9)
    labels = [
        {kinds[k]: round(float(worth[code, k]), 3) for k in np.argsort(-worth[code])[:6] if worth[code, k] > 0.02}
        for code in range(count)
    ]
    return centres.astype(np.float32), labels


def quantisation(prior: PosePrior, centres: Array, held: Array, rest: torch.Tensor) -> float:
    """Mean joint position error in millimetres of held-out poses (M,24,3) against their nearest code's."""
    with torch.no_grad():
        latents = prior.encode(torch.from_numpy(held[:, 1:22].reshape(-1, 63)))[0]
        nearest = torch.cdist(latents, torch.from_numpy(centres)).argmin(1)
        guess = prior.decode(torch.from_numpy(centres))[nearest]
    truth = torch.from_numpy(axis_angle_to_matrix(held[:, 1:22]))
    eye, zero = torch.eye(3).expand(len(held), 1, 3, 3), torch.zeros(len(held), 3)
    places = [differentiable.joint_positions(torch.cat([eye, m], 1), rest, PARENTS, zero) for m in (guess, truth)]
    return float((places[0] - places[1]).norm(dim=-1).mean() * 1000)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--codes", type=int, default=4096)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    poses, names, held = gather(args.pack, torch.Generator().manual_seed(args.seed))
    print(f"{len(poses)} poses", flush=True)
    prior = train(poses, held, args.steps, args.seed)
    state = {k: v.half().contiguous() if v.is_floating_point() else v for k, v in prior.state_dict().items()}
    save_file(state, args.out / "pose_prior.safetensors")
    rest = torch.from_numpy(reference_joints())
    for count in (args.codes // 8, args.codes // 4, args.codes // 2, args.codes):
        centres, labels = codebook(prior, poses, names, count, args.seed)
        print(f"{count} codes: held-out poses are {quantisation(prior, centres, held, rest):.1f} mm from the nearest")
    meta = {"movements": json.dumps(labels)}
    save_file({"latents": torch.from_numpy(centres).half()}, args.out / "pose_codes.safetensors", meta)
    for name in ("pose_prior", "pose_codes"):
        (args.out / f"{name}.safetensors").chmod(0o644)
    places = prior.poses(centres)
    print(f"{(excess(places).max(1) > np.radians(5)).mean():.2%} of the codes go beyond a joint's limit by 5 degrees")
    print(f"mean spread of the codes {np.degrees(places[:, 1:22].std(0).mean()):.1f} degrees")
    print(f"{sum(bool(x) for x in labels)} of {len(labels)} codes carry a movement")


if __name__ == "__main__":
    main()
