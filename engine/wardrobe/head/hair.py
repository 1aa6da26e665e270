"""Hair as a layer: locks grown from the scalp by style, over a shell in their colour. Its numbers are set by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.wardrobe.canonical import smoothstep
from engine.wardrobe.hard.armour import BARE_METAL
from engine.wardrobe.head.face import ANYBODY, Individual
from engine.wardrobe.head.falling import fall
from engine.wardrobe.head.frame import ROOT, Head, sample, sideburns, zones
from engine.wardrobe.head.locks import Tufts, hair_layer, together
from engine.wardrobe.head.plaits import rows
from engine.wardrobe.head.pressed import clad, under
from engine.wardrobe.head.roots import in_rows
from engine.wardrobe.head.scalp import SOFT, shell
from engine.wardrobe.head.standing import coils, crest, spikes, stubble
from engine.wardrobe.head.styles import FREE, STYLES, Style, asked_of
from engine.wardrobe.head.thinning import FADED, soft_edged
from engine.wardrobe.head.tied import gather
from engine.wardrobe.layers import Layer
from engine.wardrobe.outfit import HAIR_COLORS, Look

HIDING = frozenset({"hood", "mask_full"})
"""Headgear beneath which there is no hair."""
CLOSED = frozenset({"visor", "suit", "bubble"})
"""Cuts of helmets of which that is true too."""
FLAT_BENEATH = frozenset({"hat", "cap", "helmet"})
"""Headgear beneath which nobody's hair stands up."""
SHORN = 4300
"""Hairs of a few millimetres on shorn sides."""
MATT = {"coils": 0.62, "stubble": 0.80}
"""Roughness of hair that stands, which does not shine, by how it grows."""
DARK = ("dark", "black")
"""Skins of `Style.often`."""
GROWTH = {
    "fall": fall,
    "gather": gather,
    "coils": coils,
    "crest": crest,
    "spikes": spikes,
    "stubble": stubble,
    "rows": rows,
}
"""How hair grows, by `Style.grow`."""


def hair_layers(
    look: Look,
    head: Head,
    rng: np.random.Generator,
    headgear: Mapping[str, Sequence[Layer]],
    clothes: Sequence[Layer],
    person: Individual = ANYBODY,
) -> list[Layer]:
    """The look's hair; empty for bald heads and beneath closed headgear.

    Args:
        look: of which style and colour.
        head: on which it grows.
        rng: decides which variant of the style, and every lock.
        headgear: layers worn on the head, by kind.
        clothes: layers on which it lies.
        person: whose it is, who may have some cuts more often than others.
    """
    if look.hair_style not in STYLES or _hidden(look, headgear) or _closed(look):
        return []
    record = variant(look, person, rng)
    if record.grow == "crest" and FLAT_BENEATH & headgear.keys():
        record = STYLES["short"][0]
    record = replace(record, parting=rng.choice([-1.0, 1.0]) * record.parting + rng.normal(0, 0.003))
    seeds = sample(head.mannequin, lambda canonical: _density(record, canonical), record.count, rng)
    if not len(seeds):
        return []
    if record.grow in ("fall", "gather", "spikes"):
        seeds = in_rows(record, head, seeds, rng)
    within = (lambda c: 0.024 - np.abs(c[:, 0])) if record.grow == "crest" else None
    if record.grow == "stubble":
        scalp = shell(head, record.shell, rng, within, record.above, soft=FADED)
        scalp = replace(scalp, tones=np.full(len(scalp.tones), 0.74), strands=0 * scalp.strands)
    else:
        soft = FADED if record.shorn else SOFT
        parting = record.parting if record.parted else None
        scalp = shell(head, record.shell, rng, within, record.above, soft, parting)
        if record.ropes or record.shorn:
            scalp = replace(scalp, strands=0 * scalp.strands)
    grown = GROWTH[record.grow](record, head, seeds, rng)
    if record.shorn:
        grown = together(grown, _shorn(record, head, rng))
    clear = head.off_skin(grown.vertices, np.full(len(grown.vertices), -ROOT), 0.0)[0]
    tufts = together(scalp, replace(grown, vertices=clear))
    tufts = clad(tufts, head, clothes)
    tufts = under(tufts, head, [layer for layers in headgear.values() for layer in layers])
    layer = soft_edged(hair_layer("Hair", tufts, np.array(HAIR_COLORS[look.hair_color]), head), head, look, record)
    if record.shorn:
        beside = zones(head.canonical(layer.vertices))[:, 2:].sum(1)
        rough = np.where(beside > 0.5, MATT["stubble"], layer.roughness)
        layer = replace(layer, roughness=rough.astype(np.float32))
    if record.grow in MATT:
        layer = replace(layer, roughness=np.full(len(layer.vertices), MATT[record.grow], np.float32))
    return [layer]


