"""What can be chosen for an export in the window: options, layers, names, presets of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.workspaces.export import ExportWorkspace
from engine.api.own_presets import own_presets, own_presets_folder
from engine.domain.parts import Part, PartSet
from engine.mattes.options import ColourOptions, ExrOptions, MovieOptions, Output
from tests.app.finish.finish_artist import enter_export, settled
from tests.app.window_artist import ScriptedQuestions

PARTS = PartSet((Part.named(1, "wheel", group="car"), Part.named(2, "front window", group="car"), Part.named(3, "sky")))


@pytest.fixture
def workspace(studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportWorkspace:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return enter_export(studio, qtbot, tmp_path, PARTS)


def choose(workspace: ExportWorkspace, *outputs: Output) -> None:
    workspace.model.set_choice(replace(workspace.model.choice, outputs=outputs))


def test_only_options_that_mean_something_are_shown(workspace: ExportWorkspace) -> None:
    options = workspace.export.options
    choose(workspace, Output("png"))
    assert not options.bits.isHidden()
    assert options.exr_depth.isHidden()
    assert options.rate.isHidden()
    choose(workspace, Output("cryptomatte"), Output("prores"))
    assert options.bits.isHidden()
    assert not options.ranks.isHidden()
    assert not options.exr_compression.isHidden()
    assert options.plate.isHidden()
    assert not options.content.isHidden()


def test_every_option_reaches_the_request(workspace: ExportWorkspace, tmp_path: Path) -> None:
    options, names, model = workspace.export.options, workspace.export.names, workspace.model
    model.set_choice(
        replace(model.choice, folder=tmp_path / "out", outputs=(Output("exr"), Output("prores"), Output("cutout")))
    )
    for combo, value in (
        (options.exr_depth, "float"),
        (options.exr_compression, "piz"),
        (options.content, "matte"),
        (options.transfer, "rec709"),
        (options.cutout, ".exr"),
    ):
        combo.setCurrentIndex(combo.findData(value))
        combo.activated.emit(combo.currentIndex())
    options.plate.setChecked(True)
    options.multi_part.setChecked(True)
    options.rate.clear()
    QTest.keyClicks(options.rate, "23.976")
    QTest.keyClicks(names.shot, "sh 010")
    names.version.setValue(7)
    names.padding.setValue(6)
    QTest.keyClicks(names.start, "1001")
    names.background.setChecked(True)
    request = model.request()
    exr, prores, cutout = request.outputs
    assert exr.exr == ExrOptions("float", "piz", plate=True, multi_part=True)
    assert prores.movie == MovieOptions("matte", "23.976")
    assert cutout.file_pattern == "cutout/{part}/{part}.{frame}.exr"
    assert request.colour.transfer == "rec709"
    naming = request.naming
    assert (naming.shot, naming.version, naming.padding, naming.start) == ("sh 010", 7, 6, 1001)
    assert request.layers.background


def test_groups_and_single_layers_are_chosen_and_the_last_one_stays(workspace: ExportWorkspace) -> None:
    names, model = workspace.export.names, workspace.model
    assert names.parts.text() == "all of them"
    names.level.setCurrentIndex(names.level.findData("groups"))
    names.level.activated.emit(1)
    assert model.layer_names == ("sky", "car")
    actions = names.parts.menu().actions()
    actions[0].setChecked(False)
    assert model.choice.layers.names == ("car",)
    assert names.parts.text() == "1 of 2"
    names.parts.menu().actions()[1].setChecked(False)
    assert model.choice.layers.names == ("car",)
    names.parts.menu().actions()[0].setChecked(True)
    assert model.choice.layers.names == ()


def test_each_format_has_its_own_names_and_tokens_are_inserted(
    workspace: ExportWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    names, model = workspace.export.names, workspace.model
    choose(workspace, Output("exr"), Output("png"))
    names.format.setCurrentIndex(names.format.findData("png"))
    names.format.activated.emit(1)
    next(a for a in names.tokens.menu().actions() if a.text().startswith("{ver}")).trigger()
    assert {o.format: o.pattern for o in model.choice.outputs} == {"exr": "", "png": "{part}/{part}.{frame}.png{ver}"}
    settled(workspace, qtbot)
    assert "end in .png" in workspace.export.plan.text()
    names.pattern.clear()
    QTest.keyClicks(names.pattern, "{shot}_{part}_{ver}.{frame:06}.png")
    settled(workspace, qtbot)
    assert "sh010_bg_wheel_v001.001001.png" in workspace.export.plan.text()  # before a folder was chosen
    assert "Choose a folder" in workspace.export.plan.text()
    assert not workspace.export.add.isEnabled()


def test_own_presets_are_kept_used_renamed_and_deleted_from_the_menu(
    workspace: ExportWorkspace, script: ScriptedQuestions
) -> None:
    menu, model = workspace.export.presets, workspace.model
    choose(workspace, Output("exr", exr=ExrOptions(multi_part=True)), Output("review"))
    model.set_choice(replace(model.choice, colour=ColourOptions(ocio_config="ocio://default")))
    kept = model.choice
    script.answers = ["Show A"]
    menu.saveRequested.emit()
    script.answers = ["show a", "keep"]
    menu.saveRequested.emit()
    choose(workspace, Output("png"))
    menu.fill()
    next(action for action in menu.menu_of_presets.actions() if action.text() == "Show A").trigger()
    assert model.choice.outputs == kept.outputs
    assert model.choice.colour == kept.colour
    script.answers = ["Show B"]
    menu.renameRequested.emit("show_a")
    assert [preset.title for preset in own_presets().presets] == ["Show B"]
    script.answers = ["keep", "delete"]
    menu.deleteRequested.emit("show_b")
    menu.deleteRequested.emit("show_b")
    assert own_presets().presets == ()
    script.answers = ["Nuke layers"]
    menu.saveRequested.emit()
    assert "of the program itself" in workspace._core.notice.text


def test_a_damaged_preset_is_a_sentence_and_the_menu_shows_the_others(workspace: ExportWorkspace) -> None:
    own_presets_folder().mkdir(parents=True)
    (own_presets_folder() / "bad.json").write_text("{")
    workspace.export.presets.fill()
    assert "bad.json" in workspace._core.notice.text
    assert len(workspace.export.presets.menu_of_presets.actions()) > 7


def test_a_scene_linear_plate_is_looked_at_through_a_view_that_videos_get_too(
    studio: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    found = enter_export(studio, qtbot, tmp_path, light=True)
    view, model = found._view, found.model
    assert not view.isHidden()
    found._look.setCurrentIndex(found._look.findData("cutout"))
    found._look.activated.emit(2)
    settled(found, qtbot)
    own = (found.preview._pixels or (np.zeros(1), np.zeros(1)))[0].copy()
    chosen = next(i for i in range(view.count()) if "ACES" in view.itemText(i))
    view.setCurrentIndex(chosen)
    view.activated.emit(chosen)
    settled(found, qtbot)
    through = (found.preview._pixels or (np.zeros(1), np.zeros(1)))[0]
    assert np.abs(through.astype(int) - own.astype(int)).max() > 8
    assert model.draft().colour.ocio_config == "ocio://default"
    assert model.draft().colour.view in view.currentText()
    (tmp_path / "broken.ocio").write_text("no configuration")
    script.answers = [[tmp_path / "broken.ocio"]]
    view.fileRequested.emit()
    settled(found, qtbot)
    assert "no OpenColorIO configuration" in studio.core.notice.text
    assert model.draft().colour.ocio_config == ""
    settled(found, qtbot)
    assert (np.abs((found.preview._pixels or (own, own))[0].astype(int) - own) <= 1).all()


def test_a_display_referred_plate_has_no_view_to_choose(workspace: ExportWorkspace) -> None:
    assert workspace._view.isHidden()
