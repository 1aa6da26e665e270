"""Settings: order of the sources, and one sentence for everything that is wrong."""

import dataclasses

import pytest

from engine import config, protocol
from engine.config import load_config
from engine.errors import EngineError
from engine.old_keys import RENAMED, VALUES
from engine.settings import Config


def problem(**given) -> str:
    """The sentence that these settings give."""
    with pytest.raises(EngineError) as caught:
        load_config(**given)
    assert caught.value.code == "bad_config"
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("preset", [*protocol.PRESETS, "tiny"])
def test_every_preset_loads(preset):
    assert isinstance(load_config(preset), Config)


def test_presets_grow():
    draft, standard, high = (load_config(name) for name in ("draft", "standard", "high"))
    assert draft.appearance.iterations < standard.appearance.iterations < high.appearance.iterations
    assert draft.mesh.resolution < standard.mesh.resolution < high.mesh.resolution


def test_later_sources_win(tmp_path):
    conf = tmp_path / "mine.conf"
    conf.write_text("motion { frames = 30, fps = 24 }\nmesh.resolution = 100\n")
    loaded = load_config("draft", conf, {"motion.fps": "25"})
    assert loaded.motion.frames == 30
    assert loaded.motion.fps == 25.0
    assert isinstance(loaded.motion.fps, float)
    assert loaded.mesh.resolution == 100
    assert loaded.appearance.iterations == load_config("draft").appearance.iterations


def test_hocon_substitutions_and_includes_work(tmp_path):
    (tmp_path / "common.conf").write_text("count = 40\n")
    conf = tmp_path / "mine.conf"
    conf.write_text('motion { include "common.conf" }\n')
    assert "'motion.count'" in problem(conf=conf)
    conf.write_text("motion.frames = 48\nmesh.resolution = ${motion.frames}\n")
    assert load_config(conf=conf).mesh.resolution == 48


def test_unknown_key_names_key_nearest_and_file(tmp_path):
    conf = tmp_path / "mine.conf"
    conf.write_text("appearance { iteration = 5 }\n")
    sentence = problem(conf=conf)
    assert "'appearance.iteration'" in sentence
    assert "'appearance.iterations'" in sentence
    assert str(conf) in sentence


def test_unknown_preset_names_the_nearest():
    assert "'standard'" in problem(preset="standart")


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("mesh.resolution", "many", "a whole number"),
        ("mesh.resolution", 2.5, "a whole number"),
        ("mesh.resolution", True, "a whole number"),
        ("mesh.resolution", None, "a whole number"),
        ("motion.fps", "[1, 2]", "a number"),
        ("motion.fps", "true", "a number"),
    ],
)
def test_wrong_types_are_named(key, value, wanted):
    sentence = problem(overrides={key: value})
    assert key in sentence
    assert wanted in sentence


def test_text_settings_take_any_text_and_null():
    assert load_config(overrides={"body.model": "a folder/SMPL [neutral].npz"}).body.model.endswith("[neutral].npz")
    assert load_config(overrides={"body.model": "null"}).body.model is None


@pytest.mark.parametrize("text", ["appearance {", "[1, 2]", "a = ${nowhere}"])
def test_broken_files_are_named(tmp_path, text):
    conf = tmp_path / "mine.conf"
    conf.write_text(text)
    assert str(conf) in problem(conf=conf)


def test_binary_and_missing_files_are_named(tmp_path):
    conf = tmp_path / "mine.conf"
    assert str(conf) in problem(conf=conf)
    conf.write_bytes(b"\xff\xfe\x00")
    assert str(conf) in problem(conf=conf)


def test_tuples_are_checked_item_by_item():
    assert config._coerce([1, 2], tuple[float, ...]) == (1.0, 2.0)
    assert config._coerce([1, 2], tuple[int, int]) == (1, 2)
    for value, kind in (([1, "x"], tuple[float, ...]), ([1], tuple[int, int]), ("ab", tuple[str, ...])):
        with pytest.raises(TypeError):
            config._coerce(value, kind)


def fields_of(kind):
    """Every field of a dataclass of settings and of its blocks."""
    for field in dataclasses.fields(kind):
        block = field.default_factory if dataclasses.is_dataclass(field.default_factory) else None
        yield from fields_of(block) if block else [field]


