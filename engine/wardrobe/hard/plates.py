"""Plates: closed stiff shells that lie on a hull between two heights and two angles, with edges, ridges and lines.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from engine.protocol import JOINT_NAMES
from engine.wardrobe.forms import ACCENT, DARK, MAIN, Form, joined, sheet
from engine.wardrobe.hard.hulls import PARTS, Hull, Hulls
from engine.wardrobe.hard.ornaments import lamp, rivet
from engine.wardrobe.hard.pieces import BRIGHT, Piece, clear, rigid
from engine.wardrobe.layers import Mannequin

ROLES = {"main": MAIN, "accent": ACCENT, "dark": DARK, "bright": BRIGHT}
EDGES = ("rolled", "bevel", "plain")
OVERLAP = 0.3
"""Share of a lame's height by which it lies over the next."""
CLEARANCE = 4.0
"""Millimetres between what is worn beneath and the inner side of the lowest plate."""
Curve = tuple[float, ...]


@dataclass(frozen=True)
class Plate:
    """One plate of a design. Lengths in millimetres on a grown body, heights and angles as `hulls` has them.

    Borders are values at even steps, joined by smooth curves: ``low`` and ``high`` from the smaller angle to the
    larger, ``left`` and ``right`` from the low to the high border; ``half`` stands for both sides of ``center``.
    """

    layer: str
    part: str
    low: Curve
    high: Curve
    half: Curve = ()
    left: Curve = ()
    right: Curve = ()
    center: float = 0.0
    mirror: bool = False
    """On trunk, neck and head: also on the other side. Plates on limbs are on both."""
    straight: bool = False
    """Borders have corners."""
    lift: float = 0.0
    thick: float = 3.5
    edge: str = "bevel"
    rim: float = 7.0
    """Width of a rolled edge, or of the trim."""
    trim: bool = False
    """The rim is in the accent's colour."""
    role: str = "main"
    ridge: float = 0.0
    """Height of a ridge along the middle."""
    bulge: float = 0.0
    """Height by which the plate's middle stands out."""
    flare: Curve = (0.0, 0.0)
    """By how much the low and the high border stand out."""
    lames: int = 1
    """Overlapping strips into which it is cut, from the low to the high border."""
    step: float = 2.5
    """By how much each lame lies over the one before; below 0: under."""
    grooves: Curve = ()
    """Shares of the way from the low to the high border at which lines are cut."""
    seams: Curve = ()
    """Shares of the way from the smaller to the larger angle at which lines are cut."""
    lacing: float = 0.0
    """Pitch of vertical laces in the accent's colour."""
    split: int = 1
    """Strips side by side into which each lame is cut, from the smaller to the larger angle."""
    gap: float = 0.0
    """Between them, and between the plate and its borders' neighbours at the sides."""
    disc: float = 0.0
    """Radius of a lamp in a ring that stands at the first ``low`` and ``center`` instead of a plate."""
    hidden: str = ""
    """Borders ("low", "high") that lie beneath another lame and have no edge."""
    rivets: int = 0
    """Along the low and the high border."""
    joints: tuple[str, ...] = ()
    """Joints that carry it, without their side; empty: the one that carries most beneath (two on the trunk)."""
    material: str = ""
    slot: str = "torso"

    def faults(self) -> Iterator[str]:
        """What is wrong with it, as "key: reason"."""
        if self.part not in PARTS:
            yield f"part: {self.part!r} is none of {', '.join(PARTS)}"
        if self.edge not in EDGES:
            yield f"edge: {self.edge!r} is none of {', '.join(EDGES)}"
        if self.role not in ROLES:
            yield f"role: {self.role!r} is none of {', '.join(ROLES)}"
        if not self.half and not (self.left and self.right) and not self.disc:
            yield "half: neither it nor left and right are given"
        for name in ("low", "high"):
            if not getattr(self, name):
                yield f"{name}: needs one height at least"
        for joint in self.joints:
            if joint not in JOINT_NAMES and f"left_{joint}" not in JOINT_NAMES:
                yield f"joints: {joint!r} is no joint"

    def borders(self) -> tuple[Callable, Callable, Callable, Callable]:
        """Heights of the low and the high border by s in 0..1, angles of the left and the right one by t in 0..1."""
        left = self.left or tuple(self.center - value for value in self.half)
        right = self.right or tuple(self.center + value for value in self.half)
        low, high, left_, right_ = (_curve(values, self.straight) for values in (self.low, self.high, left, right))
        return low, high, left_, right_

    def strips(self) -> Iterator[Plate]:
        """A plate's lames, from the low border to the high one, and the strips of each."""
        if self.disc or self.lames == self.split == 1:
            yield self
            return
        low, high, left, right = self.borders()
        s, up = np.linspace(0, 1, 13), self.step >= 0
        for index, column in np.ndindex(self.lames, self.split):
            below = max(0.0, (index - OVERLAP * up) / self.lames)
            above = min(1.0, (index + 1 + OVERLAP * (not up)) / self.lames)
            first, last = column / self.split, (column + 1) / self.split
            t, s = np.linspace(below, above, 7), np.linspace(first, last, 13)
            over = index if up else self.lames - 1 - index
            under = over < self.lames - 1
            yield replace(
                self,
                lames=1,
                split=1,
                half=(),
                lift=self.lift + abs(self.step) * over,
                hidden=("high" if up else "low") if under else "",
                low=tuple(low(s) + (high(s) - low(s)) * below),
                high=tuple(low(s) + (high(s) - low(s)) * above),
                left=tuple(left(t) + (right(t) - left(t)) * first),
                right=tuple(left(t) + (right(t) - left(t)) * last),
            )

    def mirrored(self) -> Plate:
        """The same on the other side of the body's middle."""
        left = self.left or tuple(self.center - value for value in self.half)
        right = self.right or tuple(self.center + value for value in self.half)
        return replace(
            self,
            mirror=False,
            low=self.low[::-1],
            high=self.high[::-1],
            left=tuple(-v for v in right),
            right=tuple(-v for v in left),
        )


