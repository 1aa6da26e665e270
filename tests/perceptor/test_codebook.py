"""Embeddings of codebooks: shipped, or made once per perceptor, kept through interruptions, told with a time."""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from engine.perceptor import codebook
from engine.perceptor.codebook import features
from engine.perceptor.ensemble import Ensemble
from engine.report import Cancelled, Silent

COUNT, SIZE = 6, 4


@pytest.fixture
def asset(tmp_path, monkeypatch):
    """A codebook that ships the features of the perceptor ``shipped``."""
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "book.safetensors"
    save_file({"pictures": 2 * torch.eye(COUNT, SIZE)}, path, {"perceptor": "shipped", "version": "1"})
    return path


def perceptor(checksum: str):
    return SimpleNamespace(name=checksum, checksum=checksum, input_size=8)


class Embedder:
    """Counts which entries are embedded; the vector depends on the perceptor and the entry."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def __call__(self, member, index: int) -> torch.Tensor:
        self.calls.append((member.name, index))
        return F.normalize(torch.arange(SIZE) + index + float(len(member.name)), dim=0)


def test_shipped_features_are_taken_as_they_are(asset):
    embed = Embedder()
    found = features(asset, "pictures", perceptor("shipped"), COUNT, embed)
    assert torch.equal(found, torch.eye(COUNT, SIZE)) and not embed.calls


def test_features_are_made_once_per_perceptor_and_version(asset):
    embed, report = Embedder(), Silent()
    first, second = (features(asset, "pictures", perceptor("other"), COUNT, embed, report) for _ in range(2))
    assert len(embed.calls) == COUNT and torch.equal(first, second)
    assert [step[:2] for step in report.steps] == [(n + 1, COUNT) for n in range(COUNT)]
    assert torch.allclose(first[2], embed(perceptor("other"), 2), atol=1e-3)
    save_file({"pictures": torch.eye(COUNT, SIZE)}, asset, {"perceptor": "shipped", "version": "2"})
    features(asset, "pictures", perceptor("other"), COUNT, embed)
    features(asset, "pictures", perceptor("third"), COUNT, embed)
    assert len(embed.calls) == 3 * COUNT + 1


def test_an_interrupted_codebook_goes_on_where_it_stopped(asset):
    embed = Embedder()
    with pytest.raises(Cancelled):
        features(asset, "pictures", perceptor("other"), COUNT, embed, Silent(cancel_at=3))
    features(asset, "pictures", perceptor("other"), COUNT, embed)
    assert [index for _, index in embed.calls] == list(range(COUNT))


def test_a_damaged_cache_is_made_again(asset, tmp_path):
    embed = Embedder()
    features(asset, "pictures", perceptor("other"), COUNT, embed)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:50])
    features(asset, "pictures", perceptor("other"), COUNT, embed)
    assert len(embed.calls) == 2 * COUNT


def test_a_long_wait_is_announced_once(asset, monkeypatch):
    monkeypatch.setattr(codebook, "ESTIMATE_AFTER", -1.0)
    report = Silent()
    features(asset, "pictures", perceptor("other"), COUNT, Embedder(), report)
    (warning,) = report.warnings
    assert "other" in warning and "second" in warning


def test_an_ensembles_features_are_its_members(asset):
    embed = Embedder()
    both = Ensemble([perceptor("shipped"), perceptor("other")], [3.0, 1.0])
    found = features(asset, "pictures", both, COUNT, embed)
    assert {name for name, _ in embed.calls} == {"other"}
    alone = [features(asset, "pictures", member, COUNT, embed) for member in both.members]
    cosine = [part @ part[0] for part in alone]
    assert torch.allclose(found @ found[0], 0.75 * cosine[0] + 0.25 * cosine[1], atol=1e-5)
