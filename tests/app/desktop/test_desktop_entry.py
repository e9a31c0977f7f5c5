"""The menu entry is valid, starts this very program, and goes away without a trace."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.desktop.entry import ICON_SIZES, install, quoted, remove
from app.entry import main
from engine.domain.project import Project
from engine.project_io.folder import create_project
from engine.project_io.layout import is_project, project_file

_NAMESPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"


def _entry(root: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=True, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(root / "applications" / "smite-studio.desktop", encoding="utf-8")
    return dict(parser["Desktop Entry"])


def _arguments(value: str) -> list[str]:
    """Reads an Exec key by the Desktop Entry Specification: the string's escapes first, then the quotes."""
    text = value.replace("\\\\", "\\")
    words = re.findall(r'"((?:\\["`$\\]|[^"`$\\])*)"|([^\s"]+)', text)
    return [(bare or re.sub(r'\\(["`$\\])', r"\1", inner)).replace("%%", "%") for inner, bare in words]


def test_the_entry_starts_this_program_with_the_chosen_files(tmp_path: Path) -> None:
    install(tmp_path)
    entry = _entry(tmp_path)
    command = _arguments(entry["Exec"])
    assert command[0] == sys.executable
    assert command[-1] == "%F"
    done = subprocess.run([*command[:-1], "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("smite-studio ")
    assert {"Type", "Name", "Icon", "MimeType", "Categories"} <= set(entry)
    assert all(entry[key].endswith(";") for key in ("MimeType", "Categories", "Keywords"))
    if shutil.which("desktop-file-validate"):
        file = tmp_path / "applications" / "smite-studio.desktop"
        subprocess.run(["desktop-file-validate", str(file)], check=True)


def test_its_types_are_those_that_the_type_file_defines(tmp_path: Path) -> None:
    install(tmp_path)
    table = ElementTree.parse(tmp_path / "mime" / "packages" / "smite-studio.xml").getroot()
    defined = {kind.attrib["type"] for kind in table.iter(f"{_NAMESPACE}mime-type")}
    assert set(_entry(tmp_path)["MimeType"].strip(";").split(";")) == defined
    assert {glob.attrib["pattern"] for glob in table.iter(f"{_NAMESPACE}glob")} == {"*.smite", "*.safetensors"}


@pytest.mark.skipif(shutil.which("update-mime-database") is None, reason="no shared-mime-info here")
def test_the_desktop_knows_a_project_by_its_type(tmp_path: Path) -> None:
    install(tmp_path)
    globs = (tmp_path / "mime" / "globs2").read_text(encoding="utf-8")
    assert "application/x-smite-studio-project:*.smite" in globs


def test_icons_are_there_in_every_size_and_drawn(tmp_path: Path) -> None:
    install(tmp_path)
    for size in ICON_SIZES:
        with Image.open(tmp_path / f"icons/hicolor/{size}x{size}/apps/smite-studio.png") as picture:
            assert picture.size == (size, size)
            colours = picture.convert("RGBA").getcolors(1 << 20)
        assert colours is not None
        assert len(colours) > 4


def test_what_was_installed_can_be_removed_and_nothing_else_is(tmp_path: Path) -> None:
    other = tmp_path / "applications" / "other.desktop"
    other.parent.mkdir(parents=True)
    other.write_text("[Desktop Entry]\n", encoding="utf-8")
    lines = install(tmp_path)
    assert all(Path(line.removeprefix("written: ")).is_file() for line in lines)
    remove(tmp_path)
    assert other.is_file()
    assert not [path for path in tmp_path.rglob("*smite-studio*") if path.is_file()]
    assert remove(tmp_path) == ["Nothing of SMITE Studio was installed."]


@given(
    argument=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" "), max_size=12)
)
def test_any_path_of_a_program_survives_the_exec_key(argument: str) -> None:
    assert _arguments(quoted(argument)) == [argument]


@pytest.mark.skipif(os.name == "nt", reason="XDG folders")
def test_the_option_installs_for_this_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["--install-desktop"]) == 0
    assert _entry(tmp_path)["Icon"] == "smite-studio"
    assert main(["--remove-desktop"]) == 0
    assert "removed: " in capsys.readouterr().out


def test_a_project_holds_a_file_that_opens_it(tmp_path: Path) -> None:
    folder = create_project(tmp_path / "portrait", Project("portrait")).path
    opener = folder / "portrait.smite"
    assert is_project(opener)
    assert project_file(opener) == folder / "project.json"
    assert not is_project(tmp_path / "gone.smite")
