from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.playback.small_clip import write_clip, write_result


@pytest.fixture
def clip_folder(tmp_path: Path) -> Path:
    """20 frames from 101."""
    return write_clip(tmp_path / "clip", range(101, 121))


@pytest.fixture
def result_folder(tmp_path: Path) -> Path:
    return write_result(tmp_path / "v001", range(101, 121))
