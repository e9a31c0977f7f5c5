"""The canvas as the window uses it: tools, brush, view and display by plain methods."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.canvas.overlay_style import OVERLAY_CYCLE, OverlayMode, OverlayStyle, ViewMode
from app.canvas.painting.box import Box
from app.canvas.picture import Exposure
from app.canvas.protocols import CanvasDocument
from app.canvas.tools.refine import Refine, refine
from app.canvas.tools.smart_select import SmartSelectTool
from app.canvas.tools.superpixel import SuperpixelTool
from app.canvas.viewport import ZOOM_STEP
from app.canvas.widget import CanvasWidget
from app.i18n import tr
from engine.select.engines import SelectEngine


class CanvasView(CanvasWidget):
    """Viewer and painting surface. Coordinates of signals and methods are image pixels, centres at +0.5.

    Call `shut_down` before the application ends; deleting the widget does it too.
    """

    def __init__(self, document: CanvasDocument, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.setAccessibleName(tr("Canvas"))
        self.setAccessibleDescription(tr("Paint with the mouse or a pen; tools and parts are chosen by keys."))

    # Tools and brush

    @property
    def tool(self) -> str:
        """Name of the tool in use."""
        return self._tool.name

    def set_tool(self, name: str) -> None:
        """Takes a tool of `TOOL_NAMES`; what the last one had under way is dropped."""
        if name == self._tool.name:
            return
        self._drop_gesture()
        self._tool = self._tools[name]
        self.update_cursor()
        self.update()
        self.toolChanged.emit(name)

    def resize_brush(self, factor: float) -> None:
        """Multiplies the diameter: 1.1 for `]`, 1 / 1.1 for `[`."""
        self.set_brush(self.brush.scaled(factor))

    def set_hardness_by(self, delta: int) -> None:
        """Adds per cent to the hardness."""
        self.set_brush(self.brush.hardened(self.brush.hardness + delta))

    @property
    def magnet(self) -> bool:
        """Lasso and polygon cling to edges of the image."""
        return self._host.magnet

    def set_magnet(self, on: bool) -> None:
        """Switches the magnet of lasso and polygon."""
        self._host.set_magnet(on)
        self._tool.changed()

    def set_superpixel_px(self, region_px: int) -> None:
        """Changes the side of superpixels, 4 to 256 image pixels."""
        tool = self._tools[SuperpixelTool.name]
        if isinstance(tool, SuperpixelTool):
            tool.set_region_px(region_px)

    def set_select_engine(self, engine: SelectEngine) -> None:
        """Changes what the smart selection asks; GrabCut unless this was called. The last one is closed."""
        tool = self._tools[SmartSelectTool.name]
        if isinstance(tool, SmartSelectTool):
            tool.cancel()
            tool.engine.close()
            tool.engine = engine

    def refine(self, how: Refine) -> None:
        """Smooths, grows, shrinks or fills the holes of the current part, as one edit."""
        self._drop_gesture()
        refine(self._host, self._document.current_part, how)

    def confirm(self) -> None:
        """Enter: fills the polygon, commits the smart selection."""
        self._tool.confirm()

    def step_back(self) -> bool:
        """Undo and Backspace: takes the stroke, the last corner or the last click back; False where there is none."""
        if self.in_gesture:
            self._drop_gesture()
            return True
        busy = self._tool.busy
        if busy:
            self._tool.step_back()
        return busy

    # View

    @property
    def zoom(self) -> float:
        """Screen pixels per image pixel."""
        return self.viewport.zoom

    def fit(self) -> None:
        """Shows the whole image, and again when the widget is resized."""
        self._fits = True
        self.viewport.fit()
        self._view_moved()

    def one_to_one(self) -> None:
        """Shows one image pixel on one screen pixel, about the cursor."""
        self.set_zoom(1.0)

    def set_zoom(self, zoom: float) -> None:
        """Sets the zoom, 0.05 to 64, about the cursor or the middle."""
        at = self._cursor.at or QPointF(self.width() / 2, self.height() / 2)
        self.zoom_at(at, zoom / self.viewport.zoom)

    def zoom_in(self) -> None:
        """One step in."""
        self.set_zoom(self.zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step out."""
        self.set_zoom(self.zoom / ZOOM_STEP)

    def reveal(self, box: tuple[int, int, int, int]) -> None:
        """Brings (left, top, right, bottom) image pixels into sight where they are not: undo shows its place first."""
        place = Box(*box)
        if not self.viewport.sees(place):
            self._fits = False
            self.viewport.centre_on((place.left + place.right) / 2, (place.top + place.bottom) / 2)
            self._view_moved()

    # Display: never changes data

    @property
    def overlay_style(self) -> OverlayStyle:
        """How labels are drawn."""
        return self._overlay.style

    def set_overlay_style(self, style: OverlayStyle) -> None:
        """Changes fill, outline, opacity or view mode."""
        if style != self._overlay.style:
            self._overlay.style = style
            self._on_parts_changed()
            self.displayChanged.emit()

    def set_overlay_mode(self, mode: OverlayMode) -> None:
        """Draws labels as fill, outline, both, or not at all."""
        self.set_overlay_style(replace(self.overlay_style, mode=mode))

    def cycle_overlay(self) -> None:
        """Goes on to the next of both, fill, outline, off."""
        place = OVERLAY_CYCLE.index(self.overlay_style.mode)
        self.set_overlay_mode(OVERLAY_CYCLE[(place + 1) % len(OVERLAY_CYCLE)])

    def set_opacity(self, opacity: float) -> None:
        """Changes the opacity of the fill, 0 to 1."""
        self.set_overlay_style(replace(self.overlay_style, opacity=min(1.0, max(0.0, opacity))))

    def set_view_mode(self, mode: ViewMode) -> None:
        """Shows the overlay, the matte, or the cut-out over a checker."""
        self.set_overlay_style(replace(self.overlay_style, view=mode))

    def toggle_view_mode(self, mode: ViewMode) -> None:
        """Shows matte or cut-out, or the overlay again."""
        self.set_view_mode("overlay" if self.overlay_style.view == mode else mode)

    @property
    def exposure(self) -> Exposure:
        """Viewer gain and gamma."""
        return self._exposure

    def set_exposure(self, exposure: Exposure) -> None:
        """Changes viewer gain and gamma."""
        self._exposure = exposure
        if self._picture is not None:
            self._picture.set_exposure(exposure)
        self._surface.everything_changed()
        self.update()
        self.displayChanged.emit()

    def set_surround(self, colour: QColor) -> None:
        """Changes the colour around the image."""
        self._surface.surround = int(colour.rgb())
        self._surface.everything_changed()
        self.update()
