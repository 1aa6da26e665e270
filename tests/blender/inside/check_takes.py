"""RESULT WORK: curves of every kind give the same movement; takes, retargeting, pose assets."""

import json
import shutil
from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, empty

import avatarclip_blender
from avatarclip_blender import compat, importer
from avatarclip_blender.contract import protocol

source, work = (Path(argument) for argument in ARGUMENTS)


def tracks(rig):
    """World matrices (T,24,4,4) of the bones over the scene's range."""
    scene, out = bpy.context.scene, []
    first, last = (round(frame) for frame in rig.animation_data.action.frame_range)
    for frame in range(first, last + 1):
        scene.frame_set(frame)
        out.append([np.array(rig.matrix_world @ rig.pose.bones[name].matrix) for name in protocol.JOINT_NAMES])
    return np.array(out)


def gaps(one, other):
    """Largest distance in metres and largest angle in degrees between two tracks; angles relative to the parent."""
    metres = np.linalg.norm(one[..., :3, 3] - other[..., :3, 3], axis=-1).max()
    degrees = 0.0
    for joint, parent in enumerate(protocol.PARENTS):
        local = [
            np.swapaxes(t[:, parent, :3, :3], -1, -2) @ t[:, joint, :3, :3] if parent >= 0 else t[:, 0, :3, :3]
            for t in (one, other)
        ]
        chord = np.linalg.norm(local[0] - local[1], axis=(1, 2)) / np.sqrt(8)
        degrees = max(degrees, np.degrees(2 * np.arcsin(chord)).max())
    return metres, degrees


def keys_of(action):
    """How many keys an action's curves have."""
    return sum(len(curve.keyframe_points) for curve in compat.action_fcurves(action))


def edit(folder, scale=1.0, **changes):
    """Copy the result with other arrays in its motion and a body of another size."""
    shutil.copytree(source, folder)
    for name, more in (("motion", changes), ("avatar", {})):
        with np.load(folder / f"{name}.npz") as archive:
            data = {**{key: archive[key] for key in archive.files}, **more}
        if name == "avatar":
            data["vertices"], data["joints"] = data["vertices"] * scale, data["joints"] * scale
        np.savez(folder / f"{name}.npz", **data)
    return folder


# Calm enough a motion that nothing turns by half a circle between two frames, with candidates
with np.load(source / "motion.npz") as archive:
    poses, trans = archive["poses"] * 0.4, archive["trans"]
candidates = np.stack([poses[0], poses[20], poses[40]])
calm = edit(work / "calm" / "result", poses=poses, trans=trans, candidates=candidates)

# Euler and reduced curves: the same movement within 0.5 degrees and 5 mm, without jumps, with fewer keys
empty()
scene = bpy.context.scene
scene.render.fps = 30
dense = importer.import_avatar(bpy.context, calm)
truth, counts = tracks(dense.rig), {}
for euler in (False, True):
    for reduced in (False, True):
        made = importer.import_avatar(bpy.context, calm, curves=importer.CurveOptions(euler, reduced, False))
        metres, degrees = gaps(tracks(made.rig), truth)
        limit = (0.00501, 0.505) if reduced else (1e-4, 0.02)
        assert metres <= limit[0] and degrees <= limit[1], (euler, reduced, metres, degrees)
        counts[euler, reduced] = keys_of(made.action)
        mode = made.rig.pose.bones["left_knee"].rotation_mode
        assert mode == ("XYZ" if euler else "QUATERNION")
        if euler:
            for curve in compat.action_fcurves(made.action):
                values = np.array([point.co[1] for point in curve.keyframe_points])
                assert reduced or np.abs(np.diff(values)).max(initial=0) < 1.5, "an Euler curve jumps"
assert counts[False, True] < 0.5 * counts[False, False] and counts[True, True] < 0.5 * counts[True, False], counts
print("keys", counts)

# In place: no travel, the rest stays
spot = importer.import_avatar(bpy.context, calm, curves=importer.CurveOptions(in_place=True))
moved = tracks(spot.rig)
assert np.ptp(truth[:, 0, 1, 3]) > 1.5 and np.ptp(moved[:, 0, :2, 3], axis=0).max() < 0.35
assert np.abs(moved[:, 0, 2, 3] - truth[:, 0, 2, 3]).max() < 1e-4
assert gaps(moved - moved[:, :1] * [[0, 0, 0, 1]] * 1.0, truth - truth[:, :1] * [[0, 0, 0, 1]] * 1.0)[1] < 0.02

# Takes: named after the prompt, kept, one current
empty()
bpy.context.scene.render.fps = 30
avatar = importer.import_avatar(bpy.context, calm)
jump = edit(work / "jump" / "result", poses=poses * 0.5, trans=trans)
manifest = json.loads((jump / "manifest.json").read_text())
manifest["prompts"]["motion"] = "jumping"
(jump / "manifest.json").write_text(json.dumps(manifest))
second = importer.add_take(bpy.context, avatar.rig, jump)
assert (avatar.action.name, second.name) == ("Firefighter waving", "Firefighter jumping")
assert set(importer.takes_of(avatar.rig)) == {avatar.action, second} and all(
    t.use_fake_user for t in (avatar.action, second)
)
assert avatar.rig.animation_data.action == second
importer.use_take(avatar.rig, avatar.action)
assert gaps(tracks(avatar.rig), truth)[0] < 1e-4

