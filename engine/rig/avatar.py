"""The rigged avatar: arrays, posing, and ``avatar.npz``."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.body.fingers import full_pose
from engine.errors import EngineError
from engine.geometry.skinning import bone_transforms, skin
from engine.mesh.full import uncovered
from engine.protocol import FACE_KEYS, JOINT_NAMES, SHAPE_KEYS, write_atomically
from engine.rig.face_shapes import NAMES, FaceShapes, face_fits, named, stored_faces

if TYPE_CHECKING:
    from engine.wardrobe.layers import Joined

Floats = NDArray[np.float32]
KINDS: dict[str, type] = {
    "vertices": np.float32,
    "faces": np.int32,
    "colors": np.float32,
    "weights": np.float32,
    "joints": np.float32,
    "parents": np.int32,
}
"""The arrays of ``avatar.npz`` and their types."""


GAME_KINDS: dict[str, type] = {name: KINDS[name] for name in ("vertices", "faces", "colors", "weights")} | {
    "uvs": np.float32
}
"""The arrays of the game mesh, which begin with ``game_`` in the file."""
LAYER_KINDS: dict[str, type] = {
    "layer_names": np.str_,
    "layer_materials": np.str_,
    "face_layers": np.int32,
    "uvs": np.float32,
    "roughness": np.float32,
    "metallic": np.float32,
    "opacity": np.float32,
    "covered": np.bool_,
    "canonical": np.float32,
}
"""The arrays of an avatar that is made of layers; all of them or none are in the file."""


HAND_KINDS: dict[str, type] = {"hands": np.float32, "holds": np.bool_}
"""The arrays of an avatar with fingers; both or none are in the file."""


@dataclass(frozen=True)
class GameAvatar:
    """The avatar's surface with few triangles, laid out for textures; T-pose."""

    vertices: Floats
    """(V, 3)."""
    faces: NDArray[np.int32]
    """(F, 3) counter-clockwise seen from outside."""
    colors: Floats
    """(V, 3) sRGB 0-1."""
    weights: Floats
    """(V, J), rows sum to 1, at most four are not zero."""
    uvs: Floats
    """(F, 3, 2) texture coordinates of the faces' corners, v up."""
    face_layers: NDArray[np.int32] | None = None
    """(F,) which layer a face belongs to, if the avatar is made of layers."""
    face: FaceShapes | None = None
    """Face shapes, if the avatar has any."""


@dataclass(frozen=True)
class Shapes:
    """Shape keys: how the T-pose changes when a key goes from 0 to 1."""

    deltas: Floats
    """(K, V, 3) displacements of the full mesh's vertices, metres; K are `protocol.SHAPE_KEYS`."""
    joints: Floats
    """(K, J, 3) displacements of the joints."""
    game: Floats | None = None
    """(K, W, 3) of the game mesh's vertices, if there is one."""


