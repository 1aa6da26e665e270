"""Whether guidance can take the bare grey body to a target that it is only shown, blurred and coarse.

    .venv/bin/python -m benchmarks.oracle OUT [--target hat gown] [--only shell reference] [--steps N]
                                              [--presets draft standard high] [--budget SECONDS] [--set KEY=VALUE ...]

A perceptor says little about a picture: what is where, of which colour, about how large. The oracle says no more. It
knows a target avatar (``hat``: a bearded figure in a hat, a skirt and boots; ``gown``: a long-haired one in a gown,
gloves and shoes; as layers) and likes pictures that look like the
target's from the same view in the same light, after both were made `CELLS` pixels wide and blurred. If the stage
reaches the target under it, then what a real perceptor leaves undone is not the optimiser's, the field's or the
cameras' doing.

Judged by views that guidance does not draw: PSNR inside the widened silhouettes of both (and over whole pictures), mean
colours of each region
of the target (distance in CIE Lab), and how much of the hat, the skirt and the beard that stands out from the bare
body has been grown. OUT keeps figures and a picture: the start, what was reached, the target.

``--presets`` adds seconds of a step of these presets with the bundled perceptor; on a GPU also memory, the seconds
without TF32, and those of the perceptor's part as a CUDA graph. Everything runs on the GPU if there is one. There a
renderer stops after ``--budget`` seconds and is judged as it is: 90 by default, so that twice two of them are six of
ten minutes, and the rest is for learning the body (20 s), judging (100 s) and the presets.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import load_file, save_file
from scipy.ndimage import binary_dilation
from skimage.color import rgb2lab
from torch import Tensor

from benchmarks.preset_steps import step_of
from engine import registry
from engine.appearance import AppearanceInputs, AvatarField, Runtime, run, views
from engine.appearance.base import BaseSurface, Nearest
from engine.appearance.exam import questions
from engine.appearance.interfaces import GUIDANCES, Judgement, Renderer, Shown, renderer_of
from engine.appearance.rays import compose, lambert, silhouette_rays
from engine.body import load_body, stand_pose
from engine.config import load_config
from engine.device import describe, pick
from engine.perceptor import load_perceptor
from engine.render.camera import Camera
from engine.render.oklab import oklab
from engine.report import Silent
from engine.settings import AppearanceConfig
from engine.wardrobe.dressing import layers_of
from engine.wardrobe.layers import joined
from engine.wardrobe.meaning import Meaning
from engine.wardrobe.outfit import COLORS, Garment, Look

CELLS = 32
"""Pixels along a side of what the oracle sees."""
LEAST_FILLED = 0.05
"""Of a picture: what a target is taken to fill at least."""
LOOKS = {
    "hat": Look(
        "fair",
        "short",
        "brown",
        "full",
        "brown",
        "blue",
        (Garment("hat", "blue"), Garment("t_shirt", "white"), Garment("skirt", "red"), Garment("boots", "black")),
    ),
    "gown": Look(
        "brown",
        "long",
        "black",
        "none",
        "black",
        "brown",
        (Garment("gown", "yellow"), Garment("gloves", "purple"), Garment("shoes", "green")),
    ),
}
"""What may be sculpted: ``--target``."""
GROWN = {"hat": "fedora", "skirt": "skirt", "beard": "beard", "gown": "gown", "hair": "hair"}
"""Whose silhouettes are followed, by what their layers' names contain."""
HELD_OUT = ((10.0, 0.0), (100.0, 12.0), (190.0, 0.0), (280.0, 12.0))
SIZE, FINE = 96, 2
"""Pixels along a side of the pictures that are judged, and rays along a side of a pixel."""
COMMON = {
    "appearance.initializer": "bare",
    "appearance.guidance": "oracle",
    "appearance.cameras": "around",
    "appearance.loss.keep": 0,
    "appearance.loss.mask": 0,
    "appearance.loss.smooth": 0.1,
    "appearance.preview_every": 10**9,
    "appearance.checkpoint_every": 10**9,
}
OWN: dict[str, dict[str, Any]] = {
    "shell": {
        "appearance.renderer": "shell",
        "appearance.shell.relief": 0.3,
        "appearance.shell.symmetric": False,
        "appearance.shell.grid": 64,
        "appearance.learning_rate": 1e-2,
        "appearance.size": 64,
    },
    "reference": {
        "appearance.renderer": "reference",
        "appearance.learning_rate": 1e-3,
        "appearance.warmup": 100,
        "appearance.size": 40,
        "appearance.growing": 0.75,
        "appearance.max_rays": 1600,
        "appearance.views": 1,
        "appearance.loss.mask": 0.03,
        "appearance.loss.eikonal": 0.3,
        "appearance.loss.color": 0,
        "appearance.reference.sdf_layers": 3,
        "appearance.reference.sdf_width": 96,
        "appearance.reference.color_layers": 1,
        "appearance.reference.color_width": 96,
        "appearance.reference.uniform_samples": 16,
        "appearance.reference.importance_samples": 16,
        "appearance.reference.upsample_rounds": 2,
        "appearance.reference.reconstruct_iterations": 1500,
        "appearance.reference.color_rate": 3,
        "appearance.reference.variance_init": 0.45,
        "appearance.reference.room": 0.3,
    },
}


