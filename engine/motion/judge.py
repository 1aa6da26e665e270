"""A perceptor that looks at poses: sharp pictures to rank them by, soft ones for gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.body import Body
from engine.motion.arrays import Array, array
from engine.motion.candidates import ASSETS, PoseCodes
from engine.motion.generators import Judge
from engine.motion.splat import pictures
from engine.perceptor.codebook import embed_pictures, features
from engine.perceptor.prompts import motion as motion_prompt
from engine.render.camera import Camera
from engine.render.raycast import MeshRaycaster
from engine.report import Reporter

POSE_CODES = ASSETS / "pose_codes.safetensors"


@dataclass(frozen=True)
class Photographer:
    """How poses are looked at. The paper takes five views at distance 2; here two, which differ most."""

    azimuths: tuple[float, ...] = (-0.15, 0.8)
    """Radians to the figure's left. Set by hand."""
    distance: float = 2.6
    """Metres. Set by hand."""
    rise: float = 0.1
    """Of the line of sight, a metre. Set by hand."""
    field_of_view: float = 45.0
    """Degrees. Set by hand."""
    light: tuple[float, float, float] = (0.35, 0.6, 0.72)
    """Direction to the light, about of unit length. Set by hand."""
    ambient: float = 0.3
    """Share of the light that comes from everywhere. Set by hand."""
    grey: float = 0.8
    """Of the body, on white. Set by hand."""


PHOTOGRAPHER = Photographer()


def picture_judge(text: str, body: Body, betas: Array, perceptor: Any, report: Reporter | None = None) -> Judge:
    """The judge of poses of one body for one text; ``report`` hears of a codebook that is embedded at first."""
    faces = torch.as_tensor(np.asarray(body.faces, np.int64))
    shape = torch.as_tensor(np.asarray(betas, np.float32))[None]
    with torch.no_grad():
        wanted = perceptor.encode_text([motion_prompt(text)])

    def see(rotations: Tensor) -> Tensor:
        vertices = _posed(body, shape, rotations)
        seen = perceptor.encode_image(pictures(vertices, faces))
        cosine: Tensor = (seen @ wanted.T)[:, 0]
        return cosine

    def book(codes: PoseCodes) -> Array:
        seen: Array = (code_features(codes, body, perceptor, report) @ wanted[0].cpu()).numpy()
        return seen

    return Judge(see, lambda poses: picture_scores(poses, text, body, betas, perceptor), book)


def code_features(codes: PoseCodes, body: Body, perceptor: Any, report: Reporter | None) -> Tensor:
    """(N, D) unit vectors of pictures of all codes on the mean body, from the cache where it has them."""
    poses, betas = codes.prior.poses(codes.latents), np.zeros(body.num_betas, np.float32)

    def embed(member: Any, index: int) -> Tensor:
        return embed_pictures(member, pictures_of(poses[index], body, betas, member.input_size))

    name = f"pictures.{body.checksum[:12]}.{len(poses)}"
    return features(POSE_CODES, name, perceptor, len(poses), embed, report)


def _posed(body: Body, betas: Tensor, rotations: Tensor) -> Tensor:
    """Vertices (B,V,3) of a body whose 21 joints are turned by matrices (B,21,3,3), differentiable."""
    batch = len(rotations)
    eye = torch.eye(3).expand(batch, 1, 3, 3)
    out = body.smpl(
        betas=betas.expand(batch, -1),
        global_orient=eye,
        body_pose=torch.cat([rotations, eye, eye], 1),
        transl=None,
        pose2rot=False,
    )
    vertices: Tensor = out.vertices
    return vertices


def pictures_of(pose: Array, body: Body, betas: Array, size: int) -> Tensor:
    """(2, 3, size, size) grey pictures of a pose (24,3), from the front and obliquely."""
    vertices, joints = (value[0] for value in body.pose(betas, pose[None]))
    caster = MeshRaycaster(vertices, body.faces)
    how, centre = PHOTOGRAPHER, joints.mean(0)
    seen_from = []
    for azimuth in how.azimuths:
        eye = centre + how.distance * array([np.sin(azimuth), how.rise, np.cos(azimuth)])
        seen = caster.cast(Camera(eye, centre, array([0, 1, 0]), how.field_of_view, size, size)).reshape(size, size)
        lit = np.clip(np.asarray(seen.normal) @ array(how.light), 0, 1)
        shade = how.ambient + (1 - how.ambient) * lit
        seen_from.append(np.where(np.asarray(seen.mask), shade * how.grey, 1.0))
    return torch.from_numpy(np.stack(seen_from).astype(np.float32))[:, None].expand(-1, 3, -1, -1)


def picture_scores(poses: Array, text: str, body: Body, betas: Array, perceptor: Any, size: int = 224) -> Array:
    """Cosines (N,) between pictures of poses (N,24,3) and a text.

    Only a shortlist is looked at: pictures of all 4,096 codes would take a perceptor on a processor many minutes.
    """
    scores = np.zeros(len(poses), np.float32)
    with torch.no_grad():
        wanted = perceptor.encode_text([motion_prompt(text)])
        for index, pose in enumerate(poses):
            seen = perceptor.encode_image(pictures_of(pose, body, betas, size))
            scores[index] = float((seen @ wanted.T).mean())
    return scores
