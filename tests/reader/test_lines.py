"""Readings for a program that asks line by line."""

from __future__ import annotations

import io
import json
import subprocess
import sys

from engine.reader import english
from engine.reader.lines import answers


def ask(*questions: object) -> list[dict]:
    return [json.loads(line) for line in answers(io.StringIO("".join(json.dumps(q) + "\n" for q in questions)))]


def test_each_question_has_its_answer_in_order():
    found = ask({"what": "appearance", "text": "a red hat"}, 5, {"text": "x"}, {"what": "shape", "text": "a tall man"})
    assert [(one["what"], one["text"]) for one in found] == [("appearance", "a red hat"), ("shape", "a tall man")]
    assert {"red"} <= {item["value"] for item in found[0]["understood"]} and found[1]["understood"]


def test_what_has_no_effect_and_other_languages_are_told():
    odd, german = ask(
        {"what": "appearance", "text": "a blue shirt with a zzgrblx"}, {"what": "appearance", "text": "ein roter Hut"}
    )
    assert any("zzgrblx" in word for word in odd["ignored"])
    assert "German" in german["notes"][0] and german["understood"]


def test_a_text_longer_than_the_perceptor_reads_is_told_with_the_place():
    short = "a woman in a long green dress with white sleeves"
    fine, long = ask({"what": "appearance", "text": short}, {"what": "appearance", "text": f"{short}, " * 6 + "a hat"})
    assert fine["notes"] == [] and len(long["notes"]) == 1
    place = long["notes"][0].partition("“")[2].partition("…")[0]
    assert place in (f"{short}, " * 6) and (f"{short}, " * 6).index(place) > 0


def test_a_motion_is_told_by_its_movements_in_their_order():
    (found,) = ask({"what": "motion", "text": "walking backwards and then sitting down"})
    layers = [item["layer"] for item in found["understood"]]
    assert layers == sorted(layers) and set(layers) == {"Movement 1", "Movement 2"} and found["notes"] == []
    told = {layer: " ".join(i["value"] for i in found["understood"] if i["layer"] == layer) for layer in layers}
    assert "walk" in told["Movement 1"] and "backward" in told["Movement 1"] and "sit" in told["Movement 2"]


def test_a_text_that_is_matched_as_a_whole_is_put_into_english():
    assert english("ein Mann tanzt").split() == ["a", "man", "dances"] and english("waving slowly") == "waving slowly"
    assert "woman" in english("una mujer corre") and "run" in english("una mujer corre")


def test_the_command_answers_until_its_input_ends():
    question = json.dumps({"what": "appearance", "text": "a green cape"}) + "\n"
    command = [sys.executable, "-m", "engine", "read", "--lines"]
    ended = subprocess.run(command, input=question * 2, capture_output=True, text=True, timeout=120, check=True)
    assert [json.loads(line)["text"] for line in ended.stdout.splitlines()] == ["a green cape"] * 2
