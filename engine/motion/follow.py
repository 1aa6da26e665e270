"""Makes a movement do what was asked of it besides its name: `asked.Asked` bound to what its joints are seen to do.

Nothing here knows which movement it is. Where it goes, faces and turns, and which limb acts, is measured; it is then
mirrored, played backwards, bent along a path or aimed until it does as asked. What can't be done is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.geometry.rotations import axis_angle_to_matrix, euler, matrix_to_axis_angle
from engine.motion import paths
from engine.motion.arrays import Array
from engine.motion.asked import LEG, Asked
from engine.motion.cleanup import plant_feet
from engine.motion.landmarks import Landmarks
from engine.motion.manner import hanging
from engine.motion.sequence import Sequence
from engine.motion.skeleton import JOINT, mirror, positions_of

HEADINGS = {"forward": 0.0, "left": 90.0, "backward": 180.0, "right": -90.0}
TRAVELS = 0.35
"""Metres from which on a movement goes somewhere. Set by hand."""
HOP = 0.5
"""Metres, on legs of the reference's length, by which a jump is carried where it was asked to go. Set by hand."""
AIM = 70.0
"""Degrees by which a gesture is aimed aside. Set by hand."""
LOPSIDED = 0.12
"""Difference of two limbs' activity, as a share of both, from which on one of them is the one that acts. Set by
hand."""


@dataclass(frozen=True)
class Traits:
    """What a movement is by its kind."""

    cyclic: bool
    airborne: bool
    turns: bool
    """Turning is what it does, and was made as asked already."""


def follow(made: Sequence, asked: Asked, traits: Traits, marks: Landmarks, fps: float) -> tuple[Sequence, list[str]]:
    """Bend a movement to what was asked of it.

    Args:
        made: poses (T,24,3) and pelvis positions (T,3) of the movement as it is by itself, facing +z at its start.
    Returns:
        The movement as asked, and the words that it could not follow.
    """
    unmet = list(asked.lost)

    def attempt(name: str, found: Sequence | None) -> Sequence:
        if found is None:
            unmet.append(asked.said.get(name, ""))
        return made if found is None else found

    joints = marks.joints
    if traits.cyclic and not asked.path:
        made = paths.straightened(made, joints)
    if asked.side:
        made = attempt("side", sided(made, asked, joints))
    if asked.path and not traits.turns:
        made = attempt("path", along_path(made, asked, marks, fps))
    elif not traits.turns:
        if asked.degrees is not None or asked.spin:
            made = attempt("degrees" if asked.degrees is not None else "spin", whirled(made, asked, traits, marks, fps))
        elif asked.heading:
            made = attempt("heading", headed(made, asked, traits, marks, fps))
    if asked.still_arms:
        made = hanging(made, ("left", "right")), made[1]
    return made, [words for words in unmet if words]


def sided(made: Sequence, asked: Asked, joints: Array) -> Sequence | None:
    """The movement with the asked side acting: as it is, mirrored, or with the other arm at rest."""
    places = positions_of(*made, joints)
    lean = bearing(places, asked.limb) if asked.bearing else activity(places, asked.limb)
    wanted = 1.0 if asked.side == "left" else -1.0
    if lean * wanted > LOPSIDED:
        return made
    if lean * wanted < -LOPSIDED:
        return mirror(*made)
    if asked.limb in LEG or asked.bearing:
        return None
    other = "right" if asked.side == "left" else "left"
    return hanging(made, (other,)), made[1]


def activity(places: Array, limb: str) -> float:
    """-1..1: how much more the left limb does than the right one, from joint positions (T,24,3)."""

    def moved(end: str, start: str) -> tuple[float, float]:
        out = []
        for side in ("left", "right"):
            reach = places[:, JOINT[f"{side}_{end}"]] - places[:, JOINT[f"{side}_{start}"]]
            hang = np.array([0.0, -np.linalg.norm(reach, axis=-1).max(), 0.0])
            out.append(float(np.linalg.norm(np.ptp(reach, axis=0)) + 2 * np.linalg.norm(reach - hang, axis=-1).mean()))
        return out[0], out[1]

    pairs = [moved("ankle", "hip")] if limb in LEG else [moved("wrist", "shoulder")]
    if not limb:
        pairs.append(moved("ankle", "hip"))
    lean = [(left - right) / max(left + right, 1e-6) for left, right in pairs]
    return max(lean, key=abs)


