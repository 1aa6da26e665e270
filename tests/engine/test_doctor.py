"""What the doctor finds, and that what is bundled is what was meant to be."""

import json
import re
from pathlib import Path

import forked

from engine import doctor, provenance
from engine.config import load_config

ROOT = Path(__file__).resolve().parents[2]


def test_every_bundled_file_has_a_licence_and_its_checksum():
    names = {path.name for path in provenance.ASSETS.iterdir()} - {"README.md", provenance.SUMS_FILE, "__pycache__"}
    assert names == {part.file for part in provenance.BUNDLED}
    assert {part["state"] for part in provenance.bundled()} == {"ok"}, "run sha256sum in engine/assets"
    told = (provenance.ASSETS / "README.md").read_text(encoding="utf-8")
    for part in provenance.BUNDLED:
        assert part.licence and part.origin and part.purpose
        assert part.file in told


def test_the_readme_names_every_bundled_file():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for part in provenance.BUNDLED:
        assert part.file in readme
        assert part.licence in readme


def test_links_of_the_documents_lead_somewhere():
    for document in (ROOT / "README.md", ROOT / "docs" / "ARCHITECTURE.md"):
        for target in re.findall(r"\]\(([^)#][^)]*)\)", document.read_text(encoding="utf-8")):
            assert target.startswith("http") or (document.parent / target).exists(), (document.name, target)


def test_findings_are_complete_here():
    findings = doctor.examine()
    assert findings["ok"], findings["advice"]
    assert findings["packages"]["torch"]["tested"] == "2.13.0"
    assert findings["device"]["cores"] >= 1
    assert json.loads(json.dumps(findings)) == findings
    assert "Everything a job needs is there." in doctor.as_text(findings)


def test_a_missing_package_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(doctor, "_locked", lambda: {"torch": "2.13.0", "no-such-package": "1.0", "numpy": "0.1"})
    findings = doctor.examine()
    assert not findings["ok"]
    assert "no-such-package" in findings["advice"][0] and "pip install" in findings["advice"][0]
    assert "numpy" in findings["advice"][1]
    text = doctor.as_text(findings)
    assert "MISSING" in text and "cannot run" in text


def test_damaged_and_missing_assets_are_named(monkeypatch, tmp_path):
    part = provenance.Asset("body.bin", "a body", "CC0-1.0", "somewhere")
    (tmp_path / provenance.SUMS_FILE).write_text(f"{'0' * 64}  body.bin\n")
    monkeypatch.setattr(provenance, "ASSETS", tmp_path)
    monkeypatch.setattr(provenance, "BUNDLED", (part,))
    assert provenance.bundled()[0]["state"] == "missing"
    (tmp_path / "body.bin").write_bytes(b"abc")
    assert provenance.bundled()[0]["state"] == "damaged"
    sha_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (tmp_path / provenance.SUMS_FILE).write_text(f"{sha_of_abc} *body.bin\n")
    assert provenance.bundled()[0]["state"] == "ok"


def test_user_weights_that_cannot_be_read_are_named(tmp_path):
    file = tmp_path / "weights.npz"
    file.write_bytes(b"not weights")
    findings = doctor.examine(load_config(overrides={"body.model": str(file)}))
    assert not findings["ok"]
    (entry,) = findings["user_weights"]
    assert entry["setting"] == "body.model"
    assert entry["state"] != "ok"


def test_the_perceptor_in_use_is_named(tmp_path):
    found = doctor.examine()["perceptor"]
    assert found["name"] == "bundled" and found["error"] is None and len(found["sha256"]) == 64
    file = tmp_path / "ViT-B-32.pt"
    file.write_bytes(b"not weights")
    findings = doctor.examine(load_config(overrides={"clip.model": str(file)}))
    assert not findings["ok"] and str(file) in findings["perceptor"]["error"]
    assert any(str(file) in sentence for sentence in findings["advice"])
    assert f"perceptor {findings['perceptor']['error']}" in doctor.as_text(findings)


def test_the_doctor_downloads_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("AVATARCLIP_CACHE", str(tmp_path))
    config = load_config(overrides={"clip.model": "someone/that-nobody-has", "clip.download": True})
    assert "not on this computer" in doctor.examine(config)["perceptor"]["error"]


def test_the_command_gives_text_and_json():
    told, text = (forked.call(["doctor", *options], ROOT) for options in (["--json"], []))
    for done in (told, text):
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    assert json.loads(told.stdout)["ok"] is True
    assert "torch" in text.stdout
