"""``import-weights``: find the original's weights, convert them into the user's data folder, and say what for.

Its limits are set by hand.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.body import files
from engine.errors import EngineError
from engine.imported import checkpoint
from engine.imported.convert import Converted, convert
from engine.imported.store import KINDS, place
from engine.untrusted.archives import bad
from engine.userdata import store

ENDINGS = (".pth", ".pt", ".ckpt")
MAX_FILES = 5000
HINT = "Give one of the original's checkpoints, or a folder with some, such as AvatarAnimate/data."
_EPOCH = re.compile(r"epoch[=_](\d+)")


@dataclass(frozen=True)
class Report:
    """What became of one file."""

    path: Path
    kind: str | None
    sentence: str
    ok: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"path": str(self.path), "kind": self.kind, "message": self.sentence, "ok": self.ok}


def import_weights(path: Path) -> list[Report]:
    """Import everything that is known at a place; one bad file does not hold up the others of a folder.

    Raises:
        EngineError: if there is nothing to import, or a single file cannot be.
    """
    if path.is_file():
        return [_import_body(path) if path.suffix.lower() in (".zip", ".pkl", ".npz") else _import_file(path)]
    if not path.is_dir():
        raise EngineError("bad_weights", f"There is nothing at {path}.", HINT)
    reports = []
    for file in _checkpoints(path):
        try:
            reports.append(_import_file(file))
        except EngineError as error:
            reports.append(Report(file, None, str(error), ok=False))
    with contextlib.suppress(EngineError):  # a folder need not hold a body
        reports.append(_import_body(path))
    if not reports:
        raise EngineError("bad_weights", f"{path} holds no checkpoint ({', '.join(ENDINGS)}).", HINT)
    return reports


def _checkpoints(folder: Path) -> list[Path]:
    """Checkpoints in a folder, of lightning's snapshots only the last."""
    found: list[Path] = []
    latest: dict[Path, tuple[int, Path]] = {}
    for number, file in enumerate(sorted(folder.rglob("*"))):
        if number > MAX_FILES:
            break
        if file.suffix.lower() not in ENDINGS or not file.is_file():
            continue
        epoch = _EPOCH.search(file.name)
        if file.suffix.lower() == ".ckpt" and epoch:
            latest[file.parent] = max(latest.get(file.parent, (-1, file)), (int(epoch.group(1)), file))
        else:
            found.append(file)
    return found + [file for _, file in latest.values()]


def _import_body(path: Path) -> Report:
    """SMPL is not converted: the settings name where it lies."""
    found = files.find(path)
    genders = ", ".join(dict.fromkeys(file.gender or "unnamed" for file in found))
    return Report(path, "body", f"An SMPL body ({genders}): set body.model to this path.", ok=True)


def _import_file(path: Path) -> Report:
    if path.suffix.lower() not in ENDINGS:
        raise bad(f"{path.name} is no checkpoint ({', '.join(ENDINGS)}).", HINT)
    converted = convert(checkpoint.load(path), path.name)
    if converted.kind == "pose_prior":
        _check_settings(path, converted)
    target = place(converted.kind)
    arrays = {name: tensor.contiguous().numpy() for name, tensor in converted.tensors.items()}
    store(target, arrays, {"source": path.name, "sha256": _digest(path)})
    return Report(
        path, converted.kind, f"{converted.described} -> {target}. Used for {KINDS[converted.kind]}.", ok=True
    )


def _check_settings(path: Path, converted: Converted) -> None:
    """VPoser's folder tells its sizes in a yaml file beside or above the snapshots; they must be the weights'.

    Raises:
        EngineError: if the yaml file is broken or tells other sizes.
    """
    texts = [file for folder in (path.parent, path.parent.parent) for file in sorted(folder.glob("*.yaml"))]
    for file in texts[:1]:
        try:
            if file.stat().st_size > 1 << 20:
                raise ValueError("it has more than a megabyte")
            told = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            raise bad(
                f"{file.name} beside {path.name} cannot be read ({' '.join(str(error).split())[:100]})."
            ) from None
        sizes = told.get("model_params", {}) if isinstance(told, dict) else {}
        for name, have in (("num_neurons", 512), ("latentD", 32)):
            if isinstance(sizes, dict) and name in sizes and sizes[name] != have:
                raise bad(f"{file.name} says {name} = {sizes[name]!r}, but {path.name} has {have}.")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
