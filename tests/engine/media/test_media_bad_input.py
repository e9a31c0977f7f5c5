from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InputError
from engine.media import open_clip
from tests.engine.media.media_footage import HEIGHT, WIDTH, Recipe, indexed_video, solid, write_still, write_video

VP9 = Recipe("libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"})


def noisy_video(path: Path, recipe: Recipe | None = None) -> Path:
    """A video of noise, so that cutting bytes off cuts frames off."""
    rng = np.random.default_rng(0)
    return write_video(path, [rng.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8) for _ in range(40)], recipe)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_clip(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["no.mp4", "no.1001.exr", "no", "folder/no.mov"])
def test_what_does_not_exist_is_refused_by_name(tmp_path: Path, name: str) -> None:
    assert f"'{tmp_path / name}' does not exist" in refusal(tmp_path / name)


def test_a_pattern_without_files_is_refused(tmp_path: Path) -> None:
    assert "No image in" in refusal(tmp_path / "a.####.exr")
    assert "The folder" in refusal(tmp_path / "nowhere" / "a.%04d.exr")


@pytest.mark.parametrize("name", ["e.mp4", "e.avi", "e.0001.png", "e.exr", "e.dpx", "e.jpg"])
def test_empty_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert "is empty (0 bytes)" in refusal(tmp_path / name)


def test_an_empty_frame_in_a_sequence_is_refused_by_name(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_still(tmp_path / f"a.{number}.png", solid(8, 8))
    (tmp_path / "a.2.png").write_bytes(b"")
    assert "a.2.png' is empty" in refusal(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("x")
    assert "holds no images" in refusal(tmp_path)


@pytest.mark.parametrize(
    "name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi", "a.png", "a.jpg", "a.exr", "a.tif", "a.dpx"]
)
def test_files_that_are_something_else_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"This is a letter, not a picture. " * 40)
    assert "cannot be read as" in refusal(tmp_path / name)


def test_other_kinds_of_file_are_refused_with_the_kinds_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    assert "Known: mp4, mov, mkv, webm, avi, m4v, png, jpg, jpeg, tif, tiff, exr, dpx" in refusal(tmp_path / "a.pdf")


@pytest.mark.parametrize("share", [0.9, 0.5, 0.03])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "a.avi"])
def test_videos_that_are_cut_off_are_refused(tmp_path: Path, name: str, share: float) -> None:
    path = noisy_video(tmp_path / name, VP9 if name == "a.webm" else None)
    whole = path.read_bytes()
    assert len(open_clip(path).numbers) == 40
    path.write_bytes(whole[: int(len(whole) * share)])
    sentence = refusal(path)
    assert "cut off" in sentence or "cannot be read as a video" in sentence
    assert sentence.count(". ") <= 1


def test_a_video_whose_header_comes_first_is_refused_when_frames_are_missing(tmp_path: Path) -> None:
    whole = noisy_video(tmp_path / "a.mp4")
    first = tmp_path / "b.mp4"
    with av.open(str(whole)) as source, av.open(str(first), "w", options={"movflags": "faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    first.write_bytes(first.read_bytes()[: first.stat().st_size * 3 // 4])
    assert "of its 40 frames can be found" in refusal(first)


@pytest.mark.parametrize("name", ["a.1.png", "a.1.jpg", "a.1.exr", "a.1.tif", "a.1.dpx"])
def test_images_that_are_cut_off_are_refused_when_read(tmp_path: Path, name: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    path = tmp_path / name
    write_still(path, pixels.astype(np.float32) if name.endswith("exr") else pixels)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"a\.1"):
        open_clip(path).read(1)


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "holds no picture" in refusal(path)


def test_damage_in_the_middle_costs_some_frames_and_no_others(tmp_path: Path) -> None:
    path = noisy_video(tmp_path / "a.mp4", Recipe(options={"g": "1", "bf": "0"}))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20000] = bytes(20000)
    path.write_bytes(data)
    source = open_clip(path)
    lost = []
    for number in source.numbers:
        try:
            source.read(number)
        except InputError:
            lost.append(number)
    with pytest.raises(InputError, match=f"Frame {lost[0]} of .* is damaged and cannot be decoded"):
        source.read(lost[0])
    assert len(lost) < 10
    assert not {0, 1, 38, 39} & set(lost)


@pytest.mark.parametrize("space", ["logc", "", "sRGB2"])
def test_unknown_colour_spaces_are_refused(tmp_path: Path, space: str) -> None:
    path = indexed_video(tmp_path / "a.mp4", 1)
    with pytest.raises(InputError, match="is no colour space"):
        open_clip(path, colour_space=space)


def test_a_single_frame_video_is_a_clip(tmp_path: Path) -> None:
    assert list(open_clip(indexed_video(tmp_path / "a.mp4", 1)).numbers) == [0]


def test_names_that_look_like_protocols_are_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    indexed_video(tmp_path / "a.mp4", 1).rename(tmp_path / "concat:1.mp4")
    monkeypatch.chdir(tmp_path)
    assert len(open_clip(Path("concat:1.mp4")).numbers) == 1
