from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import OpenEXR
import pytest

from engine.mattes.exr_file import Channel, ExrHeader, ExrPart, write_exr
from engine.mattes.exr_whole import is_whole
from engine.mattes.options import Compression
from engine.media.exr_plate import Window

WINDOW = Window(-3, 5, 21, 70)


def written(path: Path, compression: str, num_parts: int) -> Path:
    values = np.random.default_rng(0).random((WINDOW.height, WINDOW.width)).astype(np.float32)
    parts = [ExrPart(f"p{index}", (Channel(f"p{index}.A", "half", values),)) for index in range(num_parts)]
    write_exr(path, ExrHeader(WINDOW, WINDOW, (), compression), parts)
    return path


@pytest.mark.parametrize("compression", get_args(Compression))
@pytest.mark.parametrize("num_parts", [1, 3])
def test_a_file_is_whole_and_without_its_last_byte_or_its_tables_it_is_not(
    tmp_path: Path, compression: str, num_parts: int
) -> None:
    path = written(tmp_path / "m.exr", compression, num_parts)
    assert is_whole(path)
    data = path.read_bytes()
    for size in (len(data) - 1, len(data) // 2, 100, 9, 0):
        path.write_bytes(data[:size])
        assert not is_whole(path), size
    path.write_bytes(data + b"\0")
    assert not is_whole(path)


def test_files_of_the_openexr_library_are_whole_too(tmp_path: Path) -> None:
    pixels = np.zeros((40, 30, 3), np.float16)
    header = {"compression": OpenEXR.PIZ_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"RGB": pixels}).write(str(tmp_path / "o.exr"))
    assert is_whole(tmp_path / "o.exr")
    assert not is_whole(tmp_path / "none.exr")
    (tmp_path / "text.exr").write_text("no EXR at all, but long enough to be read")
    assert not is_whole(tmp_path / "text.exr")
