"""Shape keys of the body (taller, heavier, ...) on full and game mesh, and the armature that is fitted to them."""

from __future__ import annotations

from collections.abc import Collection

import bpy
import numpy as np

from ..contract import protocol
from . import armature
from .conversions import to_blender

JOINTS = "avatarclip_joints"
"""Custom property of an armature object: where its joints rest while all keys are 0, three numbers each."""
CHANGES = "avatarclip_shape_joints"
"""Custom property of an armature object: how each key moves the joints, three numbers a joint and key."""


def add_shape_keys(mesh: bpy.types.Object, deltas: np.ndarray) -> None:
    """Add the keys to a mesh.

    Args:
        mesh: the object; it has no keys yet.
        deltas: (K,V,3) displacements, SMPL's frame, metres.
    """
    rest = np.empty(3 * len(mesh.data.vertices), np.float32)
    mesh.data.vertices.foreach_get("co", rest)
    mesh.shape_key_add(name="Basis", from_mix=False)
    for name, moved in zip(protocol.SHAPE_KEYS, deltas):
        key = mesh.shape_key_add(name=name, from_mix=False)
        key.value, key.slider_min, key.slider_max = 0.0, -1.0, 1.0  # Blender 5.0 adds keys with the value 1
        key.points.foreach_set("co", rest + to_blender(moved).astype(np.float32).ravel())


def follow_keys(mesh: bpy.types.Object, leader: bpy.types.Object) -> None:
    """Let the keys of one mesh have the values of another's; those that the other has not go."""
    theirs = leader.data.shape_keys.key_blocks
    for key in [key for key in mesh.data.shape_keys.key_blocks[1:] if key.name not in theirs]:
        mesh.shape_key_remove(key)
    for key in mesh.data.shape_keys.key_blocks[1:]:
        driver = key.driver_add("value").driver
        driver.type = "SUM"
        variable = driver.variables.new()
        target = variable.targets[0]
        target.id_type, target.id = "KEY", leader.data.shape_keys
        target.data_path = f'key_blocks["{key.name}"].value'


def remember_joints(rig: bpy.types.Object, changes: np.ndarray) -> None:
    """Store on a new armature how its joints move with the keys, (K,J,3) in SMPL's frame."""
    heads = [rig.data.bones[name].head_local for name in armature.names_of(rig)]
    rig[JOINTS] = np.array(heads, np.float64).ravel().tolist()
    rig[CHANGES] = to_blender(changes).astype(np.float64).ravel().tolist()


def unshaped_joints(rig: bpy.types.Object) -> np.ndarray:
    """Return where the joints of an avatar with keys rest while all keys are 0, (J,3)."""
    return np.array(rig[JOINTS], np.float64).reshape(-1, 3)


def shaped_mesh(rig: bpy.types.Object) -> bpy.types.Object | None:
    """Return the mesh whose keys shape an avatar's body; None if it has none."""
    return leading_mesh(rig) if CHANGES in rig else None


def leading_mesh(rig: bpy.types.Object) -> bpy.types.Object | None:
    """Return the mesh whose keys those of an avatar's other meshes follow; None if it has no keys."""
    meshes = [child for child in rig.children if child.type == "MESH" and child.data.shape_keys]
    free = [mesh for mesh in meshes if not _is_driven(mesh.data.shape_keys)]
    return next(iter(free or meshes), None)


def _is_driven(keys: bpy.types.Key) -> bool:
    return keys.animation_data is not None and bool(keys.animation_data.drivers)


def fitted_joints(rig: bpy.types.Object) -> np.ndarray:
    """Return where an armature's joints belong for the values that the keys have, (J,3).

    Raises:
        ValueError: if the avatar has no shape keys.
    """
    mesh = shaped_mesh(rig)
    if mesh is None:
        raise ValueError("This avatar has no shape keys of the body")
    keys = mesh.data.shape_keys.key_blocks
    values = np.array([keys[name].value if name in keys else 0.0 for name in protocol.SHAPE_KEYS])
    changes = np.array(rig[CHANGES], np.float64).reshape(len(values), -1, 3)
    return unshaped_joints(rig) + np.einsum("k,kjc->jc", values, changes)


def settle(mesh: bpy.types.Object, keep: Collection[str] = ()) -> None:
    """Make the shape that the keys have the mesh's own, and remove them; those whose names are to be kept stay."""
    if mesh.data.shape_keys is None:
        return
    basis = key_points(mesh.data.shape_keys.reference_key)
    kept = {
        key.name: (key_points(key) - basis, key.value) for key in mesh.data.shape_keys.key_blocks if key.name in keep
    }
    mesh.data.shape_keys.animation_data_clear()
    for name in kept:
        mesh.data.shape_keys.key_blocks[name].value = 0.0
    mixed = mesh.shape_key_add(name="Mix", from_mix=True)
    points = np.empty(3 * len(mesh.data.vertices), np.float32)
    mixed.points.foreach_get("co", points)
    name = mesh.data.shape_keys.name
    mesh.shape_key_clear()
    left = bpy.data.shape_keys.get(name)
    if left is not None:  # those of a copied mesh have one user too many, and files with them cannot be saved
        bpy.data.batch_remove((left,))
    mesh.data.vertices.foreach_set("co", points)
    mesh.data.update()
    if kept:
        mesh.shape_key_add(name="Basis", from_mix=False)
    for name, (moved, value) in kept.items():
        key = mesh.shape_key_add(name=name, from_mix=False)
        key.value = value
        key.points.foreach_set("co", points + moved)


def key_points(key: bpy.types.ShapeKey) -> np.ndarray:
    """Coordinates (3V,) of a key's points."""
    flat = np.empty(3 * len(key.data), np.float32)
    key.points.foreach_get("co", flat)
    return flat
