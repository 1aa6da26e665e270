"""AvatarCLIP for Blender: three short texts in, a rigged and moving avatar out.

Scripts use `api`.
"""

import bpy

from . import events, operators, panels, preferences_page, properties, reading, ready, session
from .operators import export_fbx, export_glb, export_usd, make_crowd
from .operators.browse_avatar import draw_menu
from .panels import menu

_CLASSES = (*properties.CLASSES, *preferences_page.CLASSES, *operators.CLASSES, *panels.CLASSES)


def register() -> None:
    """Make everything known to Blender."""
    for cls in _CLASSES:
        bpy.utils.register_class(cls)
    properties.register()
    bpy.types.TOPBAR_MT_file_import.append(draw_menu)
    bpy.types.TOPBAR_MT_file_export.append(export_fbx.draw_menu)
    bpy.types.TOPBAR_MT_file_export.append(export_glb.draw_menu)
    bpy.types.TOPBAR_MT_file_export.append(export_usd.draw_menu)
    bpy.types.VIEW3D_MT_object.append(menu.draw_entry)
    events.register()


def unregister() -> None:
    """Undo all of it: the running engine, timers and pictures included."""
    events.unregister()
    make_crowd.shutdown()
    session.shutdown()
    ready.shutdown()
    reading.shutdown()
    bpy.types.VIEW3D_MT_object.remove(menu.draw_entry)
    bpy.types.TOPBAR_MT_file_export.remove(export_usd.draw_menu)
    bpy.types.TOPBAR_MT_file_export.remove(export_glb.draw_menu)
    bpy.types.TOPBAR_MT_file_export.remove(export_fbx.draw_menu)
    bpy.types.TOPBAR_MT_file_import.remove(draw_menu)
    properties.unregister()
    for cls in reversed(_CLASSES):
        bpy.utils.unregister_class(cls)
