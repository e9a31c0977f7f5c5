"""Disks that are really full or read-only: small file systems in memory, where a user may mount one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.mattes.formats import FORMATS
from tests.engine.mattes.small_result import write_png_plate, write_result

PROGRAM = """
import contextlib, io, json, shutil, sys
from pathlib import Path
import av
import OpenImageIO as oiio
from engine.cli.main import main

def is_whole(path):
    if path.suffix in (".mov", ".mkv", ".mp4"):
        with av.open(str(path)) as container:
            return sum(1 for _ in container.decode(video=0)) == 3
    if path.suffix == ".json":
        return len(json.loads(path.read_text())["images"]) == 3
    image = oiio.ImageInput.open(str(path))
    return image is not None and image.read_image() is not None

result, disk, formats = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
for name in formats:
    out, told = disk / name, io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        code = main(["export", result, "--out", str(out), "--format", name])
    files = [p for p in out.rglob("*") if p.is_file() and ".smite-export" not in p.parts and "mattes" not in p.name]
    whole = [path.name for path in files if is_whole(path)]
    row = {"format": name, "code": code, "told": told.getvalue(), "files": [p.name for p in files], "whole": whole}
    print("ROW", json.dumps(row))
    shutil.rmtree(out, ignore_errors=True)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("unshare") is None or mounted(folder, "size=64k", "true").returncode != 0:
        pytest.skip("this machine lets no user mount a file system of his own")
    return folder


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return write_result(tmp_path / "result", write_png_plate(tmp_path / "plate")).folder


def mounted(folder: Path, options: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command that finds a file system of its own at `folder`."""
    script = f"mount -t tmpfs -o {options} none '{folder}' && exec \"$@\""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
    line = ["unshare", "-Urm", "sh", "-c", script, "sh", *command]
    return subprocess.run(line, capture_output=True, text=True, env=environment, check=False)


def exported(result: Path, disk: Path, options: str, formats: tuple[str, ...]) -> list[dict[str, Any]]:
    """Returns what each export said and left, each into a folder of its own."""
    done = mounted(disk, options, sys.executable, "-c", PROGRAM, str(result), str(disk), *formats)
    assert done.returncode == 0, done.stderr
    lines = [line.removeprefix("ROW ") for line in done.stdout.splitlines() if line.startswith("ROW ")]
    return [json.loads(line) for line in lines]


def test_a_full_disk_is_a_sentence_for_every_kind_of_writer_and_leaves_nothing_half_written(
    result: Path, disk: Path
) -> None:
    formats = tuple(name for name in FORMATS if name not in ("nuke", "labels", "yolo"))  # those fit into anything
    rows = exported(result, disk, "size=8k", formats)
    assert [row["format"] for row in rows] == list(formats)
    for row in rows:
        assert row["code"] == 4, row
        assert "Traceback" not in row["told"]
        assert "disk is full" in row["told"] or "has room" in row["told"], row
        assert set(row["files"]) == set(row["whole"]), row


def test_a_read_only_disk_is_a_sentence_for_every_kind_of_writer(result: Path, disk: Path) -> None:
    for row in exported(result, disk, "size=64k,ro", tuple(FORMATS)):
        assert row["code"] == 4, row
        assert "cannot be written" in row["told"], row
        assert "Traceback" not in row["told"]
