from __future__ import annotations

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.timeline.model import TimelineModel
from app.timeline.pictures import FramePictures
from app.timeline.sources import TimelineSources
from app.timeline.view import TimelineView
from engine.domain.parts import Part, PartSet
from engine.domain.scores import FrameScores, PlateMap
from engine.results.folder import ResultWriter
from tests.app.window_artist import add

PARTS = PartSet((Part.named(1, "body"),))
FACTS = {"name": "shot", "width": 160, "height": 120, "cuts": [1006]}


def scores(frame: int, confidence: float) -> FrameScores:
    values = np.zeros((2, 12, 16), np.float32)
    values[1] = 1
    return FrameScores(frame, values, (1,), PlateMap(10, 10, 0, 0), (confidence,), "Carried by flow.", "done")


def test_the_timeline_follows_a_run_into_a_project_of_the_window(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    add(studio, qtbot, [clip])
    core = studio.core
    assert core.playhead.clip_id == "c1"
    model = TimelineModel(TimelineSources(core.playhead, core.references, core.results))
    assert model.data.axis.numbers.tolist() == list(range(1001, 1013))
    version = core.results.begin("c1", "quick draft", "these strokes")
    stems = {n: f"shot.{n}" for n in range(1001, 1013)}
    writer = ResultWriter.open(version.folder, fingerprint={}, parts=PARTS, clip=FACTS, stems=stems)
    for frame, confidence in ((1003, 0.5), (1004, 0.75)):
        writer.write(stems[frame], scores(frame, confidence), np.ones((120, 160), np.uint8))
        core.results.note_frame(version.folder, frame, "done")
    model.catch_up()
    assert [model.data.state(n) for n in (1002, 1003, 1004)] == ["none", "done", "done"]
    writer.set_flicker(1004, {"body": 0.25})
    writer.save()
    core.results.read_record()
    model.catch_up()
    data = model.data
    assert data.confidence[0, 2:4].tolist() == [0.5, 0.75]
    assert data.flicker[0, 3] == np.float32(0.25)
    assert data.cuts == (1006,)
    assert [(place.frame, place.badness) for place in data.worst()] == [(1003, 0.5)]
    core.results.set_stale_rule(lambda _version: True)
    model.catch_up()
    assert [model.data.state(n) for n in (1002, 1003, 1004)] == ["none", "stale", "stale"]


def test_references_of_the_window_are_diamonds_and_go_with_undo(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    add(studio, qtbot, [clip])
    core = studio.core
    model = TimelineModel(TimelineSources(core.playhead, core.references, core.results))
    core.commands["reference.toggle"].trigger()
    assert model.data.anchors == {1001}
    core.references.set_holdout(core.references.references[0].id, "Hold out", holdout=True)
    assert (model.data.anchors, model.data.holdouts) == (frozenset(), {1001})
    core.document.undo()
    core.document.undo()
    assert (model.data.anchors, model.data.holdouts) == (frozenset(), frozenset())


def test_lanes_without_a_source_are_left_out(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    add(studio, qtbot, [clip])
    core = studio.core
    pictures = FramePictures()
    view = TimelineView(TimelineModel(TimelineSources(core.playhead, core.references, core.results)), pictures)
    qtbot.addWidget(view)
    view.resize(700, 300)
    names = [row.lane.name for row in view.arrangement.rows]
    assert names == ["ruler", "thumbnails", "references", "result", "stability"]
    view.shut_down()
