from __future__ import annotations

from pathlib import Path

import pytest

from engine.api.teach import TeachRequest, stale_frames, teach
from engine.api.train import TrainRequest, train
from engine.domain.settings import TrainSettings
from engine.errors import InputError
from engine.jobs import run_to_end
from engine.media.label_png import write_label_png
from engine.profiles import read_profile
from engine.results.folder import ResultReader
from engine.results.review import read_review, write_review
from tests.engine.correct.moving_result import PARTS, write_moving

SHORT = TrainSettings(preset="draft", steps=3, device="cpu")


def test_a_corrected_frame_is_learned_on_from_a_profile_and_all_but_locked_frames_become_stale(tmp_path: Path) -> None:
    reader, truth = write_moving(tmp_path, count=4, missing_lid=False)
    references = tmp_path / "references"
    (references / "images").mkdir(parents=True)
    (references / "images" / "a.png").write_bytes((tmp_path / "plate" / "sh.1001.png").read_bytes())
    write_label_png(references / "masks" / "a.png", truth[1001], PARTS)
    start = tmp_path / "start.safetensors"
    run_to_end(train(TrainRequest(references, start, parts=PARTS, settings=SHORT)))
    write_review(reader.folder, read_review(reader.folder).locking([1004]))
    out = tmp_path / "taught.safetensors"
    request = TeachRequest(reader.folder, (1003,), start, out, references=references, settings=SHORT)
    summary = run_to_end(teach(request))
    assert summary.stale == (1001, 1002)
    assert read_profile(out).digest() != read_profile(start).digest()
    states = {number: row.state for number, row in ResultReader(reader.folder).record.frames.items()}
    assert states == {1001: "stale", 1002: "stale", 1003: "done", 1004: "done"}
    assert stale_frames(reader) == (1001, 1002)
    assert read_review(reader.folder).frames == {1003, 1004}


def test_teaching_asks_for_a_frame_and_for_a_profile_that_is_there(tmp_path: Path) -> None:
    reader, _ = write_moving(tmp_path, count=2)
    with pytest.raises(InputError, match="no frame"):
        TeachRequest(reader.folder, (), tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    with pytest.raises(InputError):
        run_to_end(teach(TeachRequest(reader.folder, (1001,), tmp_path / "no.safetensors", tmp_path / "b.safetensors")))
