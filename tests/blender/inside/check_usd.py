"""RESULT OUT: the USD holds mesh, skin, motion and colours: imported again, and read through Pixar's own library."""

import zipfile
from pathlib import Path

import bpy
import numpy as np
from common import ARGUMENTS, arrays, coordinates, empty, evaluated
from lbs import skin

from avatarclip_blender import export, importer
from avatarclip_blender.contract import protocol

result, out = ARGUMENTS[0], Path(ARGUMENTS[1])
bpy.ops.wm.read_factory_settings()
avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
scene = bpy.context.scene
KINDS = ("objects", "meshes", "armatures", "actions", "materials", "images", "collections")


def everything():
    """Names of all datablocks, the scene's settings and what is selected."""
    names = [(kind, item.name) for kind in KINDS for item in getattr(bpy.data, kind)]
    colors = avatar.body.data.color_attributes[0].name, len(avatar.body.data.materials)
    return names, colors, scene.name, scene.frame_current, scene.frame_end, list(bpy.context.selected_objects)


def world(mesh, frame):
    """Vertices of a mesh at a frame."""
    bpy.context.scene.frame_set(frame)
    return evaluated(mesh)


count = len(arrays(result)["poses"])
frames = (1, 20, count)
meshes = {"GAME": avatar.game, "FULL": avatar.body}
avatar.game.users_collection[0].hide_viewport = False
expected = {kind: {frame: world(mesh, frame) for frame in frames} for kind, mesh in meshes.items()}
avatar.game.users_collection[0].hide_viewport = True
scene.frame_set(5)
before = everything()
for kind in meshes:
    export.export_usd(bpy.context, out / f"{kind}.usdz", avatar.rig, detail=kind)
assert everything() == before, "the scene is as it was"
assert sorted(entry.name for entry in out.iterdir()) == ["FULL.usdz", "GAME.usdz"], "whole files and nothing else"
for path, sentence in ((out / "a.fbx", "ending .usdz"), (out / "none" / "a.usdz", "could not be written")):
    try:
        export.export_usd(bpy.context, path, avatar.rig)
    except export.ExportError as error:
        assert sentence in str(error), error
    else:
        raise AssertionError(f"{path} is refused")
with zipfile.ZipFile(out / "GAME.usdz") as package:
    pictures = [name for name in package.namelist() if name.endswith(".png")]
    assert len(pictures) == 3 and all(package.read(name).startswith(b"\x89PNG") for name in pictures), "textures inside"

# --- imported again ---------------------------------------------------------------------------------------
for kind, points in expected.items():
    empty()
    bpy.context.scene.render.fps = 30
    bpy.ops.wm.usd_import(filepath=str(out / f"{kind}.usdz"))
    (rig,) = (o for o in bpy.context.scene.objects if o.type == "ARMATURE")
    (body,) = (o for o in bpy.context.scene.objects if o.type == "MESH")
    assert len(rig.data.bones) == 24
    assert np.allclose(body.matrix_world.to_scale(), 1, atol=1e-4)
    assert len(bpy.data.actions) == 1, [action.name for action in bpy.data.actions]
    first = round(bpy.data.actions[0].frame_range[0])
    for frame, true in points.items():
        error = np.abs(world(body, first + frame - 1) - true).max()
        assert error < 1e-3, f"{kind}, frame {frame}: {1000 * error:.2f} mm off"
    assert len(body.data.uv_layers) == (kind == "GAME") and len(body.data.color_attributes) == 1
    assert len(coordinates(body.data.vertices)) == len(points[1])

# --- read through Pixar's library, which Blender brings along since 4.4 -------------------------------------
if bpy.app.version >= (4, 4, 0):
    bpy.utils.expose_bundled_modules()
    from pxr import Usd, UsdGeom, UsdSkel

    data = arrays(result)
    joints, floor = data["joints"], np.array((0.0, data["vertices"][:, 1].min(), 0.0))
    for kind in meshes:
        stage = Usd.Stage.Open(str(out / f"{kind}.usdz"))
        assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0 and UsdGeom.GetStageUpAxis(stage) == "Y"
        assert stage.GetTimeCodesPerSecond() == 30 and stage.GetEndTimeCode() - stage.GetStartTimeCode() == count - 1
        prims = {prim.GetTypeName(): prim for prim in stage.Traverse()}
        skeleton = UsdSkel.Skeleton(prims["Skeleton"])
        names = [path.split("/")[-1] for path in skeleton.GetJointsAttr().Get()]
        assert sorted(names) == sorted(protocol.JOINT_NAMES)
        topology = UsdSkel.Topology(skeleton.GetJointsAttr().Get())
        for k, name in enumerate(names):
            parent = protocol.PARENTS[protocol.JOINT_NAMES.index(name)]
            found = topology.GetParent(k)
            assert found == -1 if parent < 0 else names[found] == protocol.JOINT_NAMES[parent]
        cache = UsdSkel.Cache()
        cache.Populate(UsdSkel.Root(prims["SkelRoot"]), Usd.PrimDefaultPredicate)
        order = [names.index(name) for name in protocol.JOINT_NAMES]
        for frame in frames:
            moved = cache.GetSkelQuery(skeleton).ComputeJointSkelTransforms(stage.GetStartTimeCode() + frame - 1)
            above = UsdGeom.XformCache(frame).GetLocalToWorldTransform(prims["Skeleton"])
            at = np.array([(matrix * above).ExtractTranslation() for matrix in moved])[order]
            pose, trans = data["poses"][frame - 1], data["trans"][frame - 1]
            true = skin(joints, np.eye(24), joints, data["parents"], pose, trans) - floor
            error = np.linalg.norm(at - true, axis=1).max()
            assert error < 1e-3, f"{kind}, frame {frame}: a joint is {1000 * error:.2f} mm off"
        binding = UsdSkel.BindingAPI(prims["Mesh"])
        influences = binding.GetJointWeightsPrimvar()
        weights = np.array(influences.Get()).reshape(-1, influences.GetElementSize())
        assert weights.shape[1] <= 4 and np.allclose(weights.sum(1), 1.0, atol=1e-4)
        assert UsdGeom.Mesh(prims["Mesh"]).GetDisplayColorPrimvar().HasValue()
        assert ("Material" in prims) == (kind == "GAME")
