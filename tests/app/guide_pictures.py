"""Takes the pictures of the user guide from the real window: `python -m tests.app.guide_pictures FOLDER`.

Run by hand on a screen (a virtual one will do), after anything in the window has changed; look at every picture.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.bootstrap import Studio
from app.preferences import Preferences
from app.theme import apply_theme

SIZE = (1280, 760)


def settle(milliseconds: int = 400) -> None:
    """Lets the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def drag(widget: QWidget, start: QPoint, stop: QPoint) -> None:
    """Draws a stroke with the left button."""
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 21):
        QTest.mouseMove(widget, start + (stop - start) * step / 20)
        settle(10)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=stop)


def top_level(kind: str) -> QWidget:
    """Returns the open window whose class has this name."""
    return next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == kind and w.isVisible())


def take(folder: Path, work: Path) -> None:
    """Walks through the painting workspace on the sample shot and keeps a picture of each state."""
    studio = Studio(work / "data", Preferences(work / "preferences.ini"))
    studio.window.resize(*SIZE)
    studio.window.show()

    def shot(name: str, widget: QWidget | None = None) -> None:
        settle()
        (widget or studio.window).grab().save(str(folder / f"{name}.png"))

    shot("welcome")
    studio.project_actions.new()
    shot("empty")
    studio.reference_actions.open_sample()
    settle(5000)
    studio.references.show(studio.references.references[1].id)
    shot("painted")
    studio.commands["window.keys"].trigger()
    shot("keys", top_level("KeySheet"))
    top_level("KeySheet").close()
    studio.commands["window.palette"].trigger()
    shot("palette", top_level("CommandPalette"))
    top_level("CommandPalette").close()
    studio.shut_down()


def main() -> int:
    """Takes all pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    apply_theme(application, 100)
    work = Path(tempfile.mkdtemp())
    try:
        take(folder, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
