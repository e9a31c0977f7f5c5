"""The whole loop on the real widgets, by either backbone: open a clip, paint two frames, train, run, scrub, export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.workspaces.export import ExportWorkspace
from engine.domain.profile import Backbone
from engine.mattes.options import Output
from engine.media.label_png import read_label_png
from engine.profiles import read_profile
from engine.results.folder import ResultReader
from tests.app.window_artist import ScriptedQuestions, add, drag
from tests.engine.smite.footage import drawn
from tests.engine.smite.tiny_model import make_tiny_model

WAIT_MS = 90_000
FRAMES = range(1001, 1009)
PAINTED = (1001, 1008)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)  # saving the tiny model would leave its thread behind


@pytest.mark.parametrize("backbone", ["quick", "smite"])
def test_a_clip_is_painted_trained_run_scrubbed_and_exported_by_hand(
    studio: Studio, qtbot: QtBot, tmp_path: Path, script: ScriptedQuestions, backbone: Backbone
) -> None:
    paint(studio, qtbot, write_clip(tmp_path / "shot"))
    profile = train(studio, qtbot, script, tmp_path, backbone)
    reader = run(studio, qtbot, backbone, profile)
    scrub(studio, qtbot, reader)
    export(studio, qtbot, script, tmp_path / "out", reader)


def write_clip(folder: Path) -> Path:
    folder.mkdir()
    for number in FRAMES:
        Image.fromarray(drawn(number - FRAMES[0])[0]).save(folder / f"shot.{number}.png")
    return folder


def paint(studio: Studio, qtbot: QtBot, clip: Path) -> None:
    """Opens the clip and paints the middle of its disc on two frames."""
    add(studio, qtbot, [clip])
    studio.core.parts.add_list(["square"], "Add parts")
    canvas = studio.painting.canvas
    for frame in PAINTED:
        studio.core.references.show_frame("c1", frame)
        rows, columns = np.nonzero(drawn(frame - FRAMES[0])[1] == 2)
        canvas.set_brush(replace(canvas.brush, diameter=12))
        for row in range(int(rows.min()) + 6, int(rows.max()) - 4, 6):
            drag(studio, (columns.min() + 6, row), (columns.max() - 5, row))
    assert [reference.frame for reference in studio.core.references.references] == list(PAINTED)


def train(studio: Studio, qtbot: QtBot, script: ScriptedQuestions, tmp_path: Path, backbone: Backbone) -> Path:
    """Trains on both frames and returns the profile."""
    studio.window.show_workspace("train")
    training, model = studio.training, studio.training.model
    choose(training.settings.backbone, backbone)
    training.settings.steps.setValue(12 if backbone == "quick" else 3)
    if backbone == "smite":
        script.answers.append(make_tiny_model(tmp_path / "tiny"))
        press(training.settings.model_folder)
        model.choose(replace(model.choice, settings=replace(model.choice.settings, resolution=64)))
    assert model.missing() == ""
    press(training.bar.start)
    qtbot.waitUntil(lambda: model.phase in ("done", "failed"), timeout=WAIT_MS)
    assert model.phase == "done", model.sentence
    assert model.record is not None
    profile = read_profile(model.record.profile)
    assert (profile.backbone, profile.parts.names) == (backbone, ("square",))
    assert training.strip.list.count() == len(model.checkpoints) > 0
    return model.record.profile


def run(studio: Studio, qtbot: QtBot, backbone: Backbone, profile: Path) -> ResultReader:
    """Segments the clip with the profile, chosen in the run bar; returns what lies on disk."""
    studio.window.show_workspace("review")
    bar, seen = studio.review.run_bar, set[int]()
    choose(bar.backbones, backbone)
    choose(bar.profiles, profile)
    assert studio.review.runs.choice.profile == profile
    studio.core.results.frameChanged.connect(seen.add)
    press(bar.run)
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not studio.core.queue.active, timeout=WAIT_MS)
    outcome = studio.core.queue.jobs[-1].outcome
    assert outcome is not None
    assert outcome.kind == "succeeded", outcome.sentence
    assert seen == set(FRAMES)
    chosen = studio.core.results.chosen
    assert chosen is not None
    assert backbone in chosen.made_by.lower()
    reader = ResultReader(chosen.folder)
    assert {number: row.state for number, row in reader.record.frames.items()} == dict.fromkeys(FRAMES, "done")
    for reference in studio.core.references.references:
        assert reference.frame is not None
        painted = studio.core.document.layer(reference.id).labels
        assert painted.any()
        assert np.array_equal(reader.labels(reference.frame), painted)
        assert np.allclose(reader.scores(reference.frame).values.sum(axis=0), 1, atol=1e-2)
    if backbone == "quick":  # the tiny network has learned nothing that it could find again
        found, truth = reader.labels(1004) == 1, drawn(3)[1] == 2
        assert (found & truth).sum() / (found | truth).sum() > 0.6
    return reader


def scrub(studio: Studio, qtbot: QtBot, reader: ResultReader) -> None:
    """Drags along the timeline; each frame comes with its labels, and the confidence map when it is asked for."""
    view, viewer = studio.review.timeline_panel.view, studio.review.model
    place = next(row for row in view.arrangement.rows if row.lane.name == "result")

    def at(frame: int) -> QPoint:
        x = view.arrangement.header_px + view.scale.middle_of(frame)
        return QPoint(round(x), round(place.top + place.height / 2))

    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(1002))
    for frame in (1003, 1006):
        QTest.mouseMove(view, at(frame))
        assert studio.core.playhead.frame == frame
        qtbot.waitUntil(lambda: viewer.shot.complete, timeout=WAIT_MS)
        layer = viewer.layer("labels", "chosen")
        assert layer is not None
        assert np.array_equal(layer.pixels, reader.labels(frame))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(1006))
    studio.core.commands["frame.next"].trigger()
    assert studio.core.playhead.frame == 1007


def export(studio: Studio, qtbot: QtBot, script: ScriptedQuestions, folder: Path, reader: ResultReader) -> None:
    """Exports mattes and labels with the button; both say the same as the result."""
    studio.window.show_workspace("export")
    workspace = next(w for w in studio.workspaces if isinstance(w, ExportWorkspace))
    folder.mkdir()
    script.answers.append(folder)
    workspace.ask_folder()
    outputs = (Output("png"), Output("labels"))
    workspace.model.set_choice(replace(workspace.model.choice, outputs=outputs))
    press(workspace.export.add)
    qtbot.waitUntil(lambda: [job.spec.verb for job in studio.core.queue.jobs][-1] == "check", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not studio.core.queue.active, timeout=WAIT_MS)
    assert [job.state for job in studio.core.queue.jobs[-2:]] == ["succeeded"] * 2
    # What a tiny network says flickers, and the check says so.
    said = {"quick": "check: fit. ✓", "smite": "not fit for delivery"}[studio.review.runs.choice.backbone]
    assert said in studio.core.notice.text
    mattes = {path.stem.split(".")[-1]: path for path in folder.rglob("square.*.png")}
    labels = {
        path.stem.split(".")[-1]: path for path in folder.rglob("*.png") if "label" in str(path.relative_to(folder))
    }
    assert sorted(mattes) == sorted(labels) == [str(number) for number in FRAMES]
    for number in FRAMES:
        truth = reader.final(number)[1]
        assert np.array_equal(read_label_png(labels[str(number)]), truth)
        matte = np.asarray(Image.open(mattes[str(number)]), np.float32)
        assert ((matte > matte.max() / 2) == (truth == 1)).mean() > 0.97


def press(button: QAbstractButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(box: QComboBox, value: object) -> None:
    """Chooses a row of a list as a click on it does."""
    row = [box.itemData(row) for row in range(box.count())].index(value)
    box.setCurrentIndex(row)
    box.activated.emit(row)
