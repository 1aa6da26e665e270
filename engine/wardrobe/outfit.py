"""What a training figure looks like, without meshes: garment kinds, named colours, `Look` and `Shape`.

The renderer maps every garment kind to body regions and every name to a colour; the grammar puts the same
names into words. Colours are sRGB 0-1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GARMENT_KINDS: dict[str, tuple[str, str]] = {
    # tops
    "tank_top": ("torso", "torso from chest to hips with shoulder straps, bare arms"),
    "t_shirt": ("torso", "torso to the hips, sleeves to the elbow"),
    "long_sleeve": ("torso", "torso to the hips, sleeves to the wrist, close to the body (shirt, sweater)"),
    "jacket": ("torso", "torso to the hips, sleeves to the wrist; accent = the shirt seen in a narrow front opening"),
    "coat": ("torso", "torso to the knees, sleeves to the wrist; accent = collar and front edge"),
    "hoodie": ("torso", "torso to the hips, sleeves to the wrist, hood lying on the neck and upper back"),
    "robe": ("torso", "shoulders to ankles, sleeves to the wrist; accent = hems and front edge"),
    "crop_top": ("torso", "chest and short sleeves, bare belly"),
    "vest": ("over", "sleeveless, over the chest and the back, what is beneath shows at the arms and the front"),
    "armor_torso": ("over", "hard shell over chest, belly, back and hips; accent = ornaments"),
    "bikini_top": ("torso", "a band around the breasts"),
    # bottoms
    "trousers": ("legs", "hips to ankles"),
    "shorts": ("legs", "hips to above the knees"),
    "briefs": ("legs", "hips only, also over leggings or a jumpsuit"),
    "skirt": ("legs", "hips to above the knees as one tube"),
    "long_skirt": ("legs", "hips to ankles as one tube"),
    "leggings": ("legs", "hips to ankles, skin-tight"),
    # one piece
    "dress": ("body", "chest to above the knees with straps or short sleeves"),
    "gown": ("body", "chest to ankles with straps or short sleeves"),
    "jumpsuit": ("body", "skin-tight from neck to ankles and wrists"),
    "spacesuit": ("body", "bulky from neck to ankles and wrists; accent = joints' rings and chest pack"),
    "swimsuit": ("body", "chest to hips, bare arms and legs"),
    # feet and hands
    "shoes": ("feet", "feet below the ankle"),
    "boots": ("feet", "feet and shins up to the knee"),
    "sandals": ("feet", "soles and straps, half of the foot bare"),
    "socks": ("shins", "shins up to below the knee, shows above shoes"),
    "gloves": ("hands", "hands to the wrist"),
    "gauntlets": ("hands", "hands and forearms"),
    "wristbands": ("wrists", "a ring around each wrist"),
    # accessories
    "belt": ("waist", "a ring around the waist; accent = buckle"),
    "cape": ("back", "back from the shoulders to the calves (also wings, in their colour)"),
    "scarf": ("neck", "a thick ring around the neck"),
    "necklace": ("neck", "a thin ring on the collar bones"),
    "tie": ("chest", "a vertical strip on the middle of the chest"),
    "mask_eyes": ("face", "a band around the eyes"),
    "mask_mouth": ("face", "nose, mouth and chin"),
    "mask_full": ("face", "the whole head or face; accent = eyes"),
    "helmet": ("head", "skull down to the brows and the neck; accent = visor or crest"),
    "hat": ("head", "skull above the brows; accent = band"),
    "cap": ("head", "skull above the brows with a peak over the forehead"),
    "headband": ("head", "a ring around the forehead (also crowns)"),
    "glasses": ("eyes", "rims around the eyes"),
    "hood": ("head", "skull, ears and neck, the face free; accent = none"),
    "apron": ("over", "front from the chest to the knees"),
    "backpack": ("back", "a block on the upper back and two straps in front of the shoulders"),
    "suspenders": ("over", "two vertical strips over the shoulders down to the hips"),
    "chest_emblem": ("chest", "a patch on the middle of the chest; accent = its rim"),
    "knee_pads": ("knees", "patches on the knees"),
    "shoulder_pads": ("shoulders", "caps on the shoulders"),
}
"""Kind -> (slot, region in words). Barefoot, bare arms and so on are the absence of a garment."""

COVER = {
    "torso": ("torso",), "legs": ("legs",), "body": ("torso", "legs"), "feet": ("feet",),
}  # fmt: skip
"""What the slots of main garments cover; the robe and the coat cover legs too (see `covers`)."""

PATTERNS = (
    "plain", "stripes_h", "stripes_v", "checks", "dots", "camo", "two_tone",
    "floral", "leopard", "zebra", "tie_dye", "stars", "hearts", "diamonds", "paisley", "snake", "flames",
)  # fmt: skip
"""Of a garment's colour (and its accent, where it has one; else a lighter or darker shade of the colour).
two_tone: the left half or the lower half in the accent."""

HAIR_STYLES = ("bald", "buzz", "short", "medium", "long", "ponytail", "bun", "afro", "mohawk", "hood")
"""hood: the head's hair is hidden beneath a garment (helmet, hood, full mask)."""

