"""GLB (binary glTF 2.0): a skinned, coloured mesh with SMPL's skeleton and, where there is one, its animation.

glTF's frame is ours (metres, +y up, facing +z), so numbers go in unchanged. Vertex colours (COLOR_0) are linear by the
specification (section 3.9.2), rotations are quaternions x, y, z, w, matrices are stored by columns.
"""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from engine.mesh.uv import split_seams, tangents
from engine.protocol import JOINT_NAMES, write_atomically
from engine.render.raycast import vertex_normals
from engine.render.shade import to_linear

FLOAT, UBYTE, USHORT, UINT = 5126, 5121, 5123, 5125
"""Component types of accessors."""
VERTEX_BUFFER, INDEX_BUFFER = 34962, 34963
"""Targets of buffer views."""
PICTURES = ("color", "normal", "occlusion")
"""Textures in the order of their indices."""
INFLUENCES = 4
"""Joints a vertex; a second set of four is something few game engines read."""


class Skinned(Protocol):
    """What the writer needs of an avatar; see `engine.rig.Avatar`."""

    @property
    def vertices(self) -> np.ndarray:
        """(V, 3) T-pose, metres."""

    @property
    def faces(self) -> np.ndarray:
        """(F, 3)."""

    @property
    def colors(self) -> np.ndarray:
        """(V, 3) sRGB 0-1."""

    @property
    def weights(self) -> np.ndarray:
        """(V, 24), rows sum to 1."""

    @property
    def joints(self) -> np.ndarray:
        """(24, 3) rest positions, metres."""

    @property
    def parents(self) -> np.ndarray:
        """(24,), -1 at the root."""


@dataclass(frozen=True)
class Layout:
    """Texture coordinates of a mesh and its textures as PNG files' bytes."""

    uvs: np.ndarray
    """(F, 3, 2) of the faces' corners, v up."""
    color: bytes
    normal: bytes
    occlusion: bytes


@dataclass
class _Binary:
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


def write_glb(
    path: str | os.PathLike[str],
    avatar: Skinned,
    poses: np.ndarray | None = None,
    trans: np.ndarray | None = None,
    fps: float = 30.0,
    name: str = "Avatar",
    layout: Layout | None = None,
) -> None:
    """Write an avatar and, if ``poses`` are given, one animation.

    With textures the vertices' colours go into the attribute _COLOR_0, as readers multiply COLOR_0 with the texture.

    Args:
        path: the file, written whole or not at all.
        avatar: the rigged mesh.
        poses: (T, 72) or (T, 24, 3) axis-angle.
        trans: (T, 3) metres added to the pelvis's rest position, or None to stay in place.
        fps: frames a second.
        name: of the scene's nodes and of the animation.
        layout: texture coordinates and textures of the mesh, or None for one in its vertices' colours.
    """
    binary = _Binary()
    parents = [int(parent) for parent in avatar.parents]
    joints = np.asarray(avatar.joints, np.float64)
    nodes: list[dict[str, Any]] = [{"name": name, "mesh": 0, "skin": 0}, *_skeleton(joints, parents)]
    inverse_bind = np.tile(np.eye(4), (len(parents), 1, 1))
    inverse_bind[:, 3, :3] = -joints  # transposed: by columns, the last of which is the translation
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "AvatarCLIP for Blender"},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [0, 1 + parents.index(-1)]}],
        "nodes": nodes,
        "meshes": [{"name": name, "primitives": [_primitive(binary, avatar, layout)]}],
        "materials": [_material(name, layout is not None)],
        "skins": [
            {
                "name": f"{name} Skeleton",
                "joints": list(range(1, len(parents) + 1)),
                "skeleton": 1 + parents.index(-1),
                "inverseBindMatrices": binary.add(inverse_bind, FLOAT, "MAT4"),
            }
        ],
    }
    if poses is not None:
        document["animations"] = [_animation(binary, joints, np.asarray(poses), trans, fps, name)]
    if layout is not None:
        document |= _pictures(binary, layout)
    document |= {
        "buffers": [{"byteLength": len(binary.data)}],
        "bufferViews": binary.views,
        "accessors": binary.accessors,
    }
    write_atomically(path, _container(document, bytes(binary.data)))


def _skeleton(joints: np.ndarray, parents: list[int]) -> list[dict[str, Any]]:
    """A node a joint, placed relative to its parent; joint k is node k + 1 of the scene."""
    nodes = []
    for joint, parent in enumerate(parents):
        offset = joints[joint] - (joints[parent] if parent >= 0 else 0.0)
        node: dict[str, Any] = {"name": JOINT_NAMES[joint], "translation": offset.tolist()}
        children = [child + 1 for child, of in enumerate(parents) if of == joint]
        nodes.append(node | ({"children": children} if children else {}))
    return nodes


def _pictures(binary: _Binary, layout: Layout) -> dict[str, Any]:
    """The textures as PNG inside the binary chunk, in the order in which the material counts them."""
    images = []
    for name, picture in zip(PICTURES, (layout.color, layout.normal, layout.occlusion)):
        images.append({"name": name, "mimeType": "image/png", "bufferView": binary.add_bytes(picture)})
    return {
        "images": images,
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],  # trilinear, clamped
        "textures": [{"source": number, "sampler": 0} for number in range(len(images))],
    }


