"""The model manager in the whole window, against a hub on this machine, through real workers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.models_window.model import Row
from app.models_window.window import ModelsWindow
from engine.models import LicenceBook, models_folder
from engine.models.places import SEARCH_VARIABLE
from engine.models.transfer import PART_ENDING
from tests.app.window_artist import ScriptedQuestions
from tests.engine.models.fake_hub import FakeHub, tiny_diffusion

NAME = "someone/tiny-diffusion"
FILES = tiny_diffusion(12_000_000)
WAIT_MS = 60_000


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub that window and workers ask, and a user who has nothing yet."""
    with FakeHub(NAME, FILES) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.endpoint)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
        monkeypatch.delenv(SEARCH_VARIABLE, raising=False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield running


@pytest.fixture
def manager(hub: FakeHub, studio: Studio, qtbot: QtBot) -> ModelsWindow:
    """The manager, opened by its command, with the disks looked at."""
    studio.core.commands["window.models"].trigger()
    window = studio.models.window
    assert window is not None
    qtbot.waitUntil(lambda: window.list.topLevelItemCount() == 5)
    return window


def row(studio: Studio, name: str = NAME) -> Row:
    found = studio.models.model.row(name)
    assert found is not None
    return found


def texts(window: ModelsWindow, name: str) -> list[str]:
    window.choose(name)
    item = window.list.currentItem()
    assert item is not None
    return [item.text(column) for column in range(5)]


def press(button: QPushButton) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def looked_up(window: ModelsWindow, studio: Studio, qtbot: QtBot) -> None:
    window.other.setText(NAME)
    press(window.look)
    qtbot.waitUntil(lambda: (r := studio.models.model.row(NAME)) is not None and bool(r.stated), timeout=WAIT_MS)
    window.choose(NAME)


def test_the_list_says_what_is_needed_why_how_large_and_under_which_licence(
    manager: ModelsWindow, hub: FakeHub, studio: Studio
) -> None:
    assert texts(manager, "sd21-base") == [
        "Stable Diffusion 2.1 base",
        "SMITE backbone",
        "5.2 GB",
        "not here",
        "CreativeML Open RAIL++-M · to be accepted",
    ]
    assert texts(manager, "cotracker3")[4] == "CC BY-NC 4.0: not for paid work · to be accepted"
    assert "NOT for commercial work: no paid shot" in manager.details.licence.text()
    assert "creativecommons.org" in manager.details.licence.text()
    assert not manager.details.get.isEnabled()
    assert "Accept the licence first" in manager.details.get.toolTip()
    assert hub.downloads == []
    assert studio.core.queue.jobs == ()


def test_an_acceptance_is_kept_and_taken_back(manager: ModelsWindow, studio: Studio) -> None:
    manager.choose("cotracker3")
    manager.details.accept.click()
    assert manager.details.get.isEnabled()
    book = LicenceBook.of_user()
    entry = row(studio, "cotracker3").status.entry
    assert entry is not None
    assert book.state("cotracker3", entry.licence) == "accepted"
    assert texts(manager, "cotracker3")[4].endswith("· accepted")
    manager.details.accept.click()
    assert book.state("cotracker3", entry.licence) == "open"


def test_a_model_is_looked_up_accepted_paused_stopped_resumed_checked_and_removed(
    manager: ModelsWindow, hub: FakeHub, studio: Studio, qtbot: QtBot
) -> None:
    details = manager.details
    looked_up(manager, studio, qtbot)
    assert texts(manager, NAME)[2:] == ["12 MB", "not here", "openrail++ · to be accepted"]
    assert hub.downloads == []

    details.accept.click()
    hub.mood.pause_s = 0.05
    press(details.get)
    qtbot.waitUntil(
        lambda: "downloading" in texts(manager, NAME)[3] and "%" in texts(manager, NAME)[3], timeout=WAIT_MS
    )
    assert details.progress.isVisible()
    press(details.pause)
    qtbot.waitUntil(lambda: texts(manager, NAME)[3].startswith("paused at"))
    assert details.pause.text() == "Go on"
    press(details.pause)
    qtbot.waitUntil(lambda: "downloading" in texts(manager, NAME)[3], timeout=WAIT_MS)
    press(details.cancel)
    qtbot.waitUntil(lambda: texts(manager, NAME)[3].startswith("half fetched"), timeout=WAIT_MS)
    assert "What came so far is kept" in details.sentence.text()
    part = next(models_folder().rglob(f"*{PART_ENDING}"))
    had = part.stat().st_size
    assert had > 0

    hub.mood.pause_s = 0.0
    hub.starts.clear()
    assert details.get.text() == "Go on"
    press(details.get)
    qtbot.waitUntil(lambda: texts(manager, NAME)[3] == "here", timeout=WAIT_MS)
    assert had in hub.starts
    assert "is here and checked" in details.sentence.text()
    assert "is on this machine now" in studio.core.notice.text

    press(details.check)
    qtbot.waitUntil(lambda: "9 files match" in details.sentence.text(), timeout=WAIT_MS)
    questions = studio.core.questions
    assert isinstance(questions, ScriptedQuestions)
    questions.answers.append("remove")
    press(details.remove)
    qtbot.waitUntil(lambda: "free again" in details.sentence.text(), timeout=WAIT_MS)
    assert not (models_folder() / "someone--tiny-diffusion").exists()


def test_what_goes_wrong_is_a_sentence_in_the_window(
    manager: ModelsWindow, hub: FakeHub, studio: Studio, qtbot: QtBot
) -> None:
    looked_up(manager, studio, qtbot)
    manager.details.accept.click()
    hub.mood.gated = True
    press(manager.details.get)
    qtbot.waitUntil(lambda: "hf auth login" in manager.details.sentence.text(), timeout=WAIT_MS)
    assert "▲" in manager.details.sentence.text()
    hub.mood.gated = False
    hub.files["vae/diffusion_pytorch_model.safetensors"] = b"w" * 1000
    hub.lies = True
    press(manager.details.get)
    qtbot.waitUntil(lambda: "not the file it should be" in manager.details.sentence.text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: texts(manager, NAME)[3].startswith("half fetched"))
    manager.other.setText("not a model")
    press(manager.look)
    assert "owner/name" in manager.details.sentence.text()


def test_a_folder_that_has_the_model_is_used_and_forgotten(
    manager: ModelsWindow, studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    entry = row(studio, "vitmatte-small").status.entry
    assert entry is not None
    folder = tmp_path / "disk"
    folder.mkdir()
    questions = studio.core.questions
    assert isinstance(questions, ScriptedQuestions)
    manager.choose("vitmatte-small")
    questions.answers.append(folder)
    press(manager.details.folder)
    assert "does not hold the whole" in manager.details.sentence.text()
    for file in entry.files:
        with (folder / file.path).open("wb") as out:
            out.truncate(file.size or 0)
    questions.answers.append(folder)
    press(manager.details.folder)
    qtbot.waitUntil(lambda: texts(manager, "vitmatte-small")[3] == "here, in a folder of yours")
    assert json.loads((tmp_path / "home/smite-studio/model_places.json").read_text())["chosen"]
    press(manager.details.remove)
    qtbot.waitUntil(lambda: texts(manager, "vitmatte-small")[3] == "not here")
    assert (folder / "config.json").exists()


def test_a_studio_disk_brings_all_its_models(
    manager: ModelsWindow, studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    for name in ("vitmatte-small", "sam2.1-hiera-small"):
        entry = row(studio, name).status.entry
        assert entry is not None
        (tmp_path / "disk" / name).mkdir(parents=True)
        for file in entry.files:
            with (tmp_path / "disk" / name / file.path).open("wb") as out:
                out.truncate(file.size or 0)
    questions = studio.core.questions
    assert isinstance(questions, ScriptedQuestions)
    questions.answers.append(tmp_path / "disk")
    manager.choose("vitmatte-small")
    press(manager.details.folder)
    for name in ("vitmatte-small", "sam2.1-hiera-small"):
        qtbot.waitUntil(lambda name=name: texts(manager, name)[3] == "here, on a shared disk")
    assert manager.details.remove.text() == "Forget this folder"
    press(manager.details.remove)
    qtbot.waitUntil(lambda: texts(manager, "vitmatte-small")[3] == "not here")
    assert (tmp_path / "disk" / "vitmatte-small" / "config.json").exists()


def test_the_window_closes_while_a_download_goes_on_and_opens_again(
    manager: ModelsWindow, hub: FakeHub, studio: Studio, qtbot: QtBot
) -> None:
    looked_up(manager, studio, qtbot)
    manager.details.accept.click()
    hub.mood.pause_s = 0.01
    press(manager.details.get)
    manager.close()
    assert studio.models.window is None
    qtbot.waitUntil(lambda: row(studio).status.here == "here", timeout=WAIT_MS)
    studio.core.commands["window.models"].trigger()
    again = studio.models.window
    assert again is not None
    assert texts(again, NAME)[3] == "here"


def test_missing_weights_lead_to_the_manager(hub: FakeHub, studio: Studio, qtbot: QtBot) -> None:
    studio.project_actions.new()
    studio.window.show_workspace("train")
    settings = studio.training.settings
    settings.backbone.setCurrentIndex(settings.backbone.findData("smite"))
    press(settings.get_model)
    assert studio.models.window is not None
    studio.models.window.close()
