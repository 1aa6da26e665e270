"""A look becomes layers on a body: who it is, what is worn from the inside out, hair, and what is attached or held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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
from engine.wardrobe.hard.armour import BARE_METAL, DESIGNS, armour_layers
from engine.wardrobe.hard.attached import extra_layers, muzzle_of
from engine.wardrobe.hard.heels import raised, rise_of, stretched
from engine.wardrobe.hard.things import INSTEAD, THINGS, shaft, thing_of
from engine.wardrobe.hard.worn import HARD, hard_layers
from engine.wardrobe.head import (
    Whose,
    bare_roughness,
    finer_face,
    head_layers,
    mouth_layers,
    own_face,
    paint_bare,
    parted,
)
from engine.wardrobe.head.eyes import has_eyes
from engine.wardrobe.holding import held_up
from engine.wardrobe.layers import BODY, Floats, Indices, Layer, Mannequin, joined, merged
from engine.wardrobe.outfit import HUMAN_SKINS, Garment, Look
from engine.wardrobe.props import bind, props_of
from engine.wardrobe.readout import expected_shape

Warn = Callable[[str], None]
HEADGEAR = ("hat", "cap", "helmet", "hood", "mask_full", "mask_mouth", "mask_eyes", "headband")
"""Kinds to which hair and beard give way."""
FORMS: dict[tuple[str, str | None], tuple[str, str]] = {("skirt", "tutu"): ("Tutu", "gauze")}
"""Cuts that are closed forms instead of cloth, with their names and materials."""
SKIN_MATERIALS = {
    "fur": "fur", "silver": "metal", "bronze": "metal", "gold": "metal", "metal": "metal", "stone": "stone",
    "wood": "wood", "clay": "stone", "bandages": "linen",
}  # fmt: skip
"""Materials of skins that are no skin, by a word of their names."""
LAYERS = {
    "shoes": 0.8, "sandals": 0.8, "boots": 2.6, "gloves": 2.7, "tie": 2.8, "suspenders": 4.2, "belt": 4.5,
    "gauntlets": 7.0, "armor_torso": 6.5, "scarf": 7.0, "mask_mouth": 8.2, "mask_full": 8.2, "mask_eyes": 8.2,
    "hood": 8.4,
}  # fmt: skip
"""Where among the layers of cloth stiff garments are worn; what is not named lies over all."""
OVER_PLATES = 6.7
"""Where skirts are worn with armour of the legs: over it."""
WHOLE = frozenset({"suit", "robot"})
"""Designs of armour from head to foot."""
GIRT = frozenset({"robe", "hoodie", "jacket", "dress", "gown"})
"""Over these belts are worn."""
LOWER = frozenset({"trousers", "shorts", "skirt", "long_skirt"})
SHIRTS = frozenset({"long_sleeve", "t_shirt", "tank_top"})
TUCKS = frozenset({"suspenders", "belt", "tie", "vest", "skirt", "long_skirt"})
"""With these, shirts are worn inside the trousers."""
OPEN_ORDER = 3.4
"""Where at least garments are worn that are open in front."""
SUITS = frozenset({"suit", "tuxedo", "tailcoat", "tweed"})
"""With these jackets too."""
SHAFT = -0.53
"""Height of a usual boot's rim on the standard figure."""
LOW_BOOTS = frozenset({"ankle", "work"})
"""Cuts of boots over which trousers hang."""
LEGGED = frozenset({"legs", "region", "suit"})
"""Blocks of what has legs."""
IN_SHAFT = ((-0.02, 0.002), (0.035, 0.022), (0.11, 0.020))
"""Ease of trousers that are worn inside boots, at heights from the boots' rim."""
OVER_ALL = frozenset({
    "glasses", "necklace", "backpack", "hat", "cap", "headband", "helmet", "mask_mouth", "mask_full", "mask_eyes",
    "hood", "wristbands", "gloves",
})  # fmt: skip
"""What nothing is draped over."""
YOUNG = 0.55
"""Age of whom nothing is said, as `outfit.Shape` counts it."""
OVER_COLLARS = 0.118
"""Radius in metres of the necks of capes that lie round collars."""


@dataclass
class Dressing:
    """The layers so far, and what the next garment is to lie on."""

    body: Mannequin
    layers: list[Layer]
    forms: list[tuple[Floats, Indices]]
    """Vertices and faces, light ones where there are, of what is worn."""

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


