from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.mattes.layers import layers_of
from engine.mattes.naming import FileNames, preview, safe_name, shot_name
from engine.mattes.options import LayerChoice

WHEEL, WINDOW = layers_of(PartSet.from_names(["wheel", "front window"]), LayerChoice())
NAMES = FileNames(Path("out"), "{shot}.exr", "sh010", 4, 7, "ab12", (1001, 1100))


def test_names_follow_the_pattern_and_channel_names() -> None:
    names = FileNames(Path("out"), "{part}/{shot}_{part}.{frame}.png", "sh010", 4)
    assert names.path(17, WINDOW) == Path("out/front_window/sh010_front_window.0017.png")
    assert FileNames(Path("out"), "{frame:06}.png", "s").path(17) == Path("out/000017.png")


def test_a_preview_shows_every_token() -> None:
    pattern = "{shot}_{ver}/{profile}/{start}-{end}/{part}_{ver:2}.{frame:5}.exr"
    assert preview(pattern, NAMES, 1003, WHEEL) == "sh010_v007/ab12/1001-1100/wheel_v07.01003.exr"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{colour}.png", "unknown tokens"),
        ("../{frame}.png", "leads out"),
        ("/tmp/{frame}.png", "leads out"),
        ("a\\..\\{frame}.png", "leads out"),
        ("{frame.png", "braces that hold no token"),
        (" ", "empty"),
    ],
)
def test_bad_patterns_are_a_sentence(pattern: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        preview(pattern, NAMES, 1, WHEEL)


def test_a_printf_path_keeps_digits_of_the_shot_apart_from_those_of_the_frame() -> None:
    names = FileNames(Path(), "{shot}_{ver}/{shot}.{frame:06}.exr", "sh010_4", 4, 2)
    assert names.printf_path() == Path("sh010_4_v002/sh010_4.%06d.exr")


@pytest.mark.parametrize(
    ("name", "path", "stem", "wanted"),
    [
        ("sh010", "/show/sh010/sh010.mov", "000000", "sh010"),
        ("plate", "/show/sh010/plate", "sh010_bg.1001", "sh010_bg"),
        ("plate", "/show/sh010/plate", "1001", "sh010"),
        ("exr", "/show/sh010/plates/v003/1920x1080/exr", "frame_0001", "sh010"),
        ("Ölfaß 2", "/x/Ölfaß 2", "00001", "Ölfaß 2"),
        ("a:b", "/a:b", "0001", "a_b"),
        ("frames", "/frames", "0001", "frames"),
    ],
)
def test_a_shot_is_called_after_its_files_or_the_nearest_telling_folder(
    name: str, path: str, stem: str, wanted: str
) -> None:
    assert shot_name(name, path, [stem]) == wanted


def test_names_that_file_systems_refuse_are_mended() -> None:
    assert safe_name('a/b\\c:d*e?"f"<g>|h\n') == "a_b_c_d_e_f_g_h_"
    assert safe_name(" .. ") == "shot"
