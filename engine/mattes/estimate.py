"""How large an export will be, roughly, before anything is written."""

from __future__ import annotations

from engine.mattes.formats import FORMATS
from engine.mattes.options import Output

_BYTES_PER_PIXEL: dict[tuple[str, int | str], float] = {
    ("png", 8): 0.015,
    ("png", 16): 0.04,
    ("tiff", 8): 0.015,
    ("tiff", 16): 0.04,
    ("exr", "half"): 0.02,
    ("exr", "float"): 0.035,
    ("cryptomatte", "float"): 0.05,
    ("cutout", 8): 0.2,
    ("cutout", 16): 0.6,
    ("cutout", "half"): 0.35,
    ("cutout", "float"): 0.7,
    ("prores", "cutout"): 1.6,
    ("prores", "matte"): 0.05,
    ("ffv1", "cutout"): 1.5,
    ("ffv1", "matte"): 0.02,
    ("review", 8): 0.06,
    ("overlay", 8): 0.06,
    ("labels", 8): 0.01,
    ("coco", 8): 0.0005,
    ("yolo", 8): 0.004,
    ("nuke", 8): 0.0,
}
"""For each layer. Measured by tests/benchmarks/export_speed.py on six soft-edged parts at 1080p."""
_PLATE_IN_EXR, _PICTURE = 3.6, 1.5
_UNCOMPRESSED = {"half": 2.0, "float": 4.0}


def estimated_bytes(output: Output, plate_hw: tuple[int, int], *, num_frames: int, num_layers: int) -> int:
    """Returns about how many bytes a format takes, to within a factor of three.

    Args:
        output: Format and options.
        plate_hw: Height and width of the frames.
        num_frames: Frames of the export.
        num_layers: Layers of the export.
    """
    pixels = plate_hw[0] * plate_hw[1]
    per_pixel = _BYTES_PER_PIXEL[output.format, _variant(output)]
    if output.format == "exr" and output.exr.compression == "none":
        per_pixel = _UNCOMPRESSED[output.exr.depth]
    separate = "{part" in output.file_pattern and FORMATS[output.format].layers != "labels"
    together = output.format in ("exr", "cryptomatte", "coco", "yolo")
    bytes_per_frame = per_pixel * pixels * (num_layers if separate or together else 1)
    if output.format == "exr" and output.exr.plate:
        bytes_per_frame += _PLATE_IN_EXR * pixels * (num_layers if separate else 1)
    if output.format in ("coco", "yolo") and output.dataset.images:
        bytes_per_frame += _PICTURE * pixels
    return round(bytes_per_frame * num_frames)


def _variant(output: Output) -> int | str:
    if output.format == "exr" or (output.format == "cutout" and output.file_pattern.lower().endswith(".exr")):
        return output.exr.depth
    if output.format == "cryptomatte":
        return "float"
    if output.format in ("prores", "ffv1"):
        return output.content
    return output.image.bits if output.format in ("png", "tiff", "cutout") else 8