def _primitive(binary: _Binary, avatar: Skinned, layout: Layout | None) -> dict[str, Any]:
    """Triangles with normals, colours and four joints a vertex; vertices on texture seams are doubled."""
    colors = np.ones((len(avatar.vertices), 4))
    colors[:, :3] = to_linear(avatar.colors)
    joints, weights = strongest(avatar.weights)
    normals = vertex_normals(avatar.vertices, avatar.faces)
    source: Any = slice(None)
    faces, extra = avatar.faces, {}
    if layout is not None:
        source, faces, uvs = split_seams(avatar.faces, layout.uvs)
        frame = tangents(avatar.vertices[source], normals[source], faces, uvs)
        extra["TEXCOORD_0"] = binary.add(np.stack((uvs[:, 0], 1.0 - uvs[:, 1]), -1), FLOAT, "VEC2", VERTEX_BUFFER)
        extra["TANGENT"] = binary.add(frame, FLOAT, "VEC4", VERTEX_BUFFER)
    painted = "COLOR_0" if layout is None else "_COLOR_0"
    vertex = VERTEX_BUFFER
    return {
        "attributes": {
            "POSITION": binary.add(avatar.vertices[source], FLOAT, "VEC3", vertex, bounds=True),
            "NORMAL": binary.add(normals[source], FLOAT, "VEC3", vertex),
            # 16 bits: linear values in 8 would show bands in dark cloth.
            painted: binary.add((colors[source] * 65535.0).round(), USHORT, "VEC4", vertex, normalized=True),
            "JOINTS_0": binary.add(joints[source], UBYTE, "VEC4", vertex),
            "WEIGHTS_0": binary.add(weights[source], FLOAT, "VEC4", vertex),
            **extra,
        },
        "indices": binary.add(faces.reshape(-1), UINT, "SCALAR", INDEX_BUFFER),
        "material": 0,
    }


def _material(name: str, textured: bool) -> dict[str, Any]:
    """Rough; white where the vertices' colours are multiplied with it."""
    surface: dict[str, Any] = {"baseColorFactor": [1, 1, 1, 1], "metallicFactor": 0, "roughnessFactor": 0.85}
    if not textured:
        return {"name": name, "pbrMetallicRoughness": surface}
    return {
        "name": name,
        "pbrMetallicRoughness": surface | {"baseColorTexture": {"index": 0}},
        "normalTexture": {"index": 1},
        "occlusionTexture": {"index": 2},
    }


def strongest(weights: np.ndarray, count: int = INFLUENCES) -> tuple[np.ndarray, np.ndarray]:
    """The strongest joints (V, count) of each vertex and their weights, scaled to sum to 1; unused ones are joint 0."""
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    kept = np.take_along_axis(weights, joints, axis=1).astype(np.float64)
    kept = (kept / kept.sum(1, keepdims=True)).astype(np.float32)
    return np.where(kept > 0, joints, 0), kept


def _animation(
    binary: _Binary, joints: np.ndarray, poses: np.ndarray, trans: np.ndarray | None, fps: float, name: str
) -> dict[str, Any]:
    """One channel of rotations a joint and one of the pelvis's translation, linear between frames."""
    rotations = quaternions(poses.reshape(len(poses), -1, 3))  # (T, 24, 4)
    times = binary.add(np.arange(len(poses)) / fps, FLOAT, "SCALAR", bounds=True)
    channels: list[dict[str, Any]] = []
    samplers: list[dict[str, Any]] = []
    tracks = [(joint + 1, "rotation", rotations[:, joint], "VEC4") for joint in range(rotations.shape[1])]
    moved = joints[0] + (np.zeros((len(poses), 3)) if trans is None else np.asarray(trans))
    tracks.append((1, "translation", moved, "VEC3"))
    for node, path, values, kind in tracks:
        samplers.append({"input": times, "output": binary.add(values, FLOAT, kind), "interpolation": "LINEAR"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
    return {"name": name, "channels": channels, "samplers": samplers}


def quaternions(axis_angle: np.ndarray) -> np.ndarray:
    """Unit quaternions (T, J, 4) as x, y, z, w of axis-angle (T, J, 3), each on the hemisphere of the one before.

    Readers interpolate between neighbours; q and -q are the same rotation, but between them lies a whole turn.
    """
    angle = np.linalg.norm(axis_angle.astype(np.float64), axis=-1, keepdims=True)
    vector = axis_angle * (0.5 * np.sinc(angle / (2.0 * np.pi)))  # sin(angle / 2) / angle, exact near 0
    result = np.concatenate((vector, np.cos(angle / 2.0)), axis=-1)
    flips = np.ones(result.shape[:2])
    flips[1:] = np.where((result[1:] * result[:-1]).sum(-1) < 0.0, -1.0, 1.0)
    return np.asarray(result * np.cumprod(flips, axis=0)[..., None])


def _container(document: dict[str, Any], binary: bytes) -> bytes:
    """The GLB container: header, JSON chunk padded with spaces, binary chunk padded with zeros."""
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    header = struct.pack("<4sII", b"glTF", 2, total)
    return header + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
