"""RESULT PYTHON OUT: parts, queue, pause, live surface, files and undo during a job, outliving Blender, mending."""

import json
import os
import time
from pathlib import Path

import bpy
from common import ARGUMENTS, empty

import avatarclip_blender
from avatarclip_blender import disk, library, live, mending, preferences, session, settings_table
from avatarclip_blender.operators import common
from avatarclip_blender.operators.copy_report import report
from avatarclip_blender.waiting import recall

result, python, out = ARGUMENTS
os.environ.update(AVATARCLIP_PYTHON=python, AVATARCLIP_FAKE_RESULT=result)
preferences.output_folder = lambda context: Path(out)
preferences.timings_file = lambda: Path(out) / "timings.json"
empty()
avatarclip_blender.register()
ops = bpy.ops.avatarclip
settings = bpy.context.scene.avatarclip


def turn(until, seconds=60):
    """Turn the timer until a condition holds."""
    deadline = time.monotonic() + seconds
    while not until():
        session._tick()
        assert time.monotonic() < deadline, session.job().progress
        time.sleep(0.01)
    return session.job()


def idle():
    return not session.running() and not session.queue()


def events(folder):
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def happened(folder, kind):
    return [event["stage"] for event in events(folder) if event["event"] == kind]


# Body, then looks, then motion: each alone, queued one behind the other, taking over what is there
settings.shape = "a short fat man"
for part in ("shape", "appearance", "motion"):
    assert ops.generate(part=part) == {"FINISHED"}
assert len(session.queue()) == 2 and session.running()
turn(idle)
folder = session.folder_of(bpy.context.scene)
assert folder == session.job().folder and len([f for f in Path(out).iterdir() if f.is_dir()]) == 3
assert happened(folder, "stage_skipped") == ["shape", "appearance", "mesh", "rig"]
assert happened(folder, "stage_started") == ["motion"]

# Another look leaves body and motion alone, although the panel's other prompts have changed
settings.shape, settings.appearance, settings.appearance_seed = "a tall woman", "a nurse", 4
ops.generate(part="appearance")
turn(idle)
request = common.request_of(session.job().folder)
assert request.prompts == {"shape": "a short fat man", "appearance": "a nurse", "motion": "waving"}
assert request.seed_of("appearance") == 4 and request.seed_of("shape") == 0
assert happened(session.job().folder, "stage_started") == ["appearance"]

# Poses are picked in an order, and the motion goes through them
ops.pick_pose(number=3), ops.pick_pose(number=2), ops.pick_pose(number=5), ops.pick_pose(number=2)
assert settings.picked == "3 5"
ops.use_poses()
turn(idle)
assert common.request_of(session.job().folder).overrides["motion.pick"] == [3, 5]
assert happened(session.job().folder, "stage_started") == ["motion"]

# Pause and go on; a queued job can be taken back; Vary changes one seed
settings.appearance = "brief"
ops.generate()
waiting = ops.generate() and session.queue()[0]
ops.unqueue(folder=str(waiting.folder))
assert session.queue() == () and (waiting.folder / "request.json").is_file()
ops.pause()
turn(lambda: session.job().progress.paused)
seed = settings.motion_seed
while settings.motion_seed == seed:
    ops.vary(part="motion")
assert settings.shape_seed == 0
ops.pause()
turn(idle)
assert session.job().progress.phase == "finished" and not session.job().progress.paused

# The growing surface: one object, updated in place, nothing else touched, gone at the end and from saved files
mesh = bpy.data.meshes.new("Mine")
mine = bpy.data.objects.new("Mine", mesh)
bpy.context.scene.collection.objects.link(mine)
settings.show_live, settings.appearance = True, "brief new"
os.environ["AVATARCLIP_FAKE_PAUSE"] = "0.2"
ops.generate(part="appearance")
turn(lambda: live.NAME in bpy.data.objects)
shown = bpy.data.objects[live.NAME]
height, number = shown.dimensions.z, session.job().progress.surfaces_seen
assert shown.hide_select and shown.hide_render and shown.data.color_attributes
turn(lambda: session.job().progress.surfaces_seen > number)
bpy.context.view_layer.update()
assert bpy.data.objects[live.NAME] == shown and shown.dimensions.z > height
saved = Path(out) / "mine.blend"
bpy.ops.wm.save_as_mainfile(filepath=str(saved))
assert live.NAME not in bpy.data.objects
running = session.job().folder
bpy.ops.wm.open_mainfile(filepath=str(saved))
settings = bpy.context.scene.avatarclip
assert session.running() and session.folder_of(bpy.context.scene) == running
assert set(bpy.data.objects.keys()) == {"Mine"}
turn(idle)
assert live.NAME not in bpy.data.objects and not [m for m in bpy.data.meshes if m.name.startswith(live.NAME)]
assert common.finished_result(bpy.context) == running / "result"
settings.show_live = False
os.environ["AVATARCLIP_FAKE_PAUSE"] = "0.005"

# What undo does to the scene's properties takes neither the job nor the avatar's folder away, nor what is saved
settings.appearance = "slow"
ops.generate()
running = session.job().folder
turn(lambda: session.job().progress.stage == "appearance")
settings.job_folder = ""
assert session.running() and session.folder_of(bpy.context.scene) == running
session.write_folders()
assert settings.job_folder == str(running)