def layers_of(
    look: Look, body: Body, betas: NDArray, seed: int = 0, warn: Warn = lambda text: None,
    tell: Callable[[int, int], None] = lambda done, total: None, device: object = "cpu", text: str = "",
    drapes: Drapes | None = None,
) -> list[Layer]:  # fmt: skip
    """A body in a look, as layers in the stand pose, the skin first.

    Args:
        look: skin, hair, garments and extras.
        body: the body model.
        betas: (S,) shape coefficients.
        seed: whose face and hair it is.
        warn: hears one sentence of what could not be made as it should.
        tell: hears how much is done, of how much; it may raise to stop.
        device: where cloth falls.
        text: all that is said of the person: faces and skin follow it.
        drapes: where cloth that came to rest is kept and looked up.
    """
    rng = np.random.default_rng(seed)
    expected = expected_shape(text) if text else np.zeros(5, np.float32)
    whose = Whose(text, look.skin, float(expected[3]), float(expected[4]), float(expected[1]))
    muzzle = muzzle_of(look)
    flat = own_face(held_up(Mannequin.of(body, betas), look, body, betas), rng, whose, muzzle)
    bare = stretched(flat, look.garments)
    shown = finer_face(parted(bare))
    age = 0.5 + 0.5 * whose.age if text else YOUNG
    colors = paint_bare(look, shown.canonical, rng, not has_eyes(bare), age, text, muzzle, whose.gender)
    first = Layer(
        BODY, skin_material(look.skin), shown.vertices, shown.faces, colors, shown.weights, shown.canonical
    )  # fmt: skip
    if first.material == "skin":
        first = replace(first, roughness=bare_roughness(shown.canonical, age, look.skin))
    dressing = Dressing(bare, [first], [(plain_form(bare), bare.faces)])
    quartered = fine(bare)
    look = _hooded(look)
    worn = ordered(look)
    on_head: dict[str, list[Layer]] = {}
    for number, garment in enumerate(worn):
        tell(number, len(worn) + 1)
        if (garment.kind, garment.cut) in FORMS:
            only = replace(look, hair_style="bald", garments=(garment,), extras=())
            form = _placed(*FORMS[garment.kind, garment.cut], only, bare, body, betas)
            if form is not None:
                dressing.add(form, (form.vertices, form.faces))
            continue
        record = None if (garment.kind, garment.cut) in THINGS else record_of(garment.kind, garment.cut)
        record = None if record is None else _worn_with(tailored(record, garment.traits), look)
        if record is None:
            rise = rise_of(garment)
            made = _stiff(garment, look, flat if rise else bare, [] if rise else dressing.layers)
            for layer in raised(made, flat, rise):
                dressing.add(layer, None if garment.kind in OVER_ALL else (layer.vertices, layer.faces))
                if garment.kind in HEADGEAR:
                    on_head.setdefault(garment.kind, []).append(layer)
            continue
        piece, fell = _rested(record, quartered, dressing.beneath(), device, drapes)
        if not fell:
            warn(f"{record.name}: the cloth would not come to rest and stays as it was cut.")
        beneath = Followed(joined(dressing.layers), bare.rest_joints)
        over_collar = any(_collared(inner) for inner in worn[:number])
        made = make(
            garment,
            record,
            beneath.piece(piece),
            dressing.finished(),
            bare.size,
            garment.material,
            _outer(worn[number + 1 :], look),
            over_collar=over_collar,
        )
        made = [beneath.layer(part) for part in made]
        dressing.add(made[0], (piece.vertices, piece.faces))
        for layer in made[1:]:
            dressing.add(layer)
    above = [layer for layers in on_head.values() for layer in layers]
    clothes = [layer for layer in dressing.layers[1:] if all(layer.faces is not other.faces for other in above)]
    for layer in _attached(look, bare, body, betas, dressing.layers[1:]):
        dressing.add(layer)
    for layer in [*head_layers(look, shown, rng, on_head, clothes, muzzle), *mouth_layers(look, bare, age)]:
        dressing.add(layer)
    tell(1, 1)
    return _replaced(covered(dressing.layers), look)