def test_every_setting_is_documented_and_its_default_is_possible():
    assert all(field.metadata.get("help") for field in fields_of(Config) if field.name != "others")
    for setting in config.fields().values():
        assert setting.help and not setting.problem(setting.default), setting.key
    assert config.fields()["appearance.loss.keep"].low == 0
    assert config.fields()["mesh.form"].choices == ("layers", "solid")


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("mesh.form", "soup", "layers or solid"),
        ("appearance.loss.keep", -1, "at least 0"),
        ("motion.strength", 9, "from 0.2 to 2"),
        ("appearance.warm_start", "magic", "appearance.initializer"),
    ],
)
def test_impossible_values_are_refused_with_what_is_possible(key, value, wanted):
    with pytest.raises(EngineError, match=key) as caught:
        load_config(overrides={key: value})
    assert wanted in str(caught.value) + caught.value.hint


def test_keys_of_earlier_versions_keep_their_meaning(tmp_path):
    conf = tmp_path / "old.conf"
    conf.write_text(
        "appearance { renderer = reference, warm_start = none, sdf_width = 99, keep_weight = 2 }\n"
        "motion { method = baseline, clip_weight = 0.5 }\n"
    )
    look = load_config(conf=conf, overrides={"appearance.samples": "12"}).appearance
    assert (look.initializer, look.reference.sdf_width, look.loss.keep, look.shell.samples) == ("bare", 99, 2.0, 12)
    motion = load_config(conf=conf).motion
    assert (motion.backend, motion.optimise.method, motion.optimise.clip) == ("optimise", "baseline", 0.5)
    assert load_config(conf=conf, overrides={"motion.priors": "original"}).motion.backend == "original"


def test_every_new_name_of_an_old_key_exists():
    meant = {new for values in VALUES.values() for meaning in values.values() for new in meaning}
    assert set(RENAMED.values()) | meant <= set(config.fields())
    assert not (set(RENAMED) | set(VALUES)) & set(config.fields())


@pytest.mark.parametrize(
    "text",
    [
        "walking for 10 s",
        "10 s of waving",
        "3 steps in 5 m",
        "agent 007",
        "true story",
        "null and void",
        "a 3d dance",
        "waits 1.50",
        "geht 2 h spazieren",
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        "prompts.motion = {}",
        "prompts {{ motion = {} }}",
        "prompts {{\n  motion : {} # so\n}}",
        "prompts.motion = {} // so",
        'prompts.motion = "{}"',
        "prompts {{\n  motion = {},\n  shape = a man\n}}",
    ],
)
def test_words_stay_words(text, form, tmp_path):
    conf = tmp_path / "mine.conf"
    conf.write_text(form.format(text) + "\n")
    assert load_config(conf=conf).prompts.motion == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_confs_in_any_encoding(encoding, tmp_path):
    conf = tmp_path / "mine.conf"
    conf.write_bytes('prompts.shape = "großer 背の高い Mann"\nmotion.frames = 31\n'.encode(encoding))
    loaded = load_config(conf=conf)
    assert (loaded.prompts.shape, loaded.motion.frames) == ("großer 背の高い Mann", 31)


def test_a_conf_in_another_encoding_is_named(tmp_path):
    conf = tmp_path / "mine.conf"
    conf.write_bytes("prompts.shape = großer Mann".encode("latin-1"))
    assert "UTF-8" in problem(conf=conf) and "codec" not in problem(conf=conf)


def test_settings_out_of_environment_variables(tmp_path, monkeypatch):
    conf = tmp_path / "mine.conf"
    for name, value in (("FRAMES", "48"), ("STRENGTH", "0.5"), ("LOOP", "true"), ("WORDS", "12")):
        monkeypatch.setenv(f"AVATAR_{name}", value)
    conf.write_text(
        "motion { frames = ${AVATAR_FRAMES}, strength = ${AVATAR_STRENGTH}, loop = ${AVATAR_LOOP} }\n"
        "prompts.motion = ${AVATAR_WORDS}\nmotion.fps = ${?AVATAR_NOTHING}\n"
    )
    loaded = load_config(conf=conf)
    assert (loaded.motion.frames, loaded.motion.strength, loaded.motion.loop) == (48, 0.5, True)
    assert loaded.prompts.motion == "12" and loaded.motion.fps == 30.0
    monkeypatch.setenv("AVATAR_FRAMES", "many")
    assert "a whole number" in problem(conf=conf)
