"""What another perceptor thinks of the codebook's outfits: its own favourites, and a say of its own."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.appearance import opinion, warm_start
from engine.perceptor import load_perceptor
from engine.report import Silent
from engine.wardrobe.dress import Wardrobe
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
    monkeypatch.setattr(opinion, "codebook", lambda: (looks, None))
    monkeypatch.setattr(opinion, "EVERY", 1)
    monkeypatch.setattr(opinion, "FAVOURITES", 2)
    return Wardrobe(body)


def test_the_bundled_perceptor_is_not_asked(body, wardrobe, tmp_path):
    report = Silent()
    found = opinion.ask("a red gown", body, load_perceptor(), wardrobe, report)
    assert found == opinion.OWN and not report.steps and not list(tmp_path.iterdir())


def test_another_perceptor_names_its_favourites_once(body, wardrobe):
    first, second = Silent(), Silent()
    found = opinion.ask("a blue gown", body, Redness(), wardrobe, first)
    assert [look.garments[0].color for look in found.favourites] == ["red", "red"]
    assert opinion.ask("a blue gown", body, Redness(), wardrobe, second) == found
    assert len(first.steps) == 6 and not second.steps


def test_its_pictures_weigh_as_much_as_the_prior(body, wardrobe):
    """From the codebook's mean to the best is worth the same for both."""
    found = opinion.ask("a blue gown", body, Redness(), wardrobe, Silent())
    looks = opinion.codebook()[0]
    seen = opinion.look_features(looks, body, Redness(), wardrobe, Silent())[:, 0]
    prior = opinion.OutfitPrior("a blue gown").agreement(looks)
    prior_weight, picture_weight = found.weights(best=0.9)
    assert picture_weight * float(seen.max() - seen.mean()) == pytest.approx(0.5, rel=1e-3)
    assert prior_weight * (0.9 - float(prior.mean())) == pytest.approx(0.5, rel=1e-3)


def test_the_search_follows_the_perceptor_that_guides(body, wardrobe, monkeypatch):
    text, betas = "a person", np.zeros(body.num_betas, np.float32)
    """With nearly all the say it gets a redder look than the text's own, out of its favourites or mixed with them."""
    monkeypatch.setattr(warm_start, "TRIES", 300)
    monkeypatch.setattr(opinion, "OTHER_SHARE", 0.9)
    fitting = warm_start.Fitting(text, body, betas, Redness(), wardrobe)
    asked = opinion.ask(text, body, Redness(), wardrobe, Silent())

    def redness(said: opinion.Opinion) -> float:
        found, _ = warm_start.find_look(text, fitting, 0, torch.Generator().manual_seed(0), Silent(), 0, said)
        return fitting.score(found)

    assert redness(asked) > redness(opinion.OWN) + 0.02


def test_the_codebook_is_in_no_order_that_matters():
    """Every so many looks stand for all: garments are as frequent among them."""
    looks = codebook()[0]

    def share(chosen: list[Look], kind: str) -> float:
        return sum(any(garment.kind == kind for garment in look.garments) for look in chosen) / len(chosen)

    for kind in ("trousers", "gown", "cape", "coat"):
        assert share(looks[:: opinion.EVERY], kind) == pytest.approx(share(looks, kind), abs=0.04)
