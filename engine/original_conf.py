"""Confs of the original AvatarCLIP: each key has its meaning here, is without effect, or is refused by name.

Two kinds are read: those of its appearance generator (``train``, ``clip``, ``model`` and so on) and those of its motion
generator (``pose_generator``, ``motion_generator``). They stand on the preset ``original``, the paper's own settings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import EngineError

SECTIONS = ("general", "dataset", "train", "model", "pose_generator", "motion_generator")
"""Sections that only the original's confs have; ``clip`` is in both."""
_CLIP = ("clip.prompt", "clip.face_prompt", "clip.back_prompt")
HINT = "Remove the key, or set what is meant by our own keys (engine/settings.py explains each)."

RENAMED = {
    "train.learning_rate": "appearance.learning_rate",
    "train.learning_rate_alpha": "appearance.rate_floor",
    "train.end_iter": "appearance.iterations",
    "train.warm_up_end": "appearance.warmup",
    "train.max_ray_num": "appearance.max_rays",
    "train.save_freq": "appearance.checkpoint_every",
    "train.val_freq": "appearance.preview_every",
    "train.igr_weight": "appearance.loss.eikonal",
    "train.mask_weight": "appearance.loss.mask",
    "train.clip_weight": "appearance.loss.clip",
    "clip.face_prompt": "appearance.clip.face_text",
    "clip.back_prompt": "appearance.clip.back_text",
    "model.sdf_network.d_hidden": "appearance.reference.sdf_width",
    "model.sdf_network.n_layers": "appearance.reference.sdf_layers",
    "model.sdf_network.multires": "appearance.reference.octaves",
    "model.sdf_network.bias": "appearance.reference.sphere_bias",
    "model.variance_network.init_val": "appearance.reference.variance_init",
    "model.rendering_network.d_hidden": "appearance.reference.color_width",
    "model.rendering_network.n_layers": "appearance.reference.color_layers",
    "model.neus_renderer.n_samples": "appearance.reference.uniform_samples",
    "model.neus_renderer.n_importance": "appearance.reference.importance_samples",
    "model.neus_renderer.up_sample_steps": "appearance.reference.upsample_rounds",
    "pose_generator.topk": "motion.candidates",
    "pose_generator.num_iteration": "motion.iterations",
    "motion_generator.num_iteration": "motion.iterations",
    "motion_generator.num_frame": "motion.frames",
    "motion_generator.clip_coef": "motion.optimise.clip",
    "motion_generator.delta_coef": "motion.optimise.delta",
}
"""Keys with the same meaning under another name."""

SWITCHES = {
    "train.texture_cast_light": ("appearance.cast_light", False),
    "train.use_face_prompt": ("appearance.face_views", False),
    "train.use_back_prompt": ("appearance.back_prompt", False),
    "train.use_silhouettes": ("appearance.silhouette", False),
    "train.use_bg_aug": ("appearance.random_background", True),
}
"""Switches, and what they are in the original when a conf of a guided training leaves them out."""

FIXED: dict[str, tuple[Any, ...]] = {
    "train.anneal_end": (0,),
    "train.use_white_bkgd": (False,),
    "train.seed": (0,),
    "general.mode": ("motion", "pose"),
    "general.pose_type": ("stand_pose", "t_pose"),
    "model.sdf_network.d_in": (3,),
    "model.sdf_network.scale": (1,),
    "model.sdf_network.geometric_init": (True,),
    "model.sdf_network.weight_norm": (True,),
    "model.rendering_network.mode": ("no_view_dir",),
    "model.rendering_network.d_in": (6,),
    "model.rendering_network.d_out": (3,),
    "model.rendering_network.weight_norm": (True,),
    "model.rendering_network.multires_view": (0,),
    "model.rendering_network.squeeze_out": (True,),
    "model.rendering_network.extra_color": (True, False),
    "model.neus_renderer.n_outside": (0,),
    "model.neus_renderer.perturb": (1, 0),
    "model.neus_renderer.extra_color": (True, False),
    "pose_generator.optim_name": ("Adam",),
    "pose_generator.optim_cfg.lr": (0.01,),
    "pose_generator.dim": (32,),
    "pose_generator.hdim": (256,),
    "pose_generator.num_block": (8,),
    "pose_generator.num_sample": (10,),
    "pose_generator.num_batch": (50,),
    "pose_generator.pre_topk": (40,),
    "pose_generator.filter_threshold": (0.07,),
    "motion_generator.optim_name": ("Adam",),
    "motion_generator.optim_cfg.lr": (0.01,),
    "motion_generator.latent_dim": (256,),
    "motion_generator.num_layers": (4,),
    "motion_generator.num_heads": (4,),
    "motion_generator.clip_num_part": (30,),
    "motion_generator.anchor_position": ([0, 14, 29, 44, 59],),
}
"""Keys whose only possible values these are, here too; any other is refused."""

