"""Plate, what is looked at, and the best so far, side by side; dragging wipes the looked-at one over the best."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.model.training import TrainingModel
from app.theme import ACCENT, BORDER, SECONDARY, SURROUND, TEXT, shade
from engine.api.train import PLATE

_CAPTION_PX = 24
_GAP_PX = 6
_KEY_STEP = 0.05


class TrainPreview(QWidget):
    """Three pictures; in the last one the line between best and looked-at can be dragged."""

    def __init__(self, model: TrainingModel) -> None:
        super().__init__()
        self._model = model
        self._images: dict[Path, QImage] = {}
        self._wipe = 0.0
        self.setAccessibleName(tr("Preview of learning"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(420, 180)
        self.setToolTip(tr("Drag across the third picture to wipe from the best checkpoint to the one looked at"))
        model.runChanged.connect(self._on_news)
        model.selected.connect(self.update)

    def pictures(self) -> list[tuple[str, Path | None]]:
        """Returns caption and file of each picture."""
        model = self._model
        plate = model.record.folder / PLATE if model.record is not None else None
        shown, best = model.checkpoint, model.best
        newest = shown is None or (shown is model.checkpoints[-1] and model.looked_at is None)
        now = tr("now") if newest else tr("looked at")
        rows: list[tuple[str, Path | None]] = [(tr("plate"), plate)]
        rows.append((_caption(now, shown.step if shown else None), shown.preview if shown else None))
        rows.append((_caption(tr("best"), best.step if best else None), best.preview if best else None))
        return rows

    def _on_news(self) -> None:
        known = {path for _, path in self.pictures() if path is not None}
        # The plate and a checkpoint's picture do not change once they are there.
        self._images = {path: image for path, image in self._images.items() if path in known}
        self.update()

    def _image(self, path: Path | None) -> QImage | None:
        if path is None:
            return None
        if path not in self._images:
            image = QImage(str(path))
            if image.isNull():
                return None
            self._images[path] = image
        return self._images[path]

    def _cell(self, place: int) -> QRectF:
        width = (self.width() - 2 * _GAP_PX) / 3
        return QRectF(place * (width + _GAP_PX), _CAPTION_PX, width, max(1, self.height() - _CAPTION_PX))

    def _set_wipe(self, x: float) -> None:
        cell = self._cell(2)
        self._wipe = min(1.0, max(0.0, (x - cell.left()) / cell.width()))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Starts a wipe."""
        if self._cell(2).contains(event.position()):
            self._set_wipe(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the line."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._set_wipe(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the line by the arrow keys."""
        moves = {Qt.Key.Key_Left: -_KEY_STEP, Qt.Key.Key_Right: _KEY_STEP}
        if event.key() in moves:
            self._wipe = min(1.0, max(0.0, self._wipe + moves[Qt.Key(event.key())]))
            self.update()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the pictures."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), shade(SURROUND))
        rows = self.pictures()
        for place, (caption, path) in enumerate(rows):
            cell = self._cell(place)
            painter.setPen(shade(TEXT if path is not None else SECONDARY))
            top = QRectF(cell.left() + 6, 0, cell.width() - 12, _CAPTION_PX)
            painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, caption)
            image = self._image(path)
            if image is None:
                painter.setPen(QPen(shade(BORDER), 1, Qt.PenStyle.DashLine))
                painter.drawRect(cell.adjusted(6, 6, -6, -6))
                continue
            box = _fitted(image, cell)
            painter.drawImage(box, image)
            looked_at = self._image(rows[1][1])
            if place == 2 and self._wipe > 0 and looked_at is not None:
                self._draw_wipe(painter, cell, box, looked_at)
        painter.end()

    def _draw_wipe(self, painter: QPainter, cell: QRectF, box: QRectF, image: QImage) -> None:
        x = cell.left() + self._wipe * cell.width()
        painter.save()
        painter.setClipRect(QRectF(cell.left(), cell.top(), x - cell.left(), cell.height()))
        painter.drawImage(box, image)
        painter.restore()
        painter.setPen(QPen(shade(ACCENT), 2))
        painter.drawLine(round(x), round(box.top()), round(x), round(box.bottom()))


def _caption(name: str, step: int | None) -> str:
    return tr("{name} · step {step}").format(name=name, step=step) if step is not None else name


def _fitted(image: QImage, cell: QRectF) -> QRectF:
    scale = min(cell.width() / image.width(), cell.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(cell.center().x() - width / 2, cell.center().y() - height / 2, width, height)
