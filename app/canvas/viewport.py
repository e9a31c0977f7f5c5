"""Where the image lies on the screen: pan and zoom, without Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.canvas.painting.box import Box

MIN_ZOOM = 0.05
MAX_ZOOM = 64.0
ZOOM_STEP = 1.25
_FIT_MARGIN_PX = 8
# Panning may not push the image further out than this much of it staying in sight.
_KEPT_IN_SIGHT_PX = 48


@dataclass
class Viewport:
    """The map between widget coordinates (logical pixels) and image coordinates (pixel centres at +0.5).

    Attributes:
        width: Width of the widget, or of the part of it that shows the image.
        height: Height of it.
        image_width: Width of the image in pixels.
        image_height: Height of the image in pixels.
        zoom: Widget pixels per image pixel, 0.05 to 64.
        origin_x: Image coordinate at the widget's left border.
        origin_y: Image coordinate at the widget's top border.
    """

    width: float = 1
    height: float = 1
    image_width: int = 1
    image_height: int = 1
    zoom: float = 1.0
    origin_x: float = 0.0
    origin_y: float = 0.0

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Returns the image coordinates of a widget position."""
        return self.origin_x + x / self.zoom, self.origin_y + y / self.zoom

    def to_widget(self, x: float, y: float) -> tuple[float, float]:
        """Returns the widget position of image coordinates."""
        return (x - self.origin_x) * self.zoom, (y - self.origin_y) * self.zoom

    def zoom_about(self, x: float, y: float, zoom: float) -> None:
        """Sets the zoom, keeping what lies under widget position (x, y) there."""
        image_x, image_y = self.to_image(x, y)
        self.zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        self.origin_x, self.origin_y = image_x - x / self.zoom, image_y - y / self.zoom
        self._keep_in_sight()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the image by widget pixels."""
        self.origin_x -= dx / self.zoom
        self.origin_y -= dy / self.zoom
        self._keep_in_sight()

    def fit(self) -> None:
        """Shows the whole image, centred, as large as it goes."""
        across = max(1, self.width - 2 * _FIT_MARGIN_PX) / self.image_width
        down = max(1, self.height - 2 * _FIT_MARGIN_PX) / self.image_height
        self.zoom = min(MAX_ZOOM, max(MIN_ZOOM, min(across, down)))
        self.centre_on(self.image_width / 2, self.image_height / 2)

    def centre_on(self, x: float, y: float) -> None:
        """Puts image coordinates (x, y) into the middle of the widget."""
        self.origin_x = x - self.width / (2 * self.zoom)
        self.origin_y = y - self.height / (2 * self.zoom)

    def sees(self, box: Box) -> bool:
        """Says whether any of these image pixels lies inside the widget."""
        left, top = self.to_widget(box.left, box.top)
        right, bottom = self.to_widget(box.right, box.bottom)
        return right > 0 and bottom > 0 and left < self.width and top < self.height

    def columns(self, left: int, right: int, density: float, count: int | None = None) -> NDArray[np.intp]:
        """Returns the image column under each device column from `left` to `right`; may lie outside the image.

        Args:
            left: First device column.
            right: End of the device columns.
            density: Device pixels per widget pixel.
            count: Columns of what is spread over the image, where it is smaller than the image (a proxy).
        """
        places = (np.arange(left, right) + 0.5) / (self.zoom * density) + self.origin_x
        ratio = 1.0 if count is None else count / self.image_width
        return np.asarray(np.floor(places * ratio), np.intp)

    def rows(self, top: int, bottom: int, density: float, count: int | None = None) -> NDArray[np.intp]:
        """Returns the image row under each device row; as `columns`."""
        places = (np.arange(top, bottom) + 0.5) / (self.zoom * density) + self.origin_y
        ratio = 1.0 if count is None else count / self.image_height
        return np.asarray(np.floor(places * ratio), np.intp)

    def image_box(self, density: float) -> Box:
        """Returns the device pixels whose centres lie on the image, cut to the widget."""
        scale = self.zoom * density
        whole = Box(
            round(-self.origin_x * scale),
            round(-self.origin_y * scale),
            round((self.image_width - self.origin_x) * scale),
            round((self.image_height - self.origin_y) * scale),
        )
        return whole.clipped(Box(0, 0, round(self.width * density), round(self.height * density)))

    def device_box(self, box: Box, density: float, margin: int) -> Box:
        """Returns the device pixels that show the given image pixels, with a margin, cut to the widget."""
        scale = self.zoom * density
        shown = Box.around(
            (box.left - self.origin_x) * scale,
            (box.top - self.origin_y) * scale,
            (box.right - self.origin_x) * scale,
            (box.bottom - self.origin_y) * scale,
        )
        return shown.grown(margin).clipped(Box(0, 0, round(self.width * density), round(self.height * density)))

    def _keep_in_sight(self) -> None:
        kept = _KEPT_IN_SIGHT_PX / self.zoom
        kept_x, kept_y = min(kept, self.image_width), min(kept, self.image_height)
        self.origin_x = min(max(self.origin_x, kept_x - self.width / self.zoom), self.image_width - kept_x)
        self.origin_y = min(max(self.origin_y, kept_y - self.height / self.zoom), self.image_height - kept_y)
