"""Ray casting and signed distances to triangle meshes with NVIDIA Warp, on the CPU and on CUDA.

Answers come back as numpy arrays; a differentiable picture is made by shading them in torch (barycentric
coordinates times the vertices' positions or colours), as the ray's hit itself needs no gradient.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass, fields

import numpy as np
import warp as wp
from numpy.typing import NDArray

from engine.geometry.measures import vertex_normals
from engine.render import kernels
from engine.render.camera import Camera


def _start_warp() -> None:
    """Start Warp without its greeting, and without the driver's "no CUDA" line, which is no news on a laptop."""
    wp.config.log_level = wp.LOG_WARNING
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)  # the line comes from native code, so the descriptor itself must move
            try:
                wp.init()
            except OSError:  # no home folder to keep compiled kernels in, as in some containers
                wp.config.kernel_cache_dir = tempfile.mkdtemp(prefix="warp-")
                wp.init()
    finally:
        os.dup2(saved, 2)
        os.close(saved)


_start_warp()


def query_device(device: object) -> str:
    """Where Warp is to answer for a torch device or its name: on the same GPU if Warp finds it too, else on the CPU."""
    name = str(device)
    return name if name.startswith("cuda") and wp.is_cuda_available() else "cpu"


@dataclass(frozen=True)
class GBuffer:
    """What each ray hit; the shapes below have a leading (H, W) for pictures or (N,) for loose rays."""

    face: NDArray[np.int32]
    """(...) index of the triangle, -1 where the ray missed."""
    bary: NDArray[np.float32]
    """(..., 3) weights of the triangle's three corners, 0 at misses."""
    normal: NDArray[np.float32]
    """(..., 3) unit normal interpolated from the vertices' normals, 0 at misses."""
    depth: NDArray[np.float32]
    """(...) metres along the unit ray, infinite at misses."""

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(...) True where the ray hit the mesh."""
        return self.face >= 0

    def reshape(self, *shape: int) -> GBuffer:
        """The same hits with other leading dimensions."""
        parts = {f.name: getattr(self, f.name) for f in fields(self)}
        flat = {
            name: part.reshape(*shape, 3) if name in ("bary", "normal") else part.reshape(shape)
            for name, part in parts.items()
        }
        return GBuffer(**flat)

    def interpolate(self, faces: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Values (V, C) of the vertices at the hits -> (..., C) float32, 0 at misses."""
        result = np.zeros((*self.face.shape, values.shape[1]), np.float32)
        mask = self.mask
        corners = values[faces[self.face[mask]]]  # (M, 3, C)
        result[mask] = np.einsum("mk,mkc->mc", self.bary[mask], corners)
        return result


class MeshRaycaster:
    """A triangle mesh in a bounding volume hierarchy that answers rays and closest-point queries."""

    def __init__(self, vertices: np.ndarray, faces: np.ndarray, device: str = "cpu") -> None:
        """Build the hierarchy.

        Args:
            vertices: (V, 3) world metres.
            faces: (F, 3) counter-clockwise seen from outside.
            device: ``cpu`` or ``cuda[:n]``.
        """
        self.device = device
        self.faces = np.ascontiguousarray(faces, np.int32)
        self._points: wp.array = wp.array(np.ascontiguousarray(vertices, np.float32), dtype=wp.vec3, device=device)
        self._indices: wp.array = wp.array(self.faces.reshape(-1), dtype=wp.int32, device=device)
        self._mesh = wp.Mesh(self._points, self._indices)
        self._signed_mesh: wp.Mesh | None = None
        self._set_normals(np.asarray(vertices))

    @property
    def mesh_id(self) -> wp.uint64:
        """What kernels call the mesh by."""
        return self._mesh.id

    def refit(self, vertices: np.ndarray) -> None:
        """Move the vertices (V, 3) and keep the hierarchy's topology: quicker than a new one for another pose."""
        self._points.assign(np.ascontiguousarray(vertices, np.float32))
        self._mesh.refit()
        self._signed_mesh = None
        self._set_normals(vertices)

    def cast(self, camera: Camera) -> GBuffer:
        """What the camera's rays hit, (H, W, ...)."""
        return self.cast_rays(*camera.rays()).reshape(camera.height, camera.width)

    def cast_rays(self, origins: np.ndarray, directions: np.ndarray) -> GBuffer:
        """What loose rays hit.

        Args:
            origins: (N, 3) world metres.
            directions: (N, 3) unit vectors.
        """
        count = len(directions)
        face = wp.empty(count, dtype=wp.int32, device=self.device)
        depth = wp.empty(count, dtype=wp.float32, device=self.device)
        bary, normal = (wp.zeros(count, dtype=wp.vec3, device=self.device) for _ in range(2))
        inputs = [self._mesh.id, self._array(origins), self._array(directions), self._normals]
        wp.launch(kernels.cast, count, inputs, [face, bary, normal, depth], device=self.device)
        return GBuffer(face.numpy(), bary.numpy(), normal.numpy(), depth.numpy())

    def closest_point(
        self, points: np.ndarray, signed: bool = True
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        """The closest point of the surface to each point (N, 3).

        The sign comes from the generalised winding number (Barill et al. 2018), which is right also where a body
        touches or enters itself.

        Returns:
            Face (N,), barycentric weights of its corners (N, 3), distance in metres (N,), negative inside if signed.
        """
        if signed and self._signed_mesh is None:
            self._signed_mesh = wp.Mesh(self._points, self._indices, support_winding_number=True)
        mesh = self._signed_mesh if signed and self._signed_mesh is not None else self._mesh
        count = len(points)
        face = wp.empty(count, dtype=wp.int32, device=self.device)
        bary = wp.empty(count, dtype=wp.vec3, device=self.device)
        distance = wp.empty(count, dtype=wp.float32, device=self.device)
        inputs = [mesh.id, self._array(points), signed]
        wp.launch(kernels.closest, count, inputs, [face, bary, distance], device=self.device)
        return face.numpy(), bary.numpy(), distance.numpy()

    def _array(self, values: np.ndarray) -> wp.array:
        """(N, 3) values on this mesh's device."""
        return wp.array(np.ascontiguousarray(values, np.float32), dtype=wp.vec3, device=self.device)

    def _set_normals(self, vertices: np.ndarray) -> None:
        """Keep the vertices' normals for the smooth normals of hits."""
        self.normals = vertex_normals(np.asarray(vertices), self.faces)
        self._normals = self._array(self.normals)
