"""The Python interface as the documentation shows it."""

import re
from pathlib import Path

import numpy as np
import pytest

from engine.appearance import Runner
from engine.errors import EngineError

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.slow
def test_the_example_of_the_readme_runs(tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    example = next(block for block in blocks if "Runner" in block)
    assert len(example.strip().splitlines()) <= 12
    monkeypatch.chdir(tmp_path)
    seen: dict = {}
    exec(example.replace('"draft"', '"tiny"'), seen)
    assert (tmp_path / "front.png").stat().st_size > 1000
    mesh = seen["mesh"]
    assert len(mesh.vertices) > 500 and len(mesh.colors) == len(mesh.vertices)
    front, back = (np.asarray(seen["runner"].picture(azimuth)) for azimuth in (0, 180))
    assert front.shape == (288, 288, 3) and (front != back).mean() > 0.02


def test_nothing_to_show_before_training():
    with pytest.raises(EngineError, match="nothing to show"):
        _ = Runner("a clown", "tiny").field