WITHOUT_EFFECT = {
    "general.base_exp_dir": "results go to the job's folder (--out)",
    "general.recording": "the job keeps its request instead of copies of source files",
    "train.batch_size": "the body is learned from its mesh, not from rays of pictures",
    "train.validate_resolution_level": "pictures always have their full size",
    "train.val_mesh_freq": "the mesh is made at the end",
    "train.report_freq": "progress is shown at every step",
    "train.head_height": "the head is found by the body's joints",
    "model.sdf_network.d_out": "",
    "model.rendering_network.d_feature": "",
    "pose_generator.name": "",
    "motion_generator.name": "",
    "pose_generator.smpl_path": "body.model names the body",
    "motion_generator.smpl_path": "body.model names the body",
    "pose_generator.vposer_path": "import-weights brings VPoser here",
    "motion_generator.vposer_path": "import-weights brings VPoser here",
    "pose_generator.ckpt_path": "import-weights brings the RealNVP here",
    "pose_generator.codebook_path": "import-weights brings the codebook here",
    "motion_generator.ckpt_path": "import-weights brings the motion VAE here",
}
"""Keys that decide nothing here, and why."""

GENERATORS = {
    "VPoserCodebook": "pictures",
    "PoseOptimizer": "direct",
    "VPoserOptimizer": "latent",
    "VPoserRealNVP": "flow",
}
METHODS = {"MotionInterpolation": "interpolate", "MotionOptimizer": "optimise"}
_RENDERING = re.compile(r"^\s*a 3d rendering of (.+?) in unreal engine\s*$", re.IGNORECASE)
_POSING = re.compile(r"^\s*a rendered 3d man is (.+?)\s*$", re.IGNORECASE)
_BODY_FILE = re.compile(r"a_3d_rendering_of_(.+)_in_unreal_engine", re.IGNORECASE)


def is_original(values: Mapping[str, Any]) -> bool:
    """Whether dotted keys are those of the original's confs."""
    return any(key.split(".", 1)[0] in SECTIONS or key in _CLIP for key in values)


@dataclass
class _Translation:
    """Settings by our keys, and remarks on what has no effect."""

    settings: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def translate(values: Mapping[str, Any], source: str) -> tuple[dict[str, Any], list[str]]:
    """The original's dotted keys as ours.

    Args:
        values: a conf's keys and values.
        source: its path, for sentences.

    Returns:
        Our dotted keys with their values, and one remark for each key without effect.

    Raises:
        EngineError: ``bad_config`` naming a key that is unknown or a value that is impossible here.
    """
    found = _Translation()
    values = {key: _plain(value) for key, value in values.items()}
    for key, value in values.items():
        _translate_one(key, value, found, source)
    if any(key.startswith("train.") for key in values):
        for key, (ours, default) in SWITCHES.items():
            found.settings[ours] = _boolean(key, values.get(key, default), source)
        shaded = _boolean("train.add_no_texture", values.get("train.add_no_texture", False), source)
        found.settings["appearance.loss.textureless"] = 1.0 if shaded else 0.0
        if "train.clip_weight" not in values:
            raise EngineError(
                "bad_config",
                f"{source} only learns a body (it has no train.clip_weight); here that needs no conf.",
                "Use the conf of a character; its body is learned from the mesh.",
            )
    _check_sizes(values, source)
    return found.settings, found.remarks


def _plain(value: Any) -> Any:
    """HOCON knows true and false; the original wrote True and False."""
    return {"True": True, "False": False, "None": None}.get(value, value) if isinstance(value, str) else value


def _translate_one(key: str, value: Any, found: _Translation, source: str) -> None:
    if key in SPECIAL:
        SPECIAL[key](key, value, found, source)
    elif key in RENAMED:
        whole = isinstance(value, float) and value.is_integer() and key.endswith(("_end", "_iter", "_freq"))
        found.settings[RENAMED[key]] = int(value) if whole else value
    elif key in FIXED:
        if value not in FIXED[key]:
            known = " or ".join(str(item) for item in FIXED[key])
            raise EngineError("bad_config", f"{key} = {value} (in {source}) cannot be had here; it is {known}.", HINT)
    elif key in WITHOUT_EFFECT:
        if reason := WITHOUT_EFFECT[key]:
            found.remarks.append(f"{key} has no effect: {reason}.")
    elif key not in SWITCHES and key != "train.add_no_texture" and not key.startswith("model.nerf."):
        # NeuS's background network is never used: n_outside is 0.
        if not is_original({key: value}):
            found.settings[key] = value
            return
        raise EngineError("bad_config", f"The key {key} (in {source}) is not known from the original's confs.", HINT)


