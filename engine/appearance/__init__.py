"""Stage 2: the implicit avatar, dressed by codebook and sculpted by CLIP (AvatarCLIP section 3.3)."""

from engine.appearance.field import AvatarField
from engine.appearance.neus import NeusField
from engine.appearance.residual import ResidualField
from engine.appearance.runner import Runner
from engine.appearance.stage import run

__all__ = ["AvatarField", "NeusField", "ResidualField", "Runner", "run"]
