"""What training can count on: the devices of this machine, asked for in a worker, since that takes torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.hardware.devices import DeviceFacts, list_devices
from engine.jobs import Job, Progress


@dataclass(frozen=True)
class NeedsRequest:
    """Asks for the devices; there is nothing to choose."""


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
    return Needs(list_devices())
