"""Python's garbage collection in the window's thread, and nowhere else.

A cycle of objects may hold widgets. Collected by chance in a thread that reads frames, it would destroy them there, and
Qt does not survive that. So automatic collection is off while the window lives, and a timer collects in its thread.
What is there when it starts (modules, classes, the window itself) stays as long as the program: it is left out, else
looking through it would hold the window up for some 45 ms again and again.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_EVERY_MS = 500


class Collector(QObject):
    """Collects garbage on the thread it was made on, when Python's own thresholds are reached."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.collect_if_due)

    def start(self) -> None:
        """Takes collection over from Python, and leaves out what is there now."""
        gc.disable()
        gc.collect()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Gives collection back to Python, all of it."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect_if_due(self) -> int | None:
        """Collects the oldest generation whose threshold is reached and returns it, or None where none is."""
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [age for age, (count, limit) in enumerate(counts) if count > limit]
        if not due:
            return None
        gc.collect(due[-1])
        return due[-1]
