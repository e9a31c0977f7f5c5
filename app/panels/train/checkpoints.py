"""The strip of checkpoints: small previews with step and score, to look at, compare and choose from."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.actions.commands import Commands
from app.i18n import tr
from app.model.training import TrainingModel
from app.theme import plain_icon

_STEP = Qt.ItemDataRole.UserRole
_PICTURE = QSize(96, 64)


class CheckpointStrip(QWidget):
    """Choosing a checkpoint looks at it; arrows scrub through training time."""

    def __init__(self, model: TrainingModel, commands: Commands) -> None:
        super().__init__()
        self._model = model
        self._icons: dict[str, QIcon] = {}
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(_PICTURE)
        self.list.setGridSize(QSize(_PICTURE.width() + 18, _PICTURE.height() + 30))
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setFixedHeight(_PICTURE.height() + 48)
        self.list.setAccessibleName(tr("Checkpoints"))
        self.use = QPushButton(tr("Use this one"))
        self.use.setToolTip(commands.tip("train.use"))
        self.use.clicked.connect(lambda: commands["train.use"].trigger())
        self.follow = QPushButton(tr("Follow the newest"))
        self.follow.setToolTip(tr("Look at each new checkpoint as it comes"))
        self.follow.clicked.connect(lambda: model.look_at(None))
        self._title = QLabel(tr("Checkpoints"))
        self._title.setProperty("role", "heading")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.follow)
        head.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(head)
        layout.addWidget(self.list)
        self.list.currentItemChanged.connect(self._on_current)
        model.runChanged.connect(self.refresh)
        model.selected.connect(self._show_current)
        self.refresh()

    def refresh(self) -> None:
        """Shows the checkpoints that there are."""
        kept = self._model.checkpoints
        with QSignalBlocker(self.list):
            if [self.list.item(row).data(_STEP) for row in range(self.list.count())] != [c.step for c in kept][
                : self.list.count()
            ]:
                self.list.clear()
            for checkpoint in kept[self.list.count() :]:
                item = QListWidgetItem()
                item.setData(_STEP, checkpoint.step)
                item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
                if checkpoint.preview is not None:
                    item.setIcon(
                        plain_icon(
                            QPixmap(str(checkpoint.preview)).scaled(
                                _PICTURE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                            )
                        )
                    )
                self.list.addItem(item)
            best = self._model.best
            for row, checkpoint in enumerate(kept):
                star = " ★" if checkpoint is best and checkpoint.score is not None else ""
                score = f" · {checkpoint.score:.2f}" if checkpoint.score is not None else ""
                self.list.item(row).setText(f"{checkpoint.step}{score}{star}")
                self.list.item(row).setToolTip(_words(checkpoint.step, checkpoint.score, is_best=bool(star)))
        empty = tr("Checkpoints: they come while a profile is learned.")
        self._title.setText(tr("Checkpoints") if kept else empty)
        self.use.setEnabled(bool(kept) and not self._model.busy)
        self._show_current()

    def _show_current(self) -> None:
        shown = self._model.checkpoint
        self.follow.setVisible(self._model.looked_at is not None and self._model.busy)
        step = shown.step if shown is not None else None
        self.use.setText(tr("Use step {step}").format(step=step) if step is not None else tr("Use this one"))
        with QSignalBlocker(self.list):
            for row in range(self.list.count()):
                if self.list.item(row).data(_STEP) == step:
                    self.list.setCurrentRow(row)
                    self.list.scrollToItem(self.list.item(row))

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._model.look_at(int(item.data(_STEP)))


def _words(step: int, score: float | None, *, is_best: bool) -> str:
    words = [tr("After step {step}").format(step=step)]
    if score is not None:
        words.append(tr("hold-out IoU {score:.3f}").format(score=score))
    if is_best:
        words.append(tr("the best so far"))
    return " · ".join(words)
