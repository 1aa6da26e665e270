"""Motion from files: BVH and AMASS ``.npz``, brought onto a body by the names of their joints."""

from engine.motion.formats.load import from_file

__all__ = ["from_file"]
