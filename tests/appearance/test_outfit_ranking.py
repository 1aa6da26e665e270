"""What another perceptor thinks of the codebook's outfits."""

import pytest
import torch
import torch.nn.functional as F

from engine.appearance import outfit_ranking
from engine.perceptor import load_perceptor
from engine.reader.reading import Reading
from engine.report import Silent
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Garment, Look
from engine.wardrobe.readout import codebook


class Redness:
    """A perceptor that knows nothing but how red a picture is, and takes every text for red."""

    name, input_size, checksum = "redness", 32, "redness"

    def encode_text(self, texts: list[str]) -> torch.Tensor:
        return torch.tensor([[1.0, 0.0]]).expand(len(texts), -1)

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        red, *others = images.mean((2, 3)).unbind(1)
        return F.normalize(torch.stack([red - sum(others) / 2, torch.full_like(red, 0.2)], 1), dim=-1)

    def words_cut_off(self, text: str) -> str:
        return ""


@pytest.fixture
def wardrobe(body, monkeypatch, tmp_path):
    """The wardrobe; the codebook is cut down to a few looks, and the cache is empty."""
    colors = ["blue", "red", "green", "white", "red", "black"]
    looks = [Look("fair", "short", "brown", "none", "brown", "blue", (Garment("gown", color),)) for color in colors]
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path))
    monkeypatch.setattr(outfit_ranking, "codebook", lambda: looks)
    monkeypatch.setattr(outfit_ranking, "EVERY", 1)
    monkeypatch.setattr(outfit_ranking, "FAVOURITES", 2)
    return Wardrobe(body)


UNKNOWN = Meaning.of_readings(Reading("a blue snollygoster", ignored=("snollygoster",)), Reading(""))
KNOWN = Meaning.of_readings(Reading("a man"), Reading(""))


def test_the_bundled_perceptor_is_not_asked(body, wardrobe, tmp_path):
    report = Silent()
    for meaning in (UNKNOWN, KNOWN):
        assert outfit_ranking.favourites(meaning, body, load_perceptor(), wardrobe, report) == ()
    assert not report.steps and not list(tmp_path.glob("pictures*"))


def test_another_perceptor_names_its_favourites_once(body, wardrobe):
    first, second = Silent(), Silent()
    found = outfit_ranking.favourites(KNOWN, body, Redness(), wardrobe, first)
    assert [look.garments[0].color for look in found] == ["red", "red"]
    assert outfit_ranking.favourites(UNKNOWN, body, Redness(), wardrobe, second) == found
    assert len(first.steps) == 6 and not second.steps


def test_the_codebook_is_in_no_order_that_matters():
    """Every so many looks stand for all: garments are as frequent among them."""
    looks = codebook()

    def share(chosen: list[Look], kind: str) -> float:
        return sum(any(garment.kind == kind for garment in look.garments) for look in chosen) / len(chosen)

    for kind in ("trousers", "gown", "cape", "coat"):
        assert share(looks[:: outfit_ranking.EVERY], kind) == pytest.approx(share(looks, kind), abs=0.04)
