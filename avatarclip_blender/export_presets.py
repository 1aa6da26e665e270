"""What each game engine or program expects of an FBX: bone names, unit, end bones, who carries the travel. No bpy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .contract import protocol
from .importer.twist_weights import COUNT, twist_name

SIDES = (("left", "Left", "l"), ("right", "Right", "r"))


def _sided(pattern: str, names: dict[str, str], small: bool = False) -> dict[str, str]:
    """Names of paired joints: ``pattern`` with the side in capitals or as a small letter, and the part's name."""
    return {
        f"{side}_{joint}": pattern.format(side=letter if small else word, part=part)
        for side, word, letter in SIDES
        for joint, part in names.items()
    }


def _fingers(pattern: str, fingers: dict[str, str], prop: str, small: bool = False, **phalanges: str) -> dict[str, str]:
    """Names of finger joints: ``pattern`` with the side, a finger's name and the phalanx's; and of the hands' own
    joints, which carry what is held.

    Args:
        fingers: `protocol.FINGERS` to the program's words.
        prop: pattern for what carries things.
        small: sides are small letters.
        phalanges: words for the three joints, by finger; those of "index" stand for all that are not named.
    """
    found = {}
    for side, word, letter in SIDES:
        where = letter if small else word
        found[f"{side}_hand"] = prop.format(side=where)
        for finger, title in fingers.items():
            for number, phalanx in enumerate(phalanges.get(finger, phalanges["index"]).split(), 1):
                found[f"{side}_{finger}{number}"] = pattern.format(side=where, finger=title, phalanx=phalanx)
    return found


_TITLES = {finger: finger.title() for finger in protocol.FINGERS}
_LITTLE = _TITLES | {"pinky": "Little"}
_PHALANGES = "Proximal Intermediate Distal"
_UNITY_FINGERS = _fingers("{side}{finger}{phalanx}", _LITTLE, "{side}HandProp", index=_PHALANGES)
_GODOT_FINGERS = _fingers(
    "{side}{finger}{phalanx}", _LITTLE, "{side}HandProp", index=_PHALANGES, thumb="Metacarpal Proximal Distal"
)
_UNREAL_FINGERS = _fingers(
    "{finger}_{phalanx}_{side}",
    {finger: finger for finger in protocol.FINGERS},
    "hand_prop_{side}",
    True,
    index="01 02 03",
)
_MIXAMO_FINGERS = _fingers("mixamorig:{side}Hand{finger}{phalanx}", _TITLES, "mixamorig:{side}HandProp", index="1 2 3")
_HUMANOID = {
    "pelvis": "Hips",
    "spine1": "Spine",
    "spine2": "Chest",
    "spine3": "UpperChest",
    "neck": "Neck",
    "head": "Head",
} | _sided(
    "{side}{part}",
    {
        "collar": "Shoulder",
        "shoulder": "UpperArm",
        "elbow": "LowerArm",
        "wrist": "Hand",
        "hand": "MiddleProximal",
        "hip": "UpperLeg",
        "knee": "LowerLeg",
        "ankle": "Foot",
        "foot": "Toes",
    },
)
"""Unity's HumanBodyBones and Godot's SkeletonProfileHumanoid use the same words."""
_UNREAL = {
    "pelvis": "pelvis",
    "spine1": "spine_01",
    "spine2": "spine_02",
    "spine3": "spine_03",
    "neck": "neck_01",
    "head": "head",
} | _sided(
    "{part}_{side}",
    {
        "collar": "clavicle",
        "shoulder": "upperarm",
        "elbow": "lowerarm",
        "wrist": "hand",
        "hand": "middle_01",
        "hip": "thigh",
        "knee": "calf",
        "ankle": "foot",
        "foot": "ball",
    },
    small=True,
)
"""The mannequin of Unreal Engine."""
_MIXAMO = {
    name: f"mixamorig:{part}"
    for name, part in (
        {
            "pelvis": "Hips",
            "spine1": "Spine",
            "spine2": "Spine1",
            "spine3": "Spine2",
            "neck": "Neck",
            "head": "Head",
        }
        | _sided(
            "{side}{part}",
            {
                "collar": "Shoulder",
                "shoulder": "Arm",
                "elbow": "ForeArm",
                "wrist": "Hand",
                "hand": "HandMiddle1",
                "hip": "UpLeg",
                "knee": "Leg",
                "ankle": "Foot",
                "foot": "ToeBase",
            },
        )
    ).items()
}
_SMPL = {name: name for name in protocol.JOINT_NAMES}
_SMPL_FINGERS = {name: name for name in protocol.FINGER_NAMES}

