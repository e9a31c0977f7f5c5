from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from engine.api.clip_setup import flow_store
from engine.api.track import TrackRequest, track
from engine.correct.areas import Drawn, Kind, along_motion, narrow, place, polygon_mask, remove
from engine.correct.corrections import Corrections
from engine.domain.frames import FrameRange
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.results.areas import Mask, mask_bytes, read_mask
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from engine.results.paste import grown
from engine.results.review import read_review, write_review
from engine.results.stamps import frame_stamp
from tests.engine.correct.moving_result import write_moving

SIZE = (64, 96)
HALF = np.zeros(SIZE, bool)
HALF[:32] = True


def drawn(kind: Kind, part: int, mask: Mask = HALF, frame: int = 1002) -> Drawn:
    return Drawn(kind, part, frame, {frame: mask})


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def shown(reader: ResultReader, frames: Iterable[int]) -> dict[int, np.ndarray]:
    return {frame: reader.final(frame)[1] for frame in frames}


def channel(reader: ResultReader, frame: int, part: int) -> np.ndarray:
    scores = grown(reader.final(frame)[0], SIZE)
    return scores.values[1 + scores.part_ids.index(part)]


def test_a_part_is_not_inside_a_hold_out_and_stays_outside(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=4, missing_lid=False)
    before, soft = reader.final(1002)[1], channel(reader, 1002, 2)
    stamp = frame_stamp(reader, 1002)
    assert (before[HALF] == 2).any()
    place(reader, drawn("never", 2), [1002])
    after = reader.final(1002)[1]
    assert not (after[HALF] == 2).any()
    assert np.array_equal(after[~HALF], before[~HALF])
    assert np.array_equal(after[HALF & (before != 2)], before[HALF & (before != 2)])
    now = channel(reader, 1002, 2)
    assert (now[HALF] == 0).all()
    assert np.array_equal(now[~HALF], soft[~HALF])
    assert np.allclose(reader.final(1002)[0].values.sum(axis=0), 1, atol=1e-5)
    assert np.array_equal(reader.labels(1002), before)
    assert frame_stamp(reader, 1002) != stamp


def test_a_garbage_matte_leaves_nothing_but_background(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=3)
    place(reader, drawn("always", 0), [1001, 1002, 1003])
    for frame in (1001, 1002, 1003):
        assert not reader.final(frame)[1][HALF].any()
        assert (channel(reader, frame, 1)[HALF] == 0).all()


def test_a_forced_part_fills_its_area_but_not_on_a_locked_frame(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=4)
    write_review(reader.folder, read_review(reader.folder).locking([1003]))
    mask = polygon_mask([(10, 10), (30, 10), (30, 20), (10, 20)], SIZE)
    before = reader.final(1003)[1]
    change = place(reader, drawn("always", 2, mask), [1002, 1003])
    assert "1003" in change.note
    assert (reader.final(1002)[1][mask] == 2).all()
    assert (channel(reader, 1002, 2)[mask] == 1).all()
    assert np.array_equal(reader.final(1003)[1], before)


def test_a_frame_that_was_locked_under_an_area_keeps_it_when_it_is_deleted(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=4, missing_lid=False)
    plain = shown(reader, reader.numbers)
    place(reader, drawn("never", 2), reader.numbers)
    write_review(reader.folder, read_review(reader.folder).locking([1003]))
    held = shown(reader, reader.numbers)
    change = remove(reader, reader.areas[0].id)
    assert "1003" in change.note
    assert np.array_equal(reader.final(1003)[1], held[1003])
    assert np.array_equal(reader.final(1002)[1], plain[1002])
    assert reader.areas[0].frames == {1003}
    with pytest.raises(InputError, match="Locked where"):
        remove(reader, reader.areas[0].id)


def test_a_locked_part_does_not_notice_an_area_to_the_bit(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=3, missing_lid=False)
    write_review(reader.folder, read_review(reader.folder).locking([1002], 1))
    before, soft = reader.final(1002)[1] == 1, channel(reader, 1002, 1)
    place(reader, drawn("never", 2), reader.numbers)
    assert np.array_equal(reader.final(1002)[1] == 1, before)
    assert np.array_equal(channel(reader, 1002, 1), soft)
    assert not (reader.final(1002)[1][HALF] == 2).any()
    place(reader, drawn("always", 0, np.ones(SIZE, bool)), [1002])
    assert np.array_equal(reader.final(1002)[1] == 1, before)
    assert np.array_equal(channel(reader, 1002, 1), soft)