@dataclass(frozen=True)
class Avatar:
    """A skinned mesh in the T-pose: metres, +y up, facing +z, left arm to +x."""

    vertices: Floats
    """(V, 3)."""
    faces: NDArray[np.int32]
    """(F, 3) counter-clockwise seen from outside."""
    colors: Floats
    """(V, 3) sRGB 0-1."""
    weights: Floats
    """(V, J), rows sum to 1, at most four are not zero."""
    joints: Floats
    """(J, 3) rest positions; J is 24, or 54 with fingers."""
    parents: NDArray[np.int32]
    """(J,), -1 at the root."""
    game: GameAvatar | None = None
    """The game mesh, if one was made; joints and parents are the same."""
    shapes: Shapes | None = None
    """Shape keys, if they were asked for."""
    rest_pose: Floats | None = None
    """(J, 3) axis-angle of the pose in which files for other programs rest, if that is not the T-pose."""
    layer_names: tuple[str, ...] | None = None
    """What a person calls the layers, the innermost first; None, as all below, for a mesh that has none."""
    layer_materials: tuple[str, ...] | None = None
    """Of each layer, from `wardrobe.materials`."""
    face_layers: NDArray[np.int32] | None = None
    """(F,) which layer a face belongs to; layers share no vertices."""
    uvs: Floats | None = None
    """(F, 3, 2) texture coordinates of the faces' corners, v up; each layer has the square for itself."""
    roughness: Floats | None = None
    """(V,) 0-1."""
    metallic: Floats | None = None
    """(V,) 0-1."""
    opacity: Floats | None = None
    """(V,) 0-1: below 1 where what is beneath shows through."""
    covered: NDArray[np.bool_] | None = None
    """(V,) hidden beneath another layer for good."""
    canonical: Floats | None = None
    """(V, 3) pattern coordinates in metres: where on the standard figure, or along a lock of hair, a point belongs."""
    face: FaceShapes | None = None
    """Face shapes: smile, blink and the others of `protocol.FACE_KEYS`."""
    hands: Floats | None = None
    """(2, 45) axis-angle of the left and the right hand's fingers while nothing is said of them: relaxed, or round what
    they hold; None, as below, for an avatar of 24 joints."""
    holds: NDArray[np.bool_] | None = None
    """(2,) which of the two hold something."""


def layered(layers: Joined) -> dict[str, Any]:
    """The avatar's fields that say of which layers its mesh is made."""
    fields = {name: getattr(layers, name) for name in LAYER_KINDS if not name.startswith("layer_")}
    return {"layer_names": layers.names, "layer_materials": layers.materials, **fields}


def visible_faces(avatar: Avatar) -> NDArray[np.bool_]:
    """(F,) which faces can be seen; the others are covered by other layers and left out of pictures and most files."""
    return np.ones(len(avatar.faces), bool) if avatar.covered is None else uncovered(avatar.faces, avatar.covered)


def uncover(avatar: Avatar) -> Avatar:
    """The avatar without its covered faces, and without the vertices that no other face needs; no shape keys."""
    shown = visible_faces(avatar)
    if shown.all():
        return avatar
    used = np.unique(avatar.faces[shown])
    renumber = np.full(len(avatar.vertices), -1, np.int32)
    renumber[used] = np.arange(len(used))
    if avatar.face is not None:
        avatar = replace(avatar, face=avatar.face.renumbered(renumber))
    by_vertex = ("vertices", "colors", "weights", "roughness", "metallic", "opacity", "covered", "canonical")
    kept = {name: getattr(avatar, name)[used] for name in by_vertex if getattr(avatar, name) is not None}
    kept |= {name: getattr(avatar, name)[shown] for name in ("face_layers", "uvs") if getattr(avatar, name) is not None}
    return replace(avatar, faces=renumber[avatar.faces[shown]], shapes=None, **kept)


def with_hands(avatar: Avatar, poses: np.ndarray, hands: np.ndarray | None = None) -> Floats:
    """Poses (T, J, 3) of all of an avatar's joints.

    Args:
        avatar: of 24 or 54 joints.
        poses: (T, 72) or (T, 24, 3); also (T, J, 3), which are as they are.
        hands: (T, 2, 45) or (2, 45) of the left and right hand; None for the avatar's own. Hands that hold something
            hold it.
    """
    body = np.asarray(poses, np.float32).reshape(len(poses), -1, 3)
    if avatar.hands is None or body.shape[1] != len(JOINT_NAMES):
        return body
    fingers = avatar.hands if hands is None else np.asarray(hands, np.float32)
    if avatar.holds is not None:
        fingers = np.where(avatar.holds[:, None], avatar.hands, fingers)
    return full_pose(body, fingers)