BEARDS = ("none", "stubble", "full", "moustache", "goatee")


def _rgb(code: str) -> tuple[float, float, float]:
    """'rrggbb' -> sRGB 0-1."""
    return int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255


def _table(text: str) -> dict[str, tuple[float, float, float]]:
    """'name rrggbb, name rrggbb' -> name -> sRGB; underscores stand for spaces in names."""
    pairs = (item.split() for item in text.split(","))
    return {name.replace("_", " "): _rgb(code) for name, code in pairs}


COLORS = _table("""
black 141414, dark_grey 424548, grey 808386, light_grey b9bcbf, silver c9d1d8, white f5f5f2, cream f3e9c9,
beige d9c29c, tan c4976a, khaki a39b6b, brown 77492a, dark_brown 46291a, rust a8481e, copper b9683a, bronze 8f6a33,
gold d6a72c, yellow f7d820, mustard c9971a, orange f2801c, coral f57f6a, red d81e24, dark_red 96121c, maroon 5d0f22,
pink f2a0bd, hot_pink ec3a96, magenta c4188f, lavender bda8e0, purple 7d2ea3, dark_purple 45195f, navy 16234f,
blue 2350c4, royal_blue 2f6fe6, light_blue 8fc4ee, turquoise 35c9c0, cyan 22d4ee, teal 0f7378, mint a5e3c0,
green 249440, dark_green 12502a, light_green 86d06a, lime a2e01c, olive 66702a
""")
"""Garment colours."""

SKINS = _table("""
pale f1d8c8, fair e8bd9f, tanned cd9b72, olive b8926a, brown 8a5836, dark 643c28, black 462a1e,
green 5fa03c, dark_green 31592a, blue 3f78c8, light_blue 9cc7e6, red b8281f, purple 7b4a9c, grey 8e9391,
white eeeeea, ink 17171a, yellow ecd03a, orange dc7a2c, pink eea0b4, teal 2a8f8a,
rotten 7f8b66, gold d2a537, silver c0c8ce, bronze 8b6334, stone 84807a, wood 84592f, metal 6f787f, bone e2d9bf,
brown_fur 6b4426, black_fur 221f1f, white_fur e6e6e6, grey_fur 77797b, orange_fur cf7a2a, tan_fur bd9364,
ice bfe4f2, lava c23a12, bandages d8ccab, clay a8623f
""")
"""Human skins first (the first seven), then fantasy skins and materials."""

HUMAN_SKINS = ("pale", "fair", "tanned", "olive", "brown", "dark", "black")

HAIR_COLORS = _table("""
black 15120f, dark_brown 3a2417, brown 5e3a20, light_brown 8b6238, blond d9b366, platinum efe2bd, ginger b5501d,
auburn 742c19, grey 8d8d8d, white ececec, pink ee77b0, blue 2b62d0, green 2f9e48, purple 7a35a8, red c2161c,
orange ea7a1c, teal 1b9a97, yellow f2d42a, silver bfc6cc
""")
"""Hair and beard colours; the first ten are natural."""

NATURAL_HAIR = ("black", "dark brown", "brown", "light brown", "blond", "platinum", "ginger", "auburn", "grey", "white")

EYE_COLORS = _table("""
brown 5a3519, blue 3d7fc4, green 5c8a55, grey 7c878d, hazel 86682f, black 0c0c0c, red d01818, yellow f0d020,
white f4f4f4, purple 8040b0, orange f08020, cyan 40e0f0
""")


