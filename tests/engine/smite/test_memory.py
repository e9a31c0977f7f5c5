from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEASURE = """
import re
from types import SimpleNamespace
import torch
from diffusers import UNet2DConditionModel
from engine.smite.memory import window_bytes
from engine.smite.network import WindowCall, attention_maps
from engine.smite.was import inference_was

def status(key):
    with open("/proc/self/status") as file:
        return int(re.search(key + r":\\s+(\\d+)", file.read())[1]) * 1024

torch.set_num_threads(1)
frames, side = 4, 32
unet = UNet2DConditionModel(
    block_out_channels=(64, 128, 256, 256), attention_head_dim=[1, 2, 4, 4], cross_attention_dim=64,
    use_linear_projection=True,
).eval().requires_grad_(False)
latents, text = torch.randn(frames, 4, side, side), torch.randn(77, 64)
before = status("VmRSS")
with torch.no_grad():
    maps = attention_maps(unet, latents, 100, text, WindowCall(5))
    inference_was(maps.frame(0), (8 * side, 8 * side))
peak = status("VmHWM") - before
planned = window_bytes(SimpleNamespace(unet=unet, dtype=torch.float32), (side, side), frames)
print(planned / peak)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_the_planned_peak_of_a_window_holds_against_the_measured_one() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", MEASURE], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert 0.8 < float(done.stdout.split()[-1]) < 2.5
