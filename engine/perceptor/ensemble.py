"""Several perceptors that judge together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.perceptor.clip import Perceptor


class Ensemble:
    """A `Perceptor` whose cosines are the weighted means of its members' cosines.

    Its space is the product of theirs: each member's unit vectors times the root of its share, one after the other.
    """

    def __init__(self, members: Sequence[Perceptor], weights: Sequence[float]) -> None:
        """``weights``: positive, one per member; only their ratios count."""
        self.members = tuple(members)
        self.shares = tuple(weight / sum(weights) for weight in weights)
        self.name = " + ".join(member.name for member in members)
        self.input_size = max(member.input_size for member in members)

    @property
    def checksum(self) -> str:
        """SHA-256 of the members' checksums and shares."""
        parts = [f"{share:.6f} {member.checksum}" for member, share in zip(self.members, self.shares)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def encode_text(self, texts: list[str]) -> Tensor:
        """(N, D) unit vectors of texts."""
        return self.join([member.encode_text(texts) for member in self.members])

    def encode_image(self, images: Tensor) -> Tensor:
        """(N, D) unit vectors of pictures (N, 3, H, W), sRGB 0-1."""
        return self.join([member.encode_image(images) for member in self.members])

    def words_cut_off(self, text: str) -> str:
        """The longest end of a text that a member does not read, or nothing."""
        return max((member.words_cut_off(text) for member in self.members), key=len)

    def join(self, rows: Sequence[Tensor]) -> Tensor:
        """(N, sum of D) unit vectors out of the members' (N, D)."""
        return torch.cat([share**0.5 * part for share, part in zip(self.shares, rows)], dim=-1)
