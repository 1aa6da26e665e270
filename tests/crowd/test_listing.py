"""Lists of avatars: what a row stands for, and what is said of one that stands for nothing."""

import json

import pytest

from engine.crowd.listing import entries_of, expand, read_list
from engine.errors import EngineError


def test_columns_are_the_requests_fields(tmp_path):
    rows = tmp_path / "list.csv"
    rows.write_text(
        "name;appearance;motion;seed;preset;mesh.game_faces\n"
        "Ada;a baker;waving;7;standard;5000\n"
        '"Bo";"a smith; old";;;;\n',
        encoding="utf-8-sig",
    )
    (ada, bo), refused = read_list(rows)
    assert not refused
    assert (ada.name, ada.request.prompts) == ("Ada", {"appearance": "a baker", "motion": "waving"})
    assert (ada.request.seed, ada.request.preset, ada.request.overrides) == (7, "standard", {"mesh.game_faces": "5000"})
    assert (bo.request.prompts, bo.request.seed, bo.request.preset) == ({"appearance": "a smith; old"}, 0, "draft")


def test_choices_stand_for_all_their_texts_and_come_round_evenly():
    row = {"appearance": "a {tall|short} {baker|smith|nurse}", "shape": "{thin|}"}
    all_of_them = expand(row)
    texts = {tuple(entry.request.prompts.items()) for entry in all_of_them}
    assert len(all_of_them) == len(texts) == 12
    assert {entry.request.seed for entry in all_of_them} == set(range(12)) and len({e.name for e in all_of_them}) == 12
    assert {dict(text)["shape"] for text in texts} == {"thin", ""}
    twice = expand({**row, "count": 24, "seed": 5})
    counted = [tuple(entry.request.prompts.items()) for entry in twice]
    assert all(counted.count(text) == 2 for text in texts) and set(counted[:12]) == texts
    assert [e.request.seed for e in twice] == list(range(5, 29)) and twice == expand({**row, "count": 24, "seed": 5})


def test_ranges_counts_and_names():
    assert [e.request.seed for e in expand({"appearance": "a nun", "seed": "8-10"})] == [8, 9, 10]
    assert [e.name for e in expand({"name": "nun", "appearance": "a nun", "count": 10})][::9] == ["nun-01", "nun-10"]
    assert len(expand({"appearance": "a nun"}, vary=5)) == 5 and len(expand({"name": "x", "count": "3"}, vary=5)) == 3


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"apperance": "a nun"}, "'appearance' is meant"),
        ({"appearance": "a {nun"}, "brace"),
        ({"appearance": "a nun", "seed": "9-3"}, "9-3"),
        ({"appearance": "a nun", "seed": "few"}, "few"),
        ({"appearance": "a nun", "count": "many"}, "many"),
        ({"appearance": "a nun", "count": 0}, "not 0"),
        ({"name": "../up", "appearance": "a nun"}, "../up"),
        ({"name": ".hidden"}, "hidden"),
        ({"appearance": "a" * 2000}, "2000"),
        ({"appearance": "a nun", "preset": "ultra"}, "ultra"),
        ({"appearance": "a nun", "mesh.nose": "5"}, "mesh.nose"),
        ({"motion": "{a|b|c|d|e|f}" * 8}, "count"),
    ],
)
def test_a_broken_row_is_one_sentence_and_the_rest_stands(row, named):
    entries, refused = entries_of(iter([(1, row), (2, {"appearance": "a baker"})]))
    assert [entry.row for entry in entries] == [2] and [lost.name for lost in refused] == ["row 1"]
    assert named in refused[0].message and "\n" not in refused[0].message


def test_two_rows_of_one_name_and_lines_that_are_none(tmp_path):
    rows = tmp_path / "list.jsonl"
    same = {"appearance": "a nun", "motion": "waving"}
    lines = [{"name": "Ada"}, {"name": "ada", "seed": 3}, same, same, {"prompts": {"shape": "a child"}}]
    rows.write_text("\n".join(["{half", *map(json.dumps, lines), "[1]"]))
    entries, refused = read_list(rows)
    assert [entry.row for entry in entries] == [2, 4, 6] and [lost.name[-1] for lost in refused] == ["1", "3", "5", "7"]
    assert "the name of row 2" in refused[1].message and "is as row 4" in refused[2].message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a poem\nof two lines\n", None])
def test_a_file_that_is_no_list_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(EngineError, match=r"list\.csv") as caught:
        read_list(tmp_path / "list.csv")
    assert caught.value.code == "bad_request"
