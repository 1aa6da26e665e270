"""Bodies in SMPL's own format, made from the open body: 6890 vertices, 13776 faces, 24 joints, 10 shape directions.

They differ from the open body as SMPL does: another topology, origin, stance and stature, and pose blend shapes.
``write_pickle`` writes them as SMPL's files are: protocol 2 of Python 2, with chumpy and scipy objects by name.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import fast_simplification
import numpy as np
import scipy.sparse as sparse

from engine.body import Body, load_body
from engine.protocol import PARENTS
from engine.render.raycast import MeshRaycaster

VERTICES, FACES, BETAS = 6890, 13776, 10


@cache
def _resampled() -> dict[str, np.ndarray]:
    body = load_body()
    vertices, faces = fast_simplification.simplify(body.template, body.faces, target_count=FACES, agg=3)
    assert vertices.shape == (VERTICES, 3) and faces.shape == (FACES, 3)
    onto_open = _barycentric(body.template, body.faces, vertices)  # (6890, open's V)
    onto_new = _barycentric(vertices, faces, body.template)  # (open's V, 6890)
    regressor = sparse.csr_matrix(body._regressor) @ onto_new
    directions = (onto_open @ body.shapedirs.reshape(len(body.template), -1)).reshape(VERTICES, 3, -1)
    return {
        "v_template": onto_open @ body.template,
        "shapedirs": directions[..., :BETAS],
        "f": faces,
        "weights": onto_open @ body.weights,
        "J_regressor": regressor.toarray(),
    }


def _barycentric(vertices: np.ndarray, faces: np.ndarray, points: np.ndarray) -> sparse.csr_matrix:
    face, shares, _ = MeshRaycaster(vertices, faces).closest_point(points, signed=False)
    shares = np.clip(shares, 0, 1) / np.clip(shares, 0, 1).sum(1, keepdims=True)
    rows = np.repeat(np.arange(len(points)), 3)
    return sparse.csr_matrix((shares.ravel(), (rows, faces[face].ravel())), (len(points), len(vertices)))


def styled(points: np.ndarray) -> np.ndarray:
    """Another artist's figure: higher origin, broader and flatter, longer legs, arms that hang a little."""
    x, y, z = points.T
    legs = np.clip(-y, 0, None) * 0.06
    arms = np.clip(np.abs(x) - 0.18, 0, None) * np.clip((y - 0.3) / 0.1, 0, 1)
    belly = 0.02 * np.exp(-(((y - 0.1) / 0.12) ** 2)) * (np.abs(x) < 0.3)
    return np.stack([x * 1.03, y - legs - 0.1 * arms - 0.24, z * 0.95 + belly * (z > 0) + 0.03], 1)


def arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """SMPL's arrays by name, float64 as in its files."""
    made = {name: np.array(value) for name, value in _resampled().items()}
    rng = np.random.default_rng(seed)
    made["v_template"] = styled(made["v_template"])
    blend = rng.normal(size=(3, 23, 9)) * 0.004
    made["posedirs"] = np.einsum("vj,cjk->vcjk", made["weights"][:, 1:], blend).reshape(VERTICES, 3, 207)
    made["kintree_table"] = np.array([[4294967295, *PARENTS[1:]], range(24)], np.uint32)
    made["f"] = made["f"].astype(np.uint32)
    return made


def extended(joints: int) -> dict[str, np.ndarray]:
    """The same as SMPL-H (52 joints) or SMPL-X (55): fingers that share the hands' weights, a jaw and eyes."""
    made = arrays()
    face = 3 if joints == 55 else 0
    fingers = 22 + face
    parents = [*PARENTS[:22], *([15] * face)]
    for hand, wrist in enumerate((20, 21)):
        for finger in range(5):
            first = fingers + 15 * hand + 3 * finger
            parents += [wrist, first, first + 1]
    rng = np.random.default_rng(1)
    weights = np.zeros((VERTICES, joints))
    weights[:, :22] = made["weights"][:, :22]
    for hand in (0, 1):
        shares = rng.dirichlet(np.ones(15), VERTICES)
        weights[:, fingers + 15 * hand : fingers + 15 * hand + 15] = shares * made["weights"][:, 22 + hand, None]
    if face:
        weights[:, 22:25] = 0.1 * weights[:, 15:16]
        weights[:, 15] *= 0.7
    regressor = np.zeros((joints, VERTICES))
    regressor[:22] = made["J_regressor"][:22]
    for joint in range(22, joints):
        source = 15 if joint < fingers else 22 + (joint >= fingers + 15)
        regressor[joint] = made["J_regressor"][source]
    blend = rng.normal(size=(3, 21 * 9)) * 0.004
    posedirs = np.zeros((VERTICES, 3, 9 * (joints - 1)))
    posedirs[..., : 21 * 9] = made["weights"].max(1)[:, None, None] * blend
    made |= {"weights": weights, "J_regressor": regressor, "posedirs": posedirs}
    made["kintree_table"] = np.array([[4294967295, *parents[1:]], range(joints)], np.uint32)
    return made


