"""Smooth, grow, shrink and fill the holes of the current part: one call, one edit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from app.canvas.gesture import rules_of
from app.canvas.painting.box import Box
from app.canvas.painting.regions import Mask, closed_rim, grown, holes, reshape, smoothed, soft_edge
from app.canvas.tools.tool import ToolHost
from app.i18n import tr
from engine.domain.labels import BACKGROUND, UNKNOWN

RefineKind = Literal["smooth", "grow", "shrink", "fill_holes"]


@dataclass(frozen=True)
class Refine:
    """What is done to a part.

    Attributes:
        kind: Which operation.
        amount_px: Radius of the smoothing, or how far to grow or shrink; holes take none.
    """

    kind: RefineKind
    amount_px: float = 2.0


def refine(host: ToolHost, part: int, how: Refine) -> None:
    """Reshapes one part; other parts give way or take over only as far as the rules of painting allow."""
    layer = host.document.layer
    if layer is None:
        return
    mask = layer.labels == part
    if not mask.any():
        host.refuse(tr("This part is not painted here: there is nothing to change."))
        return
    gesture = host.begin(part, 0.0)
    if gesture is None:
        return
    margin = math.ceil(how.amount_px) * (3 if how.kind == "smooth" else 1) + 2
    box = Box.of_mask(mask).grown(margin).clipped(Box.of_image(mask))
    labels, coverage = layer.labels[box.slices], layer.coverage[box.slices]
    filled = holes(mask[box.slices]) & np.isin(labels, (BACKGROUND, UNKNOWN))
    wanted = mask[box.slices] | filled if how.kind == "fill_holes" else _reshaped(mask[box.slices], how)
    writable = rules_of(host.document).writable(part)
    result = reshape(layer.labels, part, wanted, box, writable)
    # The old outline's soft pixels would be left as a seam inside the new shape, or as a halo outside.
    soft = closed_rim(labels, coverage, filled, part) if how.kind == "fill_holes" else soft_edge(labels, coverage, part)
    soft &= np.take(writable, labels) > 0
    host.painted(gesture.reshape(replace(result, hardened=result.hardened | soft)))
    host.commit(_title(how.kind))


def _reshaped(mask: Mask, how: Refine) -> Mask:
    if how.kind == "smooth":
        return smoothed(mask, how.amount_px)
    return grown(mask, how.amount_px if how.kind == "grow" else -how.amount_px)


def _title(kind: RefineKind) -> str:
    titles: dict[RefineKind, str] = {
        "smooth": tr("Smooth part"),
        "grow": tr("Grow part"),
        "shrink": tr("Shrink part"),
        "fill_holes": tr("Fill holes"),
    }
    return titles[kind]
