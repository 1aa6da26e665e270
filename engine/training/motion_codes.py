"""Fits the motion prior's labelled codes: ``python -m engine.training.motion_codes PACK PRIOR OUT_FOLDER``.

For every movement of `engine.motion.concepts` the windows of its clips are encoded; then their latents, and with them
the decoder, are optimised for these windows (an auto-decoder's refinement), a share of all other windows being kept in
every batch so that the latent space stays smooth. Writes ``motion_prior.safetensors`` and ``motion_codes.safetensors``.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from engine.motion.codes import STRIDE
from engine.motion.concepts import LEARNED
from engine.motion.motion_prior import FRAMES, MotionPrior, encode_frames, load_motion_prior
from engine.motion.skeleton import reference_joints
from engine.training.mocap import HELD_OUT, Clip, lengthened, load_pack
from engine.training.motion_prior import errors, joints_of, losses, windows

AIRBORNE_TAGS = {"jump", "climb", "fly", "hop", "acrobatics", "run"}
LONGEST = 148
"""Frames of a movement at most: three windows."""


def movement_windows(clip: Clip, start: float, cyclic: bool) -> tuple[list[torch.Tensor], int]:
    """Windows (60,135) in order of time, and the number of real frames, of one clip from `start` seconds on."""
    first = round(start * 30)
    poses, trans = clip.poses[first : first + LONGEST], clip.trans[first : first + LONGEST]
    real = len(poses)
    if cyclic:
        cut = lengthened(Clip(clip.name, poses, trans, clip.label, clip.tags))
        return [torch.from_numpy(encode_frames(cut.poses[:FRAMES], cut.trans[:FRAMES]))], FRAMES
    count = 1 + max(0, -(-(real - FRAMES) // STRIDE))
    missing = FRAMES + (count - 1) * STRIDE - real
    if missing > 0:
        poses = np.concatenate([poses, np.repeat(poses[-1:], missing, 0)])
        trans = np.concatenate([trans, np.repeat(trans[-1:], missing, 0)])
    cuts = [slice(i * STRIDE, i * STRIDE + FRAMES) for i in range(count)]
    return [torch.from_numpy(encode_frames(poses[cut], trans[cut])) for cut in cuts], real


def collect(pack: dict[str, Clip]) -> tuple[torch.Tensor, dict[str, dict[str, Any]]]:
    """All labelled windows (N,60,135) and the table of movements that points into them (first clip of each)."""
    rows: list[torch.Tensor] = []
    table: dict[str, dict[str, Any]] = {}
    for concept in LEARNED:
        name, _, start = concept.clips[0].partition("@")
        found, real = movement_windows(pack[name], float(start or 0), concept.cyclic)
        table[concept.name] = {
            "rows": list(range(len(rows), len(rows) + len(found))),
            "frames": real,
            "airborne": bool(AIRBORNE_TAGS & set(pack[name].tags)),
        }
        rows += found
    return torch.stack(rows), table


def refine(
    prior: MotionPrior,
    target: torch.Tensor,
    start: torch.Tensor | None,
    others: list[torch.Tensor],
    seconds: float,
    seed: int,
) -> torch.Tensor:
    """Optimise latents of `target` windows and the decoder together, and encoder and decoder on `others`.

    Args:
        target: labelled windows (N,60,135).
        start: their latents (N,256) of an earlier refinement, or None for the encoder's.
    Returns:
        The latents (N,256).
    """
    generator = torch.Generator().manual_seed(seed)
    rest = torch.from_numpy(reference_joints())
    with torch.no_grad():
        latents = torch.cat([prior.encode(part)[0] for part in target.split(64)]) if start is None else start
    latents = latents.clone().requires_grad_(True)
    prior.requires_grad_(True)
    # Going on from an earlier refinement, steps are small from the first: large ones would undo it.
    slow = 1.0 if start is None else 0.2
    optimiser = torch.optim.Adam(
        [{"params": prior.parameters(), "lr": 2e-4 * slow}, {"params": [latents], "lr": 6e-3 * slow}]
    )
    rates, began, step = [g["lr"] for g in optimiser.param_groups], time.process_time(), 0
    while (spent := time.process_time() - began) < seconds:
        for group, rate in zip(optimiser.param_groups, rates):
            group["lr"] = rate * (0.02 + 0.98 * (1 + np.cos(np.pi * spent / seconds)) / 2)
        pick = torch.randint(len(target), (24,), generator=generator)
        which = torch.randint(len(others), (24,), generator=generator)
        rest_of = torch.stack([others[i][int(torch.randint(len(others[i]), (1,), generator=generator))] for i in which])
        mean, _ = prior.encode(rest_of)
        wanted = torch.cat([target[pick], rest_of])
        guess = prior.decode(torch.cat([latents[pick], mean]))
        loss = losses(guess, wanted, rest, prior.std)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % 50 == 0:
            with torch.no_grad():
                error = (joints_of(prior.decode(latents), rest) - joints_of(target, rest)).norm(dim=-1).mean() * 1000
            print(f"step {step} {spent:.0f}s loss {loss.item():.4f} labelled windows {error:.1f} mm", flush=True)
    return latents.detach()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("prior", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=900, help="processor time for the refinement")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="codes of an earlier refinement with the same table of movements")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    pack = load_pack(args.pack)
    prior = load_motion_prior(args.prior)
    target, table = collect(pack)
    others = windows([clip for name, clip in pack.items() if name not in HELD_OUT], 8, (1.0,))
    print(f"{len(target)} labelled windows of {len(table)} movements", flush=True)
    start = load_file(args.start)["latents"].float() if args.start else None
    latents = refine(prior, target, start, others, args.seconds, args.seed)
    held = torch.cat(windows([pack[name] for name in HELD_OUT], 15, (1.0,)))
    millimetres, degrees = errors(prior, held, torch.from_numpy(reference_joints()))
    print(f"held out afterwards: {millimetres:.1f} mm {degrees:.2f} deg", flush=True)
    save_file({k: v.half().contiguous() for k, v in prior.state_dict().items()}, args.out / "motion_prior.safetensors")
    save_file({"latents": latents.half()}, args.out / "motion_codes.safetensors", {"movements": json.dumps(table)})
    for name in ("motion_prior", "motion_codes"):
        (args.out / f"{name}.safetensors").chmod(0o644)


if __name__ == "__main__":
    main()
