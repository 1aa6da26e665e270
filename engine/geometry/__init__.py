"""Rotations, skinning and mesh operators, once for all stages; `rotations` and `skinning` also for Blender's Python.

Nothing here knows of bodies, garments or motions. `rotations` and `skinning` need numpy alone, as the add-on loads
them where there is neither scipy nor torch; `differentiable` holds the torch twins of what gradients pass through.
"""

from . import rotations, skinning

__all__ = ["rotations", "skinning"]
