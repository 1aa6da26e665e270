"""The paper's networks and NeuS's renderer, against closed forms, and able to learn."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.appearance import reference
from engine.appearance.neus import NeusField, encode
from engine.appearance.rays import silhouette_rays, target_color
from engine.appearance.reconstruct import PictureWeights, fit_pictures, picture_loss, regress
from engine.appearance.reference import Sampling, inverse_cdf, place, render_reference
from engine.appearance.sdf_grid import REACH, SdfGrid
from engine.render.camera import Camera
from engine.report import Silent
from tests.appearance.figures import spheres

SMALL = {"octaves": 3, "sdf_layers": 3, "sdf_width": 48, "color_layers": 1, "color_width": 32}


@pytest.fixture(scope="module")
def regressed() -> NeusField:
    field = NeusField(spheres(), torch.Generator().manual_seed(0), **SMALL)
    regress(field, 200, torch.Generator().manual_seed(1), Silent(), 200)
    return field


def directions(count: int) -> torch.Tensor:
    return F.normalize(torch.randn(count, 3, generator=torch.Generator().manual_seed(0)), dim=1)


def test_the_encoding_is_the_points_and_their_octaves():
    found = encode(torch.tensor([[0.1, 0.2, 0.3]]), 2)
    expected = [f(0.3 * k) for k in (1, 2) for f in (np.sin, np.cos)]
    assert found.shape == (1, 15)
    assert found[0, [5, 8, 11, 14]].tolist() == pytest.approx(expected)


def test_untrained_networks_describe_about_a_sphere():
    """The geometric initialisation: negative in the middle, rising outwards along every ray, zero near the bias."""
    field = NeusField(spheres(), torch.Generator().manual_seed(0))
    center = torch.from_numpy(field.center)
    along = torch.linspace(0.05, 0.95, 10)[:, None, None] * field.radius * directions(40)
    sdf = field.sdf((center + along).reshape(-1, 3)).detach().reshape(10, 40) / field.radius
    assert (sdf[0] < 0).all() and (sdf[-1] > 0).all()
    assert float(sdf.mean(1).diff().min()) > 0
    crossing = 0.05 + 0.1 * (sdf.mean(1) < 0).sum()
    assert 0.35 < float(crossing) < 0.75


def test_the_normal_is_the_slope_of_the_distance(regressed):
    points = torch.from_numpy(regressed.center) + 0.2 * directions(20)
    found = regressed.evaluate(points)
    with torch.no_grad():
        axes = 1e-3 * torch.eye(3)
        taps = [(regressed.sdf(points + a) - regressed.sdf(points - a)) / 2e-3 for a in axes]
    assert torch.allclose(found.gradient, torch.stack(taps, -1), atol=5e-3)
    found.gradient.norm(dim=1).sum().backward()  # the double backward of the eikonal term
    assert regressed.distance.layers[0].bias.grad.abs().sum() > 0


def test_networks_learn_the_mesh_from_its_distance(regressed):
    points = torch.from_numpy(regressed.base.vertices[::40])
    with torch.no_grad():
        outer = regressed.base.nearest(points.numpy()).distance > -1e-3  # the other sphere hides the rest
        assert float(regressed.sdf(points)[outer].abs().mean()) < 0.008
        found = regressed.color(torch.tensor([[0.3, 0, 0.0], [-0.3, 0, 0]]))
    assert found[0, 1] - found[0, 0] > 0.2 and found[1, 0] - found[1, 1] > 0.2  # green, red


def test_importance_samples_gather_at_the_surface(regressed):
    camera = Camera.orbit(np.zeros(3), 1.5, 30, 0, 30, 12)
    rays = silhouette_rays(regressed, camera, 0.0)
    with torch.no_grad():
        t, _ = place(regressed, rays, Sampling(), None)
        seen = render_reference(regressed, rays)
    assert t.shape == (len(rays.pixels), 64)
    assert bool((t.diff(dim=1) >= 0).all())
    close = ((t - rays.depth[:, None]).abs() < 0.03).sum(1).float()
    even = 32 * 0.06 / (2 * regressed.radius)
    assert float(close.median()) > 5 * even
    middle = seen.opacity > 0.8
    assert float((seen.depth - rays.depth)[middle].abs().median()) < 0.02


def test_the_inverse_of_a_distribution():
    """All weight on one section puts all samples into it, evenly."""
    t = torch.tensor([[0.0, 1.0, 2.0, 3.0]])
    found = inverse_cdf(t, torch.tensor([[0.0, 1.0, 0.0]]), 4)
    assert torch.allclose(found, torch.tensor([[1.125, 1.375, 1.625, 1.875]]), atol=1e-3)


@pytest.mark.slow
def test_networks_learn_from_pictures(regressed):
    field = NeusField(spheres(), torch.Generator().manual_seed(0), **SMALL)
    field.load_state_dict(regressed.state_dict())
    with torch.no_grad():
        field.paint.out.bias.add_(0.7)  # a wrong start that the pictures must mend
    sampling = Sampling(16, 8, 2)

    def loss() -> float:
        generator = torch.Generator().manual_seed(9)
        return float(sum(picture_loss(field, sampling, generator, PictureWeights()).detach() for _ in range(3)))

    before = loss()
    fit_pictures(field, 25, sampling, torch.Generator().manual_seed(2), Silent(), 25, PictureWeights())
    assert loss() < 0.9 * before
    assert torch.equal(field.paint.extra.bias, field.paint.out.bias)


@pytest.mark.parametrize("variance", [0.3, 0.5, 0.7])
def test_samples_that_are_not_asked_change_neither_picture_nor_gradient(regressed, variance, monkeypatch):
    """However sharp the surface: what a ray sees and every parameter's slope are those of asking all samples."""
    field = NeusField(spheres(), torch.Generator().manual_seed(0), **SMALL)
    field.load_state_dict(regressed.state_dict())
    field.variance.data.fill_(variance)
    camera = Camera.orbit(np.zeros(3), 1.5, 30, 10, 30, 14)
    rays = silhouette_rays(field, camera)
    asked = []
    monkeypatch.setattr(
        field, "evaluate", lambda points: asked.append(len(points)) or NeusField.evaluate(field, points)
    )

    def seen() -> tuple[torch.Tensor, torch.Tensor]:
        field.zero_grad()
        found = render_reference(field, rays, generator=torch.Generator().manual_seed(3))
        picture = torch.cat([found.color * found.opacity[:, None], found.opacity[:, None]], 1)
        picture.square().mean().backward()
        slopes = [p.grad.flatten() for p in field.parameters() if p.grad is not None]
        return picture.detach(), torch.cat(slopes)

    picture, slope = seen()
    monkeypatch.setattr(reference, "LEAST_SHARE", -1.0)
    whole, whole_slope = seen()
    assert asked[0] < asked[1] and (variance < 0.5 or asked[0] < 0.8 * asked[1])
    assert torch.allclose(picture, whole, atol=5e-3)
    assert float((slope - whole_slope).norm() / whole_slope.norm()) < 0.03


