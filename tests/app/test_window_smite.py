"""SMITE chosen in the run bar: what it needs is told before the start, and its profiles bring it along."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.domain.labels import Painted
from engine.domain.settings import TrainSettings
from engine.jobs import run_to_end
from engine.profiles import write_profile
from tests.app.window_artist import ScriptedQuestions, add
from tests.engine.smite.footage import PARTS, drawn, reference
from tests.engine.smite.tiny_model import make_tiny_model

WAIT_MS = 120_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)  # saving the tiny model would leave its thread behind


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    from engine.smite.learn import learn
    from engine.smite.settings import LearningSettings

    model = make_tiny_model(tmp_path / "tiny")
    settings = TrainSettings(model=str(model), resolution=64, device="cpu")
    hyper = LearningSettings(steps=4, embedding_steps=4, guidance_scale=1.0)
    path = tmp_path / "disc.safetensors"
    write_profile(path, run_to_end(learn([reference(0), reference(9)], PARTS, settings, hyper=hyper)))
    return path


def open_clip(studio: Studio, qtbot: QtBot, folder: Path) -> None:
    folder.mkdir()
    for number in range(1001, 1009):
        Image.fromarray(drawn(number - 1001)[0]).save(folder / f"shot.{number}.png")
    add(studio, qtbot, [folder])
    studio.core.parts.add_list(list(PARTS.names), "Add parts")
    studio.window.show_workspace("review")


def test_smite_without_weights_is_told_before_the_start_with_what_to_do(
    studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: ScriptedQuestions
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    open_clip(studio, qtbot, tmp_path / "shot")
    bar = studio.review.run_bar
    assert bar.needs.toolTip() == ""
    bar.backbones.setCurrentIndex(bar.backbones.findData("smite"))
    bar.backbones.activated.emit(bar.backbones.currentIndex())
    assert "model manager" in bar.needs.toolTip()
    assert bar.needs.text().startswith("▲")
    bar.run.click()
    assert studio.core.notice.text == studio.review.runs.missing()
    assert [job for job in studio.core.queue.jobs if job.spec.verb == "segment"] == []
    script.answers.append(make_tiny_model(tmp_path / "tiny"))
    next(button for button in studio.core.notice.buttons if "folder" in button.text()).click()
    assert studio.review.runs.missing() == ""
    assert studio.review.runs.choice.settings.model == str(tmp_path / "tiny")
    devices = studio.training.model
    qtbot.waitUntil(lambda: devices.devices is not None, timeout=WAIT_MS)
    is_slow = all(device.name == "cpu" for device in devices.devices or ())
    assert ("CPU" in studio.review.runs.caution()) == ("CPU" in bar.needs.toolTip()) == is_slow
    studio.core.references.show_frame("c1", 1001)
    studio.core.references.replace_labels(Painted(drawn(0)[1]), "Paint")
    prepared = studio.review.runs.prepare(None)
    assert (prepared.request.backbone, prepared.request.profile) == ("smite", None)
    assert "SMITE" in prepared.version.made_by


def test_a_profile_brings_its_backbone_and_quick_can_be_used_instead(
    studio: Studio, qtbot: QtBot, tmp_path: Path, profile: Path
) -> None:
    open_clip(studio, qtbot, tmp_path / "shot")
    runs, bar = studio.review.runs, studio.review.run_bar
    folder = studio.core.profiles.folder
    assert folder is not None
    folder.mkdir()
    own = Path(shutil.copy(profile, folder))
    studio.core.profiles.refresh()
    qtbot.waitUntil(lambda: runs.profiles_of("smite") == (own,))
    assert runs.profiles_of("quick") == ()
    runs.choose_backbone("smite")
    assert runs.choice.profile == own
    assert [bar.profiles.itemData(row) for row in range(bar.profiles.count())] == [None, own]
    shutil.rmtree(tmp_path / "tiny")
    studio.core.commands["run.clip"].trigger()
    assert "tiny" in studio.core.notice.text
    next(button for button in studio.core.notice.buttons if "Quick" in button.text()).click()
    assert (runs.choice.backbone, runs.choice.profile) == ("quick", None)
    own.unlink()
    runs.choose_backbone("smite")
    assert runs.choice.profile is None