# Reduce Keys: the same movement of a take that is there, an edit of another curve stays
avatar.rig["mine"] = 0.0
for action in (avatar.action, second):
    importer.use_take(avatar.rig, action)
    avatar.rig.keyframe_insert('["mine"]', frame=7)
    whole = tracks(avatar.rig)
    before, now = importer.reduce_keys(avatar.rig, action)
    assert (before, now) == (before, keys_of(action)) and now < 0.5 * before, (before, now)
    metres, degrees = gaps(tracks(avatar.rig), whole)
    assert metres <= 0.00501 and degrees <= 0.505, (metres, degrees)
    assert any(curve.data_path == '["mine"]' for curve in compat.action_fcurves(action))

# Loop: it ends as it begins, goes on from where it has got to, and is left alone but for its last frames
importer.use_take(avatar.rig, second)
whole = tracks(avatar.rig)
importer.loop_take(avatar.rig, second, 30.0, reduced=False)
first, last = (round(frame) for frame in second.frame_range)
looped = tracks(avatar.rig)
assert importer.is_looped(second) and len(looped) == len(whole)
assert gaps(looped[:-13], whole[:-13])[0] < 1e-4
travel = (looped[-1, 0, :3, 3] - looped[0, 0, :3, 3]) * (1, 1, 0)
assert np.linalg.norm(travel) > 0.5
again = looped.copy()
again[..., :3, 3] += travel
for frame in (0, 5, 20):
    bpy.context.scene.frame_set(last + frame)
    now = np.array(
        [[np.array(avatar.rig.matrix_world @ avatar.rig.pose.bones[n].matrix) for n in protocol.JOINT_NAMES]]
    )
    metres, degrees = gaps(now, again[frame : frame + 1])
    assert metres < 1e-3 and degrees < 0.1, (frame, metres, degrees)
importer.unloop_take(avatar.rig, second)
assert not importer.is_looped(second)
importer.use_take(avatar.rig, avatar.action)
truth = tracks(avatar.rig)

# Retargeting: to a body half as large, the angles stay and the path shrinks with the legs
small = importer.import_avatar(
    bpy.context, edit(work / "small" / "result", scale=0.5, poses=poses, trans=trans), name="Small"
)
for options in (importer.CurveOptions(), importer.CurveOptions(reduced=True)):
    got = importer.retarget_take(bpy.context.scene, avatar.rig, avatar.action, small.rig, options)
    other = tracks(small.rig)
    shrunk = truth.copy()
    shrunk[..., :3, 3] *= 0.5
    metres, degrees = gaps(other, shrunk)
    assert metres < 0.0055 and degrees < 0.51, (metres, degrees)
    assert got in importer.takes_of(small.rig) and got not in importer.takes_of(avatar.rig)

# Pose library: one asset a candidate, the take stays
current = small.rig.animation_data.action
assets = importer.make_pose_library(bpy.context, small.rig, calm)
assert len(assets) == 3 and all(asset.asset_data and tuple(asset.frame_range) == (1, 1) for asset in assets)
assert small.rig.animation_data.action == current and not set(assets) & set(importer.takes_of(small.rig))

# The operators say why not, and do it
avatarclip_blender.register()
empty()
assert not bpy.ops.avatarclip.add_take.poll()
assert bpy.ops.avatarclip.import_avatar(directory=str(calm)) == {"FINISHED"}
shown = bpy.context.scene
few = keys_of(bpy.context.active_object.animation_data.action)
assert shown.use_preview_range and (shown.frame_preview_start, shown.frame_end) == (1, 250)
assert shown.frame_preview_end == round(bpy.context.active_object.animation_data.action.frame_range[1])
assert bpy.ops.avatarclip.import_avatar(directory=str(calm), keys="DENSE", play_take=False) == {"FINISHED"}
assert few < 0.5 * keys_of(bpy.context.active_object.animation_data.action)
assert bpy.ops.avatarclip.loop_take() == {"FINISHED"} and bpy.ops.avatarclip.reduce_keys() == {"FINISHED"}
empty()
one = importer.import_avatar(bpy.context, calm)
assert bpy.ops.avatarclip.add_take(directory=str(jump)) == {"FINISHED"}
assert (
    bpy.ops.avatarclip.use_take(action=one.action.name) == {"FINISHED"} and one.rig.animation_data.action == one.action
)
assert bpy.ops.avatarclip.use_take() == {"FINISHED"} and one.rig.animation_data.action != one.action
assert bpy.ops.avatarclip.make_pose_library(directory=str(calm)) == {"FINISHED"}
other = importer.import_avatar(bpy.context, work / "small" / "result", name="Other")
one.body.select_set(True)
assert bpy.ops.avatarclip.retarget_take() == {"FINISHED"} and len(importer.takes_of(other.rig)) == 2
for call in (
    lambda: bpy.ops.avatarclip.use_take(action="nothing"),
    lambda: bpy.ops.avatarclip.make_pose_library(directory=str(jump)),
):
    try:
        call()
    except RuntimeError as error:
        assert "Error" in str(error)
    else:
        raise AssertionError("it went through")
avatarclip_blender.unregister()
