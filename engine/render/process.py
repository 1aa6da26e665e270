"""process.mp4: the preview pictures of a job in the order in which they were made. Its numbers are set by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from engine import protocol
from engine.errors import EngineError
from engine.render.video import write_mp4
from engine.settings import VideoConfig

FPS = (4.0, 30.0)
"""Least and most pictures a second where they follow from the length."""
PAPER = 235
"""Grey level (0-255) round pictures that are smaller than the video. Set by hand."""


def write_process(previews: Path, path: Path, conf: VideoConfig) -> bool:
    """Write the video of the pictures in ``previews/<stage>/``; gives whether there were any.

    Raises:
        EngineError: ``bad_config`` for a length, rate, stage or stride that cannot be.
    """
    check(conf)
    stages = [stage for stage in protocol.STAGES if stage in conf.stages]
    pictures = pictures_of(previews, stages)
    if not pictures:
        return False
    pictures = pictures[:: conf.every] + (pictures[-1:] if (len(pictures) - 1) % conf.every else [])
    low, high = FPS
    fps = conf.fps or min(high, max(low, len(pictures) / conf.seconds))
    write_mp4(path, _frames(pictures, hold=round(conf.hold * fps)), fps=fps)
    return True


def check(conf: VideoConfig) -> None:
    """Refuse settings that cannot be.

    Raises:
        EngineError: ``bad_config`` with one sentence.
    """
    for name, fine, wanted in (
        ("seconds", conf.seconds > 0, "above 0"),
        ("fps", 0 <= conf.fps <= 240, "0 (chosen) to 240"),
        ("hold", conf.hold >= 0, "0 or more"),
        ("every", conf.every >= 1, "1 or more"),
    ):
        if not fine:
            raise EngineError("bad_config", f"video.{name} is {getattr(conf, name)}; it must be {wanted}.")
    unknown = sorted(set(conf.stages) - set(protocol.STAGES))
    if unknown:
        raise EngineError(
            "bad_config", f"video.stages names {unknown[0]!r}.", f"Use some of {', '.join(protocol.STAGES)}."
        )


def pictures_of(previews: Path, stages: Sequence[str] = protocol.STAGES) -> list[Path]:
    """The preview pictures of some stages in the order in which they were made."""
    return [file for stage in stages for file in sorted((previews / stage).glob("*.png"), key=_natural)]


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key under which ``step-9`` comes before ``step-10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.stem)]


def _frames(pictures: list[Path], hold: int) -> Iterator[np.ndarray]:
    """The pictures uint8 (H, W, 3), centred on the size of the largest; the last one stays for ``hold`` frames."""
    from PIL import Image

    sizes = []
    for path in pictures:
        with Image.open(path) as image:
            sizes.append(image.size)
    width, height = (max(size[axis] for size in sizes) for axis in (0, 1))
    frame = np.empty(0, np.uint8)
    for path in pictures:
        with Image.open(path) as image:
            picture = np.asarray(image.convert("RGB"))
        frame = np.full((height, width, 3), PAPER, np.uint8)
        top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
        frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        yield frame
    for _ in range(hold):
        yield frame
