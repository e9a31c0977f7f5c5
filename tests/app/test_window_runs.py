"""Runs that do not go as planned: kills, crashes, full memory, projects that are left in the middle."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.jobs.spec import JobSpec, Outcome
from engine.domain.frames import FrameRange
from engine.jobs import FrameDone
from engine.project_io.run_marks import read_mark
from engine.results.folder import ResultReader
from engine.results.review import Review, read_review, write_review
from tests.app.killed_window import work_and_be_killed
from tests.app.window_artist import ScriptedQuestions, add, drag
from tests.engine.cli.small_clip import write_small_clip

WAIT_MS = 90_000
FRAMES = 80
LAST = 1000 + FRAMES


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def painted(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    """A long clip with a painted frame, in the Review workspace."""
    add(studio, qtbot, [write_small_clip(tmp_path / "made", frames=FRAMES) / "plate"])
    studio.core.parts.add_list(["left"], "Add parts")
    studio.core.references.show_frame("c1", 1001)
    studio.painting.canvas.set_brush(replace(studio.painting.canvas.brush, diameter=14))
    drag(studio, (16, 26), (22, 30))
    studio.window.show_workspace("review")
    studio.review.runs.choose(replace(studio.review.runs.choice, preset="draft"))
    return studio


def saved(studio: Studio, script: ScriptedQuestions, path: Path) -> Path:
    script.answers = [path]
    studio.core.commands["project.save_as"].trigger()
    return path


def wait_for_first_frame(studio: Studio, qtbot: QtBot) -> None:
    """Waits for a finished frame: drafts come before it and will be done again."""

    def is_done(_job: str, event: object) -> bool:
        return isinstance(event, FrameDone) and event.state == "done"

    with qtbot.waitSignal(studio.core.queue.told, timeout=WAIT_MS, check_params_cb=is_done):
        pass


def wait_until_idle(studio: Studio, qtbot: QtBot) -> None:
    queue = studio.core.queue
    qtbot.waitUntil(lambda: bool(queue.jobs) and not queue.active and not studio.core.stepper.busy, timeout=WAIT_MS)


def click(studio: Studio, title: str) -> None:
    next(button for button in studio.core.notice.buttons if button.text() == title).click()


def finished_frames(result: Path) -> list[int]:
    rows = ResultReader(result).record.frames
    return [frame for frame, row in sorted(rows.items()) if row.state == "done"]


@pytest.mark.skipif(sys.platform != "linux", reason="kills a process and looks for its child")
def test_a_killed_window_leaves_no_worker_and_its_run_goes_on_when_the_project_is_opened(
    painted: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    project = saved(painted, script, tmp_path / "saved")
    painted.project_actions.close()
    (tmp_path / "other").mkdir()
    work_and_be_killed(tmp_path / "other", project, "run")
    result = project / "results/c1/v001"
    before = {path.name: path.stat().st_mtime_ns for path in (result / "labels").iterdir()}
    painted.review.runs.choose(replace(painted.review.runs.choice, preset="standard"))
    painted.project_actions.open(project)
    assert "cut off" in painted.core.notice.text
    click(painted, "Go on")
    wait_until_idle(painted, qtbot)
    assert painted.review.runs.choice.preset == "draft"
    assert finished_frames(result) == list(range(1001, LAST + 1))
    assert [v.name for v in painted.core.results.versions()] == ["v001"]
    kept = [name for name, when in before.items() if (result / "labels" / name).stat().st_mtime_ns == when]
    assert kept
    assert read_mark(project, "c1") is None


def test_a_project_that_is_saved_elsewhere_in_the_middle_of_a_run_takes_it_along(
    painted: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    old = painted.core.session.path
    assert old is not None
    painted.core.playhead.set_in(1002)
    painted.core.commands["run.range"].trigger()
    wait_for_first_frame(painted, qtbot)
    project = saved(painted, script, tmp_path / "saved")
    assert not old.exists()
    wait_until_idle(painted, qtbot)
    assert [job.state for job in painted.core.queue.jobs] == ["cancelled", "succeeded"]
    assert finished_frames(project / "results/c1/v001") == list(range(1002, LAST + 1))
    assert not old.exists()


def test_a_run_that_was_stopped_by_hand_is_not_offered_again(
    painted: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    project = saved(painted, script, tmp_path / "saved")
    painted.core.commands["run.clip"].trigger()
    wait_for_first_frame(painted, qtbot)
    painted.core.commands["run.stop"].trigger()
    wait_until_idle(painted, qtbot)
    assert "stopped" in painted.core.notice.text
    assert finished_frames(project / "results/c1/v001")
    assert read_mark(project, "c1") is None
    painted.core.commands["run.clip"].trigger()
    wait_until_idle(painted, qtbot)
    assert finished_frames(project / "results/c1/v001") == list(range(1001, LAST + 1))


def test_a_crashed_worker_is_told_with_what_was_kept_and_goes_on_at_a_click(painted: Studio, qtbot: QtBot) -> None:
    painted.core.commands["run.clip"].trigger()
    wait_for_first_frame(painted, qtbot)
    process_id = painted.core.queue.process_id("heavy")
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: not painted.core.queue.active, timeout=WAIT_MS)
    assert "are kept" in painted.core.notice.text
    click(painted, "Go on")
    wait_until_idle(painted, qtbot)
    assert painted.core.results.chosen is not None
    assert finished_frames(painted.core.results.chosen.folder) == list(range(1001, LAST + 1))


def test_full_memory_offers_smaller_windows_and_the_cpu(
    painted: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, sent = painted.core.queue, list[JobSpec]()

    def take(spec: JobSpec) -> str:
        sent.append(spec)
        return f"j{len(sent)}"

    monkeypatch.setattr(queue, "submit", take)
    painted.core.playhead.set_in(1010)
    painted.core.commands["run.range"].trigger()
    qtbot.waitUntil(lambda: len(sent) == 1)
    full = Outcome("failed", sentence="No room at window 3. 48 frames are kept.", details="x", error="MemoryLimitError")
    queue.finished.emit("j1", full)
    assert painted.core.notice.text == full.sentence
    assert [button.text() for button in painted.core.notice.buttons] == ["Smaller windows", "Use the CPU", "Details…"]
    click(painted, "Use the CPU")
    qtbot.waitUntil(lambda: len(sent) == 2)
    assert sent[1].request.settings.device == "cpu"
    assert sent[1].request.only == FrameRange(1010, LAST + 1)
    assert sent[1].request.out == sent[0].request.out
    queue.finished.emit("j2", full)
    assert [button.text() for button in painted.core.notice.buttons] == ["Smaller windows", "Details…"]
    click(painted, "Smaller windows")
    qtbot.waitUntil(lambda: len(sent) == 3)
    assert sent[2].request.settings.window == 3
    assert sent[2].request.out != sent[0].request.out
    queue.finished.emit("j3", full)
    assert [button.text() for button in painted.core.notice.buttons] == ["Details…"]


def test_frames_of_a_result_that_went_to_the_cpu_are_kept(painted: Studio, qtbot: QtBot) -> None:
    painted.core.commands["run.frame"].trigger()
    wait_until_idle(painted, qtbot)
    painted.review.runs.choose(replace(painted.review.runs.choice, device="cpu"))
    painted.core.commands["run.clip"].trigger()
    wait_until_idle(painted, qtbot)
    assert [v.name for v in painted.core.results.versions()] == ["v001"]
    assert painted.core.queue.jobs[-1].state == "succeeded"


def test_a_run_with_locks_goes_on_with_the_locks_that_it_began_with(painted: Studio, qtbot: QtBot) -> None:
    painted.core.commands["run.clip"].trigger()
    wait_until_idle(painted, qtbot)
    results = painted.core.results
    first = results.versions()[0].folder
    write_review(first, Review().locking([1010]))
    for last in (1005, 1015):
        painted.core.playhead.set_in(1001)
        painted.core.playhead.set_out(last)
        painted.core.commands["run.range"].trigger()
        wait_until_idle(painted, qtbot)
        assert painted.core.queue.jobs[-1].state == "succeeded", painted.core.queue.jobs[-1].outcome
        second = results.chosen
        assert second is not None
        assert (second.name, second.base) == ("v002", "v001")
        write_review(second.folder, read_review(second.folder).locking([1003]))
    assert finished_frames(second.folder) == list(range(1001, 1016))
    assert read_review(second.folder).frames == {1003, 1010}
    label = "labels/shot.1010.png"
    assert (second.folder / label).read_bytes() == (first / label).read_bytes()


def test_recolouring_a_part_makes_nothing_stale_but_renaming_does(painted: Studio, qtbot: QtBot) -> None:
    painted.core.commands["run.frame"].trigger()
    wait_until_idle(painted, qtbot)
    assert not painted.core.results.stale
    project = painted.core.document.project
    part = project.parts.parts[0]
    recoloured = replace(project, parts=type(project.parts)((replace(part, colour=(1, 2, 3)),)))
    painted.core.document.change("Colour", recoloured)
    qtbot.wait(400)
    assert not painted.core.results.stale
    renamed = replace(project, parts=type(project.parts)((replace(part, name="other"),)))
    painted.core.document.change("Rename", renamed)
    qtbot.waitUntil(lambda: painted.core.results.stale)
