from __future__ import annotations

import gc
import weakref

from PySide6.QtWidgets import QApplication

from app.collector import Collector


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_garbage_is_collected_when_it_is_due_and_only_by_the_collector(qapp: QApplication) -> None:
    collector = Collector()
    collector.start()
    try:
        assert not gc.isenabled()
        gc.collect()
        knots = [weakref.ref(Knot()) for _ in range(3 * gc.get_threshold()[0])]
        assert all(knot() is not None for knot in knots[-10:])
        assert collector.collect_if_due() is not None
        assert all(knot() is None for knot in knots)
        assert collector.collect_if_due() is None
    finally:
        collector.stop()
    assert gc.isenabled()


def test_what_was_there_at_the_start_is_not_looked_through_until_the_end(qapp: QApplication) -> None:
    early = Knot()
    known, collector = weakref.ref(early), Collector()
    collector.start()
    try:
        assert gc.get_freeze_count() > 0
        del early
        gc.collect()
        assert known() is not None
    finally:
        collector.stop()
    gc.collect()
    assert known() is None
    assert gc.get_freeze_count() == 0
