"""The chosen cache folder and quota: kept for every program, and a bad file costs a sentence, never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import places
from engine.api.places import Places, cache_folder, flow_quota_bytes, read_places, write_places


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "config" / "places.json"
    monkeypatch.setattr(places, "places_file", lambda: file)
    return file


def test_without_a_choice_the_usual_folder_and_8_gib_hold(settings: Path) -> None:
    assert read_places() == (Places(), "")
    assert cache_folder().name == "smite-studio"
    assert flow_quota_bytes() == 8 * 2**30


def test_a_choice_holds_for_later_runs(settings: Path, tmp_path: Path) -> None:
    write_places(Places(tmp_path / "fast disk", 40))
    assert read_places() == (Places(tmp_path / "fast disk", 40), "")
    assert cache_folder() == tmp_path / "fast disk"
    assert flow_quota_bytes() == 40 * 2**30


def test_a_quota_beyond_its_range_is_refused() -> None:
    for quota in (0, 2001):
        with pytest.raises(ValueError, match="quota_gb"):
            Places(quota_gb=quota)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"null", b"{", b'{"cache": 3}', b'{"cache": "not/absolute"}', b'{"quota_gb": "x"}',
     b'{"quota_gb": 0}', b'{"quota_gb": 1e999}', b'{"quota_gb": null}'],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_ignored_with_a_sentence(settings: Path, content: bytes) -> None:
    settings.parent.mkdir()
    settings.write_bytes(content)
    found, sentence = read_places()
    assert found == Places()
    assert "Preferences" in sentence


@given(content=st.binary(max_size=60))
def test_no_content_of_the_file_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("config") / "places.json"
    file.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "places_file", lambda: file)
        found, sentence = read_places()
    assert sentence or 1 <= found.quota_gb <= 2000