def pose_avatar(avatar: Avatar, poses: np.ndarray, trans: np.ndarray | None = None) -> Floats:
    """Vertices (T, V, 3) of the avatar in poses (T, J, 3) or (T, 3·J), moved by ``trans`` (T, 3).

    Poses (T, 24, 3) leave fingers as they rest; `with_hands` gives them some.
    """
    poses = np.asarray(poses, np.float32).reshape(len(poses), -1, 3)
    if poses.shape[1] < len(avatar.parents):
        poses = full_pose(poses, np.zeros((2, 45)))
    transforms = bone_transforms(avatar.joints, poses, avatar.parents.tolist())
    posed = skin(avatar.vertices, avatar.weights, transforms)
    if trans is not None:
        posed += np.asarray(trans, np.float32)[:, None]
    return np.asarray(posed, np.float32)


def save_avatar(avatar: Avatar, path: str | os.PathLike[str]) -> None:
    """Write ``avatar.npz``, whole or not at all."""
    buffer = BytesIO()
    arrays: dict[str, Any] = {name: np.asarray(getattr(avatar, name), kind) for name, kind in KINDS.items()}
    if avatar.game is not None:
        arrays |= {f"game_{name}": np.asarray(getattr(avatar.game, name), kind) for name, kind in GAME_KINDS.items()}
        if avatar.game.face_layers is not None:
            arrays["game_face_layers"] = np.asarray(avatar.game.face_layers, np.int32)
    if avatar.layer_names is not None:
        arrays |= {name: np.asarray(getattr(avatar, name), kind) for name, kind in LAYER_KINDS.items()}
    if avatar.shapes is not None:
        shapes = avatar.shapes
        arrays["shape_joints"] = np.asarray(shapes.joints, np.float32)
        arrays["shape_deltas"] = np.asarray(shapes.deltas, np.float16)  # a tenth of a millimetre is enough
        if shapes.game is not None:
            arrays["game_shape_deltas"] = np.asarray(shapes.game, np.float16)
    if avatar.face is not None:
        arrays |= {NAMES: np.array(FACE_KEYS), **avatar.face.arrays()}
        if avatar.game is not None and avatar.game.face is not None:
            arrays |= avatar.game.face.arrays("game_")
    if avatar.rest_pose is not None:
        arrays["rest_pose"] = np.asarray(avatar.rest_pose, np.float32)
    if avatar.hands is not None:
        arrays |= {name: np.asarray(getattr(avatar, name), kind) for name, kind in HAND_KINDS.items()}
    np.savez_compressed(buffer, **arrays)
    write_atomically(path, buffer.getvalue())


