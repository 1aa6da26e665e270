"""What of a result need not be made again: each product is recorded in the manifest with what it was made of.

A product is some files that are made together, a format for example. ``key`` is the hash of all that decides it,
``still`` of all but the motion: where only the motion changed, a product may be renewed out of the one before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import protocol
from engine.provenance import checksum

MADE_OF = "made_of"
"""Field of the manifest: product -> key, still, files."""


@dataclass
class Renewal:
    """The result of the run before, and the record of the one that is being made."""

    before: Path
    """Folder of the result as it is."""
    record: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For the new manifest."""
    kept: list[str] = field(default_factory=list)
    """Files that stay as they are."""

    def __post_init__(self) -> None:
        self._made, self._files = _read(self.before)

    def keeps(self, product: str, key: str, still: str) -> bool:
        """Whether a product is there as it is to be; its files are then kept."""
        old = self._whole(product)
        if old is None or old.get("key") != key:
            return False
        self.note(product, key, still, list(old["files"]))
        self.kept += old["files"]
        return True

    def renewable(self, product: str, still: str) -> bool:
        """Whether a product is there that differs from what it is to be in its motion alone."""
        old = self._whole(product)
        return old is not None and old.get("still") == still

    def note(self, product: str, key: str, still: str, files: list[str]) -> None:
        """Record a product."""
        self.record[product] = {"key": key, "still": still, "files": files}

    def listed(self) -> list[str]:
        """All files of the run before."""
        return list(self._files)

    def _whole(self, product: str) -> dict[str, Any] | None:
        """What is recorded of a product if all its files are as they were."""
        old = self._made.get(product)
        if not isinstance(old, dict) or not isinstance(old.get("files"), list) or not old["files"]:
            return None
        whole = all(
            name in self._files and (self.before / name).is_file() and checksum(self.before / name) == self._files[name]
            for name in old["files"]
        )
        return old if whole else None


def _read(result: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Products, and the files with their checksums, as a manifest lists them; nothing if it is none that is known."""
    try:
        told = json.loads((result / protocol.MANIFEST_FILE).read_text(encoding="utf-8"))
        protocol.check_format(told.get("format", protocol.FORMAT), "avatar")
        files = {name: str(entry["sha256"]) for name, entry in told["files"].items() if Path(name).name == name}
        made = told.get(MADE_OF, {})
        return (made if isinstance(made, dict) else {}), files
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, {}
