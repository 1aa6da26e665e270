"""The stage as a whole on the tiniest settings: search, guidance, resuming."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.appearance.guidance import Guide, augment
from engine.appearance.initializers.dressed import DRESSING
from engine.appearance.warm_start import find_look
from engine.errors import Cancelled, EngineError
from engine.reader.reading import Reading, Worn
from engine.render.raycast import MeshRaycaster
from engine.report import Silent
from engine.settings import AppearanceConfig, ShellConfig
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import Garment, Look

TINY = AppearanceConfig(
    search=2,
    iterations=4,
    warmup=1,
    size=32,
    shell=ShellConfig(samples=6, grid=8),
    preview_every=2,
    checkpoint_every=1,
)


@pytest.fixture(scope="module")
def whole(sculpt, tmp_path_factory):
    """The field of an uninterrupted stage, and what its reporter heard."""
    report = Silent()
    return sculpt(TINY, tmp_path_factory.mktemp("whole"), report), report


@pytest.mark.slow
@pytest.mark.parametrize("step", [TINY.search + 2, TINY.search + DRESSING + 2], ids=["dressing", "guidance"])
def test_an_interrupted_stage_ends_like_an_uninterrupted_one(whole, sculpt, tmp_path, step):
    with pytest.raises(Cancelled):
        sculpt(TINY, tmp_path / "parts", Silent(cancel_at=step))
    resumed = sculpt(TINY, tmp_path / "parts")
    assert np.array_equal(whole[0].base.vertices, resumed.base.vertices)
    for name, value in whole[0].state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


@pytest.mark.slow
def test_guidance_changes_the_field(whole):
    field, report = whole
    assert float(field.residual.out.weight.detach().abs().sum()) > 0
    assert any(name.startswith("outfit") for name in report.previews)
    assert any(name.startswith("step") for name in report.previews)
    assert report.steps[-1][0] == report.steps[-1][1] == TINY.search + DRESSING + TINY.iterations
    assert len(report.surfaces) == 2 + TINY.iterations // TINY.preview_every


def outermost(base):
    """Indices of vertices that nothing lies over within 3 cm: there the field's surface is that of their layer.

    Without hair, whose locks lie beside each other closer than they are moved.
    """
    vertices, faces, _ = base.mesh()
    used = np.unique(faces)
    locks = np.array([material == "hair" for material in base.layers.materials])[base.layers.vertex_layers[used]]
    used = used[~locks]
    caster = MeshRaycaster(vertices, faces)
    start = vertices[used] + 1e-3 * caster.normals[used]
    return used[caster.cast_rays(start, caster.normals[used]).depth > 0.03]


@pytest.mark.slow
def test_the_surface_to_look_at_is_where_the_field_is_zero(whole, monkeypatch):
    field = whole[0]
    generator = torch.Generator().manual_seed(0)
    weight = torch.nn.Parameter(torch.empty_like(field.residual.out.weight))
    torch.nn.init.normal_(weight, std=0.2, generator=generator)  # as if much had been learned
    monkeypatch.setattr(field.residual.out, "weight", weight)
    shown, _, colors = field.surface()
    assert shown.shape == field.base.vertices.shape
    seen = outermost(field.base)
    shown, bare, colors = shown[seen], field.base.vertices[seen], colors[seen]
    assert np.abs(shown - bare).mean() > 5e-4 and 0 <= colors.min() <= colors.max() <= 1

    def error(points):
        with torch.no_grad():
            return float(np.median(np.abs(field.sdf(torch.from_numpy(points)).numpy())))

    assert error(shown) < 0.3 * error(bare)


def test_without_a_warm_start_the_body_is_bare(sculpt, tmp_path):
    field = sculpt(replace(TINY, initializer="bare", iterations=0), tmp_path / "bare")
    assert field.base.look is None
    points = torch.from_numpy(field.base.vertices[::200])
    assert torch.allclose(field.color(points), torch.full((len(points), 3), 0.72), atol=1e-3)


def test_an_unknown_initializer_is_refused(sculpt, tmp_path):
    with pytest.raises(EngineError, match="initializer"):
        sculpt(replace(TINY, initializer="magic"), tmp_path / "bad")


class Reddest:
    """Judges looks by how many of their garments are red."""

    def __init__(self) -> None:
        self.seen: list[Look] = []

    def score(self, look: Look) -> float:
        self.seen.append(look)
        return float(sum(garment.color == "red" for garment in look.garments))

    def still(self, look: Look) -> np.ndarray:
        return np.zeros((8, 8, 3), np.uint8)


def found(reading: Reading, budget: int, seed: int = 0, favourites: tuple[Look, ...] = ()) -> tuple[Look, Reddest]:
    """The look that is found for a text, and the judge."""
    judge, meaning = Reddest(), Meaning.of_readings(reading, Reading(""))
    generator = torch.Generator().manual_seed(seed)
    look, score = find_look(meaning, judge, budget, generator, Silent(), budget, favourites)  # type: ignore[arg-type]
    assert score == max(map(Reddest().score, judge.seen)) == Reddest().score(look)
    return look, judge


def test_pictures_decide_only_what_the_text_leaves_open():
    shirt = (Worn("t_shirt", color="blue"), Worn("trousers", color="green"))
    look, judge = found(Reading("a man in a blue t-shirt and green trousers", worn=shirt), 12)
    assert len(judge.seen) > 1 and len({other.skin for other in judge.seen}) == 1  # one person in other shoes
    for other in judge.seen:
        worn = {garment.kind: garment.color for garment in other.garments}
        assert worn["t_shirt"] == "blue" and worn["trousers"] == "green"
    assert found(Reading("x", worn=shirt), 12)[0] == look
    assert found(Reading("x", worn=shirt), 0)[1].seen == judge.seen[:1]


def test_a_perceptors_favourites_are_worn_with_what_the_text_says():
    liked = Look("dark", "long", "black", "none", "black", "brown", (Garment("gown", "red"), Garment("hat", "red")))
    text = Reading("a snollygoster in a blue hat", worn=(Worn("hat", color="blue"),), ignored=("snollygoster",))
    look, _ = found(text, 2, favourites=(liked,))
    assert {(garment.kind, garment.color) for garment in look.garments} >= {("gown", "red"), ("hat", "blue")}
    assert look.skin == "dark"


def test_the_readers_proposal_and_a_perceptors_favourites_compete():
    """Where all words are known both are judged, and what the text says is worn with either."""
    liked = Look("dark", "long", "black", "none", "black", "brown", (Garment("gown", "red"), Garment("cape", "red")))
    shirt = (Worn("t_shirt", color="blue"), Worn("trousers", color="green"))
    text = Reading("a man in a blue t-shirt and green trousers", worn=shirt)
    _, judge = found(text, 6, favourites=(liked,))
    assert judge.seen[0] == found(text, 6)[1].seen[0]  # the reader's comes first
    capes = [any(garment.kind == "cape" for garment in other.garments) for other in judge.seen]
    assert any(capes) and not all(capes)
    for other in judge.seen:
        assert {("t_shirt", "blue"), ("trousers", "green")} <= {(g.kind, g.color) for g in other.garments}


def test_the_guide_measures_the_angle_to_its_own_prompt(perceptor):
    guide = Guide("a red coat", perceptor)
    pictures = torch.rand(2, 3, 48, 48)
    generator = torch.Generator().manual_seed(0)
    wanted = torch.stack([guide.embeddings["body"], guide.embeddings["face"]])
    loss = guide.loss(pictures, wanted, generator)
    again = augment(pictures, perceptor.input_size, torch.Generator().manual_seed(0))
    seen = perceptor.encode_image(again)
    assert torch.allclose(loss, 1 - (seen * wanted).sum(1), atol=1e-6)
    assert not torch.allclose(guide.embeddings["body"], guide.embeddings["face"])
