"""Words of direction, side, number and order are seen on joints and paths; none of the texts stands in a table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from engine import motion
from engine.body import load_body
from engine.geometry.rotations import axis_angle_to_matrix, yaw_of
from engine.motion import proposals
from engine.motion.paths import bent, facing
from engine.motion.skeleton import positions_of, reference_joints
from engine.report import Silent
from engine.settings import MotionConfig

from .predicates import Take


class Path(Take):
    """A take with its turning and what was said about it."""

    def __init__(self, text: str, body, frames: int = 0) -> None:
        report = Silent()
        betas = np.zeros(body.num_betas, np.float32)
        made = motion.run(
            text, body, betas, None, MotionConfig(frames=frames), torch.Generator().manual_seed(0), report
        )
        rest, floor = body.rest_joints(betas), np.array([0, body.rest_vertices(betas)[:, 1].min(), 0])
        joints = positions_of(made.poses.reshape(-1, 24, 3), made.trans + rest[0], rest)
        super().__init__(joints - floor, rest - floor, made.fps)
        pelvis = np.unwrap(yaw_of(axis_angle_to_matrix(made.poses.reshape(-1, 24, 3)[:, 0])))
        object.__setattr__(self, "turn", np.degrees(pelvis - pelvis[0]))
        object.__setattr__(self, "labels", made.labels)
        object.__setattr__(self, "warnings", report.warnings)

    def peaks(self, values: np.ndarray, size: float) -> int:
        """How often a signal (T,) rises by `size` and falls again."""
        high = values > values.min() + size
        return int((np.diff(np.concatenate([[0], high.astype(int)])) == 1).sum())


@pytest.fixture(scope="module")
def body():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proposals, "candidate_pictures", lambda *_: [np.zeros((2, 2, 3), np.uint8)])
        yield load_body()


def toward(x: float, z: float, least: float) -> Callable[[Path], bool]:
    """The pelvis gets at least so many metres that way, and within 15 degrees of it."""

    def holds(t: Path) -> bool:
        along = t.travel[0] * x + t.travel[2] * z
        return along > least and abs(t.travel[0] * z - t.travel[2] * x) < np.tan(np.radians(15)) * along

    return holds


def turns(degrees: float, within: float = 8.0) -> Callable[[Path], bool]:
    return lambda t: abs(t.turn[-1] - degrees) < within


def faces_ahead(t: Path) -> bool:
    return bool(np.abs(t.turn).max() < 40)


PATHS: dict[str, Callable[[Path], bool]] = {
    "strolling": toward(0, 1, 1.0),
    "a jogger jogs": toward(0, 1, 3.0),
    "sidestepping to the left": lambda t: toward(1, 0, 0.6)(t) and faces_ahead(t),
    "shuffling sideways to her right": lambda t: toward(-1, 0, 0.6)(t) and faces_ahead(t),
    "stepping to the left": lambda t: toward(1, 0, 0.4)(t) and abs(t.travel[1]) < 0.1 and faces_ahead(t),
    "takes two steps to the right": lambda t: toward(-1, 0, 0.3)(t) and faces_ahead(t),
    "jogging backwards": lambda t: toward(0, -1, 1.0)(t) and faces_ahead(t),
    "tiptoeing backward": lambda t: toward(0, -1, 0.5)(t) and faces_ahead(t),
    "jumps to the left": lambda t: toward(1, 0, 0.3)(t) and faces_ahead(t),
    "leaps to the right": lambda t: toward(-1, 0, 0.3)(t) and faces_ahead(t),
    "a soldier marches to the right": lambda t: t.travel[0] < -0.8,
    "walks three metres": lambda t: abs(np.linalg.norm(t.travel[[0, 2]]) - 3) < 0.35,
    "jogging in a circle clockwise": lambda t: turns(-360, 25)(t) and np.linalg.norm(t.travel[[0, 2]]) < 0.6,
    "walks in a circle to the left": lambda t: turns(360, 25)(t) and t.pelvis[:, 0].max() > 0.6 > -t.pelvis[:, 0].min(),
    "rotates 45 degrees to the left": turns(45),
    "turns ninety degrees clockwise": turns(-90),
    "turns around counterclockwise": turns(180),
    "makes a quarter turn to the right": turns(-90),
    "twirls twice anticlockwise": turns(720, 15),
    "turns left, then right": lambda t: turns(0)(t) and t.turn.max() > 70,
    "limping while turning right": lambda t: turns(-90, 25)(t) and t.travel[0] < -0.2,
    "marches 6 steps, turns around and marches back": lambda t: (
        abs(t.travel[2]) < 1.7 and t.pelvis[:, 2].max() > 1.4 and turns(-180, 10)(t)
    ),
    "walks diagonally to the right": lambda t: -0.35 > t.travel[0] / t.travel[2] > -1.4,
    "bends to the left, then to the right": lambda t: (
        (t.neck - t.pelvis)[:60, 0].max() > 0.15 and (t.neck - t.pelvis)[-20:, 0].max() < -0.15
    ),
    "walking without turning": lambda t: toward(0, 1, 1.5)(t) and faces_ahead(t),
}

SIDES: dict[str, Callable[[Path], bool]] = {
    "kicks with the left foot": lambda t: np.ptp(t.left_ankle[:, 1]) > np.ptp(t.right_ankle[:, 1]) + 0.2,
    "kicking with his right leg": lambda t: np.ptp(t.right_ankle[:, 1]) > np.ptp(t.left_ankle[:, 1]) + 0.2,
    "hops on the left foot": lambda t: t.left_ankle[:, 1].mean() < t.right_ankle[:, 1].mean() - 0.1,
    "balancing on her right leg": lambda t: t.right_ankle[:, 1].mean() < t.left_ankle[:, 1].mean() - 0.1,
    "waving both hands with the left hand": lambda t: t.left_wrist[:, 1].mean() > t.right_wrist[:, 1].mean() + 0.4,
    "saluting with the left hand": lambda t: t.left_wrist[:, 1].max() > t.right_wrist[:, 1].max() + 0.3,
    "pointing to the left": lambda t: np.ptp(t.left_wrist[:, 0]) > 0.25 and t.left_wrist[:, 0].max() > 0.45,
    "glancing to the right": lambda t: t.right_shoulder[-20, 2] < t.left_shoulder[-20, 2],
    "leans to the left": lambda t: (t.neck - t.pelvis)[:, 0].max() > 0.1 > -(t.neck - t.pelvis)[:, 0].min(),
    "raises the left hand, then the right hand": lambda t: (
        int(t.left_wrist[:, 1].argmax()) < int(t.right_wrist[:, 1].argmax())
        and t.right_wrist[-5, 1] > t.head[-5, 1] > t.left_wrist[-5, 1]
    ),
}

COUNTS: dict[str, Callable[[Path], bool]] = {
    "two jumping jacks": lambda t: t.peaks(t.left_wrist[:, 1], 0.9) == 2,
    "does five star jumps": lambda t: t.peaks(t.left_wrist[:, 1], 0.9) == 5,
    "jumps three times": lambda t: t.peaks(t.left_ankle[:, 1], 0.12) == 3,
    "4 push-ups": lambda t: t.peaks(-t.neck[:, 1], 0.2) == 4,
    "two squats, then waves": lambda t: t.peaks(t.pelvis_drop, 0.25) == 2,
    "kicks twice": lambda t: t.peaks(t.ankles[:, :, 1].max(1), 0.35) == 2,
    "star jumps, three of them": lambda t: t.peaks(t.left_wrist[:, 1], 0.9) == 3,
    "throws five punches": lambda t: sum(t.peaks(-t.elbows()[:, s], 20) for s in (0, 1)) == 5,
    "marches four steps": lambda t: sum(t.peaks(t.ankles[:, s, 1], 0.1) for s in (0, 1)) == 4,
}


@pytest.mark.parametrize("text", [*PATHS, *SIDES, *COUNTS])
def test_what_is_said_is_done(text, body):
    take = Path(text, body)
    assert (PATHS | SIDES | COUNTS)[text](take), (text, take.travel, take.turn[-1], take.labels)
    assert not take.warnings


def test_directions_can_fail(body):
    """Whoever stands satisfies none of them."""
    standing = Path("standing still", body)
    assert not [text for text, holds in (PATHS | SIDES | COUNTS).items() if holds(standing)]


def test_slower_and_faster(body):
    far = {}
    for manner in ("very slowly", "slowly", "", "quickly"):
        far[manner] = np.linalg.norm(Path(f"marching {manner}", body, 90).travel)
    assert far["very slowly"] < 0.85 * far["slowly"] < 0.75 * far[""] < 0.7 * far["quickly"]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("walks, jumps, waves", ("walk", "jump", "wav")),
        ("bows, claps, nods and salutes", ("bow", "clap", "nod", "salut")),
        ("sits down after waving", ("wav", "sit")),
        ("before jumping he bows", ("bow", "jump")),
        ("first claps, next kneels, finally prays", ("clap", "kneel", "pray")),
    ],
)
def test_everything_happens_in_its_order(text, order, body):
    take = Path(text, body)
    assert len(take.labels) == len(order) and not take.warnings
    assert all(part in label for part, label in zip(order, take.labels)), take.labels


def test_three_actions_get_the_time_they_need(body):
    def seen(t):
        jump = np.flatnonzero(t.ankles[:, :, 1].min(1) > t.ankles[:, :, 1].min() + 0.1)
        wave = np.flatnonzero((t.wrists[:, :, 1] > t.left_shoulder[:, None, 1] + 0.1).any(-1))
        return t.pelvis[jump[0], 2], jump[-1], wave[-1], t.reversals(t.right_wrist[jump[-1] :, 0], 0.06)

    take = Path("walks, jumps, waves", body)
    walked, jumped, waved, swings = seen(take)
    assert len(take.joints) > 120 and walked > 1.2 and waved > jumped and swings >= 3
    short = Path("walks, jumps, waves", body, 60)
    assert len(short.joints) == 60 and "60 frames are few" in short.warnings[0]


def test_not(body):
    assert Path("not moving at all", body).labels == ("standing",)
    assert Path("walking, not running", body).labels == ("walking",)
    still = Path("walking without swinging the arms", body)
    assert np.ptp((still.left_wrist - still.left_shoulder)[:, 2]) < 0.2
    assert np.ptp((Path("walking", body).left_wrist - still.left_shoulder)[:, 2]) > 0.3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nodding backwards", "backwards"),
        ("clapping clockwise", "clockwise"),
        ("sleeping in a circle", "in a circle"),
        ("walking backwards to the left", "to the left"),
        ("jumping while crawling", "same time"),
    ],
)
def test_what_cannot_be_followed_is_said(text, words, body):
    (warning,) = Path(text, body).warnings
    assert words in warning


def test_a_bent_path_keeps_its_length_and_turns_the_body_with_it():
    frames = 61
    poses = np.zeros((frames, 24, 3), np.float32)
    root = np.zeros((frames, 3), np.float32)
    root[:, 2] = np.linspace(0, np.pi, frames)  # a walk of π metres becomes half a circle of radius 1
    made = bent((poses, root), np.linspace(0, 180, frames))
    np.testing.assert_allclose(made[1][-1], [2, 0, 0], atol=0.06)
    assert np.linalg.norm(np.diff(made[1], axis=0), axis=1).sum() == pytest.approx(np.pi, abs=1e-3)
    assert facing(made, reference_joints())[-1] == pytest.approx(180, abs=0.1)
    assert positions_of(*made, reference_joints()).shape == (frames, 24, 3)
