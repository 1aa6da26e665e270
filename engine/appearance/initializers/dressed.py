"""The body dressed as the text says: the outfit that fits best, cut, draped and finished as layers (retrieval)."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import ClassVar

from safetensors.numpy import load_file, save_file

from engine.appearance import warm_start
from engine.appearance.base import BaseSurface
from engine.appearance.field import AvatarField
from engine.appearance.opinion import favourites
from engine.appearance.pace import Paced, Part
from engine.appearance.parts import AppearanceInputs, Renderer, Runtime
from engine.appearance.remembered import RememberedFitting
from engine.mesh.layout import layer_uvs
from engine.protocol import write_atomically
from engine.settings import AppearanceConfig
from engine.userdata import cache_folder
from engine.wardrobe.cloth.remembered import Drapes
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.dressing import layers_of
from engine.wardrobe.layers import joined
from engine.wardrobe.outfit import Look, look_from_dict
from engine.wardrobe.persona import described

LOOK_FILE = "look.json"
LAYERS_FILE = "layers.safetensors"
DRESSING = 12
"""Steps that dressing counts as."""


class Dressed:
    """See `engine.appearance.parts.Initializer`."""

    bare: ClassVar[bool] = False

    def __init__(self, conf: AppearanceConfig) -> None:
        self.search = conf.search
        self.liked: tuple[Look, ...] = ()

    def pace(self, renderer: Renderer) -> dict[str, Part]:
        """Looks to be judged, then cutting and draping."""
        return {"search": Part(self.search), "dress": Part(DRESSING if renderer.layered else 0)}

    def prepare(self, inputs: AppearanceInputs, wardrobe: Wardrobe, runtime: Runtime) -> None:
        """The perceptor's favourites for words that nobody knows."""
        if not (runtime.folder / LOOK_FILE).exists():
            self.liked = favourites(inputs.meaning, inputs.body, inputs.perceptor, wardrobe, runtime.report)

    def start(
        self, inputs: AppearanceInputs, wardrobe: Wardrobe, renderer: Renderer, runtime: Runtime, paced: Paced
    ) -> AvatarField:
        """Layers; or the closed body painted in the look, for a renderer that cannot show open surfaces."""
        look = self._look(inputs, wardrobe, runtime, paced)
        if renderer.layered:
            base = _layers(look, inputs, runtime, paced)
        else:
            base = BaseSurface.dressed(inputs.body, inputs.betas, look, wardrobe, runtime.device)
        return renderer.represent(base, runtime, paced)

    def _look(self, inputs: AppearanceInputs, wardrobe: Wardrobe, runtime: Runtime, paced: Paced) -> Look:
        """The outfit, found once and then read back."""
        path = runtime.folder / LOOK_FILE
        if path.exists():
            return look_from_dict(json.loads(path.read_text()))
        meaning, steps = inputs.meaning, self.search
        fitting = RememberedFitting(
            meaning.appearance.text, inputs.body, inputs.betas, inputs.perceptor, wardrobe, folder=runtime.folder
        )
        look, _ = warm_start.find_look(meaning, fitting, steps, runtime.generator, paced, steps, self.liked)
        write_atomically(path, json.dumps(asdict(look)))
        return look


def _layers(look: Look, inputs: AppearanceInputs, runtime: Runtime, paced: Paced) -> BaseSurface:
    """The look as layers on the body, made once and then read back."""
    path = runtime.folder / LAYERS_FILE
    if path.exists():
        return BaseSurface.from_arrays(load_file(path), runtime.device)
    paced.begin("dress")

    def tell(done: int, total: int) -> None:
        paced.progress(round(DRESSING * done / total), DRESSING)

    said = f"{inputs.meaning.body.text}, {inputs.prompt}, {described(inputs.meaning.person)}"
    kept = Drapes(cache_folder() / "drapes")
    layers = layers_of(look, inputs.body, inputs.betas, runtime.seed, paced.warning, tell, runtime.device, said, kept)
    layers = [replace(layer, uvs=layer_uvs(layer)) for layer in layers]
    made = BaseSurface.layered(joined(layers), look, runtime.device)
    save_file(made.to_arrays(), runtime.folder / f".{LAYERS_FILE}")
    (runtime.folder / f".{LAYERS_FILE}").replace(path)
    return made


PART = Dressed
