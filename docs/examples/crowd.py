"""Several motions for one avatar: the looks are made once, each further motion takes seconds.

blender --background --python docs/examples/crowd.py -- "a firefighter" out.blend waving dancing "walking in a circle"
"""

import sys

import bpy
from bl_ext.user_default.avatarclip_blender import api

appearance, out, *motions = sys.argv[sys.argv.index("--") + 1 :]
bpy.ops.wm.read_homefile(use_empty=True)
base = None
for number, motion in enumerate(motions):
    base = api.generate(appearance=appearance, motion=motion, base=base)
    avatar = api.import_avatar(base, name=motion.title())
    avatar.rig.location.x = 1.2 * number
    api.mark_as_asset(avatar.rig)
bpy.ops.wm.save_as_mainfile(filepath=out)
print(f"{len(motions)} avatars in {out}")
