"""Reads skeletons in motion out of glTF files: ``.glb``, ``.gltf``, ``.vrm`` and ``.vrma`` (VRM Animation).

Its limits are set by hand.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from engine.errors import EngineError
from engine.motion.arrays import Array
from engine.motion.formats.take import Take, Warn
from engine.untrusted.texts import check_kind

HINT = "Export the armature with its animation from Blender as glTF, or give a BVH file."
AGAIN = "It may be a half download; get it again."
MAX_FILE = 1 << 30
MAX_CELLS = 1 << 26
"""Numbers of one take's matrices, as a bound on memory."""
_KINDS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def read_gltf(path: Path, warn: Warn) -> Take:
    """Read the first animation of a file's skeleton; its rest pose is that of the nodes.

    Args:
        warn: hears if there are more animations.
    Raises:
        EngineError: ``bad_request`` with one sentence if it is broken or holds no animation.
    """
    try:
        document, buffers = _open(path)
        nodes, animations = document.get("nodes", []), document.get("animations", [])
        if not animations or not nodes:
            raise EngineError("bad_request", f"{path.name} holds no animation.", HINT)
        if len(animations) > 1:
            name = animations[0].get("name", "the first")
            warn(f"{path.name} holds {len(animations)} animations; {name!r} was used.")
        return _take(document, buffers, animations[0], path)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, struct.error):
        raise EngineError("bad_request", f"{path.name} is damaged: its parts do not fit together.", AGAIN) from None


def _open(path: Path) -> tuple[dict[str, Any], list[bytes]]:
    """The JSON document and its buffers."""
    if path.stat().st_size > MAX_FILE:
        raise EngineError("bad_request", f"{path.name} is larger than a motion can be.", HINT)
    data = path.read_bytes()
    binary = b""
    if data[:4] == b"glTF":
        _, total, length = struct.unpack_from("<III", data, 4)
        if total > len(data):
            raise EngineError("bad_request", f"{path.name} is cut off, as a half download is.", AGAIN)
        text, after = data[20 : 20 + length], 20 + length
        if after + 8 <= len(data):
            binary = data[after + 8 : after + 8 + struct.unpack_from("<I", data, after)[0]]
    else:
        check_kind(path, "bad_request", json_too=True)
        text = data
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise EngineError("bad_request", f"{path.name} is not a glTF file, or is damaged.", HINT) from None
    return document, [_buffer(path, item, binary) for item in document.get("buffers", [])]


def _buffer(path: Path, item: dict[str, Any], binary: bytes) -> bytes:
    """The bytes of a buffer: the file's own, written into the text, or of a file beside it."""
    uri = item.get("uri")
    if uri is None:
        return binary
    if uri.startswith("data:"):
        try:
            return base64.b64decode(uri.partition(",")[2], validate=True)
        except binascii.Error:
            raise ValueError(uri[:20]) from None
    beside = path.parent / Path(uri).name
    if Path(uri).name != uri or not beside.is_file():
        raise EngineError("bad_request", f"{path.name} needs the file {uri[:80]}, which is not beside it.", HINT)
    return beside.read_bytes()


