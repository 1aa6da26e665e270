"""Reads and checks what the engine wrote: ``avatar.npz``, ``motion.npz``, ``manifest.json``. No bpy.

Everything is checked before anything is built, so that a broken file leaves the scene untouched.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..contract import protocol

JOINTS = len(protocol.JOINT_NAMES)
HAND = 3 * len(protocol.FINGER_NAMES) // 2
"""Numbers of a hand's pose."""
HAND_POSES = ("left_hand_pose", "right_hand_pose")


class ResultError(ValueError):
    """A result that cannot be imported; the message is one sentence for the user."""


@dataclass(frozen=True)
class Surface:
    """A skinned mesh in its T-pose; SMPL's frame (+y up, facing +z), metres."""

    vertices: np.ndarray  # (V,3) float32
    faces: np.ndarray  # (F,3) int32
    colors: np.ndarray  # (V,3) float32, sRGB 0-1
    weights: np.ndarray  # (V,J) float32, rows sum to 1; J is 24, or 54 with fingers


@dataclass(frozen=True)
class GameMesh(Surface):
    """An avatar's surface with few triangles, laid out for textures."""

    uvs: np.ndarray  # (F,3,2) float32 of the faces' corners, v up
    textures: dict[str, Path]  # files that exist, by their names in protocol.TEXTURES


@dataclass(frozen=True)
class Shapes:
    """How the T-pose changes with each of `protocol.SHAPE_KEYS`; metres, SMPL's frame."""

    deltas: np.ndarray  # (K,V,3) float32, of the full mesh
    joints: np.ndarray  # (K,J,3) float32
    game: np.ndarray | None  # (K,W,3) float32, of the game mesh


@dataclass(frozen=True)
class Faces:
    """How face shapes move vertices: N rows, those of a shape one behind the other; metres, SMPL's frame."""

    names: tuple[str, ...]  # of the shapes, each once
    shape: np.ndarray  # (N,) int32, which of them
    row: np.ndarray  # (N,) int32, which vertex
    delta: np.ndarray  # (N,3) float32, its displacement where the shape is fully there


@dataclass(frozen=True)
class Layers:
    """What the full mesh is made of: body, each garment, hair, ...; the innermost first."""

    names: tuple[str, ...]  # "Body", "Shirt", ..., each once
    materials: tuple[str, ...]  # of the engine's catalogue, one a layer
    of_face: np.ndarray  # (F,) int32 index into names
    of_vertex: np.ndarray  # (V,) int32; -1 where no face has the vertex
    uvs: np.ndarray  # (F,3,2) float32 of the faces' corners, v up
    roughness: np.ndarray  # (V,) float32 0-1
    metallic: np.ndarray  # (V,) float32 0-1
    covered: np.ndarray  # (V,) bool, hidden beneath another layer for good
    opacity: np.ndarray  # (V,) float32 0-1, below 1 where what is beneath shows through


@dataclass(frozen=True)
class Avatar(Surface):
    """The full mesh with its layers if it has any, its joints, and the game mesh where there is one."""

    joints: np.ndarray  # (J,3) float32
    game: GameMesh | None
    shapes: Shapes | None
    rest_pose: np.ndarray | None  # (J,3) float64 axis-angle of the pose to rest in; None is the T-pose
    layers: Layers | None
    face: Faces | None = None
    game_face: Faces | None = None
    hands: np.ndarray | None = None  # (2,45) float64 how the hands are while no motion says otherwise
    holds: np.ndarray | None = None  # (2,) bool which of them hold something


@dataclass(frozen=True)
class Motion:
    """A pose sequence; SMPL's frame."""

    poses: np.ndarray  # (T,24,3) or with fingers (T,54,3) float64, axis-angle relative to the parent, zero = T-pose
    trans: np.ndarray  # (T,3) float64, metres, added to the rest pelvis
    fps: float
    face: np.ndarray | None = None  # (T,K) float64, 0-1
    face_names: tuple[str, ...] = ()  # of the K face shapes


