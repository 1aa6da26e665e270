"""``crowd.blend``: every avatar of a crowd as an asset, by the Blender that is a Python module beside the engine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from engine.environment import python_of

BLEND = "crowd.blend"
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "assemble.py"
LEFT_OUT = "left out: "
"""Begins a line of the script's that names an avatar which could not be imported."""
NO_BLENDER = (
    f"No {BLEND}: it needs the source tree and Blender as a Python module (python3 build.py demo makes .venv-bpy-4.2); "
    "the add-on's Crowd imports the avatars as well."
)


def blender_python() -> Path | None:
    """The Python that has Blender as a module: the one that AVATARCLIP_BPY names, or the source tree's."""
    named = os.environ.get("AVATARCLIP_BPY")
    places = [Path(named)] if named else [python_of(folder) for folder in sorted(ROOT.glob(".venv-bpy-*"))]
    return next((place for place in places if place.is_file() and SCRIPT.is_file()), None)


def write_blend(out: Path, results: Sequence[Path]) -> list[str]:
    """Write the file of these results into ``out``; gives a sentence for what could not be."""
    python = blender_python()
    if python is None:
        return [NO_BLENDER]
    listing = "\n".join(str(result.resolve()) for result in results).encode()
    made = subprocess.run(
        [str(python), str(SCRIPT), "--crowd", str((out / BLEND).resolve())],
        input=listing,
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    said = made.stderr.decode("utf-8", "replace").strip().splitlines()
    if made.returncode == 0:
        return [f"{BLEND}: {line}" for line in said if line.startswith(LEFT_OUT)]
    return [f"No {BLEND}: {said[-1] if said else 'Blender ended without a word.'}"]
