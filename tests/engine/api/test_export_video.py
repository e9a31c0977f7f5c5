"""Exports of clips that are video files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.api.export import export
from engine.api.export_plan import plan_export
from engine.api.export_request import ExportRequest
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.mattes.options import ExrOptions, Output
from engine.media import open_clip
from engine.results.folder import ResultReader
from tests.engine.mattes.small_result import HEIGHT, WIDTH, read_image, write_result

FRAMES = (0, 1, 2)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "sh020" / "sh020.mov"
    path.parent.mkdir()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30000, 1001))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.color_primaries, stream.color_trc, stream.colorspace = 1, 1, 1
        stream.metadata["timecode"] = "00:59:59;28"
        for number in FRAMES:
            picture = np.full((HEIGHT, WIDTH, 3), (60 + 40 * number, 120, 90), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            for packet in stream.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU709")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


@pytest.fixture
def result(tmp_path: Path, clip: Path) -> ResultReader:
    return write_result(tmp_path / "r", clip, frames=FRAMES)


def test_a_video_plate_is_scene_linear_in_exr_with_its_rate_and_timecode(
    result: ResultReader, clip: Path, tmp_path: Path
) -> None:
    outputs = (Output("exr", exr=ExrOptions(plate=True)),)
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", outputs)))
    source = open_clip(clip)
    for number, code in ((0, 0x00595928), (2, 0x01000000)):
        pixels, spec = read_image(tmp_path / f"out/sh020.{number:06d}.exr")
        assert spec.getattribute("smpte:TimeCode")[0] == code | 1 << 6  # numbers are dropped
        assert spec.getattribute("framesPerSecond") == (30000, 1001)
        assert spec.getattribute("colorInteropID") == "lin_rec709_scene"
        picture = source.read(number) / 255.0
        light = np.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055) ** 2.4)
        found = pixels[..., [spec.channelnames.index(name) for name in "RGB"]]
        assert np.allclose(found, light, rtol=2**-10, atol=1e-6)
    source.close()


def test_movies_of_a_video_keep_its_rate_and_timecode(result: ResultReader, tmp_path: Path) -> None:
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", (Output("prores"),))))
    with av.open(str(tmp_path / "out/sh020_wheel.mov")) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == Fraction(30000, 1001)
        assert stream.metadata["timecode"] == "00:59:59;28"
        assert sum(1 for _ in container.decode(stream)) == len(FRAMES)


def test_the_clip_itself_is_never_written_over(result: ResultReader, clip: Path) -> None:
    outputs = (Output("prores", "{shot}.mov"),)
    request = ExportRequest(result.folder, clip.parent, outputs, overwrite=True)
    before = clip.read_bytes()
    with pytest.raises(InputError, match="is the clip itself"):
        plan_export(request)
    assert clip.read_bytes() == before
