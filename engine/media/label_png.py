"""Label maps as palette PNGs: the value of a pixel is the part id, the palette shows the part's colour."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from engine.atomic import replacing
from engine.domain.labels import LabelMap, check_label_map
from engine.domain.parts import PartSet

_COMPRESSION = 4
"""zlib level: flat label maps hardly shrink beyond it, and level 9 takes several times as long."""


def write_label_png(path: Path, labels: LabelMap, parts: PartSet) -> None:
    """Writes an 8-bit palette PNG, whole or not at all.

    Args:
        path: Final path; its folder is made if it is missing.
        labels: (H, W) uint8, values as in `LabelMap`.
        parts: Whose colours the palette gets; background is black, unknown (255) grey.

    Raises:
        InputError: `labels` is no label map.
        OutputError: The disk is full, or the place cannot be written to.
    """
    check_label_map(labels)
    image = Image.frombytes("P", (labels.shape[1], labels.shape[0]), labels.tobytes())
    image.putpalette(parts.palette(), "RGB")
    with replacing(path) as temporary:
        image.save(temporary, format="PNG", compress_level=_COMPRESSION)
