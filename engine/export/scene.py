"""What every exporter is given: the avatar as it stands at rest, its game mesh, its textures and its motion."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.names import plain
from engine.protocol import TEXTURES
from engine.rig import Avatar, in_rest_pose, on_floor, relative_to, uncover, with_hands
from engine.settings import ExportConfig


@dataclass(frozen=True)
class Take:
    """A motion of all of an avatar's joints, relative to the pose in which its files rest."""

    poses: np.ndarray
    """(T, J, 3) axis-angle."""
    trans: np.ndarray
    """(T, 3) metres, added to the pelvis's rest position."""
    fps: float
    face: np.ndarray | None = None
    """(T, 52) values of the face shapes, 0-1."""
    clip: str = "Avatar"
    """What it is called; Godot repeats what ends with "-loop" by itself."""
    root: np.ndarray | None = None
    """(T, 3) metres by which a bone on the floor travels, if one shall; ``trans`` is what remains for the pelvis."""

    @staticmethod
    def of(avatar: Avatar, motion: Any, conf: ExportConfig, loops: bool = False) -> Take:
        """From the motion stage's motion.

        Args:
            avatar: in the pose that files rest in.
            motion: `engine.motion`'s.
            conf: who carries the travel.
            loops: its first frame follows the last one; the take ends with that first frame, as players jump from end
                to beginning in no time.
        """
        turns = with_hands(avatar, motion.poses, motion.hands)
        poses = relative_to(avatar.rest_pose, turns, avatar.parents).reshape(len(turns), -1, 3)
        trans, face, root = np.asarray(motion.trans), motion.face, None
        if loops:
            poses, trans = (np.concatenate((values, values[:1])) for values in (poses, trans))
            face = None if face is None else np.concatenate((face, face[:1]))
        if conf.root_motion != "pelvis":
            travel = (trans - trans[:1]) * [1.0, 0.0, 1.0]
            trans, root = trans - travel, travel if conf.root_motion == "root" else None
        return Take(poses, trans, float(motion.fps), face, "Avatar-loop" if loops else "Avatar", root)


@dataclass(frozen=True)
class Scene:
    """An avatar for readers of any kind: metres, +y up, facing +z, its lowest point at height 0."""

    avatar: Avatar
    """Without what is covered for good, in the pose that files rest in."""
    game: Avatar | None
    """The game mesh alone, on the same skeleton; its ``uvs`` lay out the textures."""
    take: Take | None
    textures: Mapping[str, Path]
    """The game mesh's pictures by the names of `protocol.TEXTURES`; empty without one."""
    stored: Mapping[str, Path]
    """The stages' own files by the names that they have in a result."""
    conf: ExportConfig = field(default_factory=ExportConfig)
    source: tuple[Avatar, Any, bool] | None = None
    """The rig stage's avatar, the motion stage's motion and whether it repeats, of which all this is made."""

    @staticmethod
    def of(
        rig: Avatar,
        motion: Any = None,
        textures: Path | None = None,
        stored: Mapping[str, Path] | None = None,
        conf: ExportConfig | None = None,
        loops: bool = False,
    ) -> Scene:
        """Make it.

        Args:
            rig: the avatar as the rig stage leaves it.
            motion: `engine.motion`'s, or None.
            textures: folder with the game mesh's pictures.
            stored: files of the stages that are copied as they are.
            conf: how files are written.
            loops: the motion repeats.
        """
        conf = conf or ExportConfig()
        avatar = on_floor(in_rest_pose(uncover(rig)))
        take = None if motion is None else Take.of(avatar, motion, conf, loops)
        pictures = {}
        if avatar.game is not None and textures is not None:
            pictures = {name: textures / f"{name}.png" for name in TEXTURES}
        return Scene(avatar, game_only(avatar), take, pictures, stored or {}, conf, (rig, motion, loops))

    def in_t_pose(self) -> Scene:
        """This scene with the avatar resting in the T-pose."""
        if self.avatar.rest_pose is None or self.source is None:
            return self
        rig, motion, loops = self.source
        made = Scene.of(dataclasses.replace(rig, rest_pose=None), motion, None, self.stored, self.conf, loops)
        return dataclasses.replace(made, textures=self.textures)

    @property
    def name(self) -> str:
        """What nodes and files' scenes are called."""
        return plain(self.conf.name or "Avatar")

    @property
    def body(self) -> np.ndarray:
        """(V, 3) points of the innermost layer, covered ones too, on the floor as the avatar is."""
        whole = on_floor(in_rest_pose(self.source[0])) if self.source is not None else self.avatar
        if whole.face_layers is None:
            return whole.vertices
        lift = self.avatar.joints[0] - whole.joints[0]  # what is covered may lie lower
        return whole.vertices[np.unique(whole.faces[whole.face_layers == 0])] + lift


def game_only(avatar: Avatar) -> Avatar | None:
    """An avatar whose mesh is the game mesh of another, if that has one."""
    game = avatar.game
    if game is None:
        return None
    return dataclasses.replace(
        avatar,
        vertices=game.vertices,
        faces=game.faces,
        colors=game.colors,
        weights=game.weights,
        face_layers=game.face_layers,
        uvs=game.uvs,
        face=game.face,
        game=None,
        shapes=None,
        roughness=None,
        metallic=None,
        covered=None,
        canonical=None,
        opacity=_mean_opacity(avatar, game),
    )


def _mean_opacity(avatar: Avatar, game: Any) -> np.ndarray | None:
    """The game mesh's opacity (G,): each layer's mean, as its textures have none."""
    if avatar.opacity is None or avatar.face_layers is None or game.face_layers is None:
        return None
    opacity = np.ones(len(game.vertices), np.float32)
    for layer in np.unique(game.face_layers):
        whole = avatar.opacity[avatar.faces[avatar.face_layers == layer]]
        opacity[game.faces[game.face_layers == layer]] = whole.mean() if len(whole) else 1.0
    return opacity
