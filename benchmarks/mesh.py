"""What each part of making and rigging the mesh takes, for one body in painted clothes.

    .venv/bin/python -m benchmarks.mesh [CELLS ...]     # 256 and 512 by default

CPU seconds of the process, torch on one thread; memory of the extraction by tracemalloc, in a run of its own. Then a
preview at 128 cells, and textures of three sizes baked from the first of the meshes.
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
from scipy.sparse.csgraph import connected_components

from benchmarks.fitting import LOOK
from engine import rig
from engine.appearance.base import BaseSurface
from engine.appearance.residual import ResidualField
from engine.body import Body, load_body, stand_pose
from engine.geometry.edges import edge_matrix
from engine.mesh import bake, full, game
from engine.mesh.chart_regions import SkinnedBody
from engine.mesh.extract import color_of
from engine.mesh.stage import run
from engine.mesh.surface import Mesh
from engine.mesh.tiles import TILE
from engine.mesh.uv import split_seams
from engine.report import Silent
from engine.settings import MeshConfig, RigConfig

extraction, rigging = sys.modules["engine.mesh.extract"], sys.modules["engine.rig.rig"]
PARTS: dict[str, list[tuple[Any, str]]] = {
    "extraction: distances in the band": [(extraction, "_evaluate")],
    "extraction: marching cubes": [(extraction, "_triangulate")],
    "clean-up: loose parts, slivers": [(extraction, "largest_component"), (extraction, "collapse_short_edges")],
    "clean-up: splitting at colour and form, colours": [(extraction, "refine")],
    "decimation to the game mesh": [(game, "shares"), (game, "decimate")],
    "UV layout": [(game, "regions"), (game, "unwrap")],
    "bake: ambient occlusion": [(full, "openness")],
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


def painted_body() -> tuple[Body, np.ndarray, ResidualField]:
    """The body, its shape coefficients (S,), and the field of it in its clothes."""
    body = load_body()
    betas = np.zeros(body.num_betas)
    return body, betas, ResidualField(BaseSurface.dressed(body, betas, LOOK), 64)


def measure(cells: int) -> tuple[dict[str, float], str, Mesh]:
    """Seconds of each part at so many cells, what was made in words, and the mesh."""
    body, betas, surface = painted_body()
    clock, report = Clock(), Silent()
    with clock.listening():
        began = time.process_time()
        mesh = run(surface, body, betas, MeshConfig(resolution=cells), report)
        rig.run(mesh, body, betas, RigConfig(), Silent())
        clock.spent["all"] = time.process_time() - began
    light = "no game mesh" if mesh.game is None else describe(mesh.game)
    made = f"{cells} cells: {len(mesh.vertices):,} vertices; {light}"
    made += "".join(f" ({warning})" for warning in report.warnings)
    return clock.spent, f"{made}\n{band(surface, cells)}", mesh


def band(surface: ResidualField, cells: int) -> str:
    """How much of the box was asked for, and what that held, in words."""
    tracemalloc.start()
    grid = extraction._evaluate(surface, cells)
    extraction._triangulate(grid)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    nodes = int(np.prod(np.array(grid.tiles.number.shape, np.int64) - 1)) * TILE**3
    asked = int(grid.tiles.known[2:].sum())  # the first two stand for all that is empty or full
    return f"  asked at {asked:,} of {nodes:,} nodes ({asked / nodes:.0%}); extraction held {peak / 1e6:.0f} MB"


def describe(light: game.GameMesh) -> str:
    """The game mesh's layout and quality in words; shear is a texel's longer by its shorter axis on the surface."""
    flat = light.uvs.astype(np.float64)
    _, split, _ = split_seams(light.faces, light.uvs)
    charts = connected_components(edge_matrix(split, int(split.max()) + 1), directed=False)[0]
    sides = np.stack((flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]), -1)
    a, b = (light.vertices[light.faces[:, k]].astype(np.float64) - light.vertices[light.faces[:, 0]] for k in (1, 2))
    length = np.maximum(np.linalg.norm(a, axis=1), 1e-12)
    height = np.linalg.norm(np.cross(a, b), axis=1) / length
    bent = np.stack((np.stack((length, (a * b).sum(1) / length), -1), np.stack((0 * length, height), -1)), 1)
    area = 0.5 * length * height
    sound = area > 1e-12
    singular = np.linalg.svd(sides[sound] @ np.linalg.inv(bent[sound]), compute_uv=False)
    shear = np.average(singular[:, 0] / np.maximum(singular[:, 1], 1e-9), weights=area[sound])
    use = 0.5 * np.abs(np.linalg.det(sides)).sum()
    return (
        f"{len(light.faces):,} triangles in {charts} charts, texels used {use:.0%}, mean shear {shear:.2f}, "
        f"PSNR {light.psnr:.1f} dB, silhouettes {light.silhouette:.4f}"
    )


def previews() -> str:
    """A coloured mesh at 128 cells without all that a preview does not need, in words."""
    body, betas, surface = painted_body()
    began = time.process_time()
    mesh = run(surface, body, betas, MeshConfig(resolution=128, refine=0, game_faces=0), Silent())
    return f"preview at 128 cells: {len(mesh.vertices):,} vertices in {time.process_time() - began:.1f} s"


def textures(mesh: Mesh) -> Iterator[str]:
    """Rows of a table: size, seconds of baking, PSNR against the field."""
    light = mesh.game
    if light is None:
        return
    body, betas, surface = painted_body()
    posed, joints = (array[0] for array in body.pose(betas, stand_pose()[None]))
    solid = game.solid(mesh.vertices, mesh.faces, mesh.colors, SkinnedBody(posed, body.faces, body.weights, joints))
    color = color_of(surface)
    whole = full.FullSurface(solid, lambda spots: color(spots.points), 0)
    for size in (1024, 2048, 4096):
        began = time.process_time()
        made = bake.bake(light.vertices, light.faces, light.uvs, light.face_layers, whole, size)
        spent = time.process_time() - began
        psnr, _ = bake.baking_error(light.vertices, light.faces, light.uvs, made.color, whole)
        yield f"| {size} | {spent:.1f} s | {psnr:.1f} dB |"


def main() -> None:
    """Print a table with a column for each resolution, and one of texture sizes."""
    torch.set_num_threads(1)
    sizes = [int(word) for word in sys.argv[1:]] or [256, 512]
    columns, meshes = [], []
    for cells in sizes:
        spent, made, mesh = measure(cells)
        columns.append(spent)
        meshes.append(mesh)
        print(made, flush=True)
    print(previews())
    print("\n| part | " + " | ".join(f"{cells} cells" for cells in sizes) + " |\n|" + " --- |" * (len(sizes) + 1))
    for part in (*PARTS, "all"):
        print(f"| {part} | " + " | ".join(f"{spent.get(part, 0.0):.1f} s" for spent in columns) + " |")
    print("\n| texture | baking | error |\n| --- | --- | --- |", flush=True)
    for row in textures(meshes[0]):
        print(row, flush=True)


if __name__ == "__main__":
    main()
