"""Confs in the original's keys: the same meaning, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import CONFS, load_config, remarks
from engine.errors import EngineError
from engine.original_conf import FIXED, RENAMED, SWITCHES

APPEARANCE = """
general {
    base_exp_dir = ./exp/smpl/{TOREPLACE}
    recording = [
        ./,
        ./models
    ]
}
dataset {
    data_dir = ./data/zero_beta_tpose_render
    template_obj = ./pretrained_models/a_3d_rendering_of_a_strong_man_in_unreal_engine.obj
}
train {
    learning_rate = 2e-4
    learning_rate_alpha = 0.07
    end_iter = 1234
    batch_size = 512
    max_ray_num = 7000
    validate_resolution_level = 1
    warm_up_end = 77
    anneal_end = 0
    use_white_bkgd = False
    save_freq = 1100
    val_freq = 110
    val_mesh_freq = 500
    report_freq = 100
    igr_weight = 0.2
    mask_weight = 0.5
    clip_weight = 0.9
    pretrain = ./pretrained_models/zero_beta_stand_pose.pth
    add_no_texture = True
    texture_cast_light = True
    use_face_prompt = True
    use_silhouettes = True
    head_height = 0.7
}
clip {
    prompt = a 3D rendering of {TOREPLACE} in unreal engine
    face_prompt = a 3D rendering of the face of {TOREPLACE} in unreal engine
    back_prompt = a 3D rendering of the back of {TOREPLACE} in unreal engine
}
model {
    nerf {
        D = 4,
        d_in = 4,
        skips=[4],
        use_viewdirs=True
    }
    sdf_network {
        d_out = 129
        d_in = 3
        d_hidden = 128
        n_layers = 3
        skip_in = [3]
        multires = 5
        bias = 0.4
        scale = 1.0
        geometric_init = True
        weight_norm = True
    }
    variance_network {
        init_val = 0.2
    }
    rendering_network {
        d_feature = 128
        mode = no_view_dir
        d_in = 6
        d_out = 3
        d_hidden = 64
        n_layers = 1
        weight_norm = True
        multires_view = 0
        squeeze_out = True
        extra_color = True
    }
    neus_renderer {
        n_samples = 24
        n_importance = 16
        n_outside = 0
        up_sample_steps = 2     # 1 for simple coarse-to-fine sampling
        perturb = 1.0
        extra_color = True
    }
}
"""
MOTION = """
general {
    base_exp_dir = ./exp/baseline
    mode = motion
    text = a rendered 3d man is arguing
}
pose_generator {
    type = VPoserRealNVP
    topk = 4
}
motion_generator {
    type = MotionOptimizer
    recon_coef = [
        1.0,
        1.0,
        1.0
    ]
    clip_coef = 0.0
    delta_coef = 0.0
}
"""


@pytest.fixture
def conf(tmp_path) -> Path:
    (tmp_path / "character.conf").write_text(APPEARANCE, encoding="utf-8")
    return tmp_path / "character.conf"


def test_every_key_of_a_character_means_the_same(conf):
    made = load_config("draft", conf, {"TOREPLACE": "a fire fighter"})
    prompts, look, own = made.prompts, made.appearance, made.appearance.reference
    assert (prompts.shape, prompts.appearance) == ("a strong man", "a fire fighter")
    assert look.clip.face_text == "a 3D rendering of the face of a fire fighter in unreal engine"
    assert look.clip.back_text == "a 3D rendering of the back of a fire fighter in unreal engine"
    assert (look.renderer, look.cameras, look.initializer) == ("reference", "paper", "bare")
    assert (look.learning_rate, look.rate_floor, look.iterations, look.warmup) == (2e-4, 0.07, 1234, 77)
    assert (look.max_rays, look.checkpoint_every, look.preview_every) == (7000, 1100, 110)
    assert (look.loss.eikonal, look.loss.mask, look.loss.clip, look.loss.textureless) == (0.2, 0.5, 0.9, 1.0)
    assert (own.sdf_width, own.sdf_layers, own.octaves, own.sphere_bias) == (128, 3, 5, 0.4)
    assert (own.color_width, own.color_layers, own.variance_init) == (64, 1, 0.2)
    assert (own.uniform_samples, own.importance_samples, own.upsample_rounds) == (24, 16, 2)
    assert look.cast_light and look.face_views and look.silhouette and look.random_background
    assert not look.back_prompt  # the original takes it to be False where it is left out
    told = " ".join(remarks(conf, "a fire fighter"))
    for key in ("base_exp_dir", "batch_size", "pretrain", "head_height"):
        assert key in told


def test_overrides_are_stronger(conf):
    made = load_config("draft", conf, {"TOREPLACE": "x", "appearance.iterations": "5", "prompts.shape": "a child"})
    assert made.appearance.iterations == 5 and made.prompts.shape == "a child"


def test_the_placeholder_must_be_filled(conf):
    with pytest.raises(EngineError, match="TOREPLACE") as error:
        load_config("draft", conf)
    assert "--set" in error.value.hint
    with pytest.raises(EngineError, match="plain words"):
        load_config("draft", conf, {"TOREPLACE": 'x"\ntrain { evil = 1 }'})


def test_motion_confs(tmp_path):
    (tmp_path / "m.conf").write_text(MOTION, encoding="utf-8")
    made = load_config("draft", tmp_path / "m.conf")
    assert made.prompts.motion == "arguing"
    motion = made.motion
    assert (motion.generator, motion.candidates, motion.backend) == ("flow", 4, "optimise")
    assert (motion.optimise.method, motion.optimise.clip) == ("baseline", 0.0)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("igr_weight = 0.2", "igr_wait = 0.2", "train.igr_wait"),
        ("n_outside = 0", "n_outside = 8", "n_outside"),
        ("mode = no_view_dir", "mode = idr", "rendering_network.mode"),
        ("d_out = 129", "d_out = 257", "d_out"),
        ("data/zero_beta_tpose_render", "data/my_scan", "my_scan"),
        ("stand_pose.pth", "stand_pose.pth\n    seed = 4", "train.seed"),
        ("use_face_prompt = True", "use_face_prompt = 3", "use_face_prompt"),
        ("clip_weight = 0.9", "", "only learns a body"),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(tmp_path, old, new, word):
    assert old in APPEARANCE
    path = tmp_path / "c.conf"
    path.write_text(APPEARANCE.replace(old, new).replace("{TOREPLACE}", "a nurse"), encoding="utf-8")
    with pytest.raises(EngineError, match=word) as error:
        load_config("draft", path)
    assert error.value.code == "bad_config" and "c.conf" in error.value.message


def test_every_mapped_key_exists_here():
    from engine.config import fields

    known = fields()
    assert set(RENAMED.values()) | {ours for ours, _ in SWITCHES.values()} <= set(known)
    assert not set(RENAMED) & set(FIXED)


def test_the_examples_are_whole():
    examples = sorted((CONFS / "examples").glob("*.conf"))
    small = sorted((CONFS / "examples_small").glob("*.conf"))
    assert len(examples) >= 5 and len(small) >= 5
    for path in (*examples, *small):
        assert load_config("draft", path, {"TOREPLACE": "a nurse"}).prompts.appearance
