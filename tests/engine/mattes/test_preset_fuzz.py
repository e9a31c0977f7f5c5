"""Presets, recipes and sidecars of exports from strangers are read or refused; no name leads out of the folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.export_presets import built_in_presets, read_preset, write_preset
from engine.domain.finishing import FinishRecipe, PartFinish
from engine.mattes.layers import MatteLayer
from engine.mattes.naming import TOKENS, FileNames
from engine.mattes.naming import safe_name as safe_shot_name
from engine.mattes.sidecar import find_sidecars, read_sidecar
from tests.engine.hostile import (
    BAD_NAMES,
    as_json,
    contents,
    damaged,
    few,
    mutated,
    nothing_written_outside,
    told,
    values,
)

_RECIPE = FinishRecipe(PartFinish(grow_px=2, feather_px=1.5), {"wheel": PartFinish(refine=0.5)}, frozenset({"body"}))
_LAYER = MatteLayer("wheel", "wheel", (2,), (1, 2, 3), "part")


def _file_names(folder: Path, pattern: str) -> FileNames:
    return FileNames(folder, pattern, "sh010", version=3, profile="car", span=(1001, 1100))


def _stays_inside(folder: Path, pattern: str) -> None:
    names = told(lambda: _file_names(folder, pattern))
    if names is None:
        return
    for call in (lambda: names.path(1001, _LAYER), lambda: names.path(1001), names.printf_path):
        path = told(call)
        assert path is None or ".." not in path.relative_to(folder).parts


@given(data=st.data())
@few
def test_mutated_presets_are_a_sentence_or_a_preset_that_writes_inside_its_folder(
    tmp_path: Path, data: st.DataObject
) -> None:
    document: Any = data.draw(st.sampled_from([preset.to_json() for preset in built_in_presets()]))
    whole = as_json(document)
    content = data.draw(st.one_of(mutated(document).map(as_json), damaged(whole), contents, values.map(as_json)))
    (tmp_path / "p.json").write_bytes(content)
    with nothing_written_outside(tmp_path):
        preset = told(lambda: read_preset(tmp_path / "p.json"))
        if preset is not None:
            for output in preset.outputs:
                _stays_inside(tmp_path / "out", output.file_pattern)
            told(lambda: write_preset(tmp_path / "again.json", preset))


@given(
    pattern=st.lists(
        st.sampled_from([*BAD_NAMES, *(f"{{{t}}}" for t in TOKENS), "{frame:09}", "/", ".", "a"]), max_size=6
    ).map("".join)
)
@few
def test_no_pattern_leads_out_of_the_folder(tmp_path: Path, pattern: str) -> None:
    _stays_inside(tmp_path, pattern)


@given(width=st.integers(0, 10**30))
@few
def test_numbers_with_more_digits_than_a_name_may_have_are_refused_or_short(tmp_path: Path, width: int) -> None:
    names = told(lambda: _file_names(tmp_path, f"a.{{frame:0{width}}}.png"))
    if names is not None:
        assert len(names.path(1001, _LAYER).name) < 300


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_of_shots_and_parts_become_names_of_files_inside_the_folder(tmp_path: Path, name: str) -> None:
    safe = safe_shot_name(name)
    assert "/" not in safe
    assert "\\" not in safe
    path = FileNames(tmp_path, "{shot}/{frame}.png", safe).path(1)
    assert ".." not in path.relative_to(tmp_path).parts


@given(table=st.one_of(mutated(_RECIPE.to_json()), values))
@few
def test_mutated_recipes_are_a_sentence_or_a_recipe(table: Any) -> None:
    recipe = told(lambda: FinishRecipe.from_json(json.loads(as_json(table))))
    if recipe is not None:
        assert recipe.of("wheel").reach_px >= 0
        assert FinishRecipe.from_json(json.loads(as_json(recipe.to_json()))) == recipe


@given(data=st.data())
@few
def test_hostile_sidecars_are_a_sentence_or_a_sidecar(tmp_path: Path, data: st.DataObject) -> None:
    document = {
        "schema_version": 1,
        "shot": "sh010",
        "version": 3,
        "source": {"content_id": "x"},
        "provenance": {},
        "layers": [{"name": "wheel", "channel": "wheel", "members": [2], "colour": "#010203", "kind": "part"}],
        "padding": 4,
        "colour": {},
        "finish": None,
        "formats": [{"output": {"format": "png"}, "frames": {"1001": 1001}, "content": "abc"}],
        "complete": True,
    }
    path = tmp_path / "sh010_v003.smite.json"
    content = data.draw(st.one_of(mutated(document).map(as_json), contents, values.map(as_json)))
    path.write_bytes(content)
    find_sidecars(tmp_path)
    sidecar = told(lambda: read_sidecar(path))
    if sidecar is not None:
        told(lambda: json.dumps(sidecar.to_json(), default=str))
