"""What a person reads in a terminal."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from engine.cancel import CancelFlag
from engine.errors import Cancelled
from engine.job import Job
from engine.progress import JobReporter, Terminal, clock
from engine.protocol import Request


class Screen(io.StringIO):
    """A stream that says whether it is a terminal and in which encoding."""

    def __init__(self, live: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self.live, self.kind = live, encoding

    def isatty(self):
        return self.live

    @property
    def encoding(self):
        return self.kind


STORY = [
    {"event": "job_started", "device": "cpu", "stages": ["appearance", "mesh"]},
    {"event": "stage_started", "stage": "appearance"},
    {"event": "progress", "stage": "appearance", "step": 5, "total": 20, "eta": 75.0},
    {"event": "stage_finished", "stage": "appearance", "seconds": 100.0},
    {"event": "error", "code": "disk_full", "message": "The disk is full.", "hint": "Free some space."},
]


def test_a_terminal_shows_stage_step_and_time_left():
    screen = Screen(live=True)
    terminal = Terminal(screen)
    for event in STORY:
        terminal(event)
    text = screen.getvalue()
    for part in (
        "Appearance",
        "step 5/20",
        "25%",
        "1:15 left",
        "done in 1:40",
        "error: The disk is full. Free some space.",
    ):
        assert part in text
    assert text.endswith("\n")


def test_a_log_gets_every_tenth_part_and_no_control_characters():
    screen = Screen(live=False)
    terminal = Terminal(screen)
    for step in range(1, 1001):
        terminal({"event": "progress", "stage": "shape", "step": step, "total": 1000, "eta": 1.0})
    assert len(screen.getvalue().splitlines()) == 11
    assert "\r" not in screen.getvalue() and "\x1b" not in screen.getvalue()


def test_old_terminals_get_ascii():
    screen = Screen(live=True, encoding="ascii")
    terminal = Terminal(screen)
    for event in STORY:
        terminal(event)
    assert screen.getvalue().isascii()
    assert "#" in screen.getvalue()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (7.26, "7.3 s"), (59.7, "1:00"), (125, "2:05"), (3725, "1:02:05")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_the_reporter_writes_pictures_and_stops(tmp_path):
    events, flag = [], CancelFlag()
    with Job.create(tmp_path, Request(prompts={})) as job:
        job.listeners.append(events.append)
        job.previews("shape").mkdir()
        report = JobReporter(job, "shape", flag)
        image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
        report.preview("../step 01", image)
        flag._event.set()
        with pytest.raises(Cancelled):
            report.progress(1, 2, loss=0.5)
    path = tmp_path / events[0]["path"]
    assert path.parent == tmp_path / "previews" / "shape"
    assert np.array_equal(np.asarray(Image.open(path)), image)
    assert events[1]["loss"] == 0.5


def test_a_paused_stage_holds_at_its_next_step(tmp_path):
    events, flag = [], CancelFlag()
    with Job.create(tmp_path, Request(prompts={})) as job:
        job.listeners.append(events.append)
        report = JobReporter(job, "shape", flag)
        flag.obey("pause")
        stage = threading.Thread(target=report.progress, args=(2, 2))
        stage.start()
        stage.join(0.2)
        assert stage.is_alive() and flag.paused
        flag.obey("resume")
        stage.join(10)
        assert [event["event"] for event in events] == ["progress", "paused", "resumed"]
        flag.obey("pause")
        flag.obey("cancel")
        assert not flag.paused
        with pytest.raises(Cancelled):
            report.progress(2, 2)


def test_the_surface_is_stored_beside_the_previews(tmp_path):
    events = []
    vertices, faces = np.eye(3), np.array([[0, 1, 2]])
    with Job.create(tmp_path, Request(prompts={})) as job:
        job.listeners.append(events.append)
        job.previews("shape").mkdir()
        assert not JobReporter(job, "shape", CancelFlag()).wants_geometry
        JobReporter(job, "shape", CancelFlag(), live=True).geometry(vertices, faces, vertices)
    with np.load(tmp_path / events[0]["path"]) as stored:
        assert np.array_equal(stored["vertices"], vertices) and stored["faces"].dtype == np.int32


def test_a_finish_line_ends_long_work_but_not_the_job(tmp_path):
    flag = CancelFlag()
    with Job.create(tmp_path / "job", Request(prompts={})) as job:
        report = JobReporter(job, "appearance", flag)
        report.progress(1, 3)
        assert not report.finishing()
        flag.obey("finish")
        report.progress(2, 3)  # does not raise
        assert report.finishing() and not flag.is_set()


def test_a_stages_own_estimate_of_the_time_left_is_passed_on(tmp_path):
    told = []
    with Job.create(tmp_path / "job", Request(prompts={})) as job:
        job.listeners.append(told.append)
        JobReporter(job, "appearance", CancelFlag()).progress(1, 3, eta=41.5)
    assert told[-1]["eta"] == 41.5
