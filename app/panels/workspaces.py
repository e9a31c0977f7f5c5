"""The tabs over the window, and the workspaces that have nothing to show yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTabBar, QVBoxLayout, QWidget

from app.i18n import tr

REFERENCES, TRAIN, REVIEW, EXPORT = range(4)


def workspace_tabs() -> QTabBar:
    """Returns the tab bar over the workspaces."""
    bar = QTabBar()
    bar.setObjectName("workspaces")
    bar.setDrawBase(False)
    bar.setExpanding(False)
    bar.setUsesScrollButtons(False)
    bar.setElideMode(Qt.TextElideMode.ElideNone)
    bar.setAccessibleName(tr("Workspaces"))
    for number, title in enumerate((tr("References"), tr("Train"), tr("Review"), tr("Finish && Export")), start=1):
        bar.addTab(f"{number}  {title}")
        bar.setTabToolTip(number - 1, f"{title.replace('&&', '&')} (F{number + 1})")
    return bar


def empty_workspace(sentence: str) -> QWidget:
    """Returns a workspace that says in one line why it is empty."""
    page = QWidget()
    label = QLabel(sentence)
    label.setProperty("role", "empty")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    layout = QVBoxLayout(page)
    layout.addWidget(label)
    return page


def empty_sentences() -> tuple[str, str, str]:
    """Returns the sentences of Train, Review, and Finish & Export."""
    return (
        tr("Training is not in the window yet. On the command line: smite-studio train."),
        tr("Reviewing is not in the window yet. On the command line: smite-studio segment."),
        tr("Export is not in the window yet. On the command line: smite-studio export."),
    )
