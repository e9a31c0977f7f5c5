"""The widget under the canvas: paints, takes mouse, pen and keys, and listens to the document."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.canvas.brush_settings import BrushSettings
from app.canvas.cursor import BrushCursor, draw_mirror_axis
from app.canvas.host import CanvasHost
from app.canvas.input import CanvasInput
from app.canvas.overlay import Overlay, Shown
from app.canvas.overlay_style import OverlayStyle, tints
from app.canvas.painting.box import Box
from app.canvas.picture import Exposure, Picture
from app.canvas.pointer import Pointer
from app.canvas.protocols import CanvasDocument
from app.canvas.surface import Surface
from app.canvas.tools import make_tools
from app.canvas.tools.brush import BrushTool
from app.canvas.tools.smart_select import SmartSelectTool
from app.canvas.tools.tool import Tool
from app.canvas.viewport import Viewport
from engine.domain.labels import BACKGROUND


class CanvasWidget(QWidget):
    """Shows one image with its labels and passes gestures to the tool in use; `CanvasView` adds what the window asks.

    Call `shut_down` before the application ends; deleting the widget does it too.

    Signals:
        strokeStarted(): A gesture began; undo must wait until `strokeCommitted` or `strokeCancelled`.
        strokeCommitted(object, str): A finished gesture as `LabelEdit`, already in the layer, and its name for the
            undo list.
        strokeCancelled(): The gesture was taken back to the bit, or changed nothing.
        pixelHovered(int, int, int): Column, row and label under the cursor; (-1, -1, 0) when it leaves the image.
        partPicked(int): The pick tool was clicked on this label; the document makes it current.
        toolChanged(str): Name of the tool in use, one of `app.canvas.tools.TOOL_NAMES`.
        brushChanged(float, int): Diameter in image pixels and hardness in per cent.
        viewChanged(float): Zoom, screen pixels per image pixel (1.0 is 1:1).
        displayChanged(): Overlay style, opacity, view mode, gain or gamma changed.
        refused(str): One sentence that says why a gesture painted nothing.
        busyChanged(bool): A selection is being computed in the background.
        spaceTapped(): Space was pressed and let go without a drag (play or pause).
        frameStepRequested(int): Shift and wheel: so many frames on, negative for back.
    """

    strokeStarted = Signal()
    strokeCommitted = Signal(object, str)
    strokeCancelled = Signal()
    pixelHovered = Signal(int, int, int)
    partPicked = Signal(int)
    toolChanged = Signal(str)
    brushChanged = Signal(float, int)
    viewChanged = Signal(float)
    displayChanged = Signal()
    refused = Signal(str)
    busyChanged = Signal(bool)
    spaceTapped = Signal()
    frameStepRequested = Signal(int)

    def __init__(self, document: CanvasDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._host = CanvasHost(document, self)
        self._tools = make_tools(self._host)
        self._tool: Tool = self._tools[BrushTool.name]
        self._input = CanvasInput(self)
        self._cursor = BrushCursor()
        self._surface = Surface()
        self._picture: Picture | None = None
        self._exposure = Exposure()
        self._overlay = Overlay(OverlayStyle(), tints(document.parts, frozenset(), (), 0.0))
        self._fits = True
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self._connect()
        self._on_image_changed()

    @property
    def current_tool(self) -> Tool:
        """The tool in use."""
        return self._tool

    @property
    def brush(self) -> BrushSettings:
        """Size and hardness of the brush."""
        return self._host.brush

    def set_brush(self, brush: BrushSettings) -> None:
        """Changes size, hardness and pen pressure at once."""
        if brush == self._host.brush:
            return
        self._update_ring()
        self._host.set_brush(brush)
        self._update_ring()
        self.brushChanged.emit(brush.diameter, brush.hardness)

    @property
    def in_gesture(self) -> bool:
        """Labels are being changed: undo must wait."""
        return self._host.in_gesture

    def cancel(self) -> None:
        """Esc: drops what the tool has under way; labels are as before it, to the bit."""
        self._drop_gesture()

    def shut_down(self) -> None:
        """Cancels a gesture, ends the background thread and closes the select engine."""
        self._drop_gesture()
        tool = self._tools[SmartSelectTool.name]
        if isinstance(tool, SmartSelectTool):
            # Closed first: the thread may be waiting for a long answer of it.
            tool.engine.close()
        self._host.background.stop()

    @property
    def viewport(self) -> Viewport:
        """Where the image lies."""
        return self._host.viewport

    def zoom_at(self, at: QPointF, factor: float) -> None:
        """Zooms about a widget position, which keeps the image pixel it shows."""
        self._fits = False
        self.viewport.zoom_about(at.x(), at.y(), self.viewport.zoom * factor)
        self._view_moved()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the image by widget pixels."""
        self._fits = False
        self.viewport.pan(dx, dy)
        self._view_moved()

    def pointer_moved(self, at: QPointF | None) -> None:
        """Moves the ring and reports the pixel under it."""
        self._update_ring()
        self._cursor.at = None if at is None else QPointF(at)
        self._update_ring()
        layer = self._document.layer
        if at is not None and layer is not None:
            x, y = (int(v // 1) for v in self.viewport.to_image(at.x(), at.y()))
            if 0 <= x < layer.shape[1] and 0 <= y < layer.shape[0]:
                self.pixelHovered.emit(x, y, int(layer.labels[y, x]))
                return
        self.pixelHovered.emit(-1, -1, BACKGROUND)

    def update_cursor(self) -> None:
        """Shows the cursor for what a press would do now."""
        if self._input.pan.active:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._input.pan.space_held:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._tool.cursor == "ring":
            self.setCursor(Qt.CursorShape.BlankCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)
        self._update_ring()

    def step_frame(self, step: int) -> None:
        """Asks the window for another frame."""
        self.frameStepRequested.emit(step)

    def tap_space(self) -> None:
        """Tells the window that space was tapped."""
        self.spaceTapped.emit()

    def _connect(self) -> None:
        document, host = self._document, self._host
        document.imageChanged.connect(self._on_image_changed)
        document.labelsChanged.connect(self._on_labels_changed)
        document.partsChanged.connect(self._on_parts_changed)
        document.rulesChanged.connect(self._on_rules_changed)
        host.strokeStarted.connect(self.strokeStarted)
        host.strokeCommitted.connect(self.strokeCommitted)
        host.strokeCancelled.connect(self.strokeCancelled)
        host.refused.connect(self.refused)
        host.picked.connect(self.partPicked)
        host.paintedBox.connect(self._on_painted)
        host.previewChanged.connect(self._on_painted)
        host.marksChanged.connect(self.update)
        host.background.busyChanged.connect(self.busyChanged)

    def _on_image_changed(self) -> None:
        self._drop_gesture()
        image = self._document.image
        self._picture = None if image is None else Picture(image)
        if self._picture is not None and image is not None:
            self._picture.set_exposure(self._exposure)
            size = (image.shape[1], image.shape[0])
            if size != (self.viewport.image_width, self.viewport.image_height):
                self.viewport.image_width, self.viewport.image_height = size
                self._fits = True
        if self._fits:
            self.viewport.fit()
        self._view_moved()
        self._on_parts_changed()

    def _on_labels_changed(self, box: tuple[int, int, int, int] | None) -> None:
        if box is not None:
            self._on_painted(Box(*box))
            return
        self._surface.overlay_changed()
        self.update()

    def _on_painted(self, box: Box) -> None:
        rect = self._surface.labels_changed(box, self.viewport)
        if not rect.isEmpty():
            self.update(rect)

    def _on_parts_changed(self) -> None:
        document, style = self._document, self._overlay.style
        if document.solo_parts:
            chosen = document.solo_parts
        elif document.current_part in document.parts.ids:
            chosen = frozenset((document.current_part,))
        else:
            chosen = document.shown_parts
        self._overlay.tints = tints(document.parts, document.shown_parts, chosen, style.opacity)
        self._surface.overlay_changed()
        self._tool.changed()
        self.update()

    def _on_rules_changed(self) -> None:
        self._surface.overlay_changed()
        self.update()

    def _drop_gesture(self) -> None:
        self._input.drop_drag()
        self._tool.cancel()
        self._host.background.forget()

    def _view_moved(self) -> None:
        self._surface.everything_changed()
        self.update()
        self.viewChanged.emit(self.viewport.zoom)

    def _update_ring(self) -> None:
        for rect in self._cursor.rects(self.viewport, self._document, self.brush.diameter):
            self.update(rect)

    def _label_to_paint(self) -> int:
        if self._input.erasing or not isinstance(self._tool, BrushTool):
            return BACKGROUND if self._input.erasing else self._document.current_part
        return self._tool.label(Pointer(0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws picture, overlay, the tool's marks and the ring."""
        painter = QPainter(self)
        rect: QRect = event.rect()
        layer = self._document.layer
        if self._picture is None or layer is None:
            painter.fillRect(rect, QColor.fromRgb(self._surface.surround))
            return
        shown = Shown(layer.labels, layer.coverage, self._document.ghost, self._host.preview, self._host.preview_label)
        self._surface.paint(painter, rect, self._picture, self.viewport, self._overlay, shown)
        if self._document.mirror is not None:
            draw_mirror_axis(painter, self.viewport, self._document.mirror.axis_x)
        self._tool.draw(painter)
        if self._tool.cursor == "ring" and not self._input.pan.space_held:
            self._cursor.draw(painter, self.viewport, self._document, self.brush.diameter, self._label_to_paint())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the image fitted, or its middle in the middle."""
        middle = self.viewport.to_image(event.oldSize().width() / 2, event.oldSize().height() / 2)
        self.viewport.width, self.viewport.height = self.width(), self.height()
        if self._fits:
            self.viewport.fit()
        else:
            self.viewport.centre_on(*middle)
        self._surface.resize(self.width(), self.height(), self.devicePixelRatioF())
        self._view_moved()

    def event(self, event: QEvent) -> bool:
        """Keeps space for moving the image, and ends the thread when the widget is deleted."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._input.wants_key(event):
                event.accept()
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._surface.resize(self.width(), self.height(), self.devicePixelRatioF())
        elif event.type() == QEvent.Type.DeferredDelete:
            self.shut_down()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See `CanvasInput`."""
        self._input.mouse_press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """See `CanvasInput`."""
        self._input.mouse_double_click(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """See `CanvasInput`."""
        self._input.mouse_move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """See `CanvasInput`."""
        self._input.mouse_release(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """See `CanvasInput`."""
        self._input.tablet(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """See `CanvasInput`."""
        self._input.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See `CanvasInput`."""
        if not self._input.key_press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """See `CanvasInput`."""
        if not self._input.key_release(event):
            super().keyReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Takes the ring away."""
        self.pointer_moved(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Space is no longer held for us."""
        self._input.focus_lost()
        super().focusOutEvent(event)
