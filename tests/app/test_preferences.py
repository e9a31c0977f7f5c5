"""Settings come back as they were set; what a file should not hold is ignored and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.preferences import PAGES, Preferences


def test_settings_come_back_after_a_restart(tmp_path: Path) -> None:
    first = Preferences(tmp_path / "settings.ini")
    first.set_scale_percent(150)
    first.set_theme("contrast")
    first.set_language("de")
    first.set_autosave_min(5)
    first.set_colour_space("logc3")
    first.set_num_threads(6)
    first.set_viewer_cache_bytes(3 * 2**30)
    first.sync()
    again = Preferences(tmp_path / "settings.ini")
    assert (again.scale_percent, again.theme, again.language) == (150, "contrast", "de")
    assert (again.autosave_min, again.colour_space, again.num_threads) == (5, "logc3", 6)
    assert again.viewer_cache_bytes == 3 * 2**30
    assert again.problems == ()


def test_a_page_is_reset_alone(tmp_path: Path) -> None:
    preferences = Preferences(tmp_path / "settings.ini")
    preferences.set_theme("contrast")
    preferences.set_autosave_min(5)
    preferences.reset("appearance")
    assert (preferences.theme, preferences.autosave_min) == ("dark", 5)
    for page in PAGES:
        preferences.reset(page)
    assert preferences.autosave_min == 0


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("scale=abc", "scale"),
        ("scale=9999", "scale"),
        ("theme=pink", "theme"),
        ("[viewer]\ncache_mb=1", "viewer/cache_mb"),
        ("[performance]\nthreads=-4", "performance/threads"),
        ("[projects]\nautosave_min=x", "projects/autosave_min"),
        ("[projects]\ncolour_space=kodachrome", "projects/colour_space"),
    ],
)
def test_a_value_that_cannot_be_is_named_and_the_rest_stands(tmp_path: Path, line: str, key: str) -> None:
    file = tmp_path / "settings.ini"
    file.write_text(f"[General]\nlast_folder=/somewhere\n{line}\n", encoding="utf-8")
    preferences = Preferences(file)
    assert [key in sentence for sentence in preferences.problems] == [True]
    assert 80 <= preferences.scale_percent <= 200
    assert preferences.theme == "dark"
    assert preferences.colour_space == "auto"
    assert preferences.last_folder == "/somewhere"


def test_a_file_that_is_no_settings_file_is_kept_aside(tmp_path: Path) -> None:
    file = tmp_path / "settings.ini"
    file.write_bytes(b"\x89PNG\x00 no settings")
    preferences = Preferences(file)
    assert "settings.ini.damaged" in preferences.problems[0]
    assert (tmp_path / "settings.ini.damaged").read_bytes() == b"\x89PNG\x00 no settings"
    preferences.set_theme("contrast")
    preferences.sync()
    assert Preferences(file).theme == "contrast"


@given(content=st.binary(max_size=200))
def test_no_content_of_the_file_stops_the_program(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.ini"
    file.write_bytes(content)
    preferences = Preferences(file)
    assert 80 <= preferences.scale_percent <= 200
    assert isinstance(preferences.own_keys, dict)
    assert preferences.recent_projects == []
