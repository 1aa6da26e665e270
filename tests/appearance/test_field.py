"""The implicit avatar against closed forms and the plain reference renderer."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.appearance import base, views
from engine.appearance.base import BaseSurface
from engine.appearance.field import AvatarField
from engine.appearance.rays import compose, lambert, silhouette_rays
from engine.appearance.reference import render_reference
from engine.appearance.residual import DEPTH, ResidualField, recolor
from engine.appearance.shell import render_shell, section_weights
from engine.body import load_body
from engine.shape.bodies import bundled
from engine.wardrobe.layers import Layer, joined
from engine.wardrobe.outfit import COLORS, Garment, Look
from tests.appearance.figures import spheres

LOOK = Look("fair", "short", "brown", "none", "brown", "blue", (Garment("t_shirt", "red"), Garment("skirt", "blue")))


@pytest.fixture(scope="module")
def dressed() -> ResidualField:
    body = load_body()
    return ResidualField(BaseSurface.dressed(body, np.zeros(body.num_betas), LOOK), 24)


def test_the_distance_is_that_of_the_union():
    field = ResidualField(spheres(), 16)
    points = torch.tensor([[0.0, 0, 0], [0.3, 0, 0], [0.4, 0, 0], [0, 0.3, 0], [-0.1, 0, 0.0]])
    exact = torch.tensor([-0.1, 0.0, 0.1, np.hypot(0.1, 0.3) - 0.2, -0.2])
    assert (field.sdf(points) - exact).abs().max() < 0.01  # the spheres are polyhedra
    assert field.sdf(points)[0] < 0 < field.sdf(points)[2]


def test_the_color_is_the_nearest_parts():
    field = ResidualField(spheres(), 16)
    found = field.color(torch.tensor([[0.31, 0, 0], [-0.31, 0, 0]]))
    assert torch.allclose(found, torch.tensor([[0.0, 1, 0], [1, 0, 0]]), atol=0.02)


def test_a_field_looks_for_its_surface_on_its_own_device(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(base, "query_device", lambda device: seen.append(device) or "cpu")
    body = load_body()
    for look in (None, LOOK):
        BaseSurface.dressed(body, np.zeros(body.num_betas), look, device="cuda:1")
    ResidualField(spheres(), 8).save(tmp_path / "field.safetensors")
    AvatarField.load(tmp_path / "field.safetensors", torch.device("cpu"))
    assert [str(device) for device in seen] == ["cuda:1", "cuda:1", "cpu", "cpu"]  # the third one is the spheres'


def test_an_untrained_field_is_the_dressed_body(dressed):
    points = torch.from_numpy(dressed.base.vertices[::500])
    own = dressed.base.nearest(points.numpy())
    assert torch.allclose(dressed.sdf(points), torch.from_numpy(own.distance), atol=1e-6)
    assert torch.allclose(dressed.color(points), torch.from_numpy(dressed.base.color(own)), atol=1e-5)


def test_learned_offsets_stay_within_the_depth(dressed):
    with torch.no_grad():
        field = ResidualField(dressed.base, 12, generator=torch.Generator().manual_seed(1))
        field.residual.out.bias.fill_(100.0)
        offset, _ = field.change(torch.zeros(5, 3))
    assert torch.allclose(offset, torch.full((5,), DEPTH))


def test_zero_change_keeps_even_black_and_white():
    colors = torch.tensor([[0.0, 0.5, 1.0]])
    assert torch.allclose(recolor(colors, torch.zeros(1, 3)), colors, atol=1e-6)
    assert recolor(colors, torch.full((1, 3), 2.0))[0, 1] > 0.8


def test_where_forms_may_grow_the_slope_is_the_distances_and_the_base_has_no_crease():
    """Between two feet the exact distance turns by two; a hem would have to cancel that."""
    field = ResidualField(spheres(), 16, generator=torch.Generator().manual_seed(1), relief=0.3)
    torch.nn.init.normal_(field.residual.out.weight, std=0.2, generator=torch.Generator().manual_seed(0))
    torch.nn.init.normal_(field.residual.own, std=0.02, generator=torch.Generator().manual_seed(0))
    points = 0.6 * torch.rand(40, 3, generator=torch.Generator().manual_seed(2)) - 0.3
    axes = field.cell / 2 * torch.eye(3)
    with torch.no_grad():
        wanted = torch.stack([field.sdf(points + axis) - field.sdf(points - axis) for axis in axes], 1) / field.cell
        assert torch.allclose(field.evaluate_near(points).gradient, wanted, atol=2e-3)
        bare = BaseSurface.dressed(load_body(), np.zeros(load_body().num_betas), None)
        between = torch.tensor([[-0.02, -0.75, -0.05], [0, -0.75, -0.05], [0.02, -0.75, -0.05]])
        turns = [np.diff(ResidualField(bare, 16, relief=relief).sdf(between), n=2)[0] for relief in (0.025, 0.3)]
        near = torch.tensor([[0.31, 0.0, 0.0]])
        assert field.base.nearest(near.numpy()).distance == pytest.approx(0.01, abs=2e-3)
        assert ResidualField(spheres(), 16, relief=0.3).sdf(near) == pytest.approx(0.01, abs=2e-3)
    assert turns[0] < -0.03 and abs(turns[1]) < abs(turns[0]) / 10


def test_section_weights_of_a_plane():
    """A ray straight into a plane: all weight lies in the section that holds it, and the sum is its opacity."""
    t = torch.linspace(0, 1, 201)
    sdf = (0.503 - t)[None]
    weights = section_weights(sdf, torch.tensor(2000.0))
    assert weights.sum() == pytest.approx(1.0, abs=1e-3)
    assert int(weights.argmax()) == 100
    assert section_weights(-sdf.flip(1) + 1.0, torch.tensor(2000.0)).sum() < 1e-3  # never inside


def test_the_fast_path_agrees_with_the_reference(dressed):
    view = views.framed(np.array([0, -0.05, 0], np.float32), 2.0, 20.0, 5.0, 32)
    rays = silhouette_rays(dressed, view, 0.0)
    with torch.no_grad():
        fast = render_shell(dressed, rays, 24)
        slow = render_reference(dressed, rays)
    assert (fast.opacity - slow.opacity).abs().median() < 0.02
    assert (fast.color - slow.color).abs().mean() < 0.02
    assert (fast.depth - slow.depth).abs().median() < 1e-3
    assert F.cosine_similarity(fast.normal, slow.normal).median() > 0.97


def test_rays_cover_the_silhouette_and_its_margin(dressed):
    view = views.framed(np.array([0, -0.05, 0], np.float32), 2.2, 0.0, 0.0, 64)
    exact, wide = silhouette_rays(dressed, view, 0.0), silhouette_rays(dressed, view, 4 / 64)
    assert bool((exact.hit == 1).all())
    assert set(exact.pixels) < set(wide.pixels)


def test_gradients_reach_shape_and_color(dressed):
    field = ResidualField(dressed.base, 12, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():  # off zero, where the output layer's weights stop the gradient of those before
        field.residual.out.weight.normal_(0, 0.01)
    view = views.framed(np.array([0, -0.05, 0], np.float32), 2.2, 0.0, 0.0, 24)
    rays = silhouette_rays(field, view)
    seen = render_shell(field, rays, 8)
    shaded = seen.color * lambert(seen, torch.tensor([0.0, 0, 1]), 0.2)[:, None]
    picture = compose(rays, shaded, seen.opacity, torch.ones(3, 24, 24))
    picture.mean().backward()
    assert field.residual.grid.grad.abs().sum() > 0
    assert field.sharpness.grad.abs() > 0


def test_a_saved_field_is_the_same(dressed, tmp_path: Path):
    field = ResidualField(dressed.base, 12, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        field.residual.out.weight.normal_(0, 0.1)
    field.use_sdf_grid(0.02)  # a look-up of what is known anyway, which is not stored
    field.save(tmp_path / "field.safetensors")
    again = AvatarField.load(tmp_path / "field.safetensors")
    points = torch.rand(50, 3) - 0.5
    assert torch.equal(again.sdf(points), field.sdf(points))
    assert torch.equal(again.color(points), field.color(points))


def test_the_solid_form_shows_what_was_learned_where_it_was_learned():
    """Over layers that reach farther than the closed body: the same change at the same points of the same space."""
    body, betas = load_body(), np.zeros(load_body().num_betas)
    bare = BaseSurface.dressed(body, betas, None)
    far = (np.eye(3, dtype=np.float32) * 0.1 + np.float32([0, 0.2, 1.0])).astype(
        np.float32
    )  # something held out in front
    weights = np.zeros((3, 24), np.float32)
    weights[:, 23] = 1.0
    layers = joined(
        [
            Layer("Body", "skin", bare.vertices, bare.faces, bare.colors, bare.weights, bare.vertices),
            Layer("Card", "cotton", far, np.array([[0, 1, 2]], np.int32), np.ones_like(far), weights, far),
        ]
    )
    field = ResidualField(BaseSurface.layered(layers, LOOK), 24, generator=torch.Generator().manual_seed(1))
    torch.nn.init.normal_(field.residual.out.weight, std=0.2, generator=torch.Generator().manual_seed(0))
    field.use_sdf_grid(0.03)
    solid = field.solid(body, betas)
    assert solid.bounds[1, 2] < field.bounds[1, 2] - 0.3 and solid.base.layers is None and solid.base.look == LOOK
    points = torch.from_numpy(solid.base.vertices[::300])
    change = field.change(points)[0]
    assert change.abs().max() > 1e-3
    assert torch.allclose(
        solid.sdf(points), torch.from_numpy(solid.base.nearest(points.numpy()).distance) + change, atol=1e-6
    )
    assert torch.equal(solid.ray_sdf(points)[0], solid.sdf(points))  # not by the grid of the other surface
    assert field.base.layers is not None and field.bounds[1, 2] > 1.0


def test_layers_are_shown_as_they_lie_and_from_both_sides():
    """A red sheet 2 mm before a green one, and a blue card that turns its back: nearer than samples are apart."""
    square = np.float32([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * 0.1
    front = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    made = []
    for name, place, faces, color in (
        ("Skin", (0, 0, 0), front, (0, 1, 0)),
        ("Shirt", (0, 0, 0.002), front, (1, 0, 0)),
        ("Hair", (0.2, 0, 0), front[:, ::-1].copy(), (0, 0, 1)),
    ):
        vertices = square + np.float32(place)
        weights = np.eye(24, dtype=np.float32)[np.zeros(4, int)]
        made.append(Layer(name, "cotton", vertices, faces, np.tile(np.float32(color), (4, 1)), weights, vertices))
    field = ResidualField(BaseSurface.layered(joined(made), None), 8)
    rays = silhouette_rays(field, views.framed(np.array([0.1, 0, 0], np.float32), 0.5, 0.0, 0.0, 24), 0.0)
    seen = render_shell(field, rays, 6)
    assert seen.opacity.min() > 0.99
    across = (rays.origins + rays.depth[:, None] * rays.directions)[:, 0]
    wanted = torch.where(across[:, None] < 0.1, torch.tensor([1.0, 0, 0]), torch.tensor([0.0, 0, 1]))
    assert torch.allclose(seen.color, wanted, atol=1e-3)
    with torch.no_grad():  # guidance that presses the surface in is seen
        field.residual.out.bias[0] = 9.0
    assert render_shell(field, rays, 6).opacity.max() < 0.98


def test_weights_of_a_piece_are_its_own(dressed):
    """A point on the skirt between the legs is carried by both, not by the nearer thigh alone."""
    weights = dressed.weights(np.array([[0.0, -0.33, 0.2]], np.float32))
    assert weights.sum() == pytest.approx(1, abs=1e-4)
    assert weights[0, 1] == pytest.approx(weights[0, 2], abs=0.1) and weights[0, 1] > 0.1


def test_garment_colors_are_sharp_at_any_resolution(dressed):
    """2 mm beyond the shirt's hem there is no red left, whatever the body's mesh."""
    points = torch.from_numpy(dressed.base.vertices[dressed.base.parts[0, 0] : dressed.base.parts[0, 1]])
    inside = (dressed.base.canonical[:, 1] > 0.1) & (dressed.base.canonical[:, 1] < 0.3)
    trunk = inside & (np.abs(dressed.base.canonical[:, 0]) < 0.1)
    found = dressed.color(points[torch.from_numpy(np.flatnonzero(trunk)[::20])])
    assert torch.allclose(found, torch.tensor(COLORS["red"], dtype=torch.float32).expand_as(found), atol=0.02)


def test_what_grows_is_seen_at_the_rim_of_coarse_pictures(monkeypatch):
    """A ray past the body starts from the depth of a neighbouring pixel, behind which the body may curve far away."""
    field = ResidualField(spheres(), 16)
    field.use_sdf_grid(0.005)
    monkeypatch.setattr(
        field, "change", lambda points: (torch.full((len(points),), -0.01), torch.zeros(len(points), 3))
    )
    field.sharpness.data.fill_(np.log(3000) / 10)
    rays = silhouette_rays(field, views.framed(np.zeros(3), 0.8, 40.0, 0.0, 24))
    along = torch.linspace(0, 3, 400)
    points = rays.origins[:, None] + along[:, None] * rays.directions[:, None]
    clearance = field.base.nearest(points.reshape(-1, 3).numpy()).distance.reshape(len(points), -1).min(1)
    opacity = render_shell(field, rays, 12).opacity.detach().numpy()
    grown, free = (clearance > 0) & (clearance < 0.007), clearance > 0.013
    assert grown.sum() >= 5 and free.sum() > 20
    assert opacity[grown].min() > 0.9 and opacity[free].max() < 0.1


def test_quick_signs_do_not_put_the_chest_into_the_hair():
    """The side is told from normals there, which ragged ends of hair can mislead from afar."""
    body = load_body()
    look = Look("dark", "medium", "black", "none", "black", "brown", (Garment("t_shirt", "purple"),))
    for muscle in (0.0, 1.0):
        base = BaseSurface.dressed(body, bundled().betas(np.array([0, 0, muscle, 0.2, 1.0])), look)
        _, *pieces = base.pieces()
        skin = base.vertices[: base.parts[0, 1]]
        outside = np.min([piece.closest_point(skin)[2] for piece, _ in pieces], axis=0) > 0.02
        found = base.nearest(skin[outside], exact_sign=False)
        assert outside.mean() > 0.8
        assert (found.face < base.parts[0, 3]).all() and np.abs(found.distance).max() < 1e-4
