from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import main
from engine.mattes.formats import FORMATS
from engine.mattes.sidecar import find_sidecars, read_sidecar
from tests.engine.mattes.small_result import read_image, write_png_plate, write_result


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return write_result(tmp_path / "v002", write_png_plate(tmp_path / "plate")).folder


def test_the_help_names_every_format_token_and_preset(capsys: pytest.CaptureFixture[str]) -> None:
    from engine.api.export_presets import built_in_presets

    with pytest.raises(SystemExit):
        main(["export", "--help"])
    text = capsys.readouterr().out
    for name, info in FORMATS.items():
        assert name in text
        assert info.pattern in text
    assert all(preset.name in text for preset in built_in_presets())
    assert "{ver}" in text
    assert all(title in text for title in ("layers:", "names and numbers:", "OpenEXR:", "movies:", "pictures:"))


def test_options_reach_the_files(result: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ["export", str(result), "--out", str(out), "--format", "exr", "--depth", "float", "--compression", "piz"]
    command += ["--plate", "--background", "--start", "1", "--ver", "9", "--shot", "sh020", "--padding", "6"]
    assert main([*command, "--pattern", "{shot}_{ver}/{shot}.{frame}.exr", "--range", "1002-1003"]) == 0
    assert sorted(path.name for path in (out / "sh020_v009").iterdir()) == ["sh020.000002.exr", "sh020.000003.exr"]
    _, spec = read_image(out / "sh020_v009/sh020.000002.exr")
    assert spec.channelnames == ("R", "G", "B", "background.A", "front_window.A", "wheel.A")
    assert spec.getattribute("compression") == "piz"
    (path,) = find_sidecars(out)
    assert read_sidecar(path).formats[0].frames == {1002: 2, 1003: 3}


def test_a_preset_brings_formats_and_names_and_the_command_line_overrides(result: Path, tmp_path: Path) -> None:
    command = ["export", str(result), "--out", str(tmp_path / "out"), "--preset", "nuke_layers", "--depth", "float"]
    assert main(command) == 0
    folder = tmp_path / "out/sh010_bg_v002"
    assert sorted(path.name for path in folder.iterdir()) == [
        "sh010_bg_mattes_v002.1001.exr",
        "sh010_bg_mattes_v002.1002.exr",
        "sh010_bg_mattes_v002.1003.exr",
        "sh010_bg_mattes_v002.nk",
    ]
    assert "/sh010_bg_mattes_v002.%04d.exr" in (folder / "sh010_bg_mattes_v002.nk").read_text()
    pixels, spec = read_image(folder / "sh010_bg_mattes_v002.1001.exr")
    assert str(spec.channelformats[spec.channelnames.index("wheel.A")]) == "float"
    assert pixels.shape[2] == 5


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", str(result), "--out", str(tmp_path / "out"), "--format", "png,exr", "--dry-run"]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["files"], told["frames"], told["first"], told["last"], told["replaced"]) == (9, 3, 1001, 1003, 0)
    assert told["examples"][1].endswith("sh010_bg.1001.exr")
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "9 files for 3 frames (1001-1003)" in text
    assert "Layers: wheel, front_window." in text
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--format", "gif"], 2, "'gif' is no format"),
        (["--format", "png,exr", "--pattern", "{frame}.png"], 3, "names the files of one format"),
        (["--format", "png", "--preset", "review"], 3, "not both"),
        (["--preset", "unknown"], 3, "There is no export preset 'unknown'"),
        (["--range", "1-5"], 3, "has the frames 1001-1003"),
        (["--part", "nose"], 3, "No part or group is called 'nose'"),
        (["--format", "exr", "--plate", "--transfer", "filmic"], 3, "no transfer"),
        (["--format", "overlay", "--ocio", "missing.ocio"], 3, "does not exist"),
        (["--rate", "fast"], 3, "no frame rate"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], code: int, words: str
) -> None:
    command = ["export", str(result), "--out", str(tmp_path / "out"), *more]
    if code == 2:
        with pytest.raises(SystemExit) as stopped:
            main(command)
        assert stopped.value.code == 2
    else:
        assert main(command) == code
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_own_presets_are_kept_listed_used_renamed_and_deleted(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    options = ["--format", "exr", "--multi-part", "--start", "2001", "--level", "both", "--ocio", "ocio://default"]
    assert main(["export", *options, "--save-preset", "My show"]) == 0
    assert main(["export", "--presets"]) == 0
    listed = capsys.readouterr().out
    assert "my_show" in listed
    assert "nuke_layers" in listed
    assert main(["export", *options, "--save-preset", "My show"]) == 4
    assert main(["export", *options, "--save-preset", "My show", "--overwrite"]) == 0
    assert main(["export", "--rename-preset", "my_show", "Show B"]) == 0
    assert main(["export", str(result), "--out", str(tmp_path / "out"), "--preset", "Show B"]) == 0
    assert (tmp_path / "out/sh010_bg.2001.exr").is_file()
    assert main(["export", "--delete-preset", "Show B"]) == 0
    assert main(["export", str(result), "--out", str(tmp_path / "out"), "--preset", "Show B"]) == 3
    assert main(["export"]) == 3
    assert "RESULT --out DIR" in capsys.readouterr().err
