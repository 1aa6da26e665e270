"""Checkpoints in exactly the original's formats, with random weights."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def linear(generator: torch.Generator, inputs: int, outputs: int, name: str) -> dict[str, Tensor]:
    """A layer's weight and bias."""
    weight = torch.randn((outputs, inputs), generator=generator) / inputs**0.5
    return {f"{name}.weight": weight, f"{name}.bias": torch.randn(outputs, generator=generator) * 0.1}


def shape_vae(seed: int = 0, hidden: int = 48) -> dict[str, Tensor]:
    """model_VAE_16.pth; the real one has 8192 hidden units and 1.3 GB."""
    g = torch.Generator().manual_seed(seed)
    sizes = (("enc1", 20670, hidden), ("enc2", hidden, 32), ("dec1", 16, hidden), ("dec2", hidden, 20670))
    return {k: v for name, i, o in sizes for k, v in linear(g, i, o, name).items()}


def shape_codes(seed: int = 0, count: int = 30) -> dict[Tensor, Tensor]:
    """The shape codebook.pth: latents -> CLIP features, both tensors."""
    g = torch.Generator().manual_seed(seed)
    return {torch.randn((count, 16), generator=g): torch.randn((count, 512), generator=g)}


def vposer(seed: int = 0) -> dict[str, Tensor]:
    """VPoser v2's state."""
    g = torch.Generator().manual_seed(seed)
    made: dict[str, Tensor] = {}
    for name, size in (("encoder_net.1", 63), ("encoder_net.4", 512)):
        for part in ("weight", "bias", "running_mean", "running_var"):
            made[f"{name}.{part}"] = torch.rand(size, generator=g) + (0.5 if "v" in part or part == "weight" else -0.5)
        made[f"{name}.num_batches_tracked"] = torch.tensor(1000)
    for name, i, o in (
        ("encoder_net.2", 63, 512),
        ("encoder_net.6", 512, 512),
        ("encoder_net.7", 512, 512),
        ("encoder_net.8.mu", 512, 32),
        ("encoder_net.8.logvar", 512, 32),
        ("decoder_net.0", 32, 512),
        ("decoder_net.3", 512, 512),
        ("decoder_net.5", 512, 126),
    ):
        made |= linear(g, i, o, name)
    return made


def write_vposer_folder(folder: Path, state: dict[str, Tensor] | None = None, **settings: Any) -> Path:
    """A folder as VPoser is distributed: a yaml file and lightning's snapshots, which name lightning's classes."""
    snapshots = folder / "snapshots"
    snapshots.mkdir(parents=True)
    sizes = {"num_neurons": 512, "latentD": 32} | settings
    (folder / "V02_05.yaml").write_text(
        "---\nmodel_params:\n" + "".join(f"    {k}: {v}\n" for k, v in sizes.items()), encoding="utf-8"
    )
    state = vposer() if state is None else state
    callbacks = "pytorch_lightning.callbacks.model_checkpoint"
    module, package = types.ModuleType(callbacks), types.ModuleType("pytorch_lightning")
    checkpoint = type("ModelCheckpoint", (), {"__module__": callbacks})
    module.ModelCheckpoint = checkpoint  # type: ignore[attr-defined]
    sys.modules |= {"pytorch_lightning": package, callbacks: module}
    try:
        for epoch, weights in ((3, vposer(99)), (13, state)):
            held = {
                "epoch": epoch,
                "global_step": 7,
                "pytorch-lightning_version": "1.1.8",
                "callbacks": {checkpoint: {"best_model_score": torch.tensor(0.03), "best": checkpoint()}},
                "optimizer_states": [{"state": {0: {"step": 1, "exp_avg": torch.zeros(3)}}, "param_groups": []}],
                "state_dict": {f"vp_model.{name}": value for name, value in weights.items()},
            }
            torch.save(held, snapshots / f"V02_05_epoch={epoch:02d}_val_loss=0.03.ckpt")
    finally:
        del sys.modules[callbacks], sys.modules["pytorch_lightning"]
    return folder


def pose_codes(seed: int = 0, count: int = 60) -> dict[str, Tensor]:
    """The pose codebook.pth."""
    g = torch.Generator().manual_seed(seed)
    return {
        "codebook": torch.randn((count, 32), generator=g),
        "codebook_embedding": torch.randn((count, 512), generator=g),
    }


def realnvp(seed: int = 0) -> dict[str, dict[str, Tensor]]:
    """pose_realnvp.pth."""
    g = torch.Generator().manual_seed(seed)
    state = {"mask": (torch.randn((8, 1, 32), generator=g) > 0).float()}
    for block in range(8):
        for net in "st":
            for layer, i, o in ((0, 544, 256), (2, 256, 256), (4, 256, 32)):
                state |= linear(g, i, o, f"{net}.{block}.{layer}")
    return {"state_dict": state}


def motion_vae(seed: int = 0, width: int = 256, layers: int = 4) -> dict[str, dict[str, Tensor]]:
    """motion_vae.pth: ACTOR's layout; PyTorch's own layers give the names."""
    torch.manual_seed(seed)
    encoder, decoder = nn.Module(), nn.Module()
    encoder.skelEmbedding, encoder.query = nn.Linear(330, width), nn.Parameter(torch.randn(1, width))
    encoder.seqTransEncoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(width, 4, 4 * width, 0.1, "gelu"), layers, enable_nested_tensor=False
    )
    encoder.final = nn.Linear(width, width)
    decoder.seqTransDecoder = nn.TransformerDecoder(
        nn.TransformerDecoderLayer(width, 4, 4 * width, 0.1, "gelu"), layers
    )
    decoder.final = nn.Linear(width, 330)
    state = {f"encoder.{name}": value.detach() for name, value in encoder.state_dict().items()}
    state |= {f"decoder.{name}": value.detach() for name, value in decoder.state_dict().items()}
    for part in ("encoder", "decoder"):
        state[f"{part}.pos_encoder.pe"] = torch.zeros(5000, 1, width)
    for name, value in state.items():  # layers start alike; different numbers show a mix-up
        if "norm" in name or name.endswith("bias"):
            state[name] = value + 0.1 * torch.randn(value.shape)
    return {"state_dict": state}
