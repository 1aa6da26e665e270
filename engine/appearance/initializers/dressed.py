"""The body dressed as the text says: the outfit that fits best, cut, draped and finished as layers (retrieval)."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import ClassVar

from safetensors.numpy import load_file, save_file

from engine.appearance import warm_start
from engine.appearance.base import BaseSurface
from engine.appearance.eta import Phase, PhasedReporter
from engine.appearance.field import AvatarField
from engine.appearance.interfaces import AppearanceInputs, Renderer, Runtime
from engine.appearance.outfit_ranking import favourites
from engine.appearance.score_cache import CachedFitting
from engine.mesh.layout import layer_uvs
from engine.protocol import write_atomically
from engine.settings import AppearanceConfig
from engine.userdata import cache_folder
from engine.wardrobe.cloth.drape_cache import Drapes
from engine.wardrobe.dress import Wardrobe
from engine.wardrobe.dressing import Workshop, layers_of
from engine.wardrobe.layers import joined
from engine.wardrobe.outfit import Look, look_from_dict
from engine.wardrobe.persona import described

LOOK_FILE = "look.json"
LAYERS_FILE = "layers.safetensors"
DRESSING = 12
"""Steps that dressing counts as. Set by hand."""


class Dressed:
    """See `engine.appearance.interfaces.Initializer`."""

    bare: ClassVar[bool] = False

    def __init__(self, conf: AppearanceConfig) -> None:
        self.search = conf.search
        self.liked: tuple[Look, ...] = ()

    def phases(self, renderer: Renderer) -> dict[str, Phase]:
        """Looks to be judged, then cutting and draping."""
        return {"search": Phase(self.search), "dress": Phase(DRESSING if renderer.layered else 0)}

    def prepare(self, inputs: AppearanceInputs, wardrobe: Wardrobe, runtime: Runtime) -> None:
        """The favourites of a perceptor of the user's, where they can compete or stand in for the reader's."""
        if (self.search or not inputs.meaning.sure) and not (runtime.folder / LOOK_FILE).exists():
            self.liked = favourites(inputs.meaning, inputs.body, inputs.perceptor, wardrobe, runtime.report)

    def start(
        self, inputs: AppearanceInputs, wardrobe: Wardrobe, renderer: Renderer, runtime: Runtime, phased: PhasedReporter
    ) -> AvatarField:
        """Layers; or the closed body painted in the look, for a renderer that cannot show open surfaces."""
        look = self._look(inputs, wardrobe, runtime, phased)
        if renderer.layered:
            base = _layers(look, inputs, runtime, phased)
        else:
            base = BaseSurface.dressed(inputs.body, inputs.betas, look, wardrobe, runtime.device)
        return renderer.represent(base, runtime, phased)

    def _look(self, inputs: AppearanceInputs, wardrobe: Wardrobe, runtime: Runtime, phased: PhasedReporter) -> Look:
        """The outfit, found once and then read back."""
        path = runtime.folder / LOOK_FILE
        if path.exists():
            return look_from_dict(json.loads(path.read_text()))
        meaning, steps = inputs.meaning, self.search
        fitting = CachedFitting(
            meaning.appearance.text, inputs.body, inputs.betas, inputs.perceptor, wardrobe, folder=runtime.folder
        )
        look, _ = warm_start.find_look(meaning, fitting, steps, runtime.generator, phased, steps, self.liked)
        write_atomically(path, json.dumps(asdict(look)))
        return look


def _layers(look: Look, inputs: AppearanceInputs, runtime: Runtime, phased: PhasedReporter) -> BaseSurface:
    """The look as layers on the body, made once and then read back."""
    path = runtime.folder / LAYERS_FILE
    if path.exists():
        return BaseSurface.from_arrays(load_file(path), runtime.device)
    phased.begin("dress")

    def tell(done: int, total: int) -> None:
        phased.progress(round(DRESSING * done / total), DRESSING)

    said = f"{inputs.meaning.body.text}, {inputs.prompt}, {described(inputs.meaning.person)}"
    workshop = Workshop(runtime.device, Drapes(cache_folder() / "drapes"), phased.warning, tell)
    layers = layers_of(look, inputs.body, inputs.betas, runtime.seed, said, workshop)
    layers = [replace(layer, uvs=layer_uvs(layer)) for layer in layers]
    made = BaseSurface.layered(joined(layers), look, runtime.device)
    save_file(made.to_arrays(), runtime.folder / f".{LAYERS_FILE}")
    (runtime.folder / f".{LAYERS_FILE}").replace(path)
    return made


COMPONENT = Dressed