def test_undo_of_an_area_restores_every_file(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=3, missing_lid=False)
    edit = FrameEdit.empty(SIZE)
    edit.labels[20:40, 40:50], edit.coverage[20:40, 40:50] = 2, 255
    Corrections(reader).correct(1002, edit)
    before = files(reader.folder)
    change = place(reader, drawn("never", 2), reader.numbers)
    assert not (reader.final(1002)[1][HALF] == 2).any()
    assert (reader.final(1002)[1][33:40, 40:50] == 2).all()
    after = files(reader.folder)
    again = change.revert()
    assert files(reader.folder) == before
    again.revert()
    assert files(reader.folder) == after
    remove(reader, reader.areas[0].id).revert()
    assert files(reader.folder) == after
    narrow(reader, reader.areas[0].id, [1001]).revert()
    assert files(reader.folder) == after


def test_the_brush_lies_above_an_area_and_a_spread_obeys_it(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=3)
    place(reader, drawn("never", 2), reader.numbers)
    for frame, origin, wins in ((1001, "spread from 1002", False), (1002, "brush", True)):
        edit = FrameEdit.empty(SIZE, origin)
        edit.labels[10:20, 10:20], edit.coverage[10:20, 10:20] = 2, 255
        Corrections(reader).correct(frame, edit)
        assert (reader.final(frame)[1][10:20, 10:20] == 2).any() == wins


def test_an_area_can_be_narrowed_and_widened(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=4, missing_lid=False)
    plain = shown(reader, reader.numbers)
    place(reader, drawn("never", 2), [1001, 1002, 1003, 1004])
    narrow(reader, reader.areas[0].id, [1002, 1003])
    for frame in reader.numbers:
        assert np.array_equal(reader.final(frame)[1], plain[frame]) == (frame in (1001, 1004))
    narrow(reader, reader.areas[0].id, [1001])
    assert not np.array_equal(reader.final(1001)[1], plain[1001])
    with pytest.raises(InputError, match="delete it"):
        narrow(reader, reader.areas[0].id, [])


def test_a_tracked_area_moves_with_what_it_was_drawn_on_and_stops_at_cuts(tmp_path: Path) -> None:
    reader, truth = write_moving(tmp_path, count=6, cuts=(1005,))
    source = open_clip(tmp_path / "plate")
    carried = dict(along_motion(flow_store(None, source), (1002, truth[1002] > 0), [1001, 1002, 1004]))
    source.close()
    (tmp_path / "mask.png").write_bytes(mask_bytes(truth[1002] > 0))
    request = TrackRequest(
        reader.folder, tmp_path / "mask.png", 1002, FrameRange(1001, 1007), tmp_path / "into", clip=tmp_path / "plate"
    )
    found = run_to_end(track(request))
    assert found.frames == (1001, 1002, 1003, 1004)
    masks = {frame: read_mask(tmp_path / "into" / f"{frame}.png") for frame in found.frames}
    for frame, mask in masks.items():
        disc = truth[frame] > 0
        assert (mask & disc).sum() / (mask | disc).sum() > 0.85
    assert all(np.array_equal(masks[frame], mask) for frame, mask in carried.items())
    place(reader, Drawn("never", 1, 1002, masks), found.frames)
    assert (reader.final(1004)[1] == 1).sum() < 0.15 * (truth[1004] > 0).sum()
    assert np.array_equal(reader.final(1005)[1], reader.labels(1005))


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (Drawn("never", 0, 1002, {1002: HALF}), "choose a part"),
        (Drawn("never", 9, 1002, {1002: HALF}), "9"),
        (Drawn("never", 2, 1002, {1002: np.zeros(SIZE, bool)}), "empty"),
        (Drawn("never", 2, 1002, {1002: np.ones((10, 10), bool)}), "10x10"),
    ],
)
def test_areas_that_make_no_sense_are_a_sentence_and_nothing_is_written(
    tmp_path: Path, attempt: Drawn, words: str
) -> None:
    reader, _ = write_moving(tmp_path, count=3)
    before = files(reader.folder)
    with pytest.raises(InputError, match=words):
        place(reader, attempt, [1002])
    with pytest.raises(InputError, match="no frame"):
        place(reader, drawn("never", 2), [])
    with pytest.raises(InputError, match="not there any more"):
        remove(reader, "nothing")
    assert files(reader.folder) == before
