"""The network in NumPy is the one that is trained in torch."""

import numpy as np
import torch

from engine.reader.chunks import chunks, tokens
from engine.reader.lexicon import lexicon
from engine.reader.network import CATEGORIES, FEATURES, FLAGS, ROLES, Network, features, network
from engine.training.reader.model import Model


def test_numpy_and_torch_agree() -> None:
    torch.manual_seed(0)
    model = Model().eval()
    seen = torch.randn(2, 9, FEATURES)
    padding = torch.zeros(2, 9, dtype=torch.bool)
    padding[1, 6:] = True
    with torch.no_grad():
        roles, denied, links = model(seen, padding)
    ours = Network({name: value.numpy() for name, value in model.state_dict().items()})
    for row, count in ((0, 9), (1, 6)):
        scores = ours(seen[row, :count].numpy())
        assert np.allclose(scores.roles, roles[row, :count].numpy(), atol=1e-4)
        assert np.allclose(scores.denied, denied[row, :count].numpy(), atol=1e-4)
        assert np.allclose(scores.links, links[row, :, :count, :count].numpy(), atol=1e-4)


def test_features_say_what_a_chunk_can_be() -> None:
    found = chunks("Red 7 xqzt", tokens("Red 7 xqzt"), lexicon())
    table = features(found)
    assert table.shape == (3, FEATURES)
    assert table[0, CATEGORIES.index("color")] == 1 and table[0, CATEGORIES.index("garment")] == 0
    flags = table[:, len(CATEGORIES) : len(CATEGORIES) + len(FLAGS)].astype(bool)
    assert flags[:, FLAGS.index("number")].tolist() == [False, True, False]
    assert flags[:, FLAGS.index("capital")].tolist() == [True, False, False]
    assert flags[2, FLAGS.index("unknown")] and flags[2, FLAGS.index("no_vector")]


def test_the_bundled_weights_fit() -> None:
    scores = network()(np.zeros((4, FEATURES), np.float32))
    assert scores.roles.shape == (4, len(ROLES)) and np.isfinite(scores.links).all()