CUTS: dict[str, tuple[str, ...]] = {
    # soft
    "tank_top": ("athletic", "camisole", "corset"),
    "t_shirt": ("polo", "buttoned", "jersey", "blouse"),
    "long_sleeve": (
        "buttoned", "field", "sweater", "turtleneck", "wrap", "blouse", "tunic", "jersey", "sweatshirt", "poet",
        "shinobi",
    ),
    "jacket": (
        "suit", "leather", "military", "denim", "bomber", "puffer", "track", "cardigan", "chef", "tailcoat", "turnout",
        "bellhop", "tuxedo", "tweed",
    ),
    "coat": ("military", "trench", "lab", "overcoat", "parka", "raincoat", "frock", "fur"),
    "hoodie": ("zipped",),
    "robe": ("wrap", "kimono", "bathrobe", "toga", "cassock", "wizard", "thobe"),
    "crop_top": ("tube", "sports_bra", "choli"),
    "vest": ("tactical", "waistcoat", "hi_vis", "tabard", "sweater", "denim", "leather", "puffer"),
    "bikini_top": ("bra",),
    "trousers": (
        "bib", "cargo", "jeans", "suit", "sweat", "baggy", "flared", "chinos", "harem", "hakama", "breeches", "leather",
        "pyjamas",
    ),
    "shorts": ("cargo", "jeans", "boxing", "swim", "cycling", "lederhosen", "sports"),
    "briefs": ("mawashi", "loincloth", "boxers"),
    "skirt": ("tutu", "pleated", "pencil", "kilt", "grass", "denim"),
    "long_skirt": ("fishtail", "serpent", "wisp", "horse", "hoop", "pencil", "wrap", "tiered"),
    "leggings": ("tights", "fishnet"),
    "dress": ("shift", "sun", "cocktail", "pinafore", "dirndl", "flapper", "shirt", "maid"),
    "gown": ("ball", "wedding", "mermaid", "empire", "sari", "cheongsam", "maxi"),
    "jumpsuit": ("boiler", "wetsuit", "flight", "racing", "pyjamas", "bones"),
    "swimsuit": ("leotard", "singlet"),
    "apron": ("waist", "leather"),
    "cape": ("collar", "hooded", "short", "poncho", "shawl", "fur"),
    "scarf": ("bandana", "cravat", "boa"),
    "hood": ("veil", "hijab", "wimple", "keffiyeh"),
    # stiff
    "armor_torso": ("knight", "suit", "samurai", "roman", "robot"),
    "shoes": (
        "oxford", "sneakers", "high_tops", "heels", "flats", "loafers", "slippers", "ballet", "clogs", "skates",
        "pointed",
    ),
    "boots": (
        "combat", "cowboy", "ankle", "wellington", "fur", "platform", "work", "pirate", "heeled", "ugg", "riding",
        "thigh_high", "space", "hooves",
    ),
    "sandals": ("flip_flops", "gladiator", "geta", "heeled"),
    "socks": ("leg_warmers", "stockings"),
    "gloves": ("boxing", "fingerless", "work", "long", "mittens"),
    "wristbands": ("bracers", "bracelets", "watch"),
    "belt": ("utility", "sash", "obi", "champion", "holster", "rope"),
    "necklace": ("pearls", "chain", "flowers", "medal", "choker", "stethoscope", "amulet"),
    "tie": ("bow", "bolo", "neckerchief"),
    "mask_eyes": ("domino", "butterfly"),
    "mask_mouth": ("surgical", "bandana", "gas"),
    "mask_full": ("balaclava", "luchador", "hockey", "gas", "animal"),
    "helmet": (
        "horned", "visor", "crest", "brim", "hard", "bubble", "suit", "army", "motorcycle", "football", "bicycle",
        "pith", "boxing", "flight",
    ),
    "hat": (
        "toque", "pointed", "top", "cowboy", "straw", "tricorn", "floppy", "bowler", "beret", "turban", "fedora",
        "beanie", "bucket", "fez", "ushanka", "bonnet", "graduation", "conical", "deerstalker", "jester", "bearskin",
        "pillbox", "bobble", "sombrero", "party",
    ),
    "cap": ("peaked", "sailor", "baseball", "flat", "nurse", "swim", "garrison", "visor"),
    "headband": ("crown", "tiara", "flowers", "headphones", "bow", "bandana", "laurel", "feathers"),
    "glasses": ("sun", "round", "aviator", "goggles", "monocle", "visor", "cat_eye"),
    "backpack": ("school", "quiver", "jetpack", "tank", "hiking"),
}  # fmt: skip
"""How a garment of a kind may be made instead of the usual way. Training figures know no cuts."""
EXTRA_KINDS: dict[str, tuple[str, ...]] = {
    "wings": ("feathers", "bat", "butterfly"),
    "horns": ("bull", "ram", "antlers", "unicorn"),
    "halo": (),
    "ears": ("pointed", "cat", "rabbit", "fox", "bear", "mouse", "dog", "cow"),
    "tail": ("cat", "devil", "fox", "lizard", "horse"),
    "nose": (
        "clown", "snout", "beak", "dog", "fox", "cat", "bear", "panda", "cattle", "reptile", "ape", "rodent",
        "frog", "bill", "carrot", "alien", "skull", "robot",
    ),
    "tusks": (),
    "eye_patch": (),
    "long_beard": (),
    "ruff": (),
    "earrings": ("hoops", "studs"),
    "sword": ("katana", "cutlass", "rapier", "dagger", "light"),
    "axe": ("double", "pickaxe"),
    "hammer": ("mace", "war"),
    "wand": (),
    "staff": ("cane", "crook", "broom", "torch", "sceptre", "flag", "oar"),
    "spear": ("trident", "scythe", "pitchfork", "halberd", "shovel"),
    "shield": ("round", "kite", "tower", "riot"),
    "bow": ("crossbow",),
    "gun": ("pistol", "rifle", "blaster"),
    "bag": ("handbag", "briefcase", "shoulder", "sack", "bucket", "basket", "toolbox"),
    "umbrella": ("parasol", "folded"),
    "instrument": ("guitar", "violin", "trumpet", "microphone", "drum"),
    "ball": ("football", "basketball", "rugby", "crystal"),
    "bat": ("baseball", "racket", "club", "hockey", "fishing"),
    "book": ("clipboard", "tablet", "newspaper"),
    "cup": ("mug", "goblet", "bottle", "glass"),
    "lantern": (),
    "bouquet": ("rose",),
    "tool": ("wrench", "pan", "spoon", "knife", "brush", "whip", "fan", "phone", "camera", "pipe"),
    "balloon": (),
}  # fmt: skip
"""Things that grow, are worn beside the garments or are held, and their cuts. Training figures have none."""


