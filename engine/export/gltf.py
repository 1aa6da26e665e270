"""GLB (binary glTF 2.0): skinned, coloured meshes with SMPL's skeleton and, where there is one, its animation.

Each layer of an avatar is a node of its own with its name and material, all on one skin: readers show a mesh of several
primitives as one object, from which no garment can be taken off. The game mesh is one node with a primitive a layer.

glTF's frame is ours (metres, +y up, facing +z), so numbers go in unchanged. Vertex colours (COLOR_0) are linear by the
specification (section 3.9.2), rotations are quaternions x, y, z, w, matrices are stored by columns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.export.binary import FLOAT, INDEX_BUFFER, UBYTE, UINT, USHORT, VERTEX_BUFFER, Binary, container, opened
from engine.export.lods import with_levels
from engine.export.morphs import shapes_of, targets, with_targets
from engine.geometry.edges import is_closed
from engine.geometry.measures import vertex_normals
from engine.geometry.rotations import axis_angle_to_quaternion, without_flips
from engine.mesh.levels import Level
from engine.mesh.uv import split_seams, tangents
from engine.names import plain_names
from engine.protocol import FACE_SHAPES, SKELETON_NAMES, write_atomically
from engine.render.shade import to_linear

if TYPE_CHECKING:
    from engine.export.scene import Take
    from engine.rig import Avatar

PICTURES = ("color", "normal", "orm")
"""Textures in the order of their indices."""
ROUGH = 0.85
"""Roughness of a mesh without layers. Set by hand."""
ROOT = "root"
"""The bone on the floor that carries the travel, where one is wanted."""
NO_INDEX = 65535
"""What restarts a strip, so that an index of 16 bits cannot be it."""
INFLUENCES = 4
"""Joints a vertex; a second set of four is something few game engines read."""


@dataclass(frozen=True)
class Layout:
    """Texture coordinates of a mesh and its textures as PNG files' bytes."""

    uvs: np.ndarray
    """(F, 3, 2) of the faces' corners, v up."""
    color: bytes
    normal: bytes
    orm: bytes
    """Occlusion, roughness and metalness in red, green and blue."""
    lower: Sequence[Level] = ()
    """The mesh's lower levels of detail, from more to fewer triangles."""


def write_glb(
    path: str | os.PathLike[str],
    avatar: Avatar,
    take: Take | None = None,
    name: str = "Avatar",
    layout: Layout | None = None,
    apart: bool = False,
    with_root: bool = False,
) -> None:
    """Write an avatar and, if there is a take, one animation.

    Face shapes are morph targets with sparse accessors: each layer has those that move it, the game mesh all of them.

    With textures the vertices' colours go into the attribute _COLOR_0, as readers multiply COLOR_0 with the texture.

    Args:
        path: the file, written whole or not at all.
        avatar: the rigged mesh.
        take: the motion of all of the avatar's joints, or None for one that stands still.
        name: of the scene and of a mesh without layers.
        layout: texture coordinates, textures and levels of the mesh, or None for one in its vertices' colours.
        apart: a node for each layer of a mesh with textures too, with levels of its own.
        with_root: a bone on the floor, above the pelvis, where no take's ``root`` asks for it.
    """
    binary, names = Binary(), SKELETON_NAMES[: len(avatar.joints)]
    travels = with_root or (take is not None and take.root is not None)
    whole = rooted(avatar, names) if travels else (avatar, names)
    document, chosen = document_of(binary, *whole, name, layout, apart)
    lower = () if layout is None else layout.lower
    with_levels(binary, document, avatar, [faces for _, faces in _parts(avatar, name)], lower)
    if take is not None:  # last, so that `renew_animation` can cut it off
        _animate(binary, document, avatar.joints, take, len(chosen))
    write_atomically(path, container(document, binary))


