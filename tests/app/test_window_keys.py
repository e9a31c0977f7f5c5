"""Keys: presets without clashes, rebinding, the palette, tooltips, and text fields that keep their letters."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidget
from pytestqt.qtbot import QtBot

from app.actions.catalogue import catalogue
from app.bootstrap import Studio
from app.canvas.tools import TOOL_NAMES
from app.keymap.keymap import load_keymap, presets
from app.keymap.palette import CommandPalette, match_score
from app.keymap.sheet import KeySheet
from tests.app.window_artist import add


@pytest.mark.parametrize("preset", sorted(presets()))
def test_no_preset_gives_one_key_to_two_commands(preset: str) -> None:
    keymap = load_keymap(preset, {})
    held: dict[str, str] = {}
    for command, keys in keymap.keys.items():
        for key in keys:
            sequence = QKeySequence(key)
            assert not sequence.isEmpty(), f"{key} of {command} is no key"
            assert sequence.toString() not in held, f"{key}: {command} and {held[sequence.toString()]}"
            held[sequence.toString()] = command


@pytest.mark.parametrize("preset", sorted(presets()))
def test_presets_name_only_commands_that_exist(preset: str) -> None:
    assert set(load_keymap(preset, {}).keys) <= {spec.id for spec in catalogue()}


def test_every_tool_has_a_command_with_key_and_icon(studio: Studio) -> None:
    for name in TOOL_NAMES:
        action = studio.core.commands[f"tool.{name}"]
        assert not action.shortcut().isEmpty()
        assert not action.icon().isNull()


def test_every_command_does_something(studio: Studio) -> None:
    silent = [s.id for s in studio.core.commands if studio.core.commands[s.id].receivers("2triggered(bool)") == 0]
    assert silent == []


def test_tooltips_name_the_key(studio: Studio) -> None:
    assert studio.core.commands["tool.brush"].toolTip() == "Brush (B)"
    assert studio.core.commands["paint.protect"].toolTip() == "Protect other parts (Shift+P)"


def test_tool_keys_choose_tools(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    for key, tool in ((Qt.Key.Key_E, "eraser"), (Qt.Key.Key_G, "fill"), (Qt.Key.Key_B, "brush")):
        QTest.keyClick(studio.window, key)
        assert studio.painting.canvas.tool == tool


def test_letters_typed_into_a_field_run_no_command(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    field = studio.painting.details._name
    studio.window.activateWindow()
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "egg")
    assert field.text() == "egg"
    assert studio.painting.canvas.tool == "brush"


def test_number_keys_choose_parts(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.parts.add_list(["a", "b", "c"], "Add parts")
    QTest.keyClick(studio.window, Qt.Key.Key_3)
    assert studio.core.parts.current == 3
    QTest.keyClick(studio.window, Qt.Key.Key_X)
    assert studio.core.parts.current == 0
    QTest.keyClick(studio.window, Qt.Key.Key_X)
    assert studio.core.parts.current == 3


def test_a_rebound_key_works_at_once_and_after_a_restart(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    sheet = KeySheet(studio.core.commands, studio.keymap, studio.window)
    sheet.keymapChanged.connect(studio._on_keymap)
    sheet.keymapChanged.emit(sheet.editor.keymap.binding("tool.fill", "E"))
    QTest.keyClick(studio.window, Qt.Key.Key_E)
    assert studio.painting.canvas.tool == "fill"
    assert studio.core.commands["tool.eraser"].shortcut().isEmpty()
    sheet.close()
    studio.core.preferences.sync()
    again = load_keymap(studio.core.preferences.keymap_preset, studio.core.preferences.own_keys)
    assert again.keys["tool.fill"] == ("E",)
    assert again.restored("tool.fill").keys["tool.fill"] == ("G",)


def test_the_sheet_finds_commands_by_words_and_by_keys(studio: Studio) -> None:
    sheet = KeySheet(studio.core.commands, studio.keymap, studio.window)
    tree = sheet.findChild(QTreeWidget)
    assert isinstance(tree, QTreeWidget)

    def shown() -> list[str]:
        rows = []
        for index in range(tree.topLevelItemCount()):
            group = tree.topLevelItem(index)
            assert group is not None
            children = [group.child(i) for i in range(group.childCount())]
            rows += [c.text(0) for c in children if c is not None and not c.isHidden()]
        return rows

    sheet.editor._search.setText("grow")
    assert shown() == ["Grow part"]
    sheet.editor._search.setText("shift+p")
    assert shown() == ["Protect other parts"]
    sheet.close()


def test_the_palette_runs_what_was_typed(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.commands["window.palette"].trigger()
    palette = next(w for w in QApplication.topLevelWidgets() if isinstance(w, CommandPalette) and w.isVisible())
    QTest.keyClicks(palette._search, "polyg")
    QTest.keyClick(palette._search, Qt.Key.Key_Return)
    assert studio.painting.canvas.tool == "polygon"


def test_letters_in_order_match_better_the_closer_they_stand() -> None:
    assert match_score("grow", "grow part") == 0
    assert match_score("zzz", "grow part") is None
    near, far = match_score("gp", "g part"), match_score("gp", "grow a part")
    assert near is not None
    assert far is not None
    assert near < far


def test_a_preset_that_is_gone_falls_back_to_the_default() -> None:
    assert load_keymap("no such preset", {}).preset == "smite"
