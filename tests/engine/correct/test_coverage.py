from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.correct.coverage import TRANSFER, ClipCoverage, choose, gains, supports


def clip(seed: int, frames: int = 9, parts: int = 2) -> ClipCoverage:
    rng = np.random.default_rng(seed)
    closed = np.zeros(frames, bool)
    closed[0] = True
    return ClipCoverage(
        rng.uniform(0.5, 1, (frames - 1, parts)).astype(np.float32),
        rng.uniform(0, 0.6, (frames, parts)).astype(np.float32),
        rng.uniform(1, 2, frames).astype(np.float32),
        np.ones(frames - 1, np.float32),
        closed,
    )


def worth(one: ClipCoverage, support: np.ndarray, chosen: tuple[int, ...]) -> float:
    """G as the module's text writes it, in plain loops."""
    total = 0.0
    for f in range(len(one.weight)):
        for p in range(one.quality.shape[1]):
            best = max((float(support[c, f, p]) for c in chosen), default=0.0)
            total += float(one.weight[f]) * max(0.0, best - float(one.quality[f, p]))
    return total


def test_a_support_is_the_product_of_what_can_be_followed_on_the_way() -> None:
    one = clip(0)
    support = supports(one, 0.97)
    assert support[2, 2, 1] == pytest.approx(1)
    expected = TRANSFER * 0.97**3 * float(one.followed[2, 1] * one.followed[3, 1] * one.followed[4, 1])
    assert support[5, 2, 1] == pytest.approx(expected, rel=1e-4)
    assert support[2, 5, 1] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_the_choice_is_nearly_the_best_of_all_choices_and_gains_add_up(seed: int) -> None:
    one = clip(seed)
    support = supports(one, 0.97)
    for count in (1, 2, 3):
        rows = choose([one], [support], count)
        chosen = tuple(place for _, place, _ in rows)
        assert len(set(chosen)) == count
        assert 0 not in chosen
        best = max(worth(one, support, those) for those in combinations(range(1, 9), count))
        assert worth(one, support, chosen) >= 0.9 * best
        assert sum(gain for _, _, gain in rows) == pytest.approx(worth(one, support, chosen), rel=1e-4)


def test_the_clip_that_is_worse_gets_the_frame() -> None:
    good, bad = clip(1), clip(2)
    good.quality[:] = 0.99
    assert [row[0] for row in choose([good, bad], [supports(c, 0.97) for c in (good, bad)], 2)] == [1, 1]


def test_where_nothing_can_be_gained_nothing_is_named() -> None:
    one = clip(3)
    one.quality[:] = 1
    assert choose([one], [supports(one, 0.97)], 3) == []
    assert not gains(one, supports(one, 0.97)).any()
