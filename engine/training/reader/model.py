"""`engine.reader.network` in torch, for batches of padded texts. Its numbers are set by hand."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.reader.network import FEATURES, HEADS, LINKS, ROLES, SPAN

WIDTH, WIDE, LAYERS, PAIR = 112, 224, 4, 48


class Layer(nn.Module):
    """One transformer layer, normalised before each half."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, WIDE), nn.Linear(WIDE, WIDTH)
        self.distance = nn.Parameter(torch.zeros(HEADS, 2 * SPAN + 1))
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, steps: Tensor, hidden: Tensor) -> Tensor:
        """(B, N, D); ``hidden`` (B, 1, 1, N) is -inf at padding."""
        batch, count, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, count, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + self.distance[:, steps] + hidden
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, count, WIDTH)
        x = x + self.drop(self.out(mixed))
        return x + self.drop(self.narrow(torch.relu(self.wide(self.norm2(x)))))


class Model(nn.Module):
    """The network; its state dict is what the reader loads."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.first, self.last = nn.Linear(FEATURES, WIDTH), nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.roles, self.denied = nn.Linear(WIDTH, len(ROLES)), nn.Linear(WIDTH, 1)
        self.row, self.column = nn.Linear(WIDTH, len(LINKS) * PAIR), nn.Linear(WIDTH, len(LINKS) * PAIR)
        self.far = nn.Parameter(torch.zeros(len(LINKS), 2 * SPAN + 1))
        self.rare = nn.Parameter(torch.full((len(LINKS),), -3.0))

    def forward(self, seen: Tensor, padding: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, N, F) and (B, N) true at padding -> roles (B, N, R), denied (B, N), links (B, L, N, N)."""
        batch, count, _ = seen.shape
        at = torch.arange(count)
        steps = (at[None] - at[:, None]).clamp(-SPAN, SPAN) + SPAN
        hidden = torch.zeros(batch, 1, 1, count).masked_fill(padding[:, None, None], -1e9)
        x = self.first(self.embed(seen))
        for layer in self.layers:
            x = layer(x, steps, hidden)
        x = self.last(x)
        row = self.row(x).view(batch, count, len(LINKS), PAIR).transpose(1, 2)
        column = self.column(x).view(batch, count, len(LINKS), PAIR).permute(0, 2, 3, 1)
        links = row @ column / PAIR**0.5 + self.far[:, steps] + self.rare[:, None, None]
        return self.roles(x), self.denied(x)[..., 0], links
