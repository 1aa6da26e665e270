"""The appearance stage: find a start, then let guidance shape and colour the field from there."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from engine import config, userdata
from engine.appearance import grades
from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.field import AvatarField
from engine.appearance.interfaces import (
    AppearanceInputs,
    Guidance,
    Renderer,
    Runtime,
    extents_of,
    guidance_of,
    initializer_of,
    renderer_of,
)
from engine.appearance.objective import Objective
from engine.appearance.trainer import Trainer, preview
from engine.errors import EngineError
from engine.methods import RETRIEVAL, SCULPTING
from engine.perceptor import prompts
from engine.provenance import checksum
from engine.report import Reporter
from engine.settings import AppearanceConfig
from engine.stages import Context
from engine.wardrobe.dress import Wardrobe

FIELD_FILE = "field.safetensors"
HALF_SIZE_TIME = 0.4
"""What a step with pictures of half the size takes of a whole one's time (`benchmarks/README.md`)."""
LEAST_RELIEF, LEAST_COLOR = 1.0, 0.01
"""Millimetres on average, and part of the range of colours, from which on guidance changed something. Set by hand."""


def run(inputs: AppearanceInputs, conf: AppearanceConfig, runtime: Runtime) -> AvatarField:
    """t_app and the coarse body to the implicit avatar in the stand pose.

    Interrupted runs go on: the start and the guided field are kept in the runtime's folder.

    Raises:
        EngineError: ``bad_config`` for a setting that cannot be; ``out_of_memory`` when even few rays are too many.
    """
    check(conf)
    report = runtime.report
    conf = grades.strengthened(conf, inputs.perceptor, initializer_of(conf).bare and renderer_of(conf).grows)
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
    inputs: AppearanceInputs,
    renderer: Renderer,
    guidance: Guidance,
    conf: AppearanceConfig,
    wardrobe: Wardrobe,
    device: torch.device | str,
) -> float | None:
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


class AppearanceStage:
    """See `engine.stages.Stage`."""

    needs = ("shape",)
    takes: tuple[str, ...] = ()
    judged = True

    def inputs(self, context: Context) -> dict[str, Any]:
        """The user's own records of the wardrobe, and what the perceptor's grade allows: examining it counts."""
        records = sorted((userdata.data_folder() / "wardrobe").glob("*.toml"))
        strength = grades.strength_of(grades.grade_of(context.perceptor.checksum))
        return {"wardrobe": {path.name: checksum(path) for path in records}, "strength": asdict(strength)}

    def check(self, settings: AppearanceConfig) -> None:
        """See `check`."""
        check(settings)

    def run(self, context: Context, report: Reporter) -> AvatarField:
        """t_app and the coarse body to signed distance and colour in the stand pose."""
        prompt, betas = context.prompts["appearance"], context.result("shape").betas
        inputs = AppearanceInputs(prompt, betas, context.body, context.perceptor, context.meaning)
        generator, folder = context.generator("appearance"), context.folders["appearance"].steps
        return run(inputs, context.config.appearance, Runtime(generator, context.device, report, folder))

    def save(self, result: AvatarField, folder: Path) -> None:
        """As one safetensors file."""
        result.save(folder / FIELD_FILE)

    def load(self, folder: Path, context: Context) -> AvatarField:
        """The inverse of `save`."""
        return AvatarField.load(folder / FIELD_FILE, context.device)

    def method(self, context: Context) -> dict[str, Any]:
        """The start, and what guidance made of it; a start that was only kept is not called sculpted."""
        field, conf = context.result("appearance"), context.config.appearance
        start = {"start": conf.initializer, "renderer": conf.renderer, "guidance": conf.guidance, "steps": field.steps}
        changed = {name: round(float(value), 5) for name, value in field.guided.items()}
        bare = conf.initializer == "bare"
        made = SCULPTING if bare and field.steps else RETRIEVAL
        if field.steps and not bare and is_changed(field.guided):
            made = f"{RETRIEVAL}, {SCULPTING}"
        return {"method": made, **start, **changed}


def is_changed(guided: dict[str, float]) -> bool:
    """Whether guidance made something else of a start."""
    relief, color = guided.get("relief_mm", 0.0), guided.get("color_change", 0.0)
    return relief >= LEAST_RELIEF or color >= LEAST_COLOR


STAGE = AppearanceStage()