def _shorn(style: Style, head: Head, rng: np.random.Generator) -> Tufts:
    """Stubble at the sides and the back."""

    def density(canonical: NDArray) -> NDArray:
        beside, above = smoothstep(zones(canonical)[:, 2:].sum(1), 0.3, 0.7), style.above(canonical)
        return beside * (0.15 + 0.85 * smoothstep(above, 0.0, 0.016)) * (above > 0)

    cropped = STYLES["buzz"][0]
    return stubble(cropped, head, sample(head.mannequin, density, SHORN, rng), rng)


def variant(look: Look, person: Individual, rng: np.random.Generator) -> Style:
    """The variant of the look's style that is asked for, or by chance one of the others, as often as people have it."""
    variants = STYLES[look.hair_style]
    if asked := asked_of(look):
        return asked
    usual = [one for one in variants if not one.asked]
    dark = float(look.skin in DARK)
    child = 1 - float(smoothstep(np.array(person.age), -0.5, -0.2))
    much = {"woman": max(-person.gender, 0.0), "child": child, "dark": dark, "light": 1 - dark}
    shares = np.array([math.prod(one.often.get(sort, 1.0) ** share for sort, share in much.items()) for one in usual])
    return usual[rng.choice(len(usual), p=shares / shares.sum())]


def _hidden(look: Look, headgear: Mapping[str, Sequence[Layer]]) -> bool:
    """Whether something is worn that leaves no hair to be seen; a veil lies on it."""
    veiled = any((garment.kind, garment.cut) == ("hood", "veil") for garment in look.garments)
    return bool(HIDING & headgear.keys() - ({"hood"} if veiled else set()))


def _closed(look: Look) -> bool:
    """Whether a helmet is worn that shuts the head in."""
    helmet = next((garment for garment in look.garments if garment.kind == "helmet"), None)
    if helmet is None:
        return False
    return (helmet.cut or ("visor" if helmet.color in BARE_METAL else "army")) in CLOSED


def _density(style: Style, canonical: NDArray) -> NDArray:
    """(N,) how closely a style's hair grows at places."""
    above = style.above(canonical)
    grown = smoothstep(above, -0.001, 0.004)
    if style.grow == "stubble":
        grown = 0.15 * grown + 0.85 * smoothstep(above, 0.0, 0.016)
    if style.behind:  # what grows before the ears would go through them
        grown = grown * (1 - sideburns(canonical))
    if style.crown:  # sparse towards the bare crown
        grown = grown * smoothstep(above, 0.0, 0.022)
    if style.shorn:
        grown = grown * smoothstep(zones(canonical)[:, 2:].sum(1), 0.7, 0.3)
    if style.grow == "crest":
        grown = grown * smoothstep(np.abs(canonical[:, 0]), 0.020, 0.014)
    if style.grow == "fall":  # roots stand close along the parting
        line = np.exp(-(((canonical[:, 0] - style.parting) / 0.008) ** 2)) * smoothstep(canonical[:, 1], 0.735, 0.76)
        dense = np.maximum(line, smoothstep(above, 0.014, 0.006))
        if style.fringe < FREE:
            dense = np.maximum(dense, zones(canonical)[:, 0])
        grown = grown * (0.5 + 0.5 * dense)
    return grown
