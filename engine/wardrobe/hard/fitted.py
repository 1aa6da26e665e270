"""Things of the catalogue on a body: parts that lie on hulls, and free forms brought to their places.

Its numbers are set by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from engine.geometry.measures import arc_lengths
from engine.protocol import JOINT_NAMES
from engine.wardrobe.beings.lower import tail
from engine.wardrobe.forms import Form, PartRecord, ellipsoid, joined, looped
from engine.wardrobe.hard.footwear import FOOT
from engine.wardrobe.hard.free import free_form, sides_of
from engine.wardrobe.hard.heels import heel
from engine.wardrobe.hard.hulls import PARTS, Hull, Hulls
from engine.wardrobe.hard.pieces import Piece, band, carried, clear, layer_of, palette, rigid, skin_shell, strap
from engine.wardrobe.hard.plates import Plate, shell
from engine.wardrobe.hard.shells import dome
from engine.wardrobe.hard.things import ON_HULLS, PLACES, ROLES, Thing
from engine.wardrobe.layers import Layer, Mannequin
from engine.wardrobe.outfit import COLORS, Garment
from engine.wardrobe.shapes import shape

FEW = 1.0e-9


def thing_layers(thing: Thing, garment: Garment, mannequin: Mannequin, beneath: Sequence[Layer] = ()) -> list[Layer]:
    """A thing on a body, one layer for each name that its parts bear.

    Args:
        thing: the record.
        garment: gives colours, material and side.
        mannequin: the body.
        beneath: what is worn already, the outermost last.
    """
    both = palette(garment, thing.accent)[:2]
    return coloured(thing, garment, both, mannequin, beneath)


def coloured(
    thing: Thing,
    garment: Garment,
    both: NDArray,
    mannequin: Mannequin,
    beneath: Sequence[Layer] = (),
    fitted: Callable[..., tuple[Form, NDArray]] | None = None,
) -> list[Layer]:
    """A thing as layers on a body, in a first and a second colour ``both`` (2, 3).

    ``fitted`` brings free forms to the body: (part, thing, mannequin, side) to a form and weights; None: `on_body`.
    """
    close = thing.kind in ("shoes", "sandals")  # which trousers hang over
    hulls = Hulls(mannequin, () if close else beneath, reach=REACH.get(thing.kind, REACH.get(thing.place, np.inf)))
    numbers = {name: i + len(ROLES) for i, name in enumerate(COLORS)}
    table = np.concatenate([both, palette(Garment("belt", "black"))[2:], np.array(list(COLORS.values()))])
    grouped: dict[str, list[Piece]] = {}
    for part in thing.parts:
        role = part.get("role", "main")
        number = ROLES.index(role) if role in ROLES else numbers[role]
        for piece in pieces_of_part(part, thing, hulls, garment.side, fitted or _free):
            form = piece.form.painted(piece.form.roles == 0, number) if number else piece.form
            own = part.get("material", "")
            grouped.setdefault(part.get("layer", thing.name), []).append(replace(piece, form=form, material=own))
    made = []
    for name, pieces in grouped.items():
        material = garment.material or thing.material if name == thing.name else pieces[0].material or thing.material
        made.append(layer_of(name, material, pieces, table, mannequin))
    return made


REACH = {"head": 0.03, "crown": 0.03, "eyes": 0.02, "boots": 0.016}
"""Metres beyond the skin within which things go round what is worn beneath."""


def pieces_of_part(
    part: PartRecord, thing: Thing, hulls: Hulls, side: str | None, fitted: Callable[..., tuple[Form, NDArray]]
) -> Iterator[Piece]:
    """A part's pieces, on both limbs where it lies on one and no ``side`` is asked for."""
    hull = part.get("hull")
    if hull is None:
        sided = side is None and any(name not in JOINT_NAMES for name in part.get("joints", ()))
        sides = ("left", "right") if sided else sides_of(thing, side)
        yield from (Piece(*fitted(part, thing, hulls.mannequin, one)) for one in sides)
        return
    side = part.get("side", side)
    sides = ("",) if not PARTS[hull].limb else ("L", "R") if side is None else ("L" if side == "left" else "R",)
    for one in sides:
        if part["form"] == "heel":
            form, weights = heel(part, hulls.mannequin, one)
            yield Piece(form.toned(np.full(len(form.vertices), part.get("tone", 1.0))), weights)
            continue
        name = f"{hull}.{one}" if one else hull
        if part["form"] == "tail":
            yield Piece(*tail(part, hulls[name], hulls.mannequin))
            continue
        form = _on_hull(part, hulls[name], hulls.mannequin, one)
        form = (
            form.toned(np.full(len(form.vertices), part["tone"]))
            if part["form"] in ON_HULLS and "tone" in part
            else form
        )
        yield Piece(form, _weights(part, thing, form, hulls.mannequin, one))


