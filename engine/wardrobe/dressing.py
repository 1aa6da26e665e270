"""A look becomes layers on a body: who it is, what is worn from the inside out, hair, and what is attached or held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.body import Body, stand_pose
from engine.geometry.skinning import bone_transforms, skin
from engine.protocol import PARENTS
from engine.wardrobe.cloth.drape_cache import Drapes
from engine.wardrobe.cloth.fit import Beneath, plain_form
from engine.wardrobe.cloth.piece import Piece
from engine.wardrobe.cloth.records import Record, record_of
from engine.wardrobe.cloth.sewing import make
from engine.wardrobe.cloth.tailor import fine, shaped
from engine.wardrobe.cloth.traits import tailored
from engine.wardrobe.coverage import covered
from engine.wardrobe.following import Followed
from engine.wardrobe.hard.armour import armour_layers
from engine.wardrobe.hard.attached import extra_layers, muzzle_of
from engine.wardrobe.hard.heels import raised, rise_of, stretched
from engine.wardrobe.hard.hoods import lying_hood
from engine.wardrobe.hard.things import INSTEAD, THINGS
from engine.wardrobe.hard.worn import HARD, hard_layers
from engine.wardrobe.head import finer_face, head_layers, mouth_layers, own_face, paint_bare, parted
from engine.wardrobe.head.eyes import has_eyes
from engine.wardrobe.head.face import Individual
from engine.wardrobe.head.skin import bare_roughness
from engine.wardrobe.holding import held_up
from engine.wardrobe.layering import (
    armour_slots,
    collared,
    hood_of,
    hooded,
    lying_hoods,
    ordered,
    outer_records,
    worn_with,
)
from engine.wardrobe.layers import BODY, Floats, Indices, Layer, Mannequin, joined, merged
from engine.wardrobe.outfit import HUMAN_SKINS, Garment, Look
from engine.wardrobe.props import bind, props_of

HEADGEAR = ("hat", "cap", "helmet", "hood", "mask_full", "mask_mouth", "mask_eyes", "headband")
"""Kinds to which hair and beard give way."""
WITH_CORDS = frozenset({"hoodie", "jacket", "coat"})
"""Garments whose hoods have drawstrings."""
FORMS: dict[tuple[str, str | None], tuple[str, str]] = {("skirt", "tutu"): ("Tutu", "gauze")}
"""Cuts that are closed forms instead of cloth, with their names and materials."""
SKIN_MATERIALS = {
    "fur": "fur",
    "silver": "metal",
    "bronze": "metal",
    "gold": "metal",
    "metal": "metal",
    "stone": "stone",
    "wood": "wood",
    "clay": "stone",
    "bandages": "linen",
}
"""Materials of skins that are no skin, by a word of their names."""
OVER_ALL = frozenset({*HEADGEAR, "glasses", "necklace", "backpack", "wristbands", "gloves"})
"""What nothing is draped over."""


@dataclass(frozen=True)
class Workshop:
    """Where cloth falls, where it is kept once it came to rest, and who hears how the work goes."""

    device: object = "cpu"
    """Where cloth falls."""
    drapes: Drapes | None = None
    """Where cloth that came to rest is kept and looked up; None for nowhere."""
    warn: Callable[[str], None] = lambda text: None
    """Hears one sentence of what could not be made as it should."""
    tell: Callable[[int, int], None] = lambda done, total: None
    """Hears how much is done, of how much; it may raise to stop."""


@dataclass
class Dressing:
    """Somebody who is being dressed: the layers so far, and what the next garment is to lie on."""

    look: Look
    flat: Mannequin
    """The body with its own face, standing on flat feet."""
    bare: Mannequin
    """The same in the shoes' heels."""
    layers: list[Layer]
    forms: list[tuple[Floats, Indices]]
    """Vertices and faces, light ones where there are, of what is worn."""
    headgear: dict[str, list[Layer]] = field(default_factory=dict)
    """What is worn on the head, by the kinds of `HEADGEAR`."""

    @cached_property
    def cut_from(self) -> Mannequin:
        """The body with finer triangles, from which cloth is cut."""
        return fine(self.bare)

    def beneath(self) -> Beneath:
        """All that is worn, as one surface."""
        first = np.cumsum([0, *(len(vertices) for vertices, _ in self.forms)])
        return Beneath(
            np.concatenate([vertices for vertices, _ in self.forms]),
            np.concatenate([faces + start for (_, faces), start in zip(self.forms, first)]),
        )

    def finished(self) -> Beneath:
        """All that is worn, as one surface, with all that stands off: pockets, buttons, collars."""
        whole = joined(self.layers)
        return Beneath(whole.vertices, whole.faces)

    def add(self, layer: Layer, form: tuple[Floats, Indices] | None = None) -> None:
        """Wear another layer, over the others; its name gets a number if it is taken."""
        same = sum(layer.name == other.name or other.name.startswith(f"{layer.name} ") for other in self.layers)
        self.layers.append(layer if not same else replace(layer, name=f"{layer.name} {same + 1}"))
        if form is not None:
            self.forms.append(form)

    def wear_stiff(self, garment: Garment) -> None:
        """Put on a garment that is not of cloth."""
        rise = rise_of(garment)
        made = _stiff(garment, self.look, self.flat if rise else self.bare, [] if rise else self.layers)
        for layer in raised(made, self.flat, rise):
            self.add(layer, None if garment.kind in OVER_ALL else (layer.vertices, layer.faces))
            if garment.kind in HEADGEAR:
                self.headgear.setdefault(garment.kind, []).append(layer)

    def wear_cloth(
        self, garment: Garment, record: Record, inner: Sequence[Garment], outer: Sequence[Garment], workshop: Workshop
    ) -> None:
        """Cut a garment, let it fall over all that is worn, and finish it.

        Args:
            garment: its colours, pattern and material.
            record: how it is cut, worn with the look's other garments.
            inner: the garments that are worn already.
            outer: those that will be worn over it.
            workshop: where it is made.
        """
        piece, fell = _rested(record, self.cut_from, self.beneath(), workshop)
        if not fell:
            workshop.warn(f"{record.name}: the cloth would not come to rest and stays as it was cut.")
        beneath = Followed(joined(self.layers), self.bare.rest_joints)
        made = make(
            garment,
            record,
            beneath.piece(piece),
            self.finished(),
            self.bare.size,
            above=outer_records(outer, self.look),
            over_collar=any(collared(other) for other in inner),
        )
        made = [beneath.layer(part) for part in made]
        self.add(made[0], (piece.vertices, piece.faces))
        for layer in made[1:]:
            self.add(layer)

    def clothes(self) -> list[Layer]:
        """The layers of all that is worn, but on the head."""
        on_head = [layer for layers in self.headgear.values() for layer in layers]
        return [layer for layer in self.layers[1:] if all(layer.faces is not other.faces for other in on_head)]


