"""A fault in a slot, in a thread, in a paint event: the work is on disk, the artist is told once, and goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.diagnostics.restart import RESTART_CODE, window_command
from app.diagnostics.run_record import CrashedRun
from engine.errors import OutputError
from engine.hardware.devices import DeviceFacts
from engine.project_io.folder import open_project
from engine.project_io.journal import Journal
from engine.project_io.recovery import find_recovery, recovered
from tests.app.window_artist import add, drag, pixels, same


@pytest.fixture
def watched(studio: Studio, capsys: pytest.CaptureFixture[str]) -> Iterator[Studio]:
    """The window as `open_window` leaves it: its own hooks hear of faults, not those of the test tool."""
    with capture_exceptions():
        studio.diagnostics.watch.install()
        yield studio
        studio.diagnostics.watch.remove()


def _fault(qtbot: QtBot, studio: Studio, text: str = "for the test") -> None:
    def boom() -> None:
        raise ZeroDivisionError(text)

    before = sum(fault.count for fault in studio.diagnostics.watch.faults)
    QTimer.singleShot(0, boom)
    qtbot.waitUntil(lambda: sum(fault.count for fault in studio.diagnostics.watch.faults) > before)


def test_a_fault_in_a_slot_puts_the_work_on_disk_and_lets_it_go_on(
    watched: Studio, qtbot: QtBot, still: Path, tmp_path: Path
) -> None:
    add(watched, qtbot, [still])
    watched.core.session.save_as(tmp_path / "portrait", "portrait")
    watched.core.parts.add_list(["disc"], "Add")
    drag(watched, (30, 30), (60, 60))
    painted = pixels(watched)
    _fault(qtbot, watched)
    dialogue = watched.diagnostics.dialogue
    assert dialogue is not None
    assert "safe on disk" in dialogue.kept.text()
    # What a kill would leave, read by somebody else.
    folder = open_project(tmp_path / "portrait")
    recovery = find_recovery(folder)
    assert recovery is not None
    assert recovery.num_changes >= 2
    dialogue.buttons["stay"].click()
    assert watched.diagnostics.dialogue is None
    drag(watched, (80, 30), (100, 60))
    assert not same(pixels(watched), painted)


def test_faults_that_repeat_are_counted_not_stacked(watched: Studio, qtbot: QtBot) -> None:
    for _ in range(3):
        _fault(qtbot, watched)
    dialogue = watched.diagnostics.dialogue
    assert dialogue is not None
    assert dialogue.count == 3
    assert "3" in dialogue.again.text()
    dialogue.reject()


def test_a_fault_in_a_thread_is_shown_in_the_window_s_thread(watched: Studio, qtbot: QtBot) -> None:
    def boom() -> None:
        raise OSError("'/mnt/show/secret plate.exr' is gone")

    thread = threading.Thread(target=boom)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: watched.diagnostics.dialogue is not None)
    dialogue = watched.diagnostics.dialogue
    assert dialogue is not None
    assert "OSError" in dialogue.report()
    assert "secret" not in dialogue.report()
    dialogue.reject()


def test_a_paint_event_that_fails_again_and_again_is_told_once(watched: Studio, qtbot: QtBot) -> None:
    class Broken(QWidget):
        def paintEvent(self, _event: QPaintEvent) -> None:
            raise ValueError("cannot paint")

    broken = Broken(watched.window)
    broken.resize(40, 40)
    broken.show()
    for _ in range(4):
        broken.update()
        qtbot.wait(20)
    broken.deleteLater()
    dialogue = watched.diagnostics.dialogue
    assert dialogue is not None
    assert dialogue.count >= 2
    assert len(watched.diagnostics.watch.faults) == 1
    dialogue.reject()


def test_changes_that_the_journal_could_not_take_are_secured_with_all_others(
    watched: Studio, qtbot: QtBot, still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OutputError("The disk is full.")

    add(watched, qtbot, [still])
    watched.core.session.save_as(tmp_path / "portrait", "portrait")
    watched.core.parts.add_list(["disc"], "Add")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_append", full)
        drag(watched, (30, 30), (60, 60))
    assert "full" in watched.core.notice.text
    painted = pixels(watched)
    assert watched.core.session.secure() is not None
    folder = open_project(tmp_path / "portrait")
    recovery = find_recovery(folder)
    assert recovery is not None
    (layer,) = recovered(folder, recovery)[1].values()
    assert (layer.labels == painted[0]).all()


def test_restart_after_a_fault_ends_the_program_and_keeps_what_was_not_saved(
    watched: Studio, qtbot: QtBot, still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(QApplication, "exit", codes.append)
    add(watched, qtbot, [still])
    watched.core.session.save_as(tmp_path / "portrait", "portrait")
    watched.core.parts.add_list(["disc"], "Add")
    drag(watched, (30, 30), (60, 60))
    _fault(qtbot, watched)
    assert watched.diagnostics.dialogue is not None
    watched.diagnostics.dialogue.buttons["restart"].click()
    assert codes == [RESTART_CODE]
    assert watched.restart_paths == (tmp_path / "portrait",)
    watched.core.session.suspend()
    assert find_recovery(open_project(tmp_path / "portrait")) is not None
    assert window_command(watched.restart_paths)[-1] == str(tmp_path / "portrait")


def test_the_next_start_offers_what_a_crash_left(studio: Studio, qtbot: QtBot, still: Path, tmp_path: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.session.save_as(tmp_path / "portrait", "portrait")
    studio.core.parts.add_list(["disc"], "Add")
    drag(studio, (30, 30), (60, 60))
    painted = pixels(studio)
    studio.core.session.suspend()
    studio.core.document.mark_saved()
    details = (
        'Fatal Python error: Segmentation fault\n  File "app/core.py", line 3 in x\n  File "/home/me/a.py", line 1 in y'
    )
    run = CrashedRun(app_now(), tmp_path / "portrait", "portrait", details)
    studio.diagnostics.offer_crashed(run)
    dialogue = studio.diagnostics.dialogue
    assert dialogue is not None
    assert "portrait" in dialogue.kept.text()
    assert "Segmentation fault" in dialogue.report()
    assert "/home/me" not in dialogue.report()
    dialogue.buttons["recover"].click()
    assert studio.core.session.path == tmp_path / "portrait"
    assert studio.core.document.unsaved
    studio.core.references.step(1)
    assert same(pixels(studio), painted)


def test_a_crash_without_a_project_is_told_too(studio: Studio) -> None:
    studio.diagnostics.offer_crashed(CrashedRun(app_now(), None, "", ""))
    dialogue = studio.diagnostics.dialogue
    assert dialogue is not None
    assert "from outside" in dialogue._details.toPlainText()
    assert list(dialogue.buttons) == ["stay"]
    dialogue.reject()


def test_the_page_tells_versions_machine_and_cache(studio: Studio, qtbot: QtBot, still: Path) -> None:
    add(studio, qtbot, [still])
    studio.core.notifier.error("'plate.png' is damaged.", "Traceback: plate.png")
    studio.training.model.set_devices((DeviceFacts("cuda:0", "A card", 24 << 30, 20 << 30),))
    studio.core.commands["window.diagnostics"].trigger()
    qtbot.waitUntil(lambda: not studio.core.stepper.busy)
    page = studio.diagnostics.page
    assert page is not None
    for wanted in (
        "torch: ",
        "Qt: ",
        "memory: ",
        "optical flow: ",
        "1 references",
        "is damaged",
        "cuda:0 (A card, 24.0 GiB, 20.0 free)",
    ):
        assert wanted in page.text
    assert "plate" not in page.text
    page.close()


def app_now() -> datetime:
    return datetime.now().astimezone()
