"""What the Blender add-on and the engine both know: names of stages, events, files and request fields.

Standard library only: the add-on loads this very file inside Blender, the engine imports it in its own
environment. Units are metres, seconds and sRGB 0-1; the frame is SMPL's (+y up, facing +z, left arm to +x).
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
"""Version of the job folder's layout; a reader refuses a newer one in one sentence."""

STAGES: tuple[str, ...] = ("shape", "appearance", "mesh", "rig", "motion")
"""The stages in the order in which they run."""

STAGE_LABELS: dict[str, str] = {
    "shape": "Body Shape",
    "appearance": "Appearance",
    "mesh": "Mesh",
    "rig": "Rig",
    "motion": "Motion",
}

PRESETS: tuple[str, ...] = ("draft", "standard", "high")
"""What users choose from; a conf of the same name stands in ``confs/``.

There, ``tiny`` is for tests, and ``original``, the paper's own settings, for comparing on the command line: no panel
offers hours of work on a 32 GB card beside Draft.
"""

DEFAULT_PROMPTS: dict[str, str] = {
    "shape": "",
    "appearance": "a firefighter",
    "motion": "waving",
}
"""Used for a prompt that was left out. Without one of the shape, the body is that of who the appearance speaks of."""

MAX_PROMPT_CHARACTERS = 1000

JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hand", "right_hand",
)  # fmt: skip
PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
)  # fmt: skip
FINGERS: tuple[str, ...] = ("index", "middle", "pinky", "ring", "thumb")
FINGER_NAMES: tuple[str, ...] = tuple(
    f"{side}_{finger}{phalanx}" for side in ("left", "right") for finger in FINGERS for phalanx in (1, 2, 3)
)
"""SMPL-X's names and order: of each finger the joints from the knuckle on, of thumbs from the wrist on."""
SKELETON_NAMES: tuple[str, ...] = JOINT_NAMES + FINGER_NAMES
SKELETON_PARENTS: tuple[int, ...] = PARENTS + tuple(
    (20 if index < 15 else 21) if index % 3 == 0 else len(JOINT_NAMES) + index - 1 for index in range(30)
)
"""The 24 joints, and behind them the fingers, which hang on the wrists as SMPL-X's do."""
SHAPE_KEYS = ("Taller", "Heavier", "More Muscular", "Older", "More Masculine")
"""Names of an avatar's shape keys, in their order in ``avatar.npz``; negative values do the contrary."""
FACE_SHAPES: tuple[str, ...] = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip
"""Names of an avatar's face shapes, 0-1 each: Apple's for ARKit's face tracking, left and right being the avatar's."""
FACE_FEATURES: tuple[str, ...] = (
    "Forehead", "Temples", "Brow Ridge", "Brow Height", "Brow Angle", "Eye Size", "Eye Distance", "Eye Slant",
    "Eye Opening", "Eye Bags", "Nose Width", "Nose Length", "Nose Tip", "Nose Bridge", "Nose Hump", "Nostrils",
    "Cheek Bones", "Cheeks", "Cheek Hollows", "Upper Lip", "Lower Lip", "Mouth Width", "Mouth Corners", "Jaw Width",
    "Chin Length", "Chin Forward", "Chin Width", "Double Chin", "Ears Off", "Ear Size",
)  # fmt: skip
"""Names of the keys that make another face, about -1..1; in lower case those of directions of the face space."""
FACE_KEYS: tuple[str, ...] = FACE_SHAPES + FACE_FEATURES
"""What a mesh's face arrays have, in their order; without keys of shape the first 52 alone."""

# --- the job folder -----------------------------------------------------------------------------------------
REQUEST_FILE = "request.json"
EVENTS_FILE = "events.jsonl"
LOG_FILE = "log.txt"
PREVIEWS_DIR = "previews"
LIVE_NPZ = "live.npz"
"""In a stage's previews: the growing surface, vertices (V,3), faces (F,3), colors (V,3) as in `AVATAR_NPZ`."""
CHECKPOINTS_DIR = "checkpoints"
RESULT_DIR = "result"
BEFORE_DIR = "before"
"""The result of the avatar that this job changes, out of which what stays is taken; gone when the job is done."""

