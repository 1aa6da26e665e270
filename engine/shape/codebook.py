"""The codebook of shapes for any body: the bundled one for the open body, a refit of it for the user's own.

The user's model is registered with the standard figure once; then each of the codebook's bodies is expressed by the
model's own shape directions, as the least-squares fit of its surface with the betas' normal distribution as the prior.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine import userdata
from engine.body import Body, load_body
from engine.errors import EngineError
from engine.imported import require
from engine.imported.shape_vae import ShapeVae
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.shape import bodies
from engine.shape.bodies import Bodies
from engine.wardrobe.canonical import canonical_coordinates

BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "shapes.safetensors"
SMPL_VERTICES = 6890
SIGMA = 0.01
"""Metres by which a surface may miss the codebook's before an unlikely shape is preferred. Set by hand."""
EXACT = 0.001
"""Metres by which a surface may miss shapes that were made of the model's own directions. Set by hand."""
STYLE_SIGMA = 0.06
"""Metres by which the two mean bodies may differ: only their stature is to be made up for, not their style. Set by
hand."""
INDEPENDENT = 300.0
"""Coordinates of a surface that vary by themselves; its thousands of vertices move together. Set by hand."""
EXTREME = 4.0
"""Standard deviations beyond which models look broken. Set by hand."""


@dataclass(frozen=True)
class ShapeCodes:
    """Shapes of a body, and what they look like in words' numbers.

    ``betas`` (K, S) float32; ``numbers`` (K, 5) height, weight, muscle, age and gender in -1..1; ``bodies``: what other
    numbers look like.
    """

    path: Path
    betas: NDArray[np.float32]
    numbers: NDArray[np.float32]
    bodies: Bodies


def load_codes(body: Body, report: Reporter, kind: str = "body") -> ShapeCodes:
    """The codebook of a body; for a user's body it is refitted once and cached.

    Args:
        body: whose shapes.
        report: is told when something has to be made first.
        kind: ``body``, or ``original`` for the codes of the imported shape VAE.

    Raises:
        EngineError: if the kind is unknown, was not imported, or does not fit the body.
    """
    if kind not in ("body", "original"):
        raise EngineError("bad_config", f"There is no shape.codebook {kind!r}.", "Use body or original.")
    if kind == "original":
        return original_codes(body, report)
    if body.is_standard:
        return bundled_codes()
    edition = hashlib.sha256(BUNDLED.read_bytes() + bodies.BUNDLED.read_bytes()).hexdigest()[:8]
    name = f"shapes-{body.checksum[:12]}-{edition}"

    def make() -> userdata.Arrays:
        report.warning(f"The shapes are fitted to {body.name} once; this takes some seconds.")
        return refit(body, bundled_codes())

    return _read(userdata.cached(name, make))


def original_codes(body: Body, report: Reporter) -> ShapeCodes:
    """The original's codes: decoded by its shape VAE and expressed in the body's own coefficients, once."""
    setting = "shape.codebook = original"
    vae, stored = require("shape_vae", setting), load_file(require("shape_codes", setting))
    if len(body.template) != SMPL_VERTICES:
        raise EngineError(
            "bad_config",
            f"{setting} is for SMPL's {SMPL_VERTICES} vertices; {body.name} has {len(body.template)}.",
            "Set body.model to your SMPL, or shape.codebook to body.",
        )
    usual = load_codes(body, report)
    tag = hashlib.sha256(vae.read_bytes() + stored["latents"].tobytes()).hexdigest()[:12]

    def make() -> userdata.Arrays:
        offsets = ShapeVae(vae).decode(torch.from_numpy(stored["latents"])).numpy().T  # (3V, K)
        betas = np.clip(fit_betas(body, offsets, EXACT), -EXTREME, EXTREME)
        # What the words' numbers are for these codes follows from the codes whose numbers are known.
        trend, *_ = np.linalg.lstsq(np.c_[usual.betas, np.ones(len(usual.betas))], usual.numbers, rcond=None)
        numbers = (np.c_[betas, np.ones(len(betas))] @ trend).astype(np.float32)
        return {"betas": betas, "numbers": numbers, "bodies": usual.bodies.vectors}

    return _read(userdata.cached(f"shapes-{body.checksum[:12]}-{tag}", make))


def bundled_codes() -> ShapeCodes:
    """The open body's."""
    stored = load_file(BUNDLED)
    return ShapeCodes(
        BUNDLED, stored["betas"].astype(np.float32), stored["numbers"].astype(np.float32), bodies.bundled()
    )


def _read(path: Path) -> ShapeCodes:
    stored = load_file(path)
    return ShapeCodes(path, stored["betas"], stored["numbers"], Bodies(stored["bodies"]))


def refit(body: Body, codes: ShapeCodes) -> userdata.Arrays:
    """The open body's shapes by another body's coefficients, as `ShapeCodes` has them."""
    standard = load_body()
    onto = correspondence(canonical_coordinates(body), standard)
    directions = (onto @ standard.shapedirs.reshape(len(standard.template), -1)).reshape(-1, standard.num_betas)
    mean = (onto @ standard.template - body.template).reshape(-1, 1)
    table = codes.bodies.vectors
    shift = fit_betas(body, mean, STYLE_SIGMA)
    betas = shift + fit_betas(body, directions @ codes.betas.T, SIGMA)
    known = fit_betas(body, directions @ table.reshape(-1, table.shape[-1]).T, SIGMA).reshape(*table.shape[:3], -1)
    known[0] += shift  # the average bodies; the others are differences
    return {"betas": np.clip(betas, -EXTREME, EXTREME), "numbers": codes.numbers, "bodies": known.astype(np.float32)}


def correspondence(points: NDArray, standard: Body) -> sparse.csr_matrix:
    """(P, V) barycentric shares of the standard figure's vertices in points (P, 3) on its surface."""
    face, shares, _ = MeshRaycaster(standard.template, standard.faces).closest_point(points, signed=False)
    rows = np.repeat(np.arange(len(points)), 3)
    columns = standard.faces[face].ravel()
    return sparse.csr_matrix((shares.ravel(), (rows, columns)), (len(points), len(standard.template)))


def fit_betas(body: Body, offsets: NDArray, sigma: float) -> NDArray[np.float32]:
    """(K, S) coefficients that move the template most nearly by offsets (3V, K), up to a shift of the whole."""
    count = len(body.template)
    directions = body.shapedirs.reshape(3 * count, -1).astype(np.float64)
    basis = np.concatenate([directions, np.tile(np.eye(3), (count, 1))], 1)  # and a translation
    prior = np.zeros(basis.shape[1])
    prior[: body.num_betas] = sigma**2 * 3 * count / INDEPENDENT
    found = np.linalg.solve(basis.T @ basis + np.diag(prior), basis.T @ offsets)
    return found[: body.num_betas].T.astype(np.float32)