def layers_of(
    look: Look, body: Body, betas: NDArray, seed: int = 0, text: str = "", workshop: Workshop = Workshop()
) -> list[Layer]:
    """A body in a look, as layers in the stand pose, the skin first.

    Args:
        look: skin, hair, garments and extras.
        body: the body model.
        betas: (S,) shape coefficients.
        seed: whose face and hair it is.
        text: all that is said of the person: faces and skin follow it.
        workshop: where clothes are made, and who hears of it.
    """
    rng = np.random.default_rng(seed)
    person = Individual.of(text, look.skin)
    muzzle = muzzle_of(look)
    flat = own_face(held_up(Mannequin.of(body, betas), look, body, betas), rng, person, muzzle)
    bare = stretched(flat, look.garments)
    shown = finer_face(parted(bare))
    colors = paint_bare(look, shown.canonical, rng, person, not has_eyes(bare), muzzle)
    dressing = Dressing(
        hooded(look), flat, bare, [_skin(look, shown, colors, person.grown)], [(plain_form(bare), bare.faces)]
    )
    worn = ordered(dressing.look)
    for number, garment in enumerate(worn):
        workshop.tell(number, len(worn) + 1)
        if (garment.kind, garment.cut) in FORMS:
            only = replace(dressing.look, hair_style="bald", garments=(garment,), extras=())
            form = _placed(*FORMS[garment.kind, garment.cut], only, bare, body, betas)
            if form is not None:
                dressing.add(form, (form.vertices, form.faces))
            continue
        record = None if (garment.kind, garment.cut) in THINGS else record_of(garment.kind, garment.cut)
        if record is None:
            dressing.wear_stiff(garment)
        else:
            record = worn_with(tailored(record, garment.traits), dressing.look)
            dressing.wear_cloth(garment, record, worn[:number], worn[number + 1 :], workshop)
    for garment in lying_hoods(dressing.look):
        dressing.add(lying_hood(hood_of(garment), bare, dressing.layers[1:], cords=garment.kind in WITH_CORDS))
    clothes = dressing.clothes()
    for layer in extra_layers(dressing.look, bare, dressing.layers[1:]):
        dressing.add(layer)
    for layer in head_layers(dressing.look, shown, rng, dressing.headgear, clothes, muzzle, person):
        dressing.add(layer)
    for layer in mouth_layers(dressing.look, bare, person.grown):
        dressing.add(layer)
    workshop.tell(1, 1)
    return _replaced(covered(dressing.layers), dressing.look)


