from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api.segment_request import SegmentRequest
from engine.api.train import TrainRequest
from engine.api.verbs import VERBS, verb
from engine.api.wire import decode, decode_event, encode, encode_event
from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.domain.settings import SegmentSettings
from engine.errors import InputError, InternalError
from engine.jobs import FrameDone, Message, Progress, TrainStep

FULL = SegmentRequest(
    Path("/plates/ä b.mov"),
    Path("out"),
    profile=Path("p.safetensors"),
    frame_range=FrameRange(1001, 1101),
    backbone="quick",
    parts=PartSet.from_names(["wheel", "front window"]),
    part_map={"wheel": "tyre"},
    focus=1040,
    settings=SegmentSettings(preset="draft", window=7, seed=3),
)


def through_the_pipe(value: Any) -> Any:
    return json.loads(json.dumps(encode(value)))


@pytest.mark.parametrize("request_", [FULL, SegmentRequest(Path("a"), Path("b"))])
def test_a_request_arrives_as_it_was_sent(request_: SegmentRequest) -> None:
    assert decode(SegmentRequest, through_the_pipe(request_)) == request_


@given(
    start=st.integers(0, 10**6),
    length=st.integers(1, 10**4),
    focus=st.none() | st.integers(0, 10**6),
    names=st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9), max_size=3),
    seed=st.integers(0, 2**31),
)
def test_any_request_arrives_as_it_was_sent(
    start: int, length: int, focus: int | None, names: dict[str, str], seed: int
) -> None:
    sent = replace(
        FULL,
        frame_range=FrameRange(start, start + length),
        focus=focus,
        part_map=names,
        settings=replace(FULL.settings, seed=seed),
    )
    assert decode(SegmentRequest, through_the_pipe(sent)) == sent


@pytest.mark.parametrize(
    "event",
    [
        Progress("learning", 3, 250),
        FrameDone(1001, "draft"),
        Message("Ein Satz.", "warning"),
        TrainStep(3, 250, {"loss": 0.5}, {"wheel": 0.9}, Path("preview.png")),
        TrainStep(4, 250, {"loss": 1.0}),
    ],
)
def test_an_event_arrives_as_it_was_told(event: Any) -> None:
    assert decode_event(json.loads(json.dumps(encode_event(event)))) == event


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_has_a_request_that_can_be_read(name: str) -> None:
    kind = verb(name).request_type()
    with pytest.raises(InternalError):
        decode(kind, ["no table"])


@pytest.mark.parametrize(
    "values",
    [
        {"clip": 3, "out": "b"},
        {"clip": "a", "out": "b", "surprise": 1},
        {"clip": "a", "out": "b", "focus": "x"},
        {"clip": "a", "out": "b", "focus": True},
        {"clip": "a", "out": "b", "backbone": "sam"},
        {"clip": "a", "out": "b", "part_map": [1]},
    ],
)
def test_values_of_another_form_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(InternalError):
        decode(SegmentRequest, values)


def test_values_that_a_request_refuses_are_its_own_sentence() -> None:
    with pytest.raises(InputError, match="at least one frame"):
        decode(SegmentSettings, {"window": 0})


def test_things_that_are_no_values_are_not_sent() -> None:
    with pytest.raises(InternalError, match="cannot be sent"):
        encode(object())
    assert decode(TrainRequest, through_the_pipe(TrainRequest(Path("a"), Path("b")))) == TrainRequest(
        Path("a"), Path("b")
    )
