from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.api.clip_cuts import cuts_of
from engine.jobs import run_to_end
from engine.media import open_clip
from engine.media.cuts import find_cuts
from tests.engine.cli.small_clip import textured


class TwoShots:
    """Twelve frames of two textures; it counts what is read."""

    def __init__(self, folder: Path) -> None:
        from PIL import Image

        folder.mkdir(exist_ok=True)
        rng = np.random.default_rng(3)
        shots = [textured(rng, (48, 64), 60), textured(rng, (48, 64), 190)]
        for index in range(12):
            Image.fromarray(shots[index // 6]).save(folder / f"s.{1001 + index}.png")
        self._clip = open_clip(folder)
        self.info, self.numbers, self.reads = self._clip.info, self._clip.numbers, 0

    def read(self, number: int) -> NDArray[np.uint8]:
        self.reads += 1
        return self._clip.read(number)

    def stem(self, number: int) -> str:
        return self._clip.stem(number)

    def close(self) -> None:
        self._clip.close()


def test_cuts_are_those_that_are_found_and_are_looked_for_once(tmp_path: Path) -> None:
    clip = TwoShots(tmp_path / "clip")
    expected = run_to_end(find_cuts(clip, clip.numbers))
    assert expected == (1007,)
    clip.reads = 0
    assert run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache")) == expected
    assert clip.reads == 12
    assert run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache")) == expected
    assert clip.reads == 12
    assert run_to_end(cuts_of(clip, clip.numbers, None)) == expected
    assert clip.reads == 24
    clip.close()


def test_other_frames_or_another_clip_are_looked_at_anew(tmp_path: Path) -> None:
    clip = TwoShots(tmp_path / "clip")
    run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache"))
    assert run_to_end(cuts_of(clip, clip.numbers[:4], tmp_path / "cache")) == ()
    clip.info = replace(clip.info, content_id="another")
    clip.reads = 0
    assert run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache")) == (1007,)
    assert clip.reads == 12
    clip.close()


@pytest.mark.parametrize("text", ["", "{}", "[5000]", '["1007"]'])
def test_a_damaged_cache_costs_a_second_look(tmp_path: Path, text: str) -> None:
    clip = TwoShots(tmp_path / "clip")
    run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache"))
    (kept,) = (tmp_path / "cache/cuts").iterdir()
    kept.write_text(text)
    assert run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache")) == (1007,)
    clip.close()


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    clip = TwoShots(tmp_path / "clip")
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert run_to_end(cuts_of(clip, clip.numbers, tmp_path / "cache")) == (1007,)
    clip.close()
