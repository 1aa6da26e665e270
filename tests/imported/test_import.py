"""The original's checkpoints, converted and run by our modules, against forward passes written out here."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import erf

from engine.errors import EngineError
from engine.geometry.rotations import axis_angle_to_matrix, matrix_to_6d
from engine.imported import KINDS, available, find, require
from engine.imported.importer import import_weights
from engine.imported.shape_vae import ShapeVae
from engine.motion.original_models import ConditionalFlow, OriginalMotionPrior
from engine.motion.pose_prior import load_pose_prior
from tests.imported import originals

RNG = np.random.default_rng(8)


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("AVATARCLIP_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def imported(tmp_path: Path, held, name: str, kind: str, legacy: bool = False) -> Path:
    torch.save(held, tmp_path / name, _use_new_zipfile_serialization=not legacy)
    (report,) = import_weights(tmp_path / name)
    assert report.ok and report.kind == kind and KINDS[kind] in report.sentence
    return require(kind, "test")


def numbers(state) -> dict[str, np.ndarray]:
    return {name: value.double().numpy() for name, value in state.items()}


def affine(state, name, x):
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def leaky(x):
    return np.where(x > 0, x, 0.01 * x)


@pytest.mark.parametrize("legacy", [False, True])
def test_the_shape_vae_is_the_original_layer_by_layer(tmp_path, legacy):
    state = originals.shape_vae()
    model = ShapeVae(imported(tmp_path, state, "model_VAE_16.pth", "shape_vae", legacy))
    theirs, offsets, latents = numbers(state), RNG.normal(size=(3, 20670)) * 0.02, RNG.normal(size=(3, 16))
    expected = affine(theirs, "enc2", affine(theirs, "enc1", offsets))
    mean, log_variance = model.encode(torch.from_numpy(offsets).float())
    np.testing.assert_allclose(np.concatenate([mean, log_variance], 1), expected, atol=1e-5)
    decoded = model.decode(torch.from_numpy(latents).float())
    np.testing.assert_allclose(decoded, affine(theirs, "dec2", affine(theirs, "dec1", latents)), atol=1e-5)


def test_vposer_from_its_folder_is_the_original_layer_by_layer(tmp_path):
    state = originals.vposer()
    reports = import_weights(originals.write_vposer_folder(tmp_path / "V02_05", state))
    assert [report.kind for report in reports] == ["pose_prior"]  # of two snapshots, the last
    prior = load_pose_prior(require("pose_prior", "test"))
    theirs, pose = numbers(state), RNG.normal(size=(4, 63)) * 0.5

    def normed(name, x):
        spread = np.sqrt(theirs[f"{name}.running_var"] + 1e-5)
        return (x - theirs[f"{name}.running_mean"]) / spread * theirs[f"{name}.weight"] + theirs[f"{name}.bias"]

    hidden = normed("encoder_net.4", leaky(affine(theirs, "encoder_net.2", normed("encoder_net.1", pose))))
    hidden = affine(theirs, "encoder_net.7", affine(theirs, "encoder_net.6", hidden))
    mean, sigma = prior.encode(torch.from_numpy(pose).float())
    np.testing.assert_allclose(mean, affine(theirs, "encoder_net.8.mu", hidden), atol=1e-5)
    np.testing.assert_allclose(sigma, np.log1p(np.exp(affine(theirs, "encoder_net.8.logvar", hidden))), atol=1e-5)

    latent = RNG.normal(size=(4, 32))
    hidden = leaky(affine(theirs, "decoder_net.3", leaky(affine(theirs, "decoder_net.0", latent))))
    columns = affine(theirs, "decoder_net.5", hidden).reshape(4, 21, 3, 2)
    x = columns[..., 0] / np.linalg.norm(columns[..., 0], axis=-1, keepdims=True)
    y = columns[..., 1] - x * (x * columns[..., 1]).sum(-1, keepdims=True)
    y = y / np.linalg.norm(y, axis=-1, keepdims=True)
    expected = np.stack([x, y, np.cross(x, y)], -1)
    np.testing.assert_allclose(prior.decode(torch.from_numpy(latent).float()), expected, atol=1e-5)


def test_the_flow_is_the_original_layer_by_layer(tmp_path):
    held = originals.realnvp()
    flow = ConditionalFlow(imported(tmp_path, held, "pose_realnvp.pth", "pose_flow"))
    theirs = numbers(held["state_dict"])
    noise, features = RNG.normal(size=(3, 32)), RNG.normal(size=(3, 512))
    x = noise
    for block in range(8):
        mask = theirs["mask"][block, 0]
        inputs = np.concatenate([x * mask, features], 1)
        nets = {}
        for net in "st":
            hidden = leaky(affine(theirs, f"{net}.{block}.0", inputs))
            nets[net] = affine(theirs, f"{net}.{block}.4", leaky(affine(theirs, f"{net}.{block}.2", hidden)))
        x = x * mask + (1 - mask) * (x * np.exp(np.tanh(nets["s"])) + nets["t"])
    made = flow.decode(torch.from_numpy(noise).float(), torch.from_numpy(features).float())
    np.testing.assert_allclose(made, x, atol=1e-5, rtol=1e-5)


def attention(state, name, queries, keys):
    """(T, W) over (S, W) in four heads."""
    width = queries.shape[1]
    weight, bias = state[f"{name}.in_proj_weight"], state[f"{name}.in_proj_bias"]
    q, k, v = (
        (source @ weight[i * width : (i + 1) * width].T + bias[i * width : (i + 1) * width]).reshape(len(source), 4, -1)
        for i, source in enumerate((queries, keys, keys))
    )
    scores = np.einsum("thd,shd->hts", q, k) / math.sqrt(width // 4)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    mixed = np.einsum("hts,shd->thd", shares, v).reshape(len(queries), width)
    return affine(state, f"{name}.out_proj", mixed)


def layer_norm(state, name, x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * state[f"{name}.weight"] + state[f"{name}.bias"]


def feed_forward(state, name, x):
    hidden = affine(state, f"{name}.linear1", x)
    return affine(state, f"{name}.linear2", hidden * 0.5 * (1 + erf(hidden / math.sqrt(2))))


def times(length: int, width: int) -> np.ndarray:
    table = np.zeros((length, width))
    for t in range(length):
        for i in range(0, width, 2):
            rate = 10000.0 ** (-i / width)
            table[t, i], table[t, i + 1] = math.sin(t * rate), math.cos(t * rate)
    return table


def test_the_motion_vae_is_the_original_layer_by_layer(tmp_path):
    held = originals.motion_vae(width=64, layers=2)
    prior = OriginalMotionPrior(imported(tmp_path, held, "motion_vae.pth", "motion_prior"))
    state = numbers(held["state_dict"])
    frames, latent = RNG.normal(size=(60, 330)), RNG.normal(size=64)

    x = np.concatenate([state["encoder.query"], affine(state, "encoder.skelEmbedding", frames)]) + times(61, 64)
    for layer in range(2):
        name = f"encoder.seqTransEncoder.layers.{layer}"
        x = layer_norm(state, f"{name}.norm1", x + attention(state, f"{name}.self_attn", x, x))
        x = layer_norm(state, f"{name}.norm2", x + feed_forward(state, name, x))
    encoded = prior.encode_rotations(torch.from_numpy(frames).float()[None])[0]
    np.testing.assert_allclose(encoded, affine(state, "encoder.final", x[0]), atol=1e-5)

    x = times(60, 64)
    for layer in range(2):
        name = f"decoder.seqTransDecoder.layers.{layer}"
        x = layer_norm(state, f"{name}.norm1", x + attention(state, f"{name}.self_attn", x, x))
        x = layer_norm(state, f"{name}.norm2", x + attention(state, f"{name}.multihead_attn", x, latent[None]))
        x = layer_norm(state, f"{name}.norm3", x + feed_forward(state, name, x))
    expected = affine(state, "decoder.final", x).reshape(60, 55, 6)
    decoded = prior.decode_rotations(torch.from_numpy(latent).float()[None])[0]
    np.testing.assert_allclose(decoded, expected, atol=1e-5)

    # As our motion prior's features: the same rotations, by their columns, and a root that stands still.
    features = prior.decode(torch.from_numpy(latent).float()[None])[0]
    first = expected[:, 5, :3] / np.linalg.norm(expected[:, 5, :3], axis=1, keepdims=True)  # a row of joint 5's matrix
    mine = to_6d_rows(features[:, 30:36].numpy())
    np.testing.assert_allclose(mine, first, atol=1e-5)
    assert np.abs(np.diff(features[:, -3:].numpy(), axis=0)).max() == 0


def to_6d_rows(six: np.ndarray) -> np.ndarray:
    """The first row (T, 3) of the matrices whose first two columns are given (T, 6)."""
    x, y = six.reshape(-1, 3, 2)[..., 0], six.reshape(-1, 3, 2)[..., 1]
    return np.stack([x, y, np.cross(x, y)], -1)[:, 0]


def test_the_motion_vae_reads_our_features(tmp_path):
    prior = OriginalMotionPrior(imported(tmp_path, originals.motion_vae(width=64, layers=1), "m.pth", "motion_prior"))
    poses = RNG.normal(size=(60, 22, 3)) * 0.3
    features = np.zeros((1, 60, 135), np.float32)
    features[0, :, :132] = matrix_to_6d(axis_angle_to_matrix(poses.astype(np.float32))).reshape(60, -1)
    rows = np.tile(np.eye(3)[:2].ravel(), (60, 55, 1))
    rows[:, 1:22] = axis_angle_to_matrix(poses.astype(np.float32))[:, 1:, :2].reshape(60, 21, 6)
    expected = prior.encode_rotations(torch.from_numpy(rows.reshape(1, 60, 330)).float())
    np.testing.assert_allclose(prior.encode(torch.from_numpy(features))[0], expected, atol=1e-4)


def test_codebooks(tmp_path):
    from safetensors.numpy import load_file

    held = originals.shape_codes()
    found = load_file(imported(tmp_path, held, "codebook.pth", "shape_codes"))
    np.testing.assert_array_equal(found["latents"], next(iter(held)).numpy())
    held = originals.pose_codes()
    found = load_file(imported(tmp_path, held, "codebook.pth", "pose_codes"))
    np.testing.assert_array_equal(found["features"], held["codebook_embedding"].numpy())


def test_a_folder_is_imported_whole_and_reported(tmp_path, data, capfd):
    from engine.cli import main

    folder = tmp_path / "AvatarAnimate" / "data"
    originals.write_vposer_folder(folder / "vposer")
    torch.save(originals.realnvp(), folder / "pose_realnvp.pth")
    torch.save({"optimizer": {"lr": 0.1}}, folder / "other.pth")
    assert main(["import-weights", str(tmp_path), "--json"]) == 0
    told = {Path(entry["path"]).name: entry for entry in json.loads(capfd.readouterr().out)}
    assert told["pose_realnvp.pth"]["kind"] == "pose_flow" and not told["other.pth"]["ok"]
    assert set(available()) == {"pose_prior", "pose_flow"} == {item.kind for item in find()}
    with pytest.raises(EngineError, match="motion_prior"):
        require("motion_prior", "motion.backend = original")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda s: s["mask"].fill_(float("nan")), "finite"),
        (lambda s: s.update({"s.0.0.weight": s["s.0.0.weight"][:, :40]}), "shape"),
        (lambda s: s.pop("t.3.2.bias"), "lacks"),
    ],
)
def test_unusable_weights_are_refused_in_one_sentence(tmp_path, change, word):
    held = originals.realnvp()
    change(held["state_dict"])
    torch.save(held, tmp_path / "pose_realnvp.pth")
    with pytest.raises(EngineError, match=word):
        import_weights(tmp_path / "pose_realnvp.pth")
    assert not available()


def test_vposers_yaml_must_fit_its_weights(tmp_path):
    (report,) = import_weights(originals.write_vposer_folder(tmp_path / "V02_05", latentD=64))
    assert not report.ok and "latentD" in report.sentence


def test_the_doctor_lists_what_was_imported(tmp_path, data):
    from engine import doctor

    imported(tmp_path, originals.pose_codes(count=4), "codebook.pth", "pose_codes")
    (data / "weights" / "pose_flow.safetensors").write_bytes(b"cut off")
    findings = doctor.examine()
    listed = {item["kind"]: item for item in findings["imported"]}
    assert listed["pose_codes"]["state"] == "ok" and listed["pose_codes"]["source"] == "codebook.pth"
    assert "import it again" in listed["pose_flow"]["state"]
    text = doctor.as_text(findings)
    assert f"{require('pose_codes', 'test')}: ok ({KINDS['pose_codes']})" in text
    assert any(str(data) in line and "import it again" in line for line in findings["advice"])
