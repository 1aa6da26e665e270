"""Masks that are of the face's own surface."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.wardrobe.forms import joined
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.pieces import Piece, layer_of, palette, rigid, skin_shell
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.hard.shells import dome
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment


def mask(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A mask on the eyes, or over the whole head, with a thickness."""
    colors, name = palette(garment, "white" if garment.kind == "mask_full" else None), "Mask"
    if garment.kind == "mask_eyes":
        x, y, z = mannequin.canonical.T
        holes = np.hypot((np.abs(x) - 0.031) / 0.0165, (y - 0.6885) / 0.0085) - 1
        wide = 0.024 + 0.006 * np.abs(x) / 0.06
        signed = np.minimum(np.minimum(wide - np.abs(y - 0.691), z - 0.045), 0.009 * holes)
        piece = skin_shell(mannequin, signed, 0.0030, 0.0006, smooth=2)
        return [layer_of(name, "leather", [piece], colors, mannequin)]
    hull = Hulls(mannequin)["face"]
    ends = [0, 60, 110, 180], [-1.2, -1.1, -0.86, -0.86]
    whole = dome(hull, lambda a: np.interp(np.abs(a), *ends), 0.0025, 0.0016, rows=64)
    forms = [whole]
    for c in (-26, 26):
        tilt = 0.10 * np.sign(c)
        low, high = (-0.05 - tilt / 2, -0.09, -0.05 + tilt / 2), (0.16 - tilt, 0.19, 0.16 + tilt)
        eye = Plate("", "face", low, high, (17, 21, 15), center=c, lift=0.0, thick=2.0, role="accent")
        forms.append(shell(eye, hull, 0.006))
    form = joined(*forms)
    return [layer_of(name, "nylon", [Piece(form, rigid(mannequin, form.vertices, (15,)))], colors, mannequin)]