AVATAR_NPZ = "avatar.npz"
"""vertices (V,3), faces (F,3), colors (V,3), weights (V,J), joints (J,3), parents (J,); T-pose, metres, sRGB 0-1.

J is 24, or 54 with the fingers of `SKELETON_NAMES`; then also hands (2,45), as `MOTION_NPZ` has poses of hands: how the
left and the right one are while no motion says otherwise; and holds (2,) bool: which hold something, and stay so.

With a game mesh also game_vertices, game_faces, game_colors, game_weights and game_uvs (F,3,2) of the faces' corners.
Made of layers also layer_names (L,), layer_materials (L,), face_layers (F,), uvs (F,3,2), and (V,) roughness, metallic,
opacity and covered (bool), and with a game mesh game_face_layers.
With face shapes also face_names, the first 52 or all of `FACE_KEYS`, and N rows: face_shape (N,) u8 which of them,
face_row (N,) i32 which vertex, face_delta (N,3) f16 its displacement at 1; of the game mesh game_face_shape and so on.
"""
MOTION_NPZ = "motion.npz"
"""poses (T,72) f32 axis-angle, trans (T,3) f32 added to the rest pelvis, mocap_framerate f64, betas (S,) f32,
gender (str); left_hand_pose and right_hand_pose (T,45) f32 axis-angle of `FINGER_NAMES`, as AMASS's SMPL-X files have
them, and candidates (K,72). With an expression also face (T,52) f32, 0-1, and face_names (52,), `FACE_SHAPES`."""
AVATAR_PLY = "avatar.ply"
AVATAR_GLB = "avatar.glb"
GAME_GLB = "game.glb"
AVATAR_OBJ, AVATAR_MTL = "avatar.obj", "avatar.mtl"
"""The game mesh as Wavefront OBJ, with its material."""
MOTION_BVH = "motion.bvh"
AVATAR_VRM, MOTION_VRMA = "avatar.vrm", "motion.vrma"
"""VRM 1.0, and the motion for any VRM avatar."""
TEXTURES: dict[str, str] = {"color": "color.png", "normal": "normal.png", "orm": "orm.png"}
"""The game mesh's textures: sRGB colour, tangent-space normals (green up), and ambient occlusion, roughness and
metalness in red, green and blue, as glTF packs them."""
PREVIEW_PNG = "preview.png"
PROCESS_MP4 = "process.mp4"
MOTION_MP4 = "motion.mp4"
"""The camera goes once round the moving avatar."""
VIEWER_HTML = "viewer.html"
"""Shows the avatar in a browser, from disk and without the net."""
MANIFEST_FILE = "manifest.json"
UNDERSTOOD, IGNORED, REPAIRED, LANGUAGE = "understood", "ignored", "repaired", "language"
"""Fields of the manifest, each by stage (``shape``, ``appearance``): what was understood of the prompt (a list of
words, start and end of them, layer, property, value), the words that had no effect, misspelt words with what they were
read as, and the language's code of ISO 639-1."""
OUTPUT_LICENCE = "output_licence"
"""Field of the manifest: in a sentence or two, what a user may do with the avatar."""

# --- events: one JSON object a line on the engine's standard output -----------------------------------------
EVENTS: tuple[str, ...] = (
    "job_started",  # job, engine_version, stages, device
    "stage_started",  # stage
    "stage_skipped",  # stage (its inputs did not change; the stored result is used)
    "progress",  # stage, step, total, eta (seconds or null), loss / score (optional)
    "preview",  # stage, path (relative to the job folder)
    "geometry",  # stage, path (relative to the job folder) of a `LIVE_NPZ`; only with `run --live`
    "paused",  # stage
    "resumed",  # stage
    "warning",  # stage (or null), message
    "stage_finished",  # stage, seconds
    "error",  # code, message (one sentence), hint (what to do)
    "result",  # path (of result/, relative to the job folder), files
    "crowd_started",  # of `batch`: total, waiting (those that are not finished yet)
    "crowd_progress",  # done, total, share (0-1 of all), eta (seconds or null)
    "crowd_job",  # name, state (made, kept, failed, cancelled), message (one sentence or "")
    "crowd_finished",  # made, kept, failed, path (of index.html)
    "ready",  # of `serve`: it waits for a job; code: the exit code of the one before, or null
)
COMMANDS: tuple[str, ...] = ("cancel", "pause", "resume", "finish", "detach", "attach")
"""Lines that the engine takes on standard input: ``finish`` ends guidance early and keeps what is there; after
``detach`` the engine outlives its parent until ``attach``. ``serve`` also takes ``{"job": FOLDER, "live": BOOL}``."""
CANCEL_FILE = "cancel"
"""Put into the job folder, stops an engine that has outlived its parent; the engine removes it."""
LOCK_FILE = ".lock"
"""Locked by the engine as long as it works in the folder."""
ERROR_CODES: tuple[str, ...] = (
    "bad_request",
    "bad_config",
    "bad_weights",
    "out_of_memory",
    "disk_full",
    "not_writable",
    "broken_job",
    "environment",
    "cancelled",
    "internal",
)
EXIT_OK, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_CANCELLED = 0, 1, 2, 130


class ProtocolError(ValueError):
    """A file or line that does not follow this module; the message is one sentence for the user."""


