"""Thirty clicks of a newcomer, from the first prompt to a file for a game; each does what its button says.

python3 window_clicks.py BLENDER SCENE_SCRIPT PYTHON OUT

OUT receives a picture of each part and, at the end, ``passed`` with the list of what was clicked.
"""

import time

from window_tools import OUT, click, clicks, find, hover_view, open_tab, picture, press, push, run, state, tool, wait

OPS = "bpy.ops.avatarclip."
TEXTS = {"shape": "a tall woman", "appearance": "a cook", "motion": "sitting"}


def main():
    """Go through them."""
    open_tab()
    write_prompts()
    for preset in ("standard", "draft"):
        push(f"{OPS}set_quality(preset='{preset}')", preset, lambda s, preset=preset: s["preset"] == preset,
             from_right=150 if preset == "standard" else 230)  # fmt: skip
    push(f"{OPS}vary(part='shape')", "another seed", lambda s: s["shape_seed"] != 0, from_right=38)
    push(f"{OPS}generate(part='ALL')", "the engine at work", lambda s: s["running"])
    wait("the result", lambda s: s["phase"] == "finished")
    picture("1-finished")
    push(f"{OPS}import_avatar(", "the avatar", lambda s: s["avatar"] is not None and s["avatar"]["takes"])
    press("KP_Decimal")
    act_on_avatar()
    take_sides()
    return {"clicks": clicks, "file": export()}


def write_prompts():
    """Type the three prompts: Tab goes from one to the next."""
    place = find("a firefighter")
    click(place[0], place[1] - 41, times=2)  # the body's prompt, which is empty, stands above
    time.sleep(0.3)
    for number, (part, text) in enumerate(TEXTS.items()):
        if number:
            tool("xdotool", "key", "Tab")
            time.sleep(0.3)
        tool("xdotool", "key", "ctrl+a")
        tool("xdotool", "type", "--delay", "8", text)
    tool("xdotool", "key", "Return")
    wait("the prompts, each in its place", lambda s: s["prompts"] == TEXTS, 10)
    clicks.extend(["body's prompt", "Tab to appearance", "Tab to motion"])


def act_on_avatar():
    """What the panel offers for the avatar, which stands first."""
    all_layers = len(state()["avatar"]["shown"])
    push(f"{OPS}show_view(view='GAME')", "the game mesh", lambda s: s["avatar"]["view"] == "GAME", from_right=60)
    push(f"{OPS}show_view(view='FULL')", "all layers", lambda s: len(s["avatar"]["shown"]) == all_layers)
    push(f"{OPS}add_controls(", "the controls", lambda s: len(s["avatar"]["ik"]) == 4)
    push(f"{OPS}switch_limb(limb='left_wrist')", "an arm by its bones", lambda s: len(s["avatar"]["ik"]) == 3,
         from_right=90)  # fmt: skip
    push(f"{OPS}switch_limb(limb='left_wrist')", "and by its control", lambda s: len(s["avatar"]["ik"]) == 4,
         from_right=90)  # fmt: skip
    push(f"{OPS}bake_controls(", "no controls", lambda s: not s["avatar"]["controls"])
    push(f"{OPS}add_twist(", "twist bones", lambda s: s["avatar"]["twist"])
    push(f"{OPS}remove_twist(", "no twist bones", lambda s: not s["avatar"]["twist"])
    push(f"{OPS}mark_asset(", "an asset", lambda s: s["avatar"]["asset"])
    push(f"{OPS}recall_prompts(", "its own prompts", lambda s: s["prompts"]["appearance"] == "a firefighter")
    picture("2-avatar")


def take_sides():
    """Takes: add, choose, reduce, loop. The sub-panel lies closed below the buttons."""
    _, last = find(f"{OPS}delete_avatar(")
    for _ in range(3):
        click(150, last + 60)  # its header, the second below
        time.sleep(0.6)
        try:
            find(f"{OPS}add_take(")
        except AssertionError:
            continue
        break
    clicks.append("Motions")
    push(f"{OPS}add_take(", "a second take", lambda s: len(s["avatar"]["takes"]) == 2)
    first = state()["avatar"]["takes"][0]
    push(f"{OPS}use_take(action='{first}')", "the first again", lambda s: s["avatar"]["take"] == first)
    push(f"{OPS}loop_take(", "a loop", lambda s: s["avatar"]["looped"], from_right=90)
    push(f"{OPS}loop_take(", "no loop", lambda s: not s["avatar"]["looped"], from_right=90)
    push(f"{OPS}reduce_keys(", "its keys", lambda s: s["avatar"]["keys"] > 0, from_right=220)
    picture("3-takes")


def export():
    """Write the file: the dialog, and Return in it."""
    click(*find(f"{OPS}export_fbx("))
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
