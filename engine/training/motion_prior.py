"""Trains the motion prior: ``python -m engine.training.motion_prior PACK_FOLDER OUT.safetensors``.

Windows of 60 frames, every fourth frame of every clip, mirrored and at four speeds, sampled evenly over clips so that
the long climbing clips don't rule. Loss: 6D rotations, joint positions by forward kinematics, their velocity, the
root; KL with a small weight, since the prior's use is sharp decoding of its labelled codes.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from engine.geometry import differentiable
from engine.motion.motion_prior import FEATURES, FRAMES, MotionPrior, encode_frames
from engine.motion.skeleton import MOVING, reference_joints
from engine.protocol import PARENTS
from engine.training.mocap import HELD_OUT, Clip, load_pack, variants

SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.25)


def windows(clips: list[Clip], stride: int, speeds: tuple[float, ...]) -> list[torch.Tensor]:
    """For each clip its windows (N,60,135)."""
    out = []
    for clip in clips:
        pieces = [
            encode_frames(poses[start : start + FRAMES], trans[start : start + FRAMES])
            for poses, trans in variants(clip, speeds)
            for start in range(0, len(poses) - FRAMES + 1, stride)
        ]
        out.append(torch.from_numpy(np.stack(pieces)))
    return out


def joints_of(features: torch.Tensor, rest: torch.Tensor) -> torch.Tensor:
    """Features (B,T,135) -> joint positions (B,T,22,3), with the root's path integrated from its velocity."""
    batch, length = features.shape[:2]
    rotations = differentiable.matrix_from_6d(features[..., : MOVING * 6].reshape(batch * length, MOVING, 6))
    path = torch.cumsum(features[..., MOVING * 6 : MOVING * 6 + 2], 1)
    root = torch.stack([path[..., 0], features[..., -1], path[..., 1]], -1).reshape(-1, 3)
    return differentiable.joint_positions(rotations, rest, PARENTS, root).reshape(batch, length, MOVING, 3)


def losses(guess: torch.Tensor, truth: torch.Tensor, rest: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """Reconstruction loss of decoded features against true ones, both (B,60,135)."""
    rotation = (guess - truth)[..., : MOVING * 6].square().mean() * 4
    root = ((guess - truth) / std)[..., MOVING * 6 :].square().mean() * 0.3
    places, true_places = joints_of(guess, rest), joints_of(truth, rest)
    position = (places - true_places).square().mean() * 10
    speed = (places.diff(dim=1) - true_places.diff(dim=1)).square().mean() * 200
    return rotation + root + position + speed


@torch.no_grad()
def errors(prior: MotionPrior, data: torch.Tensor, rest: torch.Tensor) -> tuple[float, float]:
    """Mean joint error of reconstructed windows (N,60,135): millimetres (root path included) and degrees."""
    millimetres, degrees = [], []
    for part in data.split(64):
        guess = prior.decode(prior.encode(part)[0])
        millimetres.append((joints_of(guess, rest) - joints_of(part, rest)).norm(dim=-1).mean() * 1000)
        first = differentiable.matrix_from_6d(guess[..., : MOVING * 6].reshape(-1, MOVING, 6))
        second = differentiable.matrix_from_6d(part[..., : MOVING * 6].reshape(-1, MOVING, 6))
        trace = (first * second).sum((-1, -2))
        degrees.append(torch.rad2deg(torch.acos(((trace - 1) / 2).clamp(-1, 1))).mean())
    return float(torch.stack(millimetres).mean()), float(torch.stack(degrees).mean())


def train(folder: Path, out: Path, steps: int, seconds: float, seed: int, batch: int = 48) -> None:
    """Train for `steps` steps or `seconds`, whichever ends first, and save float16 weights."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    pack = load_pack(folder)
    seen = [clip for name, clip in pack.items() if name not in HELD_OUT]
    data = windows(seen, 4, SPEEDS)
    held = torch.cat(windows([pack[name] for name in HELD_OUT], 15, (1.0,)))
    known = torch.cat(windows(seen[::8], 30, (1.0,)))
    rest = torch.from_numpy(reference_joints())
    prior = MotionPrior()
    every = torch.cat([d[:: max(1, len(d) // 50)] for d in data]).reshape(-1, FEATURES)
    prior.mean.copy_(every.mean(0))
    prior.std.copy_(every.std(0).clamp(min=0.02))
    prior.std[-3:-1].clamp_(min=0.004)
    weight = torch.tensor([len(d) for d in data]).float().sqrt()
    optimiser = torch.optim.AdamW(prior.parameters(), lr=1e-3, weight_decay=1e-4)
    began, step = time.process_time(), 0
    print(f"{sum(map(len, data))} windows, {sum(p.numel() for p in prior.parameters())} weights", flush=True)
    while step < steps and time.process_time() - began < seconds:
        done = max(step / steps, (time.process_time() - began) / seconds)
        rate = min(1, (step + 1) / 200) * (0.02 + 0.98 * (1 + np.cos(np.pi * done)) / 2)
        optimiser.param_groups[0]["lr"] = 1e-3 * rate
        which = torch.multinomial(weight, batch, replacement=True, generator=generator)
        truth = torch.stack([data[i][int(torch.randint(len(data[i]), (1,), generator=generator))] for i in which])
        mean, logvar = prior.encode(truth)
        noise = torch.randn(mean.shape, generator=generator)
        guess = prior.decode(mean + noise * (0.5 * logvar).exp())
        kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum(-1).mean()
        loss = losses(guess, truth, rest, prior.std) + 1e-5 * kl
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 250 == 0:
            (mm, deg), (mm_held, deg_held) = errors(prior, known, rest), errors(prior, held, rest)
            print(
                f"step {step} {time.process_time() - began:.0f}s loss {loss.item():.4f} kl {kl.item():.1f} "
                f"seen {mm:.1f} mm {deg:.2f} deg, held out {mm_held:.1f} mm {deg_held:.2f} deg",
                flush=True,
            )
            save_file({k: v.half().contiguous() for k, v in prior.state_dict().items()}, out)
    save_file({k: v.half().contiguous() for k, v in prior.state_dict().items()}, out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--seconds", type=float, default=1e9, help="processor time")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    train(args.pack, args.out, args.steps, args.seconds, args.seed)


if __name__ == "__main__":
    main()
