"""What a checkpoint of the original is, and its weights by our modules' names.

Every converter takes a flat state (name -> tensor), checks each shape, and gives tensors for safetensors; the layouts
are those of AvatarCLIP's release and of VPoser v2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.untrusted.archives import bad

State = Mapping[str, Tensor]
Shape = tuple[int | None, ...]
SMPL_COORDINATES = 6890 * 3
LATENT = 16
FRAME = 55 * 6
_VPOSER = {
    "encoder.0": "encoder_net.1",
    "encoder.1": "encoder_net.2",
    "encoder.3": "encoder_net.4",
    "encoder.5": "encoder_net.6",
    "encoder.6": "encoder_net.7",
    "mu": "encoder_net.8.mu",
    "logvar": "encoder_net.8.logvar",
    "decoder.0": "decoder_net.0",
    "decoder.3": "decoder_net.3",
    "decoder.5": "decoder_net.5",
}
_VPOSER_SHAPES: dict[str, Shape] = {
    "encoder.0": (63,),
    "encoder.1": (512, 63),
    "encoder.3": (512,),
    "encoder.5": (512, 512),
    "encoder.6": (512, 512),
    "mu": (32, 512),
    "logvar": (32, 512),
    "decoder.0": (512, 32),
    "decoder.3": (512, 512),
    "decoder.5": (126, 512),
}
_TRANSFORMERS = (
    ("encoder", "encoder.seqTransEncoder", ("self_attn",)),
    ("decoder", "decoder.seqTransDecoder", ("self_attn", "multihead_attn")),
)
"""Our name, theirs, and the attentions of a layer."""


@dataclass(frozen=True)
class Converted:
    """Weights of one kind (`store.KINDS`), ready to be written."""

    kind: str
    tensors: dict[str, Tensor]
    described: str


def convert(held: Any, where: str) -> Converted:
    """Recognise a checkpoint by its names, check it, and convert it.

    Raises:
        EngineError: ``bad_weights``: it is of no known kind, a shape is wrong, or a number is not finite.
    """
    if not isinstance(held, dict):
        raise bad(f"{where} holds no weights that are known here.")
    if "codebook" in held and "codebook_embedding" in held:
        return _pose_codes(held, where)
    if len(held) == 1 and isinstance(next(iter(held)), Tensor):
        return _shape_codes(*next(iter(held.items())), where)
    state = _flat(held.get("state_dict", held))
    kinds: tuple[tuple[str, Callable[[State, str], Converted]], ...] = (
        ("enc1.weight", _shape_vae),
        ("encoder_net.1.weight", _pose_prior),
        ("s.0.0.weight", _pose_flow),
        ("decoder.seqTransDecoder.layers.0.linear1.weight", _motion_prior),
    )
    for name, converter in kinds:
        if name in state:
            return converter(state, where)
    raise bad(
        f"{where} is a checkpoint, but of none of the kinds that are known here.",
        "Known: model_VAE_16.pth, codebook.pth (of shapes or poses), VPoser v2, pose_realnvp.pth, motion_vae.pth.",
    )


def _flat(state: Any) -> dict[str, Tensor]:
    """Tensors by name; VPoser's training wrapped it in ``vp_model.``."""
    if not isinstance(state, dict):
        return {}
    named = {name: value for name, value in state.items() if isinstance(name, str) and isinstance(value, Tensor)}
    wrapped = {name.removeprefix("vp_model."): value for name, value in named.items() if name.startswith("vp_model.")}
    return wrapped or named


def _take(state: State, name: str, shape: Shape, where: str) -> Tensor:
    """One tensor in float32, checked."""
    if name not in state:
        raise bad(f"{where} lacks {name}.")
    value = state[name]
    found = tuple(value.shape)
    if len(found) != len(shape) or any(want not in (None, have) for want, have in zip(shape, found)):
        wanted = "(" + ", ".join("any" if want is None else str(want) for want in shape) + ")"
        raise bad(f"{name} in {where} has the shape {found}, not {wanted}.")
    value = value.detach().float().contiguous()
    if not torch.isfinite(value).all():
        raise bad(f"{name} in {where} holds numbers that are not finite.")
    return value


def _linear(state: State, name: str, inputs: int | None, outputs: int | None, where: str) -> tuple[Tensor, Tensor]:
    weight = _take(state, f"{name}.weight", (outputs, inputs), where)
    return weight, _take(state, f"{name}.bias", (len(weight),), where)


def _shape_vae(state: State, where: str) -> Converted:
    """in -> 8192 -> 2·16 and 16 -> 8192 -> in, without activations: each pair of layers is one linear map."""
    first, first_bias = _linear(state, "enc1", SMPL_COORDINATES, None, where)
    second, second_bias = _linear(state, "enc2", len(first), 2 * LATENT, where)
    third, third_bias = _linear(state, "dec1", LATENT, None, where)
    fourth, fourth_bias = _linear(state, "dec2", len(third), SMPL_COORDINATES, where)
    # The sums run over thousands of hidden units: their bias in double precision costs nothing.
    encoder_bias = second.double() @ first_bias.double() + second_bias.double()
    decoder_bias = fourth.double() @ third_bias.double() + fourth_bias.double()
    tensors = {
        "encoder.weight": second @ first,
        "encoder.bias": encoder_bias.float(),
        "decoder.weight": fourth @ third,
        "decoder.bias": decoder_bias.float(),
    }
    return Converted("shape_vae", tensors, f"shape VAE, {LATENT} latent numbers, 6890 vertices")


