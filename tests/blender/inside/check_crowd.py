"""RESULT PYTHON OUT: Crowd makes avatars and stands them in a grid as assets; one file holds them all as assets."""

import os
import shutil
import sys
import time
from pathlib import Path

import bpy
from common import ARGUMENTS, ROOT, empty

import avatarclip_blender
from avatarclip_blender import preferences, session
from avatarclip_blender.operators import make_crowd

sys.path.insert(0, str(ROOT / "tools"))
import assemble

result, python, out = ARGUMENTS[0], ARGUMENTS[1], Path(ARGUMENTS[2])
os.environ.update(AVATARCLIP_PYTHON=python, AVATARCLIP_FAKE_RESULT=result)
preferences.output_folder = lambda context: out
empty()
avatarclip_blender.register()


def rigs():
    return [thing for thing in bpy.context.scene.objects if thing.type == "ARMATURE"]


def assets():
    return [collection for collection in bpy.data.collections if collection.asset_data is not None]


asked = {"appearance": "a {tall|short} baker", "count": 5, "folder": "My Street", "place": "ASSETS"}
assert bpy.ops.avatarclip.make_crowd(**asked) == {"FINISHED"}
job = make_crowd.State.job
assert not bpy.ops.avatarclip.make_crowd.poll(), "one crowd at a time"
deadline = time.monotonic() + 60
while job.running:
    assert time.monotonic() < deadline
    session._tick()
    time.sleep(0.02)
assert (job.done, job.total, job.share) == (5, 5, 1.0) and len(job.made) == 4
assert len(make_crowd.State.problems) == 1 and "last: The disk is full." in make_crowd.State.problems[0]
places = {tuple(round(value, 3) for value in rig.location) for rig in rigs()}
assert len(rigs()) == len(places) == len(assets()) == 4
across = sorted({place[0] for place in places})
assert len(across) == 2 and across[1] - across[0] > 1.0 and across[0] == -across[1], "a grid round the origin"

results = sorted((out / "my-street").glob("*/result"))
broken = out / "my-street" / "broken" / "result"
shutil.copytree(results[0], broken)
(broken / "avatar.npz").write_bytes(b"PK")
problems = assemble.assemble_crowd([*results, broken], out / "crowd.blend")
assert len(problems) == 1 and problems[0].startswith("broken: ")
bpy.ops.wm.open_mainfile(filepath=str(out / "crowd.blend"))
assert len(assets()) == len(rigs()) == 4 and all(asset.asset_data.description for asset in assets())
assert bpy.ops.avatarclip.import_crowd(directory=str(out / "my-street")) == {"FINISHED"}
assert len(rigs()) == 8
avatarclip_blender.unregister()
