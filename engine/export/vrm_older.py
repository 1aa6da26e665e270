"""VRM 0.x out of a file of 1.0: one extension, older names, spheres in place of capsules.

A model of 0.x faces -z, and vectors in its extension are in Unity's frame, whose z is the other way round; see
specification/0.0 of github.com/vrm-c/vrm-specification. Numbers of nodes, meshes and face shapes are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.export.humanoid import table
from engine.rig import Avatar
from engine.rig.face_shapes import FaceShapes

TURN = np.array([-1.0, 1.0, -1.0], np.float32)
"""Half a turn about the upright axis."""
CURVE = [0, 0, 0, 1, 1, 1, 1, 0]
"""From (0, 0) straight to (1, 1): time, value and the slopes there, as Unity writes them."""


def turned(avatar: Avatar) -> Avatar:
    """The avatar at rest, facing the other way."""
    face = avatar.face and FaceShapes(avatar.face.shape, avatar.face.row, avatar.face.delta * TURN)
    return replace(avatar, vertices=avatar.vertices * TURN, joints=avatar.joints * TURN, face=face)


def older(document: dict[str, Any]) -> None:
    """Put VRM 0.x in the place of VRM 1.0.

    Args:
        document: of a model that faces -z, with VRMC_vrm and VRMC_springBone; changed in place.
    """
    new = document["extensions"].pop("VRMC_vrm")
    springs = document["extensions"].pop("VRMC_springBone", {})
    humanoid = new["humanoid"]["humanBones"]
    names = table()["older"]
    document["extensionsUsed"] = ["VRM"]
    document["extensions"]["VRM"] = {
        "exporterVersion": document["asset"]["generator"],
        "specVersion": "0.0",
        "meta": _meta(new["meta"]),
        "humanoid": {
            "humanBones": [
                {"bone": _bone(bone), "node": found["node"], "useDefaultValues": True}
                for bone, found in humanoid.items()
            ]
        },
        "firstPerson": _first_person(new, humanoid["head"]["node"]),
        "blendShapeMaster": {
            "blendShapeGroups": [
                _group(name, names["expressions"].get(name, "unknown") if kind == "preset" else "unknown", expression)
                for kind, found in new["expressions"].items()
                for name, expression in found.items()
            ]
        },
        "secondaryAnimation": _secondary(springs),
        "materialProperties": [
            {
                "name": material["name"],
                "shader": "VRM_USE_GLTFSHADER",
                "renderQueue": 2000,
                "floatProperties": {},
                "vectorProperties": {},
                "textureProperties": {},
                "keywordMap": {},
                "tagMap": {},
            }
            for material in document["materials"]
        ],
    }


def _vector(values: Sequence[float]) -> dict[str, float]:
    """A vector of glTF's frame in Unity's."""
    return {"x": values[0], "y": values[1], "z": -values[2]}


def _bone(name: str) -> str:
    """A bone's older name: thumbs began at what is the proximal phalanx now."""
    return name.replace("ThumbProximal", "ThumbIntermediate").replace("ThumbMetacarpal", "ThumbProximal")


def _meta(new: dict[str, Any]) -> dict[str, Any]:
    """What may be done, in words of 0.x."""
    words = {True: "Allow", False: "Disallow"}
    address = new.get("otherLicenseUrl", "")
    return {
        "title": new["name"],
        "version": "",
        "author": ", ".join(new["authors"]),
        "contactInformation": "",
        "reference": "",
        "allowedUserName": new["avatarPermission"][0].upper() + new["avatarPermission"][1:],
        "violentUssageName": words[new["allowExcessivelyViolentUsage"]],
        "sexualUssageName": words[new["allowExcessivelySexualUsage"]],
        "commercialUssageName": words[new["commercialUsage"] == "corporation"],
        "otherPermissionUrl": "",
        "licenseName": table()["older"]["licenses"].get(address, "Redistribution_Prohibited"),
        "otherLicenseUrl": address,
    }


def _first_person(new: dict[str, Any], head: int) -> dict[str, Any]:
    """Where eyes are and how they look; by expressions."""
    look = new["lookAt"]
    maps = {
        f"lookAt{name[8:]}": {"curve": CURVE, "xRange": found["inputMaxValue"], "yRange": found["outputScale"]}
        for name, found in look.items()
        if name.startswith("rangeMap")
    }
    flags = [{"mesh": one["node"], "firstPersonFlag": "Auto"} for one in new["firstPerson"]["meshAnnotations"]]
    return {
        "firstPersonBone": head,
        "firstPersonBoneOffset": _vector(look["offsetFromHeadBone"]),
        "meshAnnotations": flags,
        "lookAtTypeName": "BlendShape",
        **maps,
    }


def _group(name: str, preset: str, expression: dict[str, Any]) -> dict[str, Any]:
    """An expression, by the meshes whose numbers are their nodes'."""
    binds = [
        {"mesh": bind["node"], "index": bind["index"], "weight": 100 * bind["weight"]}
        for bind in expression["morphTargetBinds"]
    ]
    return {
        "name": name,
        "presetName": preset,
        "isBinary": expression["isBinary"],
        "binds": binds,
        "materialValues": [],
    }


def _secondary(springs: dict[str, Any]) -> dict[str, Any]:
    """Chains by their first bones, and spheres along the capsules."""
    groups = []
    for spring in springs.get("springs", ()):
        first = spring["joints"][0]
        groups.append(
            {
                "comment": spring["name"],
                "stiffiness": first["stiffness"],
                "gravityPower": first["gravityPower"],
                "gravityDir": _vector(first["gravityDir"]),
                "dragForce": first["dragForce"],
                "center": -1,
                "hitRadius": min(joint["hitRadius"] for joint in spring["joints"][:-1]),
                "bones": [first["node"]],
                "colliderGroups": spring.get("colliderGroups", []),
            }
        )
    colliders = [{"node": one["node"], "colliders": _spheres(one["shape"])} for one in springs.get("colliders", ())]
    return {"boneGroups": groups, "colliderGroups": colliders}


def _spheres(shape: dict[str, Any]) -> list[dict[str, Any]]:
    """A sphere, or those along a capsule that are a radius apart."""
    (found,) = shape.values()
    start, end = (np.asarray(found.get(key, found["offset"]), float) for key in ("offset", "tail"))
    count = 1 + int(np.ceil(np.linalg.norm(end - start) / found["radius"]))
    return [
        {"offset": _vector((start + share * (end - start)).round(5).tolist()), "radius": found["radius"]}
        for share in np.linspace(0.0, 1.0, count)
    ]