def _replaced(layers: list[Layer], look: Look) -> list[Layer]:
    """The layers without the skin where something else is there instead (`Thing.instead`)."""
    worn = (THINGS.get((garment.kind, garment.cut)) for garment in look.garments)
    skin, (x, y, z) = layers[0], layers[0].canonical.T
    gone = np.zeros(len(y), bool)
    for low, high, slope, beside in (INSTEAD[thing.instead] for thing in worn if thing and thing.instead):
        gone |= (y > low) & (y < high - slope * z) & (np.abs(x) < beside)
    return [replace(skin, covered=skin.covered | gone), *layers[1:]]


def _outer(worn: Sequence[Garment], look: Look) -> list[Record]:
    """How those of the garments are cut that are of cloth."""
    cut = ((garment, record_of(garment.kind, garment.cut)) for garment in worn)
    return [_worn_with(tailored(record, garment.traits), look) for garment, record in cut if record is not None]


def _rested(
    record: Record, body: Mannequin, beneath: Beneath, device: object, drapes: Drapes | None
) -> tuple[Piece, bool]:
    """`shaped`, or what it gave before."""
    if drapes is None:
        return shaped(record, body, beneath, device)
    key = drapes.key(record, body.vertices, beneath.vertices, beneath.faces)
    known = drapes.get(key)
    if known is not None:
        return known, True
    piece, fell = shaped(record, body, beneath, device)
    if fell:
        drapes.put(key, piece)
    return piece, fell


def ordered(look: Look) -> list[Garment]:
    """The look's garments from the innermost to the outermost."""
    tucked = _tucked(look)
    armour = next((garment for garment in look.garments if garment.kind == "armor_torso"), None)
    plates, implied = armour_slots(look, armour) if armour else (set(), set())

    def place(garment: Garment) -> float:
        record = record_of(garment.kind, garment.cut)
        order = LAYERS.get(garment.kind, 9.0) if record is None else record.layer
        if garment.kind == "belt" and _girt(look):
            order = 6.4
        if "legs" in plates and garment.kind in ("skirt", "long_skirt"):
            order = OVER_PLATES
        if garment.kind == "boots" and _over_boots(look, garment):
            order = LAYERS["shoes"]
        if "open" in garment.traits and order < OPEN_ORDER:
            return OPEN_ORDER
        return 0.5 if tucked and garment.kind in SHIRTS else order

    return sorted((garment for garment in look.garments if garment.kind not in implied), key=place)


def _hooded(look: Look) -> Look:
    """The look with a hood on the head where one is worn up."""
    up = next((g for g in look.garments if "hood_up" in g.traits or (g.kind, g.cut) == ("cape", "hooded")), None)
    if up is None or any(garment.kind in ("hood", "helmet", "mask_full") for garment in look.garments):
        return look
    return replace(look, garments=(*look.garments, Garment("hood", up.color)))


def _tucked(look: Look) -> bool:
    """Whether shirts are worn inside what is on the legs."""
    kinds = {garment.kind for garment in look.garments}
    suit = any(garment.kind == "jacket" and garment.cut in SUITS for garment in look.garments)
    said = {trait for garment in look.garments if garment.kind in SHIRTS for trait in garment.traits}
    if said & {"untucked", "open", "cropped"}:
        return False
    return bool(kinds & TUCKS or suit or "tucked" in said) and bool(kinds & LOWER)


def _girt(look: Look) -> bool:
    """Whether a belt is worn over the outermost garment."""
    kinds = {garment.kind for garment in look.garments}
    military = any(garment.kind == "jacket" and garment.cut == "military" for garment in look.garments)
    return "belt" in kinds and bool(kinds & GIRT - {"jacket"} or military)


