"""Writes ``result/``: the avatar and its motion as files that others open, pictures, video and the manifest.

Everything is made beside the old result and then renamed into its place, so that a failure (a full disk) leaves the old
one. Of the old files the manifest goes first, of the new ones it comes last: a result with a manifest is whole.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import io
import json
import logging
import os
import platform
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import engine
from engine import device, protocol, provenance
from engine.job import Job, clear_folder
from engine.methods import methods

if TYPE_CHECKING:
    from engine.pipeline import Context
    from engine.rig import Avatar

log = logging.getLogger(__name__)

_PACKAGES = ("torch", "transformers", "smplx", "warp-lang", "numpy", "scipy", "scikit-image", "trimesh", "pyhocon")
"""Whose versions the manifest names."""
_OWN_FILES = (
    protocol.AVATAR_NPZ, protocol.MOTION_NPZ, protocol.AVATAR_PLY, protocol.AVATAR_GLB, protocol.PREVIEW_PNG,
    protocol.PROCESS_MP4, protocol.GAME_GLB, protocol.AVATAR_OBJ, protocol.AVATAR_MTL, protocol.MOTION_BVH,
    *protocol.TEXTURES.values(),
)  # fmt: skip


def write_results(job: Job, context: Context) -> list[str]:
    """Write everything that the job's stages allow and give the files' names, the manifest last.

    Files of an earlier run that this one did not make are removed; what they were made of stays in the checkpoints.
    """
    from engine.render.process import write_process

    folder = job.result / ".part-new"
    clear_folder(folder)
    files: list[str] = []
    motion = context.result("motion") if "motion" in context.wanted else None
    if motion is not None:
        files.append(_copy(context, "motion", protocol.MOTION_NPZ, folder))
    if "rig" in context.wanted:
        files += _write_avatar(context, motion, folder)
    files.append(_write_preview(context, motion, folder))
    if write_process(job.path / protocol.PREVIEWS_DIR, folder / protocol.PROCESS_MP4, context.config.video):
        files.append(protocol.PROCESS_MP4)
    text = json.dumps(manifest(context, folder, files), indent=2, ensure_ascii=False)
    protocol.write_atomically(folder / protocol.MANIFEST_FILE, text + "\n")
    files.append(protocol.MANIFEST_FILE)
    for name in (protocol.MANIFEST_FILE, *(name for name in _OWN_FILES if name not in files)):
        (job.result / name).unlink(missing_ok=True)
    for name in files:
        os.replace(folder / name, job.result / name)
    folder.rmdir()
    return files


def _copy(context: Context, stage: str, name: str, folder: Path) -> str:
    """Bring a stage's stored file into the result."""
    shutil.copyfile(context.folders[stage].folder / name, folder / name)
    return name


def _write_avatar(context: Context, motion: Any, folder: Path) -> list[str]:
    """The avatar for readers of each kind, with the animation if there is a motion."""
    from engine.mesh import write_glb, write_ply
    from engine.motion.bvh_writer import write_bvh
    from engine.rig import in_rest_pose, on_floor, relative_to, uncover, with_hands

    made = in_rest_pose(uncover(context.result("rig")))
    avatar = on_floor(made)
    moves: dict[str, Any] = {}
    if motion is not None:
        poses = relative_to(avatar.rest_pose, with_hands(avatar, motion.poses, motion.hands), avatar.parents)
        moves = {"poses": poses, "trans": motion.trans, "fps": float(motion.fps), "face": motion.face}
    write_ply(folder / protocol.AVATAR_PLY, avatar.vertices, avatar.faces, avatar.colors)
    write_glb(folder / protocol.AVATAR_GLB, avatar, **moves)
    files = [_copy(context, "rig", protocol.AVATAR_NPZ, folder), protocol.AVATAR_PLY, protocol.AVATAR_GLB]
    if motion is not None:
        write_bvh(folder / protocol.MOTION_BVH, made.joints, poses, motion.trans, float(motion.fps))
        files.append(protocol.MOTION_BVH)
    return files + (_write_game(context, avatar, moves, folder) if avatar.game is not None else [])