def _weights(part: PartRecord, thing: Thing, form: Form, mannequin: Mannequin, side: str) -> NDArray:
    """(P, 24): of the named joints, of the head as a whole, or of what is beneath, of ``among`` alone where it says so:
    what other joints carry goes to the first of these."""
    if part.get("joints"):
        return rigid(mannequin, form.vertices, joints_of(part["joints"], side))
    if part["hull"] in ("head", "face") and not thing.soft:
        return rigid(mannequin, form.vertices, (JOINT_NAMES.index("head"),))
    found = carried(mannequin, form.vertices)
    if part.get("among"):
        kept = joints_of(part["among"], side)
        own = found[:, kept]
        found = np.zeros_like(found)
        found[:, kept] = own
        found[:, kept[0]] += 1 - own.sum(1)
    return found


def _on_hull(part: PartRecord, hull: Hull, mannequin: Mannequin, side: str) -> Form:
    """A part's form on one hull."""
    if part["form"] in ON_HULLS:
        return LAID[part["form"]](part, hull, mannequin)
    u, theta, lift = (np.array([float(v)]) for v in part["on"])
    k = hull.size
    foot, up, tip = (
        hull.at(*place)[0]
        for place in ((u, theta, lift * k), (u + 0.006, theta, lift * k), (u, theta, (lift + 0.01) * k))
    )
    axis = (tip - foot) / np.linalg.norm(tip - foot)
    if part.get("upright"):
        axis, up = axis * [1, 0, 1] / np.hypot(axis[0], axis[2]), foot + np.array([0, 1.0, 0])
    rise = up - foot - axis * ((up - foot) @ axis)
    rise /= max(float(np.linalg.norm(rise)), FEW)
    frame = np.stack([np.cross(rise, axis), rise, axis])
    form = shape(part)
    form = form if side != "R" else form.mirrored()
    moved = foot + k * form.vertices @ frame
    if "floor" in part:  # legs of its own stand where the body's do
        low = foot[1] - float(mannequin.vertices[:, 1].min())
        moved[:, 1] = foot[1] + (moved[:, 1] - foot[1]) * np.where(moved[:, 1] < foot[1], low / (k * part["floor"]), 1)
    return form.moved(moved)


