"""Perceptors from folders: the bundled one, and CLIP models in transformers' format with random weights."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTokenizer, CLIPVisionConfig

from engine.errors import EngineError
from engine.perceptor import load_perceptor, prompts
from engine.perceptor.clip import MEAN, STD
from engine.perceptor.load import BUNDLED
from engine.report import Silent
from engine.settings import ClipConfig


@pytest.fixture(scope="module")
def bundled():
    return load_perceptor()


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory) -> Path:
    """A small CLIP with random weights, written as transformers writes OpenAI's."""
    folder = tmp_path_factory.mktemp("clip")
    tokenizer = CLIPTokenizer.from_pretrained(BUNDLED)
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = CLIPTextConfig(
        **sizes,
        vocab_size=len(tokenizer),
        max_position_embeddings=20,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    vision = CLIPVisionConfig(**sizes, image_size=32, patch_size=8)
    CLIPModel(
        CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=24)
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_embeddings_are_unit_vectors_of_one_space(bundled):
    text = bundled.encode_text(["a firefighter", "a very long text " * 100, "naïve 漢字 🙂"])
    image = bundled.encode_image(torch.rand(2, 3, 50, 50))
    assert text.shape[1] == image.shape[1]
    assert torch.allclose(text.norm(dim=1), torch.ones(3), atol=1e-5)
    assert torch.allclose(image.norm(dim=1), torch.ones(2), atol=1e-5)


def test_padding_does_not_change_a_text(bundled):
    alone = bundled.encode_text(["a nurse"])
    beside = bundled.encode_text(["a nurse", "a tall old man in a long dark green coat and brown leather boots"])
    assert torch.allclose(alone[0], beside[0], atol=1e-5)


def test_image_gradients_are_those_of_finite_differences():
    perceptor = load_perceptor()
    perceptor.model.double()  # so that a step can be small enough to meet no kink of the network
    generator = torch.Generator().manual_seed(0)
    size = perceptor.input_size
    image = torch.rand(1, 3, size, size, generator=generator, dtype=torch.float64)
    direction = torch.randn(image.shape, generator=generator, dtype=torch.float64)
    wanted = perceptor.encode_text(["a red coat"])[0]
    moved = image.clone().requires_grad_()
    (perceptor.encode_image(moved) @ wanted).sum().backward()
    step = 1e-8
    ahead, behind = (perceptor.encode_image(image + s * step * direction) @ wanted for s in (1, -1))
    expected = float(ahead - behind) / (2 * step)
    assert float((moved.grad * direction).sum()) == pytest.approx(expected, rel=1e-3)


def test_a_clip_folder_gives_transformers_own_embeddings(clip_folder):
    perceptor = load_perceptor(ClipConfig(model=str(clip_folder)))
    model = CLIPModel.from_pretrained(clip_folder)
    tokens = perceptor.tokenizer(["a man in red"], return_tensors="pt")
    image = torch.rand(1, 3, 32, 32)
    pixels = (image - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    with torch.no_grad():
        out = model(**tokens, pixel_values=pixels)
    assert torch.allclose(perceptor.encode_text(["a man in red"]), out.text_embeds, atol=1e-5)
    assert torch.allclose(perceptor.encode_image(image), out.image_embeds, atol=1e-5)
    assert perceptor.input_size == 32


def test_words_beyond_the_context_are_named(clip_folder):
    perceptor = load_perceptor(ClipConfig(model=str(clip_folder)))
    assert perceptor.words_cut_off("a man") == ""
    text = "a man " * 9 + "with a lost hat"
    assert perceptor.words_cut_off(text) == "with a lost hat"
    report = Silent()
    prompts.warn_of_cut(
        "a tall man with a red hat, a blue coat, green boots and an umbrella", prompts.face, perceptor, report
    )
    (warning,) = report.warnings
    assert warning.endswith("green boots and an umbrella")
    prompts.warn_of_cut("a man", prompts.face, perceptor, report)
    assert len(report.warnings) == 1


def test_checksums_tell_models_apart(bundled, clip_folder):
    other = load_perceptor(ClipConfig(model=str(clip_folder)))
    assert bundled.checksum == load_perceptor().checksum != other.checksum


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ("missing", "no perceptor"),
        ("empty", "config.json"),
        ("config", "damaged"),
        ("truncated", "cut off"),
        ("type", "bert"),
        ("pickle", "would run code"),
        ("architecture", "could not be loaded"),
        ("tensor", "is missing"),
        ("tokenizer", "could not be loaded"),
    ],
)
def test_broken_folders_are_refused_in_one_sentence(clip_folder, tmp_path, damage, word):
    folder = tmp_path / "model"
    if damage != "missing":
        folder.mkdir()
    if damage not in ("missing", "empty"):
        for file in clip_folder.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    weights, config = folder / "model.safetensors", folder / "config.json"
    if damage == "config":
        config.write_text("{")
    elif damage == "type":
        config.write_text(json.dumps(json.loads(config.read_text()) | {"model_type": "bert"}))
    elif damage == "architecture":
        changed = json.loads(config.read_text())
        changed["vision_config"]["hidden_size"] = 64
        config.write_text(json.dumps(changed))
    elif damage == "truncated":
        weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    elif damage == "tensor":
        state = load_file(weights)
        del state["text_model.final_layer_norm.weight"]
        save_file(state, weights, {"format": "pt"})
    elif damage == "pickle":
        weights.unlink()
        (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch executed'\ntR.")
    elif damage == "tokenizer":
        (folder / "tokenizer.json").write_text("{")
    with pytest.raises(EngineError, match=word) as error:
        load_perceptor(ClipConfig(model=str(folder)))
    assert error.value.code == "bad_weights" and error.value.hint


def test_pickled_weights_are_read_as_tensors(clip_folder, tmp_path):
    for file in clip_folder.iterdir():
        if file.name != "model.safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    torch.save(load_file(clip_folder / "model.safetensors"), tmp_path / "pytorch_model.bin")
    pickled, safe = (load_perceptor(ClipConfig(model=str(folder))) for folder in (tmp_path, clip_folder))
    assert pickled.checksum == safe.checksum


@pytest.mark.parametrize("bundled", [True, False])
def test_bfloat16_says_nearly_the_same(clip_folder, bundled):
    named = {} if bundled else {"model": str(clip_folder)}
    exact, rough = (load_perceptor(ClipConfig(**named, precision=p)) for p in ("float32", "bfloat16"))
    images = torch.rand(2, 3, 32, 32, requires_grad=True)
    found = rough.encode_image(images)
    found.sum().backward()
    assert found.dtype == torch.float32 and images.grad is not None and images.grad.abs().sum() > 0
    assert float((found * exact.encode_image(images)).sum(1).min().detach()) > 0.99
    with pytest.raises(EngineError, match="precision"):
        load_perceptor(ClipConfig(precision="int8"))


def test_prompts_hold_the_users_words():
    for template in (prompts.body, prompts.face, prompts.back, prompts.motion):
        assert "a blue knight" in template(" a blue knight ")
