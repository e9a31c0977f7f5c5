"""A page that holds one sentence: what to do where there is nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


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
