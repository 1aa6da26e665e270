"""ZIP RESULT PYTHON OUT: the scripts of docs/examples, with the extension installed from its zip."""

import os
import runpy
import sys
from pathlib import Path

import bpy
from common import ARGUMENTS, ROOT, empty

archive, result, python, out = ARGUMENTS
os.environ.update(AVATARCLIP_PYTHON=python, AVATARCLIP_FAKE_RESULT=result)
os.chdir(out)
empty()
bpy.ops.extensions.package_install_files(repo="user_default", filepath=archive)
ID = "bl_ext.user_default.avatarclip_blender"
bpy.context.preferences.addons[ID].preferences.output_folder = out


def example(name, *arguments):
    sys.argv = ["blender", "--", *arguments]
    runpy.run_path(str(ROOT / "docs" / "examples" / name), run_name="__main__")


example("one_avatar.py", "a short fat man", "a wizard", "dancing", str(Path(out) / "wizard"))
assert (Path(out) / "wizard.blend").is_file() and (Path(out) / "wizard.fbx").stat().st_size > 10_000
assert len(bpy.data.armatures) == 1
example("crowd.py", "a nurse", str(Path(out) / "crowd.blend"), "waving", "sitting")
assert len(bpy.data.armatures) == 2 and sum(c.asset_data is not None for c in bpy.data.collections) == 2
jobs = [path for path in Path(out).iterdir() if path.is_dir()]
skipped = ['"stage_skipped", "time"' in (path / "events.jsonl").read_text() for path in jobs]
assert len(jobs) == 3 and sum(skipped) == 1  # the crowd's second motion alone: its looks are the first's

# What cannot be is one sentence
api = sys.modules[f"{ID}.api"]
for call, words in (
    (lambda: api.generate(motion="  "), "motion prompt is empty"),
    (lambda: api.generate(appearance="oom", output_folder=out), "not enough memory"),
    (lambda: api.generate(python="/no/such/python"), "/no/such/python"),
    (lambda: api.import_avatar("/no/such/folder"), "no finished avatar"),
    (lambda: api.resume("/no/such/folder"), "holds no avatar"),
    (lambda: api.bake_ik_controls(next(o for o in bpy.data.objects if o.type == "ARMATURE")), "no controls"),
):
    try:
        call()
    except api.AvatarError as error:
        assert words in str(error), str(error)
    else:
        raise AssertionError(words)
assert api.check_setup()["ok"] and api.settings("draft")["motion.frames"][1]
bpy.ops.preferences.addon_disable(module=ID)
print("ok")
