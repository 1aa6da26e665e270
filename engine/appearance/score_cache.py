"""The outfit search, kept so that an interrupted one goes on.

The search is the same for the same seed, and nearly all of its time goes into scoring pictures. So the scores are
written down as they come, and a search that starts again reads those it had and is soon where it was.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.appearance.warm_start import Fitting
from engine.wardrobe.outfit import Look

SCORES_FILE = "scores.jsonl"


class CachedFitting(Fitting):
    """A `Fitting` that scores no look twice, nor after an interruption."""

    def __init__(self, *args: Any, folder: Path) -> None:
        """``args`` as for `Fitting`; ``folder`` keeps the scores."""
        super().__init__(*args)
        self._path = folder / SCORES_FILE
        self._known = _read(self._path)

    def score(self, look: Look) -> float:
        """The look's score, from memory if it is there."""
        key = hashlib.sha256(json.dumps(asdict(look), sort_keys=True).encode()).hexdigest()
        if key not in self._known:
            self._known[key] = super().score(look)
            with self._path.open("a", encoding="ascii") as stream:
                stream.write(json.dumps([key, self._known[key]]) + "\n")
        return self._known[key]


def _read(path: Path) -> dict[str, float]:
    """The scores so far; a line that was cut off is left out, and taken off the file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="ascii", errors="replace").split("\n")
    path.write_text("".join(f"{line}\n" for line in lines[:-1]), encoding="ascii")
    return dict(json.loads(line) for line in lines[:-1])
