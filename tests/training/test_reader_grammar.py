"""The reader's training texts say what their labels say."""

from engine.reader.chunks import chunks, tokens
from engine.reader.lexicon import lexicon
from engine.reader.network import ITEMS, LINKS, MODIFIERS, ROLES
from engine.training.reader.draft import Draft
from engine.training.reader.examples import example, labelled
from engine.training.reader.grammar import drawn


def test_places_of_phrases_are_their_words() -> None:
    for seed in range(80):
        draft = drawn(seed)
        text = draft.text()
        said = [words for words, node in draft.parts if node is not None and words]
        assert sorted(said) == sorted(text[node.start : node.end] for node in draft.nodes if node.end)


def test_modifiers_belong_to_items() -> None:
    for seed in range(80):
        draft = drawn(seed)
        for row, column in draft.links["attach"]:
            assert draft.nodes[row].role in MODIFIERS and draft.nodes[column].role in ITEMS
        for outer, inner in draft.links["over"]:
            assert {draft.nodes[outer].role, draft.nodes[inner].role} <= set(ITEMS)


def test_one_seed_gives_one_text() -> None:
    assert drawn(5).text() == drawn(5).text() != drawn(6).text()
    assert (example(5).roles == example(5).roles).all()


def test_labels_reach_the_chunks() -> None:
    draft = Draft()
    draft.say("a man without")
    color = draft.say("dark red", "color")
    item = draft.say("cowboy boots", "garment", True)
    draft.link("attach", color, item)
    text = draft.text()
    found = chunks(text, tokens(text), lexicon())
    made = labelled(draft, found)
    words = [chunk.written for chunk in found]
    at, boots = words.index("dark red"), words.index("cowboy boots")
    assert ROLES[made.roles[at]] == "color" and ROLES[made.roles[boots]] == "garment"
    assert made.denied.nonzero()[0].tolist() == [boots]
    assert made.links.nonzero()[0].tolist() == [LINKS.index("attach")] and made.links[0, at, boots]
