"""The user's SMPL in its own formats, against smplx on plain arrays."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from smplx.lbs import lbs

from engine.body import load_body
from engine.errors import EngineError
from engine.settings import BodyConfig
from tests.body import smpl_like

RNG = np.random.default_rng(5)
BODY_POSE = RNG.normal(size=(2, 24, 3)) * 0.4
BODY_POSE[:, 22:] = 0.0


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return smpl_like.arrays()


@pytest.fixture(scope="module")
def pickled(tmp_path_factory) -> Path:
    return smpl_like.write_pickle(tmp_path_factory.mktemp("smpl") / "SMPL_NEUTRAL.pkl")


def by_smplx(made: dict[str, np.ndarray], betas: np.ndarray, poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and joints by smplx's own function, in double precision, on the arrays that were written."""
    joints = made["weights"].shape[1]
    full = np.zeros((len(poses), joints, 3))
    full[:, : poses.shape[1]] = poses
    parents = torch.tensor(made["kintree_table"][0].astype(np.int64))
    parents[0] = -1
    tensor = {name: torch.as_tensor(np.ascontiguousarray(made[name])).double() for name in made if name != "f"}
    vertices, joints_ = lbs(
        torch.as_tensor(betas).expand(len(poses), -1),
        torch.as_tensor(full).flatten(1),
        tensor["v_template"],
        tensor["shapedirs"],
        tensor["posedirs"].reshape(-1, 9 * (joints - 1)).T,
        tensor["J_regressor"],
        parents,
        tensor["weights"],
    )
    return vertices.numpy(), joints_.numpy()


def assert_same(body, made, poses=BODY_POSE) -> None:
    betas = RNG.normal(size=body.num_betas)
    vertices, joints = body.pose(betas, poses)
    expected, expected_joints = by_smplx(made, betas[None], poses)
    np.testing.assert_allclose(vertices, expected, atol=1e-5)
    np.testing.assert_allclose(joints[:, :22], expected_joints[:, :22], atol=1e-5)


def test_a_pickle_of_chumpy_and_scipy_objects_moves_as_smplx_says(pickled, arrays):
    assert_same(load_body(BodyConfig(model=str(pickled))), arrays, RNG.normal(size=(2, 24, 3)) * 0.4)


def test_nothing_of_chumpy_is_imported(pickled):
    import sys

    load_body(BodyConfig(model=str(pickled)))
    assert not [name for name in sys.modules if name.startswith("chumpy")]


def test_the_doctor_says_which_body_was_found(pickled):
    from engine import doctor
    from engine.config import load_config

    findings = doctor.examine(load_config(overrides={"body.model": str(pickled)}))
    (entry,) = findings["user_weights"]
    assert findings["ok"] and (entry["setting"], entry["path"], entry["state"]) == ("body.model", str(pickled), "ok")
    assert "neutral, 6890 vertices, 10 shape directions" in entry["found"]
    assert f"{pickled}: ok ({entry['found']})" in doctor.as_text(findings)


@pytest.mark.parametrize("protocol", [0, 1])
def test_older_protocols(tmp_path, protocol, arrays):
    small = {"v_template": arrays["v_template"][:200], "shapedirs": smpl_like.Ch(arrays["shapedirs"][:200])}
    from engine.untrusted.pickles import read_arrays

    found = read_arrays(io.BytesIO(smpl_like.dumps(small, protocol)), tuple(small), "x.pkl")
    np.testing.assert_array_equal(found["v_template"], small["v_template"])
    np.testing.assert_array_equal(found["shapedirs"], small["shapedirs"].x)


def test_the_download_as_it_came_and_its_genders(tmp_path):
    path = smpl_like.write_download(tmp_path / "SMPL_python_v.1.1.1.zip")
    sizes = {}
    for gender in ("auto", "female", "male"):
        body = load_body(BodyConfig(model=str(path), gender=gender))
        sizes[gender], told = smpl_like.height(body), body.gender
        assert told == ("neutral" if gender == "auto" else gender)
    assert sizes["female"] < sizes["auto"] < sizes["male"]
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    body = load_body(BodyConfig(model=str(folder), gender="male"))
    assert smpl_like.height(body) == sizes["male"]