def _curve(values: Curve, straight: bool) -> Callable[[NDArray], NDArray]:
    """Values at even steps of 0..1, joined."""
    at = np.linspace(0, 1, len(values))
    if len(values) == 1:
        return lambda t: np.full_like(np.asarray(t, float), values[0])
    if straight or len(values) == 2:
        return lambda t: np.interp(t, at, values)
    smooth: Callable[[NDArray], NDArray] = PchipInterpolator(at, values)
    return smooth


def pieces_of(plate: Plate, hulls: Hulls) -> list[Piece]:
    """A plate on a body: its lames, on both sides where it has two."""
    found = []
    limb = PARTS[plate.part].limb
    for strip in plate.strips():
        if limb:
            found += [_piece(strip, hulls[f"{plate.part}.{side}"], hulls.mannequin, side) for side in "LR"]
        else:
            found += [
                _piece(one, hulls[plate.part], hulls.mannequin, "L" if one is strip else "R")
                for one in ([strip, strip.mirrored()] if plate.mirror else [strip])
            ]
    return found


def _piece(plate: Plate, hull: Hull, mannequin: Mannequin, side: str) -> Piece:
    if plate.disc:
        form = _lamp(plate, hull)
    else:
        form = _free(shell(plate, hull), mannequin)
        form = joined(_parted(form, side) if plate.part == "leg" else form, *_rivets(plate, hull))
    name = "left_" if side == "L" else "right_"
    joints = [JOINT_NAMES.index(j if j in JOINT_NAMES else name + j) for j in plate.joints]
    most = 1 if PARTS[plate.part].limb else 2
    return Piece(form, rigid(mannequin, form.vertices, joints, most))


def _lamp(plate: Plate, hull: Hull) -> Form:
    """A round lamp in a ring."""
    k = hull.size / 1000.0
    level = (plate.lift + CLEARANCE + plate.thick) * k
    place = np.array(plate.low[:1]), np.array([plate.center])
    foot, tip = (hull.at(*place, np.array([lift]))[0] for lift in (level, level + 0.01))
    form = lamp(foot, tip - foot, plate.disc * k, k)
    return form.painted(form.roles == MAIN, ROLES[plate.role])


def _rivets(plate: Plate, hull: Hull) -> Iterator[Form]:
    """Round heads a little inside the low and the high border."""
    if not plate.rivets:
        return
    u, theta, _, tall = _measured(plate, hull)
    k, s = hull.size / 1000.0, (np.arange(plate.rivets) + 0.5) / plate.rivets
    inset = min(0.4, 1.7 * plate.rim * k / tall)
    level = (plate.lift + CLEARANCE + plate.thick) * k
    for t in (inset, 1 - inset):
        at = np.full_like(s, t)
        yield from (rivet(point, 2.6 * k) for point in hull.at(u(s, at), theta(s, at), np.full_like(s, level)))


def _free(form: Form, mannequin: Mannequin) -> Form:
    """A shell moved out where it dips a little into the body, as beside the neck; other limbs it may enter are left."""
    count = len(form.vertices) // 2
    inner = form.vertices[count : 2 * count]
    shift = clear(inner, mannequin, 0.001) - inner
    shift[np.linalg.norm(shift, axis=1) > SHALLOW] = 0.0
    return form.moved(form.vertices + np.concatenate([shift, shift]))


def _parted(form: Form, side: str) -> Form:
    """A shell round a leg that stays on its side of the body's middle, where thick thighs touch."""
    count = len(form.vertices) // 2
    sign = 1.0 if side == "L" else -1.0
    least = np.where(np.arange(len(form.vertices)) < count, PARTING, PARTING + 0.003)
    moved = form.vertices.copy()
    moved[:, 0] = sign * np.maximum(sign * moved[:, 0], least)
    return form.moved(moved)


PARTING = 0.001
"""Metres from the middle that plates of the two legs keep."""
SHALLOW = 0.015
"""Metres up to which a dip is mended."""


