"""Looking at scene-linear light through an OpenColorIO display view, by the OpenColorIO inside OpenImageIO."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
from numpy.typing import NDArray

from engine.errors import InputError

BUILT_IN = "ocio://default"
"""The ACES configuration that OpenColorIO brings along: nothing to install, nothing to download."""
_LINEAR_REC709_NAMES = (
    "lin_rec709_scene",
    "Linear Rec.709 (sRGB)",
    "Utility - Linear - sRGB",
    "lin_rec709",
    "lin_srgb",
    "linear",
)
"""What configurations call scene-linear Rec.709: the built-in and ACES 1.3 ones, ACES 1.2, nuke-default and others."""


@dataclass(frozen=True)
class DisplayView:
    """A display and one of its views."""

    display: str
    view: str


def display_views(config: str = BUILT_IN) -> tuple[DisplayView, ...]:
    """Returns what a configuration can show, its default first.

    Raises:
        InputError: The configuration cannot be read.
    """
    opened = _opened(config)
    display = opened.getDefaultDisplayName()
    default = DisplayView(display, opened.getDefaultViewName(display))
    found = [DisplayView(name, view) for name in opened.getDisplayNames() for view in opened.getViewNames(name)]
    return (default, *(row for row in found if row != default))


class ViewTransform:
    """Turns scene-linear Rec.709 light into the picture that a display view shows.

    Args:
        config: A configuration file, or `BUILT_IN`.
        display: Its display; "" is the default.
        view: Its view; "" is the display's default.

    Raises:
        InputError: The configuration cannot be read, or lacks the display, the view or a scene-linear Rec.709 space.
    """

    def __init__(self, *, config: str = BUILT_IN, display: str = "", view: str = "") -> None:
        self._config = config
        opened = _opened(config)
        self.display = _chosen("display", display, opened.getDefaultDisplayName(), opened.getDisplayNames(), config)
        self.view = _chosen("view", view, opened.getDefaultViewName(self.display), _views(opened, self.display), config)
        self._source = _linear_space(opened, config)

    def picture(self, light: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Returns (H, W, 3) float32 light as an (H, W, 3) uint8 picture.

        Raises:
            InputError: The configuration fails in use, for example because a table that it names is missing.
        """
        shown = oiio.ImageBufAlgo.ociodisplay(
            oiio.ImageBuf(np.ascontiguousarray(light)),
            self.display,
            self.view,
            self._source,
            colorconfig=self._config,
        )
        if shown.has_error:
            raise InputError(f"The view '{self.view}' of '{self._config}' cannot be applied: {shown.geterror()}.")
        values = np.asarray(shown.get_pixels(oiio.TypeDesc(oiio.FLOAT)), np.float32)[..., :3]
        return np.asarray(np.rint(np.clip(np.nan_to_num(values), 0.0, 1.0) * 255.0), np.uint8)


def _opened(config: str) -> Any:
    if config != BUILT_IN and not Path(config).is_file():
        raise InputError(f"The OpenColorIO configuration '{config}' does not exist. '{BUILT_IN}' is built in.")
    opened = oiio.ColorConfig(config)
    if opened.geterror() or not opened.getDisplayNames():
        raise InputError(f"'{config}' is no OpenColorIO configuration with a display. '{BUILT_IN}' is built in.")
    return opened


def _views(opened: Any, display: str) -> list[str]:
    return list(opened.getViewNames(display))


def _chosen(kind: str, wanted: str, default: str, known: list[str], config: str) -> str:
    if not wanted:
        return default
    if wanted not in known:
        raise InputError(f"'{config}' has no {kind} '{wanted}'. It has: {', '.join(known)}.")
    return wanted


def _linear_space(opened: Any, config: str) -> str:
    names = set(opened.getColorSpaceNames())
    for name in _LINEAR_REC709_NAMES:
        if name in names:
            return name
        aliases = [space for space in names if name in opened.getAliases(space)]
        if aliases:
            return str(aliases[0])
    raise InputError(
        f"'{config}' names no scene-linear Rec.709 space ({', '.join(_LINEAR_REC709_NAMES)}), which the plates are in. "
        f"Use '{BUILT_IN}' or add such a space."
    )
