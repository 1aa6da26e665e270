"""Names and rest pose of export presets against the programs' own skeletons; no Blender needed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarclip_blender.export_presets import PRESETS
from avatarclip_blender.importer.twist_weights import COUNT, twist_name
from engine.body.fingers import full_joints
from engine.body.model import load_open_body
from engine.protocol import SKELETON_NAMES, SKELETON_PARENTS
from engine.rig import Avatar, in_rest_pose
from engine.rig.rig import bound_pose

TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "skeletons.toml").read_text(encoding="utf-8"))
SIDES = {"UNITY": "{side}{part}", "MIXAMO": "{side}{part}", "UNREAL": "{part}{letter}"}


def known(preset: str) -> set[str]:
    """All names of a program's skeleton."""
    record = TABLE[preset.lower()]
    if preset == "GODOT":
        return {bone["name"] for bone in record["bones"]}
    pairs = [(side, letter) for side, letter in (("Left", "l"), ("Right", "r"))]
    sided = {SIDES[preset].format(side=s, letter=letter, part=part) for s, letter in pairs for part in record["sided"]}
    return {record.get("prefix", "") + name for name in {*record["bones"], *sided}}


@pytest.mark.parametrize("preset", ["UNITY", "UNREAL", "GODOT", "MIXAMO"])
def test_every_bone_has_a_name_that_the_program_knows(preset: str) -> None:
    form, names = PRESETS[preset], known(preset)
    fingers = form.with_fingers()
    for of, extra in ((form, set()), (fingers, {fingers.names[f"{side}_hand"] for side in ("left", "right")})):
        given = list(of.names.values())
        assert len(set(given)) == len(given)
        assert set(given) - extra <= names
    assert set(form.ends.values()) <= names
    record, made = TABLE[preset.lower()], {*fingers.names.values(), form.root}
    if preset == "GODOT":
        assert {bone["name"] for bone in record["bones"] if bone["required"]} <= made
        assert names - made <= {"LeftEye", "RightEye", "Jaw"}  # every finger has its place
    else:
        assert {record.get("prefix", "") + name for name in record["required"]} <= made


def test_bones_hang_and_rest_as_godots_humanoid_does() -> None:
    """Parents are the same, and bones point where those of its reference pose do: a T-pose that faces +z."""
    bones = {bone["name"]: bone for bone in TABLE["godot"]["bones"]}
    names = PRESETS["GODOT"].with_fingers().names
    body = load_open_body()
    joints = full_joints(body, np.zeros(body.num_betas))
    checked = 0
    for joint, parent in enumerate(SKELETON_PARENTS):
        bone = bones.get(names[SKELETON_NAMES[joint]])
        if bone is None or parent < 0:
            continue
        above = names[SKELETON_NAMES[parent]]
        assert bone["parent"] == above
        points = np.array(bone["place"]) - bones[above]["place"]
        ours = joints[joint] - joints[parent]
        cosine = points @ ours / np.linalg.norm(points) / np.linalg.norm(ours)
        assert cosine > 0.6, (bone["name"], cosine)
        checked += 1
    assert checked == 51


def test_bones_rest_as_the_mannequins_of_unreal_do() -> None:
    """In the A-pose, which avatars rest in if they are asked to; arms of the T-pose are the pose's turn away."""
    places = {bone["name"]: np.array(bone["place"]) for bone in TABLE["unreal"]["places"]}
    names = PRESETS["UNREAL"].names
    body = load_open_body()
    joints = full_joints(body, np.zeros(body.num_betas))
    bare = Avatar(joints, np.array([[0, 1, 2]]), joints, np.eye(len(joints)), joints, np.array(SKELETON_PARENTS),
                  rest_pose=bound_pose(len(joints)))  # fmt: skip
    joints = in_rest_pose(bare).joints
    checked = 0
    for joint, parent in enumerate(SKELETON_PARENTS[:24]):
        if parent >= 0 and {names[SKELETON_NAMES[joint]], names[SKELETON_NAMES[parent]]} <= places.keys():
            theirs = places[names[SKELETON_NAMES[joint]]] - places[names[SKELETON_NAMES[parent]]]
            ours = joints[joint] - joints[parent]
            cosine = theirs @ ours / np.linalg.norm(theirs) / np.linalg.norm(ours)
            assert cosine > 0.85, (names[SKELETON_NAMES[joint]], cosine)
            checked += 1
    assert checked == 13


def test_twist_bones_are_called_as_those_of_unreals_mannequins() -> None:
    """From the hand on; a third one has the name that would follow."""
    form, known = PRESETS["UNREAL"], TABLE["unreal"]["forearm_twists"]
    for side, letter in (("left", "l"), ("right", "r")):
        ours = [form.bone_names()[twist_name(side, number)] for number in range(COUNT, 0, -1)]
        assert ours[: len(known)] == [name + letter for name in known]
        assert ours[len(known) :] == [f"lowerarm_twist_03_{letter}"]
