from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api.segment_request import SegmentRequest
from engine.batch.report import BatchReport, read_report, worst_frame
from engine.batch.shot import Shot, safe_name
from engine.batch.shots import read_shots, with_profiles
from engine.batch.work import ShotOutcome
from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.errors import InputError
from engine.media.label_png import write_label_png
from engine.results.record import FrameRecord, ResultRecord, write_record


def frames(folder: Path, count: int = 2) -> Path:
    folder.mkdir(parents=True)
    for number in range(1001, 1001 + count):
        Image.new("RGB", (8, 6)).save(folder / f"plate.{number}.png")
    return folder


def test_a_folder_holds_its_videos_and_its_folders_of_frames(tmp_path: Path) -> None:
    frames(tmp_path / "sh020")
    (tmp_path / "sh010.mov").write_bytes(b"")
    (tmp_path / "notes").mkdir()
    (tmp_path / ".hidden").mkdir()
    shots = read_shots(tmp_path)
    assert [(shot.name, shot.clip) for shot in shots] == [
        ("sh010", tmp_path / "sh010.mov"),
        ("sh020", tmp_path / "sh020"),
    ]


def test_a_table_gives_each_shot_its_own_values(tmp_path: Path) -> None:
    table = tmp_path / "shots.csv"
    table.write_text(
        "shot,clip,profile,range,preset,seed,cuts\n"
        "sh 010,plates/a.mov,car.safetensors,1001-1010,draft,3,none\n"
        ",plates/b.mov,,,,,\n",
        encoding="utf-8",
    )
    first, second = read_shots(table)
    batch = SegmentRequest(Path("x"), tmp_path / "out", profile=tmp_path / "other.safetensors")
    own, plain = first.request(batch), second.request(batch)
    assert (own.clip, own.out) == (tmp_path / "plates/a.mov", tmp_path / "out/sh 010")
    assert (own.profile, own.frame_range) == (tmp_path / "car.safetensors", FrameRange(1001, 1011))
    assert (own.settings.preset, own.settings.seed, own.cuts) == ("draft", 3, "none")
    assert (plain.out.name, plain.profile, plain.settings) == ("b", batch.profile, batch.settings)


