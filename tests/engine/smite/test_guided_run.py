from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.frames import FrameRange
from engine.domain.labels import Painted
from engine.jobs import Message
from engine.smite.carried_maps import CarriedMaps
from engine.smite.guidance_settings import PAPER_WINDOWS
from engine.smite.guided_window import Carried
from engine.temporal.windows import WindowPlan, slices
from tests.engine.smite.guided_toys import SmallClip, StillTracker, ToyNetwork, scored, toy_run


def test_the_default_plan_is_the_authors_and_the_papers_is_a_preset() -> None:
    assert (toy_run(SmallClip(1)).settings.windows.length, toy_run(SmallClip(1)).settings.windows.overlap) == (16, 8)
    assert (PAPER_WINDOWS.length, PAPER_WINDOWS.overlap) == (20, 7)


@pytest.mark.parametrize("plan", [WindowPlan(16, 8), PAPER_WINDOWS])
def test_every_clip_length_from_1_to_40_is_answered_once_a_frame(plan: WindowPlan) -> None:
    for length in range(1, 41):
        answers = scored(toy_run(SmallClip(length, first=1001), plan=plan))
        assert [scores.frame for scores in answers] == list(range(1001, 1001 + length))
        for scores in answers:
            assert np.isfinite(scores.values).all()
            assert np.abs(scores.values.sum(axis=0) - 1).max() <= 1e-5


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_window_setting_answers_each_frame_once(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, 40))
    window = data.draw(st.integers(1, 20))
    plan = WindowPlan(window, data.draw(st.integers(0, window - 1)))
    guidance = {
        "vote_window": data.draw(st.integers(1, 17)),
        "sub_window": data.draw(st.integers(1, 6)),
        "steps": data.draw(st.integers(1, 3)),
    }
    temporal = data.draw(st.sampled_from(["vote", "guided"]))
    run = toy_run(SmallClip(length), plan=plan, guidance=guidance, settings={"temporal": temporal})
    assert [scores.frame for scores in scored(run)] == list(range(length))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_killed_run_goes_on_to_the_same_bits(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    length = data.draw(st.integers(2, 40))
    plan = WindowPlan(8, data.draw(st.integers(0, 7)))
    killed_after = data.draw(st.integers(1, length - 1))
    whole = scored(toy_run(SmallClip(length), plan=plan))
    folder = tmp_path_factory.mktemp("kept")
    first = scored(toy_run(SmallClip(length), plan=plan, store=CarriedMaps(folder, "a")), stop_after=killed_after)
    rest = [scores.frame for scores in whole[killed_after:]]
    going_on = toy_run(SmallClip(length), plan=plan, frames=rest, store=CarriedMaps(folder, "a"))
    for resumed, unbroken in zip([*first, *scored(going_on)], whole, strict=True):
        assert resumed.frame == unbroken.frame
        assert np.array_equal(resumed.values, unbroken.values)


def test_a_run_that_goes_on_does_not_begin_at_the_start(tmp_path: Path) -> None:
    plan, length = WindowPlan(8, 4), 40
    scored(toy_run(SmallClip(length), plan=plan, store=CarriedMaps(tmp_path, "a")), stop_after=25)
    network = ToyNetwork()
    run = toy_run(SmallClip(length), plan=plan, frames=range(25, 40), store=CarriedMaps(tmp_path, "a"), network=network)
    scored(run)
    begun = next(i for i, piece in enumerate(slices(length, plan)) if piece.start + piece.final > 25)
    assert len(network.calls) == len(slices(length, plan)) - begun


def test_without_kept_maps_the_scene_is_worked_through_again_and_said_so() -> None:
    plan, messages = WindowPlan(8, 4), list[Message]()
    whole = scored(toy_run(SmallClip(30), plan=plan))

    def seen(event: Any) -> None:
        if isinstance(event, Message):
            messages.append(event)

    last = scored(toy_run(SmallClip(30), plan=plan, frames=[29]), seen=seen)
    assert np.array_equal(last[0].values, whole[29].values)
    assert any("worked through again" in message.text for message in messages)


def test_maps_of_another_run_are_not_taken_up(tmp_path: Path) -> None:
    plan = WindowPlan(8, 4)
    scored(toy_run(SmallClip(20), plan=plan, store=CarriedMaps(tmp_path, "a")))
    assert CarriedMaps(tmp_path, "a").load("0-19", 2) is not None
    assert CarriedMaps(tmp_path, "b").load("0-19", 2) is None


def test_maps_come_back_as_they_went_whatever_their_strides(tmp_path: Path) -> None:
    maps = torch.randn(4, 4, 3, 2, generator=torch.Generator().manual_seed(0)).permute(3, 2, 0, 1)
    subject = np.arange(32).reshape(4, 4, 2).transpose(2, 0, 1) % 3 == 0
    CarriedMaps(tmp_path, "a").keep("0-9", 4, Carried(maps, subject))
    kept = CarriedMaps(tmp_path, "a").load("0-9", 4)
    assert kept is not None
    assert torch.equal(kept.maps, maps)
    assert np.array_equal(kept.subject, subject)


def test_spoilt_maps_are_worked_out_again(tmp_path: Path) -> None:
    plan = WindowPlan(8, 4)
    whole = scored(toy_run(SmallClip(20), plan=plan, store=CarriedMaps(tmp_path, "a")))
    for path in tmp_path.rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:50])
    again = scored(toy_run(SmallClip(20), plan=plan, frames=[19], store=CarriedMaps(tmp_path, "a")))
    assert np.array_equal(again[0].values, whole[19].values)


