from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from engine.domain.parts import PartSet
from engine.mattes.coco import CocoWriter, rle_text
from engine.mattes.layers import layers_of
from engine.mattes.options import LayerChoice
from engine.mattes.shot import ExportFrame
from engine.mattes.yolo import YoloWriter, data_yaml, outlines
from tests.engine.mattes.small_result import FRAMES, HEIGHT, PARTS, WIDTH
from tests.engine.mattes.writing import LAYERS, SHOT, WITH_BACKGROUND, frame_of, hard_stack

masks = arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@given(masks)
def test_run_lengths_are_those_of_pycocotools(mask: np.ndarray) -> None:
    wanted = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
    assert rle_text(mask) == wanted


def test_long_runs_are_those_of_pycocotools_too() -> None:
    mask = np.zeros((1080, 1920), bool)
    mask[100:900, 300:1500] = True
    mask[200:300, 400:420] = False
    assert rle_text(mask) == coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # pycocotools 2.0.11 with NumPy 2
def test_pycocotools_reads_every_mask_box_and_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.json"
    with CocoWriter(path, SHOT, WITH_BACKGROUND) as coco:
        for number in FRAMES:
            coco.add(frame_of(number))
    read = COCO(str(path))
    assert [row["name"] for row in read.loadCats(read.getCatIds())] == list(PARTS.names)
    assert [row["frame"] for row in read.loadImgs(read.getImgIds())] == list(FRAMES)
    assert read.loadImgs([1])[0]["file_name"] == "images/sh010.1001.png"
    for image_id, number in enumerate(FRAMES, start=1):
        labels = frame_of(number).mattes.labels
        found = read.loadAnns(read.getAnnIds(imgIds=[image_id]))
        assert [row["category_id"] for row in found] == [1, 2]
        for row in found:
            mask = read.annToMask(row).astype(bool)
            assert (mask == (labels == row["category_id"])).all()
            assert row["area"] == mask.sum()
            assert row["bbox"] == coco_mask.toBbox(row["segmentation"]).tolist()
    assert "index created" in capsys.readouterr().out  # the library's own chatter


def test_a_coco_file_that_stops_in_its_middle_is_not_written(tmp_path: Path) -> None:
    def stopping() -> None:
        with CocoWriter(tmp_path / "c.json", SHOT, LAYERS) as coco:
            coco.add(frame_of(1001))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopping()
    assert not list(tmp_path.iterdir())


def filled(text: str, hw: tuple[int, int], label: int) -> np.ndarray:
    """Returns the mask that a YOLO text draws for one class."""
    mask = np.zeros(hw, np.uint8)
    for line in text.splitlines():
        index, *points = line.split()
        if int(index) == label:
            xy = np.array(points, float).reshape(-1, 2) * (hw[1], hw[0])
            cv2.fillPoly(mask, [np.rint(xy).astype(np.int32)], 1)
    return mask.astype(bool)


def test_yolo_outlines_fill_to_the_masks_with_their_holes(tmp_path: Path) -> None:
    labels = np.zeros((90, 160), np.uint8)
    cv2.circle(labels, (50, 45), 30, 1, -1)
    cv2.circle(labels, (50, 45), 12, 0, -1)
    cv2.circle(labels, (36, 30), 4, 0, -1)
    cv2.rectangle(labels, (110, 10), (150, 80), 2, -1)
    cv2.rectangle(labels, (2, 2), (12, 9), 2, -1)
    labels[85, 100] = 1  # a speck without area
    YoloWriter().write(tmp_path / "x.txt", ExportFrame(1, 1, hard_stack(labels), None), WITH_BACKGROUND)
    text = (tmp_path / "x.txt").read_text()
    assert sorted(line.split()[0] for line in text.splitlines()) == ["0", "1", "1"]
    labels[85, 100] = 0
    assert (filled(text, labels.shape, 1) == (labels == 2)).all()
    ring = labels == 1
    found = filled(text, labels.shape, 0)
    assert (found & ring).sum() == ring.sum()
    assert (found & ~ring).sum() <= 0.02 * ring.sum()  # the cuts to the holes


@given(masks)
def test_outlines_never_lose_a_piece_that_has_area(mask: np.ndarray) -> None:
    drawn = np.zeros(mask.shape, np.uint8)
    for outline in outlines(mask):
        cv2.fillPoly(drawn, [outline.astype(np.int32)], 1)
    count, pieces, sizes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    for piece in range(1, count):
        box = sizes[piece]
        if box[cv2.CC_STAT_WIDTH] > 2 and box[cv2.CC_STAT_HEIGHT] > 2:
            assert drawn[pieces == piece].all()


def test_a_frame_without_parts_has_an_empty_text_and_the_yaml_names_the_classes(tmp_path: Path) -> None:
    empty = hard_stack(np.zeros((HEIGHT, WIDTH), np.uint8))
    YoloWriter().write(tmp_path / "x.txt", ExportFrame(1, 1, empty, None), LAYERS)
    assert (tmp_path / "x.txt").read_text() == ""
    parts = PartSet.from_names(['say "hi": ä', "no"])
    lines = data_yaml(layers_of(parts, LayerChoice(background=True))).splitlines()
    assert lines[:4] == ["path: .", "train: images", "val: images", "names:"]
    names = {int(index): json.loads(name) for index, name in (line.split(": ", 1) for line in lines[4:])}
    assert names == {0: 'say "hi": ä', 1: "no"}