def test_a_gender_that_is_not_there_is_named(pickled):
    with pytest.raises(EngineError) as error:
        load_body(BodyConfig(model=str(pickled.parent), gender="female"))
    assert "female" in error.value.message and "neutral" in error.value.message and "body.gender" in error.value.hint


def test_version_names(tmp_path):
    from engine.body.files import gender_of

    for name, gender in (
        ("SMPL_FEMALE.pkl", "female"),
        ("basicModel_f_lbs_10_207_0_v1.0.0.pkl", "female"),
        ("basicmodel_m_lbs_10_207_0_v1.0.0.pkl", "male"),
        ("basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl", "neutral"),
        ("SMPLH_MALE.pkl", "male"),
        ("SMPLX_NEUTRAL.npz", "neutral"),
        ("smplh/female/model.npz", "female"),
        ("notes.pkl", None),
        ("J_regressor_extra.npz", None),
    ):
        assert gender_of(name) == gender, name


@pytest.mark.parametrize(("joints", "name"), [(52, "SMPLH_MALE"), (55, "SMPLX_NEUTRAL")])
def test_smplh_and_smplx_carry_the_24_joints(tmp_path, joints, name):
    made = smpl_like.extended(joints)
    np.savez(tmp_path / f"{name}.npz", joint2num=np.array({"a": 1}, object), **made)
    body = load_body(BodyConfig(model=str(tmp_path)))
    np.testing.assert_allclose(body.weights.sum(1), 1, atol=1e-5)
    assert_same(body, made)


def test_only_as_many_shape_directions_as_wanted(tmp_path, arrays):
    np.savez(tmp_path / "SMPL_MALE.npz", **arrays)
    assert load_body(BodyConfig(model=str(tmp_path / "SMPL_MALE.npz"), betas=4)).num_betas == 4


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda a: a.pop("weights"), "lacks"),
        (lambda a: a.update(weights=a["weights"][:, :20]), "shape"),
        (lambda a: a.update(v_template=np.full_like(a["v_template"], np.nan)), "finite"),
        (lambda a: a.update(f=a["f"] + 7000), "exist"),
        (lambda a: a.update(kintree_table=a["kintree_table"][:, ::-1]), "connected"),
        (lambda a: a.update(kintree_table=a["kintree_table"][:, :17]), "17 joints"),
        (lambda a: a.update(v_template=a["v_template"] * 100), "metres"),
        (lambda a: a.update(weights=a["weights"] * 2), "sum to one"),
    ],
)
@pytest.mark.parametrize("ending", ["npz", "pkl"])
def test_unusable_arrays_are_refused_in_one_sentence(tmp_path: Path, arrays, change, word, ending):
    made = {name: value if name != "posedirs" else np.zeros_like(value) for name, value in arrays.items()}
    change(made)
    path = tmp_path / f"SMPL_NEUTRAL.{ending}"
    if ending == "npz":
        np.savez(path, **made)
    else:
        path.write_bytes(smpl_like.dumps(made))
    with pytest.raises(EngineError) as error:
        load_body(BodyConfig(model=str(path)))
    assert word in error.value.message and error.value.hint and "\n" not in str(error.value)


class _Shell:
    def __reduce__(self):
        return os.system, ("touch executed",)


def test_a_pickle_that_asks_for_more_is_refused_by_name(tmp_path, monkeypatch, arrays):
    monkeypatch.chdir(tmp_path)
    Path("SMPL_MALE.pkl").write_bytes(smpl_like.dumps({**arrays, "bs_style": _Shell()}))
    with pytest.raises(EngineError, match=r"os\.system") as error:
        load_body(BodyConfig(model="SMPL_MALE.pkl"))
    assert "run" in error.value.hint and not Path("executed").exists()


def test_places_without_a_body(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"no zip")
    (tmp_path / "x.obj").write_bytes(b"v 0 0 0")
    (tmp_path / "empty").mkdir()
    for name in ("x.npz", "x.obj", "missing.npz", "empty"):
        with pytest.raises(EngineError) as error:
            load_body(BodyConfig(model=str(tmp_path / name)))
        assert error.value.code == "bad_weights" and error.value.hint
