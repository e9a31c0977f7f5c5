from __future__ import annotations

import json
from importlib.resources import files

import pytest

from engine.domain.parts import PartSet

LISTS = sorted((entry for entry in (files("resources") / "part_lists").iterdir()), key=lambda entry: entry.name)


@pytest.mark.parametrize("entry", LISTS, ids=lambda entry: entry.name)
def test_every_ready_made_part_list_makes_a_part_set(entry: object) -> None:
    table = json.loads(entry.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    parts = PartSet.from_names(table["parts"])
    assert 2 <= len(parts) <= 20
    assert table["title"]
    assert table["source"]


def test_the_papers_classes_are_there() -> None:
    assert {"horse.json", "face.json", "car.json", "person.json"} <= {entry.name for entry in LISTS}
    car = json.loads((files("resources") / "part_lists/car.json").read_text(encoding="utf-8"))
    assert car["parts"] == ["body", "light", "plate", "wheel", "window"]  # Table 8
