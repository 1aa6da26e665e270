"""PYTHON: what is understood of a prompt comes while it is typed, words are corrected, and the reader does not stay."""

import os
import time

import bpy
from common import ARGUMENTS, empty

import avatarclip_blender
from avatarclip_blender import preferences, reading

(python,) = ARGUMENTS
os.environ["AVATARCLIP_PYTHON"] = python
empty()
avatarclip_blender.register()
settings = bpy.context.scene.avatarclip
reading.DELAY = 0.05


def read(part, text):
    """Draw until the reading is there."""
    deadline = time.monotonic() + 60
    while (found := reading.of(part, text)) is None:
        reading._tick()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


found = read("appearance", "a wizard with a blue hatt and a blork ")
assert [item.layer for item in found.understood] == ["Wizard", "With", "Blue", "Hatt"], found
assert found.ignored == ("blork",) and found.repaired == (("hatt", "hat"),)
assert read("shape", "tall").text == "tall" and reading.of("shape", " ") is None
child = reading._children[False]
assert reading.of("appearance", found.text) is found and child.running, "asked once"

settings.appearance = "Hatt on a hattery"
assert bpy.ops.avatarclip.replace_words(part="appearance", words="hatt", by="hat") == {"FINISHED"}
assert settings.appearance == "hat on a hattery"
assert bpy.ops.avatarclip.replace_words(part="appearance", words="hatt", by="hat") == {"CANCELLED"}

reading.IDLE = 0.0
reading._tick()
assert not reading._children and not child.running, "it gives its memory back"
reading.IDLE = 120.0
assert reading.of("motion", "waving") is None and not reading._wanted, "the panel's own words"
assert read("motion", "wave hands").understood and reading._children[True].running and False not in reading._children
child = reading._children[True]
preferences.reads_prompts = lambda context: False
assert reading.of("motion", "jump high") is None and not reading._wanted
avatarclip_blender.unregister()
assert not child.running and not bpy.app.timers.is_registered(reading._tick)
