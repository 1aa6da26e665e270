"""Files for other programs: one format a module here, found by its name.

A format is a module with ``write(scene, folder)``, which writes its files into a folder and gives their names; none
where the scene lacks what the format holds. ``MOVES = False`` says that they hold no motion, and so stay as they are
when only that changes; ``renew(scene, folder, before)`` puts another motion into those of an earlier result.
``export.formats`` lists those that a result has; a name with a dot is a module of the user's own.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from typing import Protocol

from engine.errors import EngineError
from engine.export.scene import Scene, Take
from engine.settings import ExportConfig

__all__ = ["Exporter", "Scene", "Take", "check", "exporter", "formats", "write"]

ALWAYS = "npz"
"""The format that Blender's add-on reads; every result has it."""


class Exporter(Protocol):
    """A module that writes one format."""

    def write(self, scene: Scene, folder: Path) -> list[str]:
        """Write its files into a folder and give their names."""


def formats() -> list[str]:
    """Names of the formats that are here, each of a module with ``write``."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if hasattr(importlib.import_module(f"{__name__}.{name}"), "write"))


def exporter(name: str) -> Exporter:
    """The exporter of a name.

    Raises:
        EngineError: ``bad_config`` if there is none.
    """
    try:
        module = importlib.import_module(name if "." in name else f"{__name__}.{name}")
    except ImportError:
        module = None
    if module is None or not hasattr(module, "write"):
        hint = (
            f"Formats: {', '.join(formats())}; or a module of your own with write(scene, folder), by its dotted name."
        )
        raise EngineError("bad_config", f"export.formats names {name!r}, which no exporter writes.", hint)
    made: Exporter = module
    return made


def check(conf: ExportConfig) -> None:
    """Refuse settings that cannot work."""
    for name in conf.formats:
        exporter(name)
    if conf.vrm_toon and conf.vrm_version != "1.0":
        hint = "Set export.vrm_toon off, or export.vrm_version to 1.0."
        raise EngineError("bad_config", "VRM 0.x is not written with toon materials.", hint)


def chosen(conf: ExportConfig) -> list[str]:
    """The formats that a result has, each once."""
    return list(dict.fromkeys((ALWAYS, *conf.formats)))


def write(scene: Scene, folder: Path) -> list[str]:
    """Write a scene in the formats that its settings list, and give the files' names."""
    return [file for name in chosen(scene.conf) for file in exporter(name).write(scene, folder)]
