"""What segmenting a clip will take on this machine, told before anything is started."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from engine.api.clip_setup import frames_in_range
from engine.api.machine import Machine, MachineRequest, machine
from engine.api.segment_request import SegmentRequest
from engine.domain.settings import Preset, SegmentSettings
from engine.hardware.devices import DeviceFacts, chosen_device
from engine.hardware.fit import Fit, fit
from engine.hardware.measured import MeasuredRun, Work, measured_runs
from engine.hardware.predict import PlannedJob, Prediction, predict
from engine.hardware.words import prediction_text, size_text
from engine.jobs import Job
from engine.media import open_clip
from engine.profiles import read_profile

PRESETS: tuple[Preset, ...] = get_args(Preset)
_SMITE_SIDE, _WINDOW = 512, 16


@dataclass(frozen=True)
class PlanRequest:
    """What is planned.

    Attributes:
        segment: The run, as it would be asked for; None plans the machine alone.
        measured: File that notes what jobs took here.
        calibration: File that keeps what the machine was measured to do.
        anew: Measure the machine again.
    """

    segment: SegmentRequest | None
    measured: Path
    calibration: Path
    anew: bool = False


@dataclass(frozen=True)
class Plan:
    """What a run will take.

    Attributes:
        machine: Devices and measurements.
        device: The device that the run would use.
        fit: What fits into its memory, for SMITE; None for quick, which fits everywhere.
        clip: Facts of the clip; empty without one.
        presets: Prediction by preset, None where this machine was never measured for it.
    """

    machine: Machine
    device: DeviceFacts
    fit: Fit | None = None
    clip: dict[str, Any] = field(default_factory=dict)
    presets: dict[str, Prediction | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Returns the plan as JSON values."""
        return {
            **self.machine.to_json(),
            "device": self.device.name,
            "fit": self.fit.to_json() if self.fit is not None else None,
            "clip": self.clip,
            "presets": {name: p.to_json() if p is not None else None for name, p in self.presets.items()},
        }

    def to_text(self) -> str:
        """Returns the plan for a person."""
        lines = [_device_line(device, self.device) for device in self.machine.devices]
        known = self.machine.calibrations.get(self.device.name)
        if known is not None:
            lines.append(
                f"measured {known.measured_at[:10]}: optical flow {known.flow_s * 1e3:.0f} ms, "
                f"networks {known.network_flops / 1e9:.0f} GFLOP/s"
            )
        if self.clip:
            lines.append("")
            lines.append("{name}: {frames} frames, {width}x{height}, {backbone}".format(**self.clip))
            for name, prediction in self.presets.items():
                told = prediction_text(prediction) if prediction is not None else "not known yet"
                lines.append(f"  {name:<9} {told}")
        lines += [f"note: {note}" for note in self.fit.notes] if self.fit is not None else []
        return "\n".join(lines)


def plan(request: PlanRequest) -> Job[Plan]:
    """Returns what a run will take, measuring the machine first where that was not done yet (about three seconds).

    Raises:
        InputError: Clip, range, profile or device cannot be used.
    """
    found = yield from machine(MachineRequest(request.calibration, request.anew))
    asked = request.segment
    device = chosen_device(found.devices, asked.settings.device if asked is not None else "auto")
    if asked is None:
        return Plan(found, device)
    frames, pixels, facts = _clip_facts(asked)
    work = work_of(asked)
    fitting = fit(device, side=work.resolution or _SMITE_SIDE, window=_WINDOW) if work.backbone == "smite" else None
    facts["backbone"] = work.backbone
    if fitting is not None and fitting.window == 0:
        return Plan(found, device, fitting, facts, dict.fromkeys(PRESETS))
    runs, window = measured_runs(request.measured), fitting.window if fitting is not None else _WINDOW
    job = PlannedJob(work, frames, pixels, asked.settings, window, painted_frames(asked))
    return Plan(found, device, fitting, facts, for_presets(job, runs, found, device))


def for_presets(
    job: PlannedJob, runs: Sequence[MeasuredRun], found: Machine, device: DeviceFacts
) -> dict[str, Prediction | None]:
    """Returns the prediction of each preset, the others as in `job`; SMITE segments alike in all of them."""
    told: dict[str, Prediction | None] = {}
    for preset in PRESETS:
        settings = replace(job.settings or SegmentSettings(), preset=preset)
        asked = replace(job, work=replace(job.work, preset=preset), settings=settings)
        told[preset] = predict(asked, runs, found.calibrations.get(device.name), device)
    return told


def work_of(request: SegmentRequest) -> Work:
    """Returns what kind of work a request asks for.

    Raises:
        InputError: Its profile cannot be read.
    """
    profile = read_profile(request.profile) if request.profile is not None else None
    backbone = profile.backbone if profile is not None else request.backbone or "quick"
    stated = profile.settings.get("resolution") if profile is not None else None
    side = int(stated) if isinstance(stated, int) else _SMITE_SIDE
    settings = request.settings
    return Work(
        verb="segment",
        backbone=backbone,
        device=settings.device,
        resolution=side if backbone == "smite" else 0,
        preset=settings.preset,
        temporal=settings.temporal,
        learns=profile is None,
    )


def painted_frames(request: SegmentRequest) -> int:
    """Returns how many painted frames would be learned, by the files of their folder; at least one."""
    folder = request.anchors
    files = [path for path in folder.iterdir() if path.suffix == ".png"] if folder and folder.is_dir() else []
    return max(1, len(files))


def _clip_facts(request: SegmentRequest) -> tuple[int, int, dict[str, Any]]:
    with closing(open_clip(request.clip, colour_space=request.colour_space)) as source:
        frames = len(frames_in_range(source, request.frame_range))
        info = source.info
        facts = {"name": info.name, "frames": frames, "width": info.width, "height": info.height}
        return frames, info.width * info.height, facts


def _device_line(device: DeviceFacts, used: DeviceFacts) -> str:
    memory = ""
    if device.total_bytes:
        memory = f", {size_text(device.free_bytes)} of {size_text(device.total_bytes)} free"
    mark = "* " if device == used else "  "
    return f"{mark}{device.name:<8} {device.title}{memory}, {device.precision} precision"