def find_result(path: Path) -> Path:
    """Return the result folder that ``path`` means: itself, the ``result`` of a job folder, or a file's folder.

    Raises:
        ResultError: if there is no avatar.
    """
    for folder in (path, path / protocol.RESULT_DIR, path.parent):
        if (folder / protocol.AVATAR_NPZ).is_file():
            return folder
    raise ResultError(f"There is no finished avatar ({protocol.AVATAR_NPZ}) in {path}")


def load_avatar(folder: Path) -> Avatar:
    """Load and check ``avatar.npz`` of a result folder.

    Raises:
        ResultError: if it is missing or broken, of a newer version, or not a body of 24 joints or 54.
    """
    try:
        protocol.check_format(load_manifest(folder).get("format", protocol.FORMAT), "avatar")
    except protocol.ProtocolError as error:
        raise ResultError(str(error)) from None
    path = folder / protocol.AVATAR_NPZ
    arrays = _load(
        path,
        (*_SURFACE, "joints", "parents"),
        (
            *(f"game_{name}" for name in (*_SURFACE, "uvs")),
            "rest_pose",
            "hands",
            "holds",
            *_SHAPES,
            *_LAYERS,
            "opacity",
            *_FACES,
            *(f"game_{name}" for name in _FACES[1:]),
        ),
    )
    joints, parents = len(arrays["joints"]), tuple(arrays["parents"].ravel().tolist())
    if (
        len(parents) not in (JOINTS, len(protocol.SKELETON_NAMES))
        or parents != protocol.SKELETON_PARENTS[: len(parents)]
    ):
        raise ResultError(f"{path} has another skeleton than SMPL's 24 joints, with or without fingers")
    _expect_shape(path, arrays, joints=(len(parents), 3))
    light = {name.removeprefix("game_"): array for name, array in arrays.items() if name.startswith("game_")}
    game, rest = None, None
    if "rest_pose" in arrays:
        _expect_shape(path, arrays, rest_pose=(joints, 3))
        rest = arrays["rest_pose"].astype(np.float64)
    if "vertices" in light:
        surface = _surface(path, light, joints)
        _expect_shape(path, light, uvs=(len(surface["faces"]), 3, 2))
        textures = {name: folder / file for name, file in protocol.TEXTURES.items() if (folder / file).is_file()}
        game = GameMesh(**surface, uvs=_floats(light["uvs"]), textures=textures)
    light_face = _faces(path, arrays, "game_", len(game.vertices)) if game is not None else None
    return Avatar(
        **_surface(path, arrays, joints),
        joints=_floats(arrays["joints"]),
        game=game,
        shapes=_shapes(path, arrays, joints),
        rest_pose=rest,
        layers=_layers(path, arrays),
        face=_faces(path, arrays, "", len(arrays["vertices"])),
        game_face=light_face,
        **_hands(path, arrays, joints),
    )


_SURFACE = ("vertices", "faces", "colors", "weights")
_SHAPES = ("shape_deltas", "shape_joints", "game_shape_deltas")
_FACES = ("face_names", "face_shape", "face_row", "face_delta")
_LAYERS = ("layer_names", "layer_materials", "face_layers", "uvs", "roughness", "metallic", "covered")


def _hands(path: Path, arrays: Mapping[str, np.ndarray], joints: int) -> dict[str, Any]:
    """Check how an avatar's hands are; without fingers there is nothing to say."""
    if joints == JOINTS or "hands" not in arrays or "holds" not in arrays:
        return {"hands": None, "holds": None}
    _expect_shape(path, arrays, hands=(2, HAND), holds=(2,))
    return {"hands": arrays["hands"].astype(np.float64), "holds": arrays["holds"].astype(bool)}


