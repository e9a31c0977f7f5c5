from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import OutputError
from engine.mattes.ffv1 import Ffv1Writer
from engine.mattes.options import ImageOptions, MovieOptions, Output, read_rate
from engine.mattes.overlay import OverlayWriter, frame_text
from engine.mattes.prores import ProresWriter
from engine.mattes.writers import clip_writer
from tests.engine.mattes.small_result import FRAMES, HEIGHT, PARTS, WIDTH, write_image
from tests.engine.mattes.writing import LAYERS, SHOT, frame_of, frame_with_plate

FILM = replace(SHOT, rate=Fraction(24000, 1001), timecode="01:00:00:10")


def frames_in(path: Path, pixel_format: str) -> tuple[list[NDArray[np.uint16]], av.VideoStream]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [frame.to_ndarray(format=pixel_format) for frame in container.decode(stream)], stream


def decoded_rgb(path: Path) -> list[NDArray[np.float64]]:
    """Returns the colours of a 12-bit 4444 movie by the formulas of BT.709; FFmpeg's own conversion has a bias."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.format.name == "yuva444p12le"
            planes = [np.frombuffer(bytes(plane), "<u2").reshape(plane.height, -1) for plane in frame.planes[:3]]
            luma, blue, red = (plane[:, : frame.width] / 4 for plane in planes)
            y = (luma - 64) / 876
            r, b = y + 1.5748 * (red - 512) / 896, y + 1.8556 * (blue - 512) / 896
            found.append(np.stack([r, (y - 0.2126 * r - 0.0722 * b) / 0.7152, b], axis=2))
    return found


def smooth_plate(folder: Path) -> Path:
    """Writes a 16-bit plate without noise: ProRes is lossy, and noise would be measured."""
    folder.mkdir()
    y, x = np.mgrid[:HEIGHT, :WIDTH] / 64
    for number in FRAMES:
        pixels = np.stack([0.2 + 0.5 * x, 0.3 + 0.4 * y, 0.9 - 0.5 * x], axis=2) * 65535
        write_image(folder / f"sh.{number}.png", pixels.astype(np.uint16))
    return folder


def test_prores_4444_keeps_10_bit_mattes_exactly_as_alpha_and_does_not_shift_colours(tmp_path: Path) -> None:
    clip = smooth_plate(tmp_path / "plate")
    alphas, plates = [], []
    with ProresWriter(tmp_path / "é.mov", Output("prores"), FILM, LAYERS[:1]) as movie:
        for number in FRAMES:
            with frame_with_plate(number, clip) as frame:
                movie.add(frame)
                alphas.append(frame.whole(10).plane(LAYERS[0]))
                assert frame.plate is not None
                plates.append(frame.plate.picture)
    found, stream = frames_in(tmp_path / "é.mov", "rgba64le")
    assert (stream.codec_context.name, stream.codec_context.profile) == ("prores", "4444")
    assert stream.average_rate == Fraction(24000, 1001)
    assert len(found) == len(FRAMES)
    for image, alpha in zip(found, alphas, strict=True):
        assert (np.rint(image[..., 3] / 65535 * 1023) == alpha).all()
    for image, plate in zip(decoded_rgb(tmp_path / "é.mov"), plates, strict=True):
        shift = image - plate / 65535
        assert np.abs(shift.mean(axis=(0, 1))).max() < 2e-4
        assert np.abs(shift).max() < 0.005
    with av.open(str(tmp_path / "é.mov")) as container:
        assert container.streams[0].metadata["timecode"] == "01:00:00:10"
        assert "profile: abc" in container.metadata["comment"]


def test_prores_as_a_matte_is_grey_of_video_range(tmp_path: Path) -> None:
    output = Output("prores", movie=MovieOptions(content="matte", rate="25"))
    with ProresWriter(tmp_path / "m.mov", output, FILM, LAYERS[:1]) as movie:
        movie.add(frame_of(1001))
    (luma,), stream = frames_in(tmp_path / "m.mov", "gray10le")
    assert stream.average_rate == 25
    matte = LAYERS[0].plane(frame_of(1001).mattes)
    (rgb,), _ = frames_in(tmp_path / "m.mov", "rgb48le")
    assert np.ptp(rgb.astype(int), axis=2).max() <= 65535 * 0.005
    assert np.abs(rgb[..., 1] / 65535 - matte).mean() < 0.01
    assert luma.shape == matte.shape


@pytest.mark.parametrize(("bits", "pixel_format"), [(8, "gray"), (16, "gray16le")])
def test_ffv1_mattes_come_back_to_the_bit(tmp_path: Path, bits: int, pixel_format: str) -> None:
    with Ffv1Writer(tmp_path / "m.mkv", Output("ffv1", image=ImageOptions(bits)), FILM, LAYERS) as movie:
        for number in FRAMES:
            movie.add(frame_of(number))
    found, stream = frames_in(tmp_path / "m.mkv", pixel_format)
    assert stream.codec_context.pix_fmt == pixel_format
    for number, image in zip(FRAMES, found, strict=True):
        total = sum(frame_of(number).whole(bits).plane(layer).astype(int) for layer in LAYERS)
        assert (image == total).all()


@pytest.mark.parametrize(("bits", "pixel_format"), [(8, "rgba"), (16, "rgba64le")])
def test_ffv1_cut_outs_keep_plate_and_alpha_to_the_bit(tmp_path: Path, bits: int, pixel_format: str) -> None:
    clip = smooth_plate(tmp_path / "plate")
    output = Output("ffv1", image=ImageOptions(bits), movie=MovieOptions(content="cutout"))
    with frame_with_plate(1001, clip) as frame:
        with Ffv1Writer(tmp_path / "m.mkv", output, FILM, LAYERS[:1]) as movie:
            movie.add(frame)
        assert frame.plate is not None
        plate = frame.plate.picture
        alpha = frame.whole(bits).plane(LAYERS[0])
    (image,), _ = frames_in(tmp_path / "m.mkv", pixel_format)
    assert (image[..., 3] == alpha).all()
    assert (image[..., :3] == (plate if bits == 16 else np.rint(plate / 257))).all()


@pytest.mark.parametrize("kind", ["overlay", "review"])
def test_videos_have_every_frame_at_the_clips_rate_even_at_odd_sizes(tmp_path: Path, kind: str) -> None:
    odd = replace(SHOT, hw=(HEIGHT - 1, WIDTH - 1), rate=Fraction(25))
    clip = tmp_path / "plate"
    clip.mkdir()
    for number in FRAMES:
        write_image(clip / f"x.{number}.png", np.full((HEIGHT - 1, WIDTH - 1, 3), number - 901, np.uint8))
    with OverlayWriter(tmp_path / "v.mp4", Output(kind), odd, PARTS, LAYERS) as movie:  # type: ignore[arg-type]
        for number in FRAMES:
            with frame_with_plate(number, clip) as frame:
                cut = replace(frame.mattes, labels=np.zeros((HEIGHT - 1, WIDTH - 1), np.uint8), box=(slice(0, 1),) * 2)
                empty = replace(cut, values=(0,), soft=np.ones((1, 1, 1), np.float32))
                movie.add(replace(frame, mattes=empty))
    found, stream = frames_in(tmp_path / "v.mp4", "rgb24")
    assert stream.average_rate == 25
    assert [image.shape for image in found] == [(HEIGHT, WIDTH, 3)] * len(FRAMES)
    for number, image in zip(FRAMES, found, strict=True):
        if kind == "overlay":
            assert abs(int(image[HEIGHT // 2, 2].mean()) - (number - 901)) <= 3


def test_the_burn_ins_say_which_frame_it_is(tmp_path: Path) -> None:
    from engine.mattes.burn_ins import BurnIns

    burn_ins = BurnIns((360, 640), "sh010  v003", LAYERS)
    plain = np.full((360, 640, 3), 128, np.uint8)
    one, two = burn_ins.draw(plain, "1001"), burn_ins.draw(plain, "1007")
    changed = np.argwhere((one != two).any(axis=2))
    assert changed.size
    assert changed.min(axis=0)[0] > 330  # below
    assert changed.min(axis=0)[1] > 560  # on the right
    assert (one[100:300] == 128).all()
    for layer in LAYERS:
        assert (one[330:] == layer.colour).all(axis=2).any()  # in the legend


def test_a_legend_that_does_not_fit_counts_the_rest() -> None:
    from engine.domain.parts import PartSet
    from engine.mattes.burn_ins import BurnIns
    from engine.mattes.layers import layers_of
    from engine.mattes.options import LayerChoice

    many = layers_of(PartSet.from_names([f"part number {index}" for index in range(40)]), LayerChoice())
    drawn = BurnIns((180, 320), "x", many).draw(np.zeros((180, 320, 3), np.uint8), "1")
    assert drawn.shape == (180, 320, 3)


def test_a_video_that_stops_in_its_middle_leaves_nothing(tmp_path: Path) -> None:
    def stopping() -> None:
        with Ffv1Writer(tmp_path / "m.mkv", Output("ffv1"), FILM, LAYERS) as movie:
            movie.add(frame_of(1001))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopping()
    assert not list(tmp_path.iterdir())


def test_a_video_in_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    movie = Ffv1Writer(tmp_path / "file/m.mkv", Output("ffv1"), FILM, LAYERS)
    with pytest.raises(OutputError, match="cannot be written"):
        movie.__enter__()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("24", Fraction(24)),
        ("23.976", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("24000/1001", Fraction(24000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_rates_are_read_as_people_write_them(text: str, wanted: Fraction) -> None:
    assert read_rate(text) == wanted


def test_prores_keeps_the_pixel_aspect_of_anamorphic_plates(tmp_path: Path) -> None:
    squeezed = replace(SHOT, pixel_aspect=Fraction(2), rate=None)
    matte = Output("prores", movie=MovieOptions(content="matte"))
    with clip_writer(matte, squeezed, PARTS, tmp_path / "m.mov", LAYERS) as movie:
        movie.add(frame_of(1001))
    with av.open(str(tmp_path / "m.mov")) as container:
        stream = container.streams.video[0]
        assert stream.sample_aspect_ratio == 2
        assert stream.average_rate == 24  # where nothing says it


@pytest.mark.parametrize(
    ("number", "timecode", "wanted"),
    [
        (1001, "", "1001"),
        (7, "", "7  (source 1001)"),
        (7, "01:00:00:05", "7  (source 1001)  01:00:00:05"),
        (1001, "01:00:00:05", "1001  01:00:00:05"),
    ],
)
def test_a_review_names_the_frame_its_source_and_its_timecode(number: int, timecode: str, wanted: str) -> None:
    assert frame_text(replace(frame_of(1001), number=number), timecode) == wanted
