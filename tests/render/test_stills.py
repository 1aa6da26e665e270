"""Stills and video: what must be in the pictures, by closed form where there is one."""

from __future__ import annotations

from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import trimesh

from engine.render import stills
from engine.render.camera import Camera
from engine.render.raycast import MeshRaycaster
from engine.render.shade import shade, to_linear, to_srgb
from engine.render.surface import Surface
from engine.render.video import write_mp4

SPHERE = trimesh.creation.icosphere(subdivisions=4, radius=0.5)


def figure() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A body-sized capsule with a red front and a blue back, standing on y = 0."""
    capsule = trimesh.creation.capsule(height=1.2, radius=0.25, count=[48, 48])
    vertices = np.asarray(capsule.vertices)[:, [1, 2, 0]] + np.array([0.0, 0.85, 0.0])
    colors = np.where(vertices[:, 2:] > 0, np.array([[0.8, 0.1, 0.1]]), np.array([[0.1, 0.1, 0.8]]))
    return vertices, np.asarray(capsule.faces), colors


def test_srgb_round_trip_and_known_value() -> None:
    values = np.linspace(0, 1, 101)
    np.testing.assert_allclose(to_srgb(to_linear(values)), values, atol=2e-6)
    assert to_linear(np.array(0.5)) == pytest.approx(0.2140411, abs=1e-6)


def test_lambert_shading_has_its_closed_form() -> None:
    camera = Camera(np.array([0.0, 0.0, 3.0]), np.zeros(3), fov_degrees=25.0, width=64, height=64)
    hits = MeshRaycaster(SPHERE.vertices, SPHERE.faces).cast(camera)
    light = np.array([0.5, 0.5, 1.0])
    picture = shade(hits, SPHERE.faces, np.full((len(SPHERE.vertices), 3), 0.6), light, 0.2, np.array([1.0, 0.5, 0.0]))
    expected = 0.6 * (0.2 + 0.8 * np.maximum(hits.normal @ light / np.linalg.norm(light), 0.0))
    np.testing.assert_allclose(picture[hits.mask], np.repeat(expected[hits.mask][:, None], 3, 1), atol=1e-5)
    assert (picture[~hits.mask] == (1.0, 0.5, 0.0)).all()


def test_views_show_the_front_in_front_and_the_back_behind() -> None:
    vertices, faces, colors = figure()
    views = stills.body_views(vertices, faces, colors, np.array([0.0, 1.4, 0.0]), height=160)
    assert list(views) == ["front", "side", "back", "head"]
    for name, channel in (("front", 0), ("back", 2)):
        picture = views[name].astype(int)
        centre = picture[80, picture.shape[1] // 2]
        assert picture.dtype == int and centre[channel] > 2 * centre[2 - channel]
    corner = views["front"][2, 2].astype(int)
    assert np.ptp(corner) <= 2 and corner.min() > 120  # neutral and light


def test_edges_are_smooth_and_the_floor_is_dark_under_the_feet() -> None:
    vertices, faces, colors = figure()
    scene = stills.Scene(vertices, faces, colors)
    camera = stills.framing(vertices, 0.0, (120, 160))
    picture = scene.photograph(camera).astype(int)
    row = picture[80, :, 1]  # the backdrop is light, the figure's green is dark
    between = ((row > row.min() + 25) & (row < row.max() - 25)).sum()
    assert 1 <= between <= 8  # the sheen of the outline included
    assert scene.floor == pytest.approx(0.0, abs=1e-6)
    foot = int(camera.project(np.array([[0.0, 0.0, 0.0]]))[0][0, 1])
    shadow = picture[foot + 2 : foot + 5, 50:70, 1].mean() / picture[foot + 2 : foot + 5, :4, 1].mean()
    assert shadow < 0.8


def test_sheet_is_1600_wide_and_every_frame_is_framed() -> None:
    vertices, faces, colors = figure()
    frames = np.stack([vertices + np.array([0.3 * t, 0.0, 0.5 * t]) for t in range(12)])
    row = stills.motion_row(frames, faces, colors, size=(200, 100))
    assert row.shape == (100, 1600, 3)
    tiles = row.reshape(100, 8, 200, 3).swapaxes(0, 1).astype(int)
    colored = np.ptp(tiles, axis=-1) > 60
    assert (colored.sum((1, 2)) > 300).all() and not colored[:, :2].any() and not colored[:, :, :2].any()
    views = np.zeros((50, sum(stills.VIEW_WIDTHS.values()), 3), np.uint8)
    assert stills.preview_sheet(views, row).shape == (154, 1600, 3)
    with pytest.raises(ValueError, match="wide"):
        stills.preview_sheet(views, row[:, :100])


def test_thumbnail_shows_the_whole_pose() -> None:
    vertices, faces, _ = figure()
    picture = stills.thumbnail(vertices, faces, size=64)
    assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
    inside = picture[:, :, 0] < 225
    assert 0.05 < inside.mean() < 0.6 and not inside[0].any() and not inside[-1].any()


def test_all_pictures_take_a_surface() -> None:
    vertices, faces, _ = figure()
    colors = np.full_like(vertices, 0.8)
    metal = Surface(np.full(len(vertices), 0.1, np.float32), np.ones(len(vertices), np.float32))
    head = np.array([0.0, 1.4, 0.0])
    matt, shiny = (stills.body_views(vertices, faces, colors, head, 96, surface)["front"] for surface in (None, metal))
    frames = np.repeat(vertices[None], 3, 0)
    matt_row, shiny_row = (stills.motion_row(frames, faces, colors, 3, (40, 60), s) for s in (Surface(), metal))
    small = [stills.thumbnail(vertices, faces, colors, 64, surface=surface) for surface in (Surface(), metal)]
    for plain, mirror in ((matt, shiny), (matt_row, shiny_row), small):
        assert plain.shape == mirror.shape
        middle = slice(plain.shape[0] // 3, 2 * plain.shape[0] // 3)
        width = plain.shape[1] // (3 if plain is matt_row else 1)
        strips = [p[middle, width // 2 - 4 : width // 2 + 4].astype(float) for p in (plain, mirror)]
        assert strips[1].mean() < strips[0].mean() - 25  # a mirror that faces the camera shows the dark room


def test_video_has_its_frames_size_and_rate(tmp_path: Path) -> None:
    frames = [np.full((65, 101, 3), value, np.uint8) for value in (0, 60, 120, 180, 240)]
    path = tmp_path / "a.mp4"
    write_mp4(path, frames, fps=10)
    reader = imageio_ffmpeg.read_frames(str(path))
    meta = next(reader)
    pictures = [np.frombuffer(frame, np.uint8).reshape(64, 100, 3) for frame in reader]
    assert meta["size"] == (100, 64) and meta["fps"] == 10 and meta["codec"] == "h264" and "yuv420p" in meta["pix_fmt"]
    assert [abs(int(p.mean()) - v) < 6 for p, v in zip(pictures, (0, 60, 120, 180, 240))] == [True] * 5
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_bad_frame_leaves_no_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    for frames in ([], [np.zeros((8, 8, 3), np.uint8), np.zeros((9, 8, 3), np.uint8)], [np.zeros((8, 8, 3))]):
        with pytest.raises(ValueError):
            write_mp4(path, frames)
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1
