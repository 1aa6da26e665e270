"""Rotations as axis-angle vectors, unit quaternions, matrices and 6D, on the last axes of numpy arrays.

Angles are radians. Quaternions are (w, x, y, z). 6D is the first two columns of the matrix (Zhou et al. 2019), stored
as (3, 2) row-major, the layout that VPoser's decoder puts out. Results have the kind of the input: float32 of float32,
else float64. Needs numpy alone: Blender's Python has no scipy, against which the tests check all of this.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _floats(values: Any) -> Array:
    """Numbers as float32 if they are so, else as float64."""
    found = np.asarray(values)
    return found if found.dtype == np.float32 else found.astype(np.float64, copy=False)


def unit(vectors: Array) -> Array:
    """Vectors (..., n) scaled to length one; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def axis_angle_to_matrix(axis_angle: Array) -> Array:
    """Rotation matrices (..., 3, 3) of axis-angle vectors (..., 3) by Rodrigues' formula, exact also near zero."""
    axis_angle = _floats(axis_angle)
    theta = np.linalg.norm(axis_angle, axis=-1)[..., None, None]
    skew = np.zeros((*axis_angle.shape, 3), axis_angle.dtype)
    x, y, z = np.moveaxis(axis_angle, -1, 0)
    skew[..., 0, 1], skew[..., 0, 2], skew[..., 1, 2] = -z, y, -x
    skew[..., 1, 0], skew[..., 2, 0], skew[..., 2, 1] = z, -y, x
    # np.sinc(x) is sin(pi x) / (pi x); (1 - cos t) / t^2 = sinc(t / 2)^2 / 2 loses no digits for small t.
    first = np.sinc(theta / np.pi)
    second = 0.5 * np.sinc(theta / (2.0 * np.pi)) ** 2
    matrix: Array = np.eye(3, dtype=axis_angle.dtype) + first * skew + second * (skew @ skew)
    return matrix.astype(axis_angle.dtype, copy=False)


def axis_angle_to_quaternion(axis_angle: Array) -> Array:
    """Unit quaternions (..., 4) of axis-angle vectors (..., 3)."""
    axis_angle = _floats(axis_angle)
    angle = np.linalg.norm(axis_angle, axis=-1, keepdims=True)
    scale = 0.5 * np.sinc(angle / (2 * np.pi))  # sin(angle / 2) / angle, which np.sinc continues through zero
    return np.concatenate((np.cos(angle / 2), axis_angle * scale), axis=-1)


def matrix_to_quaternion(matrix: Array) -> Array:
    """Unit quaternions (..., 4), w >= 0, of rotation matrices (..., 3, 3) by Shepperd's method."""
    m = np.asarray(matrix, np.float64)
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = (np.moveaxis(m[..., row, :], -1, 0) for row in range(3))
    # Four candidates, each 4 q times one of its components; the one with the largest is well conditioned.
    rows = (
        (1 + xx + yy + zz, zy - yz, xz - zx, yx - xy),
        (zy - yz, 1 + xx - yy - zz, yx + xy, xz + zx),
        (xz - zx, yx + xy, 1 - xx + yy - zz, zy + yz),
        (yx - xy, xz + zx, zy + yz, 1 - xx - yy + zz),
    )
    candidates = np.stack([np.stack(row, -1) for row in rows], -2)  # (..., 4, 4)
    best = np.argmax(np.einsum("...ii->...i", candidates), -1)
    found = np.take_along_axis(candidates, best[..., None, None], -2)[..., 0, :]
    found = found / np.linalg.norm(found, axis=-1, keepdims=True)
    return (found * np.where(found[..., :1] < 0, -1.0, 1.0)).astype(_floats(matrix).dtype)


