"""RESULT PYTHON OUT: registers and unregisters many times, also during a job, and leaves nothing."""

import os
import threading
import time
from pathlib import Path

import bpy
from common import ARGUMENTS, empty

import avatarclip_blender
from avatarclip_blender import preferences, session

result, python, out = ARGUMENTS
os.environ.update(AVATARCLIP_PYTHON=python, AVATARCLIP_FAKE_RESULT=result)
preferences.output_folder = lambda context: Path(out)
empty()


def ours():
    """Return what Blender knows of the add-on."""
    names = [name for name in dir(bpy.types) if name.upper().startswith("AVATARCLIP")]
    menus = (bpy.types.TOPBAR_MT_file_import, bpy.types.TOPBAR_MT_file_export, bpy.types.VIEW3D_MT_object)
    functions = [function for menu in menus for function in menu._dyn_ui_initialize()]
    return (
        names,
        hasattr(bpy.types.Scene, "avatarclip"),
        sum("avatarclip" in f.__module__ for f in functions),
        bpy.app.timers.is_registered(session._tick),
        [
            len([f for f in handlers if "avatarclip" in f.__module__])
            for handlers in (bpy.app.handlers.load_post, bpy.app.handlers.save_pre)
        ],
        len(session.on_tick) + len(session.on_end) + len(session.on_look) + len(session._watched),
        [thread.name for thread in threading.enumerate() if thread.name.startswith("avatarclip")],
    )


nothing = ours()
assert nothing == ([], False, 0, False, [0, 0], 0, []), nothing
for turn in range(20):
    avatarclip_blender.register()
    assert ours()[1:3] == (True, 5)
    if turn % 10 == 3:
        bpy.context.scene.avatarclip.appearance = "slow"
        assert bpy.ops.avatarclip.generate() == {"FINISHED"}
        assert bpy.ops.avatarclip.check_setup() == {"FINISHED"}
        child = session.job()._child
        while session.job().progress.stage != "appearance":
            session._tick()
            time.sleep(0.01)
        assert ours()[3] and child.poll() is None
    avatarclip_blender.unregister()
    time.sleep(0.05 if turn % 10 == 3 else 0)
    assert ours() == nothing, (turn, ours())
    if turn % 10 == 3:
        assert child.poll() is not None, "the engine outlived the add-on"
