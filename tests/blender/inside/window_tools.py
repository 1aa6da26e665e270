"""Uses a Blender window as a person does: points, clicks, types, and looks at the screen. Runs where DISPLAY is.

What lies under the pointer is known by Blender's own Ctrl C over a button, which copies the operator's call: so buttons
are found by what they do, wherever the panel draws them. Standard library, xdotool and ImageMagick.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

BLENDER, SCENE_SCRIPT, PYTHON, OUT = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])
STATE = OUT / "state.json"
STEP = 11
"""Pixels between two looks for a button, at the interface's usual scale; a row has twenty."""
clicks = []
"""What was clicked."""
_known = {}
"""Where a button was found that was looked for near a place."""
_process = None


def run(scenario):
    """Start Blender, go through a scenario, and leave ``passed`` with what it returns."""
    global _process
    with open(OUT / "blender.log", "w") as log:
        command = [BLENDER, "--python", SCENE_SCRIPT, "--", str(STATE), PYTHON, str(OUT / "avatars")]
        _process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait("Blender's window", lambda s: s["region"][2] > 100, 240)
            time.sleep(2)
            (OUT / "passed").write_text(json.dumps(scenario()))
        finally:
            _process.kill()
            _process.wait()


def state():
    """Read how things stand in Blender."""
    return json.loads(STATE.read_text())


def wait(what, condition, seconds=60.0):
    """Wait until a condition holds for the state."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _process.poll() is not None:
            raise AssertionError(f"Blender ended with {_process.returncode} while waiting for: {what}")
        if STATE.exists() and condition(state()):
            return state()
        time.sleep(0.05)
    picture("stuck")
    raise AssertionError(f"waited in vain for: {what}; {STATE.read_text() if STATE.exists() else 'no state'}")


def tool(*arguments):
    """Run a program and return what it says."""
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def point(from_right, from_top):
    """Put the pointer at a place of the sidebar, given from its top right corner."""
    now = state()
    x, y, width, height = now["region"]
    tool("xdotool", "mousemove", str(x + width - from_right), str(now["window"][1] - (y + height) + from_top))


def click(from_right, from_top, times=1):
    """Click at a place of the sidebar."""
    point(from_right, from_top)
    time.sleep(0.6)  # the button under the pointer has to light up before it takes a click
    for _ in range(times):
        tool("xdotool", "mousedown", "1")
        time.sleep(0.15)
        tool("xdotool", "mouseup", "1")
        time.sleep(0.05)


def under(from_right, from_top, patience):
    """Return what lies at a place of the sidebar: an operator's call, a field's value, or nothing."""
    point(from_right, from_top)
    time.sleep(0.1 + 0.2 * patience)
    before = state()["copied"]
    tool("xdotool", "key", "ctrl+c")
    deadline = time.monotonic() + 0.3 * patience
    while time.monotonic() < deadline:
        now = state()["copied"]
        if now[0] != before[0]:
            return now[1]
        time.sleep(0.03)
    return ""


def find(wanted, from_right=150, near=60):
    """Return the place of the button whose call or value begins so; it is looked for around a place from the top."""
    start, height = _known.get((wanted, near), near), state()["region"][3]
    places = sorted([start, *range(16, height - 8, STEP)], key=lambda place: abs(place - start))
    seen = set()
    for patience in (1, 3):
        for number, place in enumerate(places):
            there = under(from_right, place, 3 if number < 5 else patience)
            seen.add(there)
            if there.startswith(wanted):
                _known[wanted, near] = place
                return from_right, place
    picture("stuck")
    raise AssertionError(f"there is no {wanted} in the panel; there are {sorted(seen)}")


def push(wanted, what, condition, from_right=150, near=60, times=1):
    """Push the button that does what is wanted and wait for that; again if Blender was too busy to notice."""
    for _ in range(4):
        click(*find(wanted, from_right, near), times=times)
        try:
            now = wait(what, condition, 15)
        except AssertionError as error:
            problem = error
            continue
        clicks.append(wanted)
        return now
    raise problem


def hover_view():
    """Put the pointer into the 3D view."""
    now = state()
    x, y, width, height = now["view"]
    tool("xdotool", "mousemove", str(x + width // 3), str(now["window"][1] - y - height // 3))
    time.sleep(0.4)


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
    return float(
        tool(
            "convert",
            str(path),
            "-crop",
            box,
            "-colorspace",
            "HSL",
            "-channel",
            "G",
            "-separate",
            "-format",
            "%[fx:mean]",
            "info:",
        )
    )


def open_tab():
    """Click down the sidebar's tabs until ours is open."""
    for _ in range(5):  # a busy machine notices clicks late
        for from_top in sorted(range(20, 420, 25), key=lambda place: abs(place - 195)):  # where it is likely to be
            click(10, from_top)
            time.sleep(0.25)
            if state()["tab"] == "Avatar":
                clicks.append("tab")
                return
    raise AssertionError("there is no tab named Avatar")
