"""The three steps of a correction on the real widgets: brush, spread, teach; locks, notes and undo to the bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.project_io.versions import ResultVersion
from engine.results.folder import ResultReader
from engine.results.paste import grown
from tests.app.window_artist import ScriptedQuestions, add
from tests.engine.cli.small_clip import write_small_clip

WAIT_MS = 60_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def review(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    """A clip with a result, in the Review workspace at frame 1004."""
    from engine.api.segment import segment
    from engine.api.segment_request import SegmentRequest
    from engine.domain.settings import SegmentSettings
    from engine.jobs import run_to_end

    made = write_small_clip(tmp_path / "made", frames=8)
    add(studio, qtbot, [made / "plate"])
    studio.core.parts.add_list(["left", "right"], "Add parts")
    version: ResultVersion = studio.core.results.begin("c1", *_begin_arguments(studio))
    run_to_end(
        segment(
            SegmentRequest(
                made / "plate",
                version.folder,
                anchors=made / "anchors",
                parts=studio.core.parts.parts,
                cuts="none",
                settings=SegmentSettings(preset="draft", device="cpu"),
            )
        )
    )
    studio.core.results.choose(version.name)
    studio.window.show_workspace("review")
    studio.core.playhead.go(1004)
    settle(studio, qtbot)
    return studio


def _begin_arguments(studio: Studio) -> tuple[object, ...]:
    import inspect

    wanted = list(inspect.signature(studio.core.results.begin).parameters)[1:]
    values = {"made_by": "test", "made_from": "", "fits": lambda _: True}
    return tuple(values[name] for name in wanted if name in values)


def settle(studio: Studio, qtbot: QtBot) -> None:
    model = studio.review.corrections
    qtbot.waitUntil(lambda: not model.busy and not model._background.busy, timeout=WAIT_MS)


def reader_of(studio: Studio) -> ResultReader:
    result = studio.review.corrections.result
    assert result is not None
    return ResultReader(result)


def paint(studio: Studio, qtbot: QtBot, start: tuple[float, float], end: tuple[float, float], part: int) -> None:
    """Paints with the mouse on the shown frame of the result."""
    if not studio.review.corrections.painting:
        studio.core.commands["tool.brush"].trigger()
        qtbot.waitUntil(lambda: studio.review.page.replaced, timeout=WAIT_MS)
        settle(studio, qtbot)
    studio.core.parts.set_current(part)
    canvas = studio.review.canvas
    canvas.set_brush(replace(canvas.brush, diameter=8))

    def at(point: tuple[float, float]) -> QPoint:
        x, y = canvas.viewport.to_widget(*point)
        return QPoint(round(x), round(y))

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(start))
    for share in (0.25, 0.5, 0.75, 1.0):
        QTest.mouseMove(canvas, at((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(end))
    settle(studio, qtbot)


def seen_in_viewer(studio: Studio, frame: int) -> np.ndarray:
    """Returns the labels that the viewer holds of a frame."""
    layers = studio.review.cache.request(frame).layers
    found = [layer.pixels for key, layer in layers.items() if key.kind == "labels" and layer.pixels is not None]
    return found[0] if found else np.zeros(0, np.uint8)


def test_a_stroke_lies_on_an_edit_layer_and_undo_takes_it_back_to_the_bit(review: Studio, qtbot: QtBot) -> None:
    before = reader_of(review)
    files = {path: path.read_bytes() for path in sorted(before.folder.rglob("*")) if path.is_file()}
    original, shown = before.labels(1004).copy(), before.final(1004)[1].copy()
    paint(review, qtbot, (70, 50), (80, 50), 2)
    after = reader_of(review)
    assert (after.labels(1004) == original).all()
    assert after.final(1004)[1][50, 75] == 2
    assert after.edited == (1004,)
    assert (after.final(1005)[1] == before.final(1005)[1]).all()
    assert 1004 in review.review.timeline.data.edits
    review.core.commands["edit.undo"].trigger()
    settle(review, qtbot)
    assert (reader_of(review).final(1004)[1] == shown).all()
    assert {path: path.read_bytes() for path in sorted(before.folder.rglob("*")) if path.is_file()} == files
    review.core.commands["edit.redo"].trigger()
    settle(review, qtbot)
    assert reader_of(review).final(1004)[1][50, 75] == 2
    review.core.commands["correct.clear"].trigger()
    settle(review, qtbot)
    assert reader_of(review).edited == ()


def test_original_and_edit_are_looked_at_alone_and_not_painted_on(review: Studio, qtbot: QtBot) -> None:
    original = reader_of(review).final(1004)[1].copy()
    paint(review, qtbot, (70, 50), (80, 50), 2)
    combined = reader_of(review).final(1004)[1].copy()
    document, commands = review.review.corrections.document, review.core.commands
    edit = np.where(combined != original, combined, 0)
    for command, wanted in (("correct.original", original), ("correct.edit", edit)):
        commands[command].trigger()
        settle(review, qtbot)
        assert document.layer is not None
        assert np.array_equal(document.layer.labels, wanted)
        assert document.read_only
        assert [commands[name].isChecked() for name in ("correct.original", "correct.edit")] == [
            name == command for name in ("correct.original", "correct.edit")
        ]
    commands["correct.edit"].trigger()
    settle(review, qtbot)
    assert document.layer is not None
    assert np.array_equal(document.layer.labels, combined)
    commands["correct.original"].trigger()
    settle(review, qtbot)
    commands["tool.brush"].trigger()
    settle(review, qtbot)
    assert not document.read_only
    assert np.array_equal(document.layer.labels, combined)
    assert np.array_equal(reader_of(review).final(1004)[1], combined)


def test_two_strokes_add_up_and_the_viewer_comes_back(review: Studio, qtbot: QtBot) -> None:
    paint(review, qtbot, (70, 50), (80, 50), 2)
    paint(review, qtbot, (70, 58), (80, 58), 1)
    labels = reader_of(review).final(1004)[1]
    assert (labels[50, 75], labels[58, 75]) == (2, 1)
    review.core.commands["correct.brush"].trigger()
    assert not review.review.page.replaced


def test_a_correction_spreads_when_it_is_accepted_and_not_when_it_is_rejected(review: Studio, qtbot: QtBot) -> None:
    paint(review, qtbot, (70, 50), (80, 50), 2)
    before = {n: reader_of(review).final(n)[1].copy() for n in (1003, 1005)}
    review.review.correct_panel.reach.setValue(1)
    for answer in ("reject", "accept"):
        with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
            review.core.commands["correct.spread"].trigger()
        qtbot.waitUntil(lambda: bool(review.review.corrections.offered), timeout=WAIT_MS)
        assert (reader_of(review).final(1005)[1] == before[1005]).all()
        offered = ResultReader(reader_of(review).folder, offered=True).final(1005)[1]
        assert not (offered == before[1005]).all()
        review.core.commands["correct.brush"].trigger()
        review.core.playhead.go(1005)
        qtbot.waitUntil(lambda shown=offered: np.array_equal(seen_in_viewer(review, 1005), shown), timeout=WAIT_MS)
        review.core.playhead.go(1004)
        review.core.commands[f"correct.{answer}"].trigger()
        settle(review, qtbot)
        qtbot.waitUntil(lambda: not review.review.corrections.offered, timeout=WAIT_MS)
        changed = not (reader_of(review).final(1005)[1] == before[1005]).all()
        assert changed == (answer == "accept")
    assert np.count_nonzero(reader_of(review).final(1005)[1][46:55, 66:84] == 2) > 20
    review.core.commands["edit.undo"].trigger()
    settle(review, qtbot)
    assert (reader_of(review).final(1005)[1] == before[1005]).all()
    assert (reader_of(review).final(1003)[1] == before[1003]).all()


def test_one_part_spreads_up_to_the_anchors_and_the_others_stay_to_the_bit(review: Studio, qtbot: QtBot) -> None:
    paint(review, qtbot, (40, 30), (80, 50), 2)
    before = {n: reader_of(review).final(n)[1].copy() for n in range(1001, 1009)}
    scores = {n: grown(reader_of(review).final(n)[0], (64, 96)).values[1].copy() for n in before}
    panel = review.review.correct_panel
    panel.to_anchor.setChecked(True)
    panel.one_part.setChecked(True)
    assert not panel.reach.isEnabled()
    review.core.parts.set_current(0)
    review.core.commands["correct.spread"].trigger()
    assert "Choose the part" in review.core.notice.text
    review.core.parts.set_current(2)
    with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
        review.core.commands["correct.spread"].trigger()
    qtbot.waitUntil(lambda: bool(review.review.corrections.offered), timeout=WAIT_MS)
    review.core.commands["correct.accept"].trigger()
    settle(review, qtbot)
    after = {n: reader_of(review).final(n)[1] for n in before}
    assert not np.array_equal(after[1007], before[1007])
    assert all(np.array_equal(after[n] == 1, before[n] == 1) for n in before)
    assert all(np.array_equal(after[n], before[n]) for n in (1001, 1008))
    assert all(np.array_equal(grown(reader_of(review).final(n)[0], (64, 96)).values[1], scores[n]) for n in before)


def test_teaching_makes_the_corrected_frame_a_reference(review: Studio, qtbot: QtBot) -> None:
    paint(review, qtbot, (70, 50), (80, 50), 2)
    review.core.commands["correct.teach"].trigger()
    assert [r.frame for r in review.core.references.references] == [1004]
    assert (review.core.document.layer("r1").labels == reader_of(review).final(1004)[1]).all()
    assert "reference now" in review.core.notice.text


def test_a_locked_frame_cannot_be_painted_and_a_locked_part_stays(review: Studio, qtbot: QtBot) -> None:
    review.core.commands["correct.lock_frame"].trigger()
    settle(review, qtbot)
    assert review.review.corrections.review.frames == {1004}
    shown = reader_of(review).final(1004)[1].copy()
    paint(review, qtbot, (70, 50), (80, 50), 2)
    assert (reader_of(review).final(1004)[1] == shown).all()
    review.core.commands["correct.lock_frame"].trigger()
    settle(review, qtbot)
    review.core.parts.set_current(1)
    review.core.commands["correct.lock_part"].trigger()
    settle(review, qtbot)
    paint(review, qtbot, (22, 28), (60, 28), 2)
    after = reader_of(review).final(1004)[1]
    assert ((after == 1) == (shown == 1)).all()
    assert (after == 2).sum() > (shown == 2).sum()


def test_notes_are_kept_with_the_frame(review: Studio, qtbot: QtBot, script: ScriptedQuestions) -> None:
    script.answers = ["edge pops"]
    review.core.commands["correct.note"].trigger()
    settle(review, qtbot)
    assert review.review.corrections.review.notes == {1004: "edge pops"}
    assert "edge pops" in review.review.correct_panel.note.text()
    review.core.commands["edit.undo"].trigger()
    settle(review, qtbot)
    assert review.review.corrections.review.notes == {}


def test_without_a_result_a_sentence_says_what_to_do(studio: Studio, qtbot: QtBot) -> None:
    studio.project_actions.new()
    studio.window.show_workspace("review")
    for command in ("tool.brush", "correct.spread", "correct.teach", "correct.lock_frame"):
        studio.core.commands[command].trigger()
        assert "no result yet" in studio.core.notice.text
        studio.core.notice.hide()


def test_the_time_of_a_step_is_shown_once_it_was_measured(review: Studio, qtbot: QtBot) -> None:
    panel = review.review.correct_panel
    assert panel.times["spread"].text() == "time not measured yet"
    assert panel.times["run"].text() == "8 frames, time not measured yet"
    paint(review, qtbot, (70, 50), (80, 50), 2)
    with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
        review.core.commands["correct.spread"].trigger()
    qtbot.waitUntil(lambda: "not measured" not in panel.times["spread"].text(), timeout=WAIT_MS)
    runs = review.review.runs
    runs.choose(replace(runs.choice, preset="draft"))
    review.core.commands["correct.teach"].trigger()
    assert panel.times["teach"].text() == "at once; the run learns it"
    with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
        next(b for b in panel.findChildren(QToolButton) if b.text() == "Run again").click()
    settle(review, qtbot)
    told = review.review.run_actions.outlook.told("draft")
    assert told is not None
    qtbot.waitUntil(lambda: "not measured" not in panel.times["run"].text(), timeout=WAIT_MS)


def test_spread_asks_for_a_correction_first_and_never_passes_a_lock(review: Studio, qtbot: QtBot) -> None:
    review.core.commands["correct.spread"].trigger()
    assert "Correct this frame with the brush first" in review.core.notice.text
    review.core.playhead.go(1005)
    review.core.commands["correct.lock_frame"].trigger()
    settle(review, qtbot)
    review.core.playhead.go(1004)
    locked = reader_of(review).final(1005)[1].copy()
    paint(review, qtbot, (70, 50), (80, 50), 2)
    with qtbot.waitSignal(review.core.queue.finished, timeout=WAIT_MS):
        review.core.commands["correct.spread"].trigger()
    qtbot.waitUntil(lambda: bool(review.review.corrections.offered), timeout=WAIT_MS)
    assert max(review.review.corrections.offered) < 1005
    review.core.commands["correct.accept"].trigger()
    settle(review, qtbot)
    assert (reader_of(review).final(1005)[1] == locked).all()