def shell(plate: Plate, hull: Hull, step: float = 0.018) -> Form:
    """A plate's closed form on a hull, with ``step`` metres on a grown body between its points where it is even."""
    k = hull.size / 1000.0  # millimetres on a grown body to metres on this one
    u, theta, wide, tall = _measured(plate, hull)
    rim = min(plate.rim * k, 0.24 * wide, 0.24 * tall)
    pitch = plate.lacing * k / 2
    s = _lines(plate, wide, rim, plate.seams, k, pitch or step * hull.size)
    t = _lines(plate, tall, rim, plate.grooves, k, step * hull.size)
    t, s = np.meshgrid(t, s, indexing="ij")
    ends = np.where(plate.hidden == "low", 1.0, t), np.where(plate.hidden == "high", 1.0, 1 - t)
    border = np.minimum(np.minimum(s, 1 - s) * wide, np.minimum(*ends) * tall)
    if plate.gap and plate.split == 1:
        s = 0.5 + (s - 0.5) * max(0.2, 1 - plate.gap * k / wide)
    roles = np.where(plate.trim & (border < 1.01 * rim), ACCENT, ROLES[plate.role])
    tones = np.ones(s.shape)
    base = (plate.lift + CLEARANCE) * k
    lift = base + plate.thick * k + _profile(plate, border, rim, k)
    out = plate.bulge * k * np.sin(np.pi * s) * np.sin(np.pi * t)
    out = out + sum(value * k * np.exp(-d * tall / (0.022 * hull.size)) for value, d in zip(plate.flare, (t, 1 - t)))
    middle = np.clip(1 - np.abs(s - 0.5) * wide / (0.045 * hull.size), 0, 1)
    out = out + plate.ridge * k * middle**1.3
    for at, across, length in [(g, t, tall) for g in plate.grooves] + [(g, s, wide) for g in plate.seams]:
        cut = np.clip(1 - np.abs(across - at) * length / (GROOVE * k), 0, 1) * (border > 0.9 * rim)
        lift, tones = lift - 1.6 * k * cut, tones * (1 - 0.6 * cut)
    if plate.lacing:
        roles = np.where((np.arange(s.shape[1]) % 4 < 2)[None] & (border > 1.01 * rim), ACCENT, roles)
        lift = lift + 0.8 * k * (roles == ACCENT)
    outer, inner = (hull.at(u(s, t), theta(s, t), height + out) for height in (lift, np.full(s.shape, base)))
    form = sheet(outer, inner)
    form = replace(
        form, roles=np.concatenate([roles.ravel()] * 2), tones=np.concatenate([tones.ravel(), tones.ravel()])
    )
    return form


GROOVE = 2.2
"""Half the width of a line, in millimetres."""


def _measured(plate: Plate, hull: Hull) -> tuple[Callable, Callable, float, float]:
    """Height and angle as functions of (s, t), and the plate's width and height in metres."""
    low, high, left, right = plate.borders()

    def u(s: NDArray, t: NDArray) -> NDArray:
        found: NDArray = low(s) + (high(s) - low(s)) * t
        return found

    def theta(s: NDArray, t: NDArray) -> NDArray:
        found: NDArray = left(t) + (right(t) - left(t)) * s
        return found

    line, mid = np.linspace(0, 1, 25), np.full(25, 0.5)
    across, up = hull.at(u(line, mid), theta(line, mid)), hull.at(u(mid, line), theta(mid, line))
    wide, tall = (float(np.linalg.norm(np.diff(p, axis=0), axis=1).sum()) for p in (across, up))
    return u, theta, max(wide, 1e-3), max(tall, 1e-3)


def _lines(plate: Plate, length: float, rim: float, cuts: Curve, k: float, step: float) -> NDArray:
    """Where a grid of a plate has its lines, 0..1: dense along the rim and along what is cut in."""
    edge = rim * np.array([0, 0.15, 0.6, 1.0])
    if plate.trim:
        edge = np.append(edge, 1.05 * rim)
    if plate.edge == "bevel":
        edge = np.array([0, 2.2 * k, *([rim, 1.05 * rim] if plate.trim else ())])
    inner = np.linspace(edge[-1], length - edge[-1], max(3, int((length - 2 * rim) / step) + 2))[1:-1]
    extra = [length * cut + GROOVE * k * d for cut in cuts for d in (-1, 0, 1)]
    inner = inner[[not any(abs(x - e) < 1.4 * GROOVE * k for e in extra) for x in inner]] if len(extra) else inner
    lines = np.sort(np.concatenate([edge, inner, extra, length - edge])) / length
    return lines[np.append(True, np.diff(lines) > 1e-5)]


def _profile(plate: Plate, border: NDArray, rim: float, k: float) -> NDArray:
    """Metres by which the outer side rises or falls towards the border."""
    x = np.clip(border / max(rim, 1e-6), 0, 1)
    if plate.edge == "rolled":
        return 0.42 * rim * np.sqrt(np.clip(1 - (2 * x - 1) ** 2, 0, 1)) - 0.5 * plate.thick * k * (x == 0)
    if plate.edge == "bevel":
        return -0.6 * plate.thick * k * np.clip(1 - border / (2.2 * k), 0, 1)
    return np.zeros_like(border)