HEADER = """\
| | steps | s a step | memory | no TF32 | perceptor, as a graph | PSNR (whole), dB | painted | grown | miss in Lab |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
STEPS = {"shell": 700, "reference": 6000}
BUDGET = 90.0
"""Seconds on a GPU after which a renderer's guidance ends early; a CPU has no such limit unless one is asked for."""


class Clock(Silent):
    """Ends guidance when its seconds are over."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.end = None if seconds is None else time.monotonic() + seconds

    def finishing(self) -> bool:
        """Whether they are."""
        return self.end is not None and time.monotonic() > self.end


class Oracle:
    """Guidance that compares coarse pictures with the target's."""

    def __init__(self, target: BaseSurface) -> None:
        self.target = target

    def __call__(self, shown: Sequence[Shown], generator: torch.Generator) -> Judgement:
        """``oracle``: mean distance of the coarse coloured pictures, ``oracle_shape``: of those in grey shading.

        Both as shares of what the target fills, so that no view counts for more than another, as with a cosine.
        """
        wanted = [self.pictures(one) for one in shown]
        filled = torch.stack([share for _, _, share in wanted]).clamp_min(LEAST_FILLED)
        found = {}
        for index, name in enumerate(("oracle", "oracle_shape")):
            seen = torch.stack([(one.colored, one.textureless)[index] for one in shown])
            goal = torch.stack([pair[index] for pair in wanted]).to(seen)
            far = (coarse(seen) - coarse(goal)).abs().mean((1, 2, 3))
            found[name] = (far / filled.to(far)).mean()
        return Judgement(found, -float(found["oracle"].detach()))

    def pictures(self, shown: Shown) -> tuple[Tensor, Tensor, Tensor]:
        """The target's coloured and textureless picture (3, S, S) from a view in its light, and its share of them."""
        size = shown.background.shape[-1]
        mask, color, normal = look_at(self.target, replace(shown.view.camera, width=size, height=size))
        facing = (torch.from_numpy(normal) @ shown.light.cpu()).clamp_min(0)
        shade = (shown.ambient + (1 - shown.ambient) * facing)[..., None]
        behind = shown.background.cpu().permute(1, 2, 0)
        inside = torch.from_numpy(mask)[..., None]
        found = [
            torch.where(inside, front, behind).permute(2, 0, 1)
            for front in (torch.from_numpy(color) * shade, shade.expand(-1, -1, 3))
        ]
        if size != shown.colored.shape[-1]:
            found = [F.interpolate(one[None], shown.colored.shape[-2:], mode="bilinear")[0] for one in found]
        return found[0], found[1], inside.float().mean()


def coarse(pictures: Tensor) -> Tensor:
    """(N, 3, CELLS, CELLS) of pictures (N, 3, S, S), blurred over about three cells."""
    small = F.interpolate(pictures, (CELLS, CELLS), mode="area")
    return F.avg_pool2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), 3, 1)


def look_at(surface: BaseSurface, camera: Camera) -> tuple[NDArray, NDArray, NDArray]:
    """Mask (S, S), colours (S, S, 3) and unit normals (S, S, 3) of a surface."""
    hits = surface.whole.cast(camera)
    color, normal = np.ones((*hits.mask.shape, 3), np.float32), np.zeros((*hits.mask.shape, 3), np.float32)
    met = Nearest(
        np.zeros(int(hits.mask.sum()), np.float32), hits.face[hits.mask].astype(np.int64), hits.bary[hits.mask]
    )
    color[hits.mask] = surface.color(met)
    turned = surface.interpolate(met, surface.normals)
    normal[hits.mask] = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-6)
    return hits.mask, color, normal


def pixels(values: NDArray) -> NDArray:
    """(SIZE, SIZE, ...) means over the rays of each pixel."""
    shape = values.shape[2:]
    parts = values.astype(np.float32).reshape(SIZE, FINE, SIZE, FINE, *shape)
    return parts.mean((1, 3))  # type: ignore[no-any-return]


