"""What the tools work with: the document, the running gesture, the preview, and the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.canvas.background import Background
from app.canvas.brush_settings import BrushSettings
from app.canvas.gesture import Gesture, refusal, rules_of
from app.canvas.painting.box import Box
from app.canvas.painting.patch import Patch
from app.canvas.protocols import CanvasDocument
from app.canvas.viewport import Viewport
from app.i18n import tr


class CanvasHost(QObject):
    """The `ToolHost` of the canvas. One gesture at a time.

    Signals:
        strokeStarted(): A gesture begins.
        strokeCommitted(object, str): A finished gesture's `LabelEdit` and its name.
        strokeCancelled(): The gesture was taken back, or changed nothing.
        refused(str): Why a gesture cannot be.
        picked(int): The label that the pick tool was clicked on.
        paintedBox(object): Box of image pixels to draw again.
        previewChanged(object): Box of image pixels whose preview changed.
        marksChanged(): The tool's own marks changed.
    """

    strokeStarted = Signal()
    strokeCommitted = Signal(object, str)
    strokeCancelled = Signal()
    refused = Signal(str)
    picked = Signal(int)
    paintedBox = Signal(object)
    previewChanged = Signal(object)
    marksChanged = Signal()

    def __init__(self, document: CanvasDocument, parent: QObject) -> None:
        super().__init__(parent)
        self.background = Background(self)
        self.preview: Patch | None = None
        self.preview_label = 0
        self._document = document
        self._viewport = Viewport()
        self._brush = BrushSettings()
        self._magnet = False
        self._gesture: Gesture | None = None
        self._dirty = Box(0, 0, 0, 0)

    @property
    def document(self) -> CanvasDocument:
        """The document."""
        return self._document

    @property
    def viewport(self) -> Viewport:
        """Where the image lies."""
        return self._viewport

    @property
    def brush(self) -> BrushSettings:
        """Size and hardness."""
        return self._brush

    def set_brush(self, brush: BrushSettings) -> None:
        """Changes size and hardness."""
        self._brush = brush

    @property
    def magnet(self) -> bool:
        """Outlines cling to edges of the image."""
        return self._magnet

    def set_magnet(self, on: bool) -> None:
        """Switches the magnet."""
        self._magnet = on

    @property
    def in_gesture(self) -> bool:
        """Labels are being changed."""
        return self._gesture is not None

    def begin(self, label: int, x: float) -> Gesture | None:
        """See `ToolHost.begin`."""
        layer = self._document.layer
        reason = refusal(self._document, label)
        if reason is not None or layer is None:
            self.refused.emit(reason or tr("Open an image first."))
            return None
        self._gesture = Gesture(layer, rules_of(self._document), label, self._document.mirror, x)
        self._dirty = Box(0, 0, 0, 0)
        self.strokeStarted.emit()
        return self._gesture

    def commit(self, title: str) -> None:
        """See `ToolHost.commit`."""
        if self._gesture is None:
            return
        gesture, self._gesture = self._gesture, None
        edit = gesture.commit()
        if edit is None:
            self.strokeCancelled.emit()
        else:
            self.strokeCommitted.emit(edit, title)

    def rollback(self) -> None:
        """See `ToolHost.rollback`."""
        if self._gesture is None:
            return
        gesture, self._gesture = self._gesture, None
        gesture.cancel()
        self.paintedBox.emit(self._dirty)
        self.strokeCancelled.emit()

    def painted(self, box: Box) -> None:
        """See `ToolHost.painted`."""
        if not box.empty:
            self._dirty = self._dirty.united(box)
            self.paintedBox.emit(box)

    def set_preview(self, patch: Patch | None, label: int) -> None:
        """See `ToolHost.set_preview`."""
        if patch is None and self.preview is None:
            return
        old = Box(0, 0, 0, 0) if self.preview is None else self.preview.box
        self.preview, self.preview_label = patch, label
        self.previewChanged.emit(old if patch is None else old.united(patch.box))

    def ask(self, kind: str, work: Callable[[], Any], receive: Callable[[Any], None]) -> None:
        """See `ToolHost.ask`."""
        self.background.ask(kind, work, receive)

    def redraw(self) -> None:
        """See `ToolHost.redraw`."""
        self.marksChanged.emit()

    def refuse(self, sentence: str) -> None:
        """See `ToolHost.refuse`."""
        self.refused.emit(sentence)

    def pick(self, label: int) -> None:
        """See `ToolHost.pick`."""
        self.picked.emit(label)
