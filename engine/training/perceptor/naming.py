"""What `engine.wardrobe.naming` knows: which part of a look a phrase speaks of, and the words for colours."""

from __future__ import annotations

import json

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.perceptor import Perceptor
from engine.training.perceptor import grammar
from engine.training.perceptor.entries import EXPANSION_FILE
from engine.training.perceptor.vocabulary import COLOR_WORDS, HAIR_COLOR_WORDS, HELD_OUT
from engine.training.perceptor.words import Mention, Sample
from engine.wardrobe.naming import NONE, PART_CLASSES
from engine.wardrobe.outfit import GARMENT_KINDS

PHRASES, STEPS = 24000, 300
ORDER = ("color", "pattern", "kind", "accent")


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
    """``count`` statements, with and without an article."""
    found: list[tuple[str, str]] = []
    while len(found) < count:
        for text, part in statements(grammar.sample(rng, bool(rng.random() < 0.2))):
            found.append((str(rng.choice(["", "a ", "the "])) + text, part))
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


def color_words() -> Tensor:
    """JSON bytes: palette (garment, hair) -> word -> colour, of all that captions and held-out synonyms call them."""
    expansion = json.loads(EXPANSION_FILE.read_text())["words"]["color"]
    words: dict[str, dict[str, str]] = {"garment": {}, "hair": {}}
    for palette, table in (("garment", COLOR_WORDS), ("hair", HAIR_COLOR_WORDS)):
        for color, text in table.items():
            words[palette] |= {word.rstrip("@").lower(): color for word in [color, *text.split("|")]}
    for color, further in expansion.items():
        words["garment"] |= {word.lower(): color for word in further}
    words["garment"] |= {word: color for word, (role, color) in HELD_OUT.items() if role == "color"}
    return torch.from_numpy(np.frombuffer(json.dumps(words).encode(), np.uint8).copy())
