"""The guided part on the tiniest settings: memory, ends, resuming, the reference renderer, time left."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import appearance
from engine.appearance import trainer, views
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.guidance import Guide
from engine.appearance.initializers.dressed import LOOK_FILE
from engine.appearance.interfaces import AppearanceInputs, guidance_of, renderer_of
from engine.appearance.objective import Objective
from engine.appearance.score_cache import SCORES_FILE
from engine.appearance.sdf_grid import SdfGrid
from engine.appearance.stage import check
from engine.body import stand_pose
from engine.config import load_config, presets
from engine.errors import Cancelled, EngineError
from engine.report import Silent
from engine.settings import AppearanceConfig, LossConfig, ReferenceConfig, ShellConfig
from engine.wardrobe.meaning import Meaning

BARE = AppearanceConfig(
    initializer="bare",
    iterations=4,
    warmup=1,
    size=32,
    shell=ShellConfig(samples=6, grid=8),
    preview_every=100,
    checkpoint_every=100,
)
NETWORKS = replace(
    BARE,
    renderer="reference",
    cameras="paper",
    iterations=2,
    views=1,
    max_rays=256,
    loss=LossConfig(keep=0.0),
    reference=ReferenceConfig(
        reconstruct_iterations=15,
        octaves=2,
        sdf_layers=2,
        sdf_width=24,
        color_layers=1,
        color_width=16,
        uniform_samples=8,
        importance_samples=8,
        upsample_rounds=2,
    ),
)


@pytest.fixture(scope="module", autouse=True)
def grids():
    """Distances of the bare body are the same in each job: looked for once."""
    build, made = SdfGrid.build, {}

    def once(base, bounds, cell):
        key = base.vertices.tobytes(), bounds.tobytes(), cell
        if key not in made:
            made[key] = build(base, bounds, cell)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SdfGrid, "build", once)
        yield


def same(one, other) -> bool:
    return all(torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())


@pytest.mark.slow
def test_an_interrupted_search_goes_on_where_it_was(sculpt, tmp_path, monkeypatch):
    from engine.appearance.warm_start import Fitting

    conf = replace(BARE, initializer="dressed", search=6, iterations=0)
    scored = []
    score = Fitting.score
    monkeypatch.setattr(Fitting, "score", lambda self, look: scored.append(look) or score(self, look))
    sculpt(conf, tmp_path / "whole")
    whole, _ = list(scored), scored.clear()
    with pytest.raises(Cancelled):
        sculpt(conf, tmp_path / "parts", Silent(cancel_at=3))
    file = tmp_path / "parts" / SCORES_FILE
    file.write_text(file.read_text() + '["half a li')  # killed while writing
    sculpt(conf, tmp_path / "parts")
    assert scored == whole  # none twice, none left out
    assert len(file.read_text().splitlines()) == len(whole)
    looks = [json.loads((tmp_path / name / LOOK_FILE).read_text()) for name in ("whole", "parts")]
    assert looks[0] == looks[1]


@pytest.fixture(scope="module")
def whole(sculpt, tmp_path_factory):
    """The field of an uninterrupted job."""
    return sculpt(BARE, tmp_path_factory.mktemp("whole"))


def test_a_cancelled_job_keeps_its_last_step(sculpt, whole, tmp_path):
    """No checkpoint was due, and yet nothing is computed twice or otherwise."""
    with pytest.raises(Cancelled):
        sculpt(BARE, tmp_path / "parts", Silent(cancel_at=3))
    report = Silent()
    resumed = sculpt(BARE, tmp_path / "parts", report)
    assert [step for step, _, _ in report.steps] == [4]
    assert same(whole, resumed)


@pytest.mark.slow
def test_the_reference_renderer_trains_and_resumes(sculpt, tmp_path):
    whole = sculpt(NETWORKS, tmp_path / "whole")
    assert isinstance(whole, appearance.NeusField)
    assert not torch.equal(whole.paint.extra.bias, whole.paint.out.bias)  # only one of the two is guided
    with pytest.raises(Cancelled):
        sculpt(NETWORKS, tmp_path / "parts", Silent(cancel_at=NETWORKS.reference.reconstruct_iterations + 1))
    report = Silent()
    resumed = sculpt(NETWORKS, tmp_path / "parts", report)
    assert len(report.steps) == 1
    assert same(whole, resumed)
    whole.save(tmp_path / "field.safetensors")
    again = appearance.AvatarField.load(tmp_path / "field.safetensors")
    points = torch.rand(30, 3) - 0.5
    assert torch.equal(again.sdf(points), whole.sdf(points)) and torch.equal(again.color(points), whole.color(points))
    assert again.steps == 2


FEWER = int(0.7 * int(0.7 * 32 * 32))
"""Rays that are left of `BARE`'s when memory has run out twice."""


@pytest.fixture(scope="module")
def fewer(sculpt, tmp_path_factory):
    """The field that is made with so few from the start."""
    return sculpt(replace(BARE, max_rays=FEWER), tmp_path_factory.mktemp("fewer"))