class Bench:
    """The target, the views that it is judged from, and the judging."""

    def __init__(self, out: Path, name: str) -> None:
        self.name, look = name, LOOKS[name]
        self.body = load_body()
        self.betas = np.zeros(self.body.num_betas, np.float32)
        stored = out / f"{name}.safetensors"
        if not stored.exists():
            made = BaseSurface.layered(joined(layers_of(look, self.body, self.betas)), look)
            save_file(made.to_arrays(), stored)
        self.target = BaseSurface.from_arrays(load_file(stored))
        self.bare = BaseSurface.dressed(self.body, self.betas, None)
        joints = self.body.pose(self.betas, stand_pose()[None])[1][0]
        self.extents = views.FigureExtents.of(self.target.vertices, joints)

    def camera(self, azimuth: float, elevation: float, size: int = SIZE) -> Camera:
        """A view of the whole figure."""
        return views.framed(self.extents.center, 1.1 * (self.extents.high - self.extents.low), azimuth, elevation, size)

    def regions(self, camera: Camera) -> dict[str, NDArray]:
        """Masks (S, S) of the target's layers by their names."""
        hits = self.target.whole.cast(camera)
        layers = self.target.layers
        assert layers is not None
        owner = np.full(hits.mask.shape, -1)
        corner = self.target.faces[hits.face[hits.mask].astype(int), 0]
        owner[hits.mask] = layers.vertex_layers[corner]
        return {name: owner == index for index, name in enumerate(layers.names)}

    @torch.no_grad()
    def judge(self, field: AvatarField, renderer: Renderer) -> dict[str, Any]:
        """PSNR in dB, colour misses in Lab by region, and shares of what stands out that was grown."""
        error, all_of_it, count, pixel_count, misses, grown = 0.0, 0.0, 0, 0, {}, {}
        for azimuth, elevation in HELD_OUT:
            camera = self.camera(azimuth, elevation, FINE * SIZE)
            seen, opacity = picture(field, renderer, camera)
            mask, color, _ = look_at(self.target, camera)
            far = np.square(pixels(seen) - pixels(color)).sum(-1)
            place = binary_dilation(pixels(mask | (opacity > 0.1)) > 0, iterations=round(SIZE * 10 / 224))
            error, all_of_it = error + float(far[place].sum()), all_of_it + float(far.sum())
            count, pixel_count = count + 3 * int(place.sum()), pixel_count + 3 * far.size
            bare = self.bare.whole.cast(camera).mask
            for name, region in self.regions(camera).items():
                if region.sum() > 20 * FINE**2:
                    misses.setdefault(name, []).append((region.sum(), seen[region].mean(0), color[region].mean(0)))
                part = next((key for key, word in GROWN.items() if word in name.lower()), None)
                if part and (out := region & ~bare).any():
                    grown.setdefault(part, []).append((out.sum(), (opacity[out] > 0.5).sum()))
        right = [name for name, rows in misses.items() if _named(rows, 1) == _named(rows, 2)]
        return {
            "painted": len(right) / len(misses),
            "psnr": -10 * math.log10(error / count),
            "psnr_whole": -10 * math.log10(all_of_it / pixel_count),
            "colors": {name: _miss(rows) for name, rows in misses.items()},
            "grown": {name: float(sum(b for _, b in rows) / sum(a for a, _ in rows)) for name, rows in grown.items()},
        }

    def strip(self, field: AvatarField, renderer: Renderer) -> NDArray[np.uint8]:
        """Start, reached and target, each from two sides, in the same light."""
        rows = []
        for azimuth in (25.0, 160.0):
            camera = self.camera(azimuth, 5.0, 288 if renderer.layered else 144)
            with torch.no_grad():
                seen, _ = picture(field, renderer, camera, lit=True)
            row = [shaded(self.bare, camera), seen, shaded(self.target, camera)]
            side = camera.width
            rows.append(np.concatenate([part[:, side // 7 : side - side // 7] for part in row], 1))
        return (np.concatenate(rows, 1) * 255).round().clip(0, 255).astype(np.uint8)


def picture(
    field: AvatarField, renderer: Renderer, camera: Camera, lit: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(S, S, 3) of a field before white, and its opacity (S, S)."""
    size = camera.height
    rays = silhouette_rays(field, camera)
    seen = renderer.still(field, rays)
    color = seen.color * lambert(seen, torch.from_numpy(soft_light(camera)), 0.4)[:, None] if lit else seen.color
    shown = compose(rays, color, seen.opacity, torch.ones(3, size, size)).permute(1, 2, 0).numpy()
    opacity = np.zeros(size * size, np.float32)
    opacity[rays.pixels] = seen.opacity.numpy()
    return shown, opacity.reshape(size, size)


def shaded(surface: BaseSurface, camera: Camera) -> NDArray[np.float32]:
    """The same of a mesh."""
    mask, color, normal = look_at(surface, camera)
    light = 0.4 + 0.6 * (normal @ soft_light(camera)).clip(0)[..., None]
    return np.where(mask[..., None], color * light, 1.0).astype(np.float32)


def soft_light(camera: Camera) -> NDArray[np.float32]:
    """(3,) towards a light above the camera."""
    right, up, forward = camera.axes()
    light = -forward + 0.4 * right + 0.5 * up
    found: NDArray[np.float32] = (light / np.linalg.norm(light)).astype(np.float32)
    return found


def _miss(rows: list[tuple[int, NDArray, NDArray]]) -> float:
    """Mean distance in Lab, by the pixels of each view."""
    sizes = np.array([row[0] for row in rows], float)
    seen, wanted = (rgb2lab(np.stack([row[index] for row in rows]).clip(0, 1)) for index in (1, 2))
    return float((np.linalg.norm(seen - wanted, axis=1) * sizes).sum() / sizes.sum())


def _named(rows: list[tuple[int, NDArray, NDArray]], index: int) -> str:
    """The basic colour that is nearest to a region's mean."""
    names = questions()["colors"]
    mean = sum(row[0] * row[index] for row in rows) / sum(row[0] for row in rows)
    known = oklab(np.array([COLORS[name] for name in names]))
    return str(names[int(np.linalg.norm(known - oklab(np.asarray(mean)[None]), axis=1).argmin())])


def sculpt(
    bench: Bench, name: str, steps: int, changes: dict[str, Any], folder: Path, budget: float | None = None
) -> dict[str, Any]:
    """Guide one renderer's field from the bare body; figures, and a picture in the folder."""
    settings = {**COMMON, **OWN[name], "appearance.iterations": steps, **changes}
    conf: AppearanceConfig = load_config("draft", overrides=settings).appearance
    inputs = AppearanceInputs("", bench.betas, bench.body, load_perceptor(), Meaning.of("anybody"))
    folder.mkdir(parents=True, exist_ok=True)
    device = pick("auto")
    gpu = device.type == "cuda"
    if gpu:
        torch.cuda.reset_peak_memory_stats()
    clock = time.perf_counter if gpu else time.process_time
    began = clock()
    field = run(inputs, conf, Runtime(torch.Generator().manual_seed(0), device, Clock(budget), folder)).to("cpu")
    spent = clock() - began
    renderer = renderer_of(conf)
    Image.fromarray(bench.strip(field, renderer)).save(folder / "strip.png")
    field.save(folder / "field.safetensors")
    found: dict[str, Any] = {"target": bench.name, "renderer": name, "steps": field.steps, "asked": steps}
    found |= {"seconds": round(spent, 1), "device": describe(device)}
    found["memory"] = f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB" if gpu else "-"
    found |= bench.judge(field, renderer) | {"settings": settings}
    (folder / "figures.json").write_text(json.dumps(found, indent=1))
    return found


def row(found: dict[str, Any]) -> str:
    """One line of the table."""
    colors = ", ".join(f"{name} {miss:.0f}" for name, miss in found["colors"].items())
    grown = ", ".join(f"{name} {share:.0%}" for name, share in found["grown"].items())
    quality = f"{found['psnr']:.1f} ({found['psnr_whole']:.1f})"
    each = found["seconds"] / max(1, found["steps"])
    figures = f"{found['steps']} | {each:.3f} | {found['memory']} | - | - | {quality} | {found['painted']:.0%}"
    return f"| {found['target']}, {found['renderer']} | {figures} | {grown} | {colors} |"


def main() -> None:
    """Run what was asked for and print rows as they come."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--target", nargs="*", choices=tuple(LOOKS), default=tuple(LOOKS))
    parser.add_argument("--only", nargs="*", choices=tuple(OWN), default=tuple(OWN))
    parser.add_argument("--steps", type=int, help="of each renderer; by default " + str(STEPS))
    parser.add_argument("--presets", nargs="*", default=())
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="of each renderer; on a GPU 90, else none")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    changes = dict(pair.split("=", 1) for pair in options.changes)
    device = pick("auto")
    if device.type == "cpu":
        torch.set_num_threads(1)
    budget = options.budget or (BUDGET if device.type == "cuda" else None)
    print(f"{describe(device)}\n\n{HEADER}", flush=True)
    for preset in options.presets:
        print(step_of(preset, device), flush=True)
    for target in options.target:
        bench = Bench(options.out, target)
        registry.add(GUIDANCES, "oracle", lambda inputs, conf, target=bench.target: Oracle(target))
        for name in options.only:
            folder = options.out / f"{target}-{name}"
            print(row(sculpt(bench, name, options.steps or STEPS[name], changes, folder, budget)), flush=True)


if __name__ == "__main__":
    main()
