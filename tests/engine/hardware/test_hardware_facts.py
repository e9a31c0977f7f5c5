"""Devices, free memory, calibration, and what fits."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from engine.domain.settings import SegmentSettings
from engine.errors import InputError
from engine.hardware.calibration import (
    calibrate,
    calibrated,
    keep_calibration,
    kept_calibration,
    network_step,
)
from engine.hardware.devices import DeviceFacts, chosen_device, free_bytes, list_devices
from engine.hardware.fit import MEMORY_SHARE, fit, smaller_side
from engine.hardware.memory import free_main_memory
from engine.hardware.network_work import (
    call_bytes,
    frame_operations,
    pass_operations,
    train_bytes,
    train_operations,
    weights_bytes,
)
from engine.jobs import run_to_end

CARD = DeviceFacts("cuda:0", "Some card", 24_000_000_000, 22_000_000_000)
CPU = DeviceFacts("cpu", "CPU, 8 threads", 64_000_000_000, 48_000_000_000)


def memory_table(folder: Path, *, available_kb: int, limit: str = "max", used: int = 0, cached: int = 0) -> list[Path]:
    (folder / "meminfo").write_text(f"MemTotal: 99 kB\nMemFree: 1 kB\nMemAvailable: {available_kb} kB\n")
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cached}\n")
    return [folder / "meminfo", folder]


def test_cached_pages_count_as_free_and_a_container_limit_counts(tmp_path: Path) -> None:
    assert free_main_memory(*memory_table(tmp_path, available_kb=1000)) == 1_024_000
    limited = memory_table(tmp_path, available_kb=1000, limit="700000", used=600_000, cached=50_000)
    assert free_main_memory(*limited) == 150_000
    wide = memory_table(tmp_path, available_kb=1000, limit="900000000", used=0)
    assert free_main_memory(*wide) == 1_024_000
    assert free_main_memory(*memory_table(tmp_path, available_kb=1000, limit="5", used=9)) == 0
    assert free_main_memory(tmp_path / "nothing", tmp_path / "nowhere") is None


def test_the_processor_is_always_listed_last_and_auto_takes_the_first() -> None:
    devices = list_devices()
    assert devices[-1].name == "cpu"
    assert "CPU" in devices[-1].title
    assert chosen_device((CARD, CPU), "auto") == CARD
    assert chosen_device((CARD, CPU), "cuda") == CARD
    assert chosen_device((CARD, CPU), "cpu") == CPU
    with pytest.raises(InputError, match="no device 'mps'"):
        chosen_device((CARD, CPU), "mps")
    assert (free_bytes("cpu") or 1) <= (devices[-1].total_bytes or 2**60)


def test_only_cuda_computes_in_half_precision() -> None:
    assert (CARD.precision, CPU.precision, DeviceFacts("mps", "x").precision) == ("half", "full", "full")


def test_a_calibration_measures_and_is_kept_until_something_changes(tmp_path: Path) -> None:
    device = list_devices()[-1]
    file = tmp_path / "deep" / "calibration.json"
    first = run_to_end(calibrated(file, device))
    assert first.flow_s > 0
    assert first.network_flops > 1e8
    assert kept_calibration(file, device) == first
    assert run_to_end(calibrated(file, device)) == first
    assert kept_calibration(file, replace(device, title="another processor")) is None
    assert kept_calibration(file, CARD) is None
    for change in ({"program": "0.0.0"}, {"torch": "1.0"}, {"form": 0}, {"flow_s": 0.0}):
        keep_calibration(file, replace(first, **change))
        assert kept_calibration(file, device) is None, change
    keep_calibration(file, replace(first, torch=first.torch.partition("+")[0] + "+cu999"))
    assert kept_calibration(file, device) is not None
    file.write_text(json.dumps({"cpu": {**asdict(first), "more": 1}}))
    assert kept_calibration(file, device) is None
    file.write_text("{broken")
    assert kept_calibration(file, device) is None


def test_the_operations_of_the_calibration_are_those_that_torch_counts() -> None:
    step, operations = network_step(DeviceFacts("cpu", "CPU"))
    with FlopCounterMode(display=False) as counter:
        step()
    assert operations == counter.get_total_flops()


def test_a_calibration_can_be_cancelled_between_repetitions() -> None:
    job = calibrate(list_devices()[-1])
    next(job)
    next(job)
    job.close()


@pytest.fixture(scope="module")
def counted() -> dict[int, float]:
    """Operations of Stable Diffusion 2.1's UNet by the side of the picture, counted by torch without any weights."""
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(
            sample_size=64,
            block_out_channels=(320, 640, 1280, 1280),
            attention_head_dim=(5, 10, 20, 20),
            cross_attention_dim=1024,
            use_linear_projection=True,
        )
    found = {}
    for side in (256, 512, 768):
        latent = torch.empty(1, 4, side // 8, side // 8, device="meta")
        text = torch.empty(1, 77, 1024, device="meta")
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            unet(latent, torch.tensor([1.0], device="meta"), text)
        found[side] = counter.get_total_flops()
    return found


def test_the_operations_of_a_pass_are_those_that_torch_counts(counted: dict[int, float]) -> None:
    for side, operations in counted.items():
        assert pass_operations(side, 1) == pytest.approx(operations, rel=0.03)


def test_guided_work_is_two_orders_above_a_single_pass_and_frames_alone_are_cheapest() -> None:
    off = frame_operations(512, SegmentSettings(attention="frame", temporal="off"), 16)
    joint = frame_operations(512, SegmentSettings(temporal="off"), 16)
    vote = frame_operations(512, SegmentSettings(temporal="vote"), 16)
    guided = frame_operations(512, SegmentSettings(temporal="guided"), 16)
    assert off < joint <= vote < guided
    assert 50 < guided / off < 1000
    assert train_operations(512) > 4 * pass_operations(512, 1)


@given(free=st.integers(0, 200), side=st.sampled_from([256, 384, 512, 640, 768]), window=st.integers(1, 24))
def test_what_fits_never_takes_more_than_its_share(free: int, side: int, window: int) -> None:
    device = replace(CARD, free_bytes=free * 10**9)
    found = fit(device, side=side, window=window)
    assert 0 <= found.window <= window
    assert found.side in (0, *range(256, side + 1, 64))
    if not device.free_bytes:
        assert (found.window, found.side, found.notes) == (window, side, ())
        return
    room = device.free_bytes * MEMORY_SHARE
    if found.window:
        assert weights_bytes(device) + call_bytes(side, found.window, device) <= room
    if found.window < window:
        assert weights_bytes(device) + call_bytes(side, found.window + 1, device) > room
        assert found.notes
    if found.side:
        assert weights_bytes(device) + train_bytes(found.side, device) <= room


def test_more_memory_never_gives_a_smaller_window() -> None:
    windows = [fit(replace(CARD, free_bytes=gb * 10**9), side=512, window=16).window for gb in range(1, 40)]
    assert windows == sorted(windows)
    assert (windows[0], windows[-1]) == (0, 16)


def test_what_was_made_smaller_is_said() -> None:
    tight = fit(replace(CARD, free_bytes=6 * 10**9), side=512, window=16)
    assert 0 < tight.window < 16
    assert f"windows hold {tight.window} frames instead of 16" in " ".join(tight.notes)
    assert "6.0 GB are free on Some card" in tight.notes[0]
    none = fit(replace(CARD, free_bytes=10**9), side=512, window=16)
    assert "does not hold the model" in none.notes[0]


def test_steps_down_in_resolution_end_at_the_smallest() -> None:
    sides, side = [], 768
    while (smaller := smaller_side(side)) is not None:
        side = smaller
        sides.append(side)
    assert sides == [576, 384, 256]
    assert all(step % 64 == 0 for step in sides)
