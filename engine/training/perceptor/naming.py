"""What `engine.wardrobe.naming` knows: words for colours and parts, and which part a phrase speaks of besides."""

from __future__ import annotations

import json

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.perceptor import Perceptor
from engine.training.perceptor import grammar
from engine.training.perceptor.lexis import expansion
from engine.training.perceptor.rare_words import RARE_WORDS
from engine.training.perceptor.vocabulary import COLOR_WORDS, COMPOSITES, GARMENT_WORDS, HAIR_COLOR_WORDS, HELD_OUT
from engine.training.perceptor.words import Mention, Sample
from engine.wardrobe.naming import NONE, PART_CLASSES
from engine.wardrobe.outfit import COLORS, GARMENT_KINDS, HAIR_COLORS

PHRASES, STEPS = 24000, 300
ORDER = ("color", "pattern", "kind", "accent")
STYLES = ("hair", "hair", "hair", "mohawk", "ponytail", "bun", "afro", "curls", "locks", "braids")
"""What hair is called beside the styles of captions."""


def statements(sample: Sample) -> list[tuple[str, str]]:
    """(phrase, part) of all that a caption states."""
    groups: dict[tuple[int, ...], list[Mention]] = {}
    found = []
    for mention in sample.mentions:
        if mention.role in ORDER and len(mention.targets) == 1:
            groups.setdefault(mention.targets, []).append(mention)
        elif mention.role == "hair_style" and mention.value not in ("bald", "hood"):
            found.append((mention.words(), "hair"))
        elif mention.role == "beard" and mention.value != "none":
            found.append((mention.words(), "beard"))
        elif mention.role in ("name", "noun", "skin"):
            found.append((mention.words(), "skin" if mention.role == "skin" else NONE))
    for (index,), mentions in groups.items():
        mentions.sort(key=lambda mention: ORDER.index(mention.role))
        text = " ".join(mention.words() for mention in mentions)
        found.append((text, GARMENT_KINDS[sample.look.garments[index].kind][0]))
    return found


def collect(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """``count`` statements, with and without an article, and hair, eyes and lips of all colours."""
    found: list[tuple[str, str]] = []
    colors = [*HAIR_COLORS, *COLORS]
    while len(found) < count:
        for text, part in statements(grammar.sample(rng, bool(rng.random() < 0.2))):
            found.append((str(rng.choice(["", "a ", "the "])) + text, part))
        color = rng.choice(colors)
        found.append((f"{rng.choice(['', 'long ', 'short '])}{color} {rng.choice(STYLES)}", "hair"))
        if rng.random() < 0.5:
            found.append((f"{color} {rng.choice(['eyes', 'lips', 'eye', 'tattoos', 'nails'])}", NONE))
    return found[:count]


def fit(perceptor: Perceptor, rng: np.random.Generator) -> Tensor:
    """(D + 1, classes) weights, the last row being the bias; prints how many held-back phrases are right."""
    data = collect(PHRASES, rng)
    embedded = torch.cat(
        [perceptor.encode_text([text for text, _ in data[i : i + 256]]) for i in range(0, len(data), 256)]
    )
    inputs = torch.cat([embedded, torch.ones(len(embedded), 1)], 1)
    target = torch.tensor([PART_CLASSES.index(part) for _, part in data])
    kept = len(data) * 9 // 10
    weights = torch.zeros(inputs.shape[1], len(PART_CLASSES), requires_grad=True)
    optimizer = torch.optim.Adam([weights], 0.3)
    for _ in range(STEPS):
        loss = F.cross_entropy(inputs[:kept] @ weights, target[:kept]) + 1e-5 * weights.square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    right = (inputs[kept:] @ weights).argmax(1) == target[kept:]
    print(f"parts named: {right.float().mean():.1%} of {len(right)} phrases held back", flush=True)
    return weights.detach()


ARMOUR = ("over", "legs", "hands", "feet", "shoulders")
NOUNS = {
    "hair": ("hair", *STYLES, "bob", "topknot", "braid", "mane"),
    "beard": ("beard", "moustache", "mustache", "goatee", "stubble"),
    NONE: ("eye", "eyes", "lips", "skin", "nails", "tattoo", "tattoos", "wings"),
}


def words() -> Tensor:
    """JSON bytes: tables of words for colours (garment, hair: word -> colour) and for parts (word -> parts)."""
    tables: dict[str, dict[str, str]] = {"garment": {}, "hair": {}}
    for palette, table in (("garment", COLOR_WORDS), ("hair", HAIR_COLOR_WORDS)):
        for color, text in table.items():
            tables[palette] |= {word: color for word in _spoken(f"{color}|{text}")}
    for color, further in expansion()["words"]["color"].items():  # "sea green", and not "sea"
        tables["garment"] |= {word: color for word in further if word.split()[-1] in tables["garment"]}
    tables["garment"] |= {word: color for word, (role, color) in HELD_OUT.items() if role == "color"}
    packed = json.dumps({**tables, "parts": part_nouns()})
    return torch.from_numpy(np.frombuffer(packed.encode(), np.uint8).copy())


def part_nouns() -> dict[str, list[str]]:
    """Word, singular and plural -> the parts of a look that it means."""
    found: dict[str, list[str]] = {}
    for table in (RARE_WORDS["kind"], GARMENT_WORDS):
        for kind, text in table.items():
            found |= {word: [GARMENT_KINDS[kind][0]] for word in _spoken(text)}
    found |= {word: [GARMENT_KINDS[kind][0]] for word, (role, kind) in HELD_OUT.items() if role == "kind"}
    for text, alternatives in COMPOSITES.items():
        items = [item.split() for item in alternatives[0].split(";")]
        named = [GARMENT_KINDS[item[-1]][0] for item in items if item[0][0] in "*$"]
        found |= {word: named for word in _spoken(text)}
    found |= {word: list(ARMOUR) for word in ("armor", "armour", "suit of armor", "suit of armour")}
    for part, nouns in NOUNS.items():
        found |= {word: [part] if part != NONE else [] for word in nouns}
    return {**{word + "s": parts for word, parts in found.items() if not word.endswith("s")}, **found}


def _spoken(text: str) -> list[str]:
    """The words of a list of the vocabulary."""
    return [word.rstrip("@").lower() for word in text.split("|")]
