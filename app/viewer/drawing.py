"""Draws one pane: plate, labels, matte, cut-out, difference or confidence, as pixels of the screen."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.canvas.overlay import Overlay, Shown, cover_around, cover_checkered, edges, striped
from app.canvas.overlay_style import OverlayStyle, Tints
from app.canvas.painting.box import Box
from app.canvas.picture import Exposure, Picture
from app.canvas.sampling import Grid
from app.canvas.viewport import Viewport
from app.playback.layers import Layer
from app.viewer.heat import heat_colours
from app.viewer.look import Look, Mode
from engine.domain.labels import LabelMap
from engine.domain.parts import Colour

Pixels = NDArray[np.uint32]
_KEPT_PICTURES = 8
_DIMMED = 0.4
_STRIPE_PX = 6


@dataclass(frozen=True, eq=False)
class PaneContent:
    """What a pane shows; what has not been read yet is None.

    Attributes:
        mode: How it is shown.
        plate: (h, w, 3) uint8 sRGB.
        labels: The result's label map.
        other_labels: Label map of the version that a difference compares with.
        matte: Soft matte of the chosen parts.
        heat: How unsure the result is.
        tints: Colours of the result's parts.
        other_tints: Colours of the other version's parts.
    """

    mode: Mode
    plate: Layer | NDArray[np.uint8] | None
    labels: Layer | None = None
    other_labels: Layer | None = None
    matte: Layer | None = None
    heat: Layer | None = None
    tints: Tints | None = None
    other_tints: Tints | None = None


@dataclass(frozen=True, eq=False)
class Target:
    """Where a pane is drawn.

    Attributes:
        picture: (h, w) uint32 0xFFRRGGBB device pixels.
        overlay: (h, w) uint32 premultiplied 0xAARRGGBB, drawn over them.
        viewport: Where the image lies in the pane.
        density: Device pixels per widget pixel.
        surround: Colour around the image, 0xFFRRGGBB.
    """

    picture: Pixels
    overlay: Pixels
    viewport: Viewport
    density: float
    surround: int

    @property
    def image_box(self) -> Box:
        """The device pixels on which the image lies."""
        return self.viewport.image_box(self.density)


class PaneArtist:
    """Draws panes; what is costly to prepare is kept for the next one."""

    def __init__(self) -> None:
        self.exposure = Exposure()
        self._pictures: OrderedDict[int, tuple[NDArray[np.uint8], Picture]] = OrderedDict()

    def draw(self, content: PaneContent, look: Look, target: Target) -> None:
        """Fills the picture and the overlay of the target."""
        target.overlay[...] = 0
        if content.mode == "matte" and content.labels is not None:
            self._draw_matte(content, target)
            return
        self._draw_plate(content.plate, target)
        if target.image_box.empty:
            return
        if content.mode == "overlay" and look.overlay != "off":
            _draw_labels(content, look, target)
        elif content.mode == "cutout" and content.labels is not None:
            self._draw_cutout(content, look.background, target)
        elif content.mode == "difference":
            _draw_difference(content, target)
        elif content.mode == "confidence":
            _draw_heat(content, target)

    def _draw_plate(self, plate: Layer | NDArray[np.uint8] | None, target: Target) -> None:
        pixels = plate.pixels if isinstance(plate, Layer) else plate
        if pixels is None:
            target.picture[...] = target.surround
            return
        self._draw_picture(pixels, target, self.exposure)

    def _draw_picture(self, pixels: NDArray[np.uint8], target: Target, exposure: Exposure) -> None:
        picture = self._picture(pixels)
        if picture.exposure != exposure:
            picture.set_exposure(exposure)
        picture.draw(target.viewport, target.density, target.picture, target.surround)

    def _draw_matte(self, content: PaneContent, target: Target) -> None:
        matte = _matte_of(content)
        if matte is None:
            target.picture[...] = target.surround
            target.picture[target.image_box.slices] = 0xFF000000
            return
        # Gain and gamma are for the plate: a matte is shown as it is.
        self._draw_picture(matte, target, Exposure())

    def _draw_cutout(self, content: PaneContent, background: Colour | None, target: Target) -> None:
        matte = _matte_of(content)
        if matte is None:
            return
        box = target.image_box
        grey = np.zeros_like(target.picture)
        self._picture(matte).draw(target.viewport, target.density, grey, 0)
        alpha = (grey[box.slices] & 0xFF).astype(np.uint8)
        if background is None:
            target.overlay[box.slices] = cover_checkered(alpha, box)
        else:
            target.overlay[box.slices] = cover_around(alpha, background)

    def _picture(self, pixels: NDArray[np.uint8]) -> Picture:
        known = self._pictures.get(id(pixels))
        if known is not None:
            self._pictures.move_to_end(id(pixels))
            return known[1]
        rgb = pixels if pixels.ndim == 3 else cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
        picture = Picture(np.asarray(rgb, np.uint8))
        # The array is kept beside it, so that its id is not given to another one.
        self._pictures[id(pixels)] = pixels, picture
        while len(self._pictures) > _KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return picture

    def forget(self) -> None:
        """Lets go of all that is kept."""
        self._pictures.clear()


def difference_pixels(now: LabelMap, before: LabelMap, new: Tints, old: Tints, box: Box) -> Pixels:
    """Returns what differs: in the new part's colour where there is one, striped in the old one's where it is gone.

    Args:
        now: (h, w) uint8, labels of the chosen version.
        before: (h, w) uint8, labels of the other one.
        new: Colours of the chosen version's parts.
        old: Colours of the other version's parts.
        box: Where these pixels lie on the screen, for the stripes.
    """
    drawn_now, drawn_before = cv2.LUT(now, new.drawn), cv2.LUT(before, old.drawn)
    differs = drawn_now != drawn_before
    gained = differs & (drawn_now > 0)
    lost = differs & (drawn_now == 0)
    pixels = np.where(gained, new.line[drawn_now], np.uint32(0))
    stripes = lost & striped(box, _STRIPE_PX)
    pixels[stripes] = old.line[drawn_before[stripes]]
    pixels[lost & ~stripes] = np.uint32(0x60000000)
    # Slivers along every edge would drown in their own rims.
    wide = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    rim = edges(np.asarray(wide, np.uint8), 3) & ~differs
    pixels[rim] = np.uint32(0xFFFFFFFF)
    return np.asarray(pixels, np.uint32)


def differing_share(now: LabelMap, before: LabelMap) -> float:
    """Returns the share of pixels at which two label maps differ, 0 to 1; of different sizes, on the smaller one."""
    if now.shape != before.shape:
        smaller, larger = sorted((now, before), key=lambda labels: labels.size)
        size = (smaller.shape[1], smaller.shape[0])
        larger = np.asarray(cv2.resize(larger, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
        now, before = smaller, larger
    return float(np.count_nonzero(now != before)) / now.size


def _draw_labels(content: PaneContent, look: Look, target: Target) -> None:
    if content.labels is None or content.labels.pixels is None or content.tints is None:
        return
    overlay = Overlay(OverlayStyle(mode=look.overlay, opacity=look.opacity), content.tints)
    whole = Box.of_image(target.overlay)
    overlay.draw(Shown(content.labels.pixels, None), target.viewport, target.density, target.overlay, whole)


def _draw_difference(content: PaneContent, target: Target) -> None:
    box = target.image_box
    _dim(target.picture[box.slices])
    if content.labels is None or content.other_labels is None or content.tints is None:
        return
    now, before = _on_screen(content.labels, target), _on_screen(content.other_labels, target)
    if now is None or before is None:
        return
    target.overlay[box.slices] = difference_pixels(
        now, before, content.tints, content.other_tints or content.tints, box
    )


def _draw_heat(content: PaneContent, target: Target) -> None:
    box = target.image_box
    _dim(target.picture[box.slices])
    if content.heat is None:
        return
    heat = _on_screen(content.heat, target)
    if heat is not None:
        target.overlay[box.slices] = heat_colours()[heat]


def _matte_of(content: PaneContent) -> NDArray[np.uint8] | None:
    """Returns the soft matte, or until it has been read the hard one of the labels."""
    if content.matte is not None:
        return content.matte.pixels
    if content.labels is None or content.labels.pixels is None or content.tints is None:
        return None
    return np.asarray(cv2.LUT(content.labels.pixels, np.where(content.tints.chosen, 255, 0).astype(np.uint8)), np.uint8)


def _on_screen(layer: Layer, target: Target) -> NDArray[np.uint8] | None:
    if layer.pixels is None:
        return None
    grid = Grid.under(target.image_box, target.viewport, target.density, layer.pixels.shape)
    return grid.pick(layer.pixels)


def _dim(pixels: Pixels) -> None:
    """Makes the picture dark and grey, so that colours over it mean something."""
    if not pixels.size:
        return
    whole = np.ascontiguousarray(pixels)
    grey = cv2.cvtColor(whole.view(np.uint8).reshape(*pixels.shape, 4), cv2.COLOR_BGRA2GRAY)
    grey = cv2.convertScaleAbs(grey, alpha=_DIMMED)
    pixels[...] = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA).view(np.uint32)[..., 0] | np.uint32(0xFF000000)
