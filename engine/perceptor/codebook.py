"""Embeddings of a codebook, made once per perceptor: shipped for the bundled one, cached for others.

The cache is keyed by the checksums of codebook and perceptor. What was embedded before an interruption is
kept and continued.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from engine.perceptor.clip import Perceptor
from engine.perceptor.ensemble import Ensemble
from engine.provenance import checksum
from engine.report import Reporter
from engine.userdata import cache_folder

SAVE_EVERY = 20.0
"""Seconds between two saves of an unfinished cache. Set by hand."""
ESTIMATE_AFTER = 3.0
"""Seconds after which the time that a codebook takes is estimated. Set by hand."""

Embed = Callable[[Perceptor, int], Tensor]
"""(D,) the unit vector of one entry of a codebook, by its index."""


def features(
    asset: Path, name: str, perceptor: Perceptor, count: int, embed: Embed, report: Reporter | None = None
) -> Tensor:
    """(N, D) unit vectors of a codebook's entries by one perceptor; an ensemble's are put together of its members'.

    Args:
        asset: the codebook's file; it may hold the features of one perceptor, named in its metadata.
        name: which features, for codebooks that have several.
        perceptor: who embeds.
        count: N, the number of entries.
        embed: embeds one entry; called only for what neither the asset nor the cache has.
        report: hears of the progress and of the time that is to be expected.
    """
    if isinstance(perceptor, Ensemble):
        return perceptor.join([features(asset, name, member, count, embed, report) for member in perceptor.members])
    with safe_open(asset, "pt") as file:
        metadata = file.metadata() or {}
        if metadata.get("perceptor") == perceptor.checksum and name in file.keys():  # noqa: SIM118
            return F.normalize(file.get_tensor(name).float(), dim=-1)
    path = cache_folder() / f"{asset.stem}-{name}-{checksum(asset)[:8]}-{perceptor.checksum[:16]}.safetensors"
    rows = _read(path, name)
    if len(rows) < count:
        rows = _embed_rest(path, name, rows, perceptor, count, embed, report)
    return F.normalize(torch.stack(rows).float(), dim=-1)


def _embed_rest(
    path: Path, name: str, rows: list[Tensor], perceptor: Perceptor, count: int, embed: Embed, report: Reporter | None
) -> list[Tensor]:
    """Embed what is missing, saving now and then; all rows in half precision."""
    began = saved = time.monotonic()
    first, told = len(rows), report is None
    try:
        for index in range(first, count):
            rows.append(embed(perceptor, index).detach().cpu().half())
            now = time.monotonic()
            if report is not None:
                if not told and now - began > ESTIMATE_AFTER:
                    left = (now - began) / (index + 1 - first) * (count - index - 1)
                    report.warning(_estimate(path.stem.split("-")[0], perceptor.name, left))
                    told = True
                report.progress(index + 1, count)
            if now - saved > SAVE_EVERY:
                _write(path, name, rows)
                saved = now
    finally:
        if len(rows) > first:
            _write(path, name, rows)
    return rows


def _estimate(codebook: str, perceptor: str, seconds: float) -> str:
    """What a user who waits should know."""
    time_left = f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{max(seconds, 1):.0f} seconds"
    return f"{perceptor} looks through the codebook of {codebook} for the first time, about {time_left}; this is kept."


def _read(path: Path, name: str) -> list[Tensor]:
    """The rows that a cache has; none when it is missing or damaged."""
    try:
        with safe_open(path, "pt") as file:
            return list(file.get_tensor(name))
    except (OSError, SafetensorError):
        return []


def _write(path: Path, name: str, rows: list[Tensor]) -> None:
    """Store rows, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    save_file({name: torch.stack(rows)}, temporary)
    os.replace(temporary, path)


@torch.no_grad()
def embed_pictures(perceptor: Perceptor, pictures: Tensor) -> Tensor:
    """(D,) the normalised mean embedding of one entry's pictures (N, 3, H, W), in main memory."""
    return F.normalize(perceptor.encode_image(pictures).mean(0), dim=-1).cpu()
