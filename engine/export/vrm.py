"""VRM 1.0: the game mesh (or the layers where there is none) as programs for avatars read it.

A GLB in the T-pose, facing +z, with the extensions VRMC_vrm (humanoid bones, expressions, look-at, licence) and
VRMC_springBone (what hangs, `engine.export.hanging`); see github.com/vrm-c/vrm-specification. Beside the preset
expressions each face shape is a custom one under ARKit's name, as face trackers look for. The motion is a file of its
own, ``motion.vrma`` (`engine.export.vrma`). ``export.vrm_version`` chooses VRM 0.x (`engine.export.vrm_older`),
``export.vrm_toon`` adds VRMC_materials_mtoon.

Its numbers are set by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.export.binary import Binary, container
from engine.export.colliders import Collider, Hanging
from engine.export.glb import layout_of
from engine.export.gltf import document_of
from engine.export.hanging import hung
from engine.export.humanoid import expressions, human_bones, licences, table
from engine.export.scene import Scene
from engine.export.vrm_older import TURN, older, turned
from engine.protocol import AVATAR_VRM, FACE_SHAPES, JOINT_NAMES, SKELETON_NAMES, write_atomically
from engine.rig import Avatar
from engine.rig.face import LOOK

MOVES = False
HEAD = JOINT_NAMES.index("head")
EYE_HEIGHT, EYE_DEPTH = 0.42, 0.3
"""Where the look starts from, of the way from the head's joint to the crown, if no face shape tells."""
SHADE, OUTLINE = [0.62, 0.55, 0.6], 0.0015
"""Of toon materials: what the texture is multiplied with in the shade, and metres of the outline."""


def write(scene: Scene, folder: Path) -> list[str]:
    """Write ``avatar.vrm``."""
    write_atomically(folder / AVATAR_VRM, made(scene, scene.conf.vrm_version == "0.x"))
    return [AVATAR_VRM]


def made(scene: Scene, old: bool = False) -> bytes:
    """The file's bytes, of VRM 1.0 or 0.x."""
    scene = scene.in_t_pose()
    avatar = scene.game or scene.avatar
    hanging = hung(avatar, scene.body)
    binary, name = Binary(), scene.name
    names = (*SKELETON_NAMES[: len(avatar.joints)], *hanging.names)
    if old:
        hanging = replace(hanging, avatar=turned(hanging.avatar), colliders=tuple(map(_turned, hanging.colliders)))
        avatar = turned(avatar)
    toon = scene.conf.vrm_toon and bool(scene.textures) and not old  # three-vrm's toon shader fails with tangents
    document, chosen = document_of(binary, hanging.avatar, names, name, layout_of(scene), with_tangents=not toon)
    first = len(document["meshes"])
    document["extensionsUsed"] = ["VRMC_vrm"]
    document["extensions"] = {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "meta": meta(scene),
            "humanoid": {"humanBones": human_bones(len(avatar.joints), first)},
            "firstPerson": {"meshAnnotations": [{"node": node, "type": "auto"} for node in range(first)]},
            "lookAt": _look_at(avatar),
            "expressions": _expressions(chosen),
        }
    }
    if hanging.chains:
        document["extensionsUsed"].append("VRMC_springBone")
        document["extensions"]["VRMC_springBone"] = _springs(hanging, first)
    if old:
        older(document)
    elif toon:
        document["extensionsUsed"].append("VRMC_materials_mtoon")
        for material in document["materials"]:
            material["extensions"] = {"VRMC_materials_mtoon": _toon(material)}
    return container(document, binary)


def _turned(collider: Collider) -> Collider:
    """A collider of an avatar that faces the other way."""
    offset, tail = (value and tuple((np.asarray(value) * TURN).tolist()) for value in (collider.offset, collider.tail))
    return replace(collider, offset=offset or (0.0, 0.0, 0.0), tail=tail)


def _toon(material: dict[str, Any]) -> dict[str, Any]:
    """Flat light and shade of the same texture, and an outline; the format knows no vertex colours."""
    sheer = material.get("alphaMode") == "BLEND"
    outline = (
        {"outlineWidthMode": "none"}
        if sheer
        else {
            "outlineWidthMode": "worldCoordinates",
            "outlineWidthFactor": OUTLINE,
            "outlineColorFactor": [0.06, 0.04, 0.04],
            "outlineLightingMixFactor": 1.0,
        }
    )
    return {
        "specVersion": "1.0",
        "transparentWithZWrite": sheer,
        "shadeColorFactor": SHADE,
        "shadeMultiplyTexture": material["pbrMetallicRoughness"]["baseColorTexture"],
        "shadingShiftFactor": -0.05,
        "shadingToonyFactor": 0.9,
        **outline,
    }


