"""RESULT: the imported avatar, posed by Blender, is where an independent linear blend skinning puts it."""

import bpy
import numpy as np
from common import ARGUMENTS, arrays, coordinates, empty, evaluated, to_blender
from lbs import skin

from avatarclip_blender import importer
from avatarclip_blender.contract import protocol

TOLERANCE = 1e-4  # metres


def strongest(weights):
    """Keep four influences a vertex, as the importer does."""
    kept = np.where(weights >= np.sort(weights, axis=1)[:, -4:-3], weights, 0)
    return kept / kept.sum(axis=1, keepdims=True)


def expect(avatar, data, frame, index, floor):
    """Compare Blender at a frame with pose number ``index``."""
    bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
    weights = strongest(data["weights"])
    posed = skin(data["vertices"], weights, data["joints"], data["parents"], data["poses"][index], data["trans"][index])
    error = np.abs(evaluated(avatar.body) - (to_blender(posed) - floor)).max()
    assert error < TOLERANCE, f"frame {frame}: {error:.2e} m off"


(result,) = ARGUMENTS
data = arrays(result)
floor = np.array([0, 0, data["vertices"][:, 1].min()])

empty()
avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
scene = bpy.context.scene
count = len(data["poses"])
assert abs(scene.render.fps / scene.render.fps_base - data["mocap_framerate"]) < 1e-3
assert (scene.frame_start, scene.frame_end) == (1, count)
for index in (0, 1, 17, count // 2, count - 1):
    expect(avatar, data, 1 + index, index, floor)

# Rest pose: the mesh and the joints stand where the file says, and the feet on the floor.
avatar.rig.data.pose_position = "REST"
rest = evaluated(avatar.body)
assert np.abs(rest - (to_blender(data["vertices"]) - floor)).max() < 1e-5
assert abs(rest[:, 2].min()) < 1e-6
heads = np.array([avatar.rig.data.bones[name].head_local for name in protocol.JOINT_NAMES])
assert np.abs(heads - (to_blender(data["joints"]) - floor)).max() < 1e-5
assert np.abs(coordinates(avatar.body.data.vertices) - rest).max() < 1e-6

# In a scene of another frame rate the motion keeps its speed: every fourth frame of 24 is a fifth of 30.
empty()
bpy.context.scene.render.fps = 24
bpy.context.scene.frame_start = 10
avatar = importer.import_avatar(bpy.context, result)
assert bpy.context.scene.render.fps == 24
for index in (0, 5, 30, 60) if data["mocap_framerate"] == 30 else ():
    expect(avatar, data, 10 + index * 24 / 30, index, floor)
