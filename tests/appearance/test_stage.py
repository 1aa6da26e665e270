"""The stage as a whole on the tiniest settings: prior, search, guidance, resuming."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.appearance.guidance import Guide, augment
from engine.appearance.prior import OutfitPrior, change, cost
from engine.appearance.stage import DRESSING
from engine.appearance.warm_start import mix
from engine.errors import Cancelled, EngineError
from engine.render.raycast import MeshRaycaster
from engine.report import Silent
from engine.settings import AppearanceConfig
from engine.wardrobe.outfit import GARMENT_KINDS, Garment, Look, validate
from engine.wardrobe.spoken import put_on

TINY = AppearanceConfig(
    search=2, iterations=4, warmup=1, size=32, samples=6, grid=8, preview_every=2, checkpoint_every=1
)


@pytest.fixture(scope="module")
def whole(sculpt, tmp_path_factory):
    """The field of an uninterrupted stage, and what its reporter heard."""
    report = Silent()
    return sculpt(TINY, tmp_path_factory.mktemp("whole"), report), report


@pytest.mark.parametrize("step", [TINY.search + 2, TINY.search + DRESSING + 2], ids=["dressing", "guidance"])
def test_an_interrupted_stage_ends_like_an_uninterrupted_one(whole, sculpt, tmp_path, step):
    with pytest.raises(Cancelled):
        sculpt(TINY, tmp_path / "parts", Silent(cancel_at=step))
    resumed = sculpt(TINY, tmp_path / "parts")
    assert np.array_equal(whole[0].base.vertices, resumed.base.vertices)
    for name, value in whole[0].state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_guidance_changes_the_field(whole):
    field, report = whole
    assert float(field.residual.out.weight.detach().abs().sum()) > 0
    assert any(name.startswith("outfit") for name in report.previews)
    assert any(name.startswith("step") for name in report.previews)
    assert report.steps[-1][0] == report.steps[-1][1] == TINY.search + DRESSING + TINY.iterations
    assert len(report.surfaces) == 2 + TINY.iterations // TINY.preview_every


def outermost(vertices, faces):
    """Indices of vertices that nothing lies over within 3 cm: there the field's surface is that of their layer."""
    used = np.unique(faces)
    caster = MeshRaycaster(vertices, faces)
    start = vertices[used] + 1e-3 * caster.normals[used]
    return used[caster.cast_rays(start, caster.normals[used]).depth > 0.03]


def test_the_surface_to_look_at_is_where_the_field_is_zero(sculpt, tmp_path):
    field = sculpt(replace(TINY, iterations=0), tmp_path / "job")
    generator = torch.Generator().manual_seed(0)
    torch.nn.init.normal_(field.residual.out.weight, std=0.2, generator=generator)  # as if much had been learned
    shown, _, colors = field.surface()
    assert shown.shape == field.base.vertices.shape
    seen = outermost(*field.base.mesh()[:2])
    shown, bare, colors = shown[seen], field.base.vertices[seen], colors[seen]
    assert np.abs(shown - bare).mean() > 5e-4 and 0 <= colors.min() <= colors.max() <= 1

    def error(points):
        with torch.no_grad():
            return float(np.median(np.abs(field.sdf(torch.from_numpy(points)).numpy())))

    assert error(shown) < 0.3 * error(bare)


def test_without_a_warm_start_the_body_is_bare(sculpt, tmp_path):
    field = sculpt(replace(TINY, warm_start="none", iterations=0), tmp_path / "bare")
    assert field.base.look is None
    points = torch.from_numpy(field.base.vertices[::200])
    assert torch.allclose(field.color(points), torch.full((len(points), 3), 0.72), atol=1e-3)


def test_an_unknown_warm_start_is_refused(sculpt, tmp_path):
    with pytest.raises(EngineError, match="warm_start"):
        sculpt(replace(TINY, warm_start="magic"), tmp_path / "bad")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a woman in a long gown", {"gown"}),
        ("a man in a hoodie and shorts", {"hoodie", "shorts"}),
        ("an astronaut", {"spacesuit"}),
        ("someone in a coat and a hat", {"coat", "hat"}),
    ],
)
def test_the_prior_finds_the_garments_that_are_named(text, kinds):
    pool = OutfitPrior(text).search(400, np.random.default_rng(0), lambda *_: None)
    assert kinds <= {garment.kind for garment in pool[0][0].garments}
    assert [score for _, score in pool] == sorted((score for _, score in pool), reverse=True)


def test_searching_longer_is_never_worse():
    prior = OutfitPrior("a pirate in a red coat")
    short, long = (prior.search(n, np.random.default_rng(0), lambda *_: None)[0][1] for n in (50, 400))
    assert long >= short


def test_changes_keep_looks_valid():
    rng = np.random.default_rng(0)
    look = Look(
        "fair", "short", "brown", "none", "brown", "blue", (Garment("t_shirt", "red"), Garment("shorts", "blue"))
    )
    seen = set()
    for _ in range(300):
        look = change(look, look, rng)
        assert not validate(look)
        slots = [GARMENT_KINDS[garment.kind][0] for garment in look.garments]
        assert len(slots) == len(set(slots))
        seen.add(look)
    assert len(seen) > 100


def test_one_garment_a_slot():
    worn = put_on([Garment("t_shirt", "red"), Garment("belt", "black")], Garment("coat", "blue"))
    assert [garment.kind for garment in worn] == ["coat", "belt"]


def test_unusual_looks_cost_more():
    plain = Look("fair", "short", "brown", "none", "brown", "blue", (Garment("t_shirt", "red"),))
    assert cost(replace(plain, skin="green")) > cost(plain)
    assert cost(replace(plain, garments=(Garment("t_shirt", "red", "white", "dots"),))) > cost(plain)


def test_a_mixture_takes_from_its_parents():
    from engine.appearance.warm_start import Outfit

    parents = [
        Outfit(Look("fair", "short", "brown", "none", "brown", "blue", (Garment("t_shirt", "red"),)), 1.0, 0.0),
        Outfit(Look("dark", "long", "black", "full", "black", "brown", (Garment("gown", "blue"),)), 0.9, 0.0),
    ]
    rng = np.random.default_rng(0)
    for _ in range(50):
        child = mix(parents, rng)
        assert child.skin in ("fair", "dark") and child.hair_style in ("short", "long")
        assert {garment.color for garment in child.garments} <= {"red", "blue"}


def test_the_guide_measures_the_angle_to_its_own_prompt(perceptor):
    guide = Guide("a red coat", perceptor)
    pictures = torch.rand(2, 3, 48, 48)
    generator = torch.Generator().manual_seed(0)
    loss = guide.loss(pictures, ["body", "face"], generator)
    again = augment(pictures, perceptor.input_size, torch.Generator().manual_seed(0))
    seen = perceptor.encode_image(again)
    wanted = torch.stack([guide.embeddings["body"], guide.embeddings["face"]])
    assert torch.allclose(loss, 1 - (seen * wanted).sum(1), atol=1e-6)
    assert not torch.allclose(guide.embeddings["body"], guide.embeddings["face"])
