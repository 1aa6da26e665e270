"""Writes ``result/``: the avatar and its motion as files that others open, pictures, video and the manifest.

What changed is made beside the old result and then renamed into its place, so that a failure (a full disk) leaves the
old one. Of the old files the manifest goes first, of the new ones it comes last: a result with a manifest is whole.
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
from engine.cache import digest
from engine.job import Job, clear_folder
from engine.renewal import MADE_OF, Renewal

if TYPE_CHECKING:
    from engine.rig import Avatar
    from engine.stages import Context

log = logging.getLogger(__name__)

_PACKAGES = ("torch", "transformers", "smplx", "warp-lang", "numpy", "scipy", "scikit-image", "pyhocon")
"""Packages whose versions the manifest names."""


def write_results(job: Job, context: Context) -> list[str]:
    """Write everything that the job's stages allow and give the files' names, the manifest last.

    What an earlier run made of the same stays as it is. Files of an earlier run that this one does not have are
    removed; what they were made of stays in the checkpoints.
    """
    folder = job.result / ".part-new"
    clear_folder(folder)
    before = job.path / protocol.BEFORE_DIR
    has_own = (job.result / protocol.MANIFEST_FILE).is_file()
    renewal = Renewal(job.result if has_own or not before.is_dir() else before)
    motion = context.result("motion") if "motion" in context.wanted else None
    files: list[str] = []
    if "rig" in context.wanted:
        files += _write_avatar(context, motion, folder, renewal)
    elif motion is not None:
        shutil.copyfile(context.folders["motion"].folder / protocol.MOTION_NPZ, folder / protocol.MOTION_NPZ)
        files.append(protocol.MOTION_NPZ)
    files += _write_preview(context, motion, folder, renewal)
    files += _write_process(job, context, folder, renewal)
    text = json.dumps(manifest(context, folder, files, renewal), indent=2, ensure_ascii=False)
    protocol.write_atomically(folder / protocol.MANIFEST_FILE, text + "\n")
    files.append(protocol.MANIFEST_FILE)
    for name in (protocol.MANIFEST_FILE, *(name for name in renewal.listed() if name not in files)):
        (job.result / name).unlink(missing_ok=True)
    for name in files:
        source = (renewal.before if name in renewal.kept else folder) / name
        if source != job.result / name:
            os.replace(source, job.result / name)
    folder.rmdir()
    shutil.rmtree(before, ignore_errors=True)
    return files


def _keys(context: Context, *settings: Any) -> tuple[str, str]:
    """Hashes of all that decides what a product shows, and of all but the motion."""
    still = {name: context.folders[name].key for name in context.wanted if name != "motion"}
    inputs = {"stages": still, "settings": settings}
    moving = {"motion": context.folders["motion"].key} if "motion" in context.wanted else {}
    return digest({**inputs, **moving}), digest(inputs)


def _write_avatar(context: Context, motion: Any, folder: Path, renewal: Renewal) -> list[str]:
    """The avatar and its motion in the formats that the settings list."""
    from engine import export

    stored = {protocol.AVATAR_NPZ: context.folders["rig"].folder / protocol.AVATAR_NPZ}
    if motion is not None:
        stored[protocol.MOTION_NPZ] = context.folders["motion"].folder / protocol.MOTION_NPZ
    textures = context.folders["mesh"].folder
    conf, loops = context.config.export, context.config.motion.loop
    scene = export.Scene.of(context.result("rig"), motion, textures, stored, conf, loops)
    settings = {key: value for key, value in context.config.section("export").items() if key != "formats"}
    files: list[str] = []
    for name in export.chosen(scene.conf):
        exporter = export.exporter(name)
        key, still = _keys(context, name, settings)
        key = key if getattr(exporter, "MOVES", True) else still
        if not renewal.keeps(name, key, still):
            renew = getattr(exporter, "renew", None)
            if renew is not None and scene.take is not None and renewal.renewable(name, still):
                written = renew(scene, folder, renewal.before)
            else:
                written = exporter.write(scene, folder)
            renewal.note(name, key, still, written)
        files += renewal.record[name]["files"]
    return files


def _write_preview(context: Context, motion: Any, folder: Path, renewal: Renewal) -> list[str]:
    """``preview.png`` of the avatar, or of the coarse body when there is no rigged avatar."""
    from PIL import Image

    from engine.rig.pictures import avatar_preview

    key, still = _keys(context)
    if not renewal.keeps("preview", key, still):
        avatar = context.result("rig") if "rig" in context.wanted else _coarse_body(context)
        poses, trans, hands = (None,) * 3 if motion is None else (motion.poses, motion.trans, motion.hands)
        before = None
        if renewal.renewable("preview", still):
            with Image.open(renewal.before / protocol.PREVIEW_PNG) as image:
                before = np.asarray(image.convert("RGB"))
        buffer = io.BytesIO()
        Image.fromarray(avatar_preview(avatar, poses, trans, hands, before)).save(buffer, format="PNG")
        protocol.write_atomically(folder / protocol.PREVIEW_PNG, buffer.getvalue())
        renewal.note("preview", key, still, [protocol.PREVIEW_PNG])
    return [protocol.PREVIEW_PNG]


def _write_process(job: Job, context: Context, folder: Path, renewal: Renewal) -> list[str]:
    """``process.mp4``, where there are pictures."""
    from engine.render.process import pictures_of, write_process

    previews = job.path / protocol.PREVIEWS_DIR
    pictures = [[path.parent.name, path.name, provenance.checksum(path)] for path in pictures_of(previews)]
    key = digest({"pictures": pictures, "settings": context.config.section("video")})
    if not renewal.keeps("process", key, key):
        made = write_process(previews, folder / protocol.PROCESS_MP4, context.config.video)
        renewal.note("process", key, key, [protocol.PROCESS_MP4] if made else [])
    return list(renewal.record["process"]["files"])


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


def manifest(context: Context, folder: Path, files: list[str], renewal: Renewal) -> dict[str, Any]:
    """Where this result comes from: everything needed to make it again, and under which licences its parts are."""
    request, config = context.request, context.config
    places = {name: (renewal.before if name in renewal.kept else folder) / name for name in files}
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
        "settings": {name: config.section(name) for name in ("body", "clip", *protocol.STAGES, "export", "video")},
        "engine_version": engine.__version__,
        "versions": {"python": platform.python_version(), **_versions()},
        "device": device.describe(context.device),
        "platform": platform.platform(),
        "body": {"name": context.body.name, "sha256": context.body.checksum},
        "perceptor": {"name": context.perceptor.name, "sha256": context.perceptor.checksum},
        **_game_figures(context),
        "shape": {"betas": np.asarray(context.result("shape").betas, float).round(6).tolist()},
        "memory": device.peak_memory(),
        "methods": {name: context.stages[name].method(context) for name in context.wanted},
        "guided_steps": context.result("appearance").steps if "appearance" in context.wanted else 0,
        "seconds": {**timings, "total": round(sum(timings.values()), 3)},
        "files": {
            name: {"bytes": path.stat().st_size, "sha256": provenance.checksum(path)} for name, path in places.items()
        },
        MADE_OF: renewal.record,
        protocol.OUTPUT_LICENCE: provenance.output_licence(own_body=bool(config.body.model)),
        "licences": provenance.licences(),
    }


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
