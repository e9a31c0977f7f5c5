from __future__ import annotations

from app.jobs.estimate import Estimate


def test_the_pace_so_far_is_the_pace_to_come() -> None:
    estimate = Estimate()
    assert estimate.told("learning", 0, 100, 10.0) is None
    assert estimate.told("learning", 25, 100, 15.0) == 15.0


def test_nothing_is_promised_in_the_first_second_or_without_a_total() -> None:
    estimate = Estimate()
    estimate.told("learning", 0, 100, 0.0)
    assert estimate.told("learning", 50, 100, 0.5) is None
    assert estimate.told("reading", 50, 0, 9.0) is None


def test_frames_of_an_earlier_run_do_not_count_as_pace() -> None:
    estimate = Estimate()
    estimate.told("segmenting", 90, 100, 0.0)
    assert estimate.told("segmenting", 95, 100, 5.0) == 5.0


def test_stages_that_alternate_keep_a_clock_each() -> None:
    estimate = Estimate()
    estimate.told("learning", 0, 10, 0.0)
    estimate.told("drafts", 0, 10, 4.0)
    assert estimate.told("learning", 5, 10, 5.0) == 5.0
    assert estimate.told("drafts", 5, 10, 6.0) == 2.0


def test_time_on_hold_does_not_count() -> None:
    estimate = Estimate()
    estimate.told("learning", 0, 10, 0.0)
    estimate.told("learning", 2, 10, 2.0)
    estimate.hold(2.0)
    estimate.hold(50.0)
    estimate.go_on(102.0)
    estimate.go_on(103.0)
    assert estimate.told("learning", 4, 10, 104.0) == 6.0
