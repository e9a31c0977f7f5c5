"""Clips in, label maps in and out: video files and image sequences, colour to sRGB, cuts, masks and references."""

from engine.media.clip import open_clip
from engine.media.plate import Plate
from engine.media.source import MediaSource

__all__ = ["MediaSource", "Plate", "open_clip"]