@pytest.mark.parametrize("error", [MemoryError(), torch.cuda.OutOfMemoryError("CUDA out of memory.")])
def test_when_memory_runs_out_there_are_fewer_rays(sculpt, fewer, tmp_path, monkeypatch, error):
    seen = []
    call = Objective.__call__

    def hungry(self, step, most, generator):
        seen.append((step, most))
        if most > 600:
            torch.rand(7, generator=generator)  # it had begun
            raise error
        return call(self, step, most, generator)

    monkeypatch.setattr(Objective, "__call__", hungry)
    report = Silent()
    field = sculpt(BARE, tmp_path / "job", report)
    assert field.steps == 4
    assert [step for step, most in seen if most <= 600] == [0, 1, 2, 3]
    assert seen[0][1] == BARE.max_rays and seen[-1][1] == FEWER
    assert len(report.warnings) == 2 and all("rays" in text for text in report.warnings)
    assert same(field, fewer)  # what failed left no trace


def test_no_memory_at_all_is_said(sculpt, tmp_path, monkeypatch):
    def starved(*_):
        raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(Objective, "__call__", starved)
    with pytest.raises(EngineError, match="not enough memory") as caught:
        sculpt(BARE, tmp_path / "job")
    assert caught.value.code == "out_of_memory"


def test_other_errors_are_not_taken_for_a_lack_of_memory(sculpt, tmp_path, monkeypatch):
    def broken(*_):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(Objective, "__call__", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        sculpt(BARE, tmp_path / "job")


def test_the_user_ends_it_early_and_keeps_it(sculpt, tmp_path):
    report = Silent(finish_at=2)
    field = sculpt(BARE, tmp_path / "job", report)
    assert field.steps == 2
    assert "2 of 4 steps" in report.warnings[-1]
    assert float(field.residual.out.weight.detach().abs().sum()) > 0


def test_a_flat_score_ends_it(sculpt, tmp_path, monkeypatch):
    call = Objective.__call__
    monkeypatch.setattr(Objective, "__call__", lambda *given: replace(call(*given), score=0.5))
    report = Silent()
    field = sculpt(replace(BARE, iterations=30, patience=3), tmp_path / "job", report)
    assert field.steps == 4  # the first one set the score
    assert "not risen" in report.warnings[-1]


def test_stills_come_every_so_many_steps(sculpt, tmp_path):
    report = Silent()
    sculpt(replace(BARE, iterations=5, preview_every=2), tmp_path / "job", report)
    assert report.previews == ["step-000000", "step-000002", "step-000004"]
    assert AppearanceConfig().preview_every == 100


def test_guiding_pictures_grow(sculpt, tmp_path, monkeypatch):
    sizes = []

    def loss(self, pictures, kinds, generator):
        sizes.append(pictures.shape[-1])
        return pictures.mean((1, 2, 3))

    monkeypatch.setattr(Guide, "loss", loss)
    monkeypatch.setattr(Objective, "score", lambda *given: 0.0)
    sculpt(replace(BARE, growing=0.5), tmp_path / "half")
    sculpt(replace(BARE, growing=0.0), tmp_path / "never")
    assert sizes == [16, 16, 32, 32] + [32] * 4


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("renderer", "magic"),
        ("growing", 1.5),
        ("cameras", "drone"),
        ("views", 0),
        ("reference", ReferenceConfig(reconstruct="luck")),
        ("reference", ReferenceConfig(sdf_width=30)),
    ],
)
def test_settings_that_cannot_be_are_refused(sculpt, tmp_path, key, value):
    with pytest.raises(EngineError, match=key):
        sculpt(replace(BARE, **{key: value}), tmp_path / "bad")


@pytest.mark.parametrize("preset", presets())
def test_the_presets_can_be(preset):
    check(load_config(preset).appearance)


def test_the_original_is_the_papers():
    conf = load_config("original").appearance
    own, loss = conf.reference, conf.loss
    assert (conf.renderer, conf.initializer, conf.guidance, conf.cameras) == ("reference", "bare", "clip", "paper")
    assert (own.sdf_layers, own.sdf_width, own.color_layers, own.color_width) == (4, 256, 2, 256)
    assert (own.octaves, own.sphere_bias, own.variance_init) == (6, 0.5, 0.3)
    assert (own.uniform_samples, own.importance_samples, own.upsample_rounds) == (32, 32, 4)
    assert (conf.iterations, conf.learning_rate, conf.warmup, conf.rate_floor) == (30000, 5e-4, 500, 0.05)
    assert (loss.color, loss.eikonal, loss.mask, loss.clip) == (1.0, 0.1, 1.0, 1.0)
    assert (loss.textureless, loss.keep, loss.smooth, conf.patience) == (1.0, 0.0, 0.0, 0)
    assert (conf.max_rays, conf.growing, conf.preview_every, conf.checkpoint_every) == (12544, 0, 100, 1000)


