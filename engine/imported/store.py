"""Where imported weights lie, and what each kind is for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from engine.errors import EngineError
from engine.provenance import checksum
from engine.userdata import data_folder

KINDS = {
    "shape_vae": "shapes of SMPL's topology: with shape_codes, the codebook of shape.codebook = original",
    "shape_codes": "the shape VAE's codes: with shape_vae, the codebook of shape.codebook = original",
    "pose_prior": "VPoser v2: decodes candidate poses when motion.backend = original",
    "pose_codes": "the codebook of poses: with pose_prior, candidates when motion.backend = original",
    "pose_flow": "the conditional RealNVP: candidates when motion.backend = original and motion.generator = flow",
    "motion_prior": "the motion VAE: with pose_prior, motions when motion.backend = original",
}
"""Kinds of weights, and what each is used for."""
STAGES = {
    "shape": ("shape_vae", "shape_codes"),
    "motion": ("pose_prior", "pose_codes", "pose_flow", "motion_prior"),
}
"""The stages that imported weights can take part in, and their kinds."""


@dataclass(frozen=True)
class Imported:
    """One file of converted weights."""

    kind: str
    path: Path
    source: str
    state: str

    def as_json(self) -> dict[str, Any]:
        """For the doctor."""
        return {
            "kind": self.kind,
            "path": str(self.path),
            "source": self.source,
            "state": self.state,
            "use": KINDS[self.kind],
        }


def place(kind: str) -> Path:
    """The file of a kind, whether it is there or not."""
    return data_folder() / "weights" / f"{kind}.safetensors"


def find() -> list[Imported]:
    """Everything that was imported, with ``ok`` or what is wrong with it."""
    found = []
    for kind in KINDS:
        path = place(kind)
        if path.is_file():
            try:
                with safe_open(path, "np") as file:
                    source, state = (file.metadata() or {}).get("source", ""), "ok"
            except (OSError, SafetensorError):
                source, state = "", "It is damaged or cut off; import it again."
            found.append(Imported(kind, path, source, state))
    return found


def available() -> dict[str, Path]:
    """Kinds that were imported and can be read, to their files."""
    return {item.kind: item.path for item in find() if item.state == "ok"}


def checksums(stage: str) -> dict[str, str]:
    """SHA-256 of every imported file that a stage may use, by its kind."""
    return {kind: checksum(place(kind)) for kind in STAGES.get(stage, ()) if place(kind).is_file()}


def require(kind: str, setting: str) -> Path:
    """The file of a kind that a setting asks for.

    Raises:
        EngineError: if it was not imported.
    """
    path = available().get(kind)
    if path is None:
        raise EngineError(
            "bad_weights",
            f"{setting} needs {kind} ({KINDS[kind].split(':')[0]}), which was not imported.",
            "Import it with python -m engine import-weights PATH, or leave the setting at its default.",
        )
    return path
