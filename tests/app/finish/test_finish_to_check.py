"""The whole way: mattes are finished, exported by the queue's worker, checked, and the report is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
import pytest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.finish.check_report import CheckReportDialogue
from app.workspaces.export import ExportWorkspace
from engine.mattes.check.findings import CheckReport
from engine.mattes.options import LayerChoice, Output
from engine.mattes.sidecar import read_sidecar
from engine.models.store import model_folder
from tests.app.finish.finish_artist import WAIT_MS, enter_export, settled
from tests.engine.mattes.small_result import FRAMES, read_image, steady_scores, write_image
from tests.engine.mattes.tiny_vitmatte import write_vitmatte


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))


@pytest.fixture
def workspace(studio: Studio, qtbot: QtBot, tmp_path: Path) -> ExportWorkspace:
    return enter_export(studio, qtbot, tmp_path, scores_of=steady_scores)


def wait_for_check(workspace: ExportWorkspace, qtbot: QtBot) -> CheckReportDialogue:
    """Waits for the check's message, opens its report and returns the dialogue."""
    notice = workspace._core.notice
    qtbot.waitUntil(lambda: "Delivery check" in notice.text and bool(notice.buttons), timeout=WAIT_MS)
    notice.buttons[0].click()
    return workspace._core.window.findChildren(CheckReportDialogue)[-1]


def test_finished_mattes_are_exported_by_two_queued_jobs_checked_and_reported(
    workspace: ExportWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    model, out = workspace.model, tmp_path / "Lieferung für Anna"
    workspace.finish.fields["grow_px"].number.setValue(2)
    settled(workspace, qtbot)
    before, after = workspace.preview._pixels or (np.zeros(1), np.zeros(1))
    assert after.sum() > before.sum()
    layers = LayerChoice(background=True)
    model.set_choice(replace(model.choice, folder=out, outputs=(Output("exr"),), layers=layers, check=False))
    settled(workspace, qtbot)
    workspace.export.add.click()
    model.set_choice(replace(model.choice, outputs=(Output("labels"),), check=False))
    workspace.add_to_queue()
    queue = workspace._core.queue
    qtbot.waitUntil(lambda: not queue.active and len(queue.jobs) == 2, timeout=WAIT_MS)
    assert [job.state for job in queue.jobs] == ["succeeded", "succeeded"]
    pixels, spec = read_image(out / "sh010_bg.1001.exr")
    assert sorted(spec.channelnames) == ["background.A", "front_window.A", "wheel.A"]
    assert np.abs(pixels.sum(axis=2) - 1).max() <= 3 / 4096
    sidecar = read_sidecar(next(out.glob("*.mattes.json")))
    assert sidecar.finish is not None
    assert sidecar.finish["default"]["grow_px"] == 2
    assert {row.output.format for row in sidecar.formats} == {"exr", "labels"}

    workspace.check_now()
    dialogue = wait_for_check(workspace, qtbot)
    assert "Fit for delivery" in dialogue.verdict.text(), dialogue.text()
    assert "sum to full scale within" in dialogue.figures.text()
    dialogue.close()


def test_a_report_is_readable_leads_to_its_frame_and_is_copied_as_text(
    workspace: ExportWorkspace, qtbot: QtBot, tmp_path: Path
) -> None:
    model, out = workspace.model, tmp_path / "mattes"
    model.set_choice(replace(model.choice, folder=out, outputs=(Output("exr"),)))
    settled(workspace, qtbot)
    workspace.export.add.click()
    dialogue = wait_for_check(workspace, qtbot)
    assert "Fit for delivery" in dialogue.verdict.text(), dialogue.text()
    assert "Chatter is largest in" in dialogue.figures.text()
    assert dialogue.text().endswith("Fit for delivery.")
    dialogue.close()
    workspace._core.notice.hide()
    path = out / "sh010_bg.1002.exr"
    broken = oiio.ImageSpec(8, 8, 1, oiio.FLOAT)
    write_image(path, np.zeros((8, 8, 1), np.float32), broken)
    workspace.check_now()
    dialogue = wait_for_check(workspace, qtbot)
    assert "Not fit" in dialogue.verdict.text()
    row = dialogue.rows.topLevelItem(0)
    assert row is not None
    assert row.text(1) == "1002"
    dialogue.rows.itemDoubleClicked.emit(row, 0)
    assert workspace._core.playhead.frame == 1002
    table = json.loads(json.dumps(CheckReport.from_json(dialogue._report.to_json()).to_json()))
    assert table == dialogue._report.to_json()
    dialogue.close()


def test_matting_of_a_frame_is_shown_from_the_worker_and_told_plainly_without_weights(
    workspace: ExportWorkspace, qtbot: QtBot
) -> None:
    finish = workspace.finish
    finish.fields["matting"].number.setValue(1)
    settled(workspace, qtbot)
    assert "not on this machine" in finish.matting.text()
    assert not finish.show_matting.isEnabled()
    plain = (workspace.preview._pixels or (np.zeros(1), np.zeros(1)))[1].copy()
    _install_weights()
    finish.fields["trimap_px"].number.setValue(3)
    settled(workspace, qtbot)
    assert finish.show_matting.isEnabled()
    finish.show_matting.click()
    qtbot.waitUntil(lambda: "After: with alpha matting" in finish.matting.text(), timeout=WAIT_MS)
    settled(workspace, qtbot)
    matted = (workspace.preview._pixels or (np.zeros(1), np.zeros(1)))[1]
    assert np.abs(matted.astype(int) - plain.astype(int)).max() > 2
    assert "✓" in finish.watertight.text()
    workspace._core.playhead.go(FRAMES[1])
    settled(workspace, qtbot)
    assert "still without" in finish.matting.text()


def _install_weights() -> None:
    """Puts a tiny model where `models get` puts the real one."""
    from engine.models.store import write_record

    folder = write_vitmatte(model_folder("vitmatte-small"))
    files = {path.name: {"size": path.stat().st_size, "sha256": "0" * 64} for path in folder.iterdir()}
    write_record(folder, "test", "0" * 40, files)
