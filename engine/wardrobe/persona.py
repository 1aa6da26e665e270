"""Who wears the clothes: skin, hair and beard where the description of the looks leaves them open.

What is open follows what the texts say of age, gender and origin, that of the body among them, and else the seed.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

import numpy as np

from engine.wardrobe import words
from engine.wardrobe.naming import color_word
from engine.wardrobe.outfit import HUMAN_SKINS, NATURAL_HAIR, Look
from engine.wardrobe.readout import expected_shape

OLD, FEMALE, MALE = 0.5, -0.15, 0.3
"""Age and gender, as texts are read, from which on hair is grey, long or short."""
PLAIN_HAIR = ("black", "dark brown", "brown", "light brown", "blond", "auburn")
DARK_HAIR, DARK_HAIRED = ("black", "black", "dark brown"), ("olive", "brown", "dark", "black")
PLAIN_SKINS = ("fair", "fair", "tanned", "olive", "brown", "dark")
FEMALE_HAIR, MALE_HAIR = ("long", "long", "medium", "ponytail", "bun"), ("short",)
WOMANLY = frozenset({"medium", "long", "ponytail", "bun"})
SKIN_WORDS = {
    "pale": "pale|pale-skinned|porcelain-skinned",
    "fair": "white|caucasian|european|fair-skinned|light-skinned|scandinavian|nordic|fair",
    "olive": "asian|chinese|japanese|korean|mediterranean|olive-skinned",
    "tanned": "tanned|sunburnt|suntanned|bronzed|hispanic|latino|latina|mexican|arab|arabian|polynesian",
    "brown": "brown|brown-skinned|indian|south asian|pakistani|maori",
    "dark": "black|african|african american|afro-american|dark-skinned|dark|nigerian|kenyan|jamaican",
}
"""Words for persons and their skin."""
_PERSON = re.compile(
    rf"(?<![\w-])({'|'.join(sorted('|'.join(SKIN_WORDS.values()).split('|'), key=len, reverse=True))})"
    rf"(?:[ -][\w-]+){{0,2}}?[ -](?:{words.PEOPLE})(?![\w-])",
    re.IGNORECASE,
)


def skin_said(text: str) -> str | None:
    """The skin of a person whose origin or skin a text names ("a tall black woman"); None where it names none."""
    match = _PERSON.search(text)
    return words.named(SKIN_WORDS, match.group(1)) if match else None


def said_of(body: str) -> dict[str, str]:
    """What a text about a person says of skin, hair and beard, by the names that `Look` has for them."""
    hair = words.HAIRED.search(body)
    color = color_word(hair.group(1), "hair") if hair else None
    said = {
        "skin": skin_said(body), "hair_style": words.named(words.HAIR_WORDS, body), "hair_color": color,
        "beard": words.named(words.BEARD_WORDS, body),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Persona:
    """One person.

    ``age`` and ``gender`` as `readout.expected_shape` has them; ``said``: what the texts name of `said_of`; the others
    are for where nothing is said.
    """

    age: float
    gender: float
    said: dict[str, str]
    skin: str
    hair_style: str
    hair_color: str

    @staticmethod
    def of(text: str, body: str, color: str | None, seed: int) -> Persona:
        """The person of an appearance prompt.

        Args:
            text: the prompt.
            body: what is said of the body; may be empty.
            color: a word for the person's skin that the prompt has.
            seed: decides what is not said, together with the texts.
        """
        rng = np.random.default_rng([seed, zlib.crc32(f"{body} | {text}".encode())])
        age, gender = expected_shape(text)[3:].tolist()
        said = said_of(body)
        if body:
            built_age, built_gender = expected_shape(body)[3:].tolist()
            # What sets a body apart from anybody's is meant, unless the looks' own text is as clear.
            age = max(age, built_age, key=abs)
            gender = max(gender, built_gender, key=abs)
        own = skin_said(text) or (words.named(SKIN_WORDS, color) if color else None)
        said |= {"skin": own} if own else {}
        skin = said.get("skin") or str(rng.choice(PLAIN_SKINS))
        natural = ("grey", "white") if age > OLD else DARK_HAIR if skin in DARK_HAIRED else PLAIN_HAIR
        hair = said.get("hair_color") or str(rng.choice(natural))
        style = said.get("hair_style") or str(rng.choice(FEMALE_HAIR if gender < FEMALE else MALE_HAIR))
        return Persona(age, gender, said, skin, style, hair)

    def settle(self, look: Look, left_open: frozenset[str], spoken: frozenset[str]) -> Look:
        """A look with what means nothing in it as this person has it.

        Args:
            look: somebody's look.
            left_open: of `readout.OPEN`, what means nothing in it.
            spoken: the same, what the description of the looks names.
        """

        def is_open(name: str) -> bool:
            return name not in spoken and (name in self.said or name in left_open)

        if is_open("skin") and (look.skin in HUMAN_SKINS or "skin" in left_open):
            look = replace(look, skin=self.skin)
        old = self.age > OLD and "hair_color" not in spoken
        if look.hair_color in NATURAL_HAIR and (old or is_open("hair_color")):
            beard = self.hair_color if look.beard_color == look.hair_color else look.beard_color
            look = replace(look, hair_color=self.hair_color, beard_color=beard)
        if "beard" not in spoken:
            beard = self.said.get("beard", "none" if self.gender < FEMALE else look.beard)
            grown = beard != "none" and look.beard == "none"
            look = replace(look, beard=beard, beard_color=look.hair_color if grown else look.beard_color)
        wrong = look.hair_style in (WOMANLY if self.gender > MALE else ("short",) if self.gender < FEMALE else ())
        bob = look.hair_style == "medium" and self.gender > MALE
        if bob and "hair_style" not in spoken and "hair_style" not in self.said:
            look = replace(look, hair_style="short")
        if look.hair_style != "hood" and is_open("hair_style") and (wrong or "hair_style" in self.said):
            look = replace(look, hair_style=self.hair_style)
        return look
