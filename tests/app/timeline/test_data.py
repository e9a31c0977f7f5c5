from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.timeline.axis import FrameAxis
from app.timeline.data import STATE_CODES, TimelineData
from engine.results.record import FrameRecord
from tests.app.timeline.timeline_clip import PARTS, frame_record

NUMBERS = [*range(1001, 1011), *range(1015, 1021)]
figures = st.floats(0, 1, width=32)
rows = st.dictionaries(
    st.integers(999, 1022),
    st.builds(
        frame_record,
        st.dictionaries(st.sampled_from(["body", "wheel", "another"]), figures),
        st.dictionaries(st.sampled_from(["body", "wheel"]), figures),
        state=st.sampled_from(["draft", "done", "stale"]),
    ),
)


def states_of(records: dict[int, FrameRecord]) -> dict[int, str]:
    return {frame: record.state for frame, record in records.items()}


@given(rows, st.lists(rows, max_size=3))
def test_a_picture_grown_by_updates_equals_one_that_is_built_at_once(
    first: dict[int, FrameRecord], updates: list[dict[int, FrameRecord]]
) -> None:
    empty = TimelineData.of_clip(FrameAxis.of(NUMBERS))
    grown, all_rows = empty.with_result(PARTS, first, {}), dict(first)
    for update in updates:
        grown = grown.with_frames(update, states_of(update))
        all_rows |= update
    whole = empty.with_result(PARTS, all_rows, {})
    np.testing.assert_array_equal(grown.states, whole.states)
    np.testing.assert_array_equal(grown.confidence, whole.confidence)
    np.testing.assert_array_equal(grown.flicker, whole.flicker)
    for index, frame in enumerate(NUMBERS):
        row = all_rows.get(frame)
        assert grown.state(frame) == (row.state if row is not None else "none")
        for part, name in enumerate(PARTS.names):
            for table, values in (
                (grown.confidence, row.confidence if row else {}),
                (grown.flicker, row and row.flicker),
            ):
                expected = np.float32((values or {}).get(name, np.nan))
                np.testing.assert_equal(table[part, index], expected)


def test_an_update_leaves_the_old_picture_and_everything_else_as_they_were() -> None:
    before = TimelineData.of_clip(FrameAxis.of(NUMBERS)).with_result(PARTS, {1001: frame_record({"body": 0.5})}, {})
    after = before.with_frames({1002: frame_record({"body": 0.25})}, {1002: "draft"})
    assert np.isnan(before.confidence[0, 1])
    assert after.confidence[0, :2].tolist() == [0.5, 0.25]
    assert before.state(1002) == "none"
    assert (after.axis, after.anchors, after.cached, after.cuts) == (
        before.axis,
        before.anchors,
        before.cached,
        before.cuts,
    )
    assert after.cached is before.cached
    assert not after.states.flags.writeable


def test_cached_frames_that_the_clip_lacks_are_left_out() -> None:
    data = TimelineData.of_clip(FrameAxis.of(NUMBERS)).with_cached(frozenset({1001, 1012, 1020, 5000}))
    assert np.flatnonzero(data.cached).tolist() == [0, len(NUMBERS) - 1]


def test_a_clip_without_frames_has_a_picture() -> None:
    data = TimelineData().with_result(PARTS, {5: frame_record({"body": 1})}, {5: "done"})
    assert data.worst() == ()
    assert set(STATE_CODES) == {"none", "draft", "done", "stale"}
