"""Bodies in SMPL layout, carried by ``smplx``: the bundled open body, or the user's own SMPL as an ``.npz`` file."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from functools import cached_property
from pathlib import Path

import numpy as np
import smplx
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from smplx.utils import Struct
from torch import Tensor

from engine.config import BodyConfig
from engine.errors import EngineError
from engine.protocol import JOINT_NAMES, PARENTS

Floats = NDArray[np.float32]
OPEN_BODY = Path(__file__).resolve().parent.parent / "assets" / "body.safetensors"
NEUTRAL_GREY = 0.72
"""sRGB of a body that nothing was said about."""
NUM_POSE_BASIS = 207  # 23 joints x 9 entries of (rotation - identity)


class _Smpl(smplx.SMPL):
    """smplx cuts bodies with fewer than 300 shape directions down to 10; this one keeps what the file has."""

    SHAPE_SPACE_DIM = 0  # smplx compares with this


class Body:
    """A skinned, shaped body (Loper et al. 2015): metres, +y up, facing +z, left arm to +x, 24 joints.

    Args:
        arrays: ``v_template`` (V, 3), ``shapedirs`` (V, 3, S), ``posedirs`` (V, 3, 207), ``J_regressor`` (24, V),
            ``weights`` (V, 24), ``f`` (F, 3), ``kintree_table`` (2, 24).
        name: shown in the manifest.
        labels: names of vertex groups, such as ``iris.L``, to vertex indices.
    """

    def __init__(self, arrays: dict[str, NDArray], name: str, labels: dict[str, NDArray[np.int32]] | None = None):
        self.name = name
        self.labels = labels or {}
        self.num_betas = int(arrays["shapedirs"].shape[-1])
        with contextlib.redirect_stdout(io.StringIO()):  # smplx prints a warning for bodies that are not SMPL's
            self.smpl = _Smpl(
                "", data_struct=Struct(**arrays), num_betas=self.num_betas, create_betas=False,
                create_body_pose=False, create_global_orient=False, create_transl=False,
            )  # fmt: skip
        self.smpl._num_betas = self.num_betas
        self.smpl.shapedirs = torch.as_tensor(np.asarray(arrays["shapedirs"], np.float32))
        self.faces: NDArray[np.int32] = np.asarray(arrays["f"], np.int32)
        self.template: Floats = np.asarray(arrays["v_template"], np.float32)
        self._shapedirs: Floats = np.asarray(arrays["shapedirs"], np.float32)
        self._regressor: Floats = np.asarray(arrays["J_regressor"], np.float32)
        self.weights: Floats = np.asarray(arrays["weights"], np.float32)
        self.parents: NDArray[np.int64] = np.array(PARENTS)

    @cached_property
    def checksum(self) -> str:
        """Hex digest of all that decides the body's surface; keys of caches are made from it."""
        digest = hashlib.sha256()
        for array in (self.template, self.smpl.shapedirs.numpy(), self.weights, self.faces):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def forward(self, betas: Tensor, poses: Tensor) -> tuple[Tensor, Tensor]:
        """Shape and pose by linear blend skinning, differentiable.

        Args:
            betas: (B, S) or (1, S) shape coefficients; the open body's have unit variance.
            poses: (B, 24, 3) axis-angle, local to the parent.

        Returns:
            Vertices (B, V, 3) and joints (B, 24, 3).
        """
        batch = len(poses)
        out = self.smpl(
            betas=betas.expand(batch, -1), global_orient=poses[:, 0], body_pose=poses[:, 1:].flatten(1), transl=None
        )
        return out.vertices, out.joints[:, :24]

    def pose(self, betas: NDArray, poses: NDArray, trans: NDArray | None = None) -> tuple[Floats, Floats]:
        """`forward` for one shape (S,) and poses (T, 24, 3) in numpy, moved by ``trans`` (T, 3) where given."""
        with torch.no_grad():
            vertices, joints = self.forward(
                torch.as_tensor(np.asarray(betas, np.float32))[None], torch.as_tensor(np.asarray(poses, np.float32))
            )
        offset = np.zeros((len(poses), 1, 3), np.float32) if trans is None else np.asarray(trans, np.float32)[:, None]
        return vertices.numpy() + offset, joints.numpy() + offset

    def rest_vertices(self, betas: NDArray) -> Floats:
        """(V, 3) the shaped body in the T-pose."""
        vertices: Floats = self.template + self._shapedirs @ np.asarray(betas, np.float32)
        return vertices

    def rest_joints(self, betas: NDArray) -> Floats:
        """(24, 3) the joints of the shaped body in the T-pose."""
        joints: Floats = self._regressor @ self.rest_vertices(betas)
        return joints


