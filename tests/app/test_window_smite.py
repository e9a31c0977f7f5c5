"""The SMITE backbone through the window: a profile learned on a tiny model folder segments a clip in the worker."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.domain.settings import TrainSettings
from engine.jobs import run_to_end
from engine.profiles import write_profile
from engine.results.folder import ResultReader
from tests.app.window_artist import add
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


def test_a_smite_profile_segments_the_clip_that_is_shown(
    studio: Studio, qtbot: QtBot, tmp_path: Path, profile: Path
) -> None:
    (tmp_path / "shot").mkdir()
    for number in range(1001, 1009):
        Image.fromarray(drawn(number - 1001)[0]).save(tmp_path / f"shot/shot.{number}.png")
    add(studio, qtbot, [tmp_path / "shot"])
    studio.core.parts.add_list(list(PARTS.names), "Add parts")
    studio.window.show_workspace("review")
    studio.review.runs.choose(replace(studio.review.runs.choice, profile=profile, device="cpu"))
    with qtbot.waitSignal(studio.core.queue.finished, timeout=WAIT_MS) as ended:
        studio.core.commands["run.clip"].trigger()
    assert ended.args is not None
    assert ended.args[1].kind == "succeeded", ended.args[1].sentence
    chosen = studio.core.results.chosen
    assert chosen is not None
    reader = ResultReader(chosen.folder)
    assert reader.numbers == tuple(range(1001, 1009))
    scores = reader.scores(1004)
    assert np.allclose(scores.values.sum(axis=0), 1, atol=1e-2)
    assert scores.part_ids == tuple(studio.core.parts.parts.ids)


def test_a_profile_whose_model_is_missing_says_how_to_get_it(
    studio: Studio, qtbot: QtBot, tmp_path: Path, profile: Path
) -> None:
    shutil.rmtree(tmp_path / "tiny")
    (tmp_path / "shot").mkdir()
    for number in range(1001, 1009):
        Image.fromarray(drawn(number - 1001)[0]).save(tmp_path / f"shot/shot.{number}.png")
    add(studio, qtbot, [tmp_path / "shot"])
    studio.core.parts.add_list(list(PARTS.names), "Add parts")
    studio.window.show_workspace("review")
    studio.review.runs.choose(replace(studio.review.runs.choice, profile=profile, device="cpu"))
    with qtbot.waitSignal(studio.core.queue.finished, timeout=WAIT_MS) as ended:
        studio.core.commands["run.clip"].trigger()
    assert ended.args is not None
    assert ended.args[1].kind == "failed"
    assert "tiny" in ended.args[1].sentence
    assert ended.args[1].sentence in studio.core.notice.text