def test_the_window_length_with_which_a_run_began_stays(tmp_path: Path) -> None:
    assert CarriedMaps(tmp_path, "a").window_length(12) == 12
    assert CarriedMaps(tmp_path, "a").window_length(16) == 12
    assert CarriedMaps(tmp_path, "b").window_length(16) == 16


def test_what_is_kept_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    plan = WindowPlan(8, 4)
    for length in (24, 80):
        scored(toy_run(SmallClip(length), plan=plan, store=CarriedMaps(tmp_path / str(length), "a")))
    short, long = (len(list((tmp_path / str(length)).rglob("*.safetensors"))) for length in (24, 80))
    assert short == long == 2


def test_frames_are_tracked_and_encoded_once_though_windows_overlap() -> None:
    clip, tracker = SmallClip(30), StillTracker()
    scored(toy_run(clip, plan=WindowPlan(8, 4), tracker=tracker))
    assert sorted(tracker.asked) == list(range(30))
    assert sorted(clip.reads) == list(range(30))


def test_pruning_tracks_fewer_points_and_resumes_to_the_same_bits(tmp_path: Path) -> None:
    plan, pruned = WindowPlan(8, 4), StillTracker()
    wide = {"map_side": 4}
    whole = scored(toy_run(SmallClip(20), plan=plan, tracker=pruned, prunes=True, guidance=wide))
    assert min(pruned.points) <= 16
    scored(toy_run(SmallClip(20), plan=plan, prunes=True, store=CarriedMaps(tmp_path, "a")), stop_after=9)
    rest = toy_run(SmallClip(20), plan=plan, prunes=True, frames=range(9, 20), store=CarriedMaps(tmp_path, "a"))
    for resumed, unbroken in zip(scored(rest), whole[9:], strict=True):
        assert np.array_equal(resumed.values, unbroken.values)


def test_nothing_crosses_a_cut() -> None:
    both = [FrameRange(0, 10), FrameRange(10, 24)]
    together = scored(toy_run(SmallClip(24), scenes=both, plan=WindowPlan(8, 4)))
    second = toy_run(SmallClip(24), scenes=both, frames=range(10, 24), plan=WindowPlan(8, 4))
    for alone, joined in zip(scored(second), together[10:], strict=True):
        assert np.array_equal(alone.values, joined.values)


def test_the_scene_whose_frames_are_wanted_first_comes_first() -> None:
    scenes = [FrameRange(0, 10), FrameRange(10, 20)]
    frames = [15, *range(10, 15), *range(16, 20), *range(10)]
    answers = scored(toy_run(SmallClip(20), scenes=scenes, frames=frames))
    assert [scores.frame for scores in answers] == [*range(10, 20), *range(10)]


def test_a_painted_frame_changes_the_answers_of_its_neighbours() -> None:
    labels = np.zeros((32, 40), np.uint8)
    labels[:, 20:] = 2
    plain = scored(toy_run(SmallClip(12), plan=WindowPlan(8, 4)))
    painted = scored(toy_run(SmallClip(12), plan=WindowPlan(8, 4), anchors={5: Painted(labels)}))
    assert not np.array_equal(plain[4].values, painted[4].values)
    assert painted[5].values[2, :, 6:].mean() > plain[5].values[2, :, 6:].mean()


def test_a_painted_part_below_a_cell_is_reported_once() -> None:
    labels = np.zeros((32, 40), np.uint8)
    labels[3:6, 3:6] = 1
    texts: list[str] = []

    def seen(event: Any) -> None:
        if isinstance(event, Message) and "'disc' is smaller" in event.text:
            texts.append(event.text)

    anchors = {2: Painted(labels), 6: Painted(labels)}
    scored(toy_run(SmallClip(12), anchors=anchors), seen=seen)
    assert len(texts) == 1
    assert "10x8 px" in texts[0]


def test_a_crop_covers_the_subject_and_lies_where_it_says() -> None:
    clip = SmallClip(10, hw=(64, 80))
    answers = scored(toy_run(clip, settings={"crop": "on"}))
    for scores in answers:
        place = scores.to_plate
        assert place.scale_x * 8 <= 80
        assert 0 <= place.offset_x <= 80 - place.scale_x * 8 + 1e-6
        assert 0 <= place.offset_y <= 64 - place.scale_y * 8 + 1e-6


def test_boxes_of_a_killed_run_are_kept(tmp_path: Path) -> None:
    clip = SmallClip(12, hw=(64, 80))
    first = scored(toy_run(clip, settings={"crop": "on"}, store=CarriedMaps(tmp_path, "a")))
    again = SmallClip(12, hw=(64, 80))
    second = scored(toy_run(again, settings={"crop": "on"}, store=CarriedMaps(tmp_path, "a"), frames=[11]))
    assert np.array_equal(first[11].values, second[0].values)
    assert len(again.reads) < len(clip.reads)
