"""The message bar above the canvas: it interrupts nobody and goes away by itself, warnings only when closed."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.i18n import tr

_INFO_MS = 6_000


class Notice(QFrame):
    """One sentence, newest first, with an optional button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._action = QPushButton()
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(tr("Close this message"))
        self._close.clicked.connect(self.hide)
        self._handler: object = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that is shown, or ''."""
        return self._label.text() if not self.isHidden() else ""

    def post(self, level: str, text: str) -> None:
        """Shows a sentence."""
        self._label.setText(text)
        self._action.hide()
        self.show()
        if level == "info":
            self._timer.start(_INFO_MS)
        else:
            self._timer.stop()

    def offer(self, text: str, button: str, command: object) -> None:
        """Shows a sentence with a button that runs `command`, a callable."""
        self.post("warning", text)
        self._action.setText(button)
        if self._handler is not None:
            self._action.clicked.disconnect()
        self._handler = command
        self._action.clicked.connect(command)
        self._action.clicked.connect(self.hide)
        self._action.show()
