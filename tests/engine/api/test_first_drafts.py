"""The first labels of a run: they come before the clip is looked through, and never across a cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.api import clip_setup
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.domain.settings import SegmentSettings
from engine.jobs import FrameDone, run_to_end
from engine.media import MediaSource, open_clip
from engine.results.folder import ResultReader
from tests.engine.cli.small_clip import FIRST, textured, write_small_clip

FRAMES = 130


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_clip(tmp_path_factory.mktemp("footage"), frames=FRAMES)


def request_for(footage: Path, out: Path, *, focus: int) -> SegmentRequest:
    draft = SegmentSettings(preset="draft", crop="off")
    return SegmentRequest(
        footage / "plate", out, anchors=footage / "anchors", focus=focus, cache_folder=out / "../cache", settings=draft
    )


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Numbers of the frames that were read."""
    found: set[int] = set()

    def watched(path: Path, *, colour_space: str) -> MediaSource:
        source = open_clip(path, colour_space=colour_space)
        read = source.read

        def noted(number: int) -> NDArray[np.uint8]:
            found.add(number)
            return read(number)

        source.read = noted  # type: ignore[method-assign]
        return source

    monkeypatch.setattr(clip_setup, "open_clip", watched)
    return found


def test_the_first_labels_wait_only_for_the_frames_on_their_way(footage: Path, tmp_path: Path, reads: set[int]) -> None:
    job = segment(request_for(footage, tmp_path / "out", focus=FIRST + 5))
    first = next(event for event in job if isinstance(event, FrameDone))
    assert first == FrameDone(FIRST + 5, "draft")
    # Anchors are matched with the clip by its size: that may take one frame more.
    assert reads <= set(range(FIRST, FIRST + 6)) | {FIRST + FRAMES - 1}
    assert "cuts" not in ResultReader(tmp_path / "out").record.clip
    job.close()


def test_a_first_draft_far_from_the_paint_is_carried_in_strides_and_stays_on_the_object(
    footage: Path, tmp_path: Path
) -> None:
    focus = FIRST + 24
    job = segment(request_for(footage, tmp_path / "out", focus=focus))
    assert next(event for event in job if isinstance(event, FrameDone)) == FrameDone(focus, "draft")
    found = ResultReader(tmp_path / "out").labels(focus)
    job.close()
    truth = np.asarray(Image.open(footage / f"truth/shot.{focus}.png"))
    for part in (1, 2):
        both, either = ((found == part) & (truth == part)).sum(), ((found == part) | (truth == part)).sum()
        assert both / either > 0.8


def test_the_neighbours_of_the_playhead_follow_before_the_clip_is_looked_through(
    footage: Path, tmp_path: Path, reads: set[int]
) -> None:
    focus, drafted = FIRST + 20, set[int]()
    job = segment(request_for(footage, tmp_path / "out", focus=focus))
    for event in job:
        if isinstance(event, FrameDone) and event.state == "done":
            break
        if isinstance(event, FrameDone):
            drafted.add(event.frame)
            assert max(reads - {FIRST + FRAMES - 1}) <= focus + 12
    assert drafted == set(range(focus - 12, focus + 13))
    job.close()


def test_a_run_that_ends_after_its_first_draft_goes_on_to_the_same_labels(footage: Path, tmp_path: Path) -> None:
    whole, broken = (request_for(footage, tmp_path / name / "out", focus=FIRST + 5) for name in "ab")
    run_to_end(segment(whole))
    job = segment(broken)
    next(event for event in job if isinstance(event, FrameDone))
    job.close()
    run_to_end(segment(replace(broken, focus=FIRST + 90)))
    first, second = ResultReader(whole.out), ResultReader(broken.out)
    assert first.record.clip["cuts"] == second.record.clip["cuts"] == []
    for frame in (FIRST + 5, FIRST + 6, FIRST + 90):
        assert second.record.frames[frame].state == "done"
        assert np.array_equal(first.labels(frame), second.labels(frame))


def test_nothing_is_drafted_across_a_cut(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    shots = [textured(rng, (48, 64), 60), textured(rng, (48, 64), 190)]
    for folder in ("plate", "anchors"):
        (tmp_path / folder).mkdir()
    for index in range(12):
        Image.fromarray(shots[index // 6]).save(tmp_path / f"plate/s.{FIRST + index}.png")
    mask = np.zeros((48, 64), np.uint8)
    cv2.circle(mask, (32, 24), 10, 255, -1)
    Image.fromarray(mask).save(tmp_path / f"anchors/s.{FIRST}.png")
    request = request_for(tmp_path, tmp_path / "out", focus=FIRST + 8)
    frames = [event for event in segment(request) if isinstance(event, FrameDone)]
    assert FrameDone(FIRST + 8, "draft") not in frames
    reader = ResultReader(tmp_path / "out")
    assert reader.record.clip["cuts"] == [FIRST + 6]
    assert not reader.labels(FIRST + 8).any()
    assert reader.labels(FIRST + 5).any()
