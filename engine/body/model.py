"""Bodies in SMPL layout, carried by ``smplx``: the bundled open body, or the user's own SMPL, SMPL-H or SMPL-X."""

from __future__ import annotations

import contextlib
import hashlib
import io
from functools import cached_property
from pathlib import Path

import numpy as np
import smplx
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file
from smplx.utils import Struct
from torch import Tensor

from engine.body import arrays, files
from engine.body.fingers import Fingers, open_fingers
from engine.errors import EngineError
from engine.protocol import JOINT_NAMES, PARENTS
from engine.settings import BodyConfig

Floats = NDArray[np.float32]
OPEN_BODY = Path(__file__).resolve().parent.parent / "assets" / "body.safetensors"
NEUTRAL_GREY = 0.72
"""sRGB of a body that nothing was said about. Set by hand."""


class _Smpl(smplx.SMPL):
    """smplx cuts bodies with fewer than 300 shape directions down to 10; this one keeps what the file has."""

    SHAPE_SPACE_DIM = 0  # smplx compares with this


class Body:
    """A skinned, shaped body (Loper et al. 2015): metres, +y up, facing +z, left arm to +x, 24 joints.

    Args:
        data: ``v_template`` (V, 3), ``shapedirs`` (V, 3, S), ``posedirs`` (V, 3, 207), ``J_regressor`` (24, V),
            ``weights`` (V, 24), ``f`` (F, 3), ``kintree_table`` (2, 24).
        name: shown in the manifest.
        labels: names of vertex groups, such as ``iris.L``, to vertex indices.
    """

    def __init__(self, data: dict[str, NDArray], name: str, labels: dict[str, NDArray[np.int32]] | None = None):
        self.name = name
        self.labels = labels or {}
        self.gender = "neutral"
        """Of the model file; AMASS's word."""
        self.num_betas = int(data["shapedirs"].shape[-1])
        with contextlib.redirect_stdout(io.StringIO()):  # smplx prints a warning for bodies that are not SMPL's
            self.smpl = _Smpl(
                "",
                data_struct=Struct(**data),
                num_betas=self.num_betas,
                create_betas=False,
                create_body_pose=False,
                create_global_orient=False,
                create_transl=False,
            )
        self.smpl._num_betas = self.num_betas
        self.smpl.shapedirs = torch.as_tensor(np.asarray(data["shapedirs"], np.float32))
        self.faces: NDArray[np.int32] = np.asarray(data["f"], np.int32)
        self.template: Floats = np.asarray(data["v_template"], np.float32)
        self.shapedirs: Floats = np.asarray(data["shapedirs"], np.float32)
        self._regressor: Floats = np.asarray(data["J_regressor"], np.float32)
        self.weights: Floats = np.asarray(data["weights"], np.float32)
        self.parents: NDArray[np.int64] = np.array(PARENTS)
        self.fingers: Fingers | None = None
        """Of a body whose hands are more than one piece each."""

    @property
    def is_standard(self) -> bool:
        """Whether this is the open body, the standard figure that codebook and wardrobe were made for."""
        return bool(self.labels)

    @cached_property
    def checksum(self) -> str:
        """Hex digest of all that decides the body's surface; keys of caches are made from it."""
        digest = hashlib.sha256()
        for array in (self.template, self.shapedirs, self.weights, self.faces):
            digest.update(np.ascontiguousarray(array).tobytes())
        if not self.is_standard:  # the open body has no pose blend shapes
            digest.update(self.smpl.posedirs.numpy().tobytes() + self._regressor.tobytes())
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
        vertices: Floats = self.template + self.shapedirs @ np.asarray(betas, np.float32)
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


def load_open_body(path: Path = OPEN_BODY, hands: bool = True) -> Body:
    """The bundled body; ``engine/training/body.py`` made it.

    ``hands``: with fingers.
    """
    data = load_file(path)
    count = len(data["v_template"])
    weights = _matrix(data, "weights", (count, 24))
    regressor = _matrix(data, "J_regressor", (24, count))
    made = {
        "v_template": data["v_template"],
        "shapedirs": data["shapedirs"].astype(np.float32),
        "posedirs": np.zeros((count, 3, arrays.POSE_BASIS), np.float32),
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
        "f": data["faces"],
        "kintree_table": np.array([PARENTS, range(24)]),
    }
    prefix = "label."
    labels = {name.removeprefix(prefix): ids for name, ids in data.items() if name.startswith(prefix)}
    body = Body(made, "open body", labels)
    body.fingers = open_fingers(count) if hands else None
    return body


def load_body(conf: BodyConfig | None = None, hands: bool = True) -> Body:
    """The body that a conf names: the bundled one by default, which has fingers if ``hands`` says so.

    Raises:
        EngineError: if the user's file is missing or unusable, or lacks the wanted gender.
    """
    if conf is None or conf.model is None:
        return load_open_body(hands=hands)
    check_conf(conf)
    file = files.choose(files.find(Path(conf.model).expanduser()), conf.gender)
    body = Body(arrays.prepared(files.read(file, arrays.NAMES), file.shown, conf.betas), file.shown)
    body.gender = file.gender or "neutral"
    return body


def check_conf(conf: BodyConfig) -> None:
    """Raise `EngineError` with one sentence if the section ``body`` cannot be used."""
    if conf.gender not in ("auto", *files.GENDERS):
        raise EngineError(
            "bad_config", f"There is no body.gender {conf.gender!r}.", "Use auto, neutral, female or male."
        )
    if not 1 <= conf.betas <= 300:
        raise EngineError("bad_config", f"body.betas must be from 1 to 300, not {conf.betas}.")
