"""RESULT PYTHON OUT: the operators, from Generate to an avatar in the scene, with the timer turned by hand."""

import json
import os
import time
from pathlib import Path

import bpy
from common import ARGUMENTS, empty

import avatarclip_blender
from avatarclip_blender import mending, preferences, properties, session
from avatarclip_blender.contract import examples

result, python, out = ARGUMENTS
os.environ.update(AVATARCLIP_PYTHON=python, AVATARCLIP_FAKE_RESULT=result)
preferences.output_folder = lambda context: Path(out)
empty()
avatarclip_blender.register()
ops = bpy.ops.avatarclip


def wait():
    """Turn the timer until it says that it is done."""
    deadline = time.monotonic() + 30
    while True:
        if session._tick() is None:
            return session.job()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def refused(operator, words, **arguments):
    """Expect an operator to refuse with a sentence that holds these words."""
    try:
        operator(**arguments)
    except RuntimeError as error:
        assert words in str(error), str(error)
    else:
        raise AssertionError(f"{operator.idname()} did not refuse")


settings = bpy.context.scene.avatarclip
assert (settings.shape, settings.appearance) == ("", "a firefighter")

# What cannot be started is said at once
assert not ops.cancel.poll() and not ops.resume.poll() and not ops.export_fbx.poll()
refused(ops.import_avatar, "press Generate first")
settings.motion = "  "
assert not ops.generate.poll() and "motion prompt is empty" in properties.problem(settings)
settings.motion = "x" * 10_000
assert "10000 characters" in properties.problem(settings)
settings.motion = "танцует 💃 \u202e 跳舞"

# Blender's own switch for the network, asked for; examples fill the prompts in
if not bpy.app.online_access and not bpy.app.online_access_override:
    assert not ops.install_engine.poll() and ops.allow_online.poll() and ops.allow_online() == {"FINISHED"}
    assert bpy.app.online_access and not ops.allow_online.poll()
    bpy.context.preferences.system.use_online_access = False
kept = {part: getattr(settings, part) for part in ("shape", "appearance", "motion")}
for title, prompts in examples.examples().items():
    assert ops.use_example(title=title) == {"FINISHED"} and not properties.problem(settings)
    assert settings.appearance == prompts["appearance"]
for part, text in kept.items():
    setattr(settings, part, text)

# A job from the first click to the avatar in the scene
settings.shape_seed = 5
assert ops.generate() == {"FINISHED"}
assert ops.generate.poll() and ops.cancel.poll()
job = wait()
assert job.progress.phase == "finished", job.progress
request = json.loads((job.folder / "request.json").read_text(encoding="utf-8"))
assert request["seed"] == 5 and request["prompts"]["motion"] == settings.motion
assert ops.import_avatar() == {"FINISHED"}
assert "Firefighter" in bpy.data.collections and ops.export_fbx.poll()
assert ops.export_fbx(filepath=str(Path(out) / "game.fbx")) == {"FINISHED"}
if "usd_export" in dir(bpy.ops.wm):
    assert ops.export_usd(filepath=str(Path(out) / "avatar.usdz")) == {"FINISHED"}
else:
    refused(ops.export_usd, "built without USD", filepath=str(Path(out) / "avatar.usdz"))
assert ops.browse_avatar(filepath=str(job.result_folder / "avatar.npz")) == {"FINISHED"}
assert len(bpy.data.armatures) == 2
bpy.context.scene.cursor.location = (1.0, 2.0, 0.5)
assert ops.browse_avatar(directory=str(job.result_folder), files=[{"name": "avatar.npz"}]) == {"FINISHED"}
assert tuple(bpy.context.active_object.location) == (1.0, 2.0, 0.5)
assert ops.browse_avatar(directory=out, at_cursor=False) == {"FINISHED"}, "all of a folder, side by side"
assert len(bpy.data.armatures) == 3 + len(list(Path(out).glob("*/result/manifest.json")))
bpy.context.scene.cursor.location = (0.0, 0.0, 0.0)
refused(ops.import_avatar, "no finished avatar", directory=out)
refused(ops.export_fbx, "could not be written", filepath="/no/such/folder/a.fbx")

# The file remembers its avatar after Blender was closed
session._job = None
session.forget_folders()
assert ops.import_avatar.poll() and ops.import_avatar() == {"FINISHED"}

# The engine dies; nothing is lost, and Resume goes on in the same folder
settings.appearance = "die"
ops.generate()
job = wait()
assert job.progress.phase == "failed" and str(job.log_path) in job.progress.message
assert "Firefighter" in bpy.data.collections
refused(ops.import_avatar, "press Generate first")
request = job.folder / "request.json"
request.write_text(request.read_text().replace('"die"', '"a knight"'))
assert ops.resume() == {"FINISHED"}
assert wait().folder == job.folder and session.job().progress.phase == "finished"

# Cancel
settings.appearance = "slow"
ops.generate()
while session.job().progress.stage != "appearance":
    session._tick()
began = time.monotonic()
ops.cancel()
assert wait().progress.phase == "cancelled" and time.monotonic() - began < 2
assert ops.resume.poll()

# A new file during a job: the job goes on, and the new scene has settings of its own
ops.generate()
folder = session.job().folder
bpy.ops.wm.read_homefile(use_empty=True)
assert session.running() and session.job().folder == folder
ops.cancel()
wait()

# Nowhere to write to, and no Python: one sentence each, and no half-made folder
blocked = Path(out) / "file"
blocked.write_text("")
preferences.output_folder = lambda context: blocked
refused(ops.generate, "choose another Avatars Folder")
assert mending.mends(session.problem.code) == ("folder",)
preferences.output_folder = lambda context: Path(out) / "unused"
os.environ["AVATARCLIP_PYTHON"] = "/no/such/python"
refused(ops.generate, "/no/such/python")
assert mending.mends(session.problem.code) == ("install",)
assert not (Path(out) / "unused").exists()
assert ops.check_setup() == {"FINISHED"} and not session.setup_check().passed
os.environ["AVATARCLIP_PYTHON"] = python
ops.check_setup()
wait()
assert session.setup_check().passed and session.setup_check().findings[0].mend == "lower"
avatarclip_blender.unregister()
