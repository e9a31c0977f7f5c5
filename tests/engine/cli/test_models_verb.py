from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main
from engine.models import places
from tests.engine.models.fake_hub import FakeHub, tiny_diffusion

REPOSITORY = "someone/tiny-diffusion"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has never used the program, and a hub on this machine."""
    monkeypatch.setattr(places, "data_folder", lambda: tmp_path / "home")
    monkeypatch.delenv(places.SEARCH_VARIABLE, raising=False)
    for module in ("engine.models.licences", "engine.models.clean", "engine.models.store"):
        monkeypatch.setattr(f"{module}.models_folder", lambda: tmp_path / "home" / "models", raising=False)
    monkeypatch.setattr("engine.models.licences.data_folder", lambda: tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with FakeHub(REPOSITORY, tiny_diffusion(100_000)) as running:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", running.endpoint)
        monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", running.endpoint)
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", _template(running))
        yield running


def _template(hub: FakeHub) -> str:
    return hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"


def result(text: str) -> dict[str, Any]:
    rows = [json.loads(line) for line in text.splitlines()]
    return next(row for row in rows if row["event"] == "result")


def test_the_list_says_what_each_feature_needs_why_and_under_which_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    said = capsys.readouterr().out
    for name in ("sd21-base", "sd15", "sam2.1-hiera-small", "vitmatte-small", "cotracker3"):
        assert f"\n{name}  " in f"\n{said}"
    assert "5.2 GB, not here" in said
    assert "CC BY-NC 4.0: not for commercial work" in said
    assert "(not accepted yet)" in said
    assert main(["models", "list", "--json"]) == 0
    rows = {row["id"]: row for row in result(capsys.readouterr().out)["models"]}
    assert rows["cotracker3"]["commercial"] is False
    assert rows["sd21-base"]["state"] == "missing"


def test_getting_wants_the_licence_accepted_and_keeps_that(
    hub: FakeHub, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "get", REPOSITORY, "--yes"]) == 3
    assert "--accept-licence" in capsys.readouterr().err
    assert not (home / "models").exists()
    assert main(["models", "get", REPOSITORY, "--yes", "--accept-licence"]) == 0
    assert (home / "licences.json").is_file()
    capsys.readouterr()
    assert main(["models", "check", REPOSITORY]) == 0
    assert "9 files match" in capsys.readouterr().out
    assert main(["models", "remove", REPOSITORY, "--json"]) == 0
    assert result(capsys.readouterr().out)["files"] == 10  # nine, and their record
    assert not (home / "models" / "someone--tiny-diffusion").exists()
    assert main(["models", "get", REPOSITORY]) == 0  # the acceptance is remembered


def test_removing_wants_a_name_or_the_word_unfinished(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "remove"]) == 3
    assert main(["models", "remove", "sd15", "--unfinished"]) == 3
    assert main(["models", "remove", "sd15"]) == 3
    part = home / "models" / "sd15" / "x.abc.download"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"12345")
    capsys.readouterr()
    assert main(["models", "remove", "--unfinished"]) == 0
    assert "1 files removed" in capsys.readouterr().out
    assert not part.exists()