@dataclass(frozen=True)
class Request:
    """What ``request.json`` holds: everything that decides the result, and nothing about where it runs."""

    prompts: dict[str, str]
    """Texts by stage name: ``shape``, ``appearance``, ``motion``."""
    seed: int = 0
    seeds: dict[str, int] = field(default_factory=dict)
    """Seeds of single stages by name, in place of ``seed``: another motion for the same looks, for example."""
    preset: str = "draft"
    stages: tuple[str, ...] = STAGES
    overrides: dict[str, Any] = field(default_factory=dict)
    """Dotted conf keys to values, applied after the preset, for example ``{"appearance.iterations": 50}``."""
    conf: str | None = None
    """Path of a HOCON file merged over the preset, or None."""
    engine_version: str = ""
    format: int = FORMAT

    def seed_of(self, stage: str) -> int:
        """Return the seed that one stage uses."""
        return self.seeds.get(stage, self.seed)

    def to_json(self) -> str:
        """Serialise to the text of ``request.json``."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @staticmethod
    def from_json(text: str) -> Request:
        """Parse and check the text of ``request.json``.

        Raises:
            ProtocolError: if it is not JSON, has unknown or ill-typed fields, or values out of range.
        """
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise ProtocolError(f"{REQUEST_FILE} is not valid JSON ({error}).") from None
        if not isinstance(raw, dict):
            raise ProtocolError(f"{REQUEST_FILE} must hold one JSON object.")
        check_format(raw.get("format", FORMAT), "job")
        unknown = sorted(set(raw) - set(Request.__dataclass_fields__))
        if unknown:
            raise ProtocolError(f"{REQUEST_FILE} has unknown fields: {', '.join(unknown)}.")
        if "prompts" not in raw:
            raise ProtocolError(f"{REQUEST_FILE} lacks the field prompts.")
        if isinstance(raw.get("stages"), list):
            raw["stages"] = tuple(raw["stages"])
        request = Request(**raw)
        request.check()
        return request

    def check(self) -> None:
        """Raise `ProtocolError` with one sentence if any field is unusable."""
        check_format(self.format, "job")
        if not isinstance(self.prompts, dict):
            raise ProtocolError("prompts must map stage names to texts.")
        for name, text in self.prompts.items():
            if name not in DEFAULT_PROMPTS:
                raise ProtocolError(f"There is no prompt named {name!r}; use {', '.join(DEFAULT_PROMPTS)}.")
            check_prompt(name, text)
        if not _is_seed(self.seed):
            raise ProtocolError("seed must be a whole number from 0 to 2147483647.")
        if (
            not isinstance(self.seeds, dict)
            or set(self.seeds) - set(STAGES)
            or not all(map(_is_seed, self.seeds.values()))
        ):
            raise ProtocolError(f"seeds must map some of {', '.join(STAGES)} to whole numbers from 0 to 2147483647.")
        if not isinstance(self.preset, str) or not self.preset:
            raise ProtocolError(f"preset must be one of {', '.join(PRESETS)}.")
        if not isinstance(self.stages, tuple) or not self.stages or set(self.stages) - set(STAGES):
            raise ProtocolError(f"stages must be some of {', '.join(STAGES)}.")
        if not isinstance(self.overrides, dict) or not all(isinstance(key, str) for key in self.overrides):
            raise ProtocolError("overrides must map conf keys to values.")
        if self.conf is not None and not isinstance(self.conf, str):
            raise ProtocolError("conf must be the path of a file.")


def check_format(number: object, what: str) -> None:
    """Raise `ProtocolError` with one sentence for a job or an avatar of a layout that this version does not know."""
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ProtocolError(
            f"This {what} says format {number!r}, which is none; it was damaged or is of another program."
        )
    if number > FORMAT:
        raise ProtocolError(f"This {what} was made by a newer version (format {number}); update the add-on and engine.")


def _is_seed(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def check_prompt(name: str, text: object) -> None:
    """Raise `ProtocolError` if a prompt is not a usable text."""
    if not isinstance(text, str):
        raise ProtocolError(f"The {name} prompt must be a text.")
    if not text.strip() and DEFAULT_PROMPTS.get(name) != "":
        raise ProtocolError(f"The {name} prompt is empty; type a few words or leave it out.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ProtocolError(f"The {name} prompt has bytes that are not text; type it again.")
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise ProtocolError(
            f"The {name} prompt has {len(text)} characters; shorten it to at most {MAX_PROMPT_CHARACTERS}."
        )


def parse_event(line: str) -> dict[str, Any]:
    """Parse one line of the event stream into a dict with at least ``event`` and ``time`` (seconds, Unix).

    Raises:
        ProtocolError: if the line is not an event (a stray print, a half-written line).
    """
    try:
        event = json.loads(line)
    except ValueError:
        raise ProtocolError(f"Not an event: {line[:80]!r}.") from None
    if not isinstance(event, dict) or event.get("event") not in EVENTS:
        raise ProtocolError(f"Not an event: {line[:80]!r}.")
    return event


def write_atomically(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write a whole file so that a reader, or a crash, sees either the old content or the new."""
    path = Path(path)
    payload = data.encode() if isinstance(data, str) else data
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)  # mkstemp's files are their owner's alone
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
