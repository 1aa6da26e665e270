"""Warp kernels of the ray caster. Warp compiles these functions itself, so their annotations are not Python types."""
# mypy: ignore-errors

import warp as wp

NO_HIT = wp.constant(-1)
FAR = wp.constant(wp.float32(1.0e9))
"""Metres beyond which nothing is hit."""
LIFT = wp.constant(wp.float32(3.0e-4))
"""Metres off the surface where a shadow ray starts, so that a face does not shade itself. Set by hand."""
GRAZING = wp.constant(wp.float32(0.1))
"""Light below this cosine to a surface, a hundredth of all, is left out of its occlusion. Set by hand."""


@wp.kernel(enable_backward=False)
def cast(
    mesh: wp.uint64,
    origins: wp.array(dtype=wp.vec3),
    directions: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    face: wp.array(dtype=wp.int32),
    bary: wp.array(dtype=wp.vec3),
    normal: wp.array(dtype=wp.vec3),
    depth: wp.array(dtype=wp.float32),
):
    """What rays hit first: face (or `NO_HIT`), barycentric coordinates, smooth normal and depth in metres."""
    ray = wp.tid()
    hit = wp.mesh_query_ray(mesh, origins[ray], directions[ray], FAR)
    face[ray] = NO_HIT
    depth[ray] = wp.inf
    if hit.result:
        third = 1.0 - hit.u - hit.v
        face[ray] = hit.face
        depth[ray] = hit.t
        bary[ray] = wp.vec3(hit.u, hit.v, third)
        smooth = (
            hit.u * normals[wp.mesh_get_index(mesh, hit.face * 3)]
            + hit.v * normals[wp.mesh_get_index(mesh, hit.face * 3 + 1)]
            + third * normals[wp.mesh_get_index(mesh, hit.face * 3 + 2)]
        )
        normal[ray] = wp.normalize(smooth)


@wp.kernel(enable_backward=False)
def closest(
    mesh: wp.uint64,
    points: wp.array(dtype=wp.vec3),
    with_sign: wp.bool,
    face: wp.array(dtype=wp.int32),
    bary: wp.array(dtype=wp.vec3),
    distance: wp.array(dtype=wp.float32),
):
    """Nearest places of a mesh to points: face, barycentric coordinates, distance, signed by the winding number."""
    index = wp.tid()
    point = points[index]
    if with_sign:
        query = wp.mesh_query_point_sign_winding_number(mesh, point, FAR)
    else:
        query = wp.mesh_query_point_no_sign(mesh, point, FAR)
    nearest = wp.mesh_eval_position(mesh, query.face, query.u, query.v)
    face[index] = query.face
    bary[index] = wp.vec3(query.u, query.v, 1.0 - query.u - query.v)
    length = wp.length(point - nearest)
    if with_sign:
        length = length * query.sign
    distance[index] = length


@wp.kernel(enable_backward=False)
def arriving(
    mesh: wp.uint64,
    points: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    facing: wp.array(dtype=wp.vec3),
    mirrored: wp.array(dtype=wp.vec3),
    slots: wp.array(dtype=wp.int32),
    directions: wp.array2d(dtype=wp.vec3),
    weights: wp.array2d(dtype=wp.float32),
    key_directions: wp.array2d(dtype=wp.vec3),
    result: wp.array2d(dtype=wp.float32),
):
    """Light at points, what arrives and what would without the mesh: of all sides, of the key, mirrored; (N, 6)."""
    index = wp.tid()
    normal = normals[index]
    flat = facing[index]
    slot = slots[index]
    origin = points[index] + flat * LIFT
    for k in range(directions.shape[1]):
        towards = directions[slot, k]
        cosine = wp.dot(normal, towards)
        if cosine > GRAZING and wp.dot(flat, towards) > 0.0:
            light = cosine * weights[slot, k]
            result[index, 1] += light
            if not wp.mesh_query_ray_anyhit(mesh, origin, towards, FAR):
                result[index, 0] += light
    around = result[index, 0] / wp.max(result[index, 1], 1.0e-6)
    for k in range(key_directions.shape[1]):
        towards = key_directions[slot, k]
        if wp.dot(normal, towards) > 0.0:
            result[index, 3] += 1.0
            beneath = wp.dot(flat, towards) <= 0.0  # of the flat face, not of the round surface that it stands for
            if beneath or not wp.mesh_query_ray_anyhit(mesh, origin, towards, FAR):
                result[index, 2] += 1.0
        else:  # past the terminator, where little light goes, the ambient light's share will do
            result[index, 3] += 0.3
            result[index, 2] += 0.3 * around
    towards = mirrored[index]
    if wp.length_sq(towards) == 0.0:  # so rough that it mirrors what lights it
        result[index, 4] = result[index, 0]
        result[index, 5] = result[index, 1]
    elif wp.dot(flat, towards) > 0.0:
        result[index, 5] = 1.0
        if not wp.mesh_query_ray_anyhit(mesh, origin, towards, FAR):
            result[index, 4] = 1.0


@wp.kernel(enable_backward=False)
def gather(
    grid: wp.array2d(dtype=wp.int32),
    points: wp.array(dtype=wp.vec3),
    normals: wp.array(dtype=wp.vec3),
    values: wp.array2d(dtype=wp.float32),
    first: wp.array(dtype=wp.vec2i),
    sample_points: wp.array(dtype=wp.vec3),
    sample_normals: wp.array(dtype=wp.vec3),
    footprints: wp.array(dtype=wp.float32),
    result: wp.array2d(dtype=wp.float32),
):
    """Values at places, from the points of the 4 x 4 cells of a grid about them, by distance and normal."""
    index = wp.tid()
    point = sample_points[index]
    normal = sample_normals[index]
    narrow = 1.0 / footprints[index]
    for i in range(4):
        row = first[index][0] + i
        if row < 0 or row >= grid.shape[0]:
            continue
        for j in range(4):
            column = first[index][1] + j
            if column < 0 or column >= grid.shape[1]:
                continue
            other = grid[row, column]
            if other < 0:
                continue
            away = wp.dot(points[other] - point, normal) * narrow
            alike = wp.max(wp.dot(normals[other], normal), 0.0)
            alike *= alike
            alike *= alike
            near = 1.0 / (1.0 + away * away)
            weight = alike * alike * near * near + 1.0e-5
            for k in range(values.shape[1]):
                result[index, k] += weight * values[other, k]