def _shape_codes(latents: Tensor, features: Any, where: str) -> Converted:
    if not isinstance(features, Tensor):
        raise bad(f"{where} holds no weights that are known here.")
    state = {"latents": latents, "features": features}
    codes = _take(state, "latents", (None, LATENT), where)
    known = _take({"features": features.reshape(len(features), -1)}, "features", (len(codes), None), where)
    return Converted("shape_codes", {"latents": codes, "features": known}, f"codebook of {len(codes)} shapes")


def _pose_codes(held: Mapping[str, Any], where: str) -> Converted:
    state = {name: held[name] for name in ("codebook", "codebook_embedding") if isinstance(held[name], Tensor)}
    codes = _take(state, "codebook", (None, 32), where)
    if "codebook_embedding" not in state:
        raise bad(f"{where} lacks codebook_embedding.")
    flat = {"codebook_embedding": state["codebook_embedding"].reshape(len(state["codebook_embedding"]), -1)}
    known = _take(flat, "codebook_embedding", (len(codes), None), where)
    return Converted("pose_codes", {"latents": codes, "features": known}, f"codebook of {len(codes)} poses")


def _pose_prior(state: State, where: str) -> Converted:
    tensors: dict[str, Tensor] = {}
    for ours, theirs in _VPOSER.items():
        shape = _VPOSER_SHAPES[ours]
        tensors[f"{ours}.weight"] = _take(state, f"{theirs}.weight", shape, where)
        tensors[f"{ours}.bias"] = _take(state, f"{theirs}.bias", shape[:1], where)
        if len(shape) == 1:  # batch normalisation
            for name in ("running_mean", "running_var"):
                tensors[f"{ours}.{name}"] = _take(state, f"{theirs}.{name}", shape, where)
            tensors[f"{ours}.num_batches_tracked"] = torch.zeros(())
    return Converted("pose_prior", tensors, "VPoser v2, 32 latent numbers, 21 joints")


def _pose_flow(state: State, where: str) -> Converted:
    mask = _take(state, "mask", (None, 1, 32), where)
    if not ((mask == 0) | (mask == 1)).all():
        raise bad(f"mask in {where} must hold zeros and ones.")
    hidden, inputs = _take(state, "s.0.0.weight", (None, None), where).shape
    tensors = {"mask": mask[:, 0]}
    for block in range(len(mask)):
        for net in "st":
            for layer, (wide, narrow) in ((0, (hidden, inputs)), (2, (hidden, hidden)), (4, (32, hidden))):
                name = f"{net}.{block}.{layer}"
                tensors[f"{name}.weight"], tensors[f"{name}.bias"] = _linear(state, name, narrow, wide, where)
    return Converted("pose_flow", tensors, f"RealNVP of {len(mask)} blocks, conditioned on {inputs - 32} numbers")


def _motion_prior(state: State, where: str) -> Converted:
    """A transformer encoder and decoder of PyTorch's own layers, and what leads into and out of them."""
    tensors: dict[str, Tensor] = {}
    tensors["read.weight"], tensors["read.bias"] = _linear(state, "encoder.skelEmbedding", FRAME, None, where)
    width = len(tensors["read.bias"])
    tensors["summary"] = _take(state, "encoder.query", (1, width), where)
    for ours, theirs, size in (("to_latent", "encoder.final", width), ("write", "decoder.final", FRAME)):
        tensors[f"{ours}.weight"], tensors[f"{ours}.bias"] = _linear(state, theirs, width, size, where)
    for ours, theirs, attentions in _TRANSFORMERS:
        depth = len({name[len(theirs) :].split(".")[2] for name in state if name.startswith(f"{theirs}.layers.")})
        for layer in range(depth):
            for name, tensor in _transformer_layer(state, f"{theirs}.layers.{layer}", attentions, width, where).items():
                tensors[f"{ours}.layers.{layer}.{name}"] = tensor
    return Converted("motion_prior", tensors, f"motion VAE, {width} latent numbers, 55 joints")


def _transformer_layer(
    state: State, prefix: str, attentions: tuple[str, ...], width: int, where: str
) -> dict[str, Tensor]:
    """The tensors of one of PyTorch's transformer layers, by their names within it."""
    shapes: dict[str, Shape] = {}
    for attention in attentions:
        shapes |= {
            f"{attention}.in_proj_weight": (3 * width, width),
            f"{attention}.in_proj_bias": (3 * width,),
            f"{attention}.out_proj.weight": (width, width),
            f"{attention}.out_proj.bias": (width,),
        }
    for norm in range(1, len(attentions) + 2):
        shapes |= {f"norm{norm}.weight": (width,), f"norm{norm}.bias": (width,)}
    shapes |= {
        "linear1.weight": (4 * width, width),
        "linear1.bias": (4 * width,),
        "linear2.weight": (width, 4 * width),
        "linear2.bias": (width,),
    }
    return {name: _take(state, f"{prefix}.{name}", shape, where) for name, shape in shapes.items()}
