"""Every data file of the engine is read by a loader that names the file, the record and the key that is wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import examples, numerals, stems
from engine.appearance import exam, grades
from engine.body import hands as hand_poses
from engine.export import humanoid
from engine.motion import concepts, expression, hands, library, manner, words
from engine.reader.languages import read_words as read_language
from engine.reader.lexicon import read_words as read_lexicon
from engine.tables import read_as
from engine.training.perceptor import people, vocabulary
from engine.training.reader import items
from engine.wardrobe import combining, figure_records, materials, outfit
from engine.wardrobe.cloth import decal, folds, records, traits
from engine.wardrobe.hard import armour, things
from engine.wardrobe.head import face, styles

ROOT = Path(__file__).resolve().parents[2]
CATALOG = "engine/wardrobe/catalog"
SHAPES = library.Shapes.read(library.FOLDER / "shapes.toml")
WRONG = "no such key"

READERS: dict[str, Callable[[Path], object]] = {
    "confs/examples.toml": examples.read_examples,
    "engine/appearance/exam.toml": exam.read_questions,
    "engine/appearance/grades.toml": grades.read_grades,
    "engine/body/hands.toml": hand_poses.read_hands,
    "engine/export/humanoid.toml": humanoid.read_humanoid,
    "engine/motion/expressions.toml": expression.expressions,
    "engine/motion/hands.toml": hands.read_calls,
    "engine/motion/learned.toml": concepts.read_learned,
    "engine/motion/library/*.toml": lambda path: library.read_entries(path, SHAPES),
    "engine/motion/library/shapes.toml": library.Shapes.read,
    "engine/motion/manners.toml": manner.read_manners,
    "engine/motion/words.toml": words.read_words,
    "engine/numerals.toml": numerals.read_numerals,
    "engine/reader/languages/*.toml": read_language,
    "engine/reader/lexicon/*.toml": read_lexicon,
    "engine/stems.toml": stems.read_irregular,
    "engine/training/face_space.toml": lambda path: read_as(path, dict[str, dict[str, float]]),
    "engine/training/perceptor/people.toml": people.read_people,
    "engine/training/perceptor/rare_words.toml": vocabulary.read_rare_words,
    "engine/training/perceptor/vocabulary.toml": vocabulary.read_vocabulary,
    "engine/training/reader/noise.toml": items.read_noise,
    f"{CATALOG}/ancestry.toml": face.read_face_words,
    f"{CATALOG}/armour.toml": armour.read_designs,
    f"{CATALOG}/colors.toml": outfit.read_palettes,
    f"{CATALOG}/combining.toml": combining.read_combining,
    f"{CATALOG}/decals.toml": decal.read_decals,
    f"{CATALOG}/everyday.toml": figure_records.read_everyday,
    f"{CATALOG}/faces.toml": face.read_face_words,
    f"{CATALOG}/figures/*.toml": figure_records.read_figures,
    f"{CATALOG}/folds.toml": folds.read_pushes,
    f"{CATALOG}/garments/*.toml": records.read_records,
    f"{CATALOG}/hairstyles.toml": styles.read_styles,
    f"{CATALOG}/kinds.toml": outfit.read_kinds,
    f"{CATALOG}/materials.toml": materials.read_materials,
    f"{CATALOG}/people.toml": figure_records.read_people,
    f"{CATALOG}/things/*.toml": things.read_things,
    f"{CATALOG}/traits.toml": traits.read_changes,
    f"{CATALOG}/usual.toml": combining.read_usual,
}
"""Files, and what reads them; a file that has a line of its own is none of those that a pattern means."""
FILES = {path: reader for pattern, reader in READERS.items() for path in sorted(ROOT.glob(pattern))} | {
    ROOT / name: reader for name, reader in READERS.items() if "*" not in name
}


def test_every_data_file_has_its_reader() -> None:
    there = {*(ROOT / "engine").rglob("*.toml"), *(ROOT / "confs").glob("*.toml")}
    assert there == set(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_broken_record_is_named_with_its_file(path: Path, tmp_path: Path) -> None:
    """What no record takes, behind the last one: that file, that record and that key are in the sentence."""
    broken = Path(shutil.copy(path, tmp_path))
    text = path.read_text(encoding="utf-8")
    broken.write_text(f'{text}\n"{WRONG}" = [[1]]\n', encoding="utf-8")
    with pytest.raises(ValueError) as caught:
        FILES[path](broken)
    headers = re.findall(r"^\[+(.*?)\]+\s*(?:#.*)?$", text, re.MULTILINE)
    last = headers[-1].strip('"') if headers else WRONG
    for said in (path.name, WRONG, last):
        assert said in str(caught.value), (said, str(caught.value))
