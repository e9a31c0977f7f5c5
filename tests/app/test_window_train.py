"""The Train workspace on real widgets with the quick backbone in a real worker process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.jobs.spec import WORKER_LOST, JobSpec, Outcome
from app.model.training import TrainingModel
from engine.api.library import list_profiles
from engine.api.train import TrainRequest
from engine.domain.labels import Painted
from engine.domain.settings import TrainSettings
from engine.profiles import read_profile
from engine.project_io.importing import ClipMasks
from engine.project_io.training_runs import training_records
from engine.quick import learn as quick_learn
from engine.smite.presets import learning_settings
from tests.app.window_artist import ScriptedQuestions
from tests.engine.quick.disc_clip import moving_disc
from tests.engine.smite.tiny_model import make_tiny_model

WAIT_MS = 240_000


@pytest.fixture
def painted(studio: Studio, tmp_path: Path) -> Studio:
    """A project with a clip of five frames, of which three are painted (not saved) and the middle one is held out."""
    clip, truth = moving_disc(range(101, 106))
    folder = tmp_path / "shot"
    folder.mkdir()
    for number in clip.numbers:
        Image.fromarray(clip.read(number)).save(folder / f"shot.{number}.png")
    studio.project_actions.new()
    references = studio.core.references
    masks = {number: Painted(truth[number]) for number in (101, 103, 105)}
    references.add_masks(references.add_clip(folder, "Add clip"), ClipMasks(masks, ("disc", "lid")), "Masks")
    references.set_holdout(references.references[1].id, "Hold out", holdout=True)
    studio.window.show_workspace("train")
    model(studio).choose(replace(model(studio).choice, settings=replace(model(studio).choice.settings, steps=12)))
    return studio


def model(studio: Studio) -> TrainingModel:
    return studio.training.model


def trained(studio: Studio, qtbot: QtBot) -> None:
    studio.core.commands["train.start"].trigger()
    qtbot.waitUntil(lambda: not model(studio).busy and model(studio).phase != "idle", timeout=WAIT_MS)
    assert model(studio).phase == "done", model(studio).sentence


def test_unsaved_paint_becomes_a_profile_that_is_watched_and_chosen(painted: Studio, qtbot: QtBot) -> None:
    studio = painted
    assert studio.core.document.unsaved
    trained(studio, qtbot)
    shown, folder = model(studio), studio.core.profiles.folder
    assert folder is not None
    assert len(shown.losses) == 12
    assert shown.checkpoints[-1].step == 12
    assert all(kept.preview is not None for kept in shown.checkpoints)
    assert [name for name, _, _ in studio.training.bars_of_parts.rows()] == ["disc", "lid"]
    assert all(path is not None and path.is_file() for _, path in studio.training.preview.pictures())
    assert studio.training.strip.list.count() == len(shown.checkpoints)
    qtbot.waitUntil(lambda: bool(studio.core.profiles.entries))
    assert [card.path for card in list_profiles(folder).cards] == [studio.core.profiles.chosen]
    assert studio.training.actions.estimated() is not None


def test_painting_more_marks_the_profile_as_stale_and_taking_it_back_does_not(
    painted: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    studio, bar = painted, painted.training.bar
    trained(studio, qtbot)
    assert not model(studio).stale
    studio.window.show_workspace("references")
    studio.core.references.show_frame("c1", 101)
    layer = studio.core.references.layer
    assert layer is not None
    labels = layer.labels.copy()
    labels[:8, :8] = 1
    studio.core.references.replace_labels(Painted(labels), "Paint")
    studio.window.show_workspace("train")
    assert model(studio).stale
    assert "References have changed" in bar.status.text()
    record = model(studio).record
    assert record is not None
    assert record.profile.is_file()
    studio.window.show_workspace("references")
    studio.core.commands["edit.undo"].trigger()
    assert not model(studio).stale
    script = studio.core.questions
    assert isinstance(script, ScriptedQuestions)
    for redo in (False, True):
        if redo:
            studio.core.references.show_frame("c1", 101)
            studio.core.references.replace_labels(Painted(labels), "Paint")
            studio.project_actions.save()
        else:
            script.answers.append(tmp_path / "saved")
            studio.core.commands["project.save_as"].trigger()
        studio.project_actions.close()
        studio.project_actions.open(tmp_path / "saved")
        assert model(studio).stale == redo


def test_a_checkpoint_is_chosen_by_eye(painted: Studio, qtbot: QtBot) -> None:
    studio = painted
    trained(studio, qtbot)
    studio.training.strip.list.setCurrentRow(2)
    looked_at = model(studio).checkpoint
    assert looked_at is not None
    assert looked_at is model(studio).checkpoints[2]
    studio.core.commands["train.use"].trigger()
    record = model(studio).record
    assert record is not None
    assert read_profile(record.profile).digest() == read_profile(looked_at.profile).digest()


def test_stopping_keeps_the_best_and_going_on_ends_where_an_unbroken_run_does(painted: Studio, qtbot: QtBot) -> None:
    studio = painted
    shown = model(studio)
    shown.choose(replace(shown.choice, settings=replace(shown.choice.settings, steps=60)))
    studio.core.commands["train.start"].trigger()
    qtbot.waitUntil(lambda: bool(shown.checkpoints), timeout=WAIT_MS)
    studio.core.commands["train.stop"].trigger()
    qtbot.waitUntil(lambda: not shown.busy, timeout=WAIT_MS)
    assert shown.phase == "stopped"
    assert "best so far is kept" in shown.sentence
    done = shown.checkpoints[-1].step
    assert studio.training.bar.resume.isVisible()
    studio.core.commands["train.resume"].trigger()
    qtbot.waitUntil(lambda: not shown.busy, timeout=WAIT_MS)
    assert shown.phase == "done"
    assert len(shown.losses) == 60
    assert done < 60
    assert len(training_records(studio.core.session.path)) == 1  # type: ignore[arg-type]


def test_a_run_that_was_cut_off_is_offered_again(painted: Studio, qtbot: QtBot) -> None:
    studio = painted
    trained(studio, qtbot)
    path, record = studio.core.session.path, model(studio).record
    assert path is not None
    assert record is not None
    table = record.folder / "run.json"
    table.write_text(table.read_text().replace('"done"', '"begun"'))
    studio.training.model._on_opened()
    studio.training.actions.offer_resume()
    assert "was cut off after step 12" in studio.core.notice.text


def test_what_is_missing_is_told_before_the_start(studio: Studio, qtbot: QtBot) -> None:
    studio.project_actions.new()
    studio.window.show_workspace("train")
    assert "no parts yet" in model(studio).missing()
    studio.core.commands["train.start"].trigger()
    assert model(studio).phase == "idle"
    assert "no parts yet" in studio.core.notice.text


def test_smite_without_weights_says_how_to_get_them(
    painted: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.models.places.models_folder", lambda: tmp_path / "models")
    model(painted).choose(replace(model(painted).choice, backbone="smite"))
    assert "model manager" in painted.training.settings.needs.text()
    assert not painted.training.settings.model_folder.isHidden()


def test_without_earlier_runs_the_estimate_is_unknown(painted: Studio) -> None:
    assert painted.training.actions.estimated() is None
    assert "unknown until the first run" in painted.training.settings.estimate.text()


def test_holding_out_in_the_list_reaches_the_project(painted: Studio, qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt

    item = painted.training.taking_part.list.topLevelItem(0)
    assert item is not None
    item.setCheckState(1, Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: painted.core.references.references[0].holdout)


def test_the_library_duplicates_deletes_and_brings_back(painted: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio, profiles = painted, painted.core.profiles
    trained(studio, qtbot)
    qtbot.waitUntil(lambda: len(profiles.entries) == 1)
    path = profiles.entries[0].card.path
    actions = studio.training.library
    actions.do("duplicate", path)
    qtbot.waitUntil(lambda: len(profiles.entries) == 2)
    script = studio.core.questions
    assert isinstance(script, ScriptedQuestions)
    script.answers.append(tmp_path / "sent" / "disc")
    actions.do("export", path)
    assert (tmp_path / "sent" / "disc.safetensors").is_file()
    actions.do("delete", path)
    qtbot.waitUntil(lambda: len(profiles.entries) == 1)
    (tmp_path / "bad.safetensors").write_bytes(b"\x80\x04pickle")
    script.answers.append([tmp_path / "bad.safetensors"])
    actions.bring()
    assert "is no SMITE Studio profile" in studio.core.notice.text
    actions.open()
    qtbot.waitUntil(lambda: actions.dialogue is not None and actions.dialogue.list.topLevelItemCount() == 1)


def test_the_library_shows_the_profile_applied_to_the_clip(painted: Studio, qtbot: QtBot) -> None:
    trained(painted, qtbot)
    chosen = painted.core.profiles.chosen
    assert chosen is not None
    qtbot.waitUntil(lambda: painted.core.profiles.entry(chosen) is not None)
    painted.training.library.do("apply", chosen)
    assert painted.review.runs.choice.profile == chosen
    assert painted.window.workspace == "review"


def test_the_usual_steps_are_those_of_the_backbones(painted: Studio) -> None:
    shown = model(painted)
    for preset in ("draft", "standard", "best"):
        shown.with_preset(preset)  # type: ignore[arg-type]
        assert shown.usual_steps() == quick_learn._STEPS[preset]  # type: ignore[index]
        shown.choose(replace(shown.choice, backbone="smite"))
        learned = sum(not reference.holdout for reference in shown.painted())
        assert shown.usual_steps() == learning_settings(shown.choice.settings, num_references=learned).steps
        shown.choose(replace(shown.choice, backbone="quick"))


def test_steps_of_one_backbone_are_not_those_of_the_other(painted: Studio) -> None:
    settings = painted.training.settings
    assert model(painted).choice.settings.steps == 12
    settings.backbone.setCurrentIndex(settings.backbone.findData("smite"))
    assert model(painted).choice.settings.steps is None
    assert settings.steps.value() == 0


def test_damaged_run_tables_are_left_out(painted: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "project" / "training" / "x"
    folder.mkdir(parents=True)
    for text in ("", "[]", '{"name": "../x", "backbone": "quick", "state": "begun", "settings": {}}'):
        (folder / "run.json").write_text(text)
        assert training_records(tmp_path / "project") == ()


def test_previews_are_drawn_on_the_chosen_frame(painted: Studio, qtbot: QtBot) -> None:
    painted.core.references.show_frame(painted.core.references.clips[0].id, 104)
    model(painted).choose(replace(model(painted).choice, watched="frame"))
    trained(painted, qtbot)
    record = model(painted).record
    assert record is not None
    plate = np.array(Image.open(record.folder / "plate.png"))
    wanted = np.array(Image.open(painted.core.references.clips[0].path / "shot.104.png").convert("RGB"))
    assert np.array_equal(plate, wanted)


def test_smite_learns_in_the_window_with_a_model_folder(
    painted: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tqdm.std.tqdm.monitor_interval", 0)  # making the model would leave its thread behind
    folder = make_tiny_model(tmp_path / "model")
    settings = TrainSettings(steps=2, resolution=64, device="cpu", model=str(folder))
    model(painted).choose(replace(model(painted).choice, backbone="smite", settings=settings))
    assert model(painted).missing() == ""
    trained(painted, qtbot)
    record = model(painted).record
    assert record is not None
    profile = read_profile(record.profile)
    assert (profile.backbone, profile.parts.names) == ("smite", ("disc", "lid"))
    assert [kept.step for kept in model(painted).checkpoints] == [1, 2]
    assert all(kept.score is not None and kept.preview is not None for kept in model(painted).checkpoints)


def test_full_memory_offers_smaller_pictures_and_the_cpu_and_a_lost_worker_to_go_on(
    painted: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, notice, shown, sent = painted.core.queue, painted.core.notice, model(painted), list[JobSpec]()

    def take(spec: JobSpec) -> str:
        sent.append(spec)
        return f"t{len(sent)}"

    def fail(error: str) -> list[str]:
        outcome = Outcome("failed", sentence="No room.", details="x", error=error)
        queue.finished.emit(f"t{len(sent)}", outcome)
        assert notice.text.startswith("No room.")
        return [button.text() for button in notice.buttons]

    def click(title: str) -> TrainRequest:
        count = len(sent)
        next(button for button in notice.buttons if button.text() == title).click()
        qtbot.waitUntil(lambda: len(sent) > count, timeout=WAIT_MS)
        request = sent[-1].request
        assert isinstance(request, TrainRequest)
        return request

    monkeypatch.setattr(queue, "submit", take)
    settings = TrainSettings(steps=2, resolution=512, model=str(tmp_path))
    shown.choose(replace(shown.choice, backbone="smite", settings=settings))
    painted.core.commands["train.start"].trigger()
    qtbot.waitUntil(lambda: len(sent) == 1, timeout=WAIT_MS)
    first = sent[0].request
    assert fail("MemoryLimitError") == ["Learn at 384 px", "Go on on the CPU", "Details…"]
    on_cpu = click("Go on on the CPU")
    assert (on_cpu.run, on_cpu.settings) == (first.run, replace(settings, device="cpu"))
    assert fail("MemoryLimitError") == ["Learn at 384 px", "Details…"]
    smaller = click("Learn at 384 px")
    assert smaller.run != first.run
    assert smaller.settings.resolution == 384
    assert fail(WORKER_LOST) == ["Go on", "Details…"]
    assert click("Go on").run == smaller.run
