"""What people at random wear and look like, and what contradicts what: ``people.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.tables import read_as

FILE = Path(__file__).with_name("people.toml")
Texts = tuple[str, ...]


@dataclass(frozen=True)
class People:
    """The file's tables; its comments tell what each is."""

    eyes: Texts
    wild_hair: Texts
    male_hair: Texts
    female_hair: Texts
    facial_hair: Texts
    hides_hair: frozenset[str]
    patterned: frozenset[str]
    accented: frozenset[str]
    face_accessories: frozenset[str]
    replaced: Texts
    conflicts: tuple[frozenset[str], ...]
    similar_kinds: tuple[frozenset[str], ...]
    outfits: tuple[tuple[float, float, str], ...]
    accessories: dict[str, float]
    levels: dict[str, Texts]
    opposites: dict[str, dict[str, Texts]]

    def against(self, attribute: str, level: str) -> Texts:
        """Levels that contradict one, or nothing."""
        return self.opposites.get(attribute, {}).get(level, ())

    def clashing(self, kind: str) -> frozenset[str]:
        """Kinds that a random outfit does not have with an accessory."""
        groups = (group for group in self.conflicts if kind in group and kind in self.accessories)
        return frozenset().union(*groups)


def read_people(path: Path = FILE) -> People:
    """The tables of a file; `ValueError` names the file, the table, the key and what is wrong."""
    found: People = read_as(path, People)
    return found


PEOPLE = read_people()
