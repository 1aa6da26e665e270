"""The small-scale relief of materials: heights as formulas, built as shader nodes.

Which material has which relief, how long its period and how deep it is, is the engine's own catalogue.
"""

from __future__ import annotations

import ast
import functools
import tomllib
from collections.abc import Callable
from typing import Any

import bpy

from ..contract import ENGINE_ROOT

RELIEFS = {
    "pores": "0.5 * noise(x, y, z) + 0.5 * (1 - cells(x, y, z))",
    "grain": "0.6 * noise(x, y, z) + 0.4 * noise(2 * x, 2 * y, 2 * z)",
    "strands": "noise(2 * x, 2 * y, 0.12 * z)",
    "weave": "max(wave(u) * (wave(0.5 * v) > 0.5), wave(v) * (wave(0.5 * u) < 0.5))",
    "twill": "wave(u + v)",
    "knit": "0.65 * abs(sin(3.1416 * u)) ** 0.7 + 0.35 * wave(1.6 * (v + 0.6 * abs(fract(u) - 0.5)))",
    "brushed": "noise(0.2 * x, 0.2 * y, 6 * z)",
    "rings": "1 - 1.6 * cells(x, y, z)",
    "leather": "cells(x, y, z) + 0.3 * noise(0.5 * x, 0.5 * y, 0.5 * z)",
    "wool": "0.5 * wave(u) * wave(v) + 0.5 * noise(1.5 * x, 1.5 * y, 1.5 * z)",
    "fur": "noise(3 * x, 3 * y, 0.25 * z) * (0.4 + 0.6 * noise(0.3 * x, 0.3 * y, 0.3 * z))",
}
"""Height 0-1 by a relief's name, or by a material's where that has its own.

Lengths are in periods, in the rest pose: x to the left, y back, z up, u round the body and v along it. `wave` has
period 1, `cells` is the distance to the middle of the nearest cell.
"""
REST = "rest_position"
"""The attribute that Blender itself makes of the mesh before shape keys and armature."""
_BINARY = {ast.Add: "ADD", ast.Sub: "SUBTRACT", ast.Mult: "MULTIPLY", ast.Div: "DIVIDE", ast.Pow: "POWER"}
_COMPARE = {ast.Lt: "LESS_THAN", ast.Gt: "GREATER_THAN"}
_CALLS = {"sin": "SINE", "abs": "ABSOLUTE", "fract": "FRACT", "max": "MAXIMUM", "min": "MINIMUM"}
_TURN = 6.283185307


@functools.cache
def catalogue() -> dict[str, dict[str, Any]]:
    """The engine's materials by name: ``relief``, ``scale`` and ``depth`` in metres; empty if they cannot be read."""
    try:
        text = (ENGINE_ROOT / "engine" / "wardrobe" / "catalog" / "materials.toml").read_text(encoding="utf-8")
        return tomllib.loads(text)
    except (OSError, ValueError):
        return {}


def add_relief(tree: bpy.types.NodeTree, surface: bpy.types.ShaderNode, material: str) -> None:
    """Give a surface the relief of a material of the catalogue; nothing for one that has none or is unknown."""
    record = catalogue().get(material, {})
    formula = RELIEFS.get(material) or RELIEFS.get(record.get("relief", "none"))
    if formula is None or not record.get("depth"):
        return
    frame = tree.nodes.new("NodeFrame")
    frame.label = f"Relief: {material.replace('_', ' ').title()}"
    height = _Formula(tree, frame, record["scale"]).build(formula)
    bump = tree.nodes.new("ShaderNodeBump")
    bump.location = (-220, -260)
    bump.inputs["Distance"].default_value = record["depth"]
    tree.links.new(height, bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], surface.inputs["Normal"])


class _Formula:
    """Builds one formula of `RELIEFS` as nodes."""

    def __init__(self, tree: bpy.types.NodeTree, frame: bpy.types.Node, scale: float) -> None:
        self._tree, self._frame, self._column = tree, frame, 0
        rest = self._node("ShaderNodeAttribute")
        rest.attribute_name = REST
        periods = self._node("ShaderNodeVectorMath")
        periods.operation = "SCALE"
        periods.inputs["Scale"].default_value = 1.0 / scale
        tree.links.new(rest.outputs["Vector"], periods.inputs[0])
        axes = self._node("ShaderNodeSeparateXYZ")
        tree.links.new(periods.outputs[0], axes.inputs[0])
        self._names: dict[str, Any] = dict(zip("xyz", axes.outputs))
        self._names |= {"u": self.build("x - 0.6 * y"), "v": self.build("z + 0.15 * x")}  # as the engine has them

    def build(self, formula: str) -> Any:
        """Return the output socket that has a formula's value."""
        return self._value(ast.parse(formula, mode="eval").body)

    def _value(self, part: ast.expr) -> Any:
        """The socket, or the number, that part of a formula stands for."""
        if isinstance(part, ast.Constant):
            return part.value
        if isinstance(part, ast.Name):
            return self._names[part.id]
        if isinstance(part, ast.BinOp):
            return self._math(_BINARY[type(part.op)], self._value(part.left), self._value(part.right))
        if isinstance(part, ast.Compare):
            return self._math(_COMPARE[type(part.ops[0])], self._value(part.left), self._value(part.comparators[0]))
        assert isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        values = [self._value(argument) for argument in part.args]
        textures: dict[str, Callable[..., Any]] = {"noise": self._noise, "cells": self._cells, "wave": self._wave}
        build = textures.get(part.func.id)
        return build(*values) if build else self._math(_CALLS[part.func.id], *values)

    def _wave(self, value: Any) -> Any:
        sine = self._math("SINE", self._math("MULTIPLY", value, _TURN))
        return self._math("ADD", self._math("MULTIPLY", sine, 0.5), 0.5)

    def _noise(self, *axes: Any) -> Any:
        return self._texture("ShaderNodeTexNoise", axes, Scale=1.0, Detail=1.0)

    def _cells(self, *axes: Any) -> Any:
        return self._texture("ShaderNodeTexVoronoi", axes, Scale=1.0)

    def _texture(self, kind: str, axes: tuple[Any, ...], **inputs: float) -> Any:
        place, texture = self._node("ShaderNodeCombineXYZ"), self._node(kind)
        for socket, value in zip(place.inputs, axes):
            self._feed(socket, value)
        for name, number in inputs.items():
            texture.inputs[name].default_value = number
        self._tree.links.new(place.outputs[0], texture.inputs["Vector"])
        return texture.outputs[0]

    def _math(self, operation: str, *values: Any) -> Any:
        node = self._node("ShaderNodeMath")
        node.operation = operation
        for socket, value in zip(node.inputs, values):
            self._feed(socket, value)
        return node.outputs[0]

    def _feed(self, socket: bpy.types.NodeSocket, value: Any) -> None:
        if isinstance(value, bpy.types.NodeSocket):
            self._tree.links.new(value, socket)
        else:
            socket.default_value = value

    def _node(self, kind: str) -> bpy.types.Node:
        """A folded node, laid out in rows of eight within the frame."""
        node = self._tree.nodes.new(kind)
        node.hide, node.parent = True, self._frame
        node.location = (-1600 + 160 * (self._column % 8), -300 - 60 * (self._column // 8))
        self._column += 1
        return node
