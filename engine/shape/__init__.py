"""Stage 1: the coarse body, picked from a codebook of shapes by CLIP (AvatarCLIP section 3.2)."""

from engine.shape.query import ShapeResult, run

__all__ = ["ShapeResult", "run"]