def _boolean(key: str, value: Any, source: str) -> bool:
    if not isinstance(value, bool):
        raise EngineError("bad_config", f"{key} (in {source}) must be True or False, not {value!r}.")
    return value


def _check_sizes(values: Mapping[str, Any], source: str) -> None:
    """Sizes that follow from others must do so."""
    width, layers = values.get("model.sdf_network.d_hidden"), values.get("model.sdf_network.n_layers")
    pairs: tuple[tuple[str, Any], ...] = (
        ("model.sdf_network.d_out", None if width is None else width + 1),
        ("model.rendering_network.d_feature", width),
        ("model.sdf_network.skip_in", None if layers is None else [layers]),
    )
    for key, wanted in pairs:
        if key in values and wanted is not None and values[key] != wanted:
            raise EngineError("bad_config", f"{key} = {values[key]} (in {source}) must be {wanted} here.", HINT)


def _prompt(key: str, value: Any, found: _Translation, source: str) -> None:
    match = _RENDERING.match(str(value))
    found.settings["prompts.appearance"] = match.group(1) if match else str(value)


def _text(key: str, value: Any, found: _Translation, source: str) -> None:
    match = _POSING.match(str(value))
    found.settings["prompts.motion"] = match.group(1) if match else str(value)


def _body_path(key: str, value: Any, found: _Translation, source: str) -> None:
    """Renders, meshes and networks of the original's bodies stand for the body itself."""
    name = str(value)
    if match := _BODY_FILE.search(name):
        shape = match.group(1).replace("_", " ")
    elif "zero_beta" in name:
        shape = "a person"
    elif "astrongman" in name:
        shape = "a strong man"
    elif key == "dataset.data_dir" and "ShapeGen/output" in name:
        found.remarks.append(f"{key} has no effect: the shape prompt says which body is sculpted.")
        return
    else:
        raise EngineError(
            "bad_config",
            f"{key} = {name} (in {source}) points to data of the original that is not read here.",
            "Remove the key and describe the body by --shape.",
        )
    # The template is the body itself; renders and networks only were made of it.
    if key == "dataset.template_obj" or "prompts.shape" not in found.settings:
        found.settings["prompts.shape"] = shape
    found.remarks.append(f"{key} stands for the body of the shape prompt {found.settings['prompts.shape']!r}.")


def _generator(key: str, value: Any, found: _Translation, source: str) -> None:
    found.settings["motion.generator"] = _choice(key, value, GENERATORS, source)
    found.settings.setdefault("motion.judge_pictures", True)


def _method(key: str, value: Any, found: _Translation, source: str) -> None:
    chosen = _choice(key, value, METHODS, source)
    found.settings["motion.backend"] = "optimise"
    if found.settings.get("motion.optimise.method") != "baseline":
        found.settings["motion.optimise.method"] = chosen


def _ranks(key: str, value: Any, found: _Translation, source: str) -> None:
    """λ of the candidates: the paper's, or all the same, which is the baseline."""
    if list(value) == [1] * len(value):
        found.settings |= {"motion.backend": "optimise", "motion.optimise.method": "baseline"}
    elif list(value) != [1, 0.8, 0.6, 0.4, 0.2][: len(value)]:
        raise EngineError(
            "bad_config", f"{key} = {value} (in {source}) cannot be had; it is the paper's or all 1.", HINT
        )


def _choice(key: str, value: Any, known: Mapping[str, str], source: str) -> str:
    if value not in known:
        raise EngineError("bad_config", f"{key} = {value} (in {source}) is none of {', '.join(known)}.")
    return known[value]


def _skip(key: str, value: Any, found: _Translation, source: str) -> None:
    """Checked together with the other sizes."""


SPECIAL: dict[str, Callable[[str, Any, _Translation, str], None]] = {
    "clip.prompt": _prompt,
    "general.text": _text,
    "dataset.data_dir": _body_path,
    "dataset.template_obj": _body_path,
    "train.pretrain": _body_path,
    "pose_generator.type": _generator,
    "motion_generator.type": _method,
    "motion_generator.recon_coef": _ranks,
    "model.sdf_network.skip_in": _skip,
}
