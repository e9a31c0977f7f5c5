"""Windows, resolutions and precision that fit into a device's memory, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import MemoryLimitError
from engine.hardware.devices import DeviceFacts
from engine.hardware.network_work import call_bytes, train_bytes, weights_bytes

MEMORY_SHARE = 0.85
"""Share of the free memory that a job may take: allocators fragment, and other programs move."""
SMALLEST_SIDE = 256
_GRID = 64


@dataclass(frozen=True)
class Fit:
    """What fits a device.

    Attributes:
        device: Name of the device.
        precision: What the network computes in there.
        window: Frames of a window; 0 where not even one fits.
        side: Side of the training image in pixels; 0 where not even the smallest fits.
        needed_bytes: Memory that a full window takes with the model's weights.
        notes: Sentences on what was made smaller; none where everything fits.
    """

    device: str
    precision: Literal["half", "full"]
    window: int
    side: int
    needed_bytes: int
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the fit as JSON values."""
        return {
            "device": self.device,
            "precision": self.precision,
            "window": self.window,
            "resolution": self.side,
            "needed_bytes": self.needed_bytes,
            "notes": list(self.notes),
        }


def fit(device: DeviceFacts, *, side: int, window: int) -> Fit:
    """Returns what of a wish for the SMITE backbone fits into what is free on a device now.

    Args:
        device: The device; where its free memory is not known, nothing is cut.
        side: Side of the square picture that is wished for, in pixels, a multiple of 64.
        window: Frames of a window that are wished for.
    """
    needed = weights_bytes(device) + call_bytes(side, window, device)
    if not device.free_bytes:
        return Fit(device.name, device.precision, window, side, needed, ())
    room = int(device.free_bytes * MEMORY_SHARE) - weights_bytes(device)
    frames = min(window, max(0, room) // call_bytes(side, 1, device))
    sides = [s for s in range(side, SMALLEST_SIDE - 1, -_GRID) if train_bytes(s, device) <= room]
    learned = sides[0] if sides else 0
    free = f"{device.free_bytes / 1e9:.1f} GB are free on {device.title}"
    notes = []
    if frames == 0:
        notes.append(f"{free}, which does not hold the model and one frame of {side} pixels. Use another device.")
    elif frames < window:
        notes.append(f"{free}: windows hold {frames} frames instead of {window}.")
    if 0 < learned < side:
        notes.append(f"{free}: learn at {learned} pixels instead of {side}.")
    elif learned == 0 and frames:
        notes.append(f"{free}, which is not enough to learn with SMITE there. Learn on another device.")
    return Fit(device.name, device.precision, frames, learned, needed, tuple(notes))


def fitting_window(wanted: int, frame_bytes: int, free: int | None) -> int:
    """Returns the largest window up to `wanted` frames that fits, at least one frame.

    Args:
        wanted: Frames the paper's setting asks for.
        frame_bytes: Planned peak per frame.
        free: Free bytes on the device, or None where it is not known: then nothing is cut.
    """
    if free is None:
        return wanted
    return max(1, min(wanted, int(free * MEMORY_SHARE) // max(1, frame_bytes)))


def check_room(needed_bytes: int, free: int | None, what: str, device: str) -> None:
    """Raises before anything is loaded where a device has no room for it: the system would end the whole process.

    Args:
        needed_bytes: What must fit.
        free: Free bytes on the device, or None where that is not known: then nothing is checked.
        what: What it is, as a sentence begins with it.
        device: What the device is called.

    Raises:
        MemoryLimitError: It does not fit.
    """
    if free is not None and needed_bytes > free:
        raise MemoryLimitError(
            f"{what} needs {needed_bytes / 1e9:.1f} GB on '{device}', but only {free / 1e9:.1f} GB are free there. "
            "Nothing was started. Close other programs, choose another device, or use the quick backbone."
        )


def smaller_side(side: int) -> int | None:
    """Returns the next smaller training resolution after memory ran out: about three quarters, or None at the end."""
    smaller = max(SMALLEST_SIDE, side * 3 // 4 // _GRID * _GRID)
    return smaller if smaller < side else None
