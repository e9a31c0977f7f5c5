"""The message bar above the canvas: it interrupts nobody and goes away by itself, warnings only when closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.i18n import tr

_INFO_MS = 6_000


class Notice(QFrame):
    """One sentence, newest first, with buttons where something can be done about it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self.buttons: list[QPushButton] = []
        self._choices = QHBoxLayout()
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(tr("Close this message"))
        self._close.setAccessibleName(tr("Close this message"))
        self._close.clicked.connect(self.hide)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 4, 4)
        layout.addWidget(self._label, 1)
        layout.addLayout(self._choices)
        layout.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that is shown, or ''."""
        return self._label.text() if not self.isHidden() else ""

    def post(self, level: str, text: str) -> None:
        """Shows a sentence."""
        self._label.setText(text)
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons.clear()
        self.show()
        if level == "info":
            self._timer.start(_INFO_MS)
        else:
            self._timer.stop()

    def offer(self, text: str, button: str, command: Callable[[], object]) -> None:
        """Shows a sentence with a button that runs `command`."""
        self.offer_all(text, [(button, command)])

    def offer_all(self, text: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Shows a sentence with several buttons; the first is the one to expect."""
        self.post("warning", text)
        for place, (title, command) in enumerate(choices):
            button = QPushButton(title)
            # Hidden first: the command may have a sentence of its own to show.
            button.clicked.connect(self.hide)
            button.clicked.connect(lambda _checked=False, command=command: command())
            self._choices.insertWidget(place, button)
            self.buttons.append(button)
