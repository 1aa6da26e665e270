"""The mesh stage: the full surface, and the game mesh with its textures."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine import device
from engine.appearance.field import AvatarField
from engine.body import Body, stand_pose
from engine.errors import EngineError
from engine.geometry.measures import volume
from engine.mesh import game
from engine.mesh.bake import Textures
from engine.mesh.chart_regions import SkinnedBody
from engine.mesh.extract import color_of, extract, from_body
from engine.mesh.full import Paint
from engine.mesh.surface import Field, Mesh
from engine.methods import COMPUTED
from engine.protocol import TEXTURES
from engine.report import Reporter
from engine.settings import MeshConfig
from engine.stages import Context
from engine.wardrobe.layers import Joined

log = logging.getLogger(__name__)
MESH_FILE = "mesh.npz"
FORMS = ("layers", "solid")
LARGEST_TEXTURE = 8192
"""Texels of a side, as GPUs have it."""
SMALLEST_BODY = 1e-3
"""Cubic metres; a body of less is flat, turned inside out, or measured in other units. Set by hand."""
TEXEL_BYTES = 100
"""Memory that baking holds for each texel at its peak; 87 were measured at 2048."""
GAME_ARRAYS = ("vertices", "faces", "colors", "uvs", "face_layers", "source", "share")
LAYER_ARRAYS = (
    "face_layers",
    "vertex_layers",
    "weights",
    "canonical",
    "uvs",
    "roughness",
    "metallic",
    "opacity",
    "covered",
)
"""What is stored of the layers beside the mesh itself, their names and materials."""


def run(
    field: Field | None, body: Body, betas: NDArray, conf: MeshConfig, report: Reporter, layers: Joined | None = None
) -> Mesh:
    """The field's surface, or the coarse body (S,) in neutral grey without one; with a game mesh if one is wanted.

    With ``layers``, which the field has moved and coloured, the mesh is those.

    Raises:
        EngineError: ``bad_config`` or ``out_of_memory`` for settings that cannot be met, before any work;
            ``bad_weights`` for a body without volume; ``internal`` if the field has no surface.
    """
    check(conf)
    posed, joints = (array[0] for array in body.pose(betas, stand_pose()[None]))
    if not np.isfinite(posed).all() or volume(posed, body.faces) < SMALLEST_BODY:
        raise EngineError("bad_weights", "The body encloses no volume.", "Choose another body model or another shape.")
    figure = SkinnedBody(posed, body.faces, body.weights, joints)
    if layers is not None:
        report.progress(1, 5)
        return with_game(Mesh(layers.vertices, layers.faces, layers.colors, layers=layers), None, figure, conf, report)
    mesh = from_body(body, betas) if field is None else extract(field, conf, report)
    ask = None if field is None else color_of(field)
    paint: Paint | None = None if ask is None else lambda spots: ask(spots.points)
    return with_game(mesh, paint, figure, conf, report)


def with_game(mesh: Mesh, paint: Paint | None, figure: SkinnedBody, conf: MeshConfig, report: Reporter) -> Mesh:
    """The mesh with its game mesh, if one is wanted.

    Args:
        mesh: layered or solid, in the stand pose.
        paint: sRGB of spots of the surface, or None to interpolate the vertices' colours.
        figure: the body beneath.
        conf: triangles, texture size, occlusion rays.
        report: hears of it.
    """
    if conf.game_faces == 0:
        return mesh
    if importlib.util.find_spec("xatlas") is None:
        report.warning("The game mesh was left out: the package xatlas is missing; it has builds for Python 3.11-3.13.")
        return mesh
    full = game.solid(mesh.vertices, mesh.faces, mesh.colors, figure) if mesh.layers is None else mesh.layers
    made = game.build(full, paint, figure, conf)
    report.progress(5, 5)
    log.info(
        "game mesh: %d triangles, %.1f dB from 8 views, silhouettes %.4f", len(made.faces), made.psnr, made.silhouette
    )
    return replace(mesh, game=made)


def check(conf: MeshConfig) -> None:
    """Refuse settings that cannot work, in one sentence, before any work is done."""
    if conf.game_faces < 0 or 0 < conf.game_faces < 500:
        raise EngineError("bad_config", f"mesh.game_faces is {conf.game_faces}.", "Set it to 0 (none), or 500 or more.")
    if conf.form not in FORMS:
        raise EngineError("bad_config", f"mesh.form is {conf.form!r}.", f"Set it to {' or '.join(FORMS)}.")
    if not 8 <= conf.resolution <= 1024:
        raise EngineError("bad_config", f"mesh.resolution is {conf.resolution}.", "Set it to 8-1024.")
    if not conf.game_faces:
        return
    if not 64 <= conf.texture_size <= LARGEST_TEXTURE:
        hint = f"Set it to 64-{LARGEST_TEXTURE}; 1024, 2048 and 4096 are usual."
        raise EngineError("bad_config", f"mesh.texture_size is {conf.texture_size}.", hint)
    if not 0 <= conf.occlusion_rays <= 4096:
        raise EngineError("bad_config", f"mesh.occlusion_rays is {conf.occlusion_rays}.", "Set it to 0 (none) to 4096.")
    needed, (_, free) = TEXEL_BYTES * conf.texture_size**2, device.memory()
    if free is not None and needed > free:
        raise EngineError(
            "out_of_memory",
            f"Textures of {conf.texture_size} texels need {needed / 1e9:.1f} GB of memory; {free / 1e9:.1f} are free.",
            "Lower mesh.texture_size.",
        )


def save(mesh: Mesh, folder: Path) -> None:
    """Store a mesh as ``mesh.npz`` and its textures as PNG."""
    arrays: dict[str, Any] = {"vertices": mesh.vertices, "faces": mesh.faces, "colors": mesh.colors}
    if mesh.layers is not None:
        arrays |= {f"layers_{name}": getattr(mesh.layers, name) for name in LAYER_ARRAYS}
        arrays |= {"layer_names": np.array(mesh.layers.names), "layer_materials": np.array(mesh.layers.materials)}
    if mesh.game is not None:
        arrays |= {f"game_{name}": getattr(mesh.game, name) for name in GAME_ARRAYS}
        arrays["game_quality"] = np.array([mesh.game.psnr, mesh.game.silhouette])
        for name, file in TEXTURES.items():
            Image.fromarray(getattr(mesh.game.textures, name)).save(folder / file)
    np.savez(folder / MESH_FILE, **arrays)


def load(folder: Path) -> Mesh:
    """The inverse of `save`."""
    with np.load(folder / MESH_FILE) as stored:
        arrays = {name: stored[name] for name in stored.files}
    surface = {name: arrays[name] for name in ("vertices", "faces", "colors")}
    made = layers = None
    if "layer_names" in arrays:
        names, materials = (tuple(arrays[f"layer_{name}"].tolist()) for name in ("names", "materials"))
        own = {name: arrays[f"layers_{name}"] for name in LAYER_ARRAYS if f"layers_{name}" in arrays}
        layers = Joined(names, materials, **surface, **own)
    if "game_vertices" in arrays:
        pictures = {name: np.asarray(Image.open(folder / file)) for name, file in TEXTURES.items()}
        parts = {name: arrays[f"game_{name}"] for name in GAME_ARRAYS}
        psnr, silhouette = arrays["game_quality"].tolist()
        made = game.GameMesh(**parts, textures=Textures(**pictures), psnr=psnr, silhouette=silhouette)
    return Mesh(**surface, game=made, layers=layers)


class MeshStage:
    """See `engine.stages.Stage`."""

    needs = ("shape",)
    takes = ("appearance",)
    judged = False

    def inputs(self, context: Context) -> dict[str, Any]:
        """Nothing of its own."""
        return {}

    def check(self, settings: MeshConfig) -> None:
        """See `check`."""
        check(settings)

    def run(self, context: Context, report: Reporter) -> Mesh:
        """The field's surface, or the coarse body in neutral grey when there is no appearance."""
        field = sculpted(context)
        layers = None if field is None or field.base.layers is None else field.layers()
        return run(field, context.body, context.result("shape").betas, context.config.mesh, report, layers)

    def save(self, result: Mesh, folder: Path) -> None:
        """See `save`."""
        save(result, folder)

    def load(self, folder: Path, context: Context) -> Mesh:
        """See `load`."""
        return load(folder)

    def method(self, context: Context) -> dict[str, Any]:
        """It follows from the field."""
        return {"method": COMPUTED}


def sculpted(context: Context) -> AvatarField | None:
    """What the appearance stage made, in the form that the mesh is to have; None without that stage."""
    if "appearance" not in context.wanted:
        return None
    field: AvatarField = context.result("appearance")
    if field.base.layers is None or context.config.mesh.form == "layers":
        return field
    return field.solid(context.body, context.result("shape").betas)


STAGE = MeshStage()
