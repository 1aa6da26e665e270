"""OpenAI's own files: read without running them, as OpenAI's own code would compute; everything else is refused."""

import io
import json
import pickle
import zipfile
from functools import cache
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from openai_clip import SMALL, OpenAIClip, save_archive
from safetensors.torch import save_file
from texts import pictures

from engine.errors import EngineError
from engine.perceptor import load_perceptor, tokens
from engine.perceptor.clip import MEAN, STD
from engine.report import Silent
from engine.settings import ClipConfig

HERE = Path(__file__).resolve().parent
SIZE = SMALL["image_resolution"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """A TorchScript archive as OpenAI's, with other sizes and weights."""
    path = tmp_path_factory.mktemp("openai") / "ViT-Small.pt"
    save_archive(OpenAIClip(SMALL), path, half=False)
    return path


@pytest.fixture(scope="module")
def state_dict(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("openai") / "state.pt"
    torch.save(dict(OpenAIClip(SMALL).named_parameters()), path)
    return path


def load(path: Path):
    return load_perceptor(ClipConfig(model=str(path)))


def unnormalised() -> torch.Tensor:
    """The stored answers' pictures before CLIP's normalisation."""
    return pictures(SIZE) * torch.tensor(STD)[:, None, None] + torch.tensor(MEAN)[:, None, None]


@pytest.mark.parametrize("kind", ["archive", "state_dict"])
def test_embeddings_are_those_of_openais_own_code(kind, request):
    stored = json.loads((HERE / "openai_embeddings.json").read_text())
    perceptor = load(request.getfixturevalue(kind))
    for found, expected in (
        (perceptor.encode_text(stored["texts"]), stored["text"]),
        (perceptor.encode_image(unnormalised()), stored["image"]),
    ):
        assert torch.allclose(found, F.normalize(torch.tensor(expected), dim=-1), atol=1e-4)
    assert perceptor.input_size == SIZE


def test_half_precision_archives_are_read_as_they_are(tmp_path):
    model = OpenAIClip(SMALL)
    save_archive(model, tmp_path / "half.pt", half=True)
    rounded = OpenAIClip(SMALL).half().float().eval()
    with torch.no_grad():
        expected = F.normalize(rounded.encode_image(pictures(SIZE)), dim=-1)
    assert torch.allclose(load(tmp_path / "half.pt").encode_image(unnormalised()), expected, atol=1e-4)


def test_both_kinds_of_file_are_the_same_perceptor(archive, state_dict):
    assert load(archive).checksum == load(state_dict).checksum


def test_tokens_are_those_of_openais_own_code():
    tokenizer = tokens.openai_tokenizer(77)
    stored = json.loads((HERE / "openai_tokens.json").read_text())
    assert len(stored) >= 400
    wrong = [
        text for text, ids in stored if tokenizer(tokens.clean(text), add_special_tokens=False)["input_ids"] != ids
    ]
    assert not wrong
    assert tokenizer("a")["input_ids"] == [49406, 320, 49407]


# --- files that are not what they should be -------------------------------------------------------------------
class Evil:
    """A pickle of it would write a file when it is opened."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return Path.write_text, (self.target, "executed")


def refused(path: Path) -> str:
    with pytest.raises(EngineError) as error:
        load(path)
    assert error.value.code == "bad_weights" and error.value.hint
    assert error.value.message.count(". ") == 0 and error.value.message.endswith(".")
    return error.value.message


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_would_run_code_is_refused(tmp_path, protocol):
    target = tmp_path / "executed"
    content = pickle.dumps({"visual.proj": Evil(target)}, protocol=protocol)
    (tmp_path / "bare.pt").write_bytes(content)
    torch.save({"visual.proj": Evil(target)}, tmp_path / "saved.pt")
    with zipfile.ZipFile(tmp_path / "archive.pt", "w") as file:
        file.writestr("archive/data.pkl", content)
        file.writestr("archive/constants.pkl", b"")
    for name in ("bare", "saved", "archive"):
        message = refused(tmp_path / f"{name}.pt")
        assert "would run code" in message, message
    assert not target.exists()


def test_code_in_an_archive_is_not_looked_at(archive, tmp_path):
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(tmp_path / "other.pt", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"raise SystemExit" if "/code/" in name else old.read(name))
    assert load(tmp_path / "other.pt").checksum == load(archive).checksum


@pytest.mark.parametrize("kept", [0, 10, 0.3, 0.999])
def test_a_file_that_is_cut_off_is_named(archive, tmp_path, kept):
    content = archive.read_bytes()
    (tmp_path / "cut.pt").write_bytes(content[: int(kept * len(content)) if kept < 1 else kept])
    assert ("damaged or cut off" if kept else "is empty") in refused(tmp_path / "cut.pt")


@pytest.mark.parametrize("change", ["short storage", "large tensor", "kind"])
def test_an_archive_whose_tensors_lie_is_refused(tmp_path, change):
    count, size = (100, 100) if change == "short storage" else (4, 100) if change == "large tensor" else (4, 4)
    storage = "FooStorage" if change == "kind" else "FloatStorage"
    stream = io.BytesIO()
    stream.write(b"\x80\x02c__torch__\nClip\n)\x81}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n(")
    stream.write(b"(X\x07\x00\x00\x00storagectorch\n" + storage.encode() + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK")
    stream.write(bytes([count]) + b"tQK\x00K" + bytes([size]) + b"\x85K\x01\x85\x89}tRsb.")
    with zipfile.ZipFile(tmp_path / "lie.pt", "w") as file:
        file.writestr("lie/data.pkl", stream.getvalue())
        file.writestr("lie/constants.pkl", b"")
        file.writestr("lie/data/0", bytes(16))
    message = refused(tmp_path / "lie.pt")
    assert ("FooStorage" if change == "kind" else "damaged") in message


@pytest.mark.parametrize(
    ("tensors", "word"),
    [
        ({"visual.layer1.0.conv1.weight": torch.zeros(1)}, "ResNet"),
        ({"text_model.final_layer_norm.weight": torch.zeros(1)}, "transformers"),
        ({"layer.weight": torch.zeros(2, 2)}, "no CLIP"),
        ({}, "no state dict"),
        ([torch.zeros(1)], "no state dict"),
    ],
)
def test_other_architectures_are_named(tmp_path, tensors, word):
    torch.save(tensors, tmp_path / "other.pt")
    assert word in refused(tmp_path / "other.pt")


@pytest.mark.parametrize("key", ["visual.transformer.resblocks.1.ln_1.weight", "ln_final.bias", "text_projection"])
def test_a_missing_tensor_is_named(state_dict, tmp_path, key):
    state = torch.load(state_dict, weights_only=True)
    del state[key]
    torch.save(state, tmp_path / "less.pt")
    assert "missing" in refused(tmp_path / "less.pt")


def test_another_vocabulary_needs_its_tokenizer(tmp_path):
    torch.save(OpenAIClip(SMALL | {"vocab_size": 1000}).state_dict(), tmp_path / "words.pt")
    assert "tokenizer" in refused(tmp_path / "words.pt")


# --- open_clip's files ----------------------------------------------------------------------------------------
@cache
def whole(quick: bool) -> OpenAIClip:
    return OpenAIClip(SMALL, quick=quick).eval()


def plain_state() -> dict[str, torch.Tensor]:
    """What open_clip saves: the parameters alone."""
    return {name: value.detach().clone() for name, value in whole(False).named_parameters()}


def embedding(quick: bool) -> torch.Tensor:
    with torch.no_grad():
        return F.normalize(whole(quick).encode_image(pictures(SIZE)), dim=-1)


def test_the_two_activations_are_told_apart_by_this_test():
    assert not torch.allclose(embedding(True), embedding(False), atol=1e-3)


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("told", ["setting", "name", "beside", "folder"])
@pytest.mark.parametrize("ending", [".pt", ".safetensors"])
def test_open_clips_activation_is_told(tmp_path, quick, told, ending):
    report, setting = Silent(), "auto"
    name = {False: "ViT-B-32-laion2b_e16", True: "ViT-B-32-quickgelu-laion400m"}[quick] if told == "name" else "model"
    if told == "folder":
        name = "open_clip_model" if ending == ".safetensors" else "open_clip_pytorch_model"
        ending = ending.replace(".pt", ".bin")
    path = tmp_path / (name + ending)
    if ending == ".safetensors":
        save_file(plain_state(), path)
    else:
        torch.save({"epoch": 1, "state_dict": {f"module.{k}": v for k, v in plain_state().items()}}, path)
    if told == "setting":
        setting = "quick_gelu" if quick else "gelu"
    elif told in ("beside", "folder"):
        card = {"model_cfg": {"embed_dim": 48, **({"quick_gelu": True} if quick else {})}}
        (tmp_path / "open_clip_config.json").write_text(json.dumps(card))
    conf = ClipConfig(model=str(tmp_path if told == "folder" else path), activation=setting)
    found = load_perceptor(conf, report=report).encode_image(unnormalised())
    assert torch.allclose(found, embedding(quick), atol=1e-4) and not report.warnings


def test_an_activation_that_nothing_tells_is_asked_for(tmp_path):
    torch.save(plain_state(), tmp_path / "model.pt")
    report = Silent()
    load_perceptor(ClipConfig(model=str(tmp_path / "model.pt")), report=report)
    assert len(report.warnings) == 1 and "clip.activation" in report.warnings[0]
    with pytest.raises(EngineError, match=r"clip\.activation"):
        load_perceptor(ClipConfig(model=str(tmp_path / "model.pt"), activation="relu"))


def test_other_layouts_of_state_dicts(tmp_path):
    state = plain_state()
    state["logit_scale"] = state["logit_scale"].reshape(1)
    texts = ("token_embedding", "positional_embedding", "transformer.", "ln_final", "text_projection")
    other = {f"text.{name}" if name.startswith(texts) else name: value for name, value in state.items()}
    for number, tensors in enumerate((state, other)):
        torch.save(tensors, tmp_path / f"{number}.pt")
        perceptor = load_perceptor(ClipConfig(model=str(tmp_path / f"{number}.pt"), activation="gelu"))
        assert torch.allclose(perceptor.encode_image(unnormalised()), embedding(False), atol=1e-4)
        assert perceptor.model.logit_scale.shape == ()