def _dome(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    angles, levels = np.array(part["border"], float).T

    def border(theta: NDArray) -> NDArray:
        return np.asarray(PchipInterpolator(angles, levels)(np.abs(theta)))

    lift, thick = part.get("lift", 0.004), part.get("lining", 0.003)
    return dome(hull, border, lift, thick, part.get("rim", 0.0), part.get("flare", 0.0), int(part.get("rows", 18)))


def _wrap(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    return band(hull, part["low"], part["high"], part["out"], part.get("inner", 0.001), 72)


def _strap(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    path = np.array(part["path"], float)
    keep = mannequin if part["hull"] not in ("head", "face") else None
    paths = [path, path * [1, -1]] if part.get("mirror") else [path]
    lift, thick = part.get("lift", 0.002), part.get("thick", 0.002)
    return joined(*(strap(hull, one, np.array(part["width"]), lift, thick, 48, keep) for one in paths))


def _cord(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """A cord or beads round a hull: ``path`` of (angle, height) on one side from the front to the back."""
    theta = np.linspace(-180, 180, 96, endpoint=False)
    angles, levels = np.array(part["path"], float).T
    u = PchipInterpolator(angles, levels)(np.abs(theta))
    k, radius = hull.size, part["radius"]
    line = hull.at(u, theta, np.full(96, (part.get("lift", 0.002) + radius) * k))
    if part["hull"] in ("torso", "trunk", "neck"):
        line = clear(line, mannequin, (part.get("lift", 0.002) + radius) * k)
    if not part.get("beads"):
        return looped(line, radius * k)
    closed = np.concatenate([line, line[:1]])
    along = arc_lengths(closed)
    at = np.linspace(0, along[-1], int(part["beads"]), endpoint=False)
    points = np.stack([np.interp(at, along, column) for column in closed.T], 1)
    return joined(*(ellipsoid(point, (radius * k,) * 3, columns=10) for point in points))


def _plate(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    keys: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in part.items()
        if key in ON_HULLS["plate"]
    }
    plate = Plate("", part["hull"], **keys)
    whole = [plate, plate.mirrored()] if plate.mirror else [plate]
    return joined(*(shell(one, hull, 0.012) for each in whole for one in each.strips()))


def _strip(part: PartRecord, hull: Hull, mannequin: Mannequin) -> Form:
    """Cloth between the legs: the skin from ``low`` to ``high``, ``half`` as wide: pairs of a height and metres."""
    x, y, _ = mannequin.canonical.T
    wide = np.interp(y, *np.array(part["half"], float).T)
    signed = np.minimum.reduce([wide - np.abs(x), y - part["low"], part["high"] - y])
    return skin_shell(mannequin, signed, part["out"], 0.001, smooth=6).form


LAID: dict[str, Callable[[PartRecord, Hull, Mannequin], Form]] = {
    "dome": _dome,
    "wrap": _wrap,
    "strap": _strap,
    "cord": _cord,
    "plate": _plate,
    "strip": _strip,
    **FOOT,
}
"""How forms of `things.ON_HULLS` are laid on a hull."""


def _free(part: PartRecord, thing: Thing, mannequin: Mannequin, side: str | None) -> tuple[Form, NDArray]:
    """A form of the standard figure, on a body."""
    joints = joints_of(part.get("joints") or PLACES[thing.place].joints, side)
    return on_body(free_form(part, thing, side), joints, mannequin)


def joints_of(names: Sequence[str], side: str | None) -> list[int]:
    """Numbers of joints that are named with or without their side."""
    prefix = "right_" if side in ("R", "right") else "left_"
    return [JOINT_NAMES.index(name if name in JOINT_NAMES else prefix + name) for name in names]


def on_body(form: Form, joints: Sequence[int], mannequin: Mannequin) -> tuple[Form, NDArray]:
    """A form of the standard figure in its T-pose on a body in the stand pose, and its skinning weights (P, 24).

    It is carried as a whole by what the joints carry, and fitted to its shape.
    """
    own = np.flatnonzero(mannequin.weights[:, list(joints)].sum(1) > 0.5)
    source, target = mannequin.canonical[own], mannequin.vertices[own]
    distance, near = cKDTree(source).query(form.vertices, k=min(24, len(own)))
    used = np.unique(near)
    turn, shift = similarity(source[used], target[used])
    shares = 1.0 / (distance + 0.02) ** 2
    shares /= shares.sum(1, keepdims=True)
    moved = form.vertices @ turn.T + shift
    rest = target - (source @ turn.T + shift)  # what the fit leaves
    moved = moved + np.einsum("pk,pkc->pc", shares, rest[near])
    weights = np.einsum("pk,pkj->pj", shares, mannequin.weights[own][near])
    return form.moved(moved), weights / weights.sum(1, keepdims=True)


def similarity(source: NDArray, target: NDArray) -> tuple[NDArray, NDArray]:
    """The rotation with scale (3, 3) and shift (3,) that bring points (N, 3) nearest to others (Umeyama 1991)."""
    a, b = source - source.mean(0), target - target.mean(0)
    u, s, v = np.linalg.svd(b.T @ a)
    flip = np.diag([1, 1, np.sign(np.linalg.det(u @ v))])
    turn = u @ flip @ v * float((s * np.diag(flip)).sum() / (a**2).sum())
    return turn, target.mean(0) - turn @ source.mean(0)


def prop_layer(
    name: str, form: Form, joints: Sequence[int], mannequin: Mannequin, material: str, colors: NDArray
) -> Layer:
    """One form of the standard figure as a layer on a body (`on_body`), in ``colors`` (5, 3) of its roles."""
    return layer_of(name, material, [Piece(*on_body(form, joints, mannequin))], colors, mannequin)
