"""The bundled image tower: colours are read where its maps say that a part is, and gradients go there."""

import torch

from engine.perceptor.parts_tower import MEAN, STD, PartsTower, PartsTowerConfig


def tower_and_picture() -> tuple[PartsTower, torch.Tensor, torch.Tensor]:
    """A small tower, a picture (1, 3, 32, 32) in sRGB, and maps that say: part 1 is the left half, unshaded."""
    torch.manual_seed(0)
    tower = PartsTower(PartsTowerConfig(32, widths=(8, 16), parts=2, regions=2, summary=8)).eval()
    picture = torch.rand(1, 3, 32, 32)
    maps = torch.zeros(1, 7, 16, 16)  # background and parts, background and regions, shading
    maps[:, 0] = 20.0
    maps[:, 0, :, :8], maps[:, 1, :, :8] = 0.0, 20.0
    maps[:, 3] = 20.0
    return tower, picture, maps


def normalised(picture: torch.Tensor) -> torch.Tensor:
    return (picture - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def test_a_parts_color_is_the_mean_of_its_pixels():
    tower, picture, maps = tower_and_picture()
    read = tower._colors(normalised(picture), maps).reshape(4, 7)
    count = 16 * 8
    presence = count / (count + 2)
    assert torch.allclose(read[0, 0], torch.tensor(presence), atol=1e-4)
    mean = picture[0, :, :, :16].mean((1, 2)) * count / (count + 0.1)
    assert torch.allclose(read[0, 1:4], presence * (mean - 0.5), atol=1e-4)
    assert read[1:, 0].abs().max() < 1e-3  # absent: the other part and both regions


def test_freeing_from_shading_undoes_it():
    tower, picture, maps = tower_and_picture()
    lit = tower._colors(normalised(picture), maps)
    maps[:, -1] = torch.log(torch.tensor(2.0))
    assert torch.allclose(tower._colors(normalised(picture / 2), maps), lit, atol=1e-4)


def test_a_wish_for_a_parts_color_moves_its_pixels_only():
    tower, picture, maps = tower_and_picture()
    picture.requires_grad_(True)
    tower._colors(normalised(picture), maps).reshape(4, 7)[0, 1].backward()
    gradient = picture.grad[0]
    assert gradient[0, :, :16].min() > 0
    assert gradient[0, :, 16:].abs().max() < 1e-6 * gradient[0, :, :16].max()
    assert gradient[1:].abs().max() == 0


def test_the_read_out_and_its_maps_have_their_sizes():
    tower, picture, _ = tower_and_picture()
    out = tower(pixel_values=normalised(picture))
    assert out.pooler_output.shape == (1, tower.config.hidden_size)
    assert out.last_hidden_state.shape == (1, 7, 16, 16)
