"""The words of other languages: unambiguous forms, English that is shared, and phrases that come out word by word."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest

import engine.reader

FOLDER = Path(engine.reader.__file__).with_name("languages")
CODES = ("de", "es", "fr", "it", "ja", "ko", "pt", "zh")


def _table(code: str) -> dict:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def _forms(code: str) -> list[tuple[str, str]]:
    """(form, English) of every form of a language, in the file's order."""
    return [(form, english) for forms, english in _table(code)["words"].items() for form in forms.split("|")]


def _word_by_word(code: str, text: str) -> list[str]:
    """English words of a text: of the forms that fit, always the longest; spaces part forms where there are any."""
    known, words = dict(_forms(code)), []
    while text := text.lstrip():
        found = max((form for form in known if text.startswith(form)), key=len)
        words.append(known[found])
        text = text[len(found) :]
    return words


def test_every_language_has_a_file_and_no_other_is_there():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == list(CODES)


@pytest.mark.parametrize("code", CODES)
def test_forms_are_normal_and_stand_for_one_english_word(code: str):
    table, forms = _table(code), _forms(code)
    assert table["meta"]["code"] == code and table["meta"]["name"] and table["meta"]["source"]
    assert len({form for form, _ in forms}) == len(forms)
    assert all(form == unicodedata.normalize("NFC", form).lower().strip() != "" for form, _ in forms)
    english = list(table["words"].values())
    assert len(set(english)) == len(english)
    assert all(word.isascii() and word == word.lower().strip() != "" for word in english)


def test_the_languages_share_most_of_their_english_words():
    shared = set.intersection(*(set(_table(code)["words"].values()) for code in CODES))
    assert len(shared) >= 400
    assert shared >= {"black", "white", "red", "blue", "trousers", "dress", "leather", "striped", "knight", "nurse"}
    assert shared >= {"old", "fat", "man", "woman", "beard", "and", "over", "under", "walks", "runs", "dances", "jumps"}


@pytest.mark.parametrize(
    ("code", "text", "english"),
    [
        ("de", "ein alter ritter ohne helm", "a|old|knight|without|helmet"),
        ("de", "junge frau mit weissem hemd und hut", "young woman|with|white|shirt|and|hat"),
        ("fr", "une sorcière en robe noire sans chapeau", "a|witch|in|dress|black|without|hat"),
        ("es", "un hombre gordo con botas de agua rojas", "a|man|fat|with|rubber boots|red"),
        ("it", "pagliaccio con pantaloni a righe", "clown|with|trousers|striped"),
        ("pt", "uma noiva de vestido de noiva azul", "a|bride|of|wedding dress|blue"),
        ("ja", "帽子なしの海賊", "hat|missing|pirate"),
        ("ja", "白いシャツの上に黒いジャケット", "white|shirt|under|black|jacket"),
        ("zh", "穿着红色连衣裙的女人", "wearing|red|dress|the|woman"),
        ("zh", "白衬衫外面穿黑夹克", "white|shirt|under|black|jacket"),
        ("ko", "모자 없는 카우보이", "hat|missing|cowboy"),
        ("ko", "사람이 천천히 걷는다", "person|the|slowly|walks"),
    ],
)
def test_a_phrase_comes_out_word_by_word(code: str, text: str, english: str):
    assert _word_by_word(code, text) == english.split("|")
