"""An artist at work for a while: 200 actions drawn by chance, among them a run and a project closed and opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import Studio
from tests.app.soak_artist import SoakArtist

_NO_JOBS_BY_CHANCE = 10_000_000


def test_two_hundred_actions_leave_no_error_no_warning_and_no_thread(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    artist = SoakArtist(studio, tmp_path, seed=5, jobs_in=_NO_JOBS_BY_CHANCE)
    artist.begin()
    artist.work(120)
    artist.act(artist.segment)
    artist.work(40)
    artist.act(artist.reopen)
    artist.work(38)
    assert artist.problems == []
    assert artist.done.total() == 200
    assert artist.done["paint"] > 40