# --- writers ------------------------------------------------------------------------------------------------------
class Ch:
    """Stands for ``chumpy.ch.Ch`` while a file is written."""

    def __init__(self, x: np.ndarray) -> None:
        self.x = x
        self._dirty_vars: set[str] = {"x"}
        self._itr = None


class Select:
    """Stands for ``chumpy.reordering.Select``: some cells of another array."""

    def __init__(self, a: Any, idxs: np.ndarray, shape: tuple[int, ...]) -> None:
        self.a, self.idxs, self.preferred_shape = a, idxs, shape


_NAMES = {
    "Ch": ("chumpy.ch", "Ch"),
    "Select": ("chumpy.reordering", "Select"),
    "csc_matrix": ("scipy.sparse.csc", "csc_matrix"),
    "_reconstruct": ("numpy.core.multiarray", "_reconstruct"),
    "scalar": ("numpy.core.multiarray", "scalar"),
}


class Python2Pickler(pickle._Pickler):  # type: ignore[name-defined,misc]
    """Writes pickles as Python 2 did: text and bytes alike as byte strings, modules by their old names."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)  # type: ignore[attr-defined]

    def _save_string(self, value: str | bytes) -> None:
        raw = value.encode("latin1") if isinstance(value, str) else value
        if len(raw) < 256 and self.bin:
            self.write(b"U" + bytes([len(raw)]) + raw)
        elif self.bin:
            self.write(b"T" + struct.pack("<i", len(raw)) + raw)
        else:
            self.write(b"S" + repr(raw)[1:].encode() + b"\n")
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = _save_string

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write a global without looking it up."""
        module, called = _NAMES.get(obj.__name__, (obj.__module__, obj.__name__))
        module = {"builtins": "__builtin__", "copyreg": "copy_reg", "posix": "os", "nt": "os"}.get(module, module)
        self.write(b"c" + f"{module}\n{called}\n".encode())
        self.memoize(obj)

    def save_type(self, obj: Any) -> None:
        """Classes are globals."""
        self.save_global(obj)

    dispatch[type] = save_type
    dispatch[type(len)] = dispatch[type(cache)] = save_type

    def save_set(self, obj: set[Any]) -> None:
        """Python 2 had no instruction for sets."""
        self.save_reduce(set, (sorted(obj),), obj=obj)

    dispatch[set] = save_set


def dumps(value: Any, protocol: int = 2) -> bytes:
    """A pickle as Python 2 wrote it."""
    stream = io.BytesIO()
    pickler = Python2Pickler(stream, protocol)
    pickler.dump(value)
    return stream.getvalue()


def as_downloaded(made: dict[str, np.ndarray]) -> dict[str, Any]:
    """The dictionary in SMPL's files: chumpy and scipy objects, and more than is needed."""
    columns = np.arange(made["v_template"].size)
    return {
        **made,
        "J_regressor": sparse.csc_matrix(made["J_regressor"]),
        "J_regressor_prior": sparse.csc_matrix((24, VERTICES)),
        "shapedirs": Ch(made["shapedirs"]),
        "posedirs": Ch(np.asfortranarray(made["posedirs"])),
        "v_template": Select(Ch(made["v_template"]), columns, made["v_template"].shape),
        "J": Ch(made["J_regressor"] @ made["v_template"]),
        "bs_style": "lbs",
        "bs_type": "lrotmin",
        "vert_sym_idxs": np.arange(VERTICES),
        "weights_prior": made["weights"],
    }


def write_pickle(path: Path, made: dict[str, np.ndarray] | None = None, protocol: int = 2) -> Path:
    """One ``SMPL_*.pkl``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dumps(as_downloaded(arrays() if made is None else made), protocol))
    return path


def write_download(path: Path) -> Path:
    """``SMPL_python_v.1.1.1.zip`` with three genders; the woman is shorter, the man taller than the neutral body."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("SMPL_python_v.1.1.0/smpl/smpl_webuser/serialization.py", "print('never run')")
        for letter, scale in (("f", 0.94), ("m", 1.05), ("neutral", 1.0)):
            made = arrays()
            made["v_template"] = made["v_template"] * scale
            name = f"SMPL_python_v.1.1.0/smpl/models/basicmodel_{letter}_lbs_10_207_0_v1.1.0.pkl"
            archive.writestr(name, dumps(as_downloaded(made)))
    return path


def height(body: Body) -> float:
    """Metres."""
    return float(np.ptp(body.template[:, 1]))
