"""RESULT OUT: what can be done with an imported avatar: origin, prompts, bone collections, controls, asset."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, empty, evaluated
from mathutils import Quaternion

import avatarclip_blender
from avatarclip_blender import avatar, compat, controls, export
from avatarclip_blender.contract import protocol

result, out = ARGUMENTS
empty()
avatarclip_blender.register()
ops, scene = bpy.ops.avatarclip, bpy.context.scene
assert not ops.recall_prompts.poll() and not ops.add_controls.poll()
ops.import_avatar(directory=result)
rig = avatar.find_avatar(bpy.context.active_object)
body = next(child for child in rig.children if child.type == "MESH")

# Every bone in a collection, with a ring as wide as the body there, out of sight
for bone in rig.pose.bones:
    assert len(bone.bone.collections) == 1, bone.name
    assert bone.custom_shape is not None and not bone.custom_shape.visible_get()
    assert 0.01 < bone.custom_shape_scale_xyz[0] < 0.4
assert rig.data.collections["Leg L"].bones.keys() == ["left_hip", "left_knee", "left_ankle", "left_foot"]

# The origin, and back into the panel
settings = scene.avatarclip
settings.shape, settings.motion, settings.advanced.motion_frames = "x", "y", 7
assert ops.recall_prompts() == {"FINISHED"}
assert (settings.shape, settings.motion, settings.shape_seed, settings.motion_seed) == (
    "a tall strong man",
    "waving",
    7,
    9,
)
assert settings.advanced.motion_frames == 61 and settings.preset == "draft"
assert avatar.licences(rig) == ["Apache-2.0", "CC0-1.0"]
assert Path(avatar.provenance(rig)["folder"]) == Path(result)


def look():
    """Return the mesh and the joints at a few frames."""
    found = []
    for frame in (1, 9, 17, 30, 49):
        scene.frame_set(frame)
        joints = [rig.pose.bones[name].head for name in protocol.JOINT_NAMES]
        found.append((evaluated(body), np.array([list(joint) for joint in joints])))
    return found


def difference(first, second):
    """Return the largest distance in metres, of the mesh and of the joints."""
    return [max(np.abs(a[part] - b[part]).max() for a, b in zip(first, second)) for part in (0, 1)]


# Controls leave the joints where they are; what they then do is baked into the 24 bones
scene.frame_set(12)
before, curves = look(), len(compat.action_fcurves(rig.animation_data.action))
scene.frame_set(12)
assert ops.add_controls() == {"FINISHED"} and scene.frame_current == 12
assert len(rig.data.bones) == 32 and not any(rig.data.bones[limb.control].use_deform for limb in controls.LIMBS)
assert difference(before, look())[1] < 1e-3, difference(before, look())
try:
    ops.add_controls()
except RuntimeError as error:
    assert "controls already" in str(error)
control = rig.pose.bones["ik_left_wrist"]
scene.frame_set(17)
control.location.z += 0.1
control.keyframe_insert("location", frame=17)
moved = look()
assert np.linalg.norm(moved[2][1] - before[2][1], axis=1)[protocol.JOINT_NAMES.index("left_wrist")] > 0.02
try:
    export.export_fbx(bpy.context, Path(ARGUMENTS[1]) / "controlled.fbx", rig)
except export.ExportError as error:
    assert "Press Bake IK Controls first" in str(error)
else:
    raise AssertionError("what the controls do would be missing in the file")
# A limb by its own bones and by its control again: the motion stays, and either's edits are kept
assert ops.switch_limb(limb="left_wrist") == {"FINISHED"} and difference(moved, look())[1] < 1e-3, "to FK"
arm, leg = (next(limb for limb in controls.LIMBS if limb.end == end) for end in ("left_wrist", "right_ankle"))
assert not controls.is_ik(rig, arm) and controls.is_ik(rig, leg)
scene.frame_set(30)
elbow = rig.pose.bones["left_elbow"]
elbow.rotation_quaternion.rotate(Quaternion((1.0, 0.0, 0.0), 0.6))
elbow.keyframe_insert("rotation_quaternion", frame=30)
edited = look()
assert difference(moved, edited)[1] > 0.02
assert ops.switch_limb(limb="left_wrist") == {"FINISHED"} and controls.is_ik(rig, arm)
assert difference(edited, look())[1] < 1e-3, difference(edited, look())
assert ops.switch_limb(limb="right_ankle") == {"FINISHED"}
moved = look()
assert difference(edited, moved)[1] < 1e-3
assert ops.bake_controls() == {"FINISHED"}
assert set(rig.data.bones.keys()) == set(protocol.JOINT_NAMES) and "IK Controls" not in rig.data.collections
assert difference(moved, look())[1] < 1e-3, difference(moved, look())
assert difference(moved, look())[0] < 1e-3, difference(moved, look())
assert len(compat.action_fcurves(rig.animation_data.action)) == curves
assert not any(curve.mute for curve in compat.action_fcurves(rig.animation_data.action))
assert not any(len(bone.constraints) for bone in rig.pose.bones)

# An asset that other files find, with a picture
picture = Path(out) / "picture.png"
image = bpy.data.images.new("p", 64, 32)
image.filepath_raw, image.file_format = str(picture), "PNG"
image.save()
collection = avatar.mark_asset(bpy.context, rig, picture)
assert collection.asset_data.description == "a firefighter, a tall strong man, waving"
assert avatar.TAG in collection.asset_data.tags and tuple(collection.preview.image_size) == (256, 256)
bpy.ops.wm.save_as_mainfile(filepath=str(Path(out) / "library.blend"))
empty()
with bpy.data.libraries.load(str(Path(out) / "library.blend"), assets_only=True) as (found, wanted):
    wanted.collections = found.collections
assert [c.name for c in wanted.collections] == ["Firefighter"]
avatarclip_blender.unregister()
print("ok")
