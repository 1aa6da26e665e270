"""JOBS: writes avatars with the add-on's exporters, reads files of all kinds, and prints where everything is, as JSON.

Run by the Python of a bpy wheel. JOBS is a JSON file: ``write``, a list of [result folder, files, names], each file
with its detail and preset; ``read``, of [file, frames a second]; ``draw``, files with squares to draw flat in one
``picture``. Places are given in the files' own frame: metres, +y up, facing +z.
"""

import json
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from avatarclip_blender import compat, export, export_glb, importer

SIZE = 16
IMPORTERS = {
    ".fbx": compat.import_fbx,
    ".glb": lambda path: bpy.ops.import_scene.gltf(filepath=path),
    ".usdz": lambda path: bpy.ops.wm.usd_import(filepath=path),
    ".obj": lambda path: bpy.ops.wm.obj_import(filepath=path),
    ".ply": lambda path: bpy.ops.wm.ply_import(filepath=path, forward_axis="NEGATIVE_Z", up_axis="Y"),
    ".bvh": lambda path: bpy.ops.import_anim.bvh(filepath=path, global_scale=0.01, update_scene_fps=True),
}
EXPORTERS = {".fbx": export.export_fbx, ".glb": export_glb.export_glb, ".usdz": export.export_usd}


def write(result, files, names=()):
    """Import a result and write it as files; with names, its parts and two takes have these."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    avatar = importer.import_avatar(bpy.context, result, match_scene_timing=True)
    if names:
        again = importer.add_take(bpy.context, avatar.rig, result)
        parts = [avatar.rig, avatar.rig.data, avatar.game, avatar.game.data, avatar.game.data.materials[0]]
        for part, name in zip([*parts, avatar.action, again], names):
            part.name = name
    for file, detail, preset in files:
        kind = Path(file).suffix
        named = {} if kind == ".usdz" else {"preset": preset, "all_takes": bool(names)}
        EXPORTERS[kind](bpy.context, file, avatar.rig, detail=detail, **named)


def load(file):
    """Import a file; gives its objects."""
    before = set(bpy.context.scene.objects)
    IMPORTERS[Path(file).suffix](str(file))
    return [item for item in bpy.context.scene.objects if item not in before and not item.name.startswith("Icosphere")]


def places(points):
    """Points of the world (N, 3) in the files' frame."""
    return (np.array(points) @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]]).round(6).tolist()


def bounds(meshes):
    """Lowest and highest corner of meshes as they are drawn."""
    graph, found = bpy.context.evaluated_depsgraph_get(), []
    for item in meshes:
        shown = item.evaluated_get(graph)
        used = np.zeros(3 * len(shown.data.vertices), np.float32)
        shown.data.vertices.foreach_get("co", used)
        world = np.array(item.matrix_world)
        found.append(used.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
    points = np.array(places(np.concatenate(found)))
    return [points.min(0).tolist(), points.max(0).tolist()]


def read(file, fps=30):
    """What a file holds, in a scene of so many frames a second."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = fps
    objects = load(file)
    meshes = [item for item in objects if item.type == "MESH" and not item.hide_get()]
    rigs = [item for item in objects if item.type == "ARMATURE"]
    stores = (bpy.data.objects, bpy.data.materials)
    names = [sorted(item.name for item in store) for store in stores]
    found = {"rigs": len(rigs), "names": names, "fps": scene.render.fps}
    for rig in rigs:
        found["scale"] = list(rig.matrix_world.to_scale())
        actions = list(bpy.data.actions)
        bones = [
            action for action in actions if any("pose.bones" in c.data_path for c in compat.action_fcurves(action))
        ]
        found["clips"] = [action.name for action in bones]
        if bones:
            first, last = (round(value, 3) for value in bones[0].frame_range)
            found["frames"] = [round(action.frame_range[1] - action.frame_range[0], 3) + 1 for action in bones]
            frames = []
            for frame in np.arange(first, last + 1):
                scene.frame_set(int(frame))
                frames.append(places([rig.matrix_world @ bone.head for bone in rig.pose.bones]))
            found["joints"] = {b.name: [row[k] for row in frames] for k, b in enumerate(rig.pose.bones)}
        rig.data.pose_position = "REST"
        bpy.context.view_layer.update()
        found["rest"] = dict(
            zip(rig.data.bones.keys(), places([rig.matrix_world @ b.head_local for b in rig.data.bones]))
        )
    for mesh in meshes:  # a face at rest
        mesh.shape_key_clear()
    if meshes:
        found["bounds"] = bounds(meshes)
    return found


def draw(files, picture):
    """Draw the squares of files one above the other, by their base colours alone; gives three colours for each file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    for row, file in enumerate(files):
        objects = load(file)
        for item in objects:
            if item.parent is None:
                item.location.z += 0.5 * row
            if item.type == "MESH":
                flat(item)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.data.type, camera.data.ortho_scale = "ORTHO", max(1.5, 0.5 * len(files))
    camera.location, camera.rotation_euler = (0, -5, 0.25 * len(files) - 0.05), (np.pi / 2, 0, 0)
    scene.render.engine, scene.cycles.samples, scene.render.filter_size = "CYCLES", 1, 0.01
    scene.render.resolution_x, scene.render.resolution_y = 3 * SIZE, len(files) * SIZE
    scene.view_settings.view_transform, scene.render.filepath = "Standard", picture
    scene.render.image_settings.file_format = "PNG"
    bpy.ops.render.render(write_still=True)


def flat(mesh):
    """Let materials give off their base colour: what is linked there, else the mesh's vertex colours."""
    if not mesh.data.materials:
        mesh.data.materials.append(bpy.data.materials.new("Plain"))
        mesh.data.materials[0].use_nodes = True
    for material in mesh.data.materials:
        tree = material.node_tree
        surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
        output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
        light = tree.nodes.new("ShaderNodeEmission")
        links = surface.inputs["Base Color"].links
        source = links[0].from_socket if links else tree.nodes.new("ShaderNodeVertexColor").outputs["Color"]
        tree.links.new(source, light.inputs["Color"])
        tree.links.new(light.outputs["Emission"], output.inputs["Surface"])


jobs = json.loads(Path(sys.argv[1]).read_text())
for job in jobs["write"]:
    write(*job)
for file, *fps in jobs["read"]:
    print("FOUND", json.dumps([file, read(file, *fps)]))
if jobs["draw"]:
    draw(jobs["draw"], jobs["picture"])
