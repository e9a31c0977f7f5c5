"""What training can count on: the devices of this machine, asked for in a worker, since that takes torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.jobs import Job, Progress


@dataclass(frozen=True)
class NeedsRequest:
    """Asks for the devices; there is nothing to choose."""


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


@dataclass(frozen=True)
class Needs:
    """The devices, best first."""

    devices: tuple[DeviceFacts, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the devices as JSON values."""
        return {"devices": [asdict(device) for device in self.devices]}


def train_needs(_request: NeedsRequest) -> Job[Needs]:
    """Returns what training can count on."""
    yield Progress("looking for devices", 0, 1)
    import torch

    from engine.smite.device import free_memory

    found = []
    for index in range(torch.cuda.device_count()):
        facts = torch.cuda.get_device_properties(index)
        free = free_memory(torch.device("cuda", index)) or 0
        found.append(DeviceFacts(f"cuda:{index}", str(facts.name), int(facts.total_memory), free))
    if torch.backends.mps.is_available():
        found.append(DeviceFacts("mps", "Apple GPU"))
    processor = torch.device("cpu")
    found.append(DeviceFacts("cpu", "CPU", 0, free_memory(processor) or 0))
    return Needs(tuple(found))
