"""Thirty clicks of a newcomer, from the first prompt to a file for a game; each does what its button says.

python3 window_clicks.py BLENDER SCENE_SCRIPT PYTHON OUT

OUT receives a picture of each part and, at the end, ``passed`` with the list of what was clicked.
"""

import time

from window_tools import OUT, click, clicks, find, hover_view, open_tab, picture, press, push, run, state, tool, wait

OPS = "bpy.ops.avatarclip."
TEXTS = {"shape": "a tall woman", "appearance": "a cook", "motion": "sitting"}


def main():
    """Go through them; places from the top are where the panel is likely to draw a button."""
    open_tab()
    write_prompts()
    push(f"{OPS}set_quality(preset='standard')", "standard", lambda s: s["preset"] == "standard", near=236)
    push(f"{OPS}set_quality(preset='draft')", "draft", lambda s: s["preset"] == "draft", from_right=230, near=236)
    push(f"{OPS}vary(part='shape')", "another seed", lambda s: s["shape_seed"] != 0, from_right=48, near=379)
    push(f"{OPS}generate(part='ALL')", "the engine at work", lambda s: s["phase"], near=270)
    wait("the result", lambda s: s["phase"] == "finished")
    picture("1-finished")
    push(f"{OPS}import_avatar(", "the avatar", lambda s: s["avatar"] is not None and s["avatar"]["takes"], near=320)
    press("KP_Decimal")
    act_on_avatar()
    take_sides()
    return {"clicks": clicks, "file": export()}


def write_prompts():
    """Take an example, then type the three prompts: Tab goes from one to the next."""
    before = state()["prompts"]
    deadline = time.monotonic() + 30
    while state()["prompts"] == before and time.monotonic() < deadline:
        click(75, 47)  # Examples, above the first prompt
        time.sleep(2.0)
        picture("0-examples")
        for key in ("Down", "Return"):
            tool("xdotool", "key", key)
            time.sleep(0.4)
    given = wait("an example", lambda s: s["prompts"] != before, 5)["prompts"]
    click(*find(given["shape"], near=68), times=2)
    time.sleep(0.5)
    for number, text in enumerate(TEXTS.values()):
        if number:
            tool("xdotool", "key", "Tab")
            time.sleep(0.3)
        tool("xdotool", "key", "ctrl+a")
        tool("xdotool", "type", "--delay", "8", text)
    tool("xdotool", "key", "Return")
    wait("the prompts, each in its place", lambda s: s["prompts"] == TEXTS, 10)
    wait("what is understood of them, which moves the rest down", lambda s: len(s["read"]) == len(TEXTS))
    time.sleep(0.5)
    clicks.extend(["Examples", "an example", "body's prompt", "Tab to appearance", "Tab to motion"])


def act_on_avatar():
    """What the panel offers for the avatar, which stands first."""
    layers = len(state()["avatar"]["shown"])
    push(f"{OPS}show_view(view='GAME')", "the game mesh", lambda s: s["avatar"]["view"] == "GAME", 80, 46)
    push(f"{OPS}show_view(view='LAYERS')", "its layers", lambda s: s["avatar"]["view"] != "GAME", 230, 46)
    push(f"{OPS}show_view(view='FULL')", "all layers", lambda s: len(s["avatar"]["shown"]) == layers, near=46)
    push(f"{OPS}add_controls(", "the controls", lambda s: len(s["avatar"]["ik"]) == 4, near=114)
    for count in (3, 4):  # by its bones, and by its control again
        push(f"{OPS}switch_limb(limb='left_wrist')", "an arm", lambda s, n=count: len(s["avatar"]["ik"]) == n, 90, 114)
    push(f"{OPS}bake_controls(", "no controls", lambda s: not s["avatar"]["controls"], near=156)
    push(f"{OPS}add_twist(", "twist bones", lambda s: s["avatar"]["twist"], near=135)
    push(f"{OPS}remove_twist(", "no twist bones", lambda s: not s["avatar"]["twist"], near=135)
    push(f"{OPS}mark_asset(", "an asset", lambda s: s["avatar"]["asset"], near=93)
    push(f"{OPS}recall_prompts(", "its own prompts", lambda s: s["prompts"]["appearance"] == "a firefighter", near=73)
    picture("2-avatar")


def take_sides():
    """Takes: add, choose, loop, reduce. The sub-panel lies closed, the second below the buttons."""
    _, last = find(f"{OPS}delete_avatar(", near=214)
    click(200, last + 58)
    time.sleep(1.0)
    clicks.append("Motions")
    push(f"{OPS}add_take(", "a second take", lambda s: len(s["avatar"]["takes"]) == 2, near=last + 140)
    first = state()["avatar"]["takes"][0]
    push(f'{OPS}use_take(action="{first}")', "the first again", lambda s: s["avatar"]["take"] == first, near=last + 85)
    for looped in (True, False):
        push(f"{OPS}loop_take(", "a loop", lambda s, on=looped: s["avatar"]["looped"] == on, 90, last + 130)
    push(f"{OPS}reduce_keys(", "its keys", lambda s: s["avatar"]["keys"] > 0, 220, last + 130)
    picture("3-takes")


def export():
    """Write the file: the dialog, and Return in it."""
    click(*find(f"{OPS}export_fbx(", near=156))
    wait("the file browser", lambda s: "FILE_BROWSER" in s["areas"], 15)
    clicks.append("Export as FBX…")
    time.sleep(1.0)
    hover_view()
    tool("xdotool", "key", "Return")
    wait("the view again", lambda s: "FILE_BROWSER" not in s["areas"], 30)
    clicks.append("Export")
    deadline = time.monotonic() + 30
    while not list(OUT.glob("*.fbx")) and time.monotonic() < deadline:
        time.sleep(0.2)
    (file,) = OUT.glob("*.fbx")
    assert file.stat().st_size > 10_000, file
    return file.name


run(main)
