"""The sidebar tab "Avatar"."""

from . import advanced, avatar, candidates, files, main, menu, parts

CLASSES = (
    *main.CLASSES,
    *parts.CLASSES,
    *candidates.CLASSES,
    *advanced.CLASSES,
    *avatar.CLASSES,
    *files.CLASSES,
    *menu.CLASSES,
)