def load_avatar(path: str | os.PathLike[str]) -> Avatar:
    """Read ``avatar.npz``.

    Raises:
        EngineError: ``broken_job`` if the file is missing, not such a file, or its arrays do not fit one another.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays: dict[str, Any] = {name: np.asarray(stored[name], kind) for name, kind in KINDS.items()}
            light: dict[str, Any] = {}
            shapes = _load_shapes(stored)
            face, light_face, known = stored_faces(stored), stored_faces(stored, "game_"), named(stored)
            rest = np.asarray(stored["rest_pose"], np.float32) if "rest_pose" in stored else None
            hands: dict[str, Any] = {}
            if "hands" in stored:
                hands = {name: np.asarray(stored[name], kind) for name, kind in HAND_KINDS.items()}
            if "game_vertices" in stored:
                light = {name: np.asarray(stored[f"game_{name}"], kind) for name, kind in GAME_KINDS.items()}
                if "game_face_layers" in stored:
                    light["face_layers"] = np.asarray(stored["game_face_layers"], np.int32)
            layers: dict[str, Any] = {}
            if "layer_names" in stored:
                kinds = {name: kind for name, kind in LAYER_KINDS.items() if name != "opacity" or name in stored}
                layers = {name: np.asarray(stored[name], kind) for name, kind in kinds.items()}
                layers.setdefault("opacity", np.ones(len(arrays["vertices"]), np.float32))  # files before it
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise EngineError("broken_job", f"{path} is not a readable avatar ({error}).", "Run the rig again.") from None
    joints = len(arrays["joints"])
    fits = (
        _surface_fits(arrays, joints)
        and arrays["joints"].shape == (joints, 3)
        and arrays["parents"].shape == (joints,)
        and (shapes is None or _shapes_fit(shapes, len(arrays["vertices"]), joints, light))
        and (rest is None or rest.shape == (joints, 3))
        and (not hands or (hands["hands"].shape == (2, 45) and hands["holds"].shape == (2,)))
        and (not light or (_surface_fits(light, joints) and light["uvs"].shape == (*light["faces"].shape, 2)))
        and _layers_fit(layers, arrays, light)
        and known
        and face_fits(face, len(arrays["vertices"]))
        and face_fits(light_face, len(light["vertices"]) if light else 0)
    )
    if not fits:
        raise EngineError("broken_job", f"The arrays in {path} do not fit one another.", "Run the rig again.")
    game = GameAvatar(**light, face=light_face) if light else None
    if layers:
        layers |= {name: tuple(layers[name].tolist()) for name in ("layer_names", "layer_materials")}
    return Avatar(**arrays, game=game, shapes=shapes, rest_pose=rest, face=face, **hands, **layers)


def _load_shapes(stored: Any) -> Shapes | None:
    """The shape keys of an open file, unchecked; None if it has none."""
    if "shape_deltas" not in stored:
        return None
    game = np.asarray(stored["game_shape_deltas"], np.float32) if "game_shape_deltas" in stored else None
    deltas, joints = (np.asarray(stored[f"shape_{name}"], np.float32) for name in ("deltas", "joints"))
    return Shapes(deltas, joints, game)


def _shapes_fit(shapes: Shapes, vertices: int, joints: int, light: dict[str, Any]) -> bool:
    """Whether the shape keys belong to a mesh of so many vertices and joints, and to its game mesh."""
    count = len(SHAPE_KEYS)
    fits = shapes.deltas.shape == (count, vertices, 3) and shapes.joints.shape == (count, joints, 3)
    if shapes.game is None:
        return fits
    return fits and bool(light) and shapes.game.shape == (count, len(light["vertices"]), 3)


def _surface_fits(arrays: dict[str, Any], joints: int) -> bool:
    """Whether vertices, faces, colours and weights belong together."""
    vertices, faces = len(arrays["vertices"]), arrays["faces"]
    return bool(
        arrays["vertices"].shape == arrays["colors"].shape == (vertices, 3)
        and faces.ndim == 2
        and faces.shape[1] == 3
        and (faces.size == 0 or (faces.min() >= 0 and faces.max() < vertices))
        and arrays["weights"].shape == (vertices, joints)
    )


def _layers_fit(layers: dict[str, Any], arrays: dict[str, Any], light: dict[str, Any]) -> bool:
    """Whether what says which layers a mesh is made of belongs to it and to its game mesh."""
    owners = [(light["face_layers"], light["faces"])] if "face_layers" in light else []
    if not layers:
        return not owners
    names, vertices, faces = layers["layer_names"], len(arrays["vertices"]), arrays["faces"]
    owners.append((layers["face_layers"], faces))
    return bool(
        names.ndim == 1
        and len(names)
        and len(set(names.tolist())) == len(names)
        and layers["layer_materials"].shape == names.shape
        and all(layers[name].shape == (vertices,) for name in ("roughness", "metallic", "opacity", "covered"))
        and layers["canonical"].shape == (vertices, 3)
        and layers["uvs"].shape == (*faces.shape, 2)
        and all(of.shape == (len(of_faces),) and np.isin(of, np.arange(len(names))).all() for of, of_faces in owners)
        and _apart(layers["face_layers"], faces, vertices)
    )


def _apart(face_layers: NDArray[np.int32], faces: NDArray[np.int32], vertices: int) -> bool:
    """Whether no vertex belongs to faces of two layers."""
    owner = np.full(vertices, -1, np.int32)
    owner[faces] = face_layers[:, None]
    return bool((owner[faces] == face_layers[:, None]).all())