def _write_game(context: Context, avatar: Avatar, moves: dict[str, Any], folder: Path) -> list[str]:
    """The game mesh: its textures, ``game.glb`` with all of it, ``avatar.obj`` with its material."""
    from engine.mesh import write_glb, write_obj
    from engine.mesh.gltf import Layout

    game: Any = avatar.game
    for name, file in protocol.TEXTURES.items():
        shutil.copyfile(context.folders["mesh"].folder / f"{name}.png", folder / file)
    pictures = [(folder / file).read_bytes() for file in protocol.TEXTURES.values()]
    light = dataclasses.replace(
        avatar, vertices=game.vertices, faces=game.faces, colors=game.colors, weights=game.weights,
        face_layers=game.face_layers, uvs=game.uvs, roughness=None, metallic=None, covered=None, canonical=None,
        face=game.face,
    )  # fmt: skip
    write_glb(folder / protocol.GAME_GLB, light, **moves, layout=Layout(game.uvs, *pictures))
    write_obj(folder / protocol.AVATAR_OBJ, game.vertices, game.faces, game.uvs, game.colors)
    return [*protocol.TEXTURES.values(), protocol.GAME_GLB, protocol.AVATAR_OBJ, protocol.AVATAR_MTL]


def _write_preview(context: Context, motion: Any, folder: Path) -> str:
    """``preview.png`` of the avatar, or of the coarse body when there is no rigged avatar."""
    from PIL import Image

    from engine.rig.pictures import avatar_preview

    avatar = context.result("rig") if "rig" in context.wanted else _coarse_body(context)
    picture = (
        avatar_preview(avatar) if motion is None else avatar_preview(avatar, motion.poses, motion.trans, motion.hands)
    )
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    protocol.write_atomically(folder / protocol.PREVIEW_PNG, buffer.getvalue())
    return protocol.PREVIEW_PNG


def _coarse_body(context: Context) -> Avatar:
    """The body of the shape stage as an avatar in neutral grey."""
    from engine.body import NEUTRAL_GREY
    from engine.rig import Avatar

    body, betas = context.body, context.result("shape").betas
    vertices = body.rest_vertices(betas)
    return Avatar(
        vertices=vertices,
        faces=body.faces,
        colors=np.full(vertices.shape, NEUTRAL_GREY, np.float32),
        weights=body.weights,
        joints=body.rest_joints(betas),
        parents=np.asarray(protocol.PARENTS, np.int32),
    )


def manifest(context: Context, folder: Path, files: list[str]) -> dict[str, Any]:
    """Where this result comes from: everything needed to make it again, and under which licences its parts are."""
    request, config = context.request, context.config
    timings = {stage: round(context.folders[stage].seconds(), 3) for stage in context.wanted}
    return {
        "format": protocol.FORMAT,
        **read_out(context),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "prompts": {name: text for name, text in context.prompts.items() if name in context.wanted},
        "seed": request.seed,
        "seeds": request.seeds,
        "preset": request.preset,
        "conf": request.conf,
        "overrides": request.overrides,
        "stages": list(context.wanted),
        "settings": {name: config.section(name) for name in ("body", "clip", *protocol.STAGES, "video")},
        "engine_version": engine.__version__,
        "versions": {"python": platform.python_version(), **_versions()},
        "device": device.describe(context.device),
        "platform": platform.platform(),
        "body": {"name": context.body.name, "sha256": context.body.checksum},
        "perceptor": {"name": context.perceptor.name, "sha256": context.perceptor.checksum},
        **_game_figures(context),
        "shape": {"betas": np.asarray(context.result("shape").betas, float).round(6).tolist()},
        "memory": device.peak_memory(),
        "methods": methods(context),
        "guided_steps": context.result("appearance").steps if "appearance" in context.wanted else 0,
        "seconds": {**timings, "total": round(sum(timings.values()), 3)},
        "files": {name: {"bytes": (folder / name).stat().st_size, "sha256": provenance.checksum(folder / name)}
                  for name in files},
        "licences": provenance.licences(),
    }  # fmt: skip


def read_out(context: Context) -> dict[str, Any]:
    """What was understood of the prompts for body and appearance, and what was not."""
    readings = context.readings()
    return {
        protocol.UNDERSTOOD: {
            stage: [dataclasses.asdict(item) for item in reading.understood] for stage, reading in readings.items()
        },
        protocol.IGNORED: {stage: list(reading.ignored) for stage, reading in readings.items()},
        protocol.REPAIRED: {stage: dict(reading.repaired) for stage, reading in readings.items()},
        protocol.LANGUAGE: {stage: reading.language for stage, reading in readings.items()},
    }


def _game_figures(context: Context) -> dict[str, Any]:
    """Of the game mesh: triangles, texels, and how well it stands for the full one."""
    game = context.result("mesh").game if "mesh" in context.wanted else None
    if game is None:
        return {}
    return {
        "game_mesh": {
            "triangles": len(game.faces),
            "texture_size": len(game.textures.color),
            "psnr_db": round(game.psnr, 2),
            "silhouette_iou": round(game.silhouette, 4),
        }
    }


def _versions() -> dict[str, str]:
    """Versions of the packages that shape the result."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            log.info("no package metadata for %s", name)
    return found