def _surface(path: Path, arrays: Mapping[str, np.ndarray], joints: int) -> dict[str, np.ndarray]:
    """Check the arrays of a skinned mesh and return them in the types of `Surface`."""
    missing = [name for name in _SURFACE if name not in arrays]
    if missing:
        raise ResultError(f"{path} lacks {', '.join(missing)} of the game mesh")
    count, faces = len(arrays["vertices"]), arrays["faces"]
    _expect_shape(path, arrays, vertices=(count, 3), colors=(count, 3), weights=(count, joints))
    if faces.ndim != 2 or faces.shape[1] != 3 or not np.issubdtype(faces.dtype, np.integer):
        raise ResultError(f"{path} is broken: faces must be triangles of vertex numbers")
    if count == 0 or len(faces) == 0:
        raise ResultError(f"{path} holds an empty mesh")
    if faces.min() < 0 or faces.max() >= count:
        raise ResultError(f"{path} is broken: a face names a vertex that does not exist")
    if arrays["weights"].min() < 0 or not np.allclose(arrays["weights"].sum(axis=1), 1, atol=1e-3):
        raise ResultError(f"{path} is broken: the skinning weights of a vertex do not sum to 1")
    return {
        "vertices": _floats(arrays["vertices"]),
        "faces": np.ascontiguousarray(faces, dtype=np.int32),
        "colors": np.clip(_floats(arrays["colors"]), 0, 1),
        "weights": _floats(arrays["weights"]),
    }


def _shapes(path: Path, arrays: Mapping[str, np.ndarray], joints: int) -> Shapes | None:
    """Check the arrays of the shape keys; None if there are none."""
    if "shape_deltas" not in arrays:
        return None
    if "shape_joints" not in arrays:
        raise ResultError(f"{path} lacks shape_joints")
    count = len(protocol.SHAPE_KEYS)
    wanted = {"shape_deltas": (count, len(arrays["vertices"]), 3), "shape_joints": (count, joints, 3)}
    if "game_shape_deltas" in arrays and "game_vertices" in arrays:
        wanted["game_shape_deltas"] = (count, len(arrays["game_vertices"]), 3)
    _expect_shape(path, arrays, **wanted)
    light = _floats(arrays["game_shape_deltas"]) if "game_shape_deltas" in wanted else None
    return Shapes(_floats(arrays["shape_deltas"]), _floats(arrays["shape_joints"]), light)


def _faces(path: Path, arrays: Mapping[str, np.ndarray], prefix: str, vertices: int) -> Faces | None:
    """Check the arrays of the face shapes of a mesh with so many vertices; None if there are none."""
    if f"{prefix}face_row" not in arrays:
        return None
    names = tuple(map(str, arrays["face_names"].ravel().tolist())) if "face_names" in arrays else ()
    missing = [name for name in ("face_shape", "face_delta") if f"{prefix}{name}" not in arrays]
    if missing or not names or len(set(names)) < len(names):
        raise ResultError(f"{path} lacks {', '.join(missing) or 'the names'} of the face shapes")
    shape, row, delta = (arrays[f"{prefix}face_{name}"] for name in ("shape", "row", "delta"))
    count = len(row)
    _expect_shape(path, arrays, **{f"{prefix}face_shape": (count,), f"{prefix}face_delta": (count, 3)})
    if count and (shape.max() >= len(names) or row.min() < 0 or row.max() >= vertices):
        raise ResultError(f"{path} is broken: a face shape moves a vertex that does not exist")
    return Faces(names, shape.astype(np.int32), row.astype(np.int32), _floats(delta))


def _layers(path: Path, arrays: Mapping[str, np.ndarray]) -> Layers | None:
    """Check the arrays of the layers; None if there are none."""
    missing = [name for name in _LAYERS if name not in arrays]
    if len(missing) == len(_LAYERS):
        return None
    if missing:
        raise ResultError(f"{path} lacks {', '.join(missing)} of the layers")
    vertices, faces, of_face = len(arrays["vertices"]), arrays["faces"], arrays["face_layers"]
    names, materials = (tuple(map(str, arrays[name].ravel().tolist())) for name in ("layer_names", "layer_materials"))
    _expect_shape(
        path,
        arrays,
        layer_names=(len(names),),
        layer_materials=(len(names),),
        face_layers=(len(faces),),
        uvs=(len(faces), 3, 2),
        roughness=(vertices,),
        metallic=(vertices,),
        covered=(vertices,),
    )
    if len(set(names)) < len(names) or not all(name.strip() for name in names):
        raise ResultError(f"{path} is broken: two layers have the same name, or one has none")
    if not np.issubdtype(of_face.dtype, np.integer) or of_face.min() < 0 or of_face.max() >= len(names):
        raise ResultError(f"{path} is broken: a face names a layer that does not exist")
    of_vertex = np.full(vertices, -1, np.int32)
    of_vertex[faces] = of_face[:, None]
    if (of_vertex[faces] != of_face[:, None]).any():
        raise ResultError(f"{path} is broken: two layers share a vertex")
    rough, metal = (np.clip(_floats(arrays[name]), 0, 1) for name in ("roughness", "metallic"))
    uvs, covered = _floats(arrays["uvs"]), arrays["covered"].astype(bool)
    opacity = np.ones(vertices, np.float32)
    if "opacity" in arrays:  # results before it have none
        _expect_shape(path, arrays, opacity=(vertices,))
        opacity = np.clip(_floats(arrays["opacity"]), 0, 1)
    return Layers(names, materials, of_face.astype(np.int32), of_vertex, uvs, rough, metal, covered, opacity)


