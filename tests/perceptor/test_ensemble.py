"""Several perceptors together: weighted means of cosines, one gradient, one name and checksum."""

import pytest
import torch
import torch.nn.functional as F
from openai_clip import SMALL, OpenAIClip

from engine.config import load_config
from engine.errors import EngineError
from engine.perceptor import load_one, load_perceptor
from engine.perceptor.ensemble import Ensemble
from engine.settings import ClipConfig


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("clip") / "small.pt"
    torch.save(OpenAIClip(SMALL).state_dict(), path)
    return str(path)


def test_cosines_are_the_weighted_means_of_the_members(other):
    both = load_perceptor(ClipConfig(model=("bundled", other), weights=(1.0, 3.0)))
    members = [load_perceptor(ClipConfig(model=name)) for name in ("bundled", other)]
    texts = ["a red coat", "a blue knight"]
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    one, two = (member.encode_image(images) @ member.encode_text(texts).T for member in members)
    found = both.encode_image(images) @ both.encode_text(texts).T
    assert torch.allclose(found, 0.25 * one + 0.75 * two, atol=1e-5)
    assert torch.allclose(both.encode_text(texts).norm(dim=1), torch.ones(2), atol=1e-5)
    assert both.input_size == 64 and both.name == "bundled + small"


def test_gradients_come_from_all_members(other):
    both = load_perceptor(ClipConfig(model=("bundled", other)))
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    wanted = both.encode_text(["a red coat"])
    (grad,) = torch.autograd.grad((both.encode_image(image) * wanted).sum(), image)
    parts = []
    for member in both.members:
        text = member.encode_text(["a red coat"])
        parts.append(torch.autograd.grad((member.encode_image(image) * text).sum(), image)[0])
    assert torch.allclose(grad, sum(parts) / 2, atol=1e-6)
    assert all(F.cosine_similarity(grad.flatten(), part.flatten(), dim=0) < 0.999 for part in parts)


def test_members_and_weights_tell_ensembles_apart(other):
    one, two = load_one(), load_one(other)
    cases = [((one, two), (1, 1)), ((two, one), (1, 1)), ((one, two), (1, 2))]
    assert len({Ensemble(members, weights).checksum for members, weights in cases}) == len(cases)
    assert Ensemble((one, two), (2, 2)).checksum == Ensemble((one, two), (1, 1)).checksum


@pytest.mark.parametrize("weights", [(1.0,), (1.0, 0.0), (1.0, -1.0), (1.0, 1.0, 1.0)])
def test_weights_must_go_with_the_perceptors(other, weights):
    with pytest.raises(EngineError, match="2 positive numbers") as error:
        load_perceptor(ClipConfig(model=("bundled", other), weights=weights))
    assert error.value.code == "bad_config"


@pytest.mark.parametrize("value", ["[bundled, models/ViT-B-32.pt]", ["bundled", "models/ViT-B-32.pt"]])
def test_a_list_is_a_setting(value):
    conf = load_config(overrides={"clip.model": value, "clip.weights": "[2, 1]"}).clip
    assert conf.model == ("bundled", "models/ViT-B-32.pt") and conf.weights == (2.0, 1.0)
    assert load_config(overrides={"clip.model": "a folder"}).clip.model == "a folder"
    assert load_config(overrides={"clip.model": "null"}).clip.model is None
