"""Removing an avatar with all that its import has made, and nothing else."""

from __future__ import annotations

import bpy

from .avatar import provenance
from .importer.face_keys import TAKE_FACE
from .importer.marks import HIDDEN
from .importer.takes import OWNER, identity_of, is_avatar
from .layers import bound_meshes


def delete_avatar(rig: bpy.types.Object) -> None:
    """Delete an avatar: armature, meshes, takes, and those of their materials and images that nothing else uses.

    What is only parented to the avatar, or was put into its collection, stays where it is.
    """
    meshes = bound_meshes(rig)
    collections = [found for found in rig.users_collection if provenance(found)]
    hidden = [child for found in collections for child in found.children if child.get(HIDDEN)]
    identity = identity_of(rig)
    avatars = [thing for thing in bpy.data.objects if thing != rig and is_avatar(thing)]
    others = {identity_of(thing) for thing in avatars}
    takes = [action for action in bpy.data.actions if identity and action.get(OWNER) == identity]
    takes = [] if identity in others else takes  # a duplicate still plays them
    if rig.animation_data is not None and rig.animation_data.action is not None and identity not in others:
        takes.append(rig.animation_data.action)
    things = {rig, *meshes, *_rings(rig)}.difference(*map(_rings, avatars))
    materials = {slot.material for mesh in meshes for slot in mesh.material_slots if slot.material is not None}
    images = {
        node.image
        for material in materials
        if material.node_tree is not None
        for node in material.node_tree.nodes
        if node.type == "TEX_IMAGE" and node.image is not None
    }
    for child in rig.children_recursive:
        if child not in things:
            place = child.matrix_world.copy()
            child.parent = None
            child.matrix_world = place
    data = {thing.data for thing in things if thing.data is not None}
    bpy.data.batch_remove(things)
    for group in (data, materials, images):
        used = bpy.data.user_map(subset=group) if group else {}  # 4.2 counts users of images that are gone
        bpy.data.batch_remove({item for item in group if not used.get(item) and not item.use_fake_user})
    played = {thing.animation_data.action for thing in bpy.data.objects if thing.animation_data is not None}
    gone = set(takes) - played
    kept = {take.get(TAKE_FACE) for take in bpy.data.actions if take not in gone}
    names = {take.get(TAKE_FACE) for take in gone} - kept - {None}
    gone |= {action for action in map(bpy.data.actions.get, names) if action is not None}
    bpy.data.batch_remove(gone)  # 4.3 counts users of a copied action that are gone
    for found in (*hidden, *collections):
        if not found.all_objects:
            bpy.data.collections.remove(found)


def _rings(rig: bpy.types.Object) -> set[bpy.types.Object]:
    """The objects that are seen in place of an avatar's bones."""
    return {bone.custom_shape for bone in rig.pose.bones if bone.custom_shape is not None}
