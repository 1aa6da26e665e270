"""What a prompt says of single garments, and which views show them."""

import numpy as np
import torch

from engine import reader
from engine.appearance import views
from engine.appearance.guidance import Guide
from engine.appearance.part_texts import part_texts
from engine.body import load_body, stand_pose
from engine.wardrobe.canonical import canonical_coordinates


def test_a_view_of_the_feet_is_judged_by_what_is_worn_there(perceptor):
    body = load_body()
    vertices, joints = (array[0] for array in body.pose(np.zeros(body.num_betas), stand_pose()[None]))
    text = "a nurse with red sneakers and blue jeans, no hat"
    parts = part_texts(reader.read(text, "appearance"), canonical_coordinates(body), vertices[:, 1])
    assert sorted(part.text for part in parts) == ["a person in blue jeans", "a person in red sneakers"]
    shoes = next(part for part in parts if "sneakers" in part.text)
    assert shoes.high < joints[7:9, 1].max() + 0.05  # below the ankles

    extents = views.FigureExtents.of(vertices, joints)
    ankles = np.array([0, joints[7, 1], 0], np.float32)
    feet = views.View(views.framed(ankles, 0.6, 0.0, 0.0, 64), "body")
    face = views.face_view(extents, 0.0, 0.0, 0.4, 64)
    assert [part.in_view(feet.camera) for part in parts] == [part is shoes for part in parts]

    guide = Guide(text, perceptor, parts=parts, share=1.0)
    alone = perceptor.encode_text(["a 3D rendering of a person in red sneakers in unreal engine"])[0]
    assert torch.allclose(guide.wanted(feet), alone, atol=1e-6)
    assert torch.equal(guide.wanted(face), guide.embeddings["face"])
    assert torch.equal(Guide(text, perceptor).wanted(feet), guide.embeddings["body"])
