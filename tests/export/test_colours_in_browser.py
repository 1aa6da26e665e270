"""The colours of three known squares as three.js draws them: by a texture and by numbers at vertices."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.export import Scene, viewer
from engine.protocol import VIEWER_HTML
from tests.export import figures
from tests.export.programs import chromium
from tests.export.test_in_browser import ask

COLOURS = """
async function main() {
  const { vrm, scene, camera, renderer } = await ready();
  vrm.scene.traverse(({ material }) => {
    if (!material) return;
    material.toneMapped = false;
    material.onBeforeCompile = (shader) => {  // the colour alone, without light
      const end = "#include <opaque_fragment>";
      shader.fragmentShader = shader.fragmentShader.replace(end, "outgoingLight = diffuseColor.rgb;\\n" + end);
    };
    material.needsUpdate = true;
  });
  camera.position.set(0, 0.2, 4);
  camera.lookAt(0, 0.2, 0);
  camera.updateMatrixWorld();
  renderer.render(scene, camera);
  const gl = renderer.getContext(), found = [];
  for (const x of [-0.5, 0, 0.5]) {
    const at = vrm.scene.position.clone().set(x, 0.2, 0).project(camera);
    const pixel = new Uint8Array(4), { width, height } = renderer.domElement;
    gl.readPixels(((at.x + 1) / 2) * width, ((at.y + 1) / 2) * height, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    found.push([...pixel].slice(0, 3));
  }
  return { colors: found };
}
"""


@pytest.mark.slow
@pytest.mark.parametrize("by", ["texture", "vertices"])
def test_three_js_draws_the_avatars_colours(by: str, tmp_path: Path) -> None:
    chromium()
    figures.paint(tmp_path, figures.PATCHES)
    avatar = figures.patched()
    if by == "vertices":
        avatar = dataclasses.replace(avatar, game=None)
    viewer.write(Scene.of(avatar, None, tmp_path), tmp_path)
    np.testing.assert_allclose(ask(tmp_path / VIEWER_HTML, COLOURS)["colors"], figures.PATCHES, atol=2)
