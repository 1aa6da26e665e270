"""Seconds and memory of presets' guided steps in their full size, for the table of `benchmarks.oracle`."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from benchmarks.fitting import Bench
from engine.appearance.base import BaseSurface
from engine.appearance.interfaces import renderer_of
from engine.appearance.neus import NeusField
from engine.appearance.objective import Objective
from engine.config import load_config
from engine.perceptor import Perceptor, load_perceptor
from engine.settings import AppearanceConfig


def step_of(preset: str, device: torch.device) -> str:
    """A row on a preset's guided steps in their full size, with the bundled perceptor."""
    conf = replace(load_config(preset).appearance, growing=0.0)
    perceptor = load_perceptor(device=str(device))
    bench, gpu = Bench(0), device.type == "cuda"
    renderer, base = renderer_of(conf), BaseSurface.dressed(bench.body, bench.betas, None, device=device)
    field = renderer.stand_in(base, device) or NeusField(base, torch.Generator().manual_seed(0)).to(device)
    objective = bench.objective(field, conf, perceptor, "a firefighter")
    if gpu:
        torch.cuda.reset_peak_memory_stats()
    seconds = _seconds(objective, conf.max_rays, gpu)
    memory, plain, graph = "-", "-", "-"
    if gpu:
        memory = f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB"
        with _without_tf32():
            plain = f"{_seconds(objective, conf.max_rays, gpu):.3f}"
        graph = _graphed(perceptor, conf, device)
    return (
        f"| {preset}, bundled perceptor | {conf.iterations} | {seconds:.3f} | {memory} | {plain} | {graph} |"
        + 4 * " - |"
    )


def _seconds(objective: Objective, rays: int, gpu: bool) -> float:
    """The least that a step takes, of the second on."""
    spent = []
    for step in range(4 if gpu else 2):
        began = time.perf_counter() if gpu else time.process_time()
        objective(step, rays, torch.Generator().manual_seed(step)).total.backward()
        if gpu:
            torch.cuda.synchronize()
        spent.append((time.perf_counter() if gpu else time.process_time()) - began)
    return min(spent[1:])


@contextlib.contextmanager
def _without_tf32() -> Iterator[None]:
    """Products of matrices in full float32."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _graphed(perceptor: Perceptor, conf: AppearanceConfig, device: torch.device) -> str:
    """Seconds of the perceptor's look at a step's pictures and back, as it is and as a CUDA graph.

    Rays are another count in each step, so nothing else has the fixed shapes that a graph needs.
    """
    pictures = torch.rand(2 * conf.views, 3, conf.size, conf.size, device=device, requires_grad=True)

    def spent(look: Any) -> float:
        took = []
        for _ in range(5):
            began = time.perf_counter()
            look(pictures).sum().backward()
            torch.cuda.synchronize()
            took.append(time.perf_counter() - began)
        return min(took[1:])

    plain = spent(perceptor.encode_image)
    try:
        graphed = spent(torch.cuda.make_graphed_callables(perceptor.encode_image, (pictures,)))
    except RuntimeError as error:
        return f"{plain:.3f}, no graph ({type(error).__name__})"
    return f"{plain:.3f}, {graphed:.3f}"
