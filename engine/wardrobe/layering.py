"""How garments are worn together: what lies over what, and how a cut gives way to what else is worn.

Its places are measured on the standard figure, its other numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.wardrobe.cloth.records import Record, record_of
from engine.wardrobe.cloth.sewing import usual_material
from engine.wardrobe.cloth.traits import tailored
from engine.wardrobe.hard.armour import BARE_METAL, DESIGNS
from engine.wardrobe.hard.things import shaft, thing_of
from engine.wardrobe.outfit import Garment, Look

LAYERS = {
    "shoes": 0.8, "sandals": 0.8, "boots": 2.6, "gloves": 2.7, "tie": 2.8, "suspenders": 4.2, "belt": 4.5,
    "gauntlets": 7.0, "armor_torso": 6.5, "scarf": 7.0, "mask_mouth": 8.2, "mask_full": 8.2, "mask_eyes": 8.2,
    "hood": 8.4,
}  # fmt: skip
"""Where among the layers of cloth stiff garments are worn; what is not named lies over all."""
OVER_PLATES = 6.7
"""Where skirts are worn with armour of the legs: over it."""
OVER_HATS = 9.5
"""Where roomy hoods are worn: caps and beanies are inside them."""
UNDER_HOODS = frozenset({"beanie", "skullcap", "nightcap", "tam"})
"""Hats over which hoods go."""
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
OVER_COLLARS = 0.118
"""Radius in metres of the necks of capes that lie round collars."""


def ordered(look: Look) -> list[Garment]:
    """The look's garments from the innermost to the outermost."""
    tucked = _tucked(look)
    armour = next((garment for garment in look.garments if garment.kind == "armor_torso"), None)
    plates, implied = armour_slots(look, armour) if armour else (set(), set())

    def place(garment: Garment) -> float:
        record = record_of(garment.kind, garment.cut)
        order = LAYERS.get(garment.kind, 9.0) if record is None else record.layer
        if (garment.kind, garment.cut) == ("hood", None):
            order = OVER_HATS
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


def hooded(look: Look) -> Look:
    """The look with a hood on the head where one is worn up, unless a hat or a helmet is there."""
    up = next((garment for garment in look.garments if _is_up(garment)), None)
    own = [garment for garment in look.garments if (garment.kind, garment.cut) != ("hood", None)]
    if up is None or any(garment.kind in ("hood", "helmet", "mask_full") or _brimmed(garment) for garment in own):
        return look
    cut = "close" if (up.kind, up.cut) == ("jumpsuit", "wetsuit") else None
    return replace(look, garments=(*own, hood_of(up, cut)))


def lying_hoods(look: Look) -> list[Garment]:
    """The garments of a `hooded` look whose hoods lie on the back."""
    if any(garment.kind == "hood" and garment.cut in (None, "close") for garment in look.garments):
        return []
    return [g for g in look.garments if g.kind == "hoodie" or "hooded" in g.traits or _is_up(g)]


def _is_up(garment: Garment) -> bool:
    """Whether a garment's hood is worn on the head where it can be; that of a cloak is."""
    return "hood_up" in garment.traits or (garment.kind, garment.cut) == ("cape", "hooded")


def _brimmed(garment: Garment) -> bool:
    """Whether no hood goes over a hat."""
    return garment.kind == "hat" and garment.cut not in UNDER_HOODS


def hood_of(garment: Garment, cut: str | None = None) -> Garment:
    """The hood of a garment: of its colours and its cloth."""
    record = record_of(garment.kind, garment.cut)
    material = usual_material(garment, record) if record else garment.material
    return Garment("hood", garment.color, garment.accent, cut=cut, material=material)


def _tucked(look: Look) -> bool:
    """Whether shirts are worn inside what is on the legs."""
    kinds = {garment.kind for garment in look.garments}
    suit = any(garment.kind == "jacket" and garment.cut in SUITS for garment in look.garments)
    bib = any(garment.kind == "trousers" and garment.cut == "bib" for garment in look.garments)
    said = {trait for garment in look.garments if garment.kind in SHIRTS for trait in garment.traits}
    if said & {"untucked", "open", "cropped"}:
        return False
    return bool(kinds & TUCKS or suit or bib or "tucked" in said) and bool(kinds & LOWER)


def _girt(look: Look) -> bool:
    """Whether a belt is worn over the outermost garment."""
    kinds = {garment.kind for garment in look.garments}
    military = any(garment.kind == "jacket" and garment.cut == "military" for garment in look.garments)
    return "belt" in kinds and bool(kinds & GIRT - {"jacket"} or military)


def worn_with(record: Record, look: Look) -> Record:
    """A record as it is worn with the look's other garments: shirts tucked in, trousers inside boots."""
    if record.block in ("cape", "poncho") and any(collared(garment) for garment in look.garments):
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
    if inside_boots and record.block in LEGGED and record.drape and record.measures["hem"] < rim:
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


def collared(garment: Garment) -> bool:
    """Whether a garment has a collar or a thick neckline that capes lie round."""
    record = record_of(garment.kind, garment.cut)
    return record is not None and any(detail["form"] in ("collar", "lapel") for detail in record.details)


def outer_records(worn: Sequence[Garment], look: Look) -> list[Record]:
    """How those of the garments are cut that are of cloth."""
    cut = ((garment, record_of(garment.kind, garment.cut)) for garment in worn)
    return [worn_with(tailored(record, garment.traits), look) for garment, record in cut if record is not None]


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
        "shoulders": {"shoulder_pads"},
        "legs": {"knee_pads", "leggings"},
        "feet": {"boots", "shoes"},
        "hands": {"gauntlets", "gloves"},
        "torso": {"jumpsuit", "chest_emblem"} if armour.cut in WHOLE else set(),
    }
    kinds = {kind for slot, stood in stands_for.items() if slot in slots & has for kind in stood}
    return slots, kinds
