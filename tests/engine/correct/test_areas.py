from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.api.clip_setup import flow_store
from engine.correct.areas import Area, along_motion, hold, polygon_mask
from engine.media import open_clip
from engine.results.review import read_review, write_review
from tests.engine.correct.moving_result import write_moving


def test_a_part_is_not_inside_a_hold_out_and_stays_outside(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=4, missing_lid=False)
    mask = np.zeros((64, 96), bool)
    mask[:32] = True
    before = reader.final(1002)[1]
    assert (before[mask] == 2).any()
    assert list(hold(reader, Area("never", 2, mask, 1002), iter([(1002, mask)]))) == [1002]
    after = reader.final(1002)[1]
    assert not (after[mask] == 2).any()
    assert np.array_equal(after[~mask], before[~mask])
    assert np.array_equal(after[mask & (before != 2)], before[mask & (before != 2)])


def test_a_forced_part_fills_its_area_but_not_on_a_locked_frame(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=4)
    write_review(reader.folder, read_review(reader.folder).locking([1003]))
    mask = polygon_mask([(10, 10), (30, 10), (30, 20), (10, 20)], (64, 96))
    before = reader.final(1003)[1]
    frames = hold(reader, Area("always", 2, mask, 1002), iter([(1002, mask), (1003, mask)]))
    assert list(frames) == [1002]
    assert (reader.final(1002)[1][mask] == 2).all()
    assert np.array_equal(reader.final(1003)[1], before)


def test_a_tracked_area_moves_with_what_it_was_drawn_on(tmp_path: Path) -> None:
    _, truth = write_moving(tmp_path, count=6)
    source = open_clip(tmp_path / "plate")
    area = Area("never", 1, truth[1002] > 0, 1002)
    found = dict(along_motion(flow_store(None, source), area, [1001, 1002, 1005]))
    source.close()
    for frame, mask in found.items():
        disc = truth[frame] > 0
        assert (mask & disc).sum() / (mask | disc).sum() > 0.85
    assert set(found) == {1001, 1002, 1005}