def quaternion_to_matrix(quaternions: Array) -> Array:
    """Rotation matrices (..., 3, 3) of unit quaternions (..., 4)."""
    w, x, y, z = np.moveaxis(quaternions, -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternion_to_axis_angle(quaternions: Array) -> Array:
    """Axis-angle vectors (..., 3), angles in 0..pi, of unit quaternions (..., 4)."""
    quaternions = quaternions * np.where(quaternions[..., :1] < 0, -1, 1).astype(quaternions.dtype)
    sine = np.linalg.norm(quaternions[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternions[..., :1])
    return quaternions[..., 1:] * np.where(sine > 1e-9, angle / np.maximum(sine, 1e-12), 2.0).astype(sine.dtype)


def matrix_to_axis_angle(matrix: Array) -> Array:
    """Axis-angle vectors (..., 3), angles in 0..pi, of rotation matrices (..., 3, 3)."""
    exact = quaternion_to_axis_angle(matrix_to_quaternion(np.asarray(matrix, np.float64)))
    return exact.astype(_floats(matrix).dtype, copy=False)


def matrix_to_6d(matrix: Array) -> Array:
    """6D (..., 6) of rotation matrices (..., 3, 3)."""
    return np.ascontiguousarray(matrix[..., :2]).reshape(*matrix.shape[:-2], 6)


def matrix_from_6d(six: Array) -> Array:
    """Rotation matrices (..., 3, 3) of 6D (..., 6), not necessarily orthonormal: Gram-Schmidt on the columns."""
    columns = _floats(six).reshape(*six.shape[:-1], 3, 2)
    x = unit(columns[..., 0])
    y = unit(columns[..., 1] - x * np.sum(x * columns[..., 1], -1, keepdims=True))
    return np.stack([x, y, np.cross(x, y)], -1)


def multiply(a: Array, b: Array) -> Array:
    """Hamilton product of quaternions (..., 4): first ``b``, then ``a``, as with matrices."""
    aw, ax, ay, az = np.moveaxis(a, -1, 0)
    bw, bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack(
        (
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ),
        axis=-1,
    )


def conjugate(quaternions: Array) -> Array:
    """Inverse rotations of unit quaternions (..., 4)."""
    return quaternions * np.array((1.0, -1.0, -1.0, -1.0))


def without_flips(quaternions: Array) -> Array:
    """Choose signs along the first axis, time, so that no quaternion (T, ..., 4) is opposite to the one before it.

    q and -q are the same rotation, but a curve that jumps from one to the other would spin in between. The first has
    w >= 0.
    """
    first = np.where(quaternions[:1, ..., :1] < 0, -1.0, 1.0)
    steps = np.sum(quaternions[1:] * quaternions[:-1], axis=-1, keepdims=True)
    return quaternions * np.cumprod(np.concatenate((first, np.where(steps < 0, -1.0, 1.0))), axis=0)


def slerp_quaternions(a: Array, b: Array, t: Array) -> Array:
    """From quaternions ``a`` to ``b`` (..., 4) along the shorter arc; ``t`` (..., 1) from 0 to 1."""
    cosine = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(cosine < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    sine = np.sin(angle)
    safe = np.where(sine > 1e-6, sine, 1.0)
    wa = np.where(sine > 1e-6, np.sin((1 - t) * angle) / safe, 1 - t)
    wb = np.where(sine > 1e-6, np.sin(t * angle) / safe, t)
    mixed = wa * a + wb * b
    return mixed / np.linalg.norm(mixed, axis=-1, keepdims=True)


def slerp(first: Array, second: Array, weight: Array | float) -> Array:
    """Rotation matrices (..., 3, 3) moved from first to second along the shorter arc by weight (...) in 0..1."""
    step = matrix_to_axis_angle(np.swapaxes(first, -1, -2) @ second)
    return first @ axis_angle_to_matrix(step * np.asarray(weight, step.dtype)[..., None])


def about_y(angle: Array | float) -> Array:
    """Matrices (..., 3, 3), float32, that turn by angles (...) about +y."""
    angle = np.asarray(angle, np.float32)
    return axis_angle_to_matrix(np.stack([0 * angle, angle, 0 * angle], -1))


def euler(pitch: Array | float, yaw: Array | float, roll: Array | float) -> Array:
    """Degrees (...) -> matrices (..., 3, 3), float32: Ry(yaw) Rx(pitch) Rz(roll).

    In SMPL's frame a positive pitch bends forward, a positive yaw turns to the body's left, and a positive roll
    leans to the body's right (its left side goes up).
    """
    degrees = np.float32(np.pi / 180)
    pitch, yaw, roll = (
        degrees * a for a in np.broadcast_arrays(*(np.asarray(a, np.float32) for a in (pitch, yaw, roll)))
    )
    about_x = axis_angle_to_matrix(np.stack([pitch, 0 * pitch, 0 * pitch], -1))
    about_z = axis_angle_to_matrix(np.stack([0 * roll, 0 * roll, roll], -1))
    return about_y(yaw) @ about_x @ about_z


def yaw_of(matrix: Array) -> Array:
    """Heading (...) of orientations (..., 3, 3): the angle about +y by which their +z axis is turned."""
    forward, up = matrix[..., :, 2], matrix[..., :, 1]
    # A body that lies down has no horizontal forward axis: its up axis (or its opposite) then gives the heading.
    flat = np.hypot(forward[..., 0], forward[..., 2]) < 0.2
    axis = np.where(flat[..., None], up * -np.sign(forward[..., 1:2]), forward)
    return np.arctan2(axis[..., 0], axis[..., 2])


def shortest_turn(start: Array, end: Array) -> Array:
    """Rotation (3, 3), float32, that takes the direction of ``start`` to that of ``end`` by the shortest way."""
    first, second = (unit(np.asarray(vector, np.float32)) for vector in (start, end))
    axis = np.cross(first, second)
    sine = float(np.linalg.norm(axis))
    angle = np.arctan2(sine, float(first @ second))
    if sine < 1e-6:
        axis, sine = np.cross(first, [0.0, 0.0, 1.0]), 1.0
        angle = np.pi if float(first @ second) < 0 else 0.0
    return axis_angle_to_matrix((axis / max(sine, 1e-9) * angle).astype(np.float32))
