"""The viewer: paints the shown frame with its result."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.canvas.picture import Exposure
from app.canvas.viewport import Viewport
from app.i18n import tr
from app.viewer.drawing import PaneArtist, PaneContent
from app.viewer.look import Pane, Source, panes
from app.viewer.model import ViewerModel
from app.viewer.navigated_view import NavigatedView
from app.viewer.readout import Readout, readout
from app.viewer.screen import Screen
from app.viewer.stabiliser import Stabiliser, together
from app.viewer.tags import draw_tag, draw_wipe
from app.viewer.words import frame_words, pane_words
from engine.domain.labels import BACKGROUND

_PATIENCE_MS = 200
"""A frame that has not come by then is said to be read; sooner it would only flicker."""


class ResultViewer(NavigatedView):
    """Shows what `ViewerModel` says; moving the view about is `NavigatedView`'s.

    Signals:
        hovered(object): A `Readout`, or None when the cursor leaves the plate.
        pixelHovered(int, int, int): Column, row and label under the cursor; (-1, -1, 0) when it leaves the plate.
        partPicked(int): A part of the result was clicked; its id in the result.
    """

    hovered = Signal(object)
    pixelHovered = Signal(int, int, int)
    partPicked = Signal(int)

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._screen = Screen()
        self._artist = PaneArtist()
        self._stabiliser = Stabiliser()
        self._stale = True
        self._slow = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(tr("Viewer"))
        model.clipChanged.connect(self._on_clip)
        model.shotChanged.connect(self._on_shot)
        model.lookChanged.connect(self._on_look)
        self._on_clip()

    # View

    @property
    def viewport(self) -> Viewport:
        """Where the image lies in the widget (in its right half, where two pictures stand side by side)."""
        return self._stabiliser.held(self._view) if self._model.look.stabilised else self._view

    def to_widget(self, x: float, y: float) -> QPointF:
        """Returns where image coordinates lie in the widget; side by side, in the right picture."""
        across, down = self.viewport.to_widget(x, y)
        offset = self.width() / 2 if self._is_side_by_side() else 0.0
        return QPointF(across + offset, down)

    # Display: never changes data

    @property
    def exposure(self) -> Exposure:
        """Viewer gain and gamma."""
        return self._artist.exposure

    def set_exposure(self, exposure: Exposure) -> None:
        """Changes viewer gain and gamma."""
        self._artist.exposure = exposure
        self._redraw()

    def set_surround(self, colour: QColor) -> None:
        """Changes the colour around the image."""
        self._screen.surround = int(colour.rgb())
        self._redraw()

    def hold_part(self) -> None:
        """Begins to hold the current part where it lies now."""
        self._stabiliser.release()
        self._follow_part()
        self._redraw()

    # What input asks for

    @property
    def wipe_x(self) -> float | None:
        """Where the line of the wipe stands, or None."""
        look = self._model.look
        return look.wipe * self.width() if look.arrangement == "wipe" and not look.peek else None

    def drag_wipe(self, x: float) -> None:
        """Puts the line of the wipe at a widget column."""
        share = min(1.0, max(0.0, x / max(1, self.width())))
        self._model.set_look(replace(self._model.look, wipe=share))

    def click(self, at: QPointF) -> None:
        """Tells which part of the result was clicked."""
        found = self._readout_at(at)
        if found is not None and found.label != BACKGROUND:
            self.partPicked.emit(found.label)

    def hover(self, at: QPointF | None) -> None:
        """Tells what lies under the cursor."""
        super().hover(at)
        found = None if at is None else self._readout_at(at)
        self.hovered.emit(found)
        if found is None:
            self.pixelHovered.emit(-1, -1, BACKGROUND)
        else:
            self.pixelHovered.emit(found.x, found.y, found.label)

    def set_peek(self, *, on: bool) -> None:
        """Shows the plate alone, or the result again."""
        if on != self._model.look.peek:
            self._model.set_look(replace(self._model.look, peek=on))

    # Changes of the model

    def _on_clip(self) -> None:
        width, height = self._model.size
        if (width, height) != (self._view.image_width, self._view.image_height):
            self._view.image_width, self._view.image_height = width, height
            self._fits = True
        self._stabiliser.release()
        self._artist.forget()
        self._place()

    def _on_shot(self) -> None:
        self._follow_part()
        self._slow = False
        if self._model.shot.complete or self._model.sources.player.playing:
            self._patience.stop()
        elif not self._patience.isActive():
            self._patience.start()
        self._redraw()
        if self._cursor_at is not None:
            self.hover(self._cursor_at)

    def _on_look(self) -> None:
        look = self._model.look
        if not look.stabilised:
            self._stabiliser.release()
        elif not self._stabiliser.holds:
            self._follow_part()
        self._place()

    def _on_patience(self) -> None:
        self._slow = True
        self.update()

    def _follow_part(self) -> None:
        if not self._model.look.stabilised:
            return
        labels = self._model.layer("labels", "chosen")
        if labels is not None and self._model.shot.shown == self._model.shot.frame:
            self._stabiliser.follow(together(labels.centres, self._model.parts["chosen"].followed))

    # Painting

    def _is_side_by_side(self) -> bool:
        look = self._model.look
        return look.arrangement == "side" and not look.peek

    def _place(self) -> None:
        """Gives the view the width of a picture, and keeps it fitted or its middle in the middle."""
        width = self.width() / (2 if self._is_side_by_side() else 1)
        middle = self._view.to_image(self._view.width / 2, self._view.height / 2)
        moved = (width, float(self.height())) != (self._view.width, self._view.height)
        self._view.width, self._view.height = width, float(self.height())
        if self._fits:
            self._view.fit()
        elif moved:
            self._view.centre_on(*middle)
        self.view_moved()

    def view_moved(self) -> None:
        """Draws anew, and tells at which size frames are looked at."""
        self._model.set_screen_scale(self._view.zoom * self.devicePixelRatioF())
        self._stale = True
        super().view_moved()

    def _redraw(self) -> None:
        self._stale = True
        self.update()

    def _draw(self) -> None:
        self._screen.resize(self.width(), self.height(), self.devicePixelRatioF())
        view = self.viewport
        for pane in panes(self._model.look, self._model.versions):
            self._artist.draw(self._content(pane), self._model.look, self._screen.target(pane, view))
        self._stale = False

    def _content(self, pane: Pane) -> PaneContent:
        model, source = self._model, pane.source
        plate = model.layer("plate", "plate")
        pixels = model.shot.small if plate is None else plate
        if source == "plate":
            return PaneContent("overlay", pixels)
        other: Source = "compared" if source == "chosen" else "chosen"
        look = model.look
        return PaneContent(
            mode=pane.mode,
            plate=pixels,
            labels=model.layer("labels", source),
            other_labels=model.layer("labels", other),
            matte=model.layer("matte", source),
            heat=model.layer("heat", source),
            tints=model.parts[source].tints(look.opacity),
            other_tints=model.parts[other].tints(look.opacity),
        )

    def view_left(self, x: float) -> float:
        """Returns the column at which the picture under a widget column begins; the pictures of a wipe share one."""
        found = panes(self._model.look, self._model.versions)
        pane = next((pane for pane in found if x / max(1, self.width()) < pane.right), found[-1])
        return pane.left * self.width() if pane.own_view else 0.0

    def _readout_at(self, at: QPointF) -> Readout | None:
        x, y = self.viewport.to_image(at.x() - self.view_left(at.x()), at.y())
        return readout(self._model, int(x // 1), int(y // 1))

    def _draw_words(self, painter: QPainter) -> None:
        whole = self.rect()
        shown = panes(self._model.look, self._model.versions)
        for pane in shown:
            left, right = round(pane.left * self.width()), round(pane.right * self.width())
            if len(shown) > 1 and right - left > 2 * painter.fontMetrics().height():
                corner = Qt.AlignmentFlag.AlignRight if pane is shown[0] else Qt.AlignmentFlag.AlignLeft
                area = QRect(left, 0, right - left, self.height())
                draw_tag(painter, area, corner | Qt.AlignmentFlag.AlignTop, pane_words(self._model, pane))
        text = frame_words(self._model, slow=self._slow)
        if text:
            draw_tag(painter, whole, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the pictures, the wipe's line and the words."""
        if self._stale:
            self._draw()
        painter = QPainter(self)
        self._screen.paint(painter, event.rect())
        x = self.wipe_x
        if x is not None:
            draw_wipe(painter, x, self.height())
        elif self._is_side_by_side():
            painter.fillRect(self.width() // 2, 0, 1, self.height(), QColor("#000000"))
        self._draw_words(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the image fitted, or its middle in the middle."""
        super().resizeEvent(event)
        self._place()
