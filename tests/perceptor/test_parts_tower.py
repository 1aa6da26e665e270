"""The bundled image tower: colours are read where its maps say that a part is, and gradients go there."""

import numpy as np
import torch

from engine.perceptor.parts_tower import MEAN, STD, PartsTower, PartsTowerConfig
from engine.wardrobe.parts import SHADE_TONES, shades

COLOR = slice(5, 8)


def tower_and_picture() -> tuple[PartsTower, torch.Tensor, torch.Tensor]:
    """A small tower, a picture (1, 3, 32, 32) in sRGB, and maps that say: part 1 is the left half, unshaded."""
    torch.manual_seed(0)
    config = PartsTowerConfig(32, widths=(8, 16), parts=2, regions=2, summary=8, shades=SHADE_TONES.tolist())
    tower = PartsTower(config).eval()
    picture = torch.rand(1, 3, 32, 32)
    maps = torch.zeros(1, 7, 16, 16)  # background and parts, background and regions, shading
    maps[:, 0] = 20.0
    maps[:, 0, :, :8], maps[:, 1, :, :8] = 0.0, 20.0
    maps[:, 3] = 20.0
    return tower, picture, maps


def normalised(picture: torch.Tensor) -> torch.Tensor:
    return (picture - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def read(
    tower: PartsTower, picture: torch.Tensor, maps: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Presence (4,), size (4,) and the rest (4, numbers) of the two parts and two regions: place, colour, shades."""
    found = tower._read(normalised(picture), maps).reshape(4, -1)
    return found[:, 0], found[:, 1], found[:, 2:]


def test_a_parts_color_is_the_mean_of_its_pixels():
    tower, picture, maps = tower_and_picture()
    presence, _, rest = read(tower, picture, maps)
    count = 16 * 8
    share = count / (count + 2)
    assert torch.allclose(presence[0], torch.tensor(share), atol=1e-4)
    mean = picture[0, :, :, :16].mean((1, 2)) * count / (count + 0.1)
    assert torch.allclose(rest[0, COLOR], share * (mean - 0.5), atol=1e-4)
    assert presence[1:].abs().max() < 1e-3  # absent: the other part and both regions


def test_a_part_is_where_its_pixels_are():
    tower, picture, maps = tower_and_picture()
    presence, size, rest = read(tower, picture, maps)
    center, spread = rest[0, :2] / presence[0], rest[0, 2:4] / presence[0]
    assert torch.allclose(center, torch.tensor([-0.5, 0.0]), atol=1e-2)
    assert torch.allclose(spread, torch.tensor([0.5, 1.0]) / 3**0.5, atol=1e-2)  # of a uniform 1 x 2 rectangle
    assert torch.allclose(size[0], torch.tensor(16 * 8 + 1.0).log(), atol=1e-3)


def test_shades_are_those_of_the_wardrobe():
    tower, picture, _ = tower_and_picture()
    pixels = (picture * 0.95 + 0.05).flatten(2).transpose(1, 2)
    assert np.allclose(tower._shares(pixels)[0].numpy(), shades(pixels[0].numpy()), atol=2e-3)
    assert torch.allclose(tower._shares(pixels).sum(2), torch.ones(1, pixels.shape[1]), atol=1e-5)


def test_freeing_from_shading_undoes_it():
    tower, picture, maps = tower_and_picture()
    lit = read(tower, picture, maps)
    maps[:, -1] = torch.log(torch.tensor(2.0))
    for found, expected in zip(read(tower, picture / 2, maps), lit):
        assert torch.allclose(found, expected, atol=1e-4)


def test_a_wish_for_a_parts_color_moves_its_pixels_only():
    tower, picture, maps = tower_and_picture()
    picture.requires_grad_(True)
    read(tower, picture, maps)[2][0, COLOR.start].backward()
    gradient = picture.grad[0]
    assert gradient[0, :, :16].min() > 0
    assert gradient[0, :, 16:].abs().max() < 1e-6 * gradient[0, :, :16].max()
    assert gradient[1:].abs().max() == 0


def test_the_read_out_and_its_maps_have_their_sizes():
    tower, picture, _ = tower_and_picture()
    out = tower(pixel_values=normalised(picture))
    assert out.pooler_output.shape == (1, tower.config.hidden_size)
    assert out.last_hidden_state.shape == (1, 7, 16, 16)
