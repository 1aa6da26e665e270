"""Motion from files: BVH, AMASS ``.npz`` and glTF, brought onto a body by the names of their joints."""

from engine.motion.formats.load import from_file

__all__ = ["from_file"]
