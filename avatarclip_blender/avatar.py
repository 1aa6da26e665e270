"""An avatar in the scene: finding it, what it tells about its origin, and keeping it as an asset."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .contract import protocol
from .importer.marks import PROPERTY
from .importer.takes import is_avatar

TAG = "AvatarCLIP"
_THUMBNAIL = 256


def find_avatar(active: bpy.types.Object | None) -> bpy.types.Object | None:
    """Return the armature of the avatar that ``active`` is, is bound to or hangs on; None if there is none."""
    bound = active.find_armature() if active is not None and active.type == "MESH" else None
    candidate = bound or active
    while candidate is not None and not is_avatar(candidate):
        candidate = candidate.parent
    return candidate


def why_fixed(rig: bpy.types.Object) -> str:
    """Return one sentence on why an avatar's bones and meshes cannot be changed here; empty if they can."""
    if rig.library is None and rig.data.library is None:
        return ""
    return "This avatar is linked from another file: change it there, or make it local with its data"


def provenance(datablock: bpy.types.ID) -> dict[str, Any]:
    """Return what an import has stored on a data-block: prompts, seed, settings, versions, licences."""
    return {key.removeprefix(PROPERTY): datablock[key] for key in datablock.keys() if key.startswith(PROPERTY)}


def result_folder(datablock: bpy.types.ID) -> Path:
    """Return the folder that an avatar was imported from, there or not."""
    return Path(str(provenance(datablock).get("folder", ""))).expanduser()


def collection_of(rig: bpy.types.Object) -> bpy.types.Collection | None:
    """Return the collection that the import has made for an avatar."""
    return next((collection for collection in rig.users_collection if provenance(collection)), None)


def licences(rig: bpy.types.Object) -> list[str]:
    """Return the licences of the parts that an avatar was made with, each named once."""
    try:
        entries = json.loads(provenance(rig).get("licences", ""))
    except ValueError:
        return []
    return sorted({str(entry["licence"]) for entry in entries if isinstance(entry, dict) and entry.get("licence")})


def mark_asset(context: bpy.types.Context, rig: bpy.types.Object, picture: Path | None = None) -> bpy.types.Collection:
    """Mark an avatar's collection as an asset, with its prompts as description and a picture as thumbnail.

    Args:
        context: Blender's.
        rig: the avatar's armature.
        picture: an image file; None takes what the avatar's job folder has.

    Raises:
        ValueError: if the avatar's collection is gone.
    """
    collection = collection_of(rig)
    if collection is None:
        raise ValueError("The avatar's own collection is gone; import the avatar again")
    collection.asset_mark()
    origin = provenance(rig)
    texts = [str(origin[f"{name}_prompt"]) for name in ("appearance", "shape", "motion") if f"{name}_prompt" in origin]
    collection.asset_data.description = ", ".join(texts)
    collection.asset_data.license = ", ".join(licences(rig))[:120]
    if TAG not in collection.asset_data.tags:
        collection.asset_data.tags.new(TAG)
    picture = picture or thumbnail_file(result_folder(rig))
    if picture is not None:
        with contextlib.suppress(RuntimeError):  # a picture that cannot be read: the asset does without
            _set_thumbnail(collection, picture)
    return collection


def thumbnail_file(result: Path) -> Path | None:
    """Return the picture in a job folder that shows an avatar best, given its result folder; None if there is none."""
    previews = result.parent / protocol.PREVIEWS_DIR
    for stage in ("appearance", "shape"):
        pictures = sorted((previews / stage).glob("*.png")) if result.name else []
        if pictures:
            return pictures[-1]
    sheet = result / protocol.PREVIEW_PNG
    return sheet if result.name and sheet.is_file() else None


def _set_thumbnail(collection: bpy.types.Collection, picture: Path) -> None:
    """Store a picture in the data-block's preview, scaled to a square thumbnail."""
    image = bpy.data.images.load(str(picture), check_existing=False)
    try:
        side = min(image.size)
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        whole = pixels.reshape(image.size[1], image.size[0], 4)[:side, :side]
    finally:
        bpy.data.images.remove(image)
    rows = np.linspace(0, side - 1, _THUMBNAIL).round().astype(int)
    preview = collection.preview_ensure()
    preview.image_size = (_THUMBNAIL, _THUMBNAIL)
    preview.image_pixels_float.foreach_set(np.ascontiguousarray(whole[rows][:, rows]).ravel())
