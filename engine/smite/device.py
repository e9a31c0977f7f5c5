"""Devices and precision: what "auto" means, how much memory is left, what counts as running out of it."""

from __future__ import annotations

import torch

from engine.errors import InputError
from engine.hardware.devices import free_bytes

_NO_ROOM_ON_CPU = ("can't allocate memory", "not enough memory")


def choose_device(name: str) -> torch.device:
    """Returns the device for "auto", "cpu", "cuda", "cuda:1" or "mps".

    Raises:
        InputError: There is no such device here.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise InputError(f"'{name}' is no device. Choose auto, cpu, cuda, cuda:1 or mps.") from error
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not present.get(device.type, False):
        raise InputError(f"This machine has no device '{name}'. Use --device auto.")
    return device


def network_precision(device: torch.device) -> torch.dtype:
    """Returns float16 on CUDA, float32 elsewhere."""
    return torch.float16 if device.type == "cuda" else torch.float32


def free_memory(device: torch.device) -> int | None:
    """Returns free bytes on the device, or None where it cannot be told."""
    return free_bytes(str(device))


def is_out_of_memory(error: RuntimeError) -> bool:
    """Tells whether an error of a network call means that the device is full."""
    return isinstance(error, torch.OutOfMemoryError) or any(text in str(error) for text in _NO_ROOM_ON_CPU)


def release_memory(device: torch.device) -> None:
    """Gives cached blocks back to the device, so that a smaller attempt finds room."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
