"""``motion.mp4``: as long as the motion, and the avatar in the middle of each picture, from all sides."""

from __future__ import annotations

import imageio_ffmpeg
import numpy as np

from engine.export import turntable
from tests.export import figures


def test_the_camera_goes_round_the_moving_avatar(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(turntable, "SIZE", (48, 64))
    scene = figures.scene("child", tmp_path)
    assert turntable.write(scene, tmp_path) == ["motion.mp4"]
    video = imageio_ffmpeg.read_frames(str(tmp_path / "motion.mp4"))
    assert abs(next(video)["fps"] - figures.FPS) < 0.01
    seen = np.array([np.frombuffer(frame, np.uint8).reshape(64, 48, 3) for frame in video]).astype(int)
    assert len(seen) == figures.FRAMES
    middle = seen[:, 16:48, 18:30].mean((1, 2))
    edge = seen[:, 16:48, :4].mean((1, 2))
    assert (np.abs(middle - edge).max(1) > 15).all()  # it walks away, and the camera with it
    assert figures.scene("child", tmp_path, moving=False).source is not None
    assert turntable.write(figures.scene("child", tmp_path, moving=False), tmp_path) == []