def document_of(
    binary: Binary,
    avatar: Avatar,
    names: Sequence[str],
    name: str,
    layout: Layout | None,
    apart: bool = False,
    with_tangents: bool = True,
) -> tuple[dict[str, Any], list[list[int]]]:
    """The scene without animations: nodes of the meshes, then of the joints in their order.

    Args:
        binary: grows by it.
        avatar: the rigged mesh.
        names: of its joints.
        name: of the scene, and of a mesh without layers.
        layout: texture coordinates and textures of the mesh, if it has any.
        apart: layers are nodes with textures too; else such a mesh is one node.
        with_tangents: whether a mesh with textures has them; readers make their own where it has none.

    Returns:
        The document, and for each mesh the numbers of the face shapes that are its targets.
    """
    parts = list(_parts(avatar, name))
    chosen = [shapes_of(avatar.face, np.unique(avatar.faces[faces])) for _, faces in parts]
    together = layout is not None and not apart
    if together:  # primitives of one mesh share their targets
        chosen = [sorted(set().union(*chosen))] * len(parts)
    primitives = [
        _primitive(binary, avatar, faces, layout, number, chosen[number], with_tangents)
        for number, (_, faces) in enumerate(parts)
    ]
    meshes = [{"name": part, "primitives": [primitive]} for (part, _), primitive in zip(parts, primitives)]
    if together:
        meshes = [{"name": name, "primitives": primitives}]
    meshes = [with_targets(mesh, shapes) for mesh, shapes in zip(meshes, chosen)]
    first = len(meshes)
    nodes: list[dict[str, Any]] = [{"name": mesh["name"], "mesh": k, "skin": 0} for k, mesh in enumerate(meshes)]
    parents = [int(parent) for parent in avatar.parents]
    joints = np.asarray(avatar.joints, np.float64)
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "AvatarCLIP for Blender"},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [*range(first), first + parents.index(-1)]}],
        "nodes": nodes + skeleton(joints, parents, first, names),
        "meshes": meshes,
        "materials": [_material(part, avatar, faces, layout is not None) for part, faces in parts],
        "skins": [_skin(binary, joints, parents, first, name)],
    }
    if layout is not None:
        document |= _pictures(binary, layout)
    return document, chosen[:first]


def _skin(binary: Binary, joints: np.ndarray, parents: list[int], first: int, name: str) -> dict[str, Any]:
    """The skin whose joint k is node ``first`` + k, bound where the ``joints`` (J, 3) are at rest."""
    inverse_bind = np.tile(np.eye(4), (len(parents), 1, 1))
    inverse_bind[:, 3, :3] = -joints  # transposed: by columns, the last of which is the translation
    return {
        "name": f"{name} Skeleton",
        "joints": list(range(first, first + len(parents))),
        "skeleton": first + parents.index(-1),
        "inverseBindMatrices": binary.add(inverse_bind, FLOAT, "MAT4"),
    }


def rooted(avatar: Avatar, names: Sequence[str]) -> tuple[Avatar, tuple[str, ...]]:
    """The avatar with one joint more, at the origin above the pelvis, that carries no vertex; and all names."""
    count = len(avatar.joints)
    parents = np.append(np.where(avatar.parents < 0, count, avatar.parents), -1).astype(np.int32)
    weights = np.pad(avatar.weights, ((0, 0), (0, 1)))
    joints = np.concatenate((avatar.joints, np.zeros((1, 3), np.float32)))
    return replace(avatar, joints=joints, parents=parents, weights=weights), (*names, ROOT)


def renew_animation(
    before: str | os.PathLike[str], path: str | os.PathLike[str], joints: np.ndarray, take: Take
) -> None:
    """Write a file of `write_glb` again with another animation, all else byte for byte as it was.

    Args:
        before: the file as it is.
        path: the new one, written whole or not at all.
        joints: (J, 3) metres, at rest.
        take: the new motion.
    """
    document, binary = opened(Path(before).read_bytes())
    if old := document.pop("animations", None):
        binary.cut(old[0]["samplers"][0]["input"])
    _animate(binary, document, joints, take, document["skins"][0]["joints"][0])
    write_atomically(path, container(document, binary))