def test_both_sides_change_alike_unless_asked_otherwise(sculpt, tmp_path):
    points = 0.4 * torch.rand(40, 3, generator=torch.Generator().manual_seed(1))
    mirrored = points * torch.tensor([-1.0, 1, 1])
    for symmetric in (True, False):
        conf = replace(BARE, iterations=2, shell=replace(BARE.shell, symmetric=symmetric))
        field = sculpt(conf, tmp_path / str(symmetric))
        left, right = field.change(points)[1], field.change(mirrored)[1]
        assert torch.equal(left, right) == symmetric
        assert left.abs().sum() > 0


@pytest.mark.slow
def test_without_a_wish_nothing_pulls_at_the_surface(sculpt, body, perceptor, tmp_path):
    """The silhouette term alone: few samples must not make the whole body swell or shrink."""
    field = sculpt(replace(BARE, iterations=0), tmp_path / "job")
    extents = views.FigureExtents.of(field.base.vertices, body.pose(np.zeros(body.num_betas), stand_pose()[None])[1][0])
    alone = replace(BARE, loss=LossConfig(clip=0.0, keep=0.0, smooth=0.0, eikonal=0.0))
    inputs = AppearanceInputs("a wizard", np.zeros(body.num_betas), body, perceptor, Meaning.of("a wizard"))
    guide = guidance_of(inputs, alone)
    step = Objective(field, renderer_of(alone), guide, extents, alone)(0, 12544, torch.Generator().manual_seed(0))
    step.total.backward()
    assert float(step.total.detach()) > 0.01  # the term is there
    assert field.residual.out.bias.grad.abs().max() < 1e-3
    exact = replace(alone, loss=replace(alone.loss, mask=0.0, clip=1.0))
    Objective(field, renderer_of(exact), guide, extents, exact)(0, 12544, torch.Generator()).total.backward()
    assert field.residual.out.bias.grad.abs().max() > 1e-3  # a wish does


def test_the_papers_cameras(body):
    extents = views.FigureExtents(
        -0.9, 0.8, np.array([0, -0.05, 0], np.float32), np.array([0, 0.6, 0.03], np.float32), 1.0, 1.1
    )
    generator = torch.Generator().manual_seed(0)
    seen = [views.paper_view(extents, step, 32, generator) for step in range(400)]
    faces = [view for view in seen if view.kind == "face"]
    others = [view for view in seen if view.kind != "face"]
    assert len(faces) == 100
    for view in faces:
        assert np.linalg.norm(view.camera.eye - extents.head) == pytest.approx(0.4 * 1.1, rel=1e-5)
        assert view.camera.eye[2] > extents.head[2]
    for view in others:
        away = (view.camera.eye - view.camera.target) / 1.1
        assert 1 <= np.linalg.norm(away) <= 2
        assert (view.kind == "back") == (away[2] < 0)
        assert np.abs((view.camera.target - extents.center) / 1.1).max() <= 0.3 + 1e-6
    behind = sum(view.kind == "back" for view in others) / len(others)
    assert 0.08 < behind < 0.2  # |theta| > 90 degrees of N(0, 60 degrees) is 13 %


def test_the_time_left_counts_each_part_at_its_own_pace(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    told = []

    class Outside(Silent):
        def progress(self, step, total, eta=None, **figures):
            told.append((step, total, eta))

    phased = PhasedReporter(Outside(), {"search": Phase(4), "guide": Phase(10, seconds=3.0)})
    for step in range(4):
        clock[0] += 0.5
        phased.progress(step + 1, 4)
    assert told[0] == (1, 14, pytest.approx(3 * 0.5 + 30)) and told[-1] == (4, 14, pytest.approx(30))
    clock[0] += 100  # something between that is no step
    phased.begin("guide")
    for step in range(10):
        clock[0] += 1.0
        phased.progress(step + 1, 10)
    assert told[4] == (5, 14, pytest.approx(9)) and told[-1] == (14, 14, pytest.approx(0))


def test_steps_that_are_short_at_first_do_not_promise_an_early_end(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    told = []

    class Outside(Silent):
        def progress(self, step, total, eta=None, **figures):
            told.append(eta)

    phased = PhasedReporter(Outside(), {"guide": Phase(10, early=5, share=0.4)})
    for step in range(10):
        clock[0] += 0.4 if step < 5 else 1.0
        phased.progress(step + 1, 10)
    assert told == pytest.approx([6.6, 6.2, 5.8, 5.4, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0])


def test_a_resumed_part_counts_only_its_own_steps(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    report = Silent()
    phased = PhasedReporter(report, {"search": Phase(5), "guide": Phase(100)})
    phased.begin("guide")
    clock[0] += 2.0
    phased.progress(91, 100)
    assert report.steps[-1][:2] == (96, 105)


def test_out_of_memory_is_told_from_other_errors():
    assert trainer.is_out_of_memory(RuntimeError("CUDA error: out of memory"))
    assert not trainer.is_out_of_memory(RuntimeError("CUDA error: device-side assert"))