def _numbers(document: dict[str, Any], buffers: list[bytes], index: int) -> Array:
    """An accessor's numbers (N, width), whole ones scaled to -1..1."""
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    kind, width = np.dtype(_KINDS[accessor["componentType"]]), _WIDTHS[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    stride = view.get("byteStride") or kind.itemsize * width
    raw = buffers[view["buffer"]]
    count = int(accessor["count"])
    if start < 0 or stride < kind.itemsize * width or start + stride * (count - 1) + kind.itemsize * width > len(raw):
        raise ValueError("an accessor beyond its buffer")
    rows = np.ndarray((count, width), kind, raw, start, (stride, kind.itemsize))
    scale = 1.0 if kind.kind == "f" else float(np.iinfo(kind).max)
    return np.maximum(rows.astype(np.float64) / scale, -1.0 if kind.kind == "i" else -np.inf)


def _skeleton(document: dict[str, Any], parents: list[int]) -> tuple[list[int], dict[int, str]]:
    """The nodes of the skeleton with all above them, parents first, and names by what a VRM file says they are."""
    names: dict[int, str] = {}
    for key in ("VRMC_vrm_animation", "VRMC_vrm", "VRM"):
        bones = document.get("extensions", {}).get(key, {}).get("humanoid", {}).get("humanBones", {})
        if isinstance(bones, list):  # VRM 0
            bones = {bone["bone"]: bone for bone in bones}
        names |= {int(bone["node"]): str(name) for name, bone in bones.items()}
    skins = document.get("skins", [])
    wanted = set(names) or set(skins[0]["joints"] if skins else range(len(parents)))
    for node in list(wanted):
        while (node := parents[node]) >= 0 and node not in wanted:
            wanted.add(node)

    def depth(node: int) -> int:
        steps = 0
        while (node := parents[node]) >= 0:
            steps += 1
            if steps > len(parents):
                raise ValueError("nodes in a circle")
        return steps

    return sorted(wanted, key=lambda node: (depth(node), node)), names


def _take(document: dict[str, Any], buffers: list[bytes], animation: dict[str, Any], path: Path) -> Take:
    nodes = document["nodes"]
    parents = [-1] * len(nodes)
    for number, node in enumerate(nodes):
        for child in node.get("children", []):
            parents[child] = number
    order, names = _skeleton(document, parents)
    tracks = _tracks(document, buffers, animation, set(order))
    if not tracks:
        raise EngineError("bad_request", f"{path.name} holds no animation of its skeleton.", HINT)
    times, fps = _times([track[0] for track in tracks.values()])
    if len(times) * len(order) * 16 > MAX_CELLS:
        raise EngineError("bad_request", f"{path.name} is longer than a motion can be.", "Cut it into pieces.")
    rest, moving = np.zeros((len(order), 4, 4)), np.zeros((len(times), len(order), 4, 4))
    place = {node: number for number, node in enumerate(order)}
    for number, node in enumerate(order):
        parts = _parts(nodes[node])
        rest[number] = _matrix(*parts)
        moved = [
            _sampled(tracks[node, kind], times) if (node, kind) in tracks else part[None]
            for kind, part in zip(("translation", "rotation", "scale"), parts)
        ]
        moving[:, number] = _matrix(*moved)
        if parents[node] >= 0:
            above = place[parents[node]]
            rest[number], moving[:, number] = rest[above] @ rest[number], moving[:, above] @ moving[:, number]
    still, turning = _turns(rest), _turns(moving)
    above_of = tuple(place[parents[node]] if parents[node] >= 0 else -1 for node in order)
    called = tuple(names.get(node, str(nodes[node].get("name", f"node {node}"))) for node in order)
    world = (turning @ np.swapaxes(still, -1, -2)).astype(np.float32)
    rest_places, places = rest[:, :3, 3].astype(np.float32), moving[..., :3, 3].astype(np.float32)
    if not (np.isfinite(world).all() and np.isfinite(places).all()):
        raise EngineError("bad_request", f"{path.name} is broken: it holds numbers that are not finite.", AGAIN)
    return Take(called, above_of, rest_places, world, places, fps)


Track = tuple[Array, Array, str]
"""Times (K,), values (K,width) or (K,3,width) for cubic splines, and the interpolation's name."""


def _tracks(
    document: dict[str, Any], buffers: list[bytes], animation: dict[str, Any], wanted: set[int]
) -> dict[tuple[int, str], Track]:
    """What moves the skeleton's nodes, by node and kind."""
    found: dict[tuple[int, str], Track] = {}
    for channel in animation["channels"]:
        target = channel["target"]
        if target.get("node") not in wanted or target["path"] not in ("translation", "rotation", "scale"):
            continue
        sampler = animation["samplers"][channel["sampler"]]
        times = _numbers(document, buffers, sampler["input"])[:, 0]
        values = _numbers(document, buffers, sampler["output"])
        how = sampler.get("interpolation", "LINEAR")
        if how == "CUBICSPLINE":
            values = values.reshape(len(times), 3, -1)
        if len(values) != len(times) or not len(times) or (np.diff(times) < 0).any():
            raise ValueError("keys that do not fit their times")
        found[target["node"], target["path"]] = times, values, how
    return found


def _times(keys: list[Array]) -> tuple[Array, float]:
    """Even times (T,) over all keys, and frames a second: that of the densest keys, at least 30 where they are few."""
    start, end = min(float(key[0]) for key in keys), max(float(key[-1]) for key in keys)
    dense = max(keys, key=len)
    step = float(np.median(np.diff(dense))) if len(dense) > 1 else 1 / 30
    fps = 1 / step if step > 0 else 30.0
    fps = 30.0 if fps < 10 else min(fps, 240.0)
    fps = float(round(fps)) if abs(fps - round(fps)) < 0.01 else fps
    return start + np.arange(round((end - start) * fps) + 1) / fps, fps


def _sampled(track: Track, times: Array) -> Array:
    """Values (T,width) at the times; quaternions come out of unit length, and by the shorter way."""
    keys, values, how = track
    at = np.clip(np.searchsorted(keys, times, side="right") - 1, 0, max(len(keys) - 2, 0))
    after = np.minimum(at + 1, len(keys) - 1)
    span = np.maximum(keys[after] - keys[at], 1e-9)
    share = np.clip((times - keys[at]) / span, 0, 1)[:, None]
    if how == "STEP":
        return values[np.where(share[:, 0] >= 1, after, at)]
    if how == "CUBICSPLINE":
        first, second, out, into = values[at, 1], values[after, 1], values[at, 2], values[after, 0]
        square, cube, span = share**2, share**3, span[:, None]
        return (
            (2 * cube - 3 * square + 1) * first
            + (cube - 2 * square + share) * span * out
            + (3 * square - 2 * cube) * second
            + (cube - square) * span * into
        )
    first, second = values[at], values[after]
    if values.shape[1] == 4:
        turn = Rotation.from_quat(first).inv() * Rotation.from_quat(second)
        return (Rotation.from_quat(first) * Rotation.from_rotvec(turn.as_rotvec() * share)).as_quat()
    return first + share * (second - first)


def _parts(node: dict[str, Any]) -> tuple[Array, Array, Array]:
    """Translation (3,), rotation (4,) as x, y, z, w, and scale (3,) of a node."""
    if "matrix" in node:
        matrix = np.array(node["matrix"], np.float64).reshape(4, 4).T
        return matrix[:3, 3], Rotation.from_matrix(_turns(matrix)).as_quat(), np.linalg.norm(matrix[:3, :3], axis=0)
    usual = {"translation": (0, 0, 0), "rotation": (0, 0, 0, 1), "scale": (1, 1, 1)}
    translation, rotation, scale = (np.array(node.get(name, value), np.float64) for name, value in usual.items())
    return translation, rotation, scale


def _matrix(translation: Array, rotation: Array, scale: Array) -> Array:
    """Matrices (...,4,4) of translations, rotations and scales, each (...,width) or (1,width)."""
    turns = Rotation.from_quat(rotation).as_matrix() * scale[..., None, :]
    count = np.broadcast_shapes(turns.shape[:-2], translation.shape[:-1])
    out = np.zeros((*count, 4, 4))
    out[..., :3, :3], out[..., :3, 3], out[..., 3, 3] = turns, translation, 1.0
    return out


def _turns(matrices: Array) -> Array:
    """The rotations (...,3,3) in matrices (...,4,4) with scales."""
    turns = matrices[..., :3, :3]
    return turns / np.maximum(np.linalg.norm(turns, axis=-2, keepdims=True), 1e-12)
