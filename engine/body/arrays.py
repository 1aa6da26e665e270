"""SMPL's arrays: checked, and SMPL-H and SMPL-X folded to SMPL's 24 joints.

SMPL-H and SMPL-X share SMPL's first 22 joints. Their fingers are folded into SMPL's two hand joints (whose place is the
base of the middle finger), the jaw and the eyes into the head. With fingers and face at rest the surface is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.protocol import PARENTS
from engine.untrusted.archives import bad

Arrays = dict[str, NDArray[Any]]
NAMES = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "f", "kintree_table")
BODY_JOINTS, HEAD, LEFT_WRIST = 22, 15, 20
MAX_VERTICES = 50_000
"""More are no body of SMPL's kind. Set by hand."""
POSE_BASIS = 9 * 23
"""Pose blend shapes: nine entries of (rotation - identity) of each joint but the root."""
SHAPE_DIRECTIONS = {24: 300, 52: 300, 55: 300}
"""Identity directions come first; SMPL-X has expressions behind them."""
_MIDDLE_FINGERS = {52: (25, 40), 55: (28, 43)}
_FIRST_FINGER = {52: (22, 37), 55: (25, 40)}


def prepared(raw: Arrays, where: str, betas: int) -> Arrays:
    """SMPL arrays of 24 joints, float32, out of a file's.

    Args:
        raw: arrays by SMPL's names; SMPL-H's 52 and SMPL-X's 55 joints are folded to 24.
        where: the file's name, for sentences.
        betas: how many shape directions are kept at most.

    Raises:
        EngineError: ``bad_weights``: an array is missing, misshapen, not finite, or not a body's.
    """
    missing = [name for name in NAMES if name not in raw]
    if missing:
        raise bad(f"{where} lacks the array {missing[0]}.")
    vertices, joints = _sizes(raw, where)
    wanted = {
        "v_template": (vertices, 3),
        "shapedirs": (vertices, 3, None),
        "posedirs": (vertices, 3, 9 * (joints - 1)),
        "J_regressor": (joints, vertices),
        "weights": (vertices, joints),
        "f": (None, 3),
        "kintree_table": (2, joints),
    }
    for name, shape in wanted.items():
        found = raw[name].shape
        if len(found) != len(shape) or any(w not in (None, f) for w, f in zip(shape, found)) or 0 in found:
            raise bad(f"{name} in {where} has the shape {found}, not {shape}.")
        if not np.isfinite(raw[name]).all():
            raise bad(f"{name} in {where} holds numbers that are not finite.")
    _check_tree(raw["kintree_table"], joints, where)
    _check_faces(raw["f"], vertices, where)
    made = {name: np.array(raw[name], np.float32) for name in NAMES[:5]}
    _check_body(made, where)
    made["shapedirs"] = np.ascontiguousarray(made["shapedirs"][..., : min(betas, SHAPE_DIRECTIONS[joints])])
    if joints != 24:
        _fold(made, joints)
    made["f"] = raw["f"].astype(np.int32)
    made["kintree_table"] = np.array([PARENTS, range(24)])
    return made


def _sizes(raw: Arrays, where: str) -> tuple[int, int]:
    template, tree = raw["v_template"].shape, raw["kintree_table"].shape
    if len(template) != 2 or template[1] != 3 or not 100 <= template[0] <= MAX_VERTICES:
        raise bad(f"v_template in {where} has the shape {template}, not (6890, 3) or another body's.")
    if len(tree) != 2 or tree[0] != 2 or tree[1] not in SHAPE_DIRECTIONS:
        raise bad(f"{where} has {tree[-1] if tree else 0} joints; SMPL has 24, SMPL-H 52 and SMPL-X 55.")
    return template[0], tree[1]


def _check_tree(tree: NDArray[Any], joints: int, where: str) -> None:
    shared = min(joints, BODY_JOINTS)
    parents = tree[0, :shared].astype(np.int64)
    folds = joints == 24 and tuple(tree[0, 22:24].astype(np.int64).tolist()) != PARENTS[22:24]
    if tuple(parents.tolist())[1:] != PARENTS[1:shared] or folds:
        raise bad(f"The joints in {where} are not connected like SMPL's.")


def _check_faces(faces: NDArray[Any], vertices: int, where: str) -> None:
    if faces.dtype.kind not in "iu" or faces.min() < 0 or faces.max() >= vertices:
        raise bad(f"Faces in {where} name vertices that do not exist.")


def _check_body(made: Arrays, where: str) -> None:
    height = float(np.ptp(made["v_template"][:, 1]))
    if not 0.3 < height < 3.0:
        raise bad(f"The body in {where} is {height:.3g} m tall; SMPL's bodies are measured in metres along y.")
    for name in ("weights", "J_regressor"):
        off = float(np.abs(made[name].sum(1) - 1).max())
        if off > 0.02:
            raise bad(f"The rows of {name} in {where} do not sum to one (off by {off:.3g}).")


def _fold(made: Arrays, joints: int) -> None:
    """Fold the joints behind the 22 of the body into hands and head."""
    left, right = _FIRST_FINGER[joints]
    weights, regressor, posedirs = made["weights"], made["J_regressor"], made["posedirs"]
    folded = np.zeros((len(weights), 24), np.float32)
    folded[:, :BODY_JOINTS] = weights[:, :BODY_JOINTS]
    folded[:, HEAD] += weights[:, BODY_JOINTS:left].sum(1)
    folded[:, 22] = weights[:, left:right].sum(1)
    folded[:, 23] = weights[:, right:].sum(1)
    basis = np.zeros((*posedirs.shape[:2], POSE_BASIS), np.float32)
    basis[..., : 9 * (BODY_JOINTS - 1)] = posedirs[..., : 9 * (BODY_JOINTS - 1)]
    made["weights"], made["posedirs"] = folded, basis
    made["J_regressor"] = regressor[[*range(BODY_JOINTS), *_MIDDLE_FINGERS[joints]]]
