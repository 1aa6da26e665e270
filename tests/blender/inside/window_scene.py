"""Runs inside a windowed Blender: gets the sidebar ready and tells the driver, twice a second, how things stand.

blender --python window_scene.py -- STATE PYTHON OUT
"""

import json
import os
import sys
import time
from pathlib import Path

import bpy

state_file, python, out = sys.argv[sys.argv.index("--") + 1 :][:3]
ID = "bl_ext.user_default.avatarclip_blender"
ticks = []
copied = [0, ""]
"""How often something was copied to the clipboard, and what the last time."""


last = {}
"""The state that was told last."""


def view():
    """Return the 3D view and its sidebar; None while something else, such as a file browser, fills the window."""
    areas = [a for a in bpy.context.window_manager.windows[0].screen.areas if a.type == "VIEW_3D"]
    if not areas:
        return None, None
    area = max(areas, key=lambda a: a.width)
    return area, next(region for region in area.regions if region.type == "UI")


def set_up():
    """Show the tab, set the preferences, and measure the add-on's timer."""
    preferences = bpy.context.preferences
    preferences.view.show_splash = False
    preferences.view.filebrowser_display_type = "SCREEN"
    stored = preferences.addons[ID].preferences
    stored.engine_python, stored.output_folder = python, out
    session = sys.modules[f"{ID}.session"]
    original = session._tick

    def timed():
        began = time.perf_counter()
        again = original()
        ticks.append(time.perf_counter() - began)
        return again

    session._tick = timed


def prepare_scene():
    """Leave what a person would: a scene without the cube, which would hide an avatar, as a step of undo."""
    bpy.context.scene.frame_end = 20
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(out).parent / "scene.blend"))
        bpy.ops.ed.undo_push(message="Prepare")
    print("the scene is prepared", flush=True)


def avatar(scene):
    """Tell how the avatar stands that is active."""
    modules = {name: sys.modules[f"{ID}.{name}"] for name in ("avatar", "controls", "twist", "layers", "importer")}
    active = bpy.context.view_layer.objects.active
    rig = modules["avatar"].find_avatar(active)
    if rig is None:
        return None
    action = rig.animation_data.action if rig.animation_data else None
    controls = modules["controls"]
    return {
        "controls": controls.has_controls(rig),
        "ik": [limb.title for limb in controls.LIMBS if controls.has_controls(rig) and controls.is_ik(rig, limb)],
        "twist": modules["twist"].has_twist(rig),
        "view": modules["layers"].view_of(rig),
        "shown": [mesh.name for mesh in modules["layers"].layers_of(rig) if mesh.visible_get()],
        "takes": [take.name for take in modules["importer"].takes_of(rig)],
        "take": action.name if action else "",
        "keys": modules["importer"].key_count(action) if action else 0,
        "looped": bool(action) and modules["importer"].is_looped(action),
        "asset": any(collection.asset_data is not None for collection in rig.users_collection),
    }


def tell():
    """Write the state; a timer."""
    manager = bpy.context.window_manager
    if manager.clipboard:
        copied[:] = copied[0] + 1, manager.clipboard
        manager.clipboard = ""
    if "Cube" in bpy.data.objects:
        prepare_scene()
    area, region = view()
    if area is None:
        write({**last, "areas": sorted({area.type for area in manager.windows[0].screen.areas})})
        return 0.1
    if not area.spaces.active.show_region_ui:  # to set it again would close menus and end typing
        area.spaces.active.show_region_ui = True
    job = sys.modules[f"{ID}.session"].job()
    prompt = Path(out).parent / "prompt"
    if prompt.exists():
        bpy.context.scene.avatarclip.appearance = prompt.read_text()
        prompt.unlink()
    scene = bpy.context.scene
    rig = next((o for o in scene.objects if o.type == "ARMATURE"), None)
    state = {
        "region": [region.x, region.y, region.width, region.height],
        "view": [area.x, area.y, area.width, area.height],
        "window": [bpy.context.window_manager.windows[0].width, bpy.context.window_manager.windows[0].height],
        "tab": region.active_panel_category,
        "phase": job.progress.phase if job else None,
        "running": bool(job and job.running),
        "stage": job.progress.stage if job else None,
        "picture": bool(job and job.preview_path),
        "message": job.progress.message if job else "",
        "appearance": scene.avatarclip.appearance,
        "objects": sorted(o.name for o in scene.objects),
        "mode": bpy.context.mode,
        "frame": scene.frame_current,
        "frame_end": scene.frame_end,
        "elbow": list(rig.pose.bones["left_elbow"].rotation_quaternion) if rig and rig.pose else None,
        "color_type": area.spaces.active.shading.color_type,
        "copied": copied,
        "prompts": {name: getattr(scene.avatarclip, name) for name in ("shape", "appearance", "motion")},
        "read": sorted(
            part for part, text in sys.modules[f"{ID}.reading"]._known if text == getattr(scene.avatarclip, part)
        ),
        "preset": scene.avatarclip.preset,
        "shape_seed": scene.avatarclip.shape_seed,
        "avatar": avatar(scene),
        "areas": sorted({area.type for area in manager.windows[0].screen.areas}),
        "slowest_tick": max(ticks, default=0.0),
        "time": time.time(),
    }
    write(state)
    return 0.1


def write(state):
    """Leave the state for the driver, whole."""
    last.update(state)
    partial = Path(state_file + ".part")
    partial.write_text(json.dumps(state))
    os.replace(partial, state_file)


set_up()
bpy.app.timers.register(tell, first_interval=1.0, persistent=True)
