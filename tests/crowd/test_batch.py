"""A crowd on this machine: what becomes of each, whatever becomes of its worker."""

import json
import os
import sys
from pathlib import Path

import pytest

from engine import protocol
from engine.cancel import CancelFlag
from engine.crowd import batch
from engine.crowd.listing import entries_of
from engine.crowd.local import LocalHome

FAKE = (sys.executable, str(Path(__file__).with_name("fake_serve.py")))
pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")


def make(out: Path, *rows: dict, workers: int = 1, flag: CancelFlag | None = None) -> tuple[int, list[dict]]:
    """Make a crowd with stand-in workers; gives the exit code and the events."""
    events: list[dict] = []
    entries, refused = entries_of(iter(enumerate(rows, start=1)))
    home = LocalHome(workers, "cpu", tries=2, engine=FAKE)
    return batch.run(entries, refused, out, home, events.append, flag or CancelFlag()), events


def states(events: list[dict]) -> dict[str, str]:
    return {event["name"]: event["state"] for event in events if event["event"] == "crowd_job"}


def test_each_ends_in_its_own_way_and_the_rest_goes_on(tmp_path):
    moods = {"baker": "a baker", "dead": "deadly", "frail": "fragile", "full": "broken", "smith": "a <b>smith</b>"}
    rows = [{"name": name, "appearance": mood} for name, mood in moods.items()]
    (tmp_path / "in-the-way").write_text("")
    code, events = make(tmp_path, *rows, {"name": "in-the-way"}, {"seed": "x"})
    assert code == protocol.EXIT_FAILED
    lost = dict.fromkeys(("dead", "full", "in-the-way", "row 7"), "failed")
    assert states(events) == dict.fromkeys(moods, "made") | lost
    told = {event["name"]: event["message"] for event in events if event["event"] == "crowd_job"}
    assert "2 times" in told["dead"] and "SIGKILL" in told["dead"] and "disk is full" in told["full"]
    assert "in-the-way" in told["in-the-way"] and all("\n" not in sentence for sentence in told.values())
    shares = [event["share"] for event in events if event["event"] == "crowd_progress"]
    assert shares[-1] == 1.0 and events[-1]["event"] == "crowd_finished"
    assert all(protocol.parse_event(json.dumps(event)) for event in events)
    page = (tmp_path / "index.html").read_text()
    assert page.count("<figure>") == 3 and "disk is full" in page and "a &lt;b&gt;smith" in page
    pids = [line.split()[-1] for line in (tmp_path / "calls.txt").read_text().splitlines()]
    assert len(set(pids)) == 4, "one worker serves until it dies"


def test_finished_ones_stay_and_changed_ones_are_made_again(tmp_path):
    rows = [{"name": "a", "appearance": "a nun"}, {"name": "b", "appearance": "broken"}]
    make(tmp_path, *rows)
    (tmp_path / "calls.txt").unlink()
    rows[1] = {"name": "b", "appearance": "a monk"}
    code, events = make(tmp_path, *rows)
    assert code == 0 and states(events) == {"a": "kept", "b": "made"}
    assert (tmp_path / "calls.txt").read_text().split()[0] == "b"


def test_several_workers_share_the_work_and_stop_together(tmp_path):
    code, events = make(tmp_path, {"appearance": "a nun", "seed": "1-8"}, workers=2)
    assert code == 0 and set(states(events).values()) == {"made"} and len(states(events)) == 8
    flag = CancelFlag()
    flag._event.set()
    code, events = make(tmp_path / "other", {"appearance": "a nun", "seed": "1-8"}, workers=2, flag=flag)
    assert code == protocol.EXIT_CANCELLED and set(states(events).values()) == {"cancelled"}
