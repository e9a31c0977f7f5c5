"""The built-in backbone: learns a shot from its painted frames, without pretrained weights."""

from engine.quick.draft import draft
from engine.quick.learn import learn
from engine.quick.segment import segment

__all__ = ["draft", "learn", "segment"]
