"""Uses the add-on as a person does: points, clicks, types, and looks at the screen. Runs where DISPLAY is.

python3 window_driver.py BLENDER SCENE_SCRIPT PYTHON OUT

OUT receives pictures of each step and, at the end, ``passed``. Standard library, xdotool and ImageMagick.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

blender, scene_script, python, out = sys.argv[1:]
OUT = Path(out)
STATE = OUT / "state.json"

# From the corner of the sidebar, in pixels at the interface's usual scale: where the panel draws what.
GENERATE, CANCEL, IMPORT = (150, 79), (70, 152), (150, 139)
"""From the right edge and from the top."""


def state():
    """Read how things stand in Blender."""
    return json.loads(STATE.read_text())


def wait(what, condition, seconds=60.0):
    """Wait until a condition holds for the state."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"Blender ended with {process.returncode} while waiting for: {what}")
        if STATE.exists() and condition(state()):
            return state()
        time.sleep(0.1)
    picture("stuck")
    raise AssertionError(f"waited in vain for: {what}; {STATE.read_text() if STATE.exists() else 'no state'}")


def tool(*arguments):
    """Run a program and return what it says."""
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def click(from_right, from_top):
    """Click at a place of the sidebar, given from its top right corner."""
    now = state()
    x, y, width, height = now["region"]
    place = str(x + width - from_right), str(now["window"][1] - (y + height) + from_top)
    tool("xdotool", "mousemove", *place)
    time.sleep(0.7)  # the button under the pointer has to light up before it takes a click
    tool("xdotool", "mousedown", "1")
    time.sleep(0.2)
    tool("xdotool", "mouseup", "1")
    time.sleep(0.5)


def push(place, what, condition):
    """Push a button of the panel and wait for what it does; push again if Blender was too busy to notice."""
    for _ in range(4):
        click(*place)
        try:
            return wait(what, condition, 15)
        except AssertionError as error:
            problem = error
    raise problem


def hover_view():
    """Put the pointer into the 3D view."""
    now = state()
    x, y, width, height = now["view"]
    tool("xdotool", "mousemove", str(x + width // 3), str(now["window"][1] - y - height // 3))
    time.sleep(0.5)


def press(key):
    """Press a key in the 3D view."""
    hover_view()
    tool("xdotool", "key", key)


def picture(name):
    """Take a picture of the screen."""
    tool("import", "-window", "root", str(OUT / f"{name}.png"))
    return OUT / f"{name}.png"


def colorfulness(path):
    """Return the mean saturation of the middle of the 3D view."""
    now = state()
    x, y, width, height = now["view"]
    box = f"{width // 3}x{height // 2}+{x + width // 3}+{now['window'][1] - y - 3 * height // 4}"
    return float(tool("convert", str(path), "-crop", box, "-colorspace", "HSL", "-channel", "G", "-separate",
                      "-format", "%[fx:mean]", "info:"))  # fmt: skip


def open_tab():
    """Click down the sidebar's tabs until ours is open."""
    for _ in range(5):  # a busy machine notices clicks late
        for from_top in range(20, 420, 25):
            click(10, from_top)
            if state()["tab"] == "Avatar":
                return
    raise AssertionError("there is no tab named Avatar")


def main():
    """Generate, wait, import, play, undo; then cancel one."""
    wait("Blender's window", lambda s: s["region"][2] > 100, 240)
    time.sleep(2)
    open_tab()
    time.sleep(2)
    plain = colorfulness(picture("1-panel"))
    before = state()
    push(GENERATE, "the engine at work", lambda s: s["running"])
    wait("its picture", lambda s: s["picture"])
    time.sleep(1)
    picture("2-running")
    wait("the result", lambda s: s["phase"] == "finished")
    time.sleep(2)
    picture("3-finished")
    assert state()["objects"] == before["objects"], "generating must not touch the scene"

    done = push(IMPORT, "the avatar", lambda s: {"Firefighter Body", "Firefighter Rig"} <= set(s["objects"]))
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
    push(GENERATE, "the second job", lambda s: s["running"] and s["stage"] == "appearance")
    press("ctrl+z")
    undone = wait("undo during a job", lambda s: s["objects"] == before["objects"])
    assert undone["running"], "undo must not stop the engine"
    press("ctrl+shift+z")
    wait("redo during a job", lambda s: s["objects"] == done["objects"])
    picture("6-second")
    ended = push(CANCEL, "the end", lambda s: not s["running"])
    assert ended["phase"] == "cancelled" and ended["objects"] == done["objects"], ended
    time.sleep(1)
    picture("7-cancelled")
    (OUT / "passed").write_text(json.dumps(ended))


log = open(OUT / "blender.log", "w")  # noqa: SIM115 (Blender's as long as it lives)
command = [blender, "--python", scene_script, "--", str(STATE), python, str(OUT / "avatars")]
process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
try:
    main()
finally:
    process.kill()
    process.wait()
