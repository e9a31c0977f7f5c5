"""The SMITE backbone: parts learned on Stable Diffusion's attention, from references of any images of a class."""

from engine.smite.learn import learn
from engine.smite.segment import segment, segment_images

__all__ = ["learn", "segment", "segment_images"]