def _parts(avatar: Avatar, name: str) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Names of the layers and the numbers of their faces; all under ``name`` where there are none."""
    if avatar.layer_names is None or avatar.face_layers is None:
        yield name, np.arange(len(avatar.faces))
        return
    for number, layer in enumerate(plain_names(avatar.layer_names)):
        faces = np.flatnonzero(avatar.face_layers == number)
        if len(faces):
            yield layer, faces


def skeleton(joints: np.ndarray, parents: list[int], first: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """A node a joint, placed relative to its parent; joint k is node ``first`` + k of the scene."""
    nodes = []
    for joint, parent in enumerate(parents):
        offset = joints[joint] - (joints[parent] if parent >= 0 else 0.0)
        node: dict[str, Any] = {"name": names[joint], "translation": offset.tolist()}
        children = [child + first for child, of in enumerate(parents) if of == joint]
        nodes.append(node | ({"children": children} if children else {}))
    return nodes


def _pictures(binary: Binary, layout: Layout) -> dict[str, Any]:
    """The textures as PNG inside the binary chunk, in the order in which the material counts them."""
    images = []
    for name, picture in zip(PICTURES, (layout.color, layout.normal, layout.orm)):
        images.append({"name": name, "mimeType": "image/png", "bufferView": binary.add_bytes(picture)})
    return {
        "images": images,
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}],  # trilinear, clamped
        "textures": [{"source": number, "sampler": 0} for number in range(len(images))],
    }


def _primitive(
    binary: Binary,
    avatar: Avatar,
    chosen: NDArray[np.int64],
    layout: Layout | None,
    material: int,
    shapes: list[int],
    with_tangents: bool = True,
) -> dict[str, Any]:
    """Some of the faces with normals, colours and four joints a vertex; vertices on texture seams are doubled.

    Args:
        binary: grows by it.
        avatar: the mesh.
        chosen: (F,) numbers of faces; normals are those of these alone.
        layout: textures, with which vertices' colours do not count; None for the avatar's own ``uvs``, if it has any.
        material: its number.
        shapes: numbers of the face shapes that are its targets.
        with_tangents: whether a mesh with textures has them.
    """
    used = np.unique(avatar.faces[chosen])
    faces = np.searchsorted(used, avatar.faces[chosen]).astype(np.int32)
    normals = vertex_normals(avatar.vertices[used], faces)
    extra: dict[str, Any] = {}
    source: Any = np.arange(len(used))
    uvs = None if layout is None else layout.uvs[chosen]
    if uvs is None and avatar.uvs is not None and avatar.uvs[chosen].any():
        uvs = avatar.uvs[chosen]
    if uvs is not None:
        source, faces, spots = split_seams(faces, uvs)
        extra["TEXCOORD_0"] = binary.add(np.stack((spots[:, 0], 1.0 - spots[:, 1]), -1), FLOAT, "VEC2", VERTEX_BUFFER)
    normals, of = normals[source], used[source]
    if layout is not None and with_tangents:
        frame = tangents(avatar.vertices[of], normals, faces, spots)
        extra["TANGENT"] = binary.add(frame, FLOAT, "VEC4", VERTEX_BUFFER)
    colors = np.ones((len(of), 4))
    colors[:, :3] = to_linear(avatar.colors[of])
    if avatar.opacity is not None:
        colors[:, 3] = avatar.opacity[of]
    joints, shares = strongest(avatar.weights[of])
    weights = sixteen_bits(shares)
    joints = np.where(weights > 0, joints, 0)  # as the format wants it of joints without weight
    vertex = VERTEX_BUFFER
    return {
        "attributes": {
            "POSITION": binary.add(avatar.vertices[of], FLOAT, "VEC3", vertex, bounds=True),
            "NORMAL": binary.add(normals, FLOAT, "VEC3", vertex),
            # 16 bits: linear values in 8 would show bands in dark cloth.
            "COLOR_0" if layout is None else "_COLOR_0": binary.add(
                (colors * 65535.0).round(), USHORT, "VEC4", vertex, normalized=True
            ),
            "JOINTS_0": binary.add(joints, UBYTE, "VEC4", vertex),
            "WEIGHTS_0": binary.add(weights, USHORT, "VEC4", vertex, normalized=True),
            **extra,
        },
        "indices": binary.add(faces.reshape(-1), USHORT if len(of) < NO_INDEX else UINT, "SCALAR", INDEX_BUFFER),
        "material": material,
        **({"targets": targets(binary, avatar.face, of, shapes)} if shapes and avatar.face is not None else {}),
    }


def _material(name: str, avatar: Avatar, chosen: NDArray[np.int64], textured: bool) -> dict[str, Any]:
    """White, for vertices' colours or a texture; rough and metallic as its faces (F,); two-sided if they are open."""
    faces = avatar.faces[chosen]
    rough, metal = (
        value if of is None else round(float(of[np.unique(faces)].mean()), 4)
        for value, of in ((ROUGH, avatar.roughness), (0.0, avatar.metallic))
    )
    surface: dict[str, Any] = {"baseColorFactor": [1, 1, 1, 1], "metallicFactor": metal, "roughnessFactor": rough}
    made: dict[str, Any] = {"name": name, "pbrMetallicRoughness": surface}
    if avatar.opacity is not None and (opacity := avatar.opacity[np.unique(faces)]).min() < 1:
        made["alphaMode"] = "BLEND"
        if textured:  # else the vertices' colours have it
            surface["baseColorFactor"] = [1, 1, 1, round(float(opacity.mean()), 4)]
    if not is_closed(faces):
        made["doubleSided"] = True
    if textured:
        surface |= {"metallicFactor": 1, "roughnessFactor": 1}  # the texture has them
        surface |= {"baseColorTexture": {"index": 0}, "metallicRoughnessTexture": {"index": 2}}
        made |= {"normalTexture": {"index": 1}, "occlusionTexture": {"index": 2}}
    return made


