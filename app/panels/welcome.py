"""The welcome screen: recent projects, work that a crash left, and a place to drop plates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import plural, tr
from app.theme import SECONDARY, SURROUND, icon, plain_icon, shade

_PATH = Qt.ItemDataRole.UserRole
_PICTURE = QSize(176, 110)


@dataclass(frozen=True)
class RecentProject:
    """A project as the welcome screen shows it."""

    path: Path
    name: str
    changed: datetime
    picture: Path | None


class Welcome(QWidget):
    """What is shown while no project is open.

    Signals:
        newRequested(): Start a project.
        sampleRequested(): Open the sample shot.
        openRequested(): Choose a project.
        recentChosen(str): Open this project.
        recoverChosen(str): Open this untitled project that a crash left.
    """

    newRequested = Signal()
    sampleRequested = Signal()
    openRequested = Signal()
    recentChosen = Signal(str)
    recoverChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recent = QListWidget()
        self._none = QLabel(tr("Projects that you save appear here."))
        self._unsaved = QVBoxLayout()
        self._build()

    def show_projects(self, recent: Sequence[RecentProject], unsaved: Sequence[Path]) -> None:
        """Shows recent projects, newest first, and untitled ones that a crash left."""
        self.recent.clear()
        for project in recent:
            item = QListWidgetItem(plain_icon(_picture(project.picture)), f"{project.name}\n{_ago(project.changed)}")
            item.setData(_PATH, str(project.path))
            item.setToolTip(str(project.path))
            self.recent.addItem(item)
        self.recent.setVisible(bool(recent))
        self._none.setVisible(not recent)
        self._filler.setVisible(not recent)
        while self._unsaved.count():
            row = self._unsaved.takeAt(0)
            widget = row.widget() if row is not None else None
            if widget is not None:
                widget.deleteLater()
        for path in unsaved:
            changed = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            text = tr("Recover an untitled project from {when}").format(when=changed.strftime("%d %b %H:%M"))
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, chosen=str(path): self.recoverChosen.emit(chosen))
            self._unsaved.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)

    def _build(self) -> None:
        title = QLabel(tr("SMITE Studio"))
        title.setProperty("role", "title")
        claim = QLabel(tr("Paint the parts of a subject on a few frames. Get their mattes on all of them."))
        claim.setProperty("role", "secondary")
        claim.setWordWrap(True)
        new, opened = QPushButton(tr("New project")), QPushButton(tr("Open…"))
        new.setProperty("primary", "true")
        new.setObjectName("welcome_new")
        new.setToolTip(tr("New project (Ctrl+N)"))
        opened.setToolTip(tr("Open project (Ctrl+O)"))
        new.clicked.connect(self.newRequested)
        opened.clicked.connect(self.openRequested)
        buttons = QHBoxLayout()
        buttons.addWidget(new)
        buttons.addWidget(opened)
        sample = QPushButton(tr("Try the sample shot"))
        sample.setToolTip(tr("A short clip with three painted frames, to look around"))
        sample.clicked.connect(self.sampleRequested)
        buttons.addWidget(sample)
        buttons.addStretch(1)
        heading = QLabel(tr("Recent projects"))
        heading.setProperty("role", "heading")
        self._none.setProperty("role", "secondary")
        self.recent.setViewMode(QListView.ViewMode.IconMode)
        self.recent.setMovement(QListView.Movement.Static)
        self.recent.setResizeMode(QListView.ResizeMode.Adjust)
        self.recent.setIconSize(_PICTURE)
        self.recent.setGridSize(QSize(_PICTURE.width() + 24, _PICTURE.height() + 56))
        self.recent.setSpacing(6)
        self.recent.setFrameShape(QFrame.Shape.NoFrame)
        self.recent.setStyleSheet("QListWidget { background: transparent; border: none; }")
        self.recent.setAccessibleName(tr("Recent projects"))
        self.recent.itemActivated.connect(self._on_recent)
        self.recent.itemClicked.connect(self._on_recent)
        inner = QVBoxLayout()
        inner.setSpacing(10)
        for widget in (title, claim):
            inner.addWidget(widget)
        inner.addSpacing(8)
        inner.addLayout(buttons)
        inner.addLayout(self._unsaved)
        inner.addSpacing(14)
        inner.addWidget(heading)
        inner.addWidget(self._none)
        inner.addWidget(self.recent, 1)
        self._filler = QWidget()
        inner.addWidget(self._filler, 1)
        inner.addWidget(_drop_place())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(40, 48, 40, 32)
        layout.addStretch(1)
        column = QWidget()
        column.setLayout(inner)
        column.setMinimumWidth(560)
        column.setMaximumWidth(960)
        layout.addWidget(column, 6)
        layout.addStretch(1)

    def _on_recent(self, item: QListWidgetItem) -> None:
        self.recentChosen.emit(str(item.data(_PATH)))


def _drop_place() -> QFrame:
    frame = QFrame()
    frame.setObjectName("dropHere")
    text = QLabel(tr("Drop plates, stills, masks or a project anywhere in this window"))
    text.setProperty("role", "empty")
    text.setWordWrap(True)
    picture = QLabel()
    picture.setPixmap(icon("image", colour=SECONDARY).pixmap(QSize(28, 28)))
    layout = QHBoxLayout(frame)
    layout.setContentsMargins(24, 26, 24, 26)
    layout.addStretch(1)
    layout.addWidget(picture)
    layout.addSpacing(8)
    layout.addWidget(text, 8)
    layout.addStretch(1)
    return frame


def _picture(path: Path | None) -> QPixmap:
    pixmap = QPixmap(_PICTURE)
    pixmap.fill(shade(SURROUND))
    image = QImage(str(path)) if path is not None else QImage()
    if not image.isNull():
        scaled = image.scaled(
            _PICTURE, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        painter = QPainter(pixmap)
        painter.drawImage((_PICTURE.width() - scaled.width()) // 2, (_PICTURE.height() - scaled.height()) // 2, scaled)
        painter.end()
    return pixmap


def _ago(when: datetime) -> str:
    seconds = max(0, int((datetime.now().astimezone() - when).total_seconds()))
    if seconds < 3600:
        return plural(max(1, seconds // 60), "{n} minute ago", "{n} minutes ago")
    if seconds < 86_400:
        return plural(seconds // 3600, "{n} hour ago", "{n} hours ago")
    return plural(seconds // 86_400, "{n} day ago", "{n} days ago")
