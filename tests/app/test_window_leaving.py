"""Leaving while work is under way: by closing the window or the project, by saving elsewhere, and by being killed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.workspaces.export import ExportWorkspace
from engine.domain.labels import Painted
from engine.jobs import Progress, TrainStep
from engine.mattes.options import Output
from engine.profiles import read_profile
from engine.project_io.importing import ClipMasks
from engine.project_io.training_runs import training_records
from tests.app.killed_window import TRAIN_STEPS, work_and_be_killed
from tests.app.window_artist import ScriptedQuestions, add, end, make_studio
from tests.engine.mattes.small_result import write_png_plate, write_result
from tests.engine.quick.disc_clip import moving_disc

WAIT_MS = 240_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def project(studio: Studio, tmp_path: Path, script: ScriptedQuestions) -> Path:
    """A saved and open project with a clip of five frames, three of them painted."""
    clip, truth = moving_disc(range(101, 106))
    folder = tmp_path / "shot"
    folder.mkdir()
    for number in clip.numbers:
        Image.fromarray(clip.read(number)).save(folder / f"shot.{number}.png")
    studio.project_actions.new()
    references = studio.core.references
    masks = {number: Painted(truth[number]) for number in (101, 103, 105)}
    references.add_masks(references.add_clip(folder, "Add clip"), ClipMasks(masks, ("disc", "lid")), "Masks")
    script.answers.append(tmp_path / "saved")
    studio.project_actions.save_as()
    return tmp_path / "saved"


def start_training(studio: Studio, qtbot: QtBot, steps: int = TRAIN_STEPS) -> None:
    """Starts training and waits until something is learned."""
    model = studio.training.model
    model.choose(replace(model.choice, settings=replace(model.choice.settings, steps=steps)))
    studio.core.commands["train.start"].trigger()
    qtbot.waitUntil(lambda: len(model.losses) > 2, timeout=WAIT_MS)


def click(studio: Studio, title: str) -> None:
    next(button for button in studio.core.notice.buttons if button.text() == title).click()


def learned(studio: Studio, qtbot: QtBot) -> list[float]:
    """Waits until training has ended well; returns its losses."""
    model = studio.training.model
    qtbot.waitUntil(lambda: model.phase in ("done", "failed"), timeout=WAIT_MS)
    assert model.phase == "done", model.sentence
    assert model.record is not None
    assert read_profile(model.record.profile).training["steps"] == len(model.losses)
    return model.losses


def test_training_that_the_window_was_closed_on_is_saved_and_goes_on_when_the_project_is_opened(
    qtbot: QtBot, tmp_path: Path, studio: Studio, project: Path
) -> None:
    start_training(studio, qtbot)
    process = studio.core.queue.process_id("heavy")
    assert process is not None
    assert studio.window.close()
    assert studio.core.queue.active == ()
    assert studio.core.queue.process_id("heavy") is None
    (record,) = training_records(project)
    assert record.state == "begun"
    other = make_studio(tmp_path / "other")
    other.window.show()
    other.project_actions.open(project)
    assert "was cut off" in other.core.notice.text
    goes_on_at: list[int] = []
    other.core.queue.told.connect(lambda _, e: goes_on_at.append(e.step) if isinstance(e, TrainStep) else None)
    click(other, "Go on")
    assert len(learned(other, qtbot)) == TRAIN_STEPS
    assert goes_on_at[0] > 2
    end(other)


def test_training_moves_along_when_the_project_is_saved_elsewhere(
    qtbot: QtBot, tmp_path: Path, studio: Studio, project: Path, script: ScriptedQuestions
) -> None:
    start_training(studio, qtbot, 40)
    script.answers.append(tmp_path / "elsewhere")
    studio.core.commands["project.save_as"].trigger()
    assert len(learned(studio, qtbot)) == 40
    record = studio.training.model.record
    assert record is not None
    assert record.folder.is_relative_to(tmp_path / "elsewhere")
    assert not list((project / "profiles").glob("*"))


@pytest.mark.skipif(sys.platform != "linux", reason="kills a process and looks for its child")
def test_training_of_a_killed_window_is_offered_and_goes_on_from_its_last_checkpoint(
    qtbot: QtBot, tmp_path: Path, studio: Studio, project: Path
) -> None:
    studio.project_actions.close()
    (tmp_path / "other").mkdir()
    work_and_be_killed(tmp_path / "other", project, "train")
    studio.project_actions.open(project)
    (record,) = training_records(project)
    first = studio.training.model.checkpoints[0]
    before = first.profile.stat().st_mtime_ns
    assert f"was cut off after step {studio.training.model.checkpoints[-1].step}" in studio.core.notice.text
    click(studio, "Go on")
    assert len(learned(studio, qtbot)) == TRAIN_STEPS
    assert first.profile.stat().st_mtime_ns == before
    assert [r.state for r in training_records(project)] == ["done"]
    assert record.profile.is_file()


def test_an_export_ends_with_its_project_leaves_whole_files_and_goes_on_later(
    qtbot: QtBot, tmp_path: Path, studio: Studio, script: ScriptedQuestions
) -> None:
    frames = range(1001, 1041)
    plate = write_png_plate(tmp_path / "sh010", frames=frames)
    add(studio, qtbot, [plate])
    script.answers.append(tmp_path / "saved")
    studio.project_actions.save_as()
    write_result(studio.core.results.begin("c1", "test", "").folder, plate, frames=frames)
    studio.core.results.choose("v001")
    workspace = next(w for w in studio.workspaces if isinstance(w, ExportWorkspace))
    choice = replace(workspace.model.choice, folder=tmp_path / "out", outputs=(Output("png"),), check=False)
    workspace.model.set_choice(choice)
    workspace.add_to_queue()
    with qtbot.waitSignal(
        studio.core.queue.told, timeout=WAIT_MS, check_params_cb=lambda _, e: isinstance(e, Progress) and e.done > 0
    ):
        pass
    assert studio.project_actions.close()
    assert [job.state for job in studio.core.queue.jobs] == ["cancelled"]
    assert studio.core.queue.process_id("heavy") is None
    assert not list((tmp_path / "out").rglob(".*.part*"))
    assert len(list((tmp_path / "out").rglob("wheel.*.png"))) < len(frames)
    studio.project_actions.open(tmp_path / "saved")
    studio.core.playhead.set_clip("c1", tuple(frames))
    workspace.model.set_choice(choice)
    workspace.add_to_queue()
    qtbot.waitUntil(lambda: not studio.core.queue.active, timeout=WAIT_MS)
    outcome = studio.core.queue.jobs[-1].outcome
    assert outcome is not None
    assert outcome.kind == "succeeded", outcome.sentence
    numbers = {int(path.stem.split(".")[-1]) for path in (tmp_path / "out").rglob("wheel.*.png")}
    assert numbers == set(frames)
