"""The engine's settings as the panel shows them: read from ``engine/settings.py`` and ``confs/`` as text. No bpy.

Neither file can be imported inside Blender (HOCON's parser is not there), and a second list of settings would go stale:
the names, types, defaults and one-line explanations are taken from the source, the presets' values from their confs.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .contract import ENGINE_ROOT

MAIN = (
    "shape.blend", "shape.picture_share",
    "appearance.search", "appearance.iterations", "appearance.size", "appearance.views", "appearance.samples",
    "appearance.grid", "appearance.learning_rate", "appearance.clip_weight", "appearance.textureless_weight",
    "appearance.color_weight", "appearance.symmetric",
    "mesh.resolution", "mesh.max_faces", "mesh.game_faces", "mesh.texture_size",
    "rig.a_pose", "rig.hands", "rig.shape_keys", "rig.face",
    "motion.frames", "motion.fps", "motion.loop", "motion.strength", "motion.expression", "motion.candidates",
)  # fmt: skip
"""Settings worth a place in the panel, those that this engine has; a conf file reaches the others."""

LABELS = {
    "fps": "Frames per Second",
    "clip_weight": "CLIP Weight",
    "max_faces": "Most Faces",
    "game_faces": "Game Triangles",
    "grid": "Feature Grid",
}


@dataclass(frozen=True)
class Setting:
    """One documented field of the engine's configuration."""

    key: str
    """Dotted, as ``--set`` and a request's overrides take it."""
    kind: type
    default: Any
    doc: str

    @property
    def section(self) -> str:
        """The part of the key before the dot."""
        return self.key.split(".")[0]

    @property
    def attribute(self) -> str:
        """The key as a name of a Blender property."""
        return self.key.replace(".", "_")

    @property
    def label(self) -> str:
        """The key's last part as a title."""
        name = self.key.split(".")[1]
        return LABELS.get(name, name.replace("_", " ").title())


@cache
def all_settings(root: Path = ENGINE_ROOT) -> dict[str, Setting]:
    """Return every number and switch of the engine's configuration, by dotted key."""
    tree = ast.parse((root / "engine" / "settings.py").read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found: dict[str, Setting] = {}
    for field in classes["Config"].body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            section = classes.get(ast.unparse(field.annotation))
            for setting in _fields(field.target.id, section) if section else ():
                found[setting.key] = setting
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


def _fields(section: str, node: ast.ClassDef) -> list[Setting]:
    """The fields of one dataclass with the docstrings that stand below them."""
    found = []
    for field, below in zip(node.body, [*node.body[1:], None]):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value):
            continue
        kind = {"int": int, "float": float, "bool": bool}.get(ast.unparse(field.annotation))
        if kind is None:
            continue
        text = below.value.value if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) else ""
        doc = " ".join(str(text).split()).rstrip(".")
        found.append(Setting(f"{section}.{field.target.id}", kind, ast.literal_eval(field.value), doc))
    return found


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
    return text == "true" if kind is bool else kind(float(text))
