"""One avatar from three prompts, saved as .blend and .fbx.

blender --background --python docs/examples/one_avatar.py -- "a short fat man" "a wizard" "dancing" wizard
"""

import sys

import bpy
from bl_ext.user_default.avatarclip_blender import api

shape, appearance, motion, out = sys.argv[sys.argv.index("--") + 1 :][:4]
bpy.ops.wm.read_homefile(use_empty=True)


def tell(state):
    print(f"\r{state.stage} {state.step} / {state.total}   ", end="", flush=True)


folder = api.generate(shape=shape, appearance=appearance, motion=motion, on_progress=tell)
avatar = api.import_avatar(folder, match_scene_timing=True)
api.export_fbx(avatar.rig, f"{out}.fbx")
bpy.ops.wm.save_as_mainfile(filepath=f"{out}.blend")
print(f"\n{out}.blend and {out}.fbx are written; the avatar's folder is {folder}")
