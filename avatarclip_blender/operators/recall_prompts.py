"""Recall Prompts: put an avatar's own prompts, seeds and quality back into the panel."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import bpy

from .. import flow, properties, session
from ..avatar import find_avatar, provenance, result_folder
from ..contract import protocol
from .common import poll_avatar


class AVATARCLIP_OT_recall_prompts(bpy.types.Operator):
    """Put the prompts, seeds and settings that made the active avatar back into the panel"""

    bl_idname = "avatarclip.recall_prompts"
    bl_label = "Recall Prompts"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Refuse without an avatar."""
        return poll_avatar(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill the panel in."""
        found = find_avatar(context.active_object)
        if found is None:
            return {"CANCELLED"}
        origin, settings = provenance(found), properties.of(context.scene)
        seeds = _table(origin.get("seeds"))
        for part in flow.PARTS:
            if origin.get(f"{part}_prompt"):
                setattr(settings, part, origin[f"{part}_prompt"])
            if "seed" in origin:
                setattr(settings, f"{part}_seed", int(seeds.get(part, origin["seed"])))
        if origin.get("preset") in protocol.PRESETS:
            properties.set_quality(settings, origin["preset"])
        for key, value in _table(origin.get("overrides")).items():
            name = key.replace(".", "_")
            if hasattr(settings.advanced, name):
                kind = type(getattr(settings.advanced, name))
                with contextlib.suppress(ValueError, TypeError):  # a command line stores texts
                    setattr(settings.advanced, name, kind(json.loads(value) if isinstance(value, str) else value))
        folder = result_folder(found).parent
        if (folder / protocol.REQUEST_FILE).is_file():  # the panel goes on with this avatar's own stages and pictures
            session.set_folder(context.scene, folder)
        return {"FINISHED"}


def _table(text: Any) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
