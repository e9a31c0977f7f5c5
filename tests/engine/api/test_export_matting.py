"""Alpha matting on the way out: done where weights are, left out with a word where they are not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.api.check import CheckRequest, check
from engine.api.export import export
from engine.api.export_plan import plan_export
from engine.api.export_request import ExportRequest
from engine.api.finish_frame import FinishFrameRequest, finish_frame
from engine.api.verbs import verb
from engine.api.wire import decode, encode
from engine.cli.main import main
from engine.domain.finishing import FinishRecipe, PartFinish
from engine.errors import MissingModelError
from engine.jobs import Message, run_to_end
from engine.mattes.finishing.watertight import largest_deviation
from engine.mattes.options import LayerChoice, Output
from engine.mattes.sidecar import read_sidecar
from engine.mattes.stack_file import read_stack
from engine.results.folder import ResultReader
from tests.engine.mattes.small_result import read_image, steady_scores, write_png_plate, write_result
from tests.engine.mattes.tiny_vitmatte import write_vitmatte

RECIPE = FinishRecipe(PartFinish(grow_px=1, matting=1.0, trimap_px=2))


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def result(tmp_path: Path) -> ResultReader:
    return write_result(tmp_path / "result", write_png_plate(tmp_path / "plate"), scores_of=steady_scores)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vitmatte(tmp_path_factory.mktemp("vitmatte"))


def request(result: ResultReader, out: Path, model: str | None = None) -> ExportRequest:
    layers = LayerChoice(background=True)
    return ExportRequest(result.folder, out, (Output("exr"),), layers=layers, finish=RECIPE, matting_model=model)


def test_without_weights_matting_is_left_out_with_a_word_and_the_rest_is_done(
    result: ResultReader, tmp_path: Path
) -> None:
    asked = request(result, tmp_path / "out")
    assert any("models get vitmatte-small" in text for text in plan_export(asked).warnings)
    told = [event.text for event in export(asked) if isinstance(event, Message)]
    assert any("Alpha matting is left out" in text for text in told)
    sidecar = read_sidecar(next((tmp_path / "out").glob("*.mattes.json")))
    assert sidecar.finish is not None
    assert sidecar.finish["default"]["matting"] == 0
    assert sidecar.finish["default"]["grow_px"] == 1
    assert "matting" not in sidecar.provenance


def test_with_weights_the_mattes_change_stay_watertight_and_the_sidecar_names_the_weights(
    result: ResultReader, weights: Path, tmp_path: Path
) -> None:
    run_to_end(export(request(result, tmp_path / "plain")))
    summary = run_to_end(export(request(result, tmp_path / "matted", str(weights))))
    (plain, _), (matted, _) = (read_image(tmp_path / name / "sh010_bg.1001.exr") for name in ("plain", "matted"))
    assert np.abs(plain - matted).max() > 0.01
    assert run_to_end(check(CheckRequest(tmp_path / "matted"))).fit
    sidecar = read_sidecar(summary.sidecar)
    assert sidecar.provenance["matting"]
    assert sidecar.finish is not None
    assert sidecar.finish["default"]["matting"] == 1


def test_files_made_without_weights_do_not_count_as_finished_once_there_are_some(
    result: ResultReader, weights: Path, tmp_path: Path
) -> None:
    run_to_end(export(request(result, tmp_path / "out")))
    plan = plan_export(request(result, tmp_path / "out", str(weights)))
    assert not plan.finished
    assert len(plan.replaced) == 3


def test_a_model_that_was_named_and_is_missing_stops_the_export(result: ResultReader, tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="models get vitmatte-small"):
        run_to_end(export(request(result, tmp_path / "out", "vitmatte-small")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingModelError, match="no ViTMatte weights"):
        run_to_end(export(request(result, tmp_path / "out", str(tmp_path / "empty"))))
    assert not list((tmp_path / "out").glob("*.exr"))


def test_a_single_frame_is_finished_for_the_window_as_the_export_finishes_it(
    result: ResultReader, weights: Path, tmp_path: Path
) -> None:
    asked = FinishFrameRequest(
        result.folder, tmp_path / "plate", "auto", 1001, RECIPE, tmp_path / "frame.npz", str(weights)
    )
    found = verb("finish_frame")
    assert decode(found.request_type(), json.loads(json.dumps(encode(asked)))) == asked
    assert run_to_end(finish_frame(asked)).to_json()["frame"] == 1001
    stack = read_stack(tmp_path / "frame.npz")
    assert largest_deviation(stack.soft) <= 1e-6
    run_to_end(export(request(result, tmp_path / "out", str(weights))))
    pixels, spec = read_image(tmp_path / "out/sh010_bg.1001.exr")
    wheel = pixels[..., spec.channelnames.index("wheel.A")]
    assert np.abs(wheel - stack.plane(1)).max() <= 1 / 2048


def test_the_command_line_takes_a_folder_of_weights(result: ResultReader, weights: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "finish.json"
    recipe.write_text(json.dumps(RECIPE.to_json()), encoding="utf-8")
    command = ["export", str(result.folder), "--out", str(tmp_path / "out"), "--finish", str(recipe)]
    assert main([*command, "--matting", str(weights)]) == 0
    assert main([*command[:3], str(tmp_path / "other"), *command[4:], "--matting", "vitmatte-small"]) == 5
