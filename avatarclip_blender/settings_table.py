"""The engine's settings as the panel shows them: the engine's own table, and the presets' values. No bpy.

`engine.settings` and `engine.schema` need only the standard library and are loaded as they are; HOCON's parser is not
there inside Blender, so ``confs/`` are read as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .contract import ENGINE_ROOT, engine_settings, schema

MAIN = (
    "shape.blend",
    "appearance.search",
    "appearance.iterations",
    "appearance.size",
    "appearance.views",
    "appearance.shell.samples",
    "appearance.shell.grid",
    "appearance.learning_rate",
    "appearance.loss.clip",
    "appearance.shell.symmetric",
    "mesh.resolution",
    "mesh.max_faces",
    "mesh.game_faces",
    "mesh.texture_size",
    "rig.a_pose",
    "rig.hands",
    "rig.shape_keys",
    "rig.face",
    "motion.frames",
    "motion.fps",
    "motion.loop",
    "motion.strength",
    "motion.expression",
    "motion.candidates",
    "export.author",
    "export.license",
    "export.root_motion",
    "export.vrm_version",
    "export.vrm_toon",
)
"""Settings worth a place in the panel, those that this engine has; a conf file reaches the others."""

LABELS = {
    "fps": "Frames per Second",
    "clip": "CLIP Weight",
    "max_faces": "Most Faces",
    "game_faces": "Game Triangles",
    "grid": "Feature Grid",
    "vrm_version": "VRM Version",
    "vrm_toon": "Toon in VRM",
}


@dataclass(frozen=True)
class Setting:
    """One documented field of the engine's configuration."""

    key: str
    """Dotted, as ``--set`` and a request's overrides take it."""
    kind: type
    default: Any
    doc: str
    low: float | None
    high: float | None
    choices: tuple[str, ...] = ()
    """What a text may be; empty where any will do."""

    @property
    def section(self) -> str:
        """The part of the key before the first dot."""
        return self.key.split(".")[0]

    @property
    def attribute(self) -> str:
        """A name of a Blender property; blocks within a section are left out, so that files keep their values."""
        return f"{self.section}_{self.key.split('.')[-1]}"

    @property
    def label(self) -> str:
        """The key's last part as a title."""
        name = self.key.split(".")[-1]
        return LABELS.get(name, name.replace("_", " ").title())


@cache
def all_settings() -> dict[str, Setting]:
    """Return every number, switch and text of the engine's configuration, by dotted key."""
    found = {}
    for key, of in schema.settings_of(engine_settings.Config).items():
        kind = str if of.choices and type(of.default) is str else of.kind
        if kind in (int, float, bool, str):
            found[key] = Setting(key, kind, of.default, of.help.rstrip("."), of.low, of.high, of.choices)
    return found


def main_settings() -> list[Setting]:
    """Return the settings of `MAIN` that the engine has, in that order."""
    known = all_settings()
    return [known[key] for key in MAIN if key in known]


def preset_values(preset: str, root: Path = ENGINE_ROOT) -> dict[str, Any]:
    """Return the main settings' values under a preset: the defaults, and over them what its conf says."""
    values = {setting.key: setting.default for setting in main_settings()}
    kinds = {setting.key: setting.kind for setting in main_settings()}
    path = root / "confs" / f"{preset}.conf"
    if path.is_file():
        for key, text in _conf_lines(path.read_text(encoding="utf-8")):
            if key in values:
                values[key] = _value(text, kinds[key])
    return values


def _conf_lines(text: str) -> list[tuple[str, str]]:
    """Dotted keys and values of a conf that keeps to ``section {``, ``key = value`` and ``}``, one a line."""
    prefix: list[str] = []
    found = []
    for line in text.splitlines():
        line = re.split(r"#|//", line)[0].strip()
        if line.endswith("{"):
            prefix.append(line[:-1].strip().rstrip(":=").strip())
        elif line == "}":
            prefix.pop()
        elif match := re.fullmatch(r"([\w.]+)\s*[=:]\s*(.+?),?", line):
            found.append((".".join([*prefix, match[1]]), match[2]))
    return found


def _value(text: str, kind: type) -> Any:
    if kind is str:
        return text.strip('"')
    return text == "true" if kind is bool else kind(float(text))