def _skin(look: Look, shown: Mannequin, colors: Floats, age: float) -> Layer:
    """The bare body as a layer, in colours (V, 3)."""
    material = skin_material(look.skin)
    made = Layer(BODY, material, shown.vertices, shown.faces, colors, shown.weights, shown.canonical)
    return replace(made, roughness=bare_roughness(shown.canonical, age, look.skin)) if material == "skin" else made


def _replaced(layers: list[Layer], look: Look) -> list[Layer]:
    """The layers without the skin where something else is there instead (`Thing.instead`)."""
    worn = (THINGS.get((garment.kind, garment.cut)) for garment in look.garments)
    skin, (x, y, z) = layers[0], layers[0].canonical.T
    gone = np.zeros(len(y), bool)
    for low, high, slope, beside in (INSTEAD[thing.instead] for thing in worn if thing and thing.instead):
        gone |= (y > low) & (y < high - slope * z) & (np.abs(x) < beside)
    return [replace(skin, covered=skin.covered | gone), *layers[1:]]


def _rested(record: Record, body: Mannequin, beneath: Beneath, workshop: Workshop) -> tuple[Piece, bool]:
    """`shaped`, or what it gave before."""
    drapes = workshop.drapes
    if drapes is None:
        return shaped(record, body, beneath, workshop.device)
    key = drapes.key(record, body.vertices, beneath.vertices, beneath.faces)
    known = drapes.get(key)
    if known is not None:
        return known, True
    piece, fell = shaped(record, body, beneath, workshop.device)
    if fell:
        drapes.put(key, piece)
    return piece, fell


def _stiff(garment: Garment, look: Look, bare: Mannequin, beneath: list[Layer]) -> list[Layer]:
    """A garment that is not of cloth."""
    if garment.kind == "armor_torso":
        return armour_layers(garment.cut or "knight", garment, bare, beneath, armour_slots(look, garment)[0])
    return hard_layers(garment, bare, beneath) if garment.kind in HARD else []


def skin_material(name: str) -> str:
    """The material of a skin."""
    if name in HUMAN_SKINS:
        return "skin"
    return next((material for word, material in SKIN_MATERIALS.items() if word in name), "skin")


def _placed(name: str, material: str, only: Look, bare: Mannequin, body: Body, betas: NDArray) -> Layer | None:
    """The closed forms of a look's only thing, on a body, as one layer; None where there are none."""
    joints, rest = body.rest_joints(betas), body.rest_vertices(betas)
    transforms = bone_transforms(joints, stand_pose()[None], PARENTS)
    parts = []
    for prop in props_of(only):
        binding = bind(prop, body.weights, bare.canonical)
        shift = rest - bare.canonical
        placed = prop.vertices + np.einsum("pk,pkc->pc", binding.shares, shift[binding.neighbours])
        posed = skin(placed.astype(np.float32), binding.weights, transforms)[0]
        parts.append(Layer(name, material, posed, prop.faces, prop.colors, binding.weights, prop.vertices))
    return merged(parts) if parts else None