def test_anchors_of_a_shot_lie_in_the_folder_of_its_name(tmp_path: Path) -> None:
    frames(tmp_path / "plates/sh010")
    frames(tmp_path / "plates/sh020")
    (tmp_path / "painted/sh010").mkdir(parents=True)
    batch = SegmentRequest(Path("x"), tmp_path / "out", anchors=tmp_path / "painted")
    painted, other = (shot.request(batch) for shot in read_shots(tmp_path / "plates"))
    assert painted.anchors == tmp_path / "painted/sh010"
    assert other.anchors is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shot,plate\na,b\n", "unknown columns: plate"),
        ("shot,profile\na,b\n", "no column 'clip'"),
        ("shot,clip\na,\n", "Line 2 .* names no clip"),
        ("shot,clip,range\na,b.mov,9-1\n", "Line 2 .*range"),
        ("shot,clip,preset\na,b.mov,quickest\n", "Line 2 .*preset must be one of"),
        ("shot,clip,seed\na,b.mov,x\n", "seed must be a whole number"),
        ("shot,clip,backbone\na,b.mov,sam\n", "backbone must be one of"),
        ("shot,clip\na,b.mov,c\n", "more values than"),
        ("shot,clip\na,b.mov\nA,c.mov\n", "Two shots"),
        ("shot,clip\n", "holds no shot"),
    ],
)
def test_bad_tables_are_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "shots.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_shots(table)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", b'{"OTIO_SCHEMA": "Nothing.1"}', b"not json"])
@pytest.mark.parametrize("suffix", [".csv", ".otio", ".edl"])
def test_hostile_files_are_a_sentence(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"list{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_shots(path)


@pytest.mark.parametrize("name", ["../../etc", "/absolute", "a/b", "..", "", "con?:*", "x" * 500])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    target = (tmp_path / safe_name(name)).resolve()
    assert target.parent == tmp_path.resolve()


def test_a_timeline_gives_the_frames_that_the_cut_uses(tmp_path: Path) -> None:
    otio = pytest.importorskip("opentimelineio")
    rate = 24
    time, span = otio.opentime.RationalTime, otio.opentime.TimeRange
    sequence = otio.schema.ImageSequenceReference(
        target_url_base="plates/sh010/",
        name_prefix="sh010.",
        name_suffix=".exr",
        start_frame=1001,
        frame_zero_padding=4,
        rate=rate,
        available_range=span(time(1001, rate), time(50, rate)),
    )
    video = otio.schema.ExternalReference("plates/sh020.mov", available_range=span(time(86400, rate), time(100, rate)))
    track = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    track.append(otio.schema.Clip("sh010", sequence, span(time(1011, rate), time(20, rate))))
    track.append(otio.schema.Clip("../sh020", video, span(time(86410, rate), time(5, rate))))
    track.append(otio.schema.Clip("sh010", otio.schema.ExternalReference("plates/c.mov")))
    timeline = otio.schema.Timeline("edit", tracks=[track])
    otio.adapters.write_to_file(timeline, str(tmp_path / "edit.otio"))
    first, second, third = read_shots(tmp_path / "edit.otio")
    assert (first.name, first.clip) == ("sh010", tmp_path / "plates/sh010/sh010.%04d.exr")
    assert first.frame_range == FrameRange(1011, 1031)
    assert "/" not in second.name
    assert second.frame_range == FrameRange(10, 15)
    assert (third.name, third.frame_range) == ("sh010_2", None)


def test_cuts_at_another_rate_nested_tracks_and_clips_of_older_files_are_read(tmp_path: Path) -> None:
    def time(value: float, rate: float) -> dict[str, object]:
        return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}

    def span(start: float, duration: float, rate: float) -> dict[str, object]:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(duration, rate)}

    video = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "a.mov", "available_range": span(100, 50, 25)}
    plate = {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        "target_url_base": "b/",
        "name_prefix": "b.",
        "name_suffix": ".exr",
        "start_frame": 1001,
        "frame_step": 2,
        "frame_zero_padding": 4,
        "available_range": span(0, 40, 24),
    }
    old = {"OTIO_SCHEMA": "Clip.1", "name": "a", "media_reference": video, "source_range": span(220, 20, 50)}
    new = {
        "OTIO_SCHEMA": "Clip.2",
        "name": "b",
        "media_references": {"high": plate, "DEFAULT_MEDIA": video},
        "active_media_reference_key": "high",
        "source_range": span(3, 4, 24),
    }
    gap = {"OTIO_SCHEMA": "Gap.1", "source_range": span(0, 5, 24)}
    nested = {"OTIO_SCHEMA": "Stack.1", "children": [{"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [new]}]}
    tracks = [
        {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [old, gap, nested]},
        {"OTIO_SCHEMA": "Track.1", "kind": "Audio", "children": [old]},
    ]
    timeline = {"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": tracks}}
    (tmp_path / "edit.otio").write_text(json.dumps(timeline), encoding="utf-8")
    first, second = read_shots(tmp_path / "edit.otio")
    assert (first.name, first.frame_range) == ("a", FrameRange(10, 20))
    assert (second.name, second.clip) == ("b", tmp_path / "b/b.%04d.exr")
    assert second.frame_range == FrameRange(1007, 1014)


def test_the_report_is_a_matrix_of_shots_and_parts(tmp_path: Path) -> None:
    done = ShotOutcome("sh010", "done", frames=10, confidence={"wheel": 0.9}, flicker={"wheel": 0.1})
    lost = ShotOutcome("sh020", "failed", "Its process was lost.", again=True, attempts=3)
    report = BatchReport(tmp_path, (done, lost))
    assert report.to_json()["stability"] == {"sh010": {"wheel": pytest.approx(0.81)}}
    assert "sh020: Its process was lost." in report.to_text()
    assert "1 of 2 shots are done" in report.to_text()
    report.write()
    assert (tmp_path / "batch.json").is_file()


def test_several_profiles_make_a_shot_of_each_and_share_what_was_painted(tmp_path: Path) -> None:
    frames(tmp_path / "plates/sh010")
    (tmp_path / "painted/sh010").mkdir(parents=True)
    profiles = [tmp_path / "car.safetensors", tmp_path / "driver.safetensors"]
    shots = with_profiles(read_shots(tmp_path / "plates"), profiles)
    assert [(shot.name, shot.profile) for shot in shots] == [("sh010 car", profiles[0]), ("sh010 driver", profiles[1])]
    batch = SegmentRequest(Path("x"), tmp_path / "out", anchors=tmp_path / "painted")
    assert {shot.request(batch).anchors for shot in shots} == {tmp_path / "painted/sh010"}
    own = [Shot("sh020", tmp_path / "b.mov", profile=tmp_path / "own.safetensors")]
    assert with_profiles(own, profiles) == tuple(own)
    with pytest.raises(InputError, match="share a name"):
        with_profiles(shots, [profiles[0], tmp_path / "other/car.safetensors"])


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    done = ShotOutcome("sh010", "done", frames=10, confidence={"wheel": 0.9}, flicker={"wheel": 0.1}, seconds=2.5)
    lost = ShotOutcome("sh020", "failed", "Its process was lost.", again=True, attempts=3)
    report = BatchReport(tmp_path, (done, lost))
    report.write()
    assert read_report(tmp_path) == report
    with pytest.raises(InputError, match="cannot be read"):
        read_report(tmp_path / "nowhere")


def test_the_worst_frame_is_that_of_the_lowest_stability(tmp_path: Path) -> None:
    frames = {
        1: FrameRecord("1", "done", {"a": 0.9, "b": 0.5}, flicker={"a": 0.5}),
        2: FrameRecord("2", "done", {"a": 0.6, "b": 0.4}),
    }
    parts = PartSet.from_names(["a", "b"])
    clip = {"width": 4, "height": 4, "frames": [1, 2]}
    write_record(tmp_path, ResultRecord({}, parts, clip, frames))
    for number in frames:
        write_label_png(tmp_path / f"labels/{number}.png", np.zeros((4, 4), np.uint8), parts)
        (tmp_path / "scores").mkdir(exist_ok=True)
        (tmp_path / f"scores/{number}.npz").write_bytes(b"")
    assert worst_frame(tmp_path, "a") == 1
    assert worst_frame(tmp_path, "b") == 2
    assert worst_frame(tmp_path, None) == 2
    assert worst_frame(tmp_path, "c") is None
