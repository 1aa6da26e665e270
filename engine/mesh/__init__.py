"""Stage 3: from the implicit surface to a coloured triangle mesh."""

from engine.mesh.extract import extract, from_body
from engine.mesh.stage import load, run, save
from engine.mesh.surface import Field, Mesh

__all__ = ["Field", "Mesh", "extract", "from_body", "load", "run", "save"]
