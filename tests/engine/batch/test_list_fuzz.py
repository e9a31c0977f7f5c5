"""Shot lists from strangers: tables, timelines, folders, plans and reports are read or refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.api.segment_request import SegmentRequest
from engine.batch.plan import BatchPlan, plan_path, read_plan, write_plan
from engine.batch.report import REPORT_NAME, BatchReport, read_report
from engine.batch.shot import PLAIN_OPTIONS, SETTING_NAMES, Shot, safe_name
from engine.batch.shots import read_shots, with_profiles
from engine.batch.work import ShotOutcome
from engine.domain.frames import FrameRange
from tests.engine.hostile import (
    BAD_NAMES,
    as_json,
    contents,
    damaged,
    few,
    memory_below,
    mutated,
    nothing_written_outside,
    told,
    values,
)

COLUMNS = ("shot", "clip", "profile", "anchors", "range", *PLAIN_OPTIONS, *SETTING_NAMES, "out", "unknown")
cells = st.one_of(
    st.sampled_from(BAD_NAMES),
    st.text(max_size=12),
    st.sampled_from(
        ["1001-1100", "9-1", "0", "-5", "9" * 400, "draft", "quick", "nan", "1e9", "cuda:0", '"', "\n", ","]
    ),
)


def _use(path: Path) -> None:
    """Does with a list what a batch does before it runs; every result stays inside the folder for results."""
    shots = told(lambda: read_shots(path))
    if shots is None:
        return
    batch = SegmentRequest(Path("x"), path.parent / "out")
    several = told(lambda: with_profiles(shots, [Path("car.safetensors"), Path("driver.safetensors")])) or ()
    for shot in (*shots, *several):
        request = told(lambda shot=shot: shot.request(batch))
        if request is not None:
            assert request.out.parent == batch.out
            assert request.out.name not in ("", ".", "..")


@given(
    header=st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=6),
    rows=st.lists(st.lists(cells, max_size=7), max_size=5),
)
@few
def test_hostile_tables_are_a_sentence_or_shots(tmp_path: Path, header: list[str], rows: list[list[str]]) -> None:
    import csv

    table = tmp_path / "shots.csv"
    with table.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["clip", *header])
        for row in rows:
            told(lambda row=row: writer.writerow([cell.replace("\0", "") for cell in row]))
    with nothing_written_outside(tmp_path):
        _use(table)


@given(data=st.data())
@few
def test_damaged_tables_are_a_sentence_or_shots(tmp_path: Path, data: st.DataObject) -> None:
    whole = b"shot,clip,range,preset,seed\nsh010,a.mov,1001-1010,draft,3\nsh020,b.%04d.exr,,,\n"
    (tmp_path / "shots.csv").write_bytes(
        data.draw(st.one_of(damaged(whole), contents, st.binary(max_size=100), st.just(b"clip\n" + b"x" * 200_000)))
    )
    _use(tmp_path / "shots.csv")


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Any:
    otio = pytest.importorskip("opentimelineio")
    time, span = otio.opentime.RationalTime, otio.opentime.TimeRange
    sequence = otio.schema.ImageSequenceReference(
        "plates/sh010/",
        "sh010.",
        ".exr",
        1001,
        frame_zero_padding=4,
        rate=24,
        available_range=span(time(1001, 24), time(50, 24)),
    )
    video = otio.schema.ExternalReference("file:///plates/sh020.mov", available_range=span(time(0, 24), time(100, 24)))
    track = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    track.append(otio.schema.Clip("sh010", sequence, span(time(1011, 24), time(20, 24))))
    track.append(otio.schema.Clip("sh020", video, span(time(10, 24), time(5, 24))))
    path = tmp_path_factory.mktemp("edit") / "edit.otio"
    otio.adapters.write_to_file(otio.schema.Timeline("edit", tracks=[track]), str(path))
    return json.loads(path.read_text(encoding="utf-8"))


@given(data=st.data())
@few
def test_hostile_timelines_are_a_sentence_or_shots(tmp_path: Path, timeline: Any, data: st.DataObject) -> None:
    whole = as_json(timeline)
    content = data.draw(st.one_of(mutated(timeline).map(as_json), damaged(whole), contents, values.map(as_json)))
    (tmp_path / "edit.otio").write_bytes(content)
    with nothing_written_outside(tmp_path):
        _use(tmp_path / "edit.otio")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_of_shots_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    safe = safe_name(name)
    assert (tmp_path / safe).parent == tmp_path
    assert safe not in ("", ".", "..")
    assert len(safe) <= 120
    (tmp_path / safe).mkdir()


def test_folders_with_names_that_are_no_text_are_shots_too(tmp_path: Path) -> None:
    import os

    place = os.fsencode(tmp_path) + b"/sh\xff\xfe010"
    os.mkdir(place)  # noqa: PTH102 - no Path is made of these bytes here
    for number in range(1001, 1004):
        Image.new("RGB", (4, 4)).save(Path(os.fsdecode(place)) / f"p.{number}.png")
    _use(tmp_path)
    (shot,) = read_shots(tmp_path)
    write_plan(tmp_path, BatchPlan((shot,)))
    assert read_plan(tmp_path).shots == (shot,)


def _plan(folder: Path) -> BatchPlan:
    shot = Shot(
        "sh1", folder / "a.mov", folder / "p", folder / "q", FrameRange(3, 9), {"preset": "draft", "cuts": "none"}
    )
    done = ShotOutcome("sh1", "done", frames=6, confidence={"body": 0.9}, flicker={"body": 0.1}, seconds=2.0)
    return BatchPlan((shot,), (folder / "p",), folder / "out", "best", {"sh1": done}, {"sh1": "abc"})


@given(data=st.data())
@few
def test_mutated_plans_and_reports_are_a_sentence_or_read(tmp_path: Path, data: st.DataObject) -> None:
    write_plan(tmp_path, _plan(tmp_path))
    BatchReport(tmp_path, tuple(_plan(tmp_path).outcomes.values())).write()
    for path in (plan_path(tmp_path), tmp_path / REPORT_NAME):
        whole = path.read_bytes()
        path.write_bytes(
            data.draw(st.one_of(mutated(json.loads(whole)).map(as_json), values.map(as_json), contents, damaged(whole)))
        )
    with nothing_written_outside(tmp_path):
        plan = told(lambda: read_plan(tmp_path))
        if plan is not None:
            for shot in plan.shots:
                assert shot.name == safe_name(shot.name)
            told(lambda: with_profiles(plan.shots, plan.profiles))
            told(lambda: write_plan(tmp_path, plan))
        report = told(lambda: read_report(tmp_path))
        if report is not None and report.shots:
            told(report.to_text)
            told(report.write)


def test_a_plan_larger_than_any_list_is_not_read_into_memory(tmp_path: Path) -> None:
    plan_path(tmp_path).parent.mkdir()
    with plan_path(tmp_path).open("wb") as file:
        file.truncate(10 << 30)
    with memory_below(64):
        assert told(lambda: read_plan(tmp_path)) is None
