"""The subject crop through the whole verb: learned on the box, resumed on it, painted frames exact on the plate."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.domain.parts import PartSet
from engine.jobs import Message, run_to_end
from engine.media.label_png import write_label_png
from engine.quick import learn as learning
from engine.results.folder import ResultReader
from tests.engine.quick.disc_clip import texture

PLATE = (1500, 1000)


def _shot(folder: Path) -> tuple[Path, Path, dict[int, np.ndarray]]:
    frames, anchors = folder / "frames", folder / "anchors"
    frames.mkdir()
    anchors.mkdir()
    ground = cv2.resize(texture(500, 750, 0, (90, 120, 90)), PLATE)
    skin = texture(90, 90, 1, (190, 70, 60))
    truth = {}
    for number in range(4):
        image, labels = ground.copy(), np.zeros((PLATE[1], PLATE[0]), np.uint8)
        left = 500 + 4 * number
        image[600:690, left : left + 90] = skin
        labels[600:690, left : left + 90] = 1
        Image.fromarray(image).save(frames / f"s.{number:04d}.png")
        truth[number] = labels
    for number in (0, 3):
        write_label_png(anchors / f"s.{number:04d}.png", truth[number], PartSet.from_names(["patch"]))
    return frames, anchors, truth


def test_a_small_subject_is_learned_and_segmented_on_its_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(learning._STEPS, "standard", 3)
    monkeypatch.setattr(learning, "_SMALL_STEPS", 3)
    frames, anchors, truth = _shot(tmp_path)
    request = SegmentRequest(clip=frames, anchors=anchors, out=tmp_path / "result", cuts="none")
    events = list(segment(request))
    assert any(isinstance(event, Message) and "subject's box" in event.text for event in events)
    result = ResultReader(tmp_path / "result")
    for number in (0, 3):
        assert np.array_equal(result.labels(number), truth[number])
    before = {number: result.labels(number) for number in (1, 2)}
    for number, labels in before.items():
        overlap = ((labels == 1) & (truth[number] == 1)).sum() / ((labels == 1) | (truth[number] == 1)).sum()
        assert overlap > 0.9
    scale = result.scores(1).to_plate.scale_x
    assert scale == 1.0
    (tmp_path / "result" / "labels" / "s.0002.png").unlink()
    run_to_end(segment(request))
    assert np.array_equal(ResultReader(tmp_path / "result").labels(2), before[2])