def meta(scene: Scene) -> dict[str, Any]:
    """Name, authors and what may be done with the avatar."""
    licence = dict(licences()[scene.conf.license])
    label, url = licence.pop("label"), licence.pop("url", None)
    found = {
        "name": scene.conf.name or "Avatar",
        "authors": [scene.conf.author or "Unnamed"],
        "licenseUrl": "https://vrm.dev/licenses/1.0/",
        "allowExcessivelyViolentUsage": False,
        "allowExcessivelySexualUsage": False,
        "allowPoliticalOrReligiousUsage": False,
        "allowAntisocialOrHateUsage": False,
        **licence,
    }
    return found | ({"otherLicenseUrl": url, "copyrightInformation": label} if url else {})


def _look_at(avatar: Avatar) -> dict[str, Any]:
    """Eyes turn by face shapes; full at the angles for which these are made."""
    angles = {
        "horizontalInner": LOOK["In"][1],
        "horizontalOuter": LOOK["Out"][1],
        "verticalDown": LOOK["Down"][0],
        "verticalUp": LOOK["Up"][0],
    }
    ranges = {
        f"rangeMap{name[0].upper()}{name[1:]}": {"inputMaxValue": abs(angle), "outputScale": 1.0}
        for name, angle in angles.items()
    }
    return {"type": "expression", "offsetFromHeadBone": _eyes(avatar).round(5).tolist(), **ranges}


def _eyes(avatar: Avatar) -> np.ndarray:
    """(3,) the middle between the eyes, from the head's joint."""
    if avatar.face is not None:
        blinks = [FACE_SHAPES.index(name) for name in ("eyeBlinkLeft", "eyeBlinkRight")]
        rows = avatar.face.row[np.isin(avatar.face.shape, blinks)]
        if len(rows):
            middle = avatar.vertices[rows].mean(0) - avatar.joints[HEAD]
            return np.asarray([0.0, middle[1], middle[2]])
    height = avatar.vertices[:, 1].max() - avatar.joints[HEAD, 1]
    return np.asarray([0.0, EYE_HEIGHT * height, EYE_DEPTH * height])


def _expressions(chosen: list[list[int]]) -> dict[str, Any]:
    """Presets and custom expressions over the targets of each mesh; without those that move nothing.

    Args:
        chosen: of each mesh, whose number is its node's, the face shapes that are its targets.
    """
    records = table()["expressions"]

    def bound(values: np.ndarray) -> list[dict[str, Any]]:
        return [
            {"node": node, "index": index, "weight": round(float(values[shape]), 4)}
            for node, shapes in enumerate(chosen)
            for index, shape in enumerate(shapes)
            if values[shape] > 0
        ]

    def expression(values: np.ndarray, hides: list[str]) -> dict[str, Any]:
        overrides = {
            f"override{part}": "block" if part.lower() in hides else "none" for part in ("Blink", "LookAt", "Mouth")
        }
        return {"isBinary": False, **overrides, "morphTargetBinds": bound(values)}

    presets = {name: expression(values, records[name].get("hides", [])) for name, values in expressions().items()}
    custom = {name: expression(values, []) for name, values in zip(FACE_SHAPES, np.eye(len(FACE_SHAPES)))}
    kept = {
        kind: {name: it for name, it in group.items() if it["morphTargetBinds"]}
        for kind, group in (("preset", presets), ("custom", custom))
    }
    return {kind: group for kind, group in kept.items() if group}


def _springs(hanging: Hanging, first: int) -> dict[str, Any]:
    """What VRMC_springBone says of chains of joints and of what they fall on."""
    colliders = [
        {
            "node": first + c.joint,
            "shape": {
                "capsule" if c.tail else "sphere": {
                    "offset": list(c.offset),
                    "radius": c.radius,
                    **({"tail": list(c.tail)} if c.tail else {}),
                }
            },
        }
        for c in hanging.colliders
    ]
    springs = [
        {
            "name": chain.name,
            "joints": [
                {
                    "node": first + joint,
                    "hitRadius": radius,
                    "stiffness": chain.stiffness,
                    "gravityPower": chain.gravity,
                    "gravityDir": [0, -1, 0],
                    "dragForce": chain.drag,
                }
                for joint, radius in zip(chain.joints, chain.radii)
            ],
            **({"colliderGroups": list(chain.colliders)} if chain.colliders else {}),
        }
        for chain in hanging.chains
    ]
    groups = [{"name": SKELETON_NAMES[c.joint], "colliders": [k]} for k, c in enumerate(hanging.colliders)]
    shared = {"colliders": colliders, "colliderGroups": groups} if groups else {}
    return {"specVersion": "1.0", **shared, "springs": springs}
