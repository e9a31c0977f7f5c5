from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.playback.transport import Position, advanced, entered_frame, shuttled, stretch
from engine.domain.frames import FrameRange
from engine.errors import InputError


def walked(start: int, direction: int, steps: int, count: int, repeat: str) -> tuple[int, int]:
    """One frame after another, as a person with a flip book would do it."""
    place = start
    for _ in range(steps):
        if count == 1:
            break
        if not 0 <= place + direction < count:
            if repeat == "once":
                break
            if repeat == "loop":
                place = 0 if direction > 0 else count - 1
                continue
            direction = -direction
        place += direction
    return place, direction


@given(
    st.integers(1, 9),
    st.data(),
    st.sampled_from([1, -1]),
    st.integers(0, 40),
    st.sampled_from(["once", "loop", "ping_pong"]),
)
def test_many_steps_at_once_lead_where_single_steps_lead(
    count: int, data: st.DataObject, direction: int, steps: int, repeat: str
) -> None:
    start = data.draw(st.integers(0, count - 1))
    there = advanced(Position(start, direction), steps, count, repeat)  # type: ignore[arg-type]
    place, way = walked(start, direction, steps, count, repeat)
    assert there.place == place
    if repeat == "ping_pong" and 0 < place < count - 1:
        assert there.direction == way


def test_ping_pong_shows_the_frames_at_its_turns_once() -> None:
    at, seen = Position(0, 1), [0]
    for _ in range(8):
        at = advanced(at, 1, 4, "ping_pong")
        seen.append(at.place)
    assert seen == [0, 1, 2, 3, 2, 1, 0, 1, 2]


def test_without_repeat_playback_ends_on_the_last_frame_it_can_show() -> None:
    assert advanced(Position(3, 1), 9, 6, "once") == Position(5, 1, ended=True)
    assert advanced(Position(3, -1), 3, 6, "once") == Position(0, -1, ended=True)
    assert not advanced(Position(3, 1), 1, 6, "once").ended


def test_the_stretch_is_what_exists_between_in_and_out_included() -> None:
    numbers = [10, 11, 12, 20, 21]
    assert stretch(numbers, None) == (0, 5)
    assert stretch(numbers, FrameRange(11, 21)) == (1, 4)
    assert stretch(numbers, FrameRange(13, 15)) == (3, 4)
    assert stretch(numbers, FrameRange(90, 95)) == (4, 5)


def test_shuttle_keys_double_the_speed_and_turn_round_to_plain_speed() -> None:
    speeds = [0]
    for key in (1, 1, 1, 1, -1, -1, -1, 1):
        speeds.append(shuttled(speeds[-1], key))
    assert speeds == [0, 1, 2, 4, 4, -1, -2, -4, 1]


@pytest.mark.parametrize(
    ("text", "frame"), [("1043", 1043), (" 7 ", 7), ("+20", 120), ("-20", 80), ("+ 5", 105), ("- 5", 95)]
)
def test_a_typed_frame_is_a_number_or_a_distance(text: str, frame: int) -> None:
    assert entered_frame(text, 100) == frame


@pytest.mark.parametrize("text", ["", "abc", "12a", "+-3", "1.5", "++2"])
def test_anything_else_that_is_typed_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match="is no frame"):
        entered_frame(text, 100)
