"""The binary chunk of a GLB as it grows, and the container round it and its JSON."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

FLOAT, UBYTE, USHORT, UINT = 5126, 5121, 5123, 5125
"""Component types of accessors."""
VERTEX_BUFFER, INDEX_BUFFER = 34962, 34963
"""Targets of buffer views."""


@dataclass
class Binary:
    """The binary chunk as it grows, with its buffer views and accessors."""

    data: bytearray = field(default_factory=bytearray)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        values: np.ndarray,
        component: int,
        kind: str,
        target: int | None = None,
        normalized: bool = False,
        bounds: bool = False,
    ) -> int:
        """Append an array (N, ...) and return its accessor's index; ``bounds`` adds the minimum and maximum."""
        kinds: dict[int, Any] = {FLOAT: "<f4", UBYTE: "u1", USHORT: "<u2", UINT: "<u4"}
        array = np.ascontiguousarray(values, kinds[component])
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.data), "byteLength": array.nbytes}
        if target is not None:
            view["target"] = target
        self.data += array.tobytes()
        self.data += bytes(-len(self.data) % 4)  # accessors begin at multiples of their component's size
        self.views.append(view)
        accessor: dict[str, Any] = {
            "bufferView": len(self.views) - 1,
            "componentType": component,
            "count": len(array),
            "type": kind,
        }
        if normalized:
            accessor["normalized"] = True
        if bounds:
            flat = array.reshape(len(array), -1)
            accessor["min"], accessor["max"] = flat.min(0).tolist(), flat.max(0).tolist()
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def add_bytes(self, data: bytes) -> int:
        """Append a file and return its buffer view's index."""
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)})
        self.data += data + bytes(-len(data) % 4)
        return len(self.views) - 1

    def cut(self, accessor: int) -> None:
        """Take away an accessor and all that was added after it."""
        view = self.accessors[accessor]["bufferView"]
        del self.data[self.views[view]["byteOffset"] :]
        del self.views[view:], self.accessors[accessor:]


def opened(data: bytes) -> tuple[dict[str, Any], Binary]:
    """The document and the binary chunk of a file that `container` made."""
    (length,) = struct.unpack_from("<I", data, 12)
    document: dict[str, Any] = json.loads(data[20 : 20 + length])
    chunk = data[28 + length :]
    (buffer,) = document.pop("buffers")
    views, accessors = document.pop("bufferViews"), document.pop("accessors")
    return document, Binary(bytearray(chunk[: buffer["byteLength"]]), views, accessors)


def container(document: dict[str, Any], binary: Binary) -> bytes:
    """The file's bytes: header, JSON chunk padded with spaces, binary chunk padded with zeros.

    Args:
        document: without buffers, buffer views and accessors, which are the binary chunk's.
        binary: what its numbers stand in.
    """
    document = document | {
        "buffers": [{"byteLength": len(binary.data)}],
        "bufferViews": binary.views,
        "accessors": binary.accessors,
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    data = bytes(binary.data) + bytes(-len(binary.data) % 4)
    total = 12 + 8 + len(text) + 8 + len(data)
    header = struct.pack("<4sII", b"glTF", 2, total)
    return header + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
