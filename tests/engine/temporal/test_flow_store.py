from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine.temporal import flow_store
from engine.temporal.flow import DRAFT_FLOW
from engine.temporal.flow_quota import make_room
from engine.temporal.flow_store import MAX_WORKING_PIXELS, FlowStore, working_size
from tests.engine.temporal.flow_clip import CountedClip

SIZE = (64, 48)


@pytest.mark.parametrize("plate", [(720, 480), (1920, 1080), (3840, 2160), (33, 17), (1, 1), (8000, 10)])
def test_working_size_never_exceeds_the_plate_nor_half_a_megapixel(plate: tuple[int, int]) -> None:
    width, height = working_size(*plate)
    assert 1 <= width <= plate[0]
    assert 1 <= height <= plate[1]
    assert width * height <= MAX_WORKING_PIXELS * 1.01
    assert width / height == pytest.approx(plate[0] / plate[1], rel=0.02)


def test_flow_is_computed_once_and_read_from_disk_by_the_next_store(tmp_path: Path) -> None:
    first = FlowStore(CountedClip(), tmp_path, working_size=SIZE)
    computed = first.between(2, 3)
    clip = CountedClip()
    again = FlowStore(clip, tmp_path, working_size=SIZE).between(2, 3)
    assert np.array_equal(computed.field, again.field)
    assert np.array_equal(computed.visibility, again.visibility)
    assert clip.reads == []


def test_flow_of_another_clip_or_size_is_not_mistaken_for_this_one(tmp_path: Path) -> None:
    FlowStore(CountedClip(), tmp_path, working_size=SIZE).between(0, 1)
    other, smaller = CountedClip(content_id="other"), CountedClip()
    FlowStore(other, tmp_path, working_size=SIZE).between(0, 1)
    assert FlowStore(smaller, tmp_path, working_size=(32, 24)).between(0, 1).field.shape == (24, 32, 2)
    assert other.reads == [0, 1]
    assert smaller.reads == [0, 1]


def test_spoilt_files_are_computed_again(tmp_path: Path) -> None:
    good = FlowStore(CountedClip(), tmp_path, working_size=SIZE).between(0, 1)
    for path in tmp_path.rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:100])
    again = FlowStore(CountedClip(), tmp_path, working_size=SIZE).between(0, 1)
    assert np.array_equal(good.field, again.field)


def test_neighbours_skip_gaps_and_others_are_refused() -> None:
    store = FlowStore(CountedClip((3, 4, 9)), None, working_size=SIZE)
    assert store.next_frame(4) == 9
    assert store.next_frame(9) is None
    assert store.between(9, 4).field.shape == (48, 64, 2)
    with pytest.raises(ValueError, match="not neighbours"):
        store.between(3, 9)


def test_oldest_clips_leave_when_the_quota_is_reached(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "0-1.npy").write_bytes(bytes(400))
        os.utime(folder, (1000 - age, 1000 - age))
    free = make_room(tmp_path, tmp_path / "own", 1200)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]
    assert free == 800


def test_a_full_quota_keeps_nothing_and_still_answers(tmp_path: Path) -> None:
    store = FlowStore(CountedClip(), tmp_path, working_size=SIZE, quota_bytes=10)
    assert store.between(0, 1).field.shape == (48, 64, 2)
    assert not list(tmp_path.rglob("*.npy"))


def test_a_cache_that_cannot_be_written_still_answers(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    store = FlowStore(CountedClip(), blocked, working_size=SIZE)
    assert store.between(0, 1).field.shape == (48, 64, 2)


def test_memory_holds_so_many_bytes_of_flow_however_long_the_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    one_pair = 2 * 48 * 64 * 2 * 2
    monkeypatch.setattr(flow_store, "_PAIR_BYTES_IN_MEMORY", 16 * one_pair)
    store = FlowStore(CountedClip(range(25)), None, working_size=SIZE)
    for frame in range(24):
        store.between(frame, frame + 1)
    assert sum(pair.forward.nbytes + pair.backward.nbytes for pair in store._pairs.values()) == 16 * one_pair
    assert len(store._images) <= 8


def test_draft_flow_is_never_kept_on_disk(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="standard settings"):
        FlowStore(CountedClip(), tmp_path, working_size=SIZE, settings=DRAFT_FLOW)
