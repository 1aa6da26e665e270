"""What a job folder remembers while it waits for its turn, so that a queue outlives Blender. No bpy."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from .contract import protocol

_FILE = "waiting.json"


def remember(folder: Path, device: str, base: Path | None) -> None:
    """Write into a job folder that it waits, for which device, and whose stages it takes over when it begins.

    A folder that cannot be written waits all the same, but only as long as Blender runs.
    """
    text = json.dumps({"device": device, "base": str(base) if base else None})
    with contextlib.suppress(OSError):
        protocol.write_atomically(folder / _FILE, text)


def recall(folder: Path) -> tuple[str, Path | None] | None:
    """Return device and base of a folder that waits; None if it does not, or if that cannot be read."""
    try:
        stored = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return str(stored["device"]), Path(stored["base"]) if stored["base"] else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def forget(folder: Path) -> None:
    """It waits no longer."""
    with contextlib.suppress(OSError):
        (folder / _FILE).unlink(missing_ok=True)
