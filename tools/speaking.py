"""Renews docs/images/speaking.mp4: the head of an imported avatar blinks, smiles and speaks, rendered by Blender.

    PYTHON_WITH_BPY tools/speaking.py JOB [OUT.mp4] [--frames N N]

JOB is a finished job folder whose avatar has face shapes. A minute on a fast processor, a quarter of an hour on a slow
one; ``--frames`` renders some as pictures beside OUT instead, to look at.
"""

from __future__ import annotations

import argparse
import sys
from math import radians, tan
from pathlib import Path

import bpy
from mathutils import Vector

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import avatarclip_blender  # noqa: E402
from avatarclip_blender import api  # noqa: E402
from avatarclip_blender.importer import face_keys, shape_keys  # noqa: E402

FPS, SIZE, SAMPLES, LENS = 12, 272, 6, 18.0
"""Frames a second, pixels, rays a pixel, degrees."""
BOTH = ("Left", "Right")
SMILE = {"mouthSmile": 0.75, "cheekSquint": 0.35, "browOuterUp": 0.2}
VISEMES = {
    "rest": {},
    "m": {"mouthPress": 0.5, "mouthRollLower": 0.3},
    "a": {"jawOpen": 0.6, "mouthLowerDown": 0.35},
    "e": {"jawOpen": 0.25, "mouthStretch": 0.45, "mouthUpperUp": 0.25, "mouthLowerDown": 0.35},
    "o": {"jawOpen": 0.4, "mouthFunnel": 0.65},
    "u": {"jawOpen": 0.15, "mouthPucker": 0.8},
    "f": {"mouthRollLower": 0.6, "mouthUpperUp": 0.35, "jawOpen": 0.08},
}
"""What mouths do for sounds."""
SPEECH = "rest m a rest e o m a rest u e a f o rest"
BEGINS, SOUND = 1.6, 0.13
"""Seconds at which speech begins, and that a sound takes."""
BLINKS = (0.35, 1.9, 3.6)
"""Seconds of blinks."""
SMILES = ((0.5, 0.0), (0.9, 1.0), (1.4, 0.9), (1.8, 0.35), (3.3, 0.35), (3.8, 1.0), (4.2, 0.9))
"""Seconds, and how far it smiles then."""
LENGTH = 4.2


def key(keys: dict[str, bpy.types.ShapeKey], shapes: dict[str, float], second: float) -> None:
    """Key face shapes at a time; names without Left or Right mean both sides."""
    for name, value in shapes.items():
        for side in ("", *BOTH):
            shape = keys.get(f"{name}{side}")
            if shape is not None:
                shape.value = value
                shape.keyframe_insert("value", frame=1 + second * FPS)


def perform(rig: bpy.types.Object) -> None:
    """Key the face; the body stands still."""
    rig.animation_data_clear()
    mesh = shape_keys.leading_mesh(rig)
    if mesh is None:
        raise SystemExit("This avatar has no face shapes.")
    if mesh.data.shape_keys.animation_data is not None:
        mesh.data.shape_keys.animation_data.action = None
    keys = {shape.name: shape for shape in face_keys.face_keys(rig)}
    for second in BLINKS:
        for off, value in ((-0.1, 0.0), (0.0, 1.0), (0.04, 1.0), (0.2, 0.0)):
            key(keys, {"eyeBlink": value}, second + off)
    for second, much in SMILES:
        key(keys, {name: much * value for name, value in SMILE.items()}, second)
    moving = {name for shapes in VISEMES.values() for name in shapes}
    for number, sound in enumerate(SPEECH.split()):
        key(keys, {name: VISEMES[sound].get(name, 0.0) for name in moving}, BEGINS + number * SOUND)


def light(name: str, energy: float, size: float, place: Vector, target: Vector) -> None:
    """A soft box that looks at the head."""
    lamp = bpy.data.lights.new(name, "AREA")
    lamp.energy, lamp.size = energy, size
    holder = bpy.data.objects.new(name, lamp)
    holder.location = place
    holder.rotation_euler = (target - place).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(holder)


def studio(rig: bpy.types.Object) -> None:
    """Camera, lights and a quiet wall before the avatar's head."""
    head = rig.matrix_world @ rig.data.bones["head"].head_local
    body = shape_keys.leading_mesh(rig)
    assert body is not None, "the avatar has no mesh"
    near = [body.matrix_world @ vertex.co for vertex in body.data.vertices]
    top = max(place.z for place in near if abs(place.x - head.x) < 0.1)
    target = Vector((head.x, head.y, head.z + 0.30 * (top - head.z)))
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.angle = radians(LENS)
    away = 1.15 * (top - head.z) / tan(radians(LENS) / 2)
    camera.location = target + away * Vector((0.34, -0.94, 0.05)).normalized()
    camera.rotation_euler = (target - camera.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    light("Key", 19.0, 0.7, target + Vector((-0.9, -1.1, 0.8)), target)
    light("Fill", 9.0, 1.2, target + Vector((1.3, -0.9, 0.1)), target)
    light("Rim", 16.0, 0.5, target + Vector((0.9, 1.0, 0.7)), target)
    world = bpy.data.worlds.new("Studio")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.55, 0.56, 0.58, 1.0)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.55
    bpy.context.scene.world = world


def settings(scene: bpy.types.Scene, out: Path, pictures: bool) -> None:
    """How it is rendered."""
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.max_bounces = SAMPLES, True, 4
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.render.fps, scene.render.use_persistent_data = FPS, True
    scene.frame_start, scene.frame_end = 1, 1 + int(LENGTH * FPS)
    scene.render.filepath = str(out.with_suffix("")) + "-" if pictures else str(out)
    image = scene.render.image_settings
    if pictures:
        image.file_format = "PNG"
        return
    if hasattr(image, "media_type"):  # from Blender 5.0 on
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    film = scene.render.ffmpeg
    film.format, film.codec, film.constant_rate_factor, film.gopsize = "MPEG4", "H264", "HIGH", 30
    scene.render.use_file_extension = False


def main() -> None:
    """Import, key, render."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("job", type=Path)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "docs" / "images" / "speaking.mp4")
    parser.add_argument("--frames", type=int, nargs=2)
    options = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    avatarclip_blender.register()
    avatar = api.import_avatar(options.job)
    perform(avatar.rig)
    studio(avatar.rig)
    scene = bpy.context.scene
    settings(scene, options.out.resolve(), options.frames is not None)
    if options.frames:
        for frame in options.frames:
            scene.frame_set(frame)
            scene.render.filepath = f"{options.out.with_suffix('')}-{frame:03d}.png"
            bpy.ops.render.render(write_still=True)
    else:
        bpy.ops.render.render(animation=True)
    avatarclip_blender.unregister()


if __name__ == "__main__":
    main()