def bearing(places: Array, limb: str) -> float:
    """-1..1: how much lower the left limb is than the right one."""
    name = {
        "knee": "knee",
        "knees": "knee",
        "hand": "wrist",
        "arm": "elbow",
        "elbow": "elbow",
        "leg": "ankle",
        "foot": "ankle",
    }.get(limb, "shoulder")
    left, right = (float(places[:, JOINT[f"{side}_{name}"], 1].mean()) for side in ("left", "right"))
    return float(np.clip((right - left) / 0.15, -1, 1)) * 0.99


def headed(made: Sequence, asked: Asked, traits: Traits, marks: Landmarks, fps: float) -> Sequence | None:
    """The movement going, or where it stays aimed, in the asked direction."""
    far, way = paths.travel(made)
    seconds = len(made[0]) / fps
    if far < max(TRAVELS, 0.12 * seconds) or asked.in_place:
        return aimed(made, asked, traits, marks, fps)
    heading = asked.heading
    if heading == "sideways":
        heading = "right" if way < 0 else "left"
    wanted = HEADINGS[heading] * (0.5 if asked.diagonal else 1.0)
    near = 20 if asked.diagonal else 50
    if abs(paths.wrapped(wanted - way)) < near:
        return made
    if heading in ("left", "right") and abs(paths.wrapped(wanted + way)) < near:
        return mirror(*made)
    if abs(paths.wrapped(wanted - way)) > 130:
        return paths.backward_in_time(made) if traits.cyclic or traits.airborne else None
    if traits.airborne:
        return paths.redirected(made, wanted - way)
    if not traits.cyclic:
        return None
    share = min(0.45, 1.2 / seconds)
    return planted(
        paths.bent(made, paths.wrapped(wanted - way) * paths.ramp(len(made[0]), 0, share)), traits, marks, fps
    )


def aimed(made: Sequence, asked: Asked, traits: Traits, marks: Landmarks, fps: float) -> Sequence | None:
    """A movement on the spot done in the asked direction: carried by its flights, or with trunk and head."""
    if asked.heading == "sideways":
        return (
            made if abs(sideways(made, marks.joints)) > 0.15 or not traits.airborne else aimed_flight(made, 90.0, marks)
        )
    wanted = HEADINGS[asked.heading]
    if traits.airborne and not asked.in_place:
        return aimed_flight(made, wanted, marks)
    if asked.heading == "forward":
        return made
    if asked.heading == "backward":
        return None
    sign = np.sign(wanted)
    aside = sideways(made, marks.joints)
    if abs(aside) > 0.15:
        return made if aside * sign > 0 else mirror(*made)
    places = positions_of(*made, marks.joints)
    trunk = places[:, JOINT["neck"]] - places[:, 0]
    low = (trunk[:, 1] / np.linalg.norm(trunk, axis=-1)).min() < 0.6
    steps = np.ptp(places[:, [JOINT["left_ankle"], JOINT["right_ankle"]]], axis=0)[:, [0, 2]].max(1).min() > 0.1
    if low or (traits.cyclic and steps):
        return None  # who lies, crawls or bows down low, and who dances
    if not asked.side and activity(places, "arm") * sign < -LOPSIDED:
        made = mirror(*made)
    return twisted(made, sign * AIM, places, fps)


def aimed_flight(made: Sequence, degrees: float, marks: Landmarks) -> Sequence:
    """A jump carried in a direction."""
    return paths.flown(made, marks.joints, HOP * marks.scale, degrees)


