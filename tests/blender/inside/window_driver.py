"""A first avatar: Generate, wait, Import, play, undo; then another, cancelled.

python3 window_driver.py BLENDER SCENE_SCRIPT PYTHON OUT

OUT receives pictures of each step and, at the end, ``passed``.
"""

import time

from window_tools import OUT, colorfulness, open_tab, picture, press, push, run, state, wait


def main():
    """Generate, wait, import, play, undo; then cancel one. Places from the top are where a button is likely to be."""
    open_tab()
    time.sleep(2)
    plain = colorfulness(picture("1-panel"))
    before = state()
    push("bpy.ops.avatarclip.generate(", "the engine at work", lambda s: s["running"], near=214)
    wait("its picture", lambda s: s["picture"])
    time.sleep(1)
    picture("2-running")
    wait("the result", lambda s: s["phase"] == "finished")
    time.sleep(2)
    picture("3-finished")
    assert state()["objects"] == before["objects"], "generating must not touch the scene"

    done = push(
        "bpy.ops.avatarclip.import_avatar(",
        "the avatar",
        lambda s: {"Firefighter Body", "Firefighter Rig"} <= set(s["objects"]),
        near=280,
    )
    assert done["mode"] == "OBJECT" and done["color_type"] == "VERTEX"
    press("KP_Decimal")  # frame what is selected
    time.sleep(2)
    wait("colours in the view", lambda s: colorfulness(picture("4-imported")) > 1.5 * plain + 0.005)

    press("ctrl+z")
    undone = wait("undo", lambda s: s["objects"] == before["objects"])
    assert undone["phase"] == "finished" and undone["frame_end"] == before["frame_end"]
    picture("5-undone")
    press("ctrl+shift+z")
    wait("redo", lambda s: s["objects"] == done["objects"] and s["elbow"] == done["elbow"])

    press("space")
    wait("the motion", lambda s: s["frame"] > 3 and s["elbow"] != done["elbow"])
    press("Escape")

    (OUT / "prompt").write_text("slow")
    wait("another prompt", lambda s: s["appearance"] == "slow")
    second = lambda s: s["running"] and s["stage"] == "appearance"  # noqa: E731
    push("bpy.ops.avatarclip.generate(", "the second job", second, near=511)  # beneath what is for the avatar
    press("ctrl+z")
    undone = wait("undo during a job", lambda s: s["objects"] == before["objects"])
    assert undone["running"], "undo must not stop the engine"
    press("ctrl+shift+z")
    wait("redo during a job", lambda s: s["objects"] == done["objects"])
    picture("6-second")
    ended = push("bpy.ops.avatarclip.cancel(", "the end", lambda s: not s["running"], near=588)
    assert ended["phase"] == "cancelled" and ended["objects"] == done["objects"], ended
    time.sleep(1)
    picture("7-cancelled")
    return ended


run(main)
