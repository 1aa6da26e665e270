"""Other languages: detected by their words, put into English word by word, with the places of the original."""

from pathlib import Path

import pytest

from engine.reader import languages, read
from engine.reader.chunks import tokens

TOY = """
[meta]
code = "{code}"
name = "Toy"
source = "this test"
[words]
"""


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two languages of a few words, one of them written without spaces."""
    (tmp_path / "xa.toml").write_text(
        TOY.format(code="xa")
        + '"ropa|ropas" = "coat"\n"ruja|r\u00fbja" = "red"\n"nul" = "without"\n"zapa" = "shoes"\n',
        "utf-8",
    )
    (tmp_path / "xb.toml").write_text(
        TOY.format(code="xb") + '"\u8d64" = "red"\n"\u8d64\u8863" = "red coat"\n"\u9774" = "shoes"\n', "utf-8"
    )
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    languages.languages.cache_clear()
    read.cache_clear()
    yield
    languages.languages.cache_clear()
    read.cache_clear()


def test_words_are_translated_in_their_places(toys: None) -> None:
    text = "Ropa R\u00dbJA, nul zapa"
    code, found = languages.translated(tokens(text))
    assert code == "xa"
    assert [token.word for token in found] == ["coat", "red", ",", "without", "shoes"]
    assert text[found[1].start : found[1].end] == "R\u00dbJA"


def test_characters_without_spaces_are_cut_into_the_longest_words(toys: None) -> None:
    code, found = languages.translated(tokens("\u8d64\u8863\u9774"))
    assert code == "xb"
    assert [(token.word, token.start, token.end) for token in found] == [("red", 0, 2), ("coat", 0, 2), ("shoes", 2, 3)]


def test_a_reading_says_its_language(toys: None) -> None:
    reading = read("ropa ruja")
    assert reading.language == "xa" and [(worn.kind, worn.color) for worn in reading.worn] == [("coat", "red")]
    assert reading.understood[0].words in ("ropa", "ruja")


def test_english_and_unknown_languages(toys: None) -> None:
    assert languages.translated(tokens("a red coat, ropa"))[0] == "en"
    assert languages.translated(tokens("\u043f\u0430\u043b\u044c\u0442\u043e"))[0] == languages.UNKNOWN
    assert languages.translated(tokens("\u0d15\u0d4b\u0d1f\u0d4d\u0d1f\u0d4d"))[0] == languages.UNKNOWN
