"""What each part of making and rigging the mesh takes, for one body in painted clothes.

    .venv/bin/python -m benchmarks.mesh [CELLS ...]     # 256 and 512 by default

CPU seconds of the process, torch on one thread; memory of the extraction by tracemalloc, in a run of its own.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import numpy as np
import torch

from benchmarks.fitting import LOOK
from engine import rig
from engine.appearance.base import BaseSurface
from engine.appearance.residual import ResidualField
from engine.body import load_body
from engine.mesh import bake, game, run
from engine.report import Silent
from engine.settings import MeshConfig, RigConfig

extraction, rigging = sys.modules["engine.mesh.extract"], sys.modules["engine.rig.rig"]
PARTS: dict[str, list[tuple[Any, str]]] = {
    "extraction: distances in the band": [(extraction, "_evaluate")],
    "extraction: marching cubes": [(extraction, "_triangulate")],
    "clean-up: loose parts, slivers": [(extraction, "largest_component"), (extraction, "collapse_short_edges")],
    "clean-up: splitting at colour and form, colours": [(extraction, "refine")],
    "decimation to the game mesh": [(game, "decimate")],
    "UV layout": [(game, "unwrap")],
    "bake: ambient occlusion": [(bake, "openness")],
    "bake: textures": [(game, "bake")],
    "baking error from 8 views": [(game, "baking_error")],
    "weights": [(rigging, "_find_weights"), (rigging, "_rig_game")],
}
"""Functions whose time makes up each part; none calls another."""


@dataclass
class Clock:
    """Adds up CPU seconds by part."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Time the functions of `PARTS` meanwhile."""
        with ExitStack() as stack:
            for part, functions in PARTS.items():
                for module, name in functions:
                    stack.enter_context(mock.patch.object(module, name, self._timed(part, getattr(module, name))))
            yield

    def _timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **options: Any) -> Any:
            began = time.process_time()
            try:
                return function(*args, **options)
            finally:
                self.spent[part] = self.spent.get(part, 0.0) + time.process_time() - began

        return timed


def measure(cells: int) -> tuple[dict[str, float], str]:
    """Seconds of each part, and what was made, at so many cells."""
    body = load_body()
    betas = np.zeros(body.num_betas)
    surface = ResidualField(BaseSurface.dressed(body, betas, LOOK), 64)
    clock, report = Clock(), Silent()
    with clock.listening():
        began = time.process_time()
        mesh = run(surface, body, betas, MeshConfig(resolution=cells), report)
        rig.run(mesh, body, betas, RigConfig(), Silent())
        clock.spent["all"] = time.process_time() - began
    tracemalloc.start()
    grid = extraction._evaluate(surface, cells)
    extraction._triangulate(grid)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    nodes = int(np.prod(np.array(grid.tiles.number.shape, np.int64) - 1)) * 16**3
    light = "no game mesh" if mesh.game is None else f"{len(mesh.game.faces):,} triangles in the game mesh"
    made = f"{cells} cells: {len(mesh.vertices):,} vertices, {light}"
    made += "".join(f" ({warning})" for warning in report.warnings)
    return clock.spent, f"{made}; extraction held {peak / 1e6:.0f} MB, its box's volume has {4 * nodes / 1e6:.0f} MB"


def main() -> None:
    """Print a table with a column for each resolution."""
    torch.set_num_threads(1)
    sizes = [int(word) for word in sys.argv[1:]] or [256, 512]
    columns = []
    for cells in sizes:
        spent, made = measure(cells)
        columns.append(spent)
        print(made, flush=True)
    print("\n| part | " + " | ".join(f"{cells} cells" for cells in sizes) + " |\n|" + " --- |" * (len(sizes) + 1))
    for part in (*PARTS, "all"):
        print(f"| {part} | " + " | ".join(f"{spent.get(part, 0.0):.1f} s" for spent in columns) + " |")


if __name__ == "__main__":
    main()
