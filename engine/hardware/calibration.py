"""A short measurement of this machine, kept until the program, torch or the device changes.

Two figures: how long optical flow between two frames takes (what the quick backbone does most), and how many
operations a second the networks' kind of work (3 x 3 convolutions and matrix products at the sizes of Stable
Diffusion's UNet) gets on a device. Of several repetitions the fastest counts: what other programs took meanwhile must
not be kept.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.atomic import write_text
from engine.errors import OutputError
from engine.hardware.devices import DeviceFacts, release
from engine.jobs import Event, Job, Progress
from engine.notes import read_table

_FLOW_SIZE = (960, 540)  # the size that 16:9 plates are worked on at
_REPEATS = 8
_LONGEST_S = 1.0
"""Of one figure; a slow machine is measured with fewer repetitions, at least two."""
_CHANNELS, _SIDE = 640, 32  # a middle block of the UNet at 512 pixels
_BATCH = {"cpu": 1, "mps": 8, "cuda": 16}
_FORM = 2
"""Changes with what is measured."""


@dataclass(frozen=True)
class Calibration:
    """What was measured.

    Attributes:
        device: Name of the device.
        title: What it is called; another card in the same slot makes the measurement void.
        program: Version of this program.
        torch: Version of torch.
        form: What was measured; see `_FORM`.
        flow_s: Seconds for DIS MEDIUM flow between two frames of 960 x 540, on the processor.
        network_flops: Floating-point operations a second that networks get on the device, in its precision.
        measured_at: ISO time.
    """

    device: str
    title: str
    program: str
    torch: str
    form: int
    flow_s: float
    network_flops: float
    measured_at: str


def calibrate(device: DeviceFacts) -> Job[Calibration]:
    """Measures the machine and one of its devices; takes about three seconds."""
    import torch

    yield Progress("measuring this machine", 0, 2)
    flow_s = yield from _fastest(flow_step())
    yield Progress("measuring this machine", 1, 2)
    step, operations = network_step(device)
    network_s = yield from _fastest(step)
    yield Progress("measuring this machine", 2, 2)
    return Calibration(
        device=device.name,
        title=device.title,
        program=version("smite-studio"),
        torch=str(torch.__version__),
        form=_FORM,
        flow_s=flow_s,
        network_flops=operations / network_s,
        measured_at=datetime.now().astimezone().isoformat(timespec="seconds"),
    )


def kept_calibration(file: Path, device: DeviceFacts) -> Calibration | None:
    """Returns the measurement of a device that still counts, or None: torch's version is compared without importing it.

    Args:
        file: Where measurements are kept.
        device: The device as it is now.
    """
    row = read_table(file).get(device.name)
    if not isinstance(row, dict):
        return None
    try:
        kept = Calibration(**row)
    except TypeError:
        return None
    now = (device.title, version("smite-studio"), _plain(version("torch")), _FORM)
    counts = (kept.title, kept.program, _plain(kept.torch), kept.form) == now
    return kept if counts and kept.flow_s > 0 and kept.network_flops > 0 else None


def keep_calibration(file: Path, calibration: Calibration) -> None:
    """Keeps a measurement; where the file cannot be written, the next run measures again."""
    table = {**read_table(file), calibration.device: asdict(calibration)}
    try:
        write_text(file, json.dumps(table, indent=1) + "\n")
    except OutputError:
        return


def calibrated(file: Path, device: DeviceFacts) -> Job[Calibration]:
    """Returns the kept measurement of a device, or measures and keeps it."""
    kept = kept_calibration(file, device)
    if kept is None:
        kept = yield from calibrate(device)
        keep_calibration(file, kept)
    return kept


def _fastest(step: Callable[[], None]) -> Generator[Event, None, float]:
    """Returns the least seconds of a step that was done once before, to warm up."""
    step()
    times: list[float] = []
    while len(times) < 2 or (len(times) < _REPEATS and sum(times) < _LONGEST_S):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
        yield Progress("measuring this machine", 0, 0)
    return min(times)


def flow_step() -> Callable[[], None]:
    """Returns a piece of work: optical flow between two frames."""
    import cv2
    import numpy as np

    width, height = _FLOW_SIZE
    coarse = np.random.default_rng(0).integers(0, 256, (height // 12, width // 12)).astype(np.uint8)
    first = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    second = np.roll(first, (3, 5), (0, 1))
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def step() -> None:
        flow.calc(first, second, None)

    return step


def network_step(device: DeviceFacts) -> tuple[Callable[[], None], float]:
    """Returns a piece of network work on a device and its number of operations."""
    import torch

    batch = _BATCH[device.kind]
    generator = torch.Generator().manual_seed(0)
    precision = torch.float16 if device.precision == "half" else torch.float32

    def noise(*shape: int) -> Any:
        return torch.randn(*shape, generator=generator).to(device.name, precision)

    image, kernel = noise(batch, _CHANNELS, _SIDE, _SIDE), noise(_CHANNELS, _CHANNELS, 3, 3)
    tokens, weights = noise(batch, _SIDE * _SIDE, _CHANNELS), noise(_CHANNELS, 4 * _CHANNELS)
    convolution = 2.0 * batch * _SIDE**2 * _CHANNELS**2 * 9
    product = 2.0 * batch * _SIDE**2 * _CHANNELS * 4 * _CHANNELS

    def step() -> None:
        with torch.no_grad():
            torch.nn.functional.conv2d(image, kernel, padding=1)
            tokens @ weights
        release(device.name)

    return step, convolution + product


def _plain(text: str) -> str:
    """Returns a version without what a build added to it ('2.13.0+cpu')."""
    return text.partition("+")[0]