def load_motion(folder: Path) -> Motion | None:
    """Load and check ``motion.npz`` of a result folder; None if the job made no motion.

    Raises:
        ResultError: if the file is broken.
    """
    path = folder / protocol.MOTION_NPZ
    if not path.is_file():
        return None
    arrays = _load(path, ("poses", "trans", "mocap_framerate"), ("face", "face_names", *HAND_POSES))
    count = len(arrays["poses"])
    _expect_shape(path, arrays, poses=(count, JOINTS * 3), trans=(count, 3))
    fps = float(arrays["mocap_framerate"])
    if count == 0 or not 0 < fps <= 1000:
        raise ResultError(f"{path} is broken: it has no frames, or no usable frame rate")
    poses = arrays["poses"].astype(np.float64).reshape(count, JOINTS, 3)
    if all(name in arrays for name in HAND_POSES):
        _expect_shape(path, arrays, **dict.fromkeys(HAND_POSES, (count, HAND)))
        fingers = [arrays[name].astype(np.float64).reshape(count, -1, 3) for name in HAND_POSES]
        poses = np.concatenate((poses, *fingers), axis=1)
    face, names = None, tuple(map(str, arrays["face_names"].ravel().tolist())) if "face_names" in arrays else ()
    if "face" in arrays:
        _expect_shape(path, arrays, face=(count, len(names)))
        face = np.clip(arrays["face"].astype(np.float64), 0, 1)
    return Motion(poses, arrays["trans"].astype(np.float64), fps, face, names)


def load_candidates(folder: Path) -> np.ndarray:
    """Load the candidate poses of a result, (K,24,3) axis-angle, the best first.

    Raises:
        ResultError: if there are none, or the file is broken.
    """
    path = folder / protocol.MOTION_NPZ
    poses = _load(path, ("candidates",))["candidates"]
    if poses.ndim != 2 or poses.shape[1] != JOINTS * 3 or not len(poses):
        raise ResultError(f"{path} holds no candidate poses")
    return poses.astype(np.float64).reshape(len(poses), JOINTS, 3)


def load_manifest(folder: Path) -> dict[str, Any]:
    """Return ``manifest.json`` of a result folder; empty if it is missing or unreadable, for it only informs."""
    try:
        manifest = json.loads((folder / protocol.MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _load(path: Path, names: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [name for name in names if name not in archive.files]
            present = [name for name in (*names, *optional) if name in archive.files]
            arrays = {name: archive[name] for name in present}
    except FileNotFoundError:
        raise ResultError(f"{path} is missing") from None
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ResultError(f"{path} cannot be read ({str(error) or type(error).__name__})") from None
    if missing:
        raise ResultError(f"{path} lacks {', '.join(missing)}")
    for name, array in arrays.items():
        if name in ("layer_names", "layer_materials", "face_names"):
            if array.dtype.kind != "U":
                raise ResultError(f"{path} is broken: {name} holds something else than texts")
        elif array.dtype.kind not in "iufb" or not np.isfinite(array).all():
            raise ResultError(f"{path} is broken: {name} holds something else than finite numbers")
    return arrays


def _expect_shape(path: Path, arrays: Mapping[str, np.ndarray], **shapes: tuple[int, ...]) -> None:
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ResultError(f"{path} is broken: {name} has the shape {arrays[name].shape} instead of {shape}")


def _floats(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, dtype=np.float32)
