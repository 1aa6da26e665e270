"""The viewer and the VRM in a real browser: three.js and three-vrm load them, and the picture shows what they do."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.export import viewer
from engine.export.humanoid import bones, expressions
from engine.protocol import FACE_SHAPES, SKELETON_NAMES, VIEWER_HTML
from tests.export import figures
from tests.export.programs import chromium
from tests.export.test_every_format import joints_of

SCRIPT = """
<script>
async function main() {
  while (!window.viewer && !document.body.dataset.error) await new Promise((done) => setTimeout(done, 20));
  if (document.body.dataset.error) return { error: document.body.dataset.error };
  const { vrm, player, layers, scene, camera, renderer } = window.viewer;
  renderer.setAnimationLoop(null);
  camera.position.set(0, 0.9, 3.2);
  camera.lookAt(0, 0.6, 0);
  const gl = renderer.getContext(), canvas = renderer.domElement;
  const picture = (show, time) => {
    vrm.expressionManager.resetValues();
    if (show) vrm.expressionManager.setValue(show, 1);
    player.mixer.setTime(time);
    vrm.humanoid.update();
    vrm.scene.updateMatrixWorld(true);
    vrm.springBoneManager?.reset();
    vrm.update(0);
    renderer.render(scene, camera);
    const pixels = new Uint8Array(canvas.width * canvas.height * 4);
    gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  };
  const apart = (a, b) => {
    let count = 0;
    for (let k = 0; k < a.length; k += 4)
      if (Math.abs(a[k] - b[k]) + Math.abs(a[k + 1] - b[k + 1]) + Math.abs(a[k + 2] - b[k + 2]) > 12) count++;
    return count;
  };
  const Vector = vrm.scene.position.constructor;
  const place = (name) => vrm.humanoid.getRawBoneNode(name).getWorldPosition(new Vector()).toArray();
  picture(null, 0);
  const rest = picture(null, 0), found = { again: apart(rest, picture(null, 0)) };
  found.blink = apart(rest, picture("blink", 0));
  found.plays = apart(rest, picture(null, player.clip.duration - 1e-4));
  found.end = Object.fromEntries(BONES.map((name) => [name, place(name)]));
  const first = [...layers.values()][0];
  first.meshes.forEach((mesh) => (mesh.visible = false));
  found.hidden = apart(rest, picture(null, 0));
  first.meshes.forEach((mesh) => (mesh.visible = true));
  found.start = Object.fromEntries(BONES.map((name) => [name, place(name)]));
  vrm.scene.visible = false;
  const bare = picture(null, 0);
  found.shown = apart(rest, bare);
  found.text = document.getElementById("triangles").textContent;
  found.layers = [...layers.keys()];
  found.expressions = vrm.expressionManager.expressions.map((one) => one.expressionName);
  found.springs = vrm.springBoneManager ? vrm.springBoneManager.joints.size : 0;
  found.license = vrm.meta.licenseUrl;
  found.duration = player.clip.duration;
  return found;
}
main().catch((error) => ({ error: String(error) })).then((found) => {
  document.body.replaceChildren();
  document.title = "done";
  document.body.textContent = "FOUND" + JSON.stringify(found) + "END";
});
</script>
"""


def ask(page: Path) -> dict[str, Any]:
    """What the page's script found out."""
    command = [chromium(), "--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
               "--ignore-gpu-blocklist", "--virtual-time-budget=60000", "--window-size=300,300",
               f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", page.as_uri()]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    match = re.search("FOUND(.*)END", ended.stdout, re.DOTALL)
    assert match, ended.stdout[-300:] + ended.stderr[-2000:]
    found: dict[str, Any] = json.loads(match[1].replace("&lt;", "<").replace("&amp;", "&"))
    assert "error" not in found, found
    return found


def test_the_viewer_opens_from_disk_and_its_vrm_blinks_and_moves(tmp_path: Path) -> None:
    chromium()
    scene = figures.scene("child", tmp_path / "textures")
    viewer.write(scene, tmp_path)
    text = (tmp_path / VIEWER_HTML).read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="', text)  # nothing is loaded
    names = ["hips", "head", "leftHand", "rightFoot", "leftLowerArm"]
    script = SCRIPT.replace("BONES", json.dumps(names))
    (tmp_path / VIEWER_HTML).write_text(text.replace("</body>", script + "</body>"), encoding="utf-8")
    found = ask(tmp_path / VIEWER_HTML)
    assert found["again"] == 0 and found["shown"] > 1000
    for what in ("blink", "plays", "hidden"):
        assert found[what] > 10, what
    assert found["text"] == f"{len(scene.game.faces):,} triangles"
    assert found["layers"] == list(scene.avatar.layer_names)
    assert set(found["expressions"]) == {*expressions(), *FACE_SHAPES}
    assert found["springs"] > 0  # of the skirt
    assert found["license"] == "https://vrm.dev/licenses/1.0/"
    assert found["duration"] == pytest.approx((figures.FRAMES - 1) / figures.FPS, abs=1e-5)
    moved = joints_of(scene)
    for when, frame in (("start", 0), ("end", -1)):
        for name in names:
            expected = moved[frame, SKELETON_NAMES.index(bones()[name])]
            np.testing.assert_allclose(found[when][name], expected, atol=0.002, err_msg=f"{name} at the {when}")