def stand_pose() -> Floats:
    """(24, 3) axis-angle of the A-like pose that the avatar is sculpted in: nothing touches anything else."""
    pose = np.zeros((24, 3), np.float32)
    for side, sign in (("left_", 1.0), ("right_", -1.0)):
        pose[JOINT_NAMES.index(side + "shoulder"), 2] = -sign * np.radians(42)
        pose[JOINT_NAMES.index(side + "collar"), 2] = -sign * np.radians(6)
        pose[JOINT_NAMES.index(side + "hip"), 2] = sign * np.radians(7)
        pose[JOINT_NAMES.index(side + "ankle"), 2] = -sign * np.radians(7)
    return pose


def _matrix(data: dict[str, NDArray], name: str, shape: tuple[int, int]) -> Floats:
    matrix = np.zeros(shape, np.float32)
    matrix[data[f"{name}.row"], data[f"{name}.column"]] = data[f"{name}.value"]
    return matrix


def load_open_body(path: Path = OPEN_BODY) -> Body:
    """The bundled body; ``engine/training/body.py`` made it."""
    data = load_file(path)
    count = len(data["v_template"])
    weights = _matrix(data, "weights", (count, 24))
    regressor = _matrix(data, "J_regressor", (24, count))
    arrays = {
        "v_template": data["v_template"],
        "shapedirs": data["shapedirs"].astype(np.float32),
        "posedirs": np.zeros((count, 3, NUM_POSE_BASIS), np.float32),
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
        "f": data["faces"],
        "kintree_table": np.array([PARENTS, range(24)]),
    }
    prefix = "label."
    labels = {name.removeprefix(prefix): ids for name, ids in data.items() if name.startswith(prefix)}
    return Body(arrays, "open body", labels)


SHAPES = {
    "v_template": ("V", 3), "shapedirs": ("V", 3, None), "posedirs": ("V", 3, NUM_POSE_BASIS),
    "J_regressor": (24, "V"), "weights": ("V", 24), "f": (None, 3), "kintree_table": (2, 24),
}  # fmt: skip


def load_smpl_npz(path: Path) -> Body:
    """The user's SMPL as an ``.npz`` of plain arrays, checked before use.

    Raises:
        EngineError: if it is not such a file, or an array is missing, misshapen or not finite.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in SHAPES if name in file}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise EngineError("bad_weights", f"{path} could not be read as a body ({error}).", NPZ_HINT) from None
    for name, shape in SHAPES.items():
        if name not in arrays:
            raise EngineError("bad_weights", f"{path} lacks the array {name}.", NPZ_HINT)
        wanted = tuple(len(arrays["v_template"]) if size == "V" else size for size in shape)
        found = arrays[name].shape
        if len(found) != len(wanted) or any(w not in (None, f) for w, f in zip(wanted, found)):
            raise EngineError("bad_weights", f"{name} in {path} has the shape {found}, not {wanted}.", NPZ_HINT)
        if not np.isfinite(arrays[name]).all():
            raise EngineError("bad_weights", f"{name} in {path} holds numbers that are not finite.", NPZ_HINT)
    if tuple(arrays["kintree_table"][0].astype(np.int32).tolist())[1:] != PARENTS[1:]:
        raise EngineError("bad_weights", f"The joints in {path} are not SMPL's 24.", NPZ_HINT)
    if arrays["f"].min() < 0 or arrays["f"].max() >= len(arrays["v_template"]):
        raise EngineError("bad_weights", f"Faces in {path} name vertices that do not exist.", NPZ_HINT)
    return Body(arrays, path.name)


NPZ_HINT = "Give an .npz file with SMPL's arrays, or leave body.model empty for the bundled body."


def load_body(conf: BodyConfig | None = None) -> Body:
    """The body that a conf names: the bundled one by default.

    Raises:
        EngineError: if the user's file is missing or unusable.
    """
    if conf is None or conf.model is None:
        return load_open_body()
    path = Path(conf.model).expanduser()
    if not path.is_file():
        raise EngineError("bad_weights", f"There is no body file {path}.", NPZ_HINT)
    if path.suffix != ".npz":
        raise EngineError("bad_weights", f"{path.name} is not an .npz file; other formats are not read.", NPZ_HINT)
    return load_smpl_npz(path)