def sideways(made: Sequence, joints: Array) -> float:
    """-1..1: how far to the left a movement is done: where it goes, leans and looks once it is under way."""
    places = positions_of(*made, joints)
    part = slice(len(places) // 4, None)
    trunk = places[:, JOINT["neck"]] - places[:, 0]
    lean = (trunk[:, 0] / np.linalg.norm(trunk, axis=-1))[part].mean()
    local = axis_angle_to_matrix(made[0])
    look = local[:, 0]
    for joint in ("spine1", "spine2", "spine3", "neck", "head"):
        look = look @ local[:, JOINT[joint]]
    return float(max((lean, 0.6 * look[part, 0, 2].mean(), places[part, 0, 0].mean()), key=abs))


def twisted(made: Sequence, degrees: float, places: Array, fps: float) -> Sequence:
    """Aim a gesture aside: trunk and head turn, and with a kick the whole body."""
    poses, frames = made[0], len(made[0])
    kicks = np.ptp(places[:, [JOINT["left_ankle"], JOINT["right_ankle"]], 1], axis=0).max() > 0.3
    share = paths.ramp(frames, 0, min(0.3, 0.5 * fps / frames))
    if kicks:
        return paths.bent(made, degrees * share)
    local = axis_angle_to_matrix(poses)
    for joint, part in (("spine1", 0.25), ("spine2", 0.25), ("spine3", 0.2), ("neck", 0.1), ("head", 0.1)):
        zero = np.zeros(frames)
        local[:, JOINT[joint]] = euler(zero, degrees * part * share, zero) @ local[:, JOINT[joint]]
    return paths.bent((matrix_to_axis_angle(local), made[1]), 0.25 * degrees * share)


def whirled(made: Sequence, asked: Asked, traits: Traits, marks: Landmarks, fps: float) -> Sequence | None:
    """A movement that isn't a turn turning by the asked angle: a walk in a curve, a jump in the air."""
    natural = paths.net_turn(made, marks.joints)
    far, _ = paths.travel(made)
    if asked.degrees is None:
        # Only the sense was said: what turns by itself can turn the other way.
        if natural:
            return made if natural * asked.way > 0 else mirror(*made)
        return along_path(made, replace(asked, path="circle", degrees=360.0), marks, fps)
    wanted = asked.degrees * (asked.way or np.sign(natural) or 1)
    if natural * wanted < 0:
        made, natural = mirror(*made), -natural
    if far < TRAVELS and not traits.airborne and not natural:
        return None  # feet that stand would have to slide
    return planted(paths.bent(made, (wanted - natural) * paths.ramp(len(made[0]), 0.1, 0.9)), traits, marks, fps)


def along_path(made: Sequence, asked: Asked, marks: Landmarks, fps: float) -> Sequence | None:
    """A travelling movement on a circle, a curve, a figure of eight or a zigzag."""
    joints = marks.joints
    if paths.travel(made)[0] < TRAVELS:
        return None
    made = paths.straightened(made, joints)
    if asked.heading == "backward" and abs(paths.travel(made)[1]) < 50:
        made = paths.backward_in_time(made)
    frames, sign = len(made[0]), asked.way or 1
    clock = np.linspace(0, 1, frames, dtype=np.float32)
    if asked.path == "eight":
        bend = sign * 360 * np.where(clock < 0.5, 2 * clock, 2 - 2 * clock)
    elif asked.path == "zigzag":
        legs = max(2, round(frames / fps / 1.5))
        bend = sign * 40 * np.sin(np.pi * legs * clock)
    else:
        bend = sign * (asked.degrees or 90.0) * clock
    return planted(paths.bent(made, bend), Traits(True, False, False), marks, fps)


def planted(made: Sequence, traits: Traits, marks: Landmarks, fps: float) -> Sequence:
    """Feet that a bent path would let slide stand still again."""
    return made if traits.airborne else (plant_feet(*made, marks, fps), made[1])
