"""Trains the reader's network: ``python -m engine.training.reader.train OUT.safetensors``.

Texts come from `grammar`, one a seed; nothing else is needed. A few minutes on one core.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from engine.reader.network import LINKS, MODIFIERS, ROLES
from engine.training.reader.examples import Example, example
from engine.training.reader.model import Model

BATCH = 32
HELD_OUT = 1_000_000
"""Seeds from here on are not trained on."""
ROWS = torch.tensor([role in MODIFIERS for role in ROLES])


def batch(examples: list[Example]) -> tuple[Tensor, ...]:
    """Padded: seen (B, N, F), padding (B, N), roles (B, N), denied (B, N), links (B, L, N, N)."""
    longest = max(len(e.roles) for e in examples)
    seen = torch.zeros(len(examples), longest, examples[0].seen.shape[1])
    padding = torch.ones(len(examples), longest, dtype=torch.bool)
    roles = torch.full((len(examples), longest), -1)
    denied = torch.zeros(len(examples), longest)
    links = torch.zeros(len(examples), len(LINKS), longest, longest)
    for i, e in enumerate(examples):
        count = len(e.roles)
        seen[i, :count] = torch.from_numpy(e.seen.astype(np.float32))
        padding[i, :count] = False
        roles[i, :count] = torch.from_numpy(e.roles.astype(np.int64))
        denied[i, :count] = torch.from_numpy(e.denied.astype(np.float32))
        links[i, :, :count, :count] = torch.from_numpy(e.links.astype(np.float32))
    return seen, padding, roles, denied, links


def loss_of(model: Model, data: tuple[Tensor, ...]) -> Tensor:
    """Roles, denials and links together."""
    seen, padding, roles, denied, links = data
    said, refused, pairs = model(seen, padding)
    counted = roles >= 0
    loss = functional.cross_entropy(said[counted], roles[counted])
    loss = loss + functional.binary_cross_entropy_with_logits(refused[counted], denied[counted])
    both = (~padding)[:, None, :, None] & (~padding)[:, None, None, :]
    each = functional.binary_cross_entropy_with_logits(pairs, links, reduction="none")
    return loss + (each * both).sum() / counted.sum()


@torch.no_grad()
def judged(model: Model, examples: list[Example]) -> dict[str, float]:
    """Shares that are right: roles, denials of things, owners of modifiers, links of layers."""
    model.eval()
    right: dict[str, list[bool]] = {"role": [], "denied": [], "owner": [], "over": []}
    for e in examples:
        said, refused, pairs = (t[0] for t in model(*batch([e])[:2]))
        counted = e.roles >= 0
        right["role"] += (said.argmax(-1).numpy() == e.roles)[counted].tolist()
        things = np.isin(e.roles, [ROLES.index("garment"), ROLES.index("extra")])
        right["denied"] += ((refused > 0).numpy() == e.denied)[things].tolist()
        rows = e.links[0].any(1)
        right["owner"] += ((pairs[0] > 0).numpy() == e.links[0])[rows].all(1).tolist()
        right["over"] += ((pairs[1] > 0).numpy() == e.links[1])[e.links[1].any(1)].all(1).tolist()
    model.train()
    return {name: round(float(np.mean(values)), 4) for name, values in right.items()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--texts", type=int, default=36000)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    began = time.perf_counter()
    examples = sorted((example(args.seed + i) for i in range(args.texts)), key=lambda e: len(e.roles))
    held_out = [example(HELD_OUT + i) for i in range(400)]
    print(f"{len(examples)} texts, {time.perf_counter() - began:.0f} s", flush=True)
    model = Model()
    if args.start:
        model.load_state_dict({name: value.float() for name, value in load_file(args.start).items()})
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.rate, args.steps, pct_start=0.08)
    rng = np.random.default_rng(args.seed)
    for step in range(args.steps):
        start = int(rng.integers(len(examples) - BATCH * 4))
        chosen = [examples[i] for i in start + rng.choice(BATCH * 4, BATCH, replace=False)]
        loss = loss_of(model, batch(chosen))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        plan.step()
        if step % 400 == 399 or step == args.steps - 1:
            print(
                step + 1,
                round(loss.item(), 3),
                judged(model, held_out),
                f"{time.perf_counter() - began:.0f} s",
                flush=True,
            )
            save_file({name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()}, args.out)


if __name__ == "__main__":
    main()
