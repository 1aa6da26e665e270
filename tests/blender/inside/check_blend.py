"""BLEND: a file that tools/assemble.py wrote opens here with everything in it."""

import bpy
import numpy as np
from common import ARGUMENTS, evaluated

bpy.ops.wm.open_mainfile(filepath=ARGUMENTS[0])
scene = bpy.context.scene
rig = next(o for o in scene.objects if o.type == "ARMATURE")
body = next(o for o in scene.objects if o.type == "MESH" and o.visible_get())
assert [o for o in scene.objects if o.visible_get()] == [rig, body] and len(rig.data.bones) == 24
assert body.find_armature() == rig and len(body.vertex_groups) == 24
assert body.data.color_attributes.active_color is not None
assert body.data.materials[0].node_tree.nodes
assert (scene.frame_start, scene.frame_end, scene.render.fps) == (1, 61, 30)
shapes = []
for frame in (1, 30):
    scene.frame_set(frame)
    shapes.append(evaluated(body))
assert np.abs(shapes[0] - shapes[1]).max() > 0.1, "it does not move"
