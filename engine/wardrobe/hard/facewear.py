"""Masks, glasses and an eye patch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.wardrobe.extras import EXTRAS
from engine.wardrobe.forms import ACCENT, Form, capped, joined, outward, tube
from engine.wardrobe.hard.belts import looped
from engine.wardrobe.hard.fitted import prop_layer
from engine.wardrobe.hard.shells import dome, tinted
from engine.wardrobe.hard.hulls import Hulls
from engine.wardrobe.hard.pieces import Piece, layer_of, palette, rigid, skin_shell
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import Garment


def mask(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A mask on the eyes, on nose and mouth, or over the whole head, with a thickness."""
    colors, name = palette(garment, "white" if garment.kind == "mask_full" else None), "Mask"
    if garment.kind == "mask_eyes":
        x, y, z = mannequin.canonical.T
        holes = np.hypot((np.abs(x) - 0.031) / 0.0165, (y - 0.6885) / 0.0085) - 1
        wide = 0.024 + 0.006 * np.abs(x) / 0.06
        signed = np.minimum(np.minimum(wide - np.abs(y - 0.691), z - 0.045), 0.009 * holes)
        piece = skin_shell(mannequin, signed, 0.0030, 0.0006, smooth=2)
        return [layer_of(name, "leather", [piece], colors, mannequin)]
    hull = Hulls(mannequin)["face"]
    if garment.kind == "mask_mouth":
        plate = Plate(
            "", "face", (-1.1, -1.16, -1.1), (0.02, -0.08, 0.02), (78, 92), lift=-1, thick=2.2, rim=4, bulge=2
        )
        forms = [shell(plate, hull, 0.008)]
    else:
        ends = [0, 60, 110, 180], [-1.2, -1.1, -0.86, -0.86]
        whole = dome(hull, lambda a: np.interp(np.abs(a), *ends), 0.0025, 0.0016, rows=64)
        forms = [whole]
        for c in (-26, 26):
            tilt = 0.10 * np.sign(c)
            low, high = (-0.05 - tilt / 2, -0.09, -0.05 + tilt / 2), (0.16 - tilt, 0.19, 0.16 + tilt)
            eye = Plate("", "face", low, high, (17, 21, 15), center=c, lift=0.0, thick=2.0, role="accent")  # fmt: skip
            forms.append(shell(eye, hull, 0.006))
    form = joined(*forms)
    return [layer_of(name, "nylon", [Piece(form, rigid(mannequin, form.vertices, (15,)))], colors, mannequin)]


def glasses(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Rims, a bridge, temples and, in dark glasses, lenses."""
    form = spectacles(
        dark=(garment.color in ("black", "dark grey") and garment.accent is None) or garment.accent is not None
    )
    return [prop_layer("Glasses", form, (12, 15), mannequin, "plastic", palette(garment, "black"))]


def spectacles(dark: bool) -> Form:
    """On the standard figure's nose."""
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    forms = []
    for side in (-1, 1):
        x = side * (0.0335 + 0.0235 * np.sign(c) * np.abs(c) ** 0.7)
        y = 0.687 + 0.0185 * np.sign(s) * np.abs(s) ** 0.7
        z = 0.148 - 2.6 * x**2
        path = np.stack([x, y, z], 1)
        forms.append(looped(path, 0.0021, np.array([side * 0.17, 0, 0.985])))
        if dark:
            inner = path.mean(0) + (path - path.mean(0)) * 0.97
            lens = [inner + np.array([0, 0, d]) for d in (0.0008, -0.0008)]
            forms.append(tinted(outward(capped(np.array(lens), lens[0].mean(0), lens[1].mean(0))), ACCENT))
        t = np.linspace(0, 1, 12)
        bent = 0.694 - 0.045 * np.clip((t - 0.8) / 0.2, 0, 1) ** 1.5  # down behind the ear
        out = side * (0.057 + 0.026 * np.clip(3 * t, 0, 1) ** 0.8)
        temple = np.stack([out, bent, 0.139 - 0.135 * t], 1)
        forms.append(tube(temple, np.full(12, 0.0020), 8))
    t = np.linspace(-1, 1, 7)
    bridge = np.stack([0.0105 * t, 0.694 + 0.003 * (1 - t**2), 0.149 + 0.002 * (1 - t**2)], 1)
    forms.append(tube(bridge, np.full(7, 0.0021), 8))
    return joined(*forms)


def eye_patch(garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """Over the left eye, on a cord."""
    form, joints = EXTRAS["eye_patch", None]
    return [prop_layer("Eye Patch", form(), joints, mannequin, "leather", palette(garment))]
