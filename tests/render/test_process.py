"""The video of the work: which pictures it shows, for how long, and what is refused."""

from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from engine.config import load_config
from engine.errors import EngineError
from engine.render.process import write_process
from engine.settings import VideoConfig


@pytest.fixture
def previews(tmp_path: Path) -> Path:
    """Five pictures of the shape (dark) and ten of the appearance, each a little brighter than the one before."""
    for stage, count, first in (("shape", 5, 0), ("appearance", 10, 100)):
        folder = tmp_path / "previews" / stage
        folder.mkdir(parents=True)
        for index in range(count):
            Image.fromarray(np.full((32, 32, 3), first + 10 * index, np.uint8)).save(folder / f"step-{index}.png")
    return tmp_path / "previews"


def shown(previews: Path, conf: VideoConfig) -> tuple[list[int], float]:
    """Grey levels of the video's frames, rounded to tens, and its pictures a second."""
    path = previews.parent / "process.mp4"
    assert write_process(previews, path, conf)
    reader = imageio_ffmpeg.read_frames(str(path))
    meta = next(reader)
    return [round(np.frombuffer(frame, np.uint8).mean() / 10) * 10 for frame in reader], meta["fps"]


def test_the_length_decides_the_rate(previews):
    frames, fps = shown(previews, VideoConfig(seconds=1.5, hold=0))
    assert fps == pytest.approx(10) and len(frames) == 15
    assert frames[:6] == [0, 10, 20, 30, 40, 100] and frames[-1] == 190


def test_rate_hold_and_choice_of_pictures(previews):
    conf = VideoConfig(fps=5, hold=1, stages=("appearance",), every=4)
    frames, fps = shown(previews, conf)
    assert fps == pytest.approx(5)
    assert frames == [100, 140, 180, 190] + 5 * [190]


def test_no_pictures_no_video(tmp_path):
    assert not write_process(tmp_path, tmp_path / "process.mp4", VideoConfig())
    assert not (tmp_path / "process.mp4").exists()


@pytest.mark.parametrize(("key", "value"), [("seconds", 0.0), ("fps", -1.0), ("every", 0), ("stages", ("hair",))])
def test_what_cannot_be_is_refused(previews, key, value):
    with pytest.raises(EngineError, match=f"video.{key}"):
        write_process(previews, previews / "x.mp4", replace(VideoConfig(), **{key: value}))


def test_the_conf_names_it():
    conf = load_config("tiny", overrides={"video.fps": "12", "video.stages": "[appearance]"}).video
    assert conf.fps == 12 and conf.stages == ("appearance",)
