from __future__ import annotations

import numpy as np
import pytest

from engine.temporal.flow import Flow
from engine.temporal.flow_chain import STEP_TRUST, Carried, Chain, carry, walk
from engine.temporal.flow_store import FlowStore
from tests.engine.temporal.flow_clip import CountedClip

SIZE = (64, 48)


def _store(numbers: range = range(6)) -> FlowStore:
    return FlowStore(CountedClip(numbers), None, working_size=SIZE)


def _frames(store: FlowStore, between: range, before: int | None, behind: int | None) -> list[Carried]:
    return [item for item in carry(store, tuple(between), before, behind) if item is not None]


def test_a_chain_adds_up_the_motion_of_its_steps() -> None:
    for steps, (_, chain) in enumerate(walk(_store(), 0, range(1, 6)), start=1):
        assert np.median(chain.field[12:-12, 20:-20, 0]) == pytest.approx(-2.0 * steps, abs=0.3)


def test_confidence_is_the_product_of_visibilities_and_step_trust() -> None:
    step = Flow(np.zeros((4, 5, 2), np.float32), np.full((4, 5), 0.5, np.float32))
    chain = Chain.start(4, 5).extended(step).extended(step)
    assert np.allclose(chain.confidence, (0.5 * STEP_TRUST) ** 2)


def test_chains_that_lead_out_of_the_picture_have_no_confidence() -> None:
    out = Flow(np.full((4, 5, 2), 10.0, np.float32), np.ones((4, 5), np.float32))
    assert not Chain.start(4, 5).extended(out).confidence.any()


def test_both_sides_are_carried_in_ascending_order() -> None:
    items = _frames(_store(), range(1, 5), 0, 5)
    assert [item.frame for item in items] == [1, 2, 3, 4]
    middle = items[1]
    assert middle.before is not None
    assert middle.behind is not None
    assert np.median(middle.before.field[12:-12, 20:-20, 0]) == pytest.approx(-4.0, abs=0.3)
    assert np.median(middle.behind.field[12:-12, 20:-20, 0]) == pytest.approx(6.0, abs=0.4)


def test_without_an_earlier_painted_frame_the_order_descends() -> None:
    items = _frames(_store(), range(5), None, 5)
    assert [item.frame for item in items] == [4, 3, 2, 1, 0]
    assert all(item.before is None and item.behind is not None for item in items)


def test_chains_from_check_points_equal_chains_walked_in_one_go() -> None:
    store = _store(range(70))
    store_again = _store(range(70))
    wanted = dict(walk(store_again, 69, range(68, 0, -1)))
    for item in carry(store, tuple(range(1, 69)), 0, 69):
        if item is not None and item.frame in (1, 33, 60):
            assert item.behind is not None
            assert np.abs(item.behind.field - wanted[item.frame].field).max() <= 1 / 32 + 1e-4
