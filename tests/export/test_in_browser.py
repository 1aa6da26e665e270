"""The viewer and the VRM in a real browser: three.js and three-vrm load them, and the picture shows what they do."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.export import viewer, vrm
from engine.export.humanoid import bones, expressions
from engine.protocol import FACE_SHAPES, SKELETON_NAMES, VIEWER_HTML
from engine.settings import ExportConfig
from tests.export import figures
from tests.export.browser import evaluate
from tests.export.programs import chromium
from tests.export.test_every_format import joints_of

HELPERS = """
async function ready() {
  while (!window.viewer) {
    if (document.body?.dataset.error) throw document.body.dataset.error;
    await new Promise((done) => setTimeout(done, 20));
  }
  window.viewer.renderer.setAnimationLoop(null);
  return window.viewer;
}
function pixels({ scene, camera, renderer }) {
  renderer.render(scene, camera);
  const gl = renderer.getContext(), canvas = renderer.domElement;
  const found = new Uint8Array(canvas.width * canvas.height * 4);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, found);
  return found;
}
function apart(a, b) {
  let count = 0;
  for (let k = 0; k < a.length; k += 4)
    if (Math.abs(a[k] - b[k]) + Math.abs(a[k + 1] - b[k + 1]) + Math.abs(a[k + 2] - b[k + 2]) > 12) count++;
  return count;
}
"""
"""What scripts use; each of them has a function ``main`` that gives what it found out."""

LOOKS = """
async function main() {
  const { vrm, player, layers, camera } = await ready();
  camera.position.set(0, 0.9, 3.2);
  camera.lookAt(0, 0.6, 0);
  const picture = (show, time) => {
    vrm.expressionManager.resetValues();
    if (show) vrm.expressionManager.setValue(show, 1);
    player.mixer.setTime(time);
    vrm.humanoid.update();
    vrm.scene.updateMatrixWorld(true);
    vrm.springBoneManager?.reset();
    vrm.update(0);
    return pixels(window.viewer);
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
"""

SWINGS = """
async function main() {
  const { vrm, player, load } = await ready();
  player.mixer.stopAllAction();
  const Vector = vrm.scene.position.constructor, place = (node) => node.getWorldPosition(new Vector());
  const chains = (one) => [...one.springBoneManager.joints].filter((joint) => joint.child);
  const away = (point, { shape, matrixWorld }) => {
    const start = shape.offset.clone().applyMatrix4(matrixWorld);
    const along = shape.tail ? shape.tail.clone().applyMatrix4(matrixWorld).sub(start) : new Vector();
    const share = Math.min(Math.max(point.clone().sub(start).dot(along) / Math.max(along.lengthSq(), 1e-12), 0), 1);
    return point.distanceTo(start.addScaledVector(along, share)) - shape.radius;
  };
  const shaken = (one) => {
    one.humanoid.resetNormalizedPose();
    one.humanoid.update();
    one.scene.updateMatrixWorld(true);
    one.springBoneManager.reset();
    const hips = one.humanoid.getNormalizedBoneNode("hips"), raw = one.humanoid.getRawBoneNode("hips");
    const start = hips.position.clone(), found = { room: 1, speeds: [], offs: [] };
    const tips = () => chains(one).map((joint) => raw.worldToLocal(place(joint.child)));
    const rest = tips();
    let before = rest;
    for (let frame = 1; frame <= 240; frame++) {
      const time = frame / 60, on = time > 1 && time < 2 ? Math.sin(3 * Math.PI * (time - 1)) : 0;
      hips.position.set(start.x + 0.06 * on, start.y, start.z);
      hips.rotation.y = 0.5 * on;
      one.update(1 / 60);
      one.scene.updateMatrixWorld(true);
      const now = tips(), most = (other) => Math.max(...now.map((tip, k) => tip.distanceTo(other[k])));
      found.offs.push(most(rest));
      found.speeds.push(60 * most(before));
      before = now;
      for (const joint of chains(one)) {
        const radius = joint.settings.hitRadius, tip = place(joint.child);
        for (const group of joint.colliderGroups)
          for (const collider of group.colliders) found.room = Math.min(found.room, away(tip, collider) - radius);
      }
    }
    return found;
  };
  const shown = pixels(window.viewer);
  vrm.scene.visible = false;
  const toon = apart(shown, pixels(window.viewer));
  const older = (await load("older")).userData.vrm;
  const seen = (one) => ({
    ...shaken(one),
    version: one.meta.metaVersion,
    expressions: one.expressionManager.expressions.map((it) => it.expressionName),
    toon: one.materials.map((it) => Boolean(it.isMToonMaterial)),
    bones: Object.fromEntries(BONES.map((name) => [name, place(one.humanoid.getRawBoneNode(name)).toArray()])),
  });
  return { toon, seen: [seen(vrm), seen(older)] };
}
"""


def ask(page: Path, main: str) -> Any:
    """What a script finds out in the page, once the viewer is there."""
    return evaluate(page, f"(() => {{ {HELPERS} {main} return main(); }})()")


def test_the_viewer_opens_from_disk_and_its_vrm_blinks_and_moves(tmp_path: Path) -> None:
    chromium()
    scene = figures.scene("child", tmp_path / "textures")
    viewer.write(scene, tmp_path)
    text = (tmp_path / VIEWER_HTML).read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="', text)  # nothing is loaded
    names = ["hips", "head", "leftHand", "rightFoot", "leftLowerArm"]
    found = ask(tmp_path / VIEWER_HTML, LOOKS.replace("BONES", json.dumps(names)))
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


def test_skirts_swing_keep_off_legs_and_settle_in_either_version(tmp_path: Path) -> None:
    """The hips shake for a second; VRM 0.x stands the other way round and has spheres in place of capsules."""
    chromium()
    scene = figures.scene("child", tmp_path / "textures", ExportConfig(vrm_toon=True))
    viewer.write(scene, tmp_path)
    page, names = tmp_path / VIEWER_HTML, ["hips", "leftHand", "rightFoot"]
    older = base64.b64encode(vrm.made(scene, old=True)).decode()
    script = f'<script type="application/octet-stream" id="older">{older}</script>'
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", script + "</body>"), encoding="utf-8")
    found = ask(page, SWINGS.replace("BONES", json.dumps(names)))
    rest = scene.in_t_pose().avatar.joints
    assert found["toon"] > 1000  # pixels that show it
    for seen, version, toon, turn in zip(found["seen"], ("1", "0"), ({True}, set()), ([1, 1, 1], [-1, 1, -1])):
        assert seen["version"] == version and set(seen["toon"]) == toon
        assert {*expressions(), *FACE_SHAPES} <= set(seen["expressions"])
        for name in names:
            expected = rest[SKELETON_NAMES.index(bones()[name])] * turn
            np.testing.assert_allclose(seen["bones"][name], expected, atol=0.002)
        offs = seen["offs"]
        assert max(offs[:60]) < 0.01  # it stays as it was draped
        assert 0.02 < max(offs[60:120]) < 0.3
        assert offs[-1] < 0.01 and max(seen["speeds"][-20:]) < 0.01
        assert seen["room"] > -0.01
