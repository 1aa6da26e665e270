"""Stage 2: a start chosen by words and pictures, which guidance then sculpts (AvatarCLIP section 3.3)."""

from engine.appearance.field import AvatarField
from engine.appearance.interfaces import AppearanceInputs, Runtime
from engine.appearance.neus import NeusField
from engine.appearance.residual import ResidualField
from engine.appearance.runner import Runner
from engine.appearance.stage import run

__all__ = ["AppearanceInputs", "AvatarField", "NeusField", "ResidualField", "Runner", "Runtime", "run"]
