"""Which stages need not run again: each finished stage is stored with a hash of everything that decided it.

``checkpoints/<stage>.json`` names the hash and the checksums of the files in ``checkpoints/<stage>/``. A stage is taken
from there when the hash is the same and the files are whole; otherwise it runs, going on from its own intermediate
state when that belongs to the same hash.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import protocol
from engine.job import Job, clear_folder
from engine.provenance import checksum

log = logging.getLogger(__name__)

_INPUTS_FILE = "inputs.json"
_STEPS_DIR = "steps"


def digest(inputs: dict[str, Any]) -> str:
    """A hash of plain values that does not depend on the order of the keys."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class StageFolder:
    """What one stage keeps in a job folder, for one hash of its inputs."""

    job: Job
    stage: str
    key: str

    @property
    def folder(self) -> Path:
        """Where the stage's finished result lies."""
        return self.job.checkpoints(self.stage)

    @property
    def steps(self) -> Path:
        """Where a long stage keeps the state from which it goes on; gone once the stage is finished."""
        return self.folder / _STEPS_DIR

    @property
    def _record(self) -> Path:
        return self.folder.with_suffix(".json")

    def seconds(self) -> float:
        """Time spent on this stage so far, over all runs."""
        for path in (self._record, self.folder / _INPUTS_FILE):
            known = _read(path)
            if known.get("key") == self.key:
                return float(known.get("seconds", 0.0))
        return 0.0

    def is_finished(self) -> bool:
        """Whether the stored result belongs to these inputs and every file of it is whole."""
        record = _read(self._record)
        files = record.get("files")
        if record.get("key") != self.key or not isinstance(files, dict) or not files:
            return False
        for name, expected in files.items():
            path = self.folder / name
            if not path.is_file() or checksum(path) != expected:
                log.warning("%s of stage %s is damaged or gone; the stage runs again", name, self.stage)
                return False
        return True

    def begin(self) -> bool:
        """Make the folder ready; intermediate state of other inputs is removed.

        Returns:
            Whether there may be state of the same inputs to go on from.
        """
        resumed = _read(self.folder / _INPUTS_FILE).get("key") == self.key
        self._record.unlink(missing_ok=True)
        if not resumed:
            clear_folder(self.folder)
            clear_folder(self.job.previews(self.stage))
            self._note(0.0)
        self.steps.mkdir(parents=True, exist_ok=True)
        self.job.previews(self.stage).mkdir(parents=True, exist_ok=True)
        return resumed

    def interrupted(self, seconds: float) -> None:
        """Remember the time that an unfinished run took."""
        self._note(self.seconds() + seconds)

    def finish(self, seconds: float) -> None:
        """Record the stored files as this stage's result; from now on `is_finished` holds."""
        total = self.seconds() + seconds
        clear_folder(self.steps)
        self.steps.rmdir()
        files = {
            path.relative_to(self.folder).as_posix(): checksum(path)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.name != _INPUTS_FILE
        }
        record = {"stage": self.stage, "key": self.key, "seconds": round(total, 3), "files": files}
        protocol.write_atomically(self._record, json.dumps(record, indent=2) + "\n")

    def _note(self, seconds: float) -> None:
        note = {"key": self.key, "seconds": round(seconds, 3)}
        protocol.write_atomically(self.folder / _INPUTS_FILE, json.dumps(note) + "\n")


def _read(path: Path) -> dict[str, Any]:
    """A JSON object from a file, or an empty dict when it is missing or broken."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
