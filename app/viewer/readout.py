"""What lies under the cursor, in figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.i18n import tr
from app.playback.layers import Layer
from app.viewer.model import ViewerModel
from engine.domain.labels import BACKGROUND, UNKNOWN


@dataclass(frozen=True)
class Readout:
    """One pixel of the plate.

    Attributes:
        x: Column.
        y: Row.
        label: Value of the chosen result's label map; 0 where there is none.
        name: What that label is called, or "" without a result.
        rgb: 8-bit sRGB of the plate, or None while it has not been read.
        matte: Of the chosen parts, 0 to 1, or None where no matte is shown.
    """

    x: int
    y: int
    label: int
    name: str
    rgb: tuple[int, int, int] | None
    matte: float | None

    def to_text(self) -> str:
        """Returns 'x 812  y 377  =  wheel  ·  matte 0.98  ·  R 120  G 88  B 61'."""
        words = [f"x {self.x}  y {self.y}" + (f"  =  {self.name}" if self.name else "")]
        if self.matte is not None:
            words.append(tr("matte {m}").format(m=f"{self.matte:.2f}"))
        if self.rgb is not None:
            words.append("R {}  G {}  B {}".format(*self.rgb))
        return "  ·  ".join(words)


def readout(model: ViewerModel, x: int, y: int) -> Readout | None:
    """Returns what lies at a column and row of the plate, or None outside of it."""
    width, height = model.size
    if not (0 <= x < width and 0 <= y < height) or model.clip is None:
        return None

    def at(layer: Layer | None) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None:
        if layer is None or layer.pixels is None:
            return None
        rows, columns = layer.pixels.shape[:2]
        found = layer.pixels[y * rows // height, x * columns // width]
        return np.atleast_1d(found)

    labels, plate, matte = at(model.layer("labels", "chosen")), at(model.layer("plate", "plate")), None
    if model.look.mode in ("matte", "cutout"):
        matte = at(model.layer("matte", "chosen"))
    label = int(labels[0]) if labels is not None else BACKGROUND
    names = {BACKGROUND: tr("background"), UNKNOWN: tr("unknown")}
    name = names.get(label) or model.parts["chosen"].name(label)
    return Readout(
        x,
        y,
        label,
        name if labels is not None else "",
        (int(plate[0]), int(plate[1]), int(plate[2])) if plate is not None else None,
        float(matte[0]) / 255 if matte is not None else None,
    )
