"""Writes ``result/``: the avatar and its motion as files that others open, pictures, video and the manifest.

Everything is made beside the old result and then renamed into its place, so that a failure (a full disk) leaves the old
one. Of the old files the manifest goes first, of the new ones it comes last: a result with a manifest is whole.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import logging
import os
import platform
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import engine
from engine import device, protocol, provenance
from engine.job import Job, clear_folder

if TYPE_CHECKING:
    from engine.pipeline import Context
    from engine.rig import Avatar

log = logging.getLogger(__name__)

_PACKAGES = ("torch", "transformers", "smplx", "warp-lang", "numpy", "scipy", "scikit-image", "trimesh", "pyhocon")
"""Whose versions the manifest names."""
_OWN_FILES = (
    protocol.AVATAR_NPZ, protocol.MOTION_NPZ, protocol.AVATAR_PLY, protocol.AVATAR_GLB, protocol.PREVIEW_PNG,
    protocol.PROCESS_MP4,
)  # fmt: skip
_VIDEO_SECONDS, _HOLD_SECONDS = 8.0, 1.5
_VIDEO_FPS = (4.0, 30.0)
"""Least and most pictures a second of the video."""
_PAPER = 235
"""Grey level (0-255) round pictures that are smaller than the video."""


def write_results(job: Job, context: Context) -> list[str]:
    """Write everything that the job's stages allow and give the files' names, the manifest last.

    Files of an earlier run that this one did not make are removed; what they were made of stays in the checkpoints.
    """
    folder = job.result / ".part-new"
    clear_folder(folder)
    files: list[str] = []
    motion = context.result("motion") if "motion" in context.wanted else None
    if motion is not None:
        files.append(_copy(context, "motion", protocol.MOTION_NPZ, folder))
    if "rig" in context.wanted:
        files += _write_avatar(context, motion, folder)
    files.append(_write_preview(context, motion, folder))
    if _write_video(job, folder / protocol.PROCESS_MP4):
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
    """``avatar.npz``, ``avatar.ply`` and ``avatar.glb`` (with the animation if there is a motion)."""
    from engine.mesh import write_glb, write_ply

    avatar = context.result("rig")
    write_ply(folder / protocol.AVATAR_PLY, avatar.vertices, avatar.faces, avatar.colors)
    if motion is None:
        write_glb(folder / protocol.AVATAR_GLB, avatar)
    else:
        write_glb(folder / protocol.AVATAR_GLB, avatar, motion.poses, motion.trans, float(motion.fps))
    return [_copy(context, "rig", protocol.AVATAR_NPZ, folder), protocol.AVATAR_PLY, protocol.AVATAR_GLB]


def _write_preview(context: Context, motion: Any, folder: Path) -> str:
    """``preview.png`` of the avatar, or of the coarse body when there is no rigged avatar."""
    from PIL import Image

    from engine.rig.pictures import avatar_preview

    avatar = context.result("rig") if "rig" in context.wanted else _coarse_body(context)
    picture = avatar_preview(avatar) if motion is None else avatar_preview(avatar, motion.poses, motion.trans)
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


def _write_video(job: Job, path: Path) -> bool:
    """``process.mp4`` from the previews of all stages in their order; gives whether there were any."""
    from engine.render.video import write_mp4

    pictures = [file for stage in protocol.STAGES for file in sorted(job.previews(stage).glob("*.png"), key=_natural)]
    if not pictures:
        return False
    low, high = _VIDEO_FPS
    fps = min(high, max(low, len(pictures) / _VIDEO_SECONDS))
    write_mp4(path, _frames(pictures, hold=round(_HOLD_SECONDS * fps)), fps=fps)
    return True


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key under which ``step-9`` comes before ``step-10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.stem)]


def _frames(pictures: list[Path], hold: int) -> Iterator[np.ndarray]:
    """The pictures uint8 (H, W, 3), centred on the size of the largest; the last one stays for ``hold`` frames."""
    from PIL import Image

    sizes = []
    for path in pictures:
        with Image.open(path) as image:
            sizes.append(image.size)
    width, height = (max(size[axis] for size in sizes) for axis in (0, 1))
    frame = np.empty(0, np.uint8)
    for path in pictures:
        with Image.open(path) as image:
            picture = np.asarray(image.convert("RGB"))
        frame = np.full((height, width, 3), _PAPER, np.uint8)
        top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
        frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        yield frame
    for _ in range(hold):
        yield frame


def manifest(context: Context, folder: Path, files: list[str]) -> dict[str, Any]:
    """Where this result comes from: everything needed to make it again, and under which licences its parts are."""
    request, config = context.request, context.config
    timings = {stage: round(context.folders[stage].seconds(), 3) for stage in context.wanted}
    return {
        "format": protocol.FORMAT,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "prompts": {name: text for name, text in context.prompts.items() if name in context.wanted},
        "seed": request.seed,
        "seeds": request.seeds,
        "preset": request.preset,
        "conf": request.conf,
        "overrides": request.overrides,
        "stages": list(context.wanted),
        "settings": {name: config.section(name) for name in ("body", "clip", *protocol.STAGES)},
        "engine_version": engine.__version__,
        "versions": {"python": platform.python_version(), **_versions()},
        "device": device.describe(context.device),
        "platform": platform.platform(),
        "body": {"name": context.body.name, "sha256": context.body.checksum},
        "perceptor": {"name": context.perceptor.name, "sha256": context.perceptor.checksum},
        "shape": {"betas": np.asarray(context.result("shape").betas, float).round(6).tolist()},
        "memory": device.peak_memory(),
        "seconds": {**timings, "total": round(sum(timings.values()), 3)},
        "files": {name: {"bytes": (folder / name).stat().st_size, "sha256": provenance.checksum(folder / name)}
                  for name in files},
        "licences": provenance.licences(),
    }  # fmt: skip


def _versions() -> dict[str, str]:
    """Versions of the packages that shape the result."""
    found: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            log.info("no package metadata for %s", name)
    return found
