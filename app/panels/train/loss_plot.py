"""The loss of each step, and its running mean. pyqtgraph is imported when the plot is first shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.i18n import tr
from app.model.training import TrainingModel
from app.theme import ACCENT, INPUT, SECONDARY, shade

_DRAW_EVERY_MS = 100
_SMOOTHING = 0.9


class LossPlot(QWidget):
    """Loss over steps."""

    def __init__(self, model: TrainingModel) -> None:
        super().__init__()
        self._model = model
        self._plot: Any = None
        self._raw: Any = None
        self._mean: Any = None
        self._best: Any = None
        self.setAccessibleName(tr("Loss of each step"))
        self._title = QLabel(tr("Loss"))
        self._title.setProperty("role", "heading")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(6, 6, 6, 6)
        self._layout.addWidget(self._title)
        self._layout.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DRAW_EVERY_MS)
        self._timer.timeout.connect(self._draw)
        model.stepped.connect(self._on_news)
        model.runChanged.connect(self._on_news)

    def showEvent(self, event: QShowEvent) -> None:
        """Builds the plot when it is needed for the first time."""
        if self._plot is None:
            self._build()
        self._draw()
        super().showEvent(event)

    def _build(self) -> None:
        import pyqtgraph

        plot = pyqtgraph.PlotWidget(background=shade(INPUT))
        plot.setMenuEnabled(enableMenu=False)
        plot.setAccessibleName(tr("Loss by step"))
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # nothing in it answers keys
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.showGrid(x=False, y=True, alpha=0.15)
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(pyqtgraph.mkPen(shade(SECONDARY)))
            axis.setTextPen(pyqtgraph.mkPen(shade(SECONDARY)))
        plot.getPlotItem().setLabel("bottom", tr("step"))
        self._raw = plot.plot(pen=pyqtgraph.mkPen("#6A6A6A", width=1))
        self._mean = plot.plot(pen=pyqtgraph.mkPen(shade(ACCENT), width=2))
        self._best = pyqtgraph.InfiniteLine(angle=90, pen=pyqtgraph.mkPen(shade(SECONDARY), style=_dashes()))
        self._best.setVisible(False)
        plot.addItem(self._best)
        self._layout.takeAt(1)
        self._layout.addWidget(plot, 1)
        self._plot = plot

    def _on_news(self) -> None:
        if self._plot is not None and self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _draw(self) -> None:
        losses = np.array(self._model.losses, np.float64)
        steps = np.arange(1, len(losses) + 1)
        self._raw.setData(steps, losses)
        self._mean.setData(steps, _running_mean(losses))
        best = self._model.best
        self._best.setVisible(best is not None and best.score is not None)
        if best is not None:
            self._best.setValue(best.step)
        last = f"{losses[-1]:.3f}" if len(losses) else "–"
        text = tr("Loss {last} · thin: each step, thick: mean").format(last=last)
        self._title.setText(text)
        self.setAccessibleDescription(text)


def _running_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the exponential mean, corrected for its start."""
    found, state, weight = np.zeros_like(values), 0.0, 0.0
    for place, value in enumerate(values):
        state = _SMOOTHING * state + (1 - _SMOOTHING) * value
        weight = _SMOOTHING * weight + (1 - _SMOOTHING)
        found[place] = state / weight
    return found


def _dashes() -> Any:
    return Qt.PenStyle.DashLine