def test_probes_stand_for_all_samples_of_the_eikonal_term(regressed, monkeypatch):
    rays = silhouette_rays(regressed, Camera.orbit(np.zeros(3), 1.5, 30, 10, 30, 24))
    with torch.no_grad():
        draws = [
            float(render_reference(regressed, rays, generator=torch.Generator().manual_seed(n)).eikonal)
            for n in range(8)
        ]
        monkeypatch.setattr(reference, "PROBES", 1)
        all_of_them = float(render_reference(regressed, rays, generator=torch.Generator().manual_seed(0)).eikonal)
    assert np.mean(draws) == pytest.approx(all_of_them, rel=0.1)


def test_colours_learn_at_their_own_rate(regressed):
    """The trainer multiplies a group's rate by its factor; every parameter is in one group."""
    field = NeusField(spheres(), torch.Generator().manual_seed(0), color_rate=3.0, **SMALL)
    rates = {id(p): group.get("factor", 1.0) for group in field.groups() for p in group["params"]}
    assert {rates[id(p)] for p in field.paint.parameters()} == {3.0}
    assert rates[id(field.variance)] == 1.0 and len(rates) == len(list(field.parameters()))


def test_some_rays_keep_what_belongs_to_them(regressed):
    camera = Camera.orbit(np.zeros(3), 1.5, 30, 0, 30, 16)
    rays = silhouette_rays(regressed, camera, everywhere=True)
    some = rays.some(60, torch.Generator().manual_seed(3))
    assert len(some.pixels) == 60 and len(some.met.face) == int(some.hit.sum()) > 5
    color = dict(zip(rays.pixels[(rays.hit > 0.5).numpy()].tolist(), target_color(regressed, rays).tolist()))
    for pixel, found in zip(some.pixels[(some.hit > 0.5).numpy()].tolist(), target_color(regressed, some).tolist()):
        assert found == color[pixel]


def test_there_are_never_more_rays_than_wanted(regressed):
    camera = Camera.orbit(np.zeros(3), 1.5, 30, 0, 30, 96)
    rays = silhouette_rays(regressed, camera, most=500)
    assert 250 < len(rays.pixels) <= 500 and rays.size < 96


def test_the_grid_is_the_distance():
    """Exact at the nodes, linear between them: with 8 mm cells within a millimetre of the spheres' union."""
    base = spheres()
    low, high = base.vertices.min(0) - 0.06, base.vertices.max(0) + 0.06
    grid = SdfGrid.build(base, np.stack([low, high]), 0.008)
    rng = np.random.default_rng(0)
    points = rng.uniform(low, high, (4000, 3)).astype(np.float32)
    exact = base.nearest(points).distance
    found = grid(torch.from_numpy(points)).numpy()
    near = np.abs(exact) < REACH - 0.01
    assert np.abs(found - exact)[near].max() < 0.004 and np.abs(found - exact)[near].mean() < 5e-4
    assert ((found > 0) == (exact > 0))[np.abs(exact) > 0.003].all()
