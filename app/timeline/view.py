"""The timeline: lanes over the frames of the clip, drawn once and kept, with the playhead moving over them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.i18n import tr
from app.theme import FONT_PX, SURROUND, shade
from app.timeline.arrangement import Arrangement
from app.timeline.describe import frame_text
from app.timeline.headers import paint_focus, paint_headers
from app.timeline.keys import press_key
from app.timeline.lanes.lane import Lane, Strip, paint_ground, paint_lines
from app.timeline.lanes.marks import EditsLane, ReferencesLane
from app.timeline.lanes.ruler import Ruler
from app.timeline.lanes.stability import StabilityLane
from app.timeline.lanes.states import CacheLane, ResultLane
from app.timeline.lanes.thumbnails import ThumbnailsLane
from app.timeline.menu import make_menu
from app.timeline.model import TimelineModel
from app.timeline.overlays import Plot, flag_width, paint_in_out, paint_playhead
from app.timeline.pictures import FramePictures
from app.timeline.pointer import Pointer
from app.timeline.scale import Scale
from app.timeline.stack import Row, least_room, stacked
from app.timeline.surface import TimelineSurface

_HEADER_PX = 96.0
_PAD_PX = 18.0


class TimelineView(TimelineSurface):
    """Ruler, thumbnails, marks, states and stability of the current clip's frames.

    Dragging scrubs; brackets are dragged in the ruler; the wheel zooms at the mouse, with Ctrl at the playhead, with
    Shift it steps; the middle button or Alt moves the view. Keys: `app.timeline.keys`.
    """

    def __init__(self, model: TimelineModel, pictures: FramePictures, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.pictures = pictures
        self._frame = self.playhead.frame
        self._pixmaps: dict[str, tuple[tuple[object, ...], QPixmap]] = {}
        self._lanes_of_clip = self._fixed_lanes()
        self._stability: dict[object, tuple[StabilityLane, ...]] = {}
        self._pointer = Pointer(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Timeline"))
        model.changed.connect(self._on_data)
        pictures.changed.connect(self.update)
        self.playhead.frameChanged.connect(self._on_frame)
        self.playhead.rangeChanged.connect(self.update)
        self._on_data()

    def shut_down(self) -> None:
        """Ends the thread that reads small pictures."""
        self.pictures.shut_down()

    def sizeHint(self) -> QSize:
        """Ruler, clip, marks, result, cache, and two parts."""
        return QSize(900, round(156 * self._unit()))

    def minimumSizeHint(self) -> QSize:
        """Ruler, marks, result, and the worst part."""
        return QSize(320, round(86 * self._unit()))

    def _unit(self) -> float:
        size = self.font().pixelSize()
        return size / FONT_PX if size > 0 else 1.0

    def _fixed_lanes(self) -> tuple[Lane, ...]:
        sources = self.model.sources
        lanes: list[Lane] = [Ruler(), ThumbnailsLane(self.pictures), ReferencesLane()]
        if sources.edits is not None:
            lanes.append(EditsLane())
        lanes.append(ResultLane())
        if sources.cache is not None:
            lanes.append(CacheLane())
        return tuple(lanes)

    def _lanes(self, room: float, unit: float) -> tuple[Lane, ...]:
        """All lanes, with one for each part where they fit, else one for the worst part."""
        parts = self.model.data.parts
        if parts not in self._stability:
            each = tuple(StabilityLane(part, index) for index, part in enumerate(parts))
            self._stability = {parts: each, None: (StabilityLane(None, None),)}
        each, worst = self._stability[parts], self._stability[None]
        rest = [lane for lane in self._lanes_of_clip if lane.name != "thumbnails"]
        fits = least_room([*rest, *each], unit) <= room
        return (*self._lanes_of_clip, *(each if each and fits and not self.worst_only else worst))

    def show_scale(self, scale: Scale) -> None:
        """Arranges rows and frames anew."""
        unit = self._unit()
        header, pad = round(_HEADER_PX * unit), _PAD_PX * unit
        rows = stacked(self._lanes(self.height(), unit), self.height(), unit, self.heights)
        width = max(1.0, self.width() - header)
        if (width, pad) != (scale.width_px, scale.pad_px):
            scale = scale.resized(width, pad)
        self.arrangement = Arrangement(rows, scale, header, unit)
        shown = {row.lane.name for row in rows}
        self._pixmaps = {name: kept for name, kept in self._pixmaps.items() if name in shown}
        self.update()

    def _picture(self, row: Row) -> QPixmap:
        """Returns the picture of a row, drawn anew only where something it depends on is another."""
        data, ratio, scale = self.model.data, self.devicePixelRatioF(), self.scale
        age = (row.lane, scale, row.height, ratio, *row.lane.reads(data))
        kept = self._pixmaps.get(row.lane.name)
        if (
            kept is not None
            and len(kept[0]) == len(age)
            and all(_same(*pair) for pair in zip(kept[0], age, strict=True))
        ):
            return kept[1]
        pixmap = QPixmap(round(scale.width_px * ratio), max(1, round(row.height * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(pixmap)
        painter.setFont(self.font())
        strip = Strip(painter, scale, row.height, self.arrangement.unit, ratio)
        paint_ground(strip)
        painter.save()
        row.lane.paint(strip, data)
        painter.restore()
        paint_lines(strip, data)
        painter.end()
        self._pixmaps[row.lane.name] = (age, pixmap)
        return pixmap

    def _on_data(self) -> None:
        if self.model.data.axis is not self.scale.axis:
            self._pixmaps.clear()
            self._frame = self.playhead.frame
            self.show_scale(Scale.fitting(self.model.data.axis, self.scale.width_px, self.scale.pad_px))
        else:
            self.show_scale(self.scale)
        self._describe()

    def _on_frame(self, frame: int) -> None:
        if not len(self.scale.axis):
            return
        before, self._frame = self._frame, frame
        shown = self.scale.showing(frame)
        if shown is not self.scale:
            self.show_scale(shown)
        else:
            for moved in (before, frame):
                self.update(self._playhead_rect(moved).toAlignedRect())
        self._describe()

    def _playhead_rect(self, frame: int) -> QRectF:
        arrangement = self.arrangement
        half = max(flag_width(self.font(), frame, arrangement.unit), self.scale.cell_px) / 2 + 3
        x = arrangement.header_px + self.scale.middle_of(frame)
        return QRectF(x - half, 0, 2 * half, self.height())

    def _describe(self) -> None:
        text = frame_text(self.model.data, self._frame) if len(self.scale.axis) else tr("No clip")
        self.setAccessibleDescription(text)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copies the pictures of the rows and draws the playhead and the brackets over them."""
        painter, arrangement = QPainter(self), self.arrangement
        area = QRectF(event.rect())
        painter.fillRect(area, shade(SURROUND))
        for row in arrangement.rows:
            if area.intersects(QRectF(arrangement.header_px, row.top, self.width(), row.height)):
                painter.drawPixmap(QPointF(arrangement.header_px, row.top), self._picture(row))
        if area.left() < arrangement.header_px:
            paint_headers(painter, arrangement)
        if len(self.scale.axis):
            painter.setClipRect(QRectF(arrangement.header_px, 0, self.width(), self.height()))
            plot = Plot(
                painter,
                self.scale,
                arrangement.header_px,
                arrangement.ruler_height,
                arrangement.bottom,
                arrangement.unit,
            )
            paint_in_out(plot, self.playhead.in_out)
            paint_playhead(plot, self._frame)
            painter.setClipping(False)
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Goes on to show the whole clip, where it did."""
        super().resizeEvent(event)
        self.show_scale(self.scale)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the texts."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._pixmaps.clear()
            self.updateGeometry()
            self.show_scale(self.scale)

    def event(self, event: QEvent) -> bool:
        """Shows what is known of the frame under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._pointer.tooltip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the playhead, a bracket, the view, or the edge of a lane."""
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves what was taken hold of."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Goes to the worst frame of a stability lane; shows the whole clip in the ruler."""
        self._pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms, steps or moves."""
        self._pointer.wheel(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Opens the menu of the frame under the mouse, or of the current one from the keyboard."""
        if not len(self.scale.axis):
            return
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        frame = self.arrangement.frame_at(event.pos().x()) if by_mouse else self._frame
        row = self.arrangement.row_at(event.pos().y()) if by_mouse else None
        menu = make_menu(self, frame, row.lane if row is not None else None)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the playhead, zooms, or lets go of what the mouse holds."""
        if self._pointer.take_key(event) or press_key(self, event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draws the frame of the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Draws no frame any more."""
        super().focusOutEvent(event)
        self.update()


def _same(one: object, other: object) -> bool:
    """Numbers are compared by value, everything else by being the same object: nothing large is ever compared."""
    return one is other or (isinstance(one, (int, float)) and one == other)