def _worn_with(record: Record, look: Look) -> Record:
    """A record as it is worn with the look's other garments: shirts tucked in, trousers inside boots."""
    if record.block in ("cape", "poncho") and any(_collared(garment) for garment in look.garments):
        record = replace(record, measures={**record.measures, "neck": OVER_COLLARS})
    if record.kind in SHIRTS and _tucked(look):
        close = ((-0.2, 0.003), (0.10, 0.004), (0.15, 0.012), *(row for row in record.trunk if row[0] > 0.2))
        return replace(record, drop=0.0, trunk=close, held=((-0.2, 0.10),), spare=min(record.spare, 1.03))
    if record.kind in GIRT and _girt(look):
        waist = ((0.04, 0.012), (0.065, 0.006), (0.092, 0.006), (0.125, 0.016))
        low, high = ([row for row in record.trunk if (row[0] < 0.08) == below] for below in (True, False))
        record = replace(record, trunk=(*low, *waist, *(row for row in high if row[0] > 0.15)), held=((0.065, 0.092),))
    boots = next((garment for garment in look.garments if garment.kind == "boots"), None)
    rim = SHAFT if boots is None else shaft(thing_of("boots", boots.cut), SHAFT)
    inside_boots = boots is not None and not _over_boots(look, boots)
    if inside_boots and record.block in LEGGED and record.measures["hem"] < rim and record.drape:
        inside = ((-0.9, 0.002), *((rim + place, ease) for place, ease in IN_SHAFT))
        above = tuple(row for row in record.trunk if row[0] > inside[-1][0] + 0.02)
        hem = {**record.measures, "hem": rim - 0.06}
        details = tuple(detail for detail in record.details if detail.get("border") != "hem")
        held = (*record.held, (hem["hem"] - 0.1, rim))
        return replace(record, measures=hem, trunk=(*inside, *above), details=details, held=held)
    return record


def _over_boots(look: Look, boots: Garment) -> bool:
    """Whether trousers hang over boots: low ones, or of wide legs."""
    wide = any(g.kind == "trousers" and (g.cut == "flared" or "flared" in g.traits) for g in look.garments)
    return boots.cut in LOW_BOOTS or (wide and boots.cut != "thigh_high")


def _collared(garment: Garment) -> bool:
    """Whether a garment has a collar or a thick neckline that capes lie round."""
    record = record_of(garment.kind, garment.cut)
    return record is not None and any(detail["form"] in ("collar", "lapel") for detail in record.details)


def _stiff(garment: Garment, look: Look, bare: Mannequin, beneath: list[Layer]) -> list[Layer]:
    """A garment that is not of cloth."""
    if garment.kind == "armor_torso":
        return armour_layers(garment.cut or "knight", garment, bare, beneath, armour_slots(look, garment)[0])
    return hard_layers(garment, bare, beneath) if garment.kind in HARD else []


def armour_slots(look: Look, armour: Garment) -> tuple[set[str], set[str]]:
    """Which plates of its design an armour has besides the trunk's, and the kinds of garments that they stand for."""
    has = {plate.slot for plate in DESIGNS[armour.cut or "knight"].plates}
    colors = {garment.kind: garment.color for garment in look.garments}
    whole = armour.cut in WHOLE or "jumpsuit" in colors
    alike = {kind for kind, color in colors.items() if color in (armour.color, armour.accent, *BARE_METAL)}
    slots = {"torso", "shoulders"}
    if whole or {"gauntlets", "shoulder_pads"} & colors.keys():
        slots.add("arms")
    if whole or {"leggings", "knee_pads", "boots"} & alike:
        slots.add("legs")
    if whole or "boots" in alike:
        slots.add("feet")
    if whole or "gauntlets" in colors:
        slots.add("hands")
    stands_for = {
        "shoulders": {"shoulder_pads"}, "legs": {"knee_pads", "leggings"}, "feet": {"boots", "shoes"},
        "hands": {"gauntlets", "gloves"}, "torso": {"jumpsuit", "chest_emblem"} if armour.cut in WHOLE else set(),
    }  # fmt: skip
    kinds = {kind for slot, stood in stands_for.items() if slot in slots & has for kind in stood}
    return slots, kinds


def skin_material(name: str) -> str:
    """The material of a skin."""
    if name in HUMAN_SKINS:
        return "skin"
    return next((material for word, material in SKIN_MATERIALS.items() if word in name), "skin")


def _attached(look: Look, bare: Mannequin, body: Body, betas: NDArray, worn: list[Layer]) -> list[Layer]:
    """What grows or is held, and hoods that lie on the neck. Long beards are of locks (`head.beard`)."""
    plain = replace(look, hair_style="bald", extras=())
    hooded = [g for g in look.garments if (g.kind == "hoodie" or "hooded" in g.traits) and "hood_up" not in g.traits]
    found = [
        _placed(
            "Hood", garment.material or "cotton", replace(plain, garments=(Garment("hoodie", garment.color),)), bare,
            body, betas,
        )
        for garment in hooded
    ]  # fmt: skip
    return [*(layer for layer in found if layer is not None), *extra_layers(look, bare, worn)]


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
