"""The guide to the wardrobe: its garment is added by a record in a file, and its other records are sound."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.body import load_body
from engine.render.raycast import MeshRaycaster
from engine.wardrobe import dressing
from engine.wardrobe.cloth import records, tailor
from engine.wardrobe.cloth.drape import drape
from engine.wardrobe.cloth.forms import FORMS
from engine.wardrobe.cloth.panels import PANELS
from engine.wardrobe.cloth.records import read_records
from engine.wardrobe.layers import BODY, Layer, Mannequin
from engine.wardrobe.materials import CATALOG, read_materials
from engine.wardrobe.outfit import COLORS, Garment, Look

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "WARDROBE.md").read_text(encoding="utf-8")
BLOCKS = [re.sub(r"^   ", "", text, flags=re.M) for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.S)]


def block(name: str) -> str:
    """The guide's TOML that holds a table of this name."""
    (found,) = [text for text in BLOCKS if f"[{name}]" in text]
    return found


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """The blouse, added to the bundled garments by its record alone."""
    folder = tmp_path_factory.mktemp("mine") / "garments"
    shutil.copytree(CATALOG / "garments", folder)
    with (folder / "tops.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{block('long_sleeve.peasant')}")
    found = read_records(folder)
    assert set(found) == {*records.records(), "long_sleeve.peasant"}
    return found["long_sleeve.peasant"]


@pytest.fixture(scope="module")
def worn(record) -> list[Layer]:
    """Somebody in the blouse and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tailor, "drape", partial(drape, frames=8))
        patch.setattr(dressing, "record_of", lambda kind, cut: {"long_sleeve": record}.get(kind))
        garments = (Garment("long_sleeve", "cream", "dark red", cut="peasant"),)
        body = load_body()
        look = Look("fair", "bald", "black", "none", "black", "brown", garments)
        return dressing.layers_of(look, body, np.zeros(body.num_betas))


def test_the_guides_garment_becomes_a_layer(worn, record):
    layer = next(layer for layer in worn if layer.name == "Peasant Blouse")
    assert worn[0].name == BODY and layer.material == record.material == "silk"
    assert len(layer.vertices) > 3000 and np.allclose(layer.weights.sum(1), 1, atol=1e-3)
    low, high = layer.canonical[:, 1].min(), np.abs(layer.canonical[:, 0]).max()
    assert low == pytest.approx(record.measures["hem"] - record.drop, abs=0.01)
    assert high == pytest.approx(record.measures["sleeve"], abs=0.01)
    accent = np.abs(layer.colors - COLORS["dark red"]).max(1) < 0.1
    assert 0.005 < accent.mean() < 0.3
    p = layer.canonical[accent]
    assert (p[:, 1] > 0.4).mean() > 0.95  # the band round the neck


def test_its_ease_is_the_records(record):
    body = load_body()
    bare = Mannequin.of(body, np.zeros(body.num_betas))
    loose = replace(record, drape=False, drop=0.0)
    piece, _ = tailor.shaped(loose, tailor.fine(bare), tailor.Beneath(bare.vertices, bare.faces))
    _, _, away = MeshRaycaster(bare.vertices, bare.faces).closest_point(piece.vertices)
    side = np.abs(piece.canonical[:, 0])
    forearm, cuff = away[(side > 0.56) & (side < 0.60)], away[side > 0.645]
    assert np.median(forearm) > 0.015 and np.median(cuff) < 0.5 * np.median(forearm)


@pytest.mark.slow
def test_the_guides_records_are_found_by_their_words_in_a_users_own_folder(tmp_path):
    (tmp_path / "wardrobe").mkdir()
    for name, table in (("garments", "long_sleeve.peasant"), ("figures", "lighthouse_guard")):
        (tmp_path / "wardrobe" / f"{name}.toml").write_text(block(table), encoding="utf-8")
    program = """
import numpy as np
from engine.wardrobe.meaning import Meaning
for text in ("a peasant blouse and a navy skirt", "a keeper of the light"):
    look = Meaning.of(text).look(np.random.default_rng(0))
    print(sorted((worn.kind, worn.cut) for worn in (*look.garments, *look.extras)))
"""
    environment = os.environ | {"AVATARCLIP_DATA": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    blouse, guard = ended.stdout.splitlines()
    assert "('long_sleeve', 'peasant')" in blouse and "('skirt'" in blouse
    assert "('lantern', None)" in guard and "('coat', 'overcoat')" in guard


def test_the_guides_material_is_sound(tmp_path):
    path = tmp_path / "materials.toml"
    path.write_text(block("corduroy"), encoding="utf-8")
    assert read_materials(path)["corduroy"].heights(np.random.default_rng(0).uniform(0, 1, (50, 3))).std() > 0


def test_the_guide_names_every_key_and_every_form():
    told = set(re.findall(r"`(\w+)`", GUIDE))
    assert set(records.MEASURES) <= told
    used = {key for record in records.records().values() for detail in record.details for key in detail} - {"form"}
    assert used <= told | {"rib", "tone"} and {*FORMS, *PANELS} <= told
    files = (CATALOG / "garments").glob("*.toml")
    fields = {name for file in files for table in tomllib.loads(file.read_text()).values() for name in table}
    keys = {name for name in fields if any(name in vars(record) for record in records.records().values())}
    assert keys <= told
