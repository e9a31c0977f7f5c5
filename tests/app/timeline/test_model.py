from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from engine.results.record import FrameRecord
from tests.app.timeline.timeline_clip import PARTS, Clip, Results, frame_record, record_of

NUMBERS = range(1001, 1101)


def done(*frames: int) -> dict[int, FrameRecord]:
    return {frame: frame_record({"body": 0.5, "wheel": 0.75}) for frame in frames}


def test_a_clip_is_shown_with_its_references_result_edits_and_cache(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of(done(1001, 1002), cuts=[1051]), {1001: False, 1050: True})
    clip.edits.edited, clip.edits.locks = frozenset({1002}), {1003: ("body",)}
    clip.edits.changed.emit()
    clip.cache.cached_frames = frozenset({1001})
    clip.cache.cacheChanged.emit()
    clip.model.catch_up()
    data = clip.model.data
    assert (data.anchors, data.holdouts) == ({1001}, {1050})
    assert (data.edits, data.locks, data.cuts) == ({1002}, {1003: ("body",)}, (1051,))
    assert [data.state(n) for n in (1001, 1002, 1003)] == ["done", "done", "none"]
    assert data.parts == PARTS
    assert np.flatnonzero(data.cached).tolist() == [0]


def test_another_clip_is_shown_at_once_and_its_result_when_the_results_have_heard_of_it(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of(done(1001, 1002)))
    with qtbot.waitSignal(clip.model.changed):
        clip.playhead.set_clip("c2", range(1, 11))
    assert clip.model.data.axis.numbers.tolist() == list(range(1, 11))
    assert len(clip.model.data.parts) == 0
    clip.results.record = record_of(done(5))
    qtbot.waitUntil(lambda: clip.model.data.state(5) == "done")


def test_references_of_another_clip_are_not_shown(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, references={1001: False})
    clip.playhead.set_clip("c2", NUMBERS)
    assert clip.model.data.anchors == frozenset()


def test_frames_that_a_run_writes_quickly_are_taken_in_together(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of({}))
    with qtbot.waitSignal(clip.model.changed), qtbot.assertNotEmitted(clip.results.recordChanged):
        seen = []
        clip.model.changed.connect(lambda: seen.append(clip.model.data))
        for frame in range(1001, 1021):
            clip.results.states[frame] = "draft"
            clip.results.frameChanged.emit(frame)
        assert seen == []
    assert len(seen) == 1
    assert [seen[0].state(n) for n in (1001, 1020, 1021)] == ["draft", "draft", "none"]


def test_a_steady_stream_of_frames_does_not_put_off_the_picture(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of({}))
    clip.results.frameChanged.emit(1001)
    before = clip.model._timer.remainingTime()
    qtbot.wait(30)
    clip.results.frameChanged.emit(1002)
    assert clip.model._timer.remainingTime() < before


def test_a_record_that_grew_is_read_where_it_changed_only(qtbot: QtBot, monkeypatch) -> None:
    clip = Clip(NUMBERS, record_of(done(*range(1001, 1051))))
    updates = []
    kind = type(clip.model.data)
    original = kind.with_frames

    def counting(data, records, states):
        updates.append((set(records), set(states)))
        return original(data, records, states)

    monkeypatch.setattr(kind, "with_frames", counting)
    clip.results.record = record_of(done(*range(1001, 1053)))
    clip.results.recordChanged.emit()
    clip.model.catch_up()
    assert updates == [({1051, 1052}, {1051, 1052})]
    clip.results.recordChanged.emit()
    before = clip.model.data
    clip.model.catch_up()
    assert clip.model.data is before


def test_frames_that_became_stale_are_shown_so_though_the_record_says_done(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of(done(1001, 1002)))
    clip.results.states[1002] = "stale"
    clip.results.recordChanged.emit()
    clip.model.catch_up()
    assert [clip.model.data.state(n) for n in (1001, 1002)] == ["done", "stale"]


def test_a_frame_on_disk_is_shown_before_the_record_names_it(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of(done(1001)))
    clip.results.states[1010] = "draft"
    clip.results.frameChanged.emit(1010)
    clip.results.recordChanged.emit()
    clip.model.catch_up()
    assert clip.model.data.state(1010) == "draft"


def test_another_result_takes_the_place_of_the_first_and_none_clears_it(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS, record_of(done(1001, 1002), cuts=[1051]))
    clip.results.record = record_of(done(1002))
    clip.results.recordChanged.emit()
    clip.model.catch_up()
    assert [clip.model.data.state(n) for n in (1001, 1002)] == ["none", "done"]
    assert np.isnan(clip.model.data.confidence[:, 0]).all()
    clip.results.record = None
    clip.results.recordChanged.emit()
    clip.model.catch_up()
    data = clip.model.data
    assert (len(data.parts), data.cuts, data.state(1002), dict(data.records)) == (0, (), "none", {})


def test_the_worst_frames_are_visited_in_order(qtbot: QtBot) -> None:
    rows = {n: frame_record({"body": 1.0, "wheel": 1.0}) for n in NUMBERS}
    rows[1030] = frame_record({"body": 0.5, "wheel": 1.0})
    rows[1070] = frame_record({"body": 1.0, "wheel": 0.25})
    clip = Clip(NUMBERS, record_of(rows))
    visited = []
    for step in (1, 1, 1, -1):
        clip.model.go_to_worst(step)
        visited.append(clip.playhead.frame)
    assert visited == [1070, 1030, 1070, 1030]
    assert clip.model.next_worst(1, part=0) == 1030


def test_without_a_result_there_is_no_worst_frame_to_go_to(qtbot: QtBot) -> None:
    clip = Clip(NUMBERS)
    clip.playhead.go(1005)
    clip.model.go_to_worst(1)
    assert clip.playhead.frame == 1005
    assert isinstance(clip.results, Results)
