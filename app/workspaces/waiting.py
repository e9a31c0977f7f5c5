"""A workspace that is announced but not there yet: it says in a line where its work is done meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.workspaces.base import Workspace


def sentence_page(sentence: str) -> QWidget:
    """Returns a page that holds one sentence."""
    page = QWidget()
    label = QLabel(sentence)
    label.setProperty("role", "empty")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    layout = QVBoxLayout(page)
    layout.addWidget(label)
    return page


class WaitingWorkspace(Workspace):
    """One sentence."""

    def __init__(self, name: str, title: str, sentence: str) -> None:
        super().__init__()
        self.name, self.title = name, title
        self.page = sentence_page(sentence)
