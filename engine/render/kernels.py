"""Warp kernels of the ray caster. Warp compiles these functions itself, so their annotations are not Python types."""
# mypy: ignore-errors

import warp as wp

NO_HIT = wp.constant(-1)
FAR = wp.constant(wp.float32(1.0e9))


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