TRAVEL, ROOT, IN_PLACE = "TRAVEL", "ROOT", "IN_PLACE"
MOTIONS = {
    TRAVEL: ("Hips Travel", "The hips carry the whole motion; there is no bone above them"),
    ROOT: ("Root Bone", "A bone on the floor carries the travel over it, the hips the rest"),
    IN_PLACE: ("In Place", "The travel over the floor is left out"),
}


@dataclass(frozen=True)
class Preset:
    """One way to write an FBX."""

    label: str
    description: str
    names: dict[str, str] = field(repr=False)
    """SMPL's joint names to bone names."""
    fingers: dict[str, str] = field(repr=False)
    """Finger joints' names to bone names, and those of hands on a skeleton with fingers, which carry what is held."""
    unit: float = 1.0
    """Meters of one unit of the file; Unreal and Mixamo count in centimeters."""
    rig: str | None = None
    """Name of the armature's node, or None to keep the object's."""
    motion: str = TRAVEL
    root: str = "root"
    """Name of the bone on the floor, where one is wanted."""
    ends: dict[str, str] = field(default_factory=dict)
    """Joints that get an end bone, to the end bone's name."""
    green_down: bool = False
    """Whether the normal map's green channel points down (DirectX), not up (OpenGL)."""
    tinted: bool = False
    """Whether vertices' colours are multiplied with the material's, which is then white instead of their mean."""
    twist: str = "{elbow}Twist{number}"
    """Pattern of the forearms' twist bones: the elbow's bone, number from the elbow on, ``last`` from the hand on."""

    def with_fingers(self) -> Preset:
        """The preset for a skeleton with fingers."""
        return replace(self, names=self.names | self.fingers)

    def bone_names(self) -> dict[str, str]:
        """The add-on's names of joints and twist bones to those of the file."""
        twists = {
            twist_name(side, number): self.twist.format(
                elbow=self.names[f"{side}_elbow"], number=number, last=COUNT + 1 - number, side=side[0]
            )
            for side, _, _ in SIDES
            for number in range(1, COUNT + 1)
        }
        return self.names | twists


PRESETS = {
    "SMPL": Preset(
        "SMPL",
        "SMPL's joint names, SMPL-X's of fingers, meters",
        _SMPL,
        _SMPL_FINGERS,
        twist="{elbow}_twist{number}",
    ),
    "UNITY": Preset(
        "Unity",
        "Names that Unity's Humanoid finds by itself, meters",
        _HUMANOID,
        _UNITY_FINGERS,
        root="Root",
    ),
    "UNREAL": Preset(
        "Unreal",
        "The mannequin's names, centimeters, a root bone that carries the travel, normal map for DirectX",
        _UNREAL,
        _UNREAL_FINGERS,
        unit=0.01,
        rig="Armature",
        motion=ROOT,
        green_down=True,
        twist="lowerarm_twist_{last:02}_{side}",
    ),
    "GODOT": Preset(
        "Godot",
        "The names of Godot's humanoid profile, meters",
        _HUMANOID,
        _GODOT_FINGERS,
        rig="Skeleton3D",
        root="Root",
        tinted=True,
    ),
    "MIXAMO": Preset(
        "Mixamo",
        "Mixamo's names with end bones, centimeters",
        _MIXAMO,
        _MIXAMO_FINGERS,
        unit=0.01,
        rig="Armature",
        root="mixamorig:Root",
        ends={
            "head": "mixamorig:HeadTop_End",
            "left_foot": "mixamorig:LeftToe_End",
            "right_foot": "mixamorig:RightToe_End",
        },
    ),
}