TRAITS: dict[str, str] = {
    "tight": "close to the body", "loose": "wide", "oversized": "several sizes too large",
    "mini": "to the middle of the thighs", "knee": "to the knees", "midi": "to the calves", "long": "to the floor",
    "cropped": "ends early: above the navel, above the ankles",
    "sleeveless": "without sleeves", "short_sleeved": "sleeves to the elbow", "long_sleeved": "sleeves to the wrist",
    "rolled": "sleeves or legs rolled up", "strapless": "held by the bust", "off_shoulder": "shoulders bare",
    "v_neck": "a pointed neckline", "collared": "with a collar", "high_neck": "up to the chin", "hooded": "with a hood",
    "open": "front open", "closed": "front closed", "hood_up": "the hood on the head", "tucked": "inside the waistband",
    "untucked": "over the waistband", "torn": "with holes and frayed hems", "patched": "with patches sewn on",
    "wet": "dark and shining", "dirty": "stained", "shiny": "gleaming", "padded": "quilted", "pleated": "in pleats",
    "ruffled": "with frills", "belted": "with a belt of its own", "buttoned": "with buttons", "zipped": "with a zip",
    "pockets": "with pockets", "sheer": "see-through", "fur_trimmed": "hems of fur", "lace": "of lace",
    "flared": "widening to the hem", "slit": "open to the thigh", "plumed": "with a feather stuck on",
}  # fmt: skip
"""What is said of how a garment is made and worn, beyond kind, cut, colours and material."""
SYMBOLS = (
    "star", "heart", "cross", "skull", "lightning", "moon", "sun", "circle", "diamond", "arrow", "crown", "anchor",
    "paw", "flower", "maple_leaf", "smiley", "eagle", "dragon", "shield", "stripe",
)  # fmt: skip
"""What a `Garment.decal` may show."""