# The add-on goes, the engine stays if that was asked for, and is found again; it can be stopped then, too
settings.keep_running = True
session._tick()
child = session.job()._child
time.sleep(0.3)
avatarclip_blender.unregister()
assert child.poll() is None, "the engine went with the add-on"
avatarclip_blender.register()
session.set_folder(bpy.context.scene, running)
session._tick()
job = turn(lambda: session.job() is not None and session.job().attached and session.job().progress.stage)
assert job.folder == running and not ops.pause.poll()
ops.cancel()
turn(idle)
assert session.job().progress.phase == "cancelled" and child.wait(5) == 130

# The same, left to finish
settings = bpy.context.scene.avatarclip
settings.appearance, settings.keep_running = "brief", True
ops.generate(part="appearance")
running = session.job().folder
turn(lambda: session.job().progress.stage == "appearance")
avatarclip_blender.unregister()
avatarclip_blender.register()
assert ops.open_avatar(folder=str(running)) == {"FINISHED"}
turn(idle)
assert session.job().progress.phase == "finished" and ops.import_avatar() == {"FINISHED"}
bpy.context.scene.avatarclip.keep_running = False

# What goes wrong is a sentence with buttons that mend; nothing is lost
for mood, code, buttons in (
    ("oom", "out_of_memory", ("lower", "free")),
    ("full", "disk_full", ("folder",)),
    ("readonly", "not_writable", ("folder",)),
    ("die", "killed", ("lower", "free")),
):
    bpy.context.scene.avatarclip.appearance = mood
    ops.generate(part="appearance")
    state = turn(idle).progress
    assert (state.phase, state.code) == ("failed", code), state
    assert mending.mends(state.code, state.device) == buttons, state
    assert "cpu" in mending.mends("out_of_memory", "cuda (a card)")
    assert ops.resume.poll() and mood in report(session.job()) and state.message in report(session.job())
assert ops.free_memory() == {"FINISHED"}
ops.set_quality(preset="standard")
assert (
    settings_table.preset_values("standard")["appearance.size"] == bpy.context.scene.avatarclip.advanced.appearance_size
)
bpy.context.scene.avatarclip.appearance = "oom"
ops.generate()
turn(idle)
ops.retry(way="lower")
assert bpy.context.scene.avatarclip.preset == "draft"
assert common.request_of(turn(idle).folder).preset == "draft"
ops.retry(way="lower")
assert common.request_of(turn(idle).folder).overrides["appearance.size"] == 64

# A quality of one's own: saved under a name, offered by the menu, brought back, removed
ops.set_quality(preset="standard")
settings = bpy.context.scene.avatarclip
settings.advanced.appearance_views, settings.advanced.motion_loop = 7, True
assert ops.save_preset(name="My Look") == {"FINISHED"}
menu = bpy.types.AVATARCLIP_MT_quality_presets
folders = bpy.utils.preset_paths(menu.preset_subdir)
(saved_preset,) = [path for folder in folders for path in Path(folder).glob("*.py")]
assert saved_preset.stem == "My_Look"
ops.set_quality(preset="draft")
assert settings.advanced.appearance_views != 7 and not settings.advanced.motion_loop
bpy.ops.script.execute_preset(filepath=str(saved_preset), menu_idname=menu.__name__)
assert (settings.preset, settings.advanced_of, settings.advanced.appearance_views) == ("standard", "standard", 7)
assert settings.advanced.motion_loop and menu.bl_label == "My Look"
assert ops.save_preset(name="My Look", remove_active=True) == {"FINISHED"} and not saved_preset.exists()
ops.set_quality(preset="draft")

# A queue outlives Blender: what waited is offered again, and knows what it would have taken over
settings.appearance = "a nurse"
ops.generate()
turn(idle)
settings.appearance, settings.motion = "slow", "sitting"
ops.generate()
for appearance in ("a cook", "a king"):
    settings.appearance = appearance
    ops.generate()
waiting = [entry.folder for entry in session.queue()]
bases = [entry.base for entry in session.queue()]
assert len(waiting) == 2 and not ops.resume_queue.poll()
disk.forget()
avatarclip_blender.unregister()
avatarclip_blender.register()
assert session.queue() == () and library.left_waiting(Path(out)) == waiting
assert [recall(folder) for folder in waiting] == [("auto", base) for base in bases]
assert ops.resume_queue() == {"FINISHED"} and len(session.queue()) == 1
turn(idle)
disk.forget()
assert library.left_waiting(Path(out)) == [] and not ops.resume_queue.poll()
assert all((folder / "result" / "manifest.json").is_file() for folder in waiting)

# Another file in which an engine is at work is followed when it is opened
bpy.context.scene.avatarclip.appearance = "a knight"
ops.generate()
turn(idle)
bpy.ops.wm.read_homefile(use_empty=True)
assert session.folder_of(bpy.context.scene) is None
bpy.ops.wm.open_mainfile(filepath=str(saved))
assert session.folder_of(bpy.context.scene) is not None
avatarclip_blender.unregister()
print("ok")
