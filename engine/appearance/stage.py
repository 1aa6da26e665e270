"""The appearance stage: find a start, then let guidance shape and colour the field from there."""

from __future__ import annotations

import time
from dataclasses import replace

import torch

from engine import config
from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.field import AvatarField
from engine.appearance.grades import strengthened
from engine.appearance.objective import Objective
from engine.appearance.parts import (
    AppearanceInputs,
    Guidance,
    Renderer,
    Runtime,
    extents_of,
    guidance_of,
    initializer_of,
    renderer_of,
)
from engine.appearance.trainer import Trainer, preview
from engine.errors import EngineError
from engine.perceptor import prompts
from engine.settings import AppearanceConfig
from engine.wardrobe.dress import Wardrobe

HALF_SIZE_TIME = 0.4
"""What a step with pictures of half the size takes of a whole one's time (`benchmarks/README.md`)."""


def run(inputs: AppearanceInputs, conf: AppearanceConfig, runtime: Runtime) -> AvatarField:
    """t_app and the coarse body to the implicit avatar in the stand pose.

    Interrupted runs go on: the start and the guided field are kept in the runtime's folder.

    Raises:
        EngineError: ``bad_config`` for a setting that cannot be; ``out_of_memory`` when even few rays are too many.
    """
    check(conf)
    report = runtime.report
    conf = strengthened(conf, inputs.perceptor, initializer_of(conf).bare and renderer_of(conf).grows)
    initializer, renderer, guidance = initializer_of(conf), renderer_of(conf), guidance_of(inputs, conf)
    prompts.warn_of_cut(inputs.prompt, prompts.face, inputs.perceptor, report)
    wardrobe = Wardrobe(inputs.body)
    if report.wants_geometry:
        report.geometry(*BaseSurface.dressed(inputs.body, inputs.betas, None, wardrobe).mesh())
    runtime = replace(runtime, seed=int(torch.randint(2**31, (1,), generator=runtime.generator)))
    initializer.prepare(inputs, wardrobe, runtime)
    before = initializer.phases(renderer)
    guide = Phase(conf.iterations, early=round(conf.growing * conf.iterations), share=HALF_SIZE_TIME)
    phased = PhasedReporter(report, before | renderer.phases() | {"guide": guide})
    if before and conf.iterations:
        guide.seconds = _step_time(inputs, renderer, guidance, conf, wardrobe, runtime.device)
    field = initializer.start(inputs, wardrobe, renderer, runtime, phased)
    extents = extents_of(inputs, field)
    report.preview("step-000000", preview(field, renderer, extents, 25.0))
    if report.wants_geometry:
        report.geometry(*field.surface())
    phased.begin("guide")
    objective = Objective(field, renderer, guidance, extents, conf)
    Trainer(objective, runtime.apart(1), phased, runtime.folder).run()
    return field


def check(conf: AppearanceConfig) -> None:
    """Refuse settings that cannot be.

    Raises:
        EngineError: ``bad_config`` with one sentence.
    """
    config.check(conf, "appearance")
    own = conf.reference
    for name, least in (("importance_samples", own.upsample_rounds), ("sdf_width", 6 * own.octaves + 4)):
        if getattr(own, name) < least:
            raise EngineError("bad_config", f"appearance.reference.{name} must be at least {least} here.")


def _step_time(
    inputs: AppearanceInputs, renderer: Renderer, guidance: Guidance, conf: AppearanceConfig, wardrobe: Wardrobe,
    device: torch.device | str,
) -> float | None:  # fmt: skip
    """Seconds of one guided step, measured on the bare body before the start is known; for the time left only."""
    base = BaseSurface.dressed(inputs.body, inputs.betas, None, wardrobe, device)
    field = renderer.stand_in(base, device)
    if field is None:
        return None
    objective = Objective(field, renderer, guidance, extents_of(inputs, field), conf)
    generator = torch.Generator().manual_seed(0)
    took = 0.0
    for _ in range(2):  # the first one is slower than the rest
        began = time.monotonic()
        objective(conf.iterations, conf.max_rays, generator).total.backward()
        took = time.monotonic() - began
    return took
