"""A document in memory, a canvas on it, and the mouse and pen of a careful artist."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.canvas.protocols import Mirror
from app.canvas.view import CanvasView
from engine.domain.edits import LabelEdit, LabelLayer
from engine.domain.labels import LabelMap
from engine.domain.parts import PartSet

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier


class MemoryDocument(QObject):
    """The smallest document that keeps the canvas's promises: one image, parts, and an undo list."""

    imageChanged = Signal()
    labelsChanged = Signal(object)
    partsChanged = Signal()
    rulesChanged = Signal()

    def __init__(self, image: NDArray[np.uint8] | None) -> None:
        super().__init__()
        self.image: NDArray[np.uint8] | None = image
        self.layer: LabelLayer | None = None if image is None else LabelLayer.empty(image.shape[1], image.shape[0])
        self.parts = PartSet.from_names(["body", "left eye", "right eye", "hair"])
        self.current_part = 1
        self.shown_parts = frozenset(self.parts.ids)
        self.solo_parts: frozenset[int] = frozenset()
        self.locked_parts: frozenset[int] = frozenset()
        self.protect_others = False
        self.mirror: Mirror | None = None
        self.ghost: LabelMap | None = None
        self.read_only = False
        self.undo_list: list[LabelEdit] = []
        self.titles: list[str] = []

    def take(self, edit: LabelEdit, title: str) -> None:
        self.undo_list.append(edit)
        self.titles.append(title)

    def undo(self) -> None:
        assert self.layer is not None
        edit = self.undo_list.pop()
        self.titles.pop()
        self.layer.apply(edit)
        self.labelsChanged.emit(edit.rect)

    def choose(self, part: int) -> None:
        self.current_part = part
        self.partsChanged.emit()

    def open(self, image: NDArray[np.uint8]) -> None:
        self.image, self.layer = image, LabelLayer.empty(image.shape[1], image.shape[0])
        self.undo_list, self.titles = [], []
        self.imageChanged.emit()

    @property
    def labels(self) -> LabelMap:
        assert self.layer is not None
        return self.layer.labels

    @property
    def coverage(self) -> NDArray[np.uint8]:
        assert self.layer is not None
        return self.layer.coverage


@dataclass
class Artist:
    """Works on a canvas by real events, in image coordinates."""

    canvas: CanvasView
    document: MemoryDocument
    refusals: list[str] = field(default_factory=list)
    pen: QPointingDevice = field(default_factory=QPointingDevice.primaryPointingDevice)

    def at(self, x: float, y: float) -> QPoint:
        place = self.canvas.viewport.to_widget(x, y)
        return QPointF(*place).toPoint()

    def press(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mousePress(self.canvas, button, keys, self.at(x, y))

    def move(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        # QTest.mouseMove carries no buttons: a drag is sent as the event that the system would send.
        from PySide6.QtGui import QMouseEvent

        local = QPointF(self.at(x, y))
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            local,
            QPointF(self.canvas.mapToGlobal(local.toPoint())),
            Qt.MouseButton.NoButton,
            button,
            keys,
        )
        QApplication.sendEvent(self.canvas, event)

    def release(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        QTest.mouseRelease(self.canvas, button, keys, self.at(x, y))

    def drag(
        self, *points: tuple[float, float], button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY
    ) -> None:
        self.press(*points[0], button, keys)
        for point in points[1:]:
            self.move(*point, button, keys)
        self.release(*points[-1], button, keys)

    def click(self, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        self.drag((x, y), button=button, keys=keys)

    def hover(self, x: float, y: float, keys: Qt.KeyboardModifier = NO_KEY) -> None:
        self.move(x, y, Qt.MouseButton.NoButton, keys)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.canvas, key)

    def pen_stroke(self, *samples: tuple[float, float, float], eraser: bool = False) -> None:
        """Draws with a pen through (x, y, pressure) samples."""
        kind = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
        device = QPointingDevice(
            "pen",
            1,
            QPointingDevice.DeviceType.Stylus,
            kind,
            QPointingDevice.Capability.Position | QPointingDevice.Capability.Pressure,
            1,
            2,
        )
        steps = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(samples) - 1)]
        for step, sample in zip(steps, samples, strict=True):
            self._pen_event(device, step, sample)
        self._pen_event(device, QEvent.Type.TabletRelease, (*samples[-1][:2], 0.0))

    def _pen_event(self, device: QPointingDevice, step: QEvent.Type, sample: tuple[float, float, float]) -> None:
        x, y, pressure = sample
        local = QPointF(*self.canvas.viewport.to_widget(x, y))
        down = step != QEvent.Type.TabletRelease
        event = QTabletEvent(
            step,
            device,
            local,
            QPointF(self.canvas.mapToGlobal(local.toPoint())),
            pressure,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            NO_KEY,
            Qt.MouseButton.NoButton if step == QEvent.Type.TabletMove else LEFT,
            LEFT if down else Qt.MouseButton.NoButton,
        )
        QApplication.sendEvent(self.canvas, event)


@pytest.fixture
def document(qapp: QApplication) -> MemoryDocument:
    """An empty document of 160 x 120 grey pixels."""
    return MemoryDocument(np.full((120, 160, 3), 90, np.uint8))


@pytest.fixture
def artist(qtbot: QtBot, document: MemoryDocument) -> Iterator[Artist]:
    """A canvas of 640 x 480 at 400 %, so that a widget pixel is a quarter of an image pixel."""
    canvas = CanvasView(document)
    qtbot.addWidget(canvas)
    canvas.resize(640, 480)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.viewport.zoom_about(0, 0, 4.0)
    canvas.viewport.origin_x = canvas.viewport.origin_y = 0.0
    canvas.strokeCommitted.connect(document.take)
    canvas.partPicked.connect(document.choose)
    artist = Artist(canvas, document)
    canvas.refused.connect(artist.refusals.append)
    yield artist
    canvas.shut_down()
