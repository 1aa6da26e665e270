"""Make a sculpted mesh animatable (AvatarCLIP section 3.3): weights from the coarse body, then back to the T-pose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.body import Body, stand_pose
from engine.body.fingers import full_joints, full_pose, posed_body
from engine.geometry.edges import edges
from engine.geometry.measures import edge_lengths
from engine.geometry.skinning import bone_transforms, unpose
from engine.mesh.decimate import decimate
from engine.mesh.surface import Mesh
from engine.protocol import PARENTS, SKELETON_PARENTS
from engine.report import Reporter
from engine.rig.avatar import Avatar, Floats, GameAvatar, Shapes, layered
from engine.rig.face import face_shapes
from engine.rig.face_shapes import FaceShapes
from engine.rig.fingers import standing_hands, with_fingers
from engine.rig.hinges import tighten
from engine.rig.shape_keys import carry, directions, source_of
from engine.rig.weights import inpaint, prune, smooth, transfer
from engine.settings import RigConfig
from engine.wardrobe.outfit import Look

PROXY_FACES = 30000
"""Triangles of the light copy on which weights are found. Set by hand."""
TEAR = 5.0
"""An edge that grows by more than this factor on the way to the T-pose is torn. Set by hand."""
TORN_SHARE = 0.005
"""Share of torn edges from which the user should hear of them. Set by hand."""


class SkinnedSurface(Protocol):
    """A surface in the stand pose whose skinning weights are known: the body in its clothes."""

    vertices: Floats  # (B, 3)
    faces: NDArray[np.int32]  # (G, 3)
    weights: Floats  # (B, 24)


def run(
    mesh: Mesh, body: Body, betas: np.ndarray, conf: RigConfig, report: Reporter, dressed: SkinnedSurface | None = None
) -> Avatar:
    """Rig a mesh that was sculpted round a body in the stand pose.

    Args:
        mesh: in the stand pose, metres.
        body: the body it was sculpted on.
        betas: (S,) its shape coefficients.
        conf: how weights are found.
        report: hears of three steps, and of tears.
        dressed: what the sculpting started from, if that was more than the bare body; skirts and capes are carried
            as it says.
    """
    stand = stand_pose()[None]
    posed, posed_joints = (array[0] for array in body.pose(betas, stand))
    weights = _weights_of(mesh, body, posed, conf, report, dressed)
    weights = tighten(weights, mesh.vertices, posed_joints, posed, conf.hinge)
    of_hands: dict[str, Any] = {}
    joints, parents = body.rest_joints(betas), PARENTS
    if conf.hands and body.fingers is not None:
        hands = standing_hands(getattr(dressed, "look", None), mesh.layers is not None)
        posed = posed_body(body, betas, full_pose(hands.stand[None], hands.poses)[0])
        stand = full_pose(stand, hands.about(hands.poses))
        joints, parents = hands.turned(full_joints(body, betas)), SKELETON_PARENTS
        weights = with_fingers(weights, mesh.vertices, mesh.faces, body, posed, hands.holds & hands.fused)
        of_hands = {"hands": hands.about(hands.usual), "holds": hands.holds}
    elif conf.hands and not body.is_standard:
        report.warning(f"{body.name} has no fingers; its hands stay one piece each.")
    weights = prune(weights, conf.influences)
    report.progress(2, 3)
    transforms = bone_transforms(joints, stand, parents)[0]
    rest = unpose(mesh.vertices, weights, transforms)
    torn = float((edge_stretch(mesh.vertices, rest, mesh.faces) > TEAR).mean())
    if torn > TORN_SHARE:
        report.warning(f"{torn:.1%} of the mesh's edges are stretched more than {TEAR:g}-fold in the T-pose.")
    report.progress(3, 3)
    light = _rig_game(mesh, weights, transforms, conf)
    face = _face(mesh, body, betas, conf, report) if conf.face else None
    shapes = _shape_keys(mesh, body, betas, posed, conf, report, dressed) if conf.shape_keys else None
    resting = bound_pose(len(joints)) if conf.a_pose else None
    bones = np.array(parents, np.int32)
    made = Avatar(rest, mesh.faces, mesh.colors, weights, joints, bones, light, shapes, resting, **of_hands)
    return made if mesh.layers is None else with_face(replace(made, **layered(mesh.layers)), mesh, face)


def _face(mesh: Mesh, body: Body, betas: np.ndarray, conf: RigConfig, report: Reporter) -> FaceShapes | None:
    """The layers' face shapes, and with keys of shape those of the face; warns if the body has none."""
    if mesh.layers is None:
        return None
    found = face_shapes(mesh.layers, body, betas, conf.shape_keys)
    if found is None:
        report.warning("The avatar has no face shapes: its body does not say where eyes and mouth are.")
    return found


