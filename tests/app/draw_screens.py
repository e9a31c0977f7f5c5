"""Draws the screens of the user guide from the sample shot, with real strokes on the real widgets.

Run by hand, on a screen or under Xvfb: python -m tests.app.draw_screens [folder]
"""

# ruff: noqa: T201

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.bootstrap import Studio
from app.keymap.palette import CommandPalette
from app.keymap.sheet import KeySheet
from app.notify.dialogue import ErrorDialogue
from app.preferences import Preferences
from app.theme import apply_theme
from app.workspaces.export import ExportWorkspace
from tests.app.window_artist import drag

SIZE = (1600, 950)
RUN_LIMIT_S = 300.0
_SMALLEST = 0
"""Qt takes the quality of a PNG, which has no loss, for how little it may be compressed."""


def wait(delay_ms: int) -> None:
    """Lets the window work."""
    loop = QEventLoop()
    QTimer.singleShot(delay_ms, loop.quit)
    loop.exec()


class Camera:
    """Saves pictures of widgets."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def take(self, name: str, widget: QWidget) -> None:
        """Saves what a widget shows once it has settled."""
        wait(250)
        # 8 bits a pixel would band the greys; the guide's pictures stay true colour.
        picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        picture.save(str(self._folder / f"{name}.png"), quality=_SMALLEST)
        print(name)


def paint_sample(studio: Studio, camera: Camera) -> None:
    """Shows the painting workspace in its states."""
    studio.welcome.sampleRequested.emit()
    while studio.core.stepper.busy:
        wait(50)
    wait(1500)
    studio.painting.canvas.fit()
    camera.take("references", studio.window)
    studio.core.references.show_frame("c1", 6)
    studio.core.parts.set_current(2)
    studio.painting.canvas.set_brush(studio.painting.canvas.brush.resized(60))
    drag(studio, (215, 120), (250, 170))
    drag(studio, (250, 120), (225, 175))
    studio.core.references.set_holdout("r3", "Hold out", holdout=True)
    wait(1500)
    camera.take("painted", studio.window)
    for name, command in (("matte", "view.matte"), ("cutout", "view.cutout")):
        studio.core.commands[command].trigger()
        camera.take(name, studio.window)
        studio.core.commands[command].trigger()
    studio.core.notifier.warning("'plate.png' is damaged or cut off: early end of file. Copy it again from its source.")
    camera.take("message", studio.window)
    studio.core.notice.hide()


def wait_for_jobs(studio: Studio) -> None:
    """Lets the window work until the queue is empty.

    Raises:
        TimeoutError: The jobs take longer than any of the sample's should.
    """
    wait(500)
    last = time.monotonic() + RUN_LIMIT_S
    while studio.core.queue.active:
        if time.monotonic() > last:
            raise TimeoutError("The jobs in the queue do not end.")
        wait(100)
    wait(2500)


def review_sample(studio: Studio, camera: Camera) -> None:
    """Shows a fresh sample segmented by the real queue, as a draft."""
    studio.welcome.sampleRequested.emit()
    wait(2000)
    review, core = studio.review, studio.core
    studio.window.show_workspace(review.name)
    wait(500)
    review.runs.choose(replace(review.runs.choice, preset="draft"))
    core.commands["run.clip"].trigger()
    wait_for_jobs(studio)
    core.playhead.go(8)
    wait(1500)
    core.notice.hide()
    camera.take("review", studio.window)
    core.commands["view.confidence"].trigger()
    core.playhead.go(17)
    wait(1500)
    camera.take("confidence", studio.window)
    core.commands["view.overlay"].trigger()
    core.playhead.go(8)


def export_sample(studio: Studio, camera: Camera, out: Path) -> None:
    """Shows a part grown and feathered, and what would be written."""
    export = next(w for w in studio.workspaces if isinstance(w, ExportWorkspace))
    studio.window.show_workspace(export.name)
    wait(500)
    export.model.set_choice(replace(export.model.choice, folder=out))
    export.finish.part.setCurrentIndex(1)
    for field, value in (("grow_px", 6.0), ("feather_px", 5.0), ("refine", 0.8)):
        export.finish.fields[field].number.setValue(value)
    wait(3000)
    camera.take("export", studio.window)


def train_sample(studio: Studio, camera: Camera) -> None:
    """Shows a profile learned from two references while the third is held out."""
    core = studio.core
    studio.window.show_workspace("train")
    core.references.set_holdout("r2", "Hold out", holdout=True)
    wait(500)
    core.commands["train.start"].trigger()
    wait_for_jobs(studio)
    core.notice.hide()
    camera.take("train", studio.window)


def dialogues(studio: Studio, camera: Camera) -> None:
    """Shows key sheet, palette, question and error."""
    studio.core.commands["window.keys"].trigger()
    wait(200)
    for kind, name in ((KeySheet, "keys"), (CommandPalette, "palette")):
        if kind is CommandPalette:
            studio.core.commands["window.palette"].trigger()
            wait(200)
        found = next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())
        camera.take(name, found)
        found.close()
    error = ErrorDialogue("The disk is full. What was finished before is kept.", "details for a report", studio.window)
    error.open()
    camera.take("error", error)
    error.close()
    QTimer.singleShot(400, _answering(camera))
    studio.project_actions.may_leave()


def model_manager(studio: Studio, camera: Camera) -> None:
    """Shows what a licence asks; the folder is that of somebody who has no models yet."""
    os.environ["XDG_DATA_HOME"] = "/home/anna/.local/share"
    studio.models.open()
    wait(500)
    manager = studio.models.window
    assert manager is not None
    manager.choose("cotracker3")
    wait(200)
    camera.take("models", manager)
    manager.close()


def _answering(camera: Camera) -> Callable[[], None]:
    def answer() -> None:
        box = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible())
        camera.take("question", box)
        box.reject()

    return answer


def main() -> None:
    """Draws every screen."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "resources" / "docs"
    with tempfile.TemporaryDirectory() as name:
        application = QApplication([])
        apply_theme(application, 100)
        studio = Studio(Path(name) / "data", Preferences(Path(name) / "settings.ini"))
        studio.window.resize(*SIZE)
        studio.window.show()
        camera = Camera(folder)
        studio.project_actions.new()
        camera.take("empty_project", studio.window)
        paint_sample(studio, camera)
        dialogues(studio, camera)
        model_manager(studio, camera)
        saved = Path(name) / "portrait"
        studio.core.session.save_as(saved, "portrait")
        studio.core.preferences.add_recent(saved)
        studio.core.session.close()
        camera.take("welcome", studio.window)
        review_sample(studio, camera)
        export_sample(studio, camera, Path(name) / "mattes")
        train_sample(studio, camera)
        studio.shut_down()


if __name__ == "__main__":
    main()
