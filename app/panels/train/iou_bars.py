"""Hold-out IoU of each part as bars in the parts' colours, with the figure beside each."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.model.parts import PartsModel
from app.model.training import TrainingModel
from app.theme import ACCENT, BORDER, INPUT, SECONDARY, TEXT, figures_font, shade

_ROW_PX = 26
_NAME_SHARE = 0.32
_FIGURE_PX = 48


class IouBars(QWidget):
    """One bar for each part: filled to the looked-at checkpoint, with a line where the best one is."""

    def __init__(self, model: TrainingModel, parts: PartsModel) -> None:
        super().__init__()
        self._model, self._parts = model, parts
        self.setAccessibleName(tr("Hold-out IoU of each part"))
        model.runChanged.connect(self._on_news)
        model.selected.connect(self._on_news)
        self._on_news()

    def rows(self) -> list[tuple[str, float, float | None]]:
        """Returns name, IoU of the looked-at checkpoint, and IoU of the best one, for each measured part."""
        shown, best = self._model.checkpoint, self._model.best
        if shown is None:
            return []
        return [
            (name, value, best.holdout_iou.get(name) if best is not None else None)
            for name, value in shown.holdout_iou.items()
            if name != "background"
        ]

    def sizeHint(self) -> QSize:
        """Room for the rows."""
        return QSize(280, _ROW_PX * max(3, len(self.rows()) + 1))

    def _on_news(self) -> None:
        rows = self.rows()
        self.setAccessibleDescription(", ".join(f"{name} {value:.2f}" for name, value, _ in rows))
        self.setMinimumHeight(_ROW_PX * min(12, max(3, len(rows) + 1)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(figures_font(self.font(), self.font().pixelSize()))
        painter.setPen(shade(SECONDARY))
        rows = self.rows()
        step = self._model.checkpoint.step if self._model.checkpoint is not None else 0
        title = tr("Hold-out IoU at step {step}").format(step=step) if rows else tr("Hold-out IoU")
        painter.drawText(QRectF(8, 0, self.width() - 16, _ROW_PX), Qt.AlignmentFlag.AlignVCenter, title)
        if not rows:
            text = tr("Hold a reference out of learning to see how well each part is found on it.")
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(8, _ROW_PX, self.width() - 16, 3 * _ROW_PX), flags, text)
        colours = {part.name: QColor(*part.colour) for part in self._parts.parts}
        for place, (name, value, best) in enumerate(rows, start=1):
            self._draw_row(painter, place * _ROW_PX, name, value, best, colours.get(name, shade(SECONDARY)))
        painter.end()

    def _draw_row(
        self, painter: QPainter, top: int, name: str, value: float, best: float | None, colour: QColor
    ) -> None:
        left = self.width() * _NAME_SHARE
        width = max(10.0, self.width() - left - _FIGURE_PX - 8)
        bar = QRectF(left, top + 7, width, _ROW_PX - 14)
        painter.setPen(shade(TEXT))
        middle = Qt.AlignmentFlag.AlignVCenter
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(left) - 16)
        painter.drawText(QRectF(8, top, left - 12, _ROW_PX), middle, words)
        figures = QRectF(self.width() - _FIGURE_PX, top, _FIGURE_PX - 8, _ROW_PX)
        painter.drawText(figures, middle | Qt.AlignmentFlag.AlignRight, f"{value:.2f}")
        painter.setPen(QPen(shade(BORDER), 1))
        painter.setBrush(shade(INPUT))
        painter.drawRect(bar)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * min(1.0, max(0.0, value)), bar.height()))
        if best is not None:
            x = bar.left() + bar.width() * min(1.0, best)
            painter.setPen(QPen(shade(ACCENT), 2))
            painter.drawLine(round(x), round(bar.top() - 3), round(x), round(bar.bottom() + 3))