def with_face(avatar: Avatar, mesh: Mesh, face: FaceShapes | None) -> Avatar:
    """The avatar with face shapes on full and game mesh."""
    light, game = mesh.game, avatar.game
    if face is not None and light is not None and game is not None:
        carried = face.carried(light.source, light.share, len(avatar.vertices))
        game = replace(game, face=carried.agreeing(game.faces, len(game.vertices)))
    return replace(avatar, face=face, game=game)


def _weights_of(
    mesh: Mesh, body: Body, posed: Floats, conf: RigConfig, report: Reporter, dressed: SkinnedSurface | None
) -> Floats:
    """Weights (V, 24), all influences: known, or found on what the mesh was sculpted from."""
    if mesh.layers is not None:
        return mesh.layers.weights
    if mesh.vertices.shape == posed.shape and np.array_equal(mesh.faces, body.faces):
        return body.weights  # the coarse body itself: nothing to look for
    source = (posed, body.faces, body.weights)
    if dressed is not None:
        source = (dressed.vertices, dressed.faces, dressed.weights)
    weights = _find_weights(mesh, *source, conf)
    report.progress(1, 3)
    return weights


def bound_pose(joints: int) -> Floats:
    """(J, 3) the A-pose in which files rest, its fingers as in the T-pose."""
    pose = np.zeros((joints, 3), np.float32)
    pose[: len(PARENTS)] = stand_pose()
    return pose


def _rig_game(mesh: Mesh, weights: Floats, transforms: np.ndarray, conf: RigConfig) -> GameAvatar | None:
    """The game mesh with the full mesh's weights (V, J), in the rest pose."""
    light = mesh.game
    if light is None:
        return None
    found = prune(light.carried(weights), conf.influences)
    layers = None if mesh.layers is None else light.face_layers
    return GameAvatar(unpose(light.vertices, found, transforms), light.faces, light.colors, found, light.uvs, layers)


def _shape_keys(
    mesh: Mesh,
    body: Body,
    betas: np.ndarray,
    posed: Floats,
    conf: RigConfig,
    report: Reporter,
    dressed: SkinnedSurface | None,
) -> Shapes:
    """The body's directions of shape on the full mesh and the game mesh."""
    look: Look | None = getattr(dressed, "look", None) if mesh.layers is None else None
    vertices, faces = (posed, body.faces) if dressed is None or look is None else (dressed.vertices, dressed.faces)
    source = source_of(body, betas, directions(body, report), vertices, faces, look)
    made = carry(mesh.vertices, mesh.faces, source, conf)
    light = mesh.game
    if light is None:
        return made
    return replace(made, game=np.stack([light.carried(deltas) for deltas in made.deltas]))


def _find_weights(
    mesh: Mesh, posed: Floats, body_faces: NDArray[np.int32], body_weights: Floats, conf: RigConfig
) -> Floats:
    """Weights (V, 24), all influences, found on a light copy of the mesh: they vary slowly over the surface."""
    vertices, faces = mesh.vertices, mesh.faces
    if len(faces) > PROXY_FACES:
        vertices, faces = decimate(vertices, faces, PROXY_FACES)
    weights, certain, distance = transfer(vertices, faces, posed, body_faces, body_weights, conf.reach, conf.agreement)
    weights = inpaint(weights, certain, vertices, faces)
    # What hangs far from the body (a skirt between the legs, long hair) should bend in wide curves.
    weights = smooth(weights, vertices, faces, conf.smoothing + distance)
    if len(vertices) != len(mesh.vertices):
        weights, _, _ = transfer(mesh.vertices, mesh.faces, vertices, faces, weights, np.inf, conf.agreement)
        weights = smooth(weights, mesh.vertices, mesh.faces, np.full(len(weights), 0.5 * conf.smoothing))
    return weights


def edge_stretch(before: np.ndarray, after: np.ndarray, faces: np.ndarray) -> Floats:
    """(E,) length of each edge after, over its length before."""
    pairs = edges(faces)
    first, second = edge_lengths(before, pairs), edge_lengths(after, pairs)
    return np.asarray(second / np.maximum(first, 1e-6), np.float32)
