"""T_RESULT A_RESULT OUT: an avatar that rests in another pose moves, retargets and exports like one in the T-pose."""

from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, arrays, empty, evaluated, to_blender
from lbs import skin

from avatarclip_blender import compat, export, importer
from avatarclip_blender.contract import protocol
from avatarclip_blender.importer import takes

t_result, a_result, out = ARGUMENTS
data = arrays(a_result)
FRAMES = (1, 14, 33, 61)


def joints_of(rig, first=1):
    """Joints (N, 24, 3) at the frames, in the world."""
    found = []
    for frame in FRAMES:
        bpy.context.scene.frame_set(first + frame - 1)
        found.append([list(rig.matrix_world @ rig.pose.bones[name].head) for name in protocol.JOINT_NAMES])
    return np.array(found)


def expected(pose, trans):
    """Joints (24, 3) of a pose by the oracle, relative to the pelvis's rest place, Blender's frame."""
    posed = skin(data["joints"], np.eye(24), data["joints"], data["parents"], pose, trans)
    return to_blender(posed)


empty()
bpy.context.scene.render.fps = 30
plain = importer.import_avatar(bpy.context, t_result)
resting = importer.import_avatar(bpy.context, a_result)
moved = joints_of(resting.rig)
wanted = np.array([expected(data["poses"][f - 1], data["trans"][f - 1]) for f in FRAMES])
error = np.abs((moved - moved[:1, :1]) - (wanted - wanted[:1, :1])).max()
assert error < 1e-3, error

# At rest it stands as the file says, on the floor
rest = skin(data["vertices"], data["weights"], data["joints"], data["parents"], data["rest_pose"].ravel(), np.zeros(3))
resting.rig.data.pose_position = "REST"
shown = evaluated(resting.body)
resting.rig.data.pose_position = "POSE"
floor = np.array([0, 0, rest[:, 1].min()])
assert np.abs(shown - (to_blender(rest) - floor)).max() < 1e-4
heads = np.array([list(resting.rig.data.bones[name].head_local) for name in protocol.JOINT_NAMES])
assert (
    np.abs(heads - np.array([list(plain.rig.data.bones[name].head_local) for name in protocol.JOINT_NAMES])).max() > 0.1
)

# Motion goes from the one to the other and back
for source, target in ((resting, plain), (plain, resting)):
    before = joints_of(source.rig)
    takes.retarget_take(bpy.context.scene, source.rig, source.action, target.rig)
    after = joints_of(target.rig)
    assert np.abs((after - after[:1, :1]) - (before - before[:1, :1])).max() < 1e-3
takes.use_take(resting.rig, resting.action)

# Few keys are still within 5 mm, and what is exported moves as it should
reduced = importer.import_avatar(bpy.context, a_result, curves=importer.CurveOptions(reduced=True))
assert np.linalg.norm(joints_of(reduced.rig) - joints_of(resting.rig), axis=-1).max() < 6e-3
path = Path(out) / "a.fbx"
export.export_fbx(bpy.context, path, resting.rig, "SMPL", detail="FULL")
empty()
bpy.context.scene.render.fps = 30
compat.import_fbx(str(path))
rig = next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")
again = joints_of(rig, int(bpy.data.actions[0].frame_range[0]))
assert np.abs(again - moved).max() < 1e-3, np.abs(again - moved).max()
print("ok")
