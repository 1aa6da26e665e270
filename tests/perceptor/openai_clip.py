"""CLIP written a second time, from the paper's description and in OpenAI's names, as the oracle of the converter.

Its modules stand where OpenAI's do, so that ``torch.jit`` writes the same kind of archive as ``ViT-B-32.pt``. That its
embeddings are those of OpenAI's own code is stored in ``openai_embeddings.json`` (see ``make_fixtures.py``).
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

VIT_B_32 = {
    "embed_dim": 512,
    "image_resolution": 224,
    "vision_layers": 12,
    "vision_width": 768,
    "vision_patch_size": 32,
    "context_length": 77,
    "vocab_size": 49408,
    "transformer_width": 512,
    "transformer_heads": 8,
    "transformer_layers": 12,
}
"""Sizes of OpenAI's smallest vision transformer, by the names of the arguments of OpenAI's ``CLIP``."""
SMALL = VIT_B_32 | {
    "embed_dim": 48,
    "image_resolution": 64,
    "vision_layers": 2,
    "vision_width": 128,
    "vision_patch_size": 16,
    "transformer_width": 64,
    "transformer_heads": 1,
    "transformer_layers": 2,
}


class _Attention(nn.Module):
    """Attention with one matrix for queries, keys and values."""

    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)
        self.heads, self.causal = heads, causal

    def forward(self, x: Tensor) -> Tensor:
        count, length, width = x.shape
        both = x @ self.in_proj_weight.T + self.in_proj_bias
        q, k, v = both.reshape(count, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // self.heads)
        if self.causal:
            scores = scores + torch.full((length, length), -1e9, dtype=x.dtype).triu(1)
        return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(count, length, width))


class _Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.quick = True

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.c_fc(x)
        if not self.quick:
            return self.c_proj(0.5 * hidden * (1 + torch.erf(hidden / math.sqrt(2))))
        return self.c_proj(hidden * torch.sigmoid(1.702 * hidden))


class _Block(nn.Module):
    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.attn, self.mlp = _Attention(width, heads, causal), _Mlp(width)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class _Transformer(nn.Module):
    def __init__(self, width: int, layers: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.resblocks = nn.Sequential(*(_Block(width, heads, causal) for _ in range(layers)))

    def forward(self, x: Tensor) -> Tensor:
        return self.resblocks(x)


class _Visual(nn.Module):
    def __init__(self, sizes: dict[str, int]) -> None:
        super().__init__()
        width, patch = sizes["vision_width"], sizes["vision_patch_size"]
        grid = sizes["image_resolution"] // patch
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty(grid * grid + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = _Transformer(width, sizes["vision_layers"], width // 64, causal=False)
        self.proj = nn.Parameter(torch.empty(width, sizes["embed_dim"]))

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.conv1(pixels).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(patches), 1, -1)
        x = torch.cat([first, patches], 1) + self.positional_embedding
        return self.ln_post(self.transformer(self.ln_pre(x))[:, 0]) @ self.proj


class OpenAIClip(nn.Module):
    """Text and image towers with weights that only depend on their names."""

    def __init__(self, sizes: dict[str, int], seed: int | None = None, quick: bool = True) -> None:
        """``seed``: random weights instead, which are made faster; ``quick``: QuickGELU, or open_clip's GELU."""
        super().__init__()
        width = sizes["transformer_width"]
        self.visual = _Visual(sizes)
        self.transformer = _Transformer(width, sizes["transformer_layers"], sizes["transformer_heads"], causal=True)
        self.token_embedding = nn.Embedding(sizes["vocab_size"], width)
        self.positional_embedding = nn.Parameter(torch.empty(sizes["context_length"], width))
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, sizes["embed_dim"]))
        self.logit_scale = nn.Parameter(torch.tensor(4.6))
        for module in self.modules():
            if isinstance(module, _Mlp):
                module.quick = quick
        if seed is None:
            fill(self)
        else:
            torch.manual_seed(seed)
            for value in self.parameters():
                nn.init.normal_(value, std=0.02)
        for name in ("image_resolution", "context_length", "vocab_size"):  # OpenAI's archives carry these as tensors
            self.register_buffer(name.replace("image", "input"), torch.tensor(sizes[name]))

    def encode_image(self, pixels: Tensor) -> Tensor:
        """(N, D) embeddings of normalised pictures."""
        return self.visual(pixels)

    def encode_text(self, ids: Tensor) -> Tensor:
        """(N, D) embeddings of tokens (N, context), the highest of which ends the text."""
        x = self.token_embedding(ids) + self.positional_embedding
        x = self.ln_final(self.transformer(x))
        return x[torch.arange(len(ids)), ids.argmax(-1)] @ self.text_projection

    def forward(self, pixels: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        return self.encode_image(pixels), self.encode_text(ids)


@torch.no_grad()
def fill(model: nn.Module) -> None:
    """Give every weight a value that depends on nothing but its name and place: waves of a usual size."""
    for name, value in model.named_parameters():
        if name == "logit_scale":
            continue
        start = sum(ord(letter) * (index + 1) for index, letter in enumerate(name)) % 997
        count = torch.arange(value.numel(), dtype=torch.float64)
        wave = torch.sin(start + 1.3 * count + 0.37 * torch.sin(0.7 * count) + 1e-4 * count**1.5).reshape(value.shape)
        bias, norm = name.endswith("bias"), "ln_" in name
        spread = 0.02 if bias or norm else 1.2 / math.sqrt(value.shape[-1] if value.dim() > 1 else 64)
        value.copy_(wave * spread + (1.0 if norm and not bias else 0.0))


def save_archive(model: OpenAIClip, path: Path, half: bool = True) -> None:
    """Write a TorchScript archive of the model, in half precision as OpenAI's are."""
    resolution, context = int(model.input_resolution), int(model.context_length)
    model = model.eval()
    examples = {
        "encode_image": torch.zeros(1, 3, resolution, resolution),
        "encode_text": torch.zeros(1, context, dtype=torch.long),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes become constants, which is as it should be
        traced = torch.jit.trace_module(model, examples, check_trace=False)
    (traced.half() if half else traced).save(str(path))
