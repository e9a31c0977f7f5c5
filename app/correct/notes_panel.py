"""Notes: on the shot, and on frames."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QLineEdit, QTreeWidgetItem, QVBoxLayout, QWidget

from app.core import Core
from app.correct.frame_list import FrameList, FrameRow
from app.correct.model import CorrectModel
from app.i18n import tr


class NotesPanel(QWidget):
    """Two fields, for the shot and the shown frame, and the list of all notes; a click goes to a frame."""

    def __init__(self, core: Core, model: CorrectModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core, self._model = core, model
        self.shot, self.frame = QLineEdit(), QLineEdit()
        self.list = FrameList(tr("Notes on frames"), [tr("Frame"), tr("Note")], numbers=(0,))
        self._of_frame = -1
        self._build()
        model.changed.connect(self.refresh)
        core.playhead.frameChanged.connect(self._show_frame)
        self.refresh()

    def refresh(self) -> None:
        """Shows the notes as the review has them."""
        review = self._model.review
        for field in (self.shot, self.frame):
            field.setEnabled(self._model.result is not None and not self._core.document.read_only)
        if not self.shot.hasFocus() or not self.shot.isModified():
            self.shot.setText(review.shot_note)
        self.list.show_rows([FrameRow((str(frame), note), frame) for frame, note in sorted(review.notes.items())])
        self._show_frame()

    def _build(self) -> None:
        for field, name in ((self.shot, tr("Note on the shot")), (self.frame, tr("Note on this frame"))):
            field.setAccessibleName(name)
            field.setPlaceholderText(name)
        self.shot.editingFinished.connect(self._on_shot)
        self.frame.editingFinished.connect(self._on_frame)
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        fields = QFormLayout()
        fields.addRow(tr("Shot"), self.shot)
        fields.addRow(tr("Frame"), self.frame)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(fields)
        column.addWidget(self.list, 1)

    def _show_frame(self) -> None:
        frame = self._core.playhead.frame
        if frame == self._of_frame and self.frame.isModified():
            return
        if self._of_frame >= 0 and self.frame.isModified():
            self._on_frame()  # the playhead moved on while a note was typed: it belongs to the frame it was typed on
        self._of_frame = frame
        self.frame.setText(self._model.review.notes.get(frame, ""))

    def _on_shot(self) -> None:
        if self.shot.isModified():
            self.shot.setModified(False)
            self._model.set_review(tr("Note on the shot"), self._model.review.noting(None, self.shot.text()))

    def _on_frame(self) -> None:
        if self.frame.isModified():
            self.frame.setModified(False)
            review = self._model.review.noting(self._of_frame, self.frame.text())
            self._model.set_review(tr("Note"), review)

    def _on_item(self, item: QTreeWidgetItem) -> None:
        frame = int(FrameList.value_of(item))
        if frame in self._core.playhead.numbers:
            self._core.playhead.go(frame)
