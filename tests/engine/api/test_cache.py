"""The cache is measured and cleaned to the byte, and nothing outside it is touched."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.api.cache import clean_cache, look_at_cache
from engine.jobs import run_to_end


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    for name, size, age_days in (("old", 700, 40), ("new", 300, 1)):
        clip = folder / "flow" / name / "deeper"
        clip.mkdir(parents=True)
        (clip / "f.npz").write_bytes(bytes(size))
        when = time.time() - age_days * 86_400
        os.utime(clip.parent, (when, when))
    (folder / "cuts").mkdir()
    (folder / "cuts" / "a.json").write_bytes(b"[1]")
    (folder / "somebody else's.txt").write_bytes(b"keep me")
    return folder


def test_the_cache_is_measured_by_kind(cache: Path) -> None:
    content = run_to_end(look_at_cache(cache))
    assert (content.num_bytes("flow"), content.count("flow")) == (1000, 2)
    assert (content.num_bytes("cuts"), content.count("cuts")) == (3, 1)
    assert content.num_bytes() == 1003


def test_a_cache_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert run_to_end(look_at_cache(tmp_path / "none")).num_bytes() == 0
    assert run_to_end(clean_cache(tmp_path / "none", unused_days=0)) == 0


def test_only_what_was_not_used_for_so_long_goes(cache: Path) -> None:
    assert run_to_end(clean_cache(cache, unused_days=30)) == 700
    assert sorted(p.name for p in (cache / "flow").iterdir()) == ["new"]


def test_emptying_leaves_what_is_not_ours(cache: Path) -> None:
    assert run_to_end(clean_cache(cache, unused_days=0)) == 1003
    assert run_to_end(look_at_cache(cache)).num_bytes() == 0
    assert (cache / "somebody else's.txt").read_bytes() == b"keep me"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_goes_and_what_it_points_to_stays(cache: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "labels.png").write_bytes(b"work")
    (cache / "flow" / "link").symlink_to(project, target_is_directory=True)
    run_to_end(clean_cache(cache, unused_days=0))
    assert not (cache / "flow" / "link").exists()
    assert (project / "labels.png").read_bytes() == b"work"
