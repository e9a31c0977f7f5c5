"""What can be exported, and what the files are called when nobody says otherwise."""

from __future__ import annotations

from typing import Literal

ExportFormat = Literal["png", "labels", "overlay"]

DEFAULT_PATTERNS: dict[ExportFormat, str] = {
    "png": "{part}/{part}.{frame}.png",
    "labels": "labels/{shot}.{frame}.png",
    "overlay": "{shot}_overlay.mp4",
}
FULL_SCALE = {8: 255, 16: 65535}
"""Largest value of a matte by its bits."""
