"""What can be exported, and what the files are called when nobody says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ExportFormat = Literal[
    "png",
    "tiff",
    "exr",
    "cryptomatte",
    "prores",
    "ffv1",
    "review",
    "overlay",
    "labels",
    "cutout",
    "coco",
    "yolo",
    "nuke",
]


@dataclass(frozen=True)
class FormatInfo:
    """What the names and the plan of a format depend on.

    Attributes:
        title: What menus and help show.
        pattern: Names of its files below the export folder.
        suffixes: Endings that a pattern may have.
        per: Whether there is a file for each frame or one for the clip.
        layers: "each": a file shows one layer, so that a pattern must name {part} where there are several; "union": a
            pattern without {part} gets the sum of all layers; "all": every file holds all of them, or one where the
            pattern names {part}; "labels": one picture of all, {part} means nothing.
        plate: Whether the pictures of the clip are needed.
    """

    title: str
    pattern: str
    suffixes: tuple[str, ...]
    per: Literal["frame", "clip"]
    layers: Literal["each", "union", "all", "labels"]
    plate: Literal["needed", "optional", "unused"]


FORMATS: dict[ExportFormat, FormatInfo] = {
    "png": FormatInfo("PNG per part", "{part}/{part}.{frame}.png", (".png",), "frame", "each", "unused"),
    "tiff": FormatInfo("TIFF per part", "{part}/{part}.{frame}.tif", (".tif", ".tiff"), "frame", "each", "unused"),
    "exr": FormatInfo("OpenEXR, a layer per part", "{shot}.{frame}.exr", (".exr",), "frame", "all", "optional"),
    "cryptomatte": FormatInfo(
        "Cryptomatte OpenEXR", "{shot}_crypto.{frame}.exr", (".exr",), "frame", "labels", "optional"
    ),
    "prores": FormatInfo("ProRes 4444 with alpha", "{shot}_{part}.mov", (".mov",), "clip", "union", "optional"),
    "ffv1": FormatInfo("FFV1, lossless video", "{shot}_{part}.mkv", (".mkv",), "clip", "union", "optional"),
    "review": FormatInfo("Review video with burn-ins", "{shot}_review.mp4", (".mp4",), "clip", "labels", "needed"),
    "overlay": FormatInfo("Overlay video", "{shot}_overlay.mp4", (".mp4",), "clip", "labels", "needed"),
    "labels": FormatInfo(
        "Label maps, palette PNG", "labels/{shot}.{frame}.png", (".png",), "frame", "labels", "unused"
    ),
    "cutout": FormatInfo(
        "Cut-out, RGBA", "cutout/{part}/{part}.{frame}.png", (".png", ".exr"), "frame", "union", "needed"
    ),
    "coco": FormatInfo("COCO instances, RLE", "{shot}_coco.json", (".json",), "clip", "labels", "unused"),
    "yolo": FormatInfo("YOLO segmentation", "labels/{shot}.{frame}.txt", (".txt",), "frame", "labels", "unused"),
    "nuke": FormatInfo("Nuke snippet for the EXR layers", "{shot}.nk", (".nk",), "clip", "labels", "unused"),
}
FULL_SCALE = {8: 255, 10: 1023, 16: 65535}
"""Largest value of a matte by its bits; 10 are those of ProRes."""
IMAGE_BITS = (8, 16)
