"""A field for a frame number, which also takes +20 and -20."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.i18n import tr
from app.playback.transport import entered_frame
from app.theme import FONT_PX, figures_font
from engine.errors import InputError

_DIGITS = "0000000"


class FrameField(QLineEdit):
    """Shows a frame; what is typed counts when Enter is pressed, Escape and leaving the field take it back.

    Signals:
        entered(int): This frame was typed.
        cleared(): The field was emptied, where that means something.
        refused(str): What was typed is no frame; the sentence says what is.
    """

    entered = Signal(int)
    cleared = Signal()
    refused = Signal(str)

    def __init__(self, name: str, current: Callable[[], int], *, can_be_empty: bool = False) -> None:
        """Makes the field.

        Args:
            name: For screen readers.
            current: The frame that +20 counts from.
            can_be_empty: Emptying it means something.
        """
        super().__init__()
        self._current, self._can_be_empty = current, can_be_empty
        self._shown = ""
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        if can_be_empty:
            self.setPlaceholderText("–")
        self.returnPressed.connect(self._on_return)
        self._fit()

    def show_frame(self, frame: int | None) -> None:
        """Shows a frame, or nothing; what is being typed stays."""
        self._shown = "" if frame is None else str(frame)
        if not (self.hasFocus() and self.isModified()):
            self.setText(self._shown)

    def _on_return(self) -> None:
        text = self.text().strip()
        if not text and self._can_be_empty:
            self.cleared.emit()
        elif text != self._shown:
            try:
                frame = entered_frame(text, self._current())
            except InputError as error:
                self.refused.emit(str(error))
                self._take_back()
                return
            self.setModified(False)
            self.entered.emit(frame)
        self._take_back()
        self.selectAll()

    def _take_back(self) -> None:
        self.setText(self._shown)
        self.setModified(False)

    def _fit(self) -> None:
        size = self.font().pixelSize()
        self.setFont(figures_font(self.font(), size if size > 0 else FONT_PX))
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(_DIGITS) + 14)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selects the number, so that typing replaces it."""
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Takes back what was typed and not entered."""
        super().focusOutEvent(event)
        self._take_back()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Takes back what was typed on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._take_back()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Stays as wide as seven figures."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit()


def frame_tip(name: str) -> str:
    """Returns the tooltip of a frame field."""
    return tr("{name}: type a number, or +20 or -20 to move on from the current frame").format(name=name)
