"""The codebook of shapes for any body: the bundled one for the open body, a refit of it for the user's own.

The user's model is registered with the standard figure once; then each of the codebook's bodies is expressed by the
model's own shape directions, as the least-squares fit of its surface with the betas' normal distribution as the prior.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine import userdata
from engine.body import Body, load_body
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter
from engine.wardrobe.canonical import canonical_coordinates

BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "shapes.safetensors"
SIGMA = 0.01
"""Metres by which a surface may miss the codebook's before an unlikely shape is preferred."""
STYLE_SIGMA = 0.06
"""The same for the difference of the two mean bodies, of which only the stature is to be made up for, not the style."""
INDEPENDENT = 300.0
"""Coordinates of a surface that vary by themselves; its thousands of vertices move together."""
EXTREME = 4.0
"""Standard deviations beyond which models look broken."""


@dataclass(frozen=True)
class ShapeCodes:
    """Shapes of a body, and what they look like in words' numbers.

    ``betas`` (K, S) float32; ``numbers`` (K, 5) height, weight, muscle, age and gender in -1..1 (age 0..1).
    """

    path: Path
    betas: NDArray[np.float32]
    numbers: NDArray[np.float32]


def load_codes(body: Body, report: Reporter) -> ShapeCodes:
    """The codebook of a body; for a user's body it is refitted once and cached."""
    if body.is_standard:
        return _read(BUNDLED)
    name = f"shapes-{body.checksum[:12]}"

    def make() -> userdata.Arrays:
        report.warning(f"The shapes are fitted to {body.name} once; this takes some seconds.")
        return refit(body, _read(BUNDLED))

    return _read(userdata.cached(name, make))


def _read(path: Path) -> ShapeCodes:
    stored = load_file(path)
    return ShapeCodes(path, stored["betas"].astype(np.float32), stored["numbers"].astype(np.float32))


def refit(body: Body, codes: ShapeCodes) -> userdata.Arrays:
    """The open body's shapes by another body's coefficients: ``betas`` (K, S) and their ``numbers`` (K, 5)."""
    standard = load_body()
    onto = correspondence(canonical_coordinates(body), standard)
    directions = (onto @ standard.shapedirs.reshape(len(standard.template), -1)).reshape(-1, standard.num_betas)
    mean = (onto @ standard.template - body.template).reshape(-1, 1)
    betas = fit_betas(body, mean, STYLE_SIGMA) + fit_betas(body, directions @ codes.betas.T, SIGMA)
    return {"betas": np.clip(betas, -EXTREME, EXTREME), "numbers": codes.numbers}


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
