"""What this machine is and can do: its devices, and what they were measured to do. Asked for in a worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.hardware.calibration import Calibration, calibrated, kept_calibration
from engine.hardware.devices import DeviceFacts, list_devices
from engine.jobs import Job, Progress


@dataclass(frozen=True)
class MachineRequest:
    """Asks for the devices and for the measurement of the first of them.

    Attributes:
        calibration: File that keeps measurements.
        anew: Measure again, even where a measurement still counts.
    """

    calibration: Path
    anew: bool = False


@dataclass(frozen=True)
class Machine:
    """This machine.

    Attributes:
        devices: The devices, best first.
        calibrations: What is known of them, by device name; the first device is always among them.
    """

    devices: tuple[DeviceFacts, ...]
    calibrations: dict[str, Calibration]

    def to_json(self) -> dict[str, Any]:
        """Returns the machine as JSON values."""
        return {
            "devices": [asdict(device) for device in self.devices],
            "calibrations": {name: asdict(kept) for name, kept in self.calibrations.items()},
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Machine:
        """Returns what `to_json` made JSON of."""
        return cls(
            tuple(DeviceFacts(**row) for row in values["devices"]),
            {str(name): Calibration(**row) for name, row in values["calibrations"].items()},
        )


def machine(request: MachineRequest) -> Job[Machine]:
    """Returns the devices, measuring the best one where that was not done yet (about three seconds)."""
    yield Progress("looking for devices", 0, 1)
    devices = list_devices()
    if request.anew:
        request.calibration.unlink(missing_ok=True)
    best = yield from calibrated(request.calibration, devices[0])
    kept = {device.name: kept_calibration(request.calibration, device) for device in devices[1:]}
    known = {name: calibration for name, calibration in kept.items() if calibration is not None}
    return Machine(devices, {best.device: best, **known})
