# ruff: noqa: E501
"""Texts with odd Unicode, and pictures, for comparisons of perceptors."""

from __future__ import annotations

import random
import unicodedata

import torch
from torch import Tensor

PLAIN = (
    "a firefighter", "A Tall Strong MAN", "it's the knight's armour, they're wearing it; I'd say she'll've left",
    "a man in a T-shirt (size 42½), 3D-printed!!! #1 @home 100%", "x" * 120, "  spaces\t and\nlines  ", "...", "0123456789",
    "<|startoftext|>", "<|endoftext|> a", "a<|endoftext|>", "don't DON'T don`t don´t", "snake_case camelCase kebab-case",
)  # fmt: skip
ODD = (
    "a knight’s “shining” armour – with … dots", "naïve café Zoë façade Ångström", "STRASSE straße ẞ", "İstanbul ıI",
    "ΟΔΥΣΣΕΥΣ ὈΔΥΣΣΕΎΣ ΣΑΣ", "Привет, мир", "漢字とかな カタカナ ｶﾀｶﾅ", "한국어 텍스트", "العربية نص", "עברית", "हिन्दी क्षत्रिय", "ภาษาไทย",
    "🙂👍🏽👩‍🚀🏳️‍🌈🇩🇪", "e\u0301 versus é", "ﬁne ﬂow ﬀ", "ｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ", "𝓯𝓪𝓷𝓬𝔂 𝕥𝕖𝕩𝕥", "zero\u200bwidth\u200dnon\ufeffbreak",
    "no\u00a0break\u2003em\u2009thin", "soft\u00adhyphen", "&lt;b&gt;bold&lt;/b&gt; &amp;amp; &eacute;", "&#x1F600; &#233;", "&notanentity; & &",
    "schÃ¶n cafÃ© â€œquotedâ€\x9d", "l’œuvre d’art", "½ ¼ ² ³ ⅞ Ⅷ ①", "€100 £5 ¥7 ₿", "a\u0300\u0301\u0302\u0303 zalgo",
    "tab\x0bform\x0cfeed\x1bescape\x07bell", "line\u2028para\u2029graph\x85next", "ǅ ǆ Ǆ ŉ ſ K Å", "ﷺ ㎏ ㍿", "\ud7a3 \uac00 ᄒ", "…‥·•◦",
    "\U0001f9d1\u200d\U0001f33e farmer", "߷ ߸ ᚠᚢᚦ", "ꙮ", "\u202eright to left\u202c", "null\x00byte", "\ufffd replacement",
)  # fmt: skip


def odd_texts() -> list[str]:
    """A few hundred texts: the above, and random ones of letters from many scripts; always the same."""
    dice = random.Random(0)
    blocks = [
        (0x20, 0x7E), (0xA0, 0x17F), (0x180, 0x24F), (0x250, 0x2AF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF),
        (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF),
        (0x2000, 0x206F), (0x2070, 0x20CF), (0x2100, 0x218F), (0x2190, 0x23FF), (0x2460, 0x24FF), (0x2600, 0x27BF),
        (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFB4F), (0xFE30, 0xFE6F), (0xFF00, 0xFFEF),
        (0x1D400, 0x1D7FF), (0x1F300, 0x1F6FF), (0x1F900, 0x1F9FF),
    ]  # fmt: skip
    found = [*PLAIN, *ODD]
    while len(found) < 400:
        chosen = dice.sample(blocks, dice.randint(1, 3))
        letters = []
        for _ in range(dice.randint(3, 24)):
            letter = chr(dice.randint(*dice.choice(chosen)))
            if unicodedata.category(letter) not in ("Cn", "Cs", "Co"):
                letters.append(letter if dice.random() < 0.8 else f"{letter} ")
        found.append("".join(letters))
    return found


def pictures(size: int) -> Tensor:
    """(3, 3, size, size) smooth pictures, normalised as CLIP wants them."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
    channels = [torch.sin(3 * x + k) * torch.cos(2 * y * (1 + k)) for k in range(9)]
    return torch.stack(channels).reshape(3, 3, size, size)
