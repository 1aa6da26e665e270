"""H.264 video that plays everywhere (yuv420p in MP4), written with the ffmpeg that imageio-ffmpeg brings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import imageio_ffmpeg
import numpy as np


def write_mp4(path: str | os.PathLike[str], frames: Iterable[np.ndarray], fps: float = 30.0, crf: int = 20) -> None:
    """Write a video, whole or not at all.

    Args:
        path: the file, whose folder exists.
        frames: pictures uint8 (H, W, 3), all of the first one's size; odd sides lose their last row or column, as
            yuv420p halves the colour's resolution.
        fps: frames a second.
        crf: quality of x264, lower is better; 18-23 looks good.

    Raises:
        ValueError: if there are no frames, or one is of another size or kind.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".mp4")
    os.close(handle)
    writer = None
    shape: tuple[int, ...] = ()
    try:
        for frame in frames:
            if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3:
                raise ValueError(f"a frame is uint8 (H, W, 3), not {frame.dtype} {frame.shape}")
            if writer is None:
                shape = frame.shape
                even = (shape[1] // 2 * 2, shape[0] // 2 * 2)
                options = ["-crf", str(crf), "-preset", "medium", "-movflags", "+faststart"]
                writer = imageio_ffmpeg.write_frames(
                    temporary,
                    even,
                    fps=fps,
                    codec="libx264",
                    pix_fmt_out="yuv420p",
                    quality=None,
                    macro_block_size=2,
                    output_params=options,
                    ffmpeg_log_level="error",
                )
                writer.send(None)
            if frame.shape != shape:
                raise ValueError(f"a frame is {frame.shape}, the first was {shape}")
            writer.send(np.ascontiguousarray(frame[: even[1], : even[0]]))
        if writer is None:
            raise ValueError("a video needs at least one frame")
        writer.close()
        writer = None
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    finally:
        if writer is not None:
            writer.close()
        Path(temporary).unlink(missing_ok=True)
