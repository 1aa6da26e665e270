"""Cutting texts: offsets, quotations, longest phrases, denying endings."""

from engine.reader.chunks import chunks, tokens
from engine.reader.lexicon import lexicon

TEXT = 'A hatless man in a "GO 7" t-shirt, w/ cowboy boots \u2013 no d\u00e9colletage'


def test_tokens_know_where_they_stand() -> None:
    for token in tokens(TEXT):
        written = TEXT[token.start : token.end].lower().strip('"')
        assert written[0] == token.word[0].lower() or token.word == "with"


def test_phrases_are_as_long_as_they_can_be() -> None:
    found = {chunk.written: chunk for chunk in chunks(TEXT, tokens(TEXT), lexicon())}
    assert found["cowboy boots"].value("garment") == "boots.cowboy"
    assert found["t-shirt"].value("garment") == "t_shirt"
    assert found['"GO 7"'].quoted and not found['"GO 7"'].senses
    assert found["w/"].value("fn.with") is not None


def test_an_ending_denies() -> None:
    text = "a shoeless, helmetless, gloveless, tieless man"
    found = {chunk.written: chunk for chunk in chunks(text, tokens(text), lexicon())}
    assert found["tieless"].less and found["tieless"].value("garment") == "tie"
    assert found["shoeless"].value("bare") == "feet"


def test_a_garment_keeps_its_first_word() -> None:
    """ "Navy sailor" is a figure, "sailor uniform" what is worn: English names end with what they are."""
    text = "an usher in a navy sailor uniform, a navy sailor"
    found = chunks(text, tokens(text), lexicon())
    written = [chunk.written for chunk in found]
    assert "sailor uniform" in written and written[-1] == "navy sailor"


def test_a_thing_after_an_article_keeps_its_first_word() -> None:
    """ "With a belt" is a state, and yet a belt bag is a bag."""
    for text, kind in (("a man with a belt bag", "garment"), ("a maid with a feather duster", "extra")):
        last = chunks(text, tokens(text), lexicon())[-1]
        assert len(last.words) == 2 and last.value(kind) is not None
