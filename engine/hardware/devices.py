"""The devices of this machine, best first. Torch is imported inside: ask in a worker, never in the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import InputError
from engine.hardware.memory import free_main_memory, total_main_memory

DeviceKind = Literal["cuda", "mps", "cpu"]


@dataclass(frozen=True)
class DeviceFacts:
    """One device.

    Attributes:
        name: What settings call it: "cpu", "cuda:0", "mps".
        title: What the artist knows it by.
        total_bytes: Its memory, or 0 where that cannot be told.
        free_bytes: What is free of it now, or 0.
    """

    name: str
    title: str
    total_bytes: int = 0
    free_bytes: int = 0

    @property
    def kind(self) -> DeviceKind:
        """What sort of device it is."""
        kinds: dict[str, DeviceKind] = {"cuda": "cuda", "mps": "mps"}
        return kinds.get(self.name.partition(":")[0], "cpu")

    @property
    def precision(self) -> Literal["half", "full"]:
        """What networks compute in there: half precision on CUDA, full precision elsewhere."""
        return "half" if self.kind == "cuda" else "full"


def list_devices() -> tuple[DeviceFacts, ...]:
    """Returns every CUDA device, Apple's GPU where there is one, and the processor."""
    import torch

    found = []
    for index in range(torch.cuda.device_count()):
        facts = torch.cuda.get_device_properties(index)
        name = f"cuda:{index}"
        found.append(DeviceFacts(name, str(facts.name), int(facts.total_memory), free_bytes(name) or 0))
    if torch.backends.mps.is_available():
        found.append(DeviceFacts("mps", "Apple GPU", int(torch.mps.recommended_max_memory()), free_bytes("mps") or 0))
    threads = torch.get_num_threads()
    title = f"CPU, {threads} thread{'s' if threads != 1 else ''}"
    found.append(DeviceFacts("cpu", title, total_main_memory() or 0, free_bytes("cpu") or 0))
    return tuple(found)


def free_bytes(name: str) -> int | None:
    """Returns a device's free memory in bytes ("cpu", "cuda", "cuda:1", "mps"), or None where it cannot be told."""
    if name.startswith("cuda"):
        import torch

        return int(torch.cuda.mem_get_info(name)[0])
    if name == "mps":
        import torch

        return max(0, int(torch.mps.recommended_max_memory()) - int(torch.mps.driver_allocated_memory()))
    return free_main_memory()


def chosen_device(devices: Sequence[DeviceFacts], wanted: str) -> DeviceFacts:
    """Returns the device that a setting ("auto", "cpu", "cuda", "cuda:1", "mps") stands for.

    Raises:
        InputError: This machine does not have it.
    """
    if wanted == "auto":
        return devices[0]
    name = "cuda:0" if wanted == "cuda" else wanted
    for device in devices:
        if device.name == name:
            return device
    raise InputError(f"This machine has no device '{wanted}'. Use --device auto.")


def release(device: str) -> None:
    """Waits for a device to have done what it was told; the clock of a measurement stops only then."""
    torch: Any = __import__("torch")
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device == "mps":
        torch.mps.synchronize()
