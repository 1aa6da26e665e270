"""Warp kernels of the cloth solver. Warp compiles these functions itself, so their annotations are not Python types."""
# mypy: ignore-errors

import warp as wp


@wp.kernel(enable_backward=False)
def predict(
    x: wp.array(dtype=wp.vec3),
    before: wp.array(dtype=wp.vec3),
    velocity: wp.array(dtype=wp.vec3),
    mobility: wp.array(dtype=wp.float32),
    gravity: wp.vec3,
    step: wp.float32,
    keep: wp.float32,
):
    """Move points by their velocity, of which the share ``keep`` is left, and gravity."""
    i = wp.tid()
    before[i] = x[i]
    if mobility[i] > 0.0:
        v = velocity[i] * keep + gravity * step
        x[i] = x[i] + v * step


@wp.kernel(enable_backward=False)
def distances(
    x: wp.array(dtype=wp.vec3),
    pairs: wp.array(dtype=wp.vec2i),
    rest: wp.array(dtype=wp.float32),
    stretch: wp.array(dtype=wp.float32),
    squeeze: wp.array(dtype=wp.float32),
    mobility: wp.array(dtype=wp.float32),
    first: wp.int32,
):
    """Bring pairs of points nearer to their distance at rest, by shares for stretch and squeeze."""
    i = first + wp.tid()
    pair = pairs[i]
    a = pair[0]
    b = pair[1]
    total = mobility[a] + mobility[b]
    if total > 0.0:
        apart = x[b] - x[a]
        length = wp.length(apart)
        if length > 1.0e-9:
            miss = length - rest[i]
            share = stretch[i]
            if miss < 0.0:
                share = squeeze[i]
            move = apart * (share * miss / (length * total))
            x[a] = x[a] + move * mobility[a]
            x[b] = x[b] - move * mobility[b]


@wp.kernel(enable_backward=False)
def collide(
    x: wp.array(dtype=wp.vec3),
    before: wp.array(dtype=wp.vec3),
    mobility: wp.array(dtype=wp.float32),
    mesh: wp.uint64,
    normals: wp.array(dtype=wp.vec3),
    gap: wp.array(dtype=wp.float32),
    reach: wp.float32,
    friction: wp.float32,
):
    """Bring points out of what they must stay above."""
    i = wp.tid()
    if mobility[i] > 0.0:
        query = wp.mesh_query_point_no_sign(mesh, x[i], reach)
        if query.result:
            third = 1.0 - query.u - query.v
            normal = wp.normalize(
                query.u * normals[wp.mesh_get_index(mesh, query.face * 3)]
                + query.v * normals[wp.mesh_get_index(mesh, query.face * 3 + 1)]
                + third * normals[wp.mesh_get_index(mesh, query.face * 3 + 2)]
            )
            at = wp.mesh_eval_position(mesh, query.face, query.u, query.v)
            away = wp.dot(x[i] - at, normal)
            if away < gap[i]:
                x[i] = x[i] + normal * (gap[i] - away)
                slid = x[i] - before[i]
                slid = slid - normal * wp.dot(slid, normal)
                x[i] = x[i] - slid * friction


@wp.kernel(enable_backward=False)
def settle(
    x: wp.array(dtype=wp.vec3),
    before: wp.array(dtype=wp.vec3),
    velocity: wp.array(dtype=wp.vec3),
    step: wp.float32,
    most: wp.float32,
):
    """Velocities from how far points have moved, at most ``most`` metres a second."""
    i = wp.tid()
    v = (x[i] - before[i]) / step
    speed = wp.length(v)
    if speed > most:
        v = v * (most / speed)
        x[i] = before[i] + v * step
    velocity[i] = v


@wp.kernel(enable_backward=False)
def near(
    x: wp.array(dtype=wp.vec3),
    base: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    inward: wp.array(dtype=wp.float32),
    outward: wp.array(dtype=wp.float32),
):
    """Bring points back that left their place too far, along the normal or aside."""
    i = wp.tid()
    away = x[i] - base[i]
    high = wp.dot(away, normals[i])
    aside = away - normals[i] * high
    far = wp.length(aside)
    if far > outward[i]:
        aside = aside * (outward[i] / far)
    high = wp.clamp(high, -inward[i], outward[i])
    x[i] = base[i] + aside + normals[i] * high
