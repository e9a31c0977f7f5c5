"""The whole loop on the real widgets: open a clip, paint two frames, run, scrub; what is on disk is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.project_io.run_marks import RunMark, mark_begun, read_mark
from engine.project_io.versions import read_versions
from engine.results.folder import ResultReader
from engine.results.review import Review, write_review
from tests.app.window_artist import ScriptedQuestions, add, drag, end, make_studio
from tests.engine.cli.small_clip import write_small_clip

WAIT_MS = 90_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    return write_small_clip(tmp_path / "made", frames=8) / "plate"


@pytest.fixture
def painted(studio: Studio, qtbot: QtBot, shot: Path) -> Studio:
    """A clip with two painted frames, in the Review workspace."""
    add(studio, qtbot, [shot])
    studio.core.parts.add_list(["left"], "Add parts")
    for frame in (1001, 1008):
        studio.core.references.show_frame("c1", frame)
        x = 10 + 4 * (frame - 1001)
        studio.painting.canvas.set_brush(replace(studio.painting.canvas.brush, diameter=14))
        drag(studio, (x + 6, 26), (x + 12, 30))
    studio.window.show_workspace("review")
    studio.review.runs.choose(replace(studio.review.runs.choice, preset="draft"))
    return studio


def run(studio: Studio, qtbot: QtBot, command: str = "run.clip") -> None:
    with qtbot.waitSignal(studio.core.queue.finished, timeout=WAIT_MS) as ended:
        studio.core.commands[command].trigger()
    assert ended.args is not None
    assert ended.args[1].kind == "succeeded", ended.args[1].sentence
    qtbot.waitUntil(lambda: not studio.core.queue.active)


def folder_of(studio: Studio) -> Path:
    assert studio.core.session.path is not None
    return studio.core.session.path


def test_a_run_fills_the_version_and_the_window_follows_it(painted: Studio, qtbot: QtBot) -> None:
    shown: list[int] = []
    painted.core.results.frameChanged.connect(shown.append)
    run(painted, qtbot)
    assert set(shown) == set(range(1001, 1009))
    result = folder_of(painted) / "results/c1/v001"
    reader = ResultReader(result)
    assert reader.numbers == tuple(range(1001, 1009))
    layer = painted.core.document.layer("r1")
    assert (reader.labels(1001) == layer.labels).all()
    assert [painted.core.results.state(n) for n in (1001, 1004, 1008)] == ["done"] * 3
    painted.core.playhead.go(1004)
    assert painted.core.playhead.frame == 1004
    assert (reader.labels(1004) == 1).any()
    assert read_mark(folder_of(painted), "c1") is None


def test_frames_and_ranges_go_into_the_same_version(painted: Studio, qtbot: QtBot) -> None:
    painted.core.playhead.go(1004)
    run(painted, qtbot, "run.frame")
    painted.core.playhead.set_in(1002)
    painted.core.playhead.set_out(1003)
    run(painted, qtbot, "run.range")
    assert [v.name for v in painted.core.results.versions()] == ["v001"]
    assert ResultReader(folder_of(painted) / "results/c1/v001").numbers == (1002, 1003, 1004)
    run(painted, qtbot)
    assert ResultReader(folder_of(painted) / "results/c1/v001").numbers == tuple(range(1001, 1009))


def test_painting_more_makes_the_result_stale_and_the_next_run_a_version_of_its_own(
    painted: Studio, qtbot: QtBot
) -> None:
    run(painted, qtbot)
    painted.window.show_workspace("references")
    painted.core.references.show_frame("c1", 1008)
    drag(painted, (60, 50), (70, 55))
    qtbot.waitUntil(lambda: painted.core.results.stale)
    assert painted.core.results.state(1004) == "stale"
    painted.core.commands["edit.undo"].trigger()
    qtbot.waitUntil(lambda: not painted.core.results.stale)
    painted.core.commands["edit.redo"].trigger()
    run(painted, qtbot)
    assert [v.name for v in painted.core.results.versions()] == ["v001", "v002"]
    assert painted.core.results.chosen is not None
    assert painted.core.results.chosen.name == "v002"
    assert ResultReader(folder_of(painted) / "results/c1/v001").numbers == tuple(range(1001, 1009))
    painted.core.results.choose("v001")
    painted.core.results.compare("v002")
    assert painted.core.results.stale


def test_locked_frames_of_the_version_before_are_kept_to_the_bit(painted: Studio, qtbot: QtBot) -> None:
    run(painted, qtbot)
    first = folder_of(painted) / "results/c1/v001"
    write_review(first, Review().locking([1004]))
    painted.window.show_workspace("references")
    drag(painted, (60, 50), (70, 55))
    run(painted, qtbot)
    second = folder_of(painted) / "results/c1/v002"
    assert (second / "labels/shot.1004.png").read_bytes() == (first / "labels/shot.1004.png").read_bytes()


def test_without_paint_or_clip_a_sentence_says_what_to_do(studio: Studio, qtbot: QtBot, shot: Path) -> None:
    studio.project_actions.new()
    studio.window.show_workspace("review")
    studio.core.commands["run.clip"].trigger()
    assert "No clip is open" in studio.core.notice.text
    add(studio, qtbot, [shot])
    studio.core.commands["run.clip"].trigger()
    assert "Nothing is painted" in studio.core.notice.text
    assert studio.core.queue.jobs == ()


def test_versions_are_pinned_annotated_and_deleted(painted: Studio, qtbot: QtBot, script: ScriptedQuestions) -> None:
    run(painted, qtbot)
    painted.core.commands["version.pin"].trigger()
    script.answers = ["for the edit", "delete"]
    painted.core.commands["version.note"].trigger()
    painted.core.commands["version.delete"].trigger()
    assert "pinned" in painted.core.notice.text
    (version,) = read_versions(folder_of(painted), "c1").versions
    assert (version.pinned, version.note) == (True, "for the edit")
    painted.core.commands["version.pin"].trigger()
    script.answers = ["delete"]
    painted.core.commands["version.delete"].trigger()
    assert painted.core.results.versions() == ()
    assert not (folder_of(painted) / "results/c1/v001").exists()


def test_a_run_that_a_crash_cut_off_is_offered_and_goes_on(
    painted: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    script.answers = [tmp_path / "saved"]
    painted.core.commands["project.save_as"].trigger()
    painted.core.playhead.go(1004)
    run(painted, qtbot, "run.frame")
    mark_begun(tmp_path / "saved", "c1", RunMark("v001", None, painted.review.runs.choice.to_json()))
    painted.project_actions.close()
    painted.project_actions.open(tmp_path / "saved")
    assert "cut off" in painted.core.notice.text
    with qtbot.waitSignal(painted.core.queue.finished, timeout=WAIT_MS):
        painted.core.notice.buttons[0].click()
    reader = ResultReader(tmp_path / "saved/results/c1/v001")
    assert {n: row.state for n, row in reader.record.frames.items()}[1004] == "done"


def test_results_go_along_when_an_untitled_project_is_saved(
    painted: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions
) -> None:
    run(painted, qtbot)
    script.answers = [tmp_path / "saved"]
    painted.core.commands["project.save_as"].trigger()
    assert ResultReader(tmp_path / "saved/results/c1/v001").numbers == tuple(range(1001, 1009))
    assert painted.core.results.chosen is not None
    assert painted.core.results.chosen.folder == tmp_path / "saved/results/c1/v001"


def test_closing_the_window_in_the_middle_of_a_run_leaves_no_process(qtbot: QtBot, tmp_path: Path, shot: Path) -> None:
    studio = make_studio(tmp_path)
    studio.window.show()
    add(studio, qtbot, [shot])
    studio.core.parts.add_list(["left"], "Add parts")
    drag(studio, (16, 26), (22, 30))
    studio.window.show_workspace("review")
    studio.core.commands["run.clip"].trigger()
    qtbot.waitUntil(lambda: any(job.state == "running" for job in studio.core.queue.jobs), timeout=WAIT_MS)
    thread = studio.core.queue._lanes["heavy"]._thread
    assert thread is not None
    qtbot.waitUntil(lambda: thread._process is not None, timeout=WAIT_MS)
    process = thread._process
    end(studio)
    assert process is not None
    assert process.poll() is not None


def test_the_draft_is_close_to_the_truth(painted: Studio, qtbot: QtBot, shot: Path) -> None:
    run(painted, qtbot)
    labels = ResultReader(folder_of(painted) / "results/c1/v001").labels(1004)
    rows, columns = np.nonzero(labels == 1)
    assert abs(columns.mean() - (10 + 4 * 3 + 9)) < 3
    assert abs(rows.mean() - 28) < 3
