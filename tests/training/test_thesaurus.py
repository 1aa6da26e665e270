"""The thesaurus finds what unlisted words stand for, in a small WordNet written in its own format."""

from pathlib import Path

import pytest

from engine.training.perceptor.thesaurus import Thesaurus, WordNet, singular


def synset(offset: int, tag: str, words: str, up: str, symbol: str, gloss: str) -> str:
    """One line of data.noun or data.adj (wndb(5WN)): words and the offsets above are separated by spaces."""
    spoken, above = words.split(), up.split()
    pointers = "".join(f" {symbol} {int(other):08d} {tag} 0000" for other in above)
    names = " ".join(f"{word} 0" for word in spoken)
    return f"{offset:08d} 06 {tag} {len(spoken):02x} {names} {len(above):03d}{pointers} | {gloss}  "


def index(word: str, tag: str, *offsets: int) -> str:
    places = " ".join(f"{offset:08d}" for offset in offsets)
    return f"{word} {tag} {len(offsets)} 1 @ {len(offsets)} 0 {places}  "


@pytest.fixture
def wordnet(tmp_path: Path) -> WordNet:
    nouns = [
        synset(1, "n", "clothing", "", "@", "a covering for the body"),
        synset(2, "n", "trouser pant", "1", "@", "a garment with two legs"),
        synset(3, "n", "slacks", "2", "@", "pants for casual wear"),
        synset(4, "n", "money", "", "@", "the most common medium of exchange"),
        synset(5, "n", "bread trouser", "4", "@", "informal terms for money"),
        synset(6, "n", "smock", "1", "@", "a loose coverall; a kind of coat worn by painters"),
    ]
    adjectives = [
        synset(11, "a", "fat", "", "&", "having much flesh"),
        synset(12, "s", "corpulent obese", "11", "&", "excessively large"),
        synset(13, "s", "greasy", "11", "&", "rich in fat"),
    ]
    words = [("slacks", "n", 3), ("trouser", "n", 2, 5), ("bread", "n", 5), ("smock", "n", 6)]
    plain = [("corpulent", "a", 12), ("greasy", "a", 13), ("fat", "a", 11)]
    notice = "  1 a line of the licence\n"
    (tmp_path / "data.noun").write_text(notice + "\n".join(nouns) + "\n")
    (tmp_path / "data.adj").write_text(notice + "\n".join(adjectives) + "\n")
    (tmp_path / "index.noun").write_text(notice + "\n".join(index(*word) for word in words) + "\n")
    (tmp_path / "index.adj").write_text(notice + "\n".join(index(*word) for word in plain) + "\n")
    return WordNet(tmp_path)


KNOWN = {
    "trousers": ("kind", "trousers"),
    "coat": ("kind", "coat"),
    "fat": ("weight", "fat"),
    "obese": ("weight", "fat"),
}


@pytest.fixture(autouse=True)
def no_survey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.perceptor.thesaurus.survey", lambda: {"mauve": ("color", "lavender")})


def test_a_garment_is_what_stands_above_it_and_money_is_none(wordnet: WordNet):
    thesaurus = Thesaurus(wordnet, KNOWN)
    assert thesaurus.value("slacks") == ("kind", "trousers")
    assert thesaurus.value("bread") is None  # 'trouser' is listed, but this meaning is no clothing


def test_the_gloss_speaks_where_nothing_else_does(wordnet: WordNet):
    assert Thesaurus(wordnet, KNOWN).value("smock") == ("kind", "coat")


def test_an_adjective_needs_two_listed_words_like_it(wordnet: WordNet):
    thesaurus = Thesaurus(wordnet, KNOWN)
    assert thesaurus.value("corpulent") == ("weight", "fat")
    assert thesaurus.value("greasy") is None
    assert Thesaurus(wordnet, {"fat": ("weight", "fat")}).value("corpulent") is None


def test_the_survey_goes_first_and_unknown_words_have_no_value(wordnet: WordNet):
    thesaurus = Thesaurus(wordnet, KNOWN)
    assert thesaurus.value("mauve") == ("color", "lavender")
    assert thesaurus.value("quux") is None


def test_agreement_hides_the_word_itself(wordnet: WordNet):
    assert Thesaurus(wordnet, KNOWN).agreement() == {"kind": (1, 0, 0), "weight": (1, 0, 0)}
    assert Thesaurus(wordnet, {**KNOWN, "slacks": ("kind", "trousers")}).agreement()["kind"] == (2, 1, 1)


def test_plurals_are_looked_up_without_their_s():
    assert [singular(word) for word in ("mittens", "dress", "glasses")] == ["mitten", "dress", "glasse"]
