"""The avatars in the Avatars Folder, as the panel lists them. No bpy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import disk, waiting
from .contract import protocol
from .follow import is_worked_in

SHOWN = 8


@dataclass(frozen=True)
class Entry:
    """One job folder."""

    folder: Path
    title: str
    state: str
    """``finished``, ``half-way``, ``at work`` or ``waiting``."""


@disk.remembered
def left_waiting(output_folder: Path) -> list[Path]:
    """Return the avatars that wait for their turn, the first in the queue first."""
    found = [entry.folder for entry in recent(output_folder) if entry.state == "waiting"]
    return sorted(folder for folder in found if waiting.recall(folder) is not None)


@disk.remembered
def recent(output_folder: Path) -> list[Entry]:
    """Return the newest avatars of a folder and all that wait, the newest first."""
    try:
        names = sorted((path.name for path in output_folder.iterdir()), reverse=True)
    except OSError:
        return []
    found: list[Entry] = []
    for name in names:
        folder = output_folder / name
        shown = len(found) < SHOWN or waiting.recall(folder) is not None  # none that waits is left behind
        if shown and (folder / protocol.REQUEST_FILE).is_file():
            found.append(Entry(folder, _title(name), _state(folder)))
    return found


def _title(name: str) -> str:
    """``20260102-030405-a-knight`` as people read it: the words, and the day and time."""
    stamp, words = name[:15], name[16:].replace("-", " ")
    return f"{words.capitalize()}  {stamp[6:8]}.{stamp[4:6]}. {stamp[9:11]}:{stamp[11:13]}" if words else name


def _state(folder: Path) -> str:
    if (folder / protocol.RESULT_DIR / protocol.MANIFEST_FILE).is_file():
        return "finished"
    if is_worked_in(folder):
        return "at work"
    return "half-way" if waiting.recall(folder) is None else "waiting"
