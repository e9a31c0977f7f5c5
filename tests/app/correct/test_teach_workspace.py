"""Brush, spread, teach and run again, one after the other, on a SMITE profile with a tiny model folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from engine.api.library import PROFILE_FOLDER
from engine.domain.settings import TrainSettings
from engine.jobs import run_to_end
from engine.profiles import read_profile, write_profile
from engine.results.folder import ResultReader
from tests.app.correct.test_correct_workspace import WAIT_MS, _own_cache, paint, reader_of, settle
from tests.app.window_artist import add
from tests.engine.smite.footage import PARTS, drawn, reference
from tests.engine.smite.tiny_model import make_tiny_model

__all__ = ["_own_cache"]


@pytest.fixture
def segmented(studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A clip that a SMITE profile of the project has segmented, in Review at frame 1003."""
    from engine.smite.learn import learn
    from engine.smite.settings import LearningSettings

    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)  # saving the tiny model would leave its thread behind
    model = make_tiny_model(tmp_path / "tiny")
    hyper = LearningSettings(steps=2, embedding_steps=1, guidance_scale=1.0)
    settings = TrainSettings(model=str(model), resolution=64, device="cpu")
    learned = run_to_end(learn([reference(0)], PARTS, settings, hyper=hyper))
    (tmp_path / "shot").mkdir()
    for number in range(1001, 1009):
        Image.fromarray(drawn(number - 1001)[0]).save(tmp_path / f"shot/shot.{number}.png")
    add(studio, qtbot, [tmp_path / "shot"])
    studio.core.parts.add_list(list(PARTS.names), "Add parts")
    folder = studio.core.session.path
    assert folder is not None
    profile = folder / PROFILE_FOLDER / "hero.safetensors"
    profile.parent.mkdir(exist_ok=True)
    write_profile(profile, learned)
    studio.window.show_workspace("review")

    runs = studio.review.runs
    runs.choose(replace(runs.choice, profile=profile, device="cpu"))
    run(studio, qtbot)
    studio.core.playhead.go(1003)
    settle(studio, qtbot)
    return studio


def run(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.core.queue.finished, timeout=2 * WAIT_MS) as ended:
        studio.core.commands["run.clip"].trigger()
    assert ended.args is not None
    assert ended.args[1].kind == "succeeded", ended.args[1].sentence
    settle(studio, qtbot)


def test_a_correction_is_painted_spread_taught_and_run_again(segmented: Studio, qtbot: QtBot) -> None:
    core, review = segmented.core, segmented.review
    first = reader_of(segmented)
    paint(segmented, qtbot, (30, 20), (80, 20), 2)
    core.commands["correct.lock_frame"].trigger()  # looked at, and approved
    core.playhead.go(1001)
    settle(segmented, qtbot)
    core.commands["correct.lock_frame"].trigger()
    settle(segmented, qtbot)
    core.playhead.go(1003)
    settle(segmented, qtbot)
    with qtbot.waitSignal(core.queue.finished, timeout=WAIT_MS):
        core.commands["correct.spread"].trigger()
    qtbot.waitUntil(lambda: bool(review.corrections.offered), timeout=WAIT_MS)
    assert set(review.corrections.offered) == {1002, *range(1004, 1009)}
    core.commands["correct.accept"].trigger()
    settle(segmented, qtbot)
    assert (first.final(1004)[1] == 2)[16:24, 35:75].mean() > 0.8
    taught = first.final(1003)[1]

    with qtbot.waitSignal(core.queue.finished, timeout=2 * WAIT_MS) as ended:
        core.commands["correct.teach"].trigger()
    assert ended.args is not None
    assert ended.args[1].kind == "succeeded", ended.args[1].sentence
    assert [r.frame for r in core.references.references] == [1003]
    chosen = review.runs.choice.profile
    assert chosen is not None
    assert chosen.stem == "hero taught"
    assert read_profile(chosen).digest() != read_profile(chosen.with_name("hero.safetensors")).digest()
    assert "has learned it" in core.notice.text
    qtbot.waitUntil(lambda: "not measured" not in review.correct_panel.times["teach"].text(), timeout=WAIT_MS)

    run(segmented, qtbot)
    second = reader_of(segmented)
    assert second.folder != first.folder
    assert np.array_equal(second.final(1001)[1], first.final(1001)[1])
    assert np.array_equal(second.final(1003)[1], taught)
    assert ResultReader(first.folder).edited == first.edited
