"""Words for cuts and extras that the training figures do not have, and for patterns, hair and plain clothes.

An item is written ``kind.cut color/accent``, with the cut and the colours as far as they are meant; ``+`` marks an
extra of the figure and ``?`` a cut that is only given to what is worn anyway.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

THINGS: dict[str, str] = {
    "veil|bridal veil": "hood.veil white",
    "tutu": "skirt.tutu",
    "dungarees|overalls|bib overalls|bib-and-brace": "trousers.bib blue",
    "chef's hat|chef hat|chefs hat|cook's hat|toque|baker's hat": "hat.toque white",
    "pointed hat|pointy hat|wizard hat|wizard's hat|witch hat|witch's hat|conical hat": "hat.pointed black",
    "top hat|tall hat|stovepipe hat|silk hat": "hat.top black",
    "cowboy hat|stetson|ten-gallon hat": "hat.cowboy tan",
    "straw hat|sun hat|sunhat|sombrero|wide-brimmed hat": "hat.straw beige/brown",
    "tricorn|tricorne|pirate hat|pirate's hat|three-cornered hat": "hat.tricorn black/gold",
    "santa hat|christmas hat|elf hat|nightcap|stocking cap|gnome hat|bobble hat": "hat.floppy red/white",
    "bowler|bowler hat|derby hat": "hat.bowler black",
    "beret": "hat.beret black",
    "turban": "hat.turban white",
    "peaked cap|police cap|captain's hat|captain's cap|officer's cap|pilot's cap": "cap.peaked navy/black",
    "sailor hat|sailor's hat|sailor cap": "cap.sailor white",
    "crown": "headband.crown gold",
    "tiara|diadem|coronet": "headband.tiara silver",
    "horned helmet|viking helmet": "helmet.horned silver/cream",
    "hard hat|safety helmet|construction helmet": "helmet.hard yellow",
    "space helmet|astronaut helmet|glass helmet": "helmet.bubble white/navy",
    "fire helmet|firefighter's helmet": "helmet.brim red",
    "visor|visored helmet|great helm": "helmet.visor silver",
    "crested helmet|plumed helmet": "helmet.crest gold/red",
    "dragon wings|bat wings|demon wings|leathery wings": "+wings.bat dark_grey",
    "fairy wings|butterfly wings|insect wings": "+wings.butterfly light_blue",
    "angel wings|feathered wings|white wings|bird wings": "+wings.feathers white",
    "wings": "+wings",
    "horns|antlers": "+horns cream",
    "halo": "+halo gold",
    "pointed ears|pointy ears|elf ears": "+ears.pointed skin",
    "cat ears": "+ears.cat hair",
    "rabbit ears|bunny ears": "+ears.rabbit white",
    "fish tail|fishtail|mermaid tail": "long_skirt.fishtail teal",
    "tail": "+tail skin",
    "red nose|clown nose": "+nose red",
    "tusks": "+tusks cream",
    "sword|longsword|broadsword|katana|sabre|saber|cutlass|rapier|scimitar|machete|dagger": "+sword silver/dark_brown",
    "lightsaber|lightsabre|laser sword": "+sword cyan/silver",
    "axe|battle axe|battleaxe|hatchet": "+axe silver/brown",
    "hammer|war hammer|warhammer|mallet|mace": "+hammer grey/brown",
    "wand|magic wand": "+wand dark_brown/black",
    "a staff|his staff|her staff|wizard's staff|magic staff|wooden staff|walking stick|sceptre": "+staff brown/gold",
    "spear|lance|pike|trident|harpoon|javelin": "+spear brown/silver",
    "shield|round shield": "+shield brown/silver",
    "a staff member|a staff sergeant|a staff nurse|a staff officer|shield maiden": "",
    "eye patch|eyepatch|eye-patch": "+eye_patch black",
    "long beard": "+long_beard hair",
    "ruff|ruffled collar|frilly collar": "+ruff white",
}
"""What a text names is worn or held, whatever else the figure wears; nothing where a longer name means no thing."""

FIGURES: dict[str, str] = {
    "chef|cook|baker": "hat.toque white",
    "wizard|witch|sorcerer|sorceress|warlock|mage|enchanter": "hat.pointed black",
    "cowboy|cowgirl|sheriff|gunslinger|rancher": "hat.cowboy tan",
    "pirate|buccaneer|privateer|corsair": "hat.tricorn black/gold",
    "farmer|scarecrow|gardener|peasant|explorer": "hat.straw?",
    "magician|ringmaster": "hat.top?",
    "santa|santa claus|father christmas|gnome|christmas elf": "hat.floppy red",
    "police officer|policeman|policewoman|cop|pilot|captain|admiral|general|chauffeur": "cap.peaked navy",
    "sailor|seaman": "cap.sailor white",
    "king|queen|emperor|empress|monarch": "headband.crown gold",
    "princess|prince": "headband.tiara? gold",
    "viking": "helmet.horned silver",
    "knight|crusader|paladin": "helmet.visor?",
    "gladiator|roman|spartan|centurion|legionary|hoplite": "helmet.crest?",
    "firefighter|fireman": "helmet.brim red",
    "construction worker|builder|miner|engineer|lumberjack": "helmet.hard?",
    "astronaut|cosmonaut|spaceman|spacewoman|space explorer": "helmet.bubble white",
    "ballerina|ballet dancer": "skirt.tutu?",
    "bride": "hood.veil?",
    "vampire|dracula|magician": "cape.collar?",
    "mermaid|merman": "long_skirt.fishtail teal",
    "angel|archangel|cherub": "+wings.feathers white; +halo gold",
    "fairy|pixie": "+wings.butterfly light_blue",
    "demon|devil|satan|imp": "+horns dark_grey; +wings.bat dark_grey; +tail skin",
    "dragon": "+horns cream; +wings.bat skin; +tail skin",
    "minotaur|satyr|faun": "+horns cream; +tail skin",
    "cat|wolf|werewolf|fox|tiger|lion|bear|dog|mouse": "+ears.cat skin; +tail skin",
    "rabbit|bunny|hare": "+ears.rabbit skin",
    "elf|elven|goblin|vulcan|hobgoblin": "+ears.pointed skin",
    "orc|troll|ogre|half-orc": "+ears.pointed skin; +tusks cream",
    "clown|jester": "+nose red; +ruff white",
    "wizard|santa|santa claus|father christmas|gandalf|dwarf|gnome|druid|moses": "+long_beard hair",
}
"""What names of figures imply, where the text does not say otherwise."""

PATTERN_WORDS = {
    "stripes_h": "striped|stripes|stripy",
    "stripes_v": "pinstripe|pinstriped|pin-striped|vertical stripes",
    "dots": "polka dot|polka dots|polka-dot|dotted|spotted|dots",
    "checks": "checked|checkered|chequered|plaid|tartan|flannel",
    "camo": "camo|camouflage|camouflaged",
}
HAIR_WORDS = {
    "bald": "bald|hairless|shaved head|no hair",
    "buzz": "buzz cut|crew cut|shaven",
    "short": "short hair|pixie cut|bob",
    "long": "long hair|flowing hair|waist-length hair|long blond hair|long black hair",
    "ponytail": "ponytail|pigtails|braid|braids",
    "bun": "bun|topknot|hair bun",
    "afro": "afro|curly hair|curls",
    "mohawk": "mohawk",
}
HAIRED = re.compile(r"(?<![\w-])((?:\w+ )?\w+)(?:[ -]haired| hair)(?![\w])", re.IGNORECASE)
"""One or two words for hair, such as its colour."""
BEARD_WORDS = {
    "full": "beard|bearded|long beard|full beard",
    "moustache": "moustache|mustache",
    "goatee": "goatee",
    "stubble": "stubble",
}
IMPLIED = {
    "blue": "jeans|denim",
    "white": "lab coat|shirt|veil",
    "dark brown": "leather",
    "black": "sunglasses|shades|glasses",
    "dark grey": "suit",
}
"""Colours of what is named without one."""


FEMALE = (
    "woman|girl|lady|female|queen|princess|bride|mother|grandmother|granny|grandma|witch|actress|waitress|mermaid|fairy|"
    "businesswoman|policewoman|empress|sorceress|nun|goddess|ballerina|cowgirl|schoolgirl|heroine|daughter|sister|women"
)
"""Words for those who have no beard."""
PEOPLE = (
    "man|woman|person|boy|girl|child|kid|baby|toddler|teenager|teen|adult|guy|lady|gentleman|human|somebody|someone|people|"
    "men|women|figure|character|avatar|individual"
)
"""Words for those who wear anything."""
CLOTHES = "clothes|clothing|outfit|attire|garments|garb|apparel|rags|gear|costume"
"""Words for all that is worn."""
MATERIALS = {
    "silver": "steel|iron|chrome|metal|metallic|aluminium|aluminum|titanium|tin|robotic",
    "bronze": "brass",
    "brown": "wooden|wood",
    "grey": "stone|marble|concrete|granite|rocky",
    "light blue": "ice|icy|crystal|glass",
}
"""Colours of what a figure without a human face is made of."""
CREATURE_SKINS = {
    "green": "orc|goblin|troll|ogre|lizardman|frog|hulk|martian",
    "rotten": "zombie|ghoul|undead",
    "red": "demon|devil|satan|imp",
    "dark green": "dragon|lizard|crocodile|dinosaur|reptile",
    "grey fur": "wolf|werewolf|mouse|rat",
    "brown fur": "minotaur|satyr|bear|monkey|ape|bigfoot",
    "orange fur": "fox|tiger",
    "white fur": "rabbit|bunny|yeti|polar bear",
    "bone": "skeleton",
    "ink": "shadow",
}
"""Skins of those who are not human, where the text names no other."""


@dataclass(frozen=True)
class Item:
    """A garment or extra that words call for; None where they leave something open."""

    kind: str
    cut: str | None
    color: str | None
    accent: str | None
    extra: bool
    if_worn: bool


def matcher(words: str) -> re.Pattern[str]:
    """A pattern for words divided by '|', whole and in any case."""
    longest = sorted(words.split("|"), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest))})(?![\w-])", re.IGNORECASE)


def parse(text: str) -> Item:
    """The notation above."""
    name, _, colors = text.strip().partition(" ")
    kind, _, cut = name.strip("+?").partition(".")
    color, _, accent = colors.replace("_", " ").partition("/")
    return Item(kind, cut.rstrip("?") or None, color or None, accent or None, name[0] == "+", name.endswith("?"))


def found(table: dict[str, str], text: str) -> list[tuple[str, Item]]:
    """The items that a text calls for, each with the words that do; a word inside a longer one found does not count."""
    hits: list[tuple[int, int, str, str]] = []
    for words, items in table.items():
        for match in matcher(words).finditer(text):
            hits.append((match.start(), match.end(), match.group(), items))
    outer = [
        hit for hit in hits
        if not any(a <= hit[0] and hit[1] <= b and b - a > hit[1] - hit[0] for a, b, _, _ in hits)
    ]  # fmt: skip
    return [(word, parse(item)) for _, _, word, items in sorted(outer) for item in items.split(";") if item]


def named(table: dict[str, str], text: str) -> str | None:
    """The entry whose words a text has, the longest words first; None where it has none."""
    hits = [(len(match.group()), name) for name, words in table.items() for match in matcher(words).finditer(text)]
    return max(hits)[1] if hits else None
