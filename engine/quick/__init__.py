"""The built-in backbone: learns a shot from its painted frames, without pretrained weights."""

from engine.quick.draft import draft
from engine.quick.segment import segment

__all__ = ["draft", "segment"]
