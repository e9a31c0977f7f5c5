"""The status bar: frame, pixel, part under the cursor, zoom, running work, and when the journal was written."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from app.canvas.view import CanvasView
from app.i18n import tr
from app.jobs.stepper import JobStepper
from app.model.document import Document
from app.model.parts import PartsModel
from app.model.references import ReferencesModel
from app.model.session import ProjectSession
from engine.domain.labels import BACKGROUND, UNKNOWN


class StatusBar(QStatusBar):
    """Always there, whatever the workspace."""

    def __init__(
        self,
        document: Document,
        parts: PartsModel,
        references: ReferencesModel,
        session: ProjectSession,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._document, self._parts, self._references, self._session = document, parts, references, session
        self.saved, self.frame, self.pixel, self.zoom = QLabel(), QLabel(), QLabel(), QLabel()
        self._zoom = 1.0
        self._work, self._cancel = QProgressBar(), QPushButton(tr("Cancel"))
        self._work.setMaximumWidth(260)
        self._work.hide()
        self._cancel.hide()
        font = QFont(self.font())
        font.setFeature(QFont.Tag("tnum"), 1)
        for label, width in ((self.saved, 200), (self.frame, 150), (self.pixel, 240), (self.zoom, 60)):
            label.setFont(font)
            label.setMinimumWidth(width)
            label.setContentsMargins(8, 0, 8, 0)
            label.setProperty("role", "secondary")
        self.addWidget(self.saved)
        self.addWidget(self.frame)
        self.addWidget(self.pixel, 1)
        self.addPermanentWidget(self._work)
        self.addPermanentWidget(self._cancel)
        self.addPermanentWidget(self.zoom)
        document.stack.changed.connect(self._on_changed)
        document.recordFailed.connect(self._on_record_failed)
        session.saved.connect(self._on_saved)
        session.opened.connect(self._on_changed)
        session.closed.connect(self._on_closed)
        session.journalled.connect(self._on_journalled)
        references.shown.connect(self._on_shown)
        self._on_closed()

    def watch(self, canvas: CanvasView, jobs: JobStepper) -> None:
        """Shows what the canvas and running jobs report."""
        canvas.pixelHovered.connect(self._on_hovered)
        canvas.viewChanged.connect(self._on_zoomed)
        jobs.progressed.connect(self._on_progress)
        jobs.idle.connect(self._on_idle)
        self._cancel.clicked.connect(jobs.cancel)

    def show_workspace(self, workspace: str) -> None:
        """Frame, pixel and zoom are those of the painted picture: other workspaces say theirs themselves."""
        for label in (self.frame, self.pixel, self.zoom):
            label.setVisible(workspace == "references")

    def _on_hovered(self, x: int, y: int, label: int) -> None:
        if x < 0:
            self.pixel.setText("")
            return
        names = {BACKGROUND: tr("background"), UNKNOWN: tr("unknown")}
        names.update({part.id: part.name for part in self._parts.parts})
        self.pixel.setText(f"x {x}  y {y}  =  {names.get(label, str(label))}")

    def _on_shown(self) -> None:
        place, picture = self._references.place, self._references.picture
        if picture is None:
            self.frame.setText("")
            self.zoom.setText("")
            return
        self._on_zoomed(self._zoom)
        size = f"{picture.shape[1]}×{picture.shape[0]}"
        self.frame.setText(f"f {place.frame}  ·  {size}" if place.frame is not None else size)

    def _on_zoomed(self, zoom: float) -> None:
        self._zoom = zoom
        if self._references.picture is None:
            self.zoom.setText("")
            return
        self.zoom.setText(f"{zoom * 100:.0f} %" if zoom >= 0.1 else f"{zoom * 100:.1f} %")

    def _on_progress(self, stage: str, done: int, total: int) -> None:
        self._work.setRange(0, total)
        self._work.setValue(done)
        self._work.setFormat(tr("{stage} %v of %m").format(stage=stage))
        self._work.show()
        self._cancel.show()

    def _on_idle(self) -> None:
        self._work.hide()
        self._cancel.hide()

    def _on_changed(self) -> None:
        if self._document.read_only:
            self.saved.setText(tr("Reading only"))
        elif self._document.unsaved:
            self.saved.setText(tr("Changed · in the journal"))
        elif self._session.untitled:
            self.saved.setText(tr("Not saved under a name yet"))
        else:
            self.saved.setText(tr("Saved"))

    def _on_record_failed(self, sentence: str) -> None:
        self.saved.setText(tr("⚠ Not in the journal"))
        self.saved.setToolTip(sentence)

    def _on_saved(self) -> None:
        self.saved.setText(tr("Saved {time}").format(time=datetime.now().strftime("%H:%M")))
        self.saved.setToolTip("")

    def _on_journalled(self, when: datetime) -> None:
        self.saved.setText(tr("Autosaved {time}").format(time=when.strftime("%H:%M:%S")))
        self.saved.setToolTip(tr("Every stroke is in the journal: a crash loses nothing"))

    def _on_closed(self) -> None:
        self.zoom.setText("")
        self.saved.setText("")
        self.frame.setText("")
        self.pixel.setText("")
