"""How the artist looks at a frame and its result: modes, arrangements, and what has to be read for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from app.canvas.overlay_style import OverlayMode
from app.playback.layers import LayerKey
from engine.domain.parts import Colour

Mode = Literal["overlay", "matte", "cutout", "difference", "confidence"]
Arrangement = Literal["single", "wipe", "side"]
Against = Literal["plate", "version"]
Source = Literal["chosen", "compared", "plate"]
MODES: tuple[Mode, ...] = ("overlay", "matte", "cutout", "difference", "confidence")


@dataclass(frozen=True)
class Look:
    """What the viewer shows of a frame; changes nothing but the picture.

    Attributes:
        mode: Labels over the plate, the matte as grey, the cut-out, what differs between two versions, or where the
            result is unsure.
        overlay: How labels are drawn over the plate.
        opacity: Of fills, 0 to 1.
        opacities: Of single parts, where they have their own, by project part id.
        arrangement: One picture, two with a line to drag between them, or two side by side.
        against: What the second picture is: the plate, or the version that is compared with.
        wipe: Where the line of the wipe stands, as a share of the viewer's width.
        background: Colour behind the cut-out; None is a checker.
        stabilised: The current part stays where it is on the screen.
        peek: The plate alone, while a key is held.
    """

    mode: Mode = "overlay"
    overlay: OverlayMode = "both"
    opacity: float = 0.45
    opacities: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    arrangement: Arrangement = "single"
    against: Against = "plate"
    wipe: float = 0.5
    background: Colour | None = None
    stabilised: bool = False
    peek: bool = False


@dataclass(frozen=True)
class Versions:
    """The results that are looked at.

    Attributes:
        chosen: Folder of the version that is shown, or None.
        compared: Folder of the version it is compared with, or None.
    """

    chosen: Path | None = None
    compared: Path | None = None

    def folder(self, source: Source) -> Path | None:
        """Returns the folder of a source; the plate has none."""
        return {"chosen": self.chosen, "compared": self.compared, "plate": None}[source]


@dataclass(frozen=True)
class Pane:
    """One picture of an arrangement.

    Attributes:
        source: Whose labels and mattes it shows; "plate" shows the plate alone.
        mode: How.
        left: Where it begins, as a share of the viewer's width.
        right: Where it ends.
        own_view: It has the whole image to itself; the panes of a wipe share one.
    """

    source: Source
    mode: Mode
    left: float = 0.0
    right: float = 1.0
    own_view: bool = True


def panes(look: Look, versions: Versions) -> tuple[Pane, ...]:
    """Returns the pictures that a look is made of, from left to right."""
    main: Source = "chosen" if versions.chosen is not None and not look.peek else "plate"
    if look.arrangement == "single" or look.peek:
        return (Pane(main, look.mode),)
    second: Source = "compared" if look.against == "version" and versions.compared is not None else "plate"
    if look.arrangement == "side":
        return (Pane(second, look.mode, 0.0, 0.5), Pane(main, look.mode, 0.5, 1.0))
    return (Pane(main, look.mode, 0.0, look.wipe, own_view=False), Pane(second, look.mode, look.wipe, own_view=False))


def wanted_layers(look: Look, versions: Versions, scale: float, parts: tuple[int, ...]) -> tuple[LayerKey, ...]:
    """Returns the layers that a look shows, the plate first. Peeking reads nothing else, so nothing is let go for it.

    Args:
        look: What is shown.
        versions: Of which results.
        scale: Of the plate's size at which they are kept.
        parts: Label values that matte and cut-out show.
    """
    keys = [LayerKey("plate", scale)]
    shown = {pane.source: pane.mode for pane in panes(_unpeeked(look), versions)}
    for source, mode in shown.items():
        folder = versions.folder(source)
        if folder is None:
            continue
        # Labels are there in every mode: for the read-out, the stabilised view, and until the soft matte has come.
        keys.append(LayerKey("labels", scale, folder))
        if mode in ("matte", "cutout"):
            keys.append(LayerKey("matte", scale, folder, parts))
        elif mode == "confidence":
            keys.append(LayerKey("heat", scale, folder))
        elif mode == "difference" and versions.compared is not None:
            keys.append(LayerKey("labels", scale, versions.compared))
    return tuple(dict.fromkeys(keys))


def _unpeeked(look: Look) -> Look:
    return replace(look, peek=False)
