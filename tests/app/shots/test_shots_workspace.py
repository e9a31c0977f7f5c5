"""Many shots in the real window: a list in, runs through the real queue, the matrix, and from there into Review."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.shots.model import ShotRow, ShotsModel
from app.shots.table_model import CLIP, FIRST_PART, NAME, PAINTED, STATE
from app.shots.table_view import ShotTableView
from app.workspaces.shots import ShotsWorkspace
from engine.batch.plan import BatchPlan, plan_path, read_plan, write_plan
from engine.batch.report import read_report, worst_frame
from engine.batch.shot import Shot
from engine.domain.frames import FrameRange
from engine.results.folder import ResultReader
from tests.app.window_artist import ScriptedQuestions, add, drag
from tests.engine.cli.small_clip import write_small_clip

WAIT_MS = 240_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def shots(studio: Studio) -> ShotsWorkspace:
    """The workspace of an empty project."""
    studio.project_actions.new()
    studio.window.show_workspace("shots")
    return next(w for w in studio.workspaces if isinstance(w, ShotsWorkspace))


def write_list(folder: Path, frames: tuple[int, ...]) -> Path:
    """Writes painted shots sh1, sh2 ... and a table of them."""
    rows = ["shot,clip,anchors,preset,cuts"]
    for number, count in enumerate(frames, start=1):
        write_small_clip(folder / f"sh{number}", frames=count)
        rows.append(f"sh{number},sh{number}/plate,sh{number}/anchors,draft,none")
    table = folder / "shots.csv"
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return table


def loaded(shots: ShotsWorkspace, qtbot: QtBot, paths: list[Path]) -> ShotsModel:
    with qtbot.waitSignal(shots.actions.loaded):
        shots.actions.load(paths)
    return shots.model


def until_done(shots: ShotsWorkspace, qtbot: QtBot) -> dict[str, str]:
    qtbot.waitUntil(lambda: not shots.runner.running, timeout=WAIT_MS)
    return {row.name: row.state for row in shots.model.rows}


def cell(shots: ShotsWorkspace, row: int, column: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> str:
    return str(shots.table.data(shots.table.index(row, column), role))


def click(view: ShotTableView, row: int, column: int) -> None:
    place = view.visualRect(view.model().index(row, column)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_list_is_run_told_in_a_matrix_and_a_click_shows_the_worst_frame_in_review(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    table = write_list(tmp_path, (5, 6))
    table.write_text(table.read_text() + "sh3,gone.mov,sh1/anchors,draft,none\n", encoding="utf-8")
    loaded(shots, qtbot, [table])
    studio.core.commands["shots.run"].trigger()
    assert until_done(shots, qtbot) == {"sh1": "done", "sh2": "done", "sh3": "failed"}
    assert [cell(shots, 2, STATE)[0], cell(shots, 0, STATE)] == ["✕", "✓ 5 frames"]
    assert "gone.mov" in cell(shots, 2, STATE)
    report = read_report(shots.model.results)
    assert [outcome.state for outcome in report.shots] == ["done", "done", "failed"]
    part = shots.model.part_names[1]
    value = report.stability(report.shots[1], part)
    assert value is not None
    assert cell(shots, 1, FIRST_PART + 1).startswith(f"✓ {value:.2f}")
    assert f"sh2, {part}: stability {value:.2f}, steady" in cell(
        shots, 1, FIRST_PART + 1, Qt.ItemDataRole.AccessibleTextRole
    )
    result = shots.model.result_folder(shots.model.rows[1])
    click(shots.view, 1, FIRST_PART + 1)
    qtbot.waitUntil(lambda: studio.window.workspace == "review", timeout=WAIT_MS)
    chosen = studio.core.results.chosen
    assert chosen is not None
    assert studio.core.playhead.frame == worst_frame(result, part)
    ours, theirs = ResultReader(chosen.folder), ResultReader(result)
    assert ours.numbers == theirs.numbers
    assert all(np.array_equal(ours.labels(n), theirs.labels(n)) for n in ours.numbers)
    studio.window.show_workspace("shots")
    click(shots.view, 1, FIRST_PART)
    qtbot.waitUntil(lambda: studio.window.workspace == "review", timeout=WAIT_MS)
    assert len(studio.core.results.versions()) == 1


def test_own_values_of_selected_shots_decide_their_runs_and_are_kept_with_the_project(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    model = loaded(shots, qtbot, [write_list(tmp_path, (6, 5))])
    shots.view.select(frozenset({"sh1"}))
    shots.own.range.setText("1001-1003")
    shots.own.range.editingFinished.emit()
    script.answers = [tmp_path / "elsewhere"]
    shots.own.out.choose.click()
    shots.own.range.setText("9-1")
    shots.own.range.editingFinished.emit()
    assert "▲" in shots.own.problem.text()
    shots.view.select(frozenset({"sh1", "sh2"}))
    assert shots.own.range.placeholderText() == "different"
    studio.core.commands["shots.run"].trigger()
    assert set(until_done(shots, qtbot).values()) == {"done"}
    assert ResultReader(tmp_path / "elsewhere").numbers == (1001, 1002, 1003)
    script.answers = [tmp_path / "saved"]
    studio.core.commands["project.save_as"].trigger()
    studio.project_actions.close()
    assert model.rows == ()
    studio.project_actions.open(tmp_path / "saved")
    assert [(row.name, row.state, row.shot.frame_range) for row in model.rows] == [
        ("sh1", "done", FrameRange(1001, 1004)),
        ("sh2", "done", None),
    ]
    assert ResultReader(model.result_folder(model.rows[1])).numbers == tuple(range(1001, 1006))
    # Another range asks for another result, beside which the old one is kept; nothing else is run.
    shots.view.select(frozenset({"sh2"}))
    model.override({"sh2"}, lambda shot: replace(shot, frame_range=FrameRange(1002, 1004)))
    script.answers = ["yes"]
    studio.core.commands["shots.run"].trigger()
    assert "outside of the project" in script.asked[-1]
    assert [row.name for row in model.rows if row.active] == ["sh2"]
    until_done(shots, qtbot)
    assert ResultReader(model.result_folder(model.rows[1])).numbers == (1002, 1003)
    assert ResultReader(tmp_path / "saved/shots/sh2.previous-1").numbers == tuple(range(1001, 1006))


def test_shots_are_held_stopped_and_gone_on_with(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    model = loaded(shots, qtbot, [write_list(tmp_path, (40, 4))])
    studio.core.commands["shots.run"].trigger()
    qtbot.waitUntil(lambda: model.rows[0].done > 2, timeout=WAIT_MS)
    studio.core.commands["shots.pause"].trigger()
    assert model.rows[0].state == "paused"
    assert "Go on" in shots.bar.pause.text()
    assert model.rows[1].state == "waiting"
    studio.core.commands["shots.stop"].trigger()
    assert until_done(shots, qtbot) == {"sh1": "cancelled", "sh2": "new"}
    kept = {path.name: path.read_bytes() for path in model.result_folder(model.rows[0]).glob("labels/*.png")}
    assert 0 < len(kept) < 40
    studio.core.commands["shots.retry"].trigger()
    assert until_done(shots, qtbot) == {"sh1": "done", "sh2": "new"}
    now = {path.name: path.read_bytes() for path in model.result_folder(model.rows[0]).glob("labels/*.png")}
    assert kept.items() <= now.items()
    assert len(now) == 40


def test_a_worker_that_is_killed_costs_a_try_and_the_shot_goes_on(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    model = loaded(shots, qtbot, [write_list(tmp_path, (40,))])
    studio.core.commands["shots.run"].trigger()
    qtbot.waitUntil(lambda: model.rows[0].done > 2, timeout=WAIT_MS)
    process = studio.core.queue.process_id("heavy")
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert until_done(shots, qtbot) == {"sh1": "done"}
    outcome = model.rows[0].outcome
    assert outcome is not None
    assert (outcome.attempts, outcome.frames) == (2, 40)


def test_painted_frames_of_the_project_lead_its_clips(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    add(studio, qtbot, [write_small_clip(tmp_path / "made", frames=8) / "plate"])
    studio.window.show_workspace("shots")
    studio.core.commands["shots.add_clips"].trigger()
    assert "▲" in cell(shots, 0, STATE)
    studio.window.show_workspace("references")
    studio.core.parts.add_list(["left"], "Add parts")
    studio.painting.canvas.set_brush(replace(studio.painting.canvas.brush, diameter=14))
    drag(studio, (16, 26), (22, 30))
    studio.window.show_workspace("shots")
    assert cell(shots, 0, PAINTED) == "1 in the project"
    shots.model.choose(replace(shots.model.plan, preset="draft"))
    studio.core.commands["shots.run"].trigger()
    assert list(until_done(shots, qtbot).values()) == ["done"]
    labels = ResultReader(shots.model.result_folder(shots.model.rows[0])).labels(1001)
    assert np.array_equal(labels, studio.core.document.layer("r1").labels)
    assert shots.model.part_names == ("left",)


def test_leaving_the_project_in_the_middle_keeps_the_list_and_leaves_nothing_running(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    script.answers = [tmp_path / "saved"]
    studio.core.commands["project.save_as"].trigger()
    model = loaded(shots, qtbot, [write_list(tmp_path, (40, 4))])
    studio.core.commands["shots.run"].trigger()
    qtbot.waitUntil(lambda: model.rows[0].done > 2, timeout=WAIT_MS)
    studio.project_actions.close()
    assert not shots.runner.running
    assert not studio.core.queue.active
    studio.project_actions.open(tmp_path / "saved")
    assert [row.name for row in model.rows] == ["sh1", "sh2"]
    assert not any(row.active for row in model.rows)


def test_several_profiles_make_a_row_of_each_and_removing_takes_them_all(
    shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    model = loaded(shots, qtbot, [write_list(tmp_path, (2, 2))])
    shots.actions.choose_profiles([tmp_path / "car.safetensors", tmp_path / "driver.safetensors"])
    assert [row.name for row in model.rows] == ["sh1 car", "sh1 driver", "sh2 car", "sh2 driver"]
    assert "gone" in cell(shots, 0, STATE)
    shots.view.select(frozenset({"sh1 driver"}))
    shots._core.commands["shots.remove"].trigger()
    assert [row.name for row in model.rows] == ["sh2 car", "sh2 driver"]
    assert cell(shots, 0, CLIP) == "sh2/plate"


def test_what_is_dropped_on_the_page_becomes_shots_once(shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path) -> None:
    folder = write_small_clip(tmp_path / "plates/sh9", frames=3) / "plate"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder)), QUrl.fromLocalFile(str(write_list(tmp_path, (2,))))])
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for under_the_mouse in (shots.page, shots.view.viewport()):
        QApplication.sendEvent(under_the_mouse, QDragEnterEvent(QPoint(5, 5), *rest))
        with qtbot.waitSignal(shots.actions.loaded):
            QApplication.sendEvent(under_the_mouse, QDropEvent(QPointF(5, 5), *rest))
    assert [row.name for row in shots.model.rows] == ["plate", "sh1"]


def test_a_damaged_list_of_a_project_is_told_and_not_written_over(
    studio: Studio, shots: ShotsWorkspace, tmp_path: Path, script: ScriptedQuestions
) -> None:
    script.answers = [tmp_path / "saved"]
    studio.core.commands["project.save_as"].trigger()
    studio.project_actions.close()
    plan_path(tmp_path / "saved").parent.mkdir()
    plan_path(tmp_path / "saved").write_text('{"shots": 3', encoding="utf-8")
    studio.project_actions.open(tmp_path / "saved")
    assert "is damaged" in studio.core.notice.text
    shots.model.add([Shot("a", tmp_path / "a.mov")])
    shots.model.keep()
    assert plan_path(tmp_path / "saved").read_text(encoding="utf-8") == '{"shots": 3'


def test_the_report_can_be_read_in_the_window(
    studio: Studio, shots: ShotsWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    loaded(shots, qtbot, [write_list(tmp_path, (2,))])
    studio.core.commands["shots.report"].trigger()
    dialogue = next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == "ReportDialogue")
    assert "sh1" in dialogue.text.toPlainText()  # type: ignore[attr-defined]
    dialogue.close()


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    shot = Shot("sh1", tmp_path / "a.mov", tmp_path / "p", tmp_path / "q", FrameRange(3, 9), {"preset": "draft"})
    plan = BatchPlan((shot, replace(shot, name="sh2", out=tmp_path / "out")), (tmp_path / "p",), None, "best")
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan
    table = json.loads(plan_path(tmp_path).read_text(encoding="utf-8"))
    table["shots"][0]["name"] = "../outside"
    plan_path(tmp_path).write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(Exception, match="cannot name a folder"):
        read_plan(tmp_path)


def test_a_row_names_its_result_in_its_tip(shots: ShotsWorkspace, tmp_path: Path) -> None:
    shots.model.add([Shot("a", tmp_path / "a.mov")])
    row: ShotRow = shots.model.rows[0]
    assert cell(shots, 0, NAME, Qt.ItemDataRole.ToolTipRole) == str(shots.model.result_folder(row))