def strongest(weights: np.ndarray, count: int = INFLUENCES) -> tuple[np.ndarray, np.ndarray]:
    """The strongest joints (V, count) of each vertex and their weights, scaled to sum to 1; unused ones are joint 0."""
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    kept = np.take_along_axis(weights, joints, axis=1).astype(np.float64)
    kept = (kept / kept.sum(1, keepdims=True)).astype(np.float32)
    return np.where(kept > 0, joints, 0), kept


def sixteen_bits(weights: np.ndarray) -> np.ndarray:
    """Weights (V, 4) as whole numbers whose sum is 65535 in each row; the largest takes what rounding leaves."""
    whole = np.rint(weights * 65535.0).astype(np.int64)
    rows = np.arange(len(whole))
    whole[rows, whole.argmax(1)] += 65535 - whole.sum(1)
    return whole


def animation(binary: Binary, joints: np.ndarray, take: Take, first: int) -> dict[str, Any]:
    """Channels of all joints' rotations, of the pelvis's translation and of the root's, linear between frames.

    Args:
        binary: grows by it.
        joints: (J, 3) metres, at rest.
        take: the motion.
        first: the node of joint 0; the root, if it travels, is the node after the last joint's.
    """
    rotations = quaternions(take.poses.reshape(len(take.poses), -1, 3))  # (T, J, 4)
    times = binary.add(np.arange(len(take.poses)) / take.fps, FLOAT, "SCALAR", bounds=True)
    channels: list[dict[str, Any]] = []
    samplers: list[dict[str, Any]] = []
    tracks = [(joint + first, "rotation", rotations[:, joint], "VEC4") for joint in range(rotations.shape[1])]
    tracks.append((first, "translation", joints[0] + take.trans, "VEC3"))
    if take.root is not None:
        tracks.append((first + len(joints), "translation", take.root, "VEC3"))
    for node, path, values, kind in tracks:
        samplers.append({"input": times, "output": binary.add(values, FLOAT, kind), "interpolation": "LINEAR"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
    return {"name": take.clip, "channels": channels, "samplers": samplers}


def _animate(binary: Binary, document: dict[str, Any], joints: np.ndarray, take: Take, first: int) -> None:
    """Give a scene without animations a take, of joints and faces."""
    document["animations"] = [animation(binary, np.asarray(joints, np.float64), take, first)]
    if take.face is not None:
        _animate_faces(binary, document, take.face)


def _animate_faces(binary: Binary, document: dict[str, Any], face: np.ndarray) -> None:
    """A channel of weights for each node whose mesh has targets; ``face`` (T, 52) has a row a frame."""
    (clip,) = document["animations"]
    samplers: dict[tuple[int, ...], int] = {}
    for number, node in enumerate(document["nodes"]):
        names = document["meshes"][node["mesh"]].get("extras", {}).get("targetNames", []) if "mesh" in node else []
        shapes = tuple(FACE_SHAPES.index(name) for name in names)
        if not shapes or not np.any(face[:, shapes]):
            continue
        if shapes not in samplers:
            samplers[shapes] = len(clip["samplers"])
            output = binary.add(face[:, shapes].reshape(-1), FLOAT, "SCALAR")
            sampler = {"input": clip["samplers"][0]["input"], "output": output, "interpolation": "LINEAR"}
            clip["samplers"].append(sampler)
        target = {"node": number, "path": "weights"}
        clip["channels"].append({"sampler": samplers[shapes], "target": target})


def quaternions(axis_angle: np.ndarray) -> np.ndarray:
    """Unit quaternions (T, J, 4) as x, y, z, w of axis-angle (T, J, 3), each on the hemisphere of the one before.

    Readers interpolate between neighbours; q and -q are the same rotation, but between them lies a whole turn.
    """
    w, *vector = np.moveaxis(without_flips(axis_angle_to_quaternion(axis_angle.astype(np.float64))), -1, 0)
    return np.stack([*vector, w], -1)
