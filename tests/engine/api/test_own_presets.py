"""The user's own export presets: kept, renamed, deleted, and never in the way of those that ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.api.export_presets import ExportPreset
from engine.api.own_presets import (
    delete_preset,
    find_preset,
    own_presets,
    own_presets_folder,
    rename_preset,
    save_preset,
)
from engine.errors import InputError, OutputError
from engine.mattes.options import ColourOptions, ExrOptions, LayerChoice, Naming, Output

SHOW = ExportPreset(
    "",
    "",
    "",
    (Output("exr", "{shot}_v{ver}.{frame}.exr", exr=ExrOptions("float", "piz", multi_part=True)), Output("review")),
    Naming(start=1001),
    LayerChoice("both", background=True),
    ColourOptions("rec709", "ocio://default"),
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_a_kept_preset_comes_back_whole_and_is_found_by_title_and_by_name() -> None:
    kept = save_preset(SHOW, "Show – Ölfaß 4K", overwrite=False)
    assert own_presets().presets == (kept,)
    for wanted in ("Show – Ölfaß 4K", kept.name):
        assert find_preset(wanted) == kept
    assert (kept.outputs, kept.naming, kept.layers, kept.colour) == (
        SHOW.outputs,
        SHOW.naming,
        SHOW.layers,
        SHOW.colour,
    )


def test_a_name_that_is_taken_is_replaced_only_when_asked() -> None:
    save_preset(SHOW, "Show", overwrite=False)
    other = ExportPreset("", "", "", (Output("png"),))
    with pytest.raises(OutputError, match="already"):
        save_preset(other, "show", overwrite=False)
    save_preset(other, "show", overwrite=True)
    assert [preset.outputs for preset in own_presets().presets] == [other.outputs]


@pytest.mark.parametrize(
    ("title", "words"), [("", "letter"), ("...", "letter"), ("Nuke layers", "of the program itself")]
)
def test_names_that_cannot_be_kept_are_a_sentence(title: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        save_preset(SHOW, title, overwrite=True)
    assert not own_presets_folder().exists()


def test_renaming_moves_the_preset_and_never_onto_another() -> None:
    save_preset(SHOW, "first", overwrite=False)
    save_preset(SHOW, "second", overwrite=False)
    with pytest.raises(OutputError, match="already"):
        rename_preset("first", "Second")
    rename_preset("first", "FIRST")  # its own name in other letters
    renamed = rename_preset("first", "third")
    assert [preset.title for preset in own_presets().presets] == ["second", "third"]
    assert renamed.outputs == SHOW.outputs
    with pytest.raises(InputError, match="Your own: second, third"):
        rename_preset("first", "fourth")


def test_deleting_takes_own_presets_only() -> None:
    save_preset(SHOW, "mine", overwrite=False)
    delete_preset("mine")
    assert own_presets().presets == ()
    for name in ("mine", "nuke_layers", "../mine"):
        with pytest.raises(InputError, match="no export preset of your own"):
            delete_preset(name)


def test_a_bad_file_costs_a_sentence_and_can_be_deleted_but_not_used() -> None:
    save_preset(SHOW, "good", overwrite=False)
    (own_presets_folder() / "bad.json").write_text('{"outputs": [{"format": "gif"}]}', encoding="utf-8")
    found = own_presets()
    assert [preset.title for preset in found.presets] == ["good"]
    (problem,) = found.problems
    assert "bad.json" in problem
    assert "gif" in problem
    with pytest.raises(InputError, match=r"bad\.json"):
        find_preset("bad")
    delete_preset("bad")
    assert own_presets().problems == ()
