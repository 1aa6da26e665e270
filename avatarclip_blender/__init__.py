"""AvatarCLIP for Blender: three short texts in, a rigged and moving avatar out.

Public functions for scripts: `importer.import_avatar`, `export.export_fbx`, and `session.create`, `start`, `job`.
"""

import bpy

from . import operators, panels, preferences, properties, session
from .operators.browse_avatar import draw_menu

_CLASSES = (*properties.CLASSES, *preferences.CLASSES, *operators.CLASSES, *panels.CLASSES)


def register() -> None:
    """Make everything known to Blender."""
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    properties.register()
    bpy.types.TOPBAR_MT_file_import.append(draw_menu)


def unregister() -> None:
    """Undo all of it: the running engine, timers and pictures included."""
    session.shutdown()
    bpy.types.TOPBAR_MT_file_import.remove(draw_menu)
    properties.unregister()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