@dataclass(frozen=True)
class Garment:
    """One garment: a kind of `GARMENT_KINDS`, colours of `COLORS`, a pattern of `PATTERNS`, a cut of `CUTS` or none."""

    kind: str
    color: str
    accent: str | None = None
    pattern: str = "plain"
    cut: str | None = None
    material: str | None = None
    """Of `materials.MATERIALS`; None: what it is usually made of."""
    traits: tuple[str, ...] = ()
    """Of `TRAITS`: how it fits, how long it is, in which state it is worn."""
    decal: str | None = None
    """What is printed or sewn on it: ``text:07`` a short word or number, ``symbol:star`` one of `SYMBOLS`."""
    side: str | None = None
    """``left`` or ``right`` where only one of a pair is worn."""


@dataclass(frozen=True)
class Look:
    """The surface of a figure; garments are ordered from the innermost to the outermost.

    ``extras`` are of `EXTRA_KINDS`; their colours are of `COLORS`, or ``skin`` or ``hair`` for the look's own.
    """

    skin: str
    hair_style: str
    hair_color: str
    beard: str
    beard_color: str
    eye_color: str
    garments: tuple[Garment, ...] = ()
    extras: tuple[Garment, ...] = ()


@dataclass(frozen=True)
class Shape:
    """The body: height, weight, muscle in -1..1 (0 average); gender -1 female .. 1 male; age 0..1.

    Age anchors: 0 newborn, 0.17 toddler (3 years), 0.3 child (9), 0.42 teenager (15), 0.55 young adult (25),
    0.75 middle-aged (50), 0.9 old (70), 1 very old (90). Height is relative to people of that age.
    """

    height: float = 0.0
    weight: float = 0.0
    muscle: float = 0.0
    age: float = 0.6
    gender: float = 0.0

    def numbers(self) -> NDArray[np.float32]:
        """(5,) all of them, each in -1..1."""
        return np.array([self.height, self.weight, self.muscle, 2 * self.age - 1, self.gender], np.float32)


def covers(kind: str) -> tuple[str, ...]:
    """The main areas (torso, legs, feet) that a garment kind hides."""
    if kind in ("robe", "gown", "spacesuit", "jumpsuit", "coat", "dress"):
        return ("torso", "legs")
    if kind == "armor_torso":
        return ("torso",)
    return COVER.get(GARMENT_KINDS[kind][0], ())


def validate(look: Look) -> list[str]:
    """What is unknown in a look, in words; empty when all names are known."""
    faults = []
    for label, value, known in (
        ("skin", look.skin, SKINS),
        ("hair style", look.hair_style, HAIR_STYLES),
        ("hair colour", look.hair_color, HAIR_COLORS),
        ("beard", look.beard, BEARDS),
        ("beard colour", look.beard_color, HAIR_COLORS),
        ("eye colour", look.eye_color, EYE_COLORS),
    ):
        if value not in known:
            faults.append(f"{label} {value!r}")
    for garment in look.garments:
        if garment.kind not in GARMENT_KINDS:
            faults.append(f"garment {garment.kind!r}")
        if garment.pattern not in PATTERNS:
            faults.append(f"pattern {garment.pattern!r}")
        faults += [f"colour {c!r}" for c in (garment.color, garment.accent) if c is not None and c not in COLORS]
        faults += [f"trait {trait!r}" for trait in garment.traits if trait not in TRAITS]
        if garment.decal is not None and not known_decal(garment.decal):
            faults.append(f"decal {garment.decal!r}")
        if garment.side not in (None, "left", "right"):
            faults.append(f"side {garment.side!r}")
        if garment.cut is not None and garment.cut not in CUTS.get(garment.kind, ()):
            faults.append(f"cut {garment.cut!r} of {garment.kind}")
    for extra in look.extras:
        if extra.kind not in EXTRA_KINDS or (extra.cut is not None and extra.cut not in EXTRA_KINDS[extra.kind]):
            faults.append(f"extra {extra.kind!r} {extra.cut!r}")
        if extra.color not in COLORS and extra.color not in ("skin", "hair"):
            faults.append(f"colour {extra.color!r}")
    return faults


def known_decal(decal: str) -> bool:
    """Whether a decal is one that `Garment` has."""
    what, _, shown = decal.partition(":")
    return (what == "text" and 0 < len(shown) <= 12) or (what == "symbol" and shown in SYMBOLS)


def look_from_dict(raw: dict) -> Look:
    """A look from `dataclasses.asdict` or JSON."""

    def garment(item: dict) -> Garment:
        return Garment(**{**item, "traits": tuple(item.get("traits", ()))})

    lists = {name: tuple(garment(item) for item in raw.get(name, ())) for name in ("garments", "extras")}
    return Look(**{**raw, **lists})
