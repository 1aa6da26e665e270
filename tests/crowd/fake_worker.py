"""Stands in for the engine's worker on a cluster's machines: two stages that note where and when they are done."""

import json
import os
import time
from pathlib import Path

from engine import protocol
from engine.protocol import Request
from engine.worker import Outcome


class Worker:
    def __init__(self, device: str) -> None:
        self.notes = Path(os.environ["CROWD_NOTES"])

    def warm(self) -> None:
        """Nothing is loaded."""

    def run(self, folder: Path, request: Request, flag: object, listeners: list) -> Outcome:
        """The square of the seed, by way of a stage that keeps the seed."""
        stored = folder / "checkpoints" / "shape.json"
        folder.mkdir(exist_ok=True)
        with open(folder / protocol.EVENTS_FILE, "a") as events:
            events.write('{"event": "job_started"}\n')
        if not stored.exists():
            self._note(f"shape {request.seed}")
            (folder / "checkpoints" / "shape").mkdir(parents=True)
            (folder / "checkpoints" / "shape" / "seed.txt").write_text(str(request.seed))
            stored.write_text("{}")
            for listener in listeners:
                listener({"event": "stage_finished", "stage": "shape"})
        self._note(f"motion {request.seed}")
        time.sleep(0.1)
        if request.prompts.get("appearance") == "deadly":
            os._exit(1)
        seed = int((folder / "checkpoints" / "shape" / "seed.txt").read_text())
        (folder / "result").mkdir(exist_ok=True)
        (folder / "result" / "square.txt").write_text(str(seed * seed))
        (folder / "result" / protocol.MANIFEST_FILE).write_text(json.dumps({"seed": seed}))
        with open(folder / protocol.EVENTS_FILE, "a") as events:
            events.write('{"event": "result"}\n')
        return Outcome(protocol.EXIT_OK)

    def _note(self, text: str) -> None:
        with open(self.notes, "a") as stream:
            stream.write(f"{os.getpid()} {os.environ['CROWD_NODE']} {text}\n")
