"""Folders on their way: only what belongs to a job, whole, and nothing outside of it."""

import pytest

from engine.crowd import cluster
from engine.crowd.transfer import Place, is_safe, names_in, sums
from engine.errors import EngineError


def fill(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)


@pytest.mark.parametrize("remote", [False, True])
def test_a_folder_arrives_as_it_was_sent(tmp_path, remote):
    share = f"memory://crowd-{tmp_path.name}" if remote else str(tmp_path / "share")
    kept = (
        "request.json",
        "result/manifest.json",
        "result/avatar.npz",
        "checkpoints/shape/shape.npz",
        "checkpoints/shape.json",
        "previews/motion/candidate-1.png",
    )
    fill(tmp_path / "job", *kept, ".lock", "notes.txt", "result/.part-x")
    names = names_in(tmp_path / "job")
    assert names[-1] == "result/manifest.json" and names.index("checkpoints/shape.json") > names.index(
        "checkpoints/shape/shape.npz"
    )
    assert sorted(names) == sorted(kept)
    place = Place(share, "job")
    assert place.names() == [] and not place.is_folder(tmp_path / "job")
    place.send(tmp_path / "job", names)
    assert place.names() == sorted(names)
    place.fetch(place.names(), tmp_path / "home")
    assert sums(tmp_path / "home", names) == sums(tmp_path / "job", names)


@pytest.mark.parametrize(
    "name",
    ["../other/x", "result/../../x", "/etc/passwd", "result//x", "x.py", "result/.hidden", "checkpoints", "a\\b"],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    assert not is_safe(name)
    with pytest.raises(EngineError, match="no file of a job folder"):
        Place(str(tmp_path), "job").fetch([name], tmp_path / "home")


def test_links_on_the_share_are_passed_over(tmp_path):
    fill(tmp_path / "job", "result/a.txt")
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "job" / "result" / "b.txt").symlink_to(tmp_path / "secret")
    assert Place(str(tmp_path), "job").names() == names_in(tmp_path / "job") == ["result/a.txt"]


def test_a_machine_with_another_engine_is_named():
    hand = object.__new__(cluster.Hand)  # without a worker
    mine = cluster.identity()
    assert cluster.Hand.check(hand, mine) == ""
    for change, named in (({"the engine's version": "0.0.9"}, "version"), ({"bodies.safetensors": "0"}, "bodies")):
        assert named in cluster.Hand.check(hand, {**mine, **change})
    assert cluster.Hand.run(hand, "job", "", "", {**mine, "new.safetensors": "1"})["refused"].count("new") == 1


def test_an_address_that_does_not_answer_is_named():
    pytest.importorskip("ray", reason="the extra 'cluster' is not installed")
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:1"):
        cluster.connect("ray://127.0.0.1:1")
