from __future__ import annotations

import json
import os
import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its documentation uses
import pytest
from PIL import Image

from engine.api.export import export
from engine.api.export_plan import plan_export
from engine.api.export_request import ExportRequest, ExportSummary
from engine.domain.finishing import FinishRecipe, PartFinish
from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.errors import InputError, OutputError
from engine.jobs import FrameDone, Job, Message, Progress, run_to_end
from engine.mattes.formats import FORMATS
from engine.mattes.options import DatasetOptions, ExrOptions, ImageOptions, LayerChoice, MovieOptions, Naming, Output
from engine.mattes.sidecar import find_sidecars, read_sidecar
from engine.media.label_png import read_label_png, write_label_png
from engine.results.edits import FrameEdit
from engine.results.folder import ResultReader
from tests.engine.mattes.small_result import (
    FRAMES,
    HEIGHT,
    PARTS,
    WIDTH,
    read_image,
    write_image,
    write_png_plate,
    write_result,
)


@pytest.fixture
def result(tmp_path: Path) -> ResultReader:
    return write_result(tmp_path / "v003", write_png_plate(tmp_path / "sh010/plate"))


def request(result: ResultReader, out: Path, *formats: str, **more: object) -> ExportRequest:
    outputs = tuple(Output.from_json(name) for name in formats or ("png",))
    return ExportRequest(result.folder, out, outputs, **more)  # type: ignore[arg-type]


def said(job: Job[ExportSummary]) -> list[str]:
    return [event.text for event in job if isinstance(event, Message)]


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Returns size and time of every visible file below a folder."""
    found = {path.relative_to(folder).as_posix(): path.stat() for path in folder.rglob("*") if path.is_file()}
    return {name: (row.st_size, row.st_mtime_ns) for name, row in found.items() if not name.startswith(".")}


def test_every_format_is_written_in_one_pass_exactly_as_planned(result: ResultReader, tmp_path: Path) -> None:
    wanted = request(result, tmp_path / "out ä", *FORMATS)
    plan = plan_export(wanted)
    assert not (tmp_path / "out ä").exists()
    events = list(export(wanted))
    assert [event.frame for event in events if isinstance(event, FrameDone)] == list(FRAMES)
    assert isinstance(events[-1], Progress)
    assert (events[-1].done, events[-1].total) == (3, 3)
    written = set(files_of(tmp_path / "out ä"))
    assert written == {file.path.relative_to(tmp_path / "out ä").as_posix() for file in plan.files} | {
        "sh010_bg_v003.mattes.json"
    }
    assert {"wheel/wheel.1001.png", "sh010_bg.1003.exr", "sh010_bg_front_window.mov", "data.yaml"} <= written


def test_numbers_follow_the_source_or_start_where_they_are_told_to(result: ResultReader, tmp_path: Path) -> None:
    part = FrameRange(1002, 1004)
    for naming, numbers in ((Naming(), [1002, 1003]), (Naming(start=1), [2, 3]), (Naming(start=86400), [86401, 86402])):
        plan = plan_export(request(result, tmp_path, "labels", naming=naming, frame_range=part))
        assert list(plan.frames.values()) == numbers
        assert [file.path.name for file in plan.files] == [f"sh010_bg.{number:04d}.png" for number in numbers]


def test_digits_are_the_sources_unless_it_is_numbered_anew(tmp_path: Path) -> None:
    plate = write_png_plate(tmp_path / "plate", frames=(1, 2))
    for path in sorted(plate.iterdir()):
        path.rename(plate / f"sh.{int(path.stem[-1]):06d}.png")
    result = write_result(tmp_path / "r", plate, frames=(1, 2))
    wanted = ((Naming(), "sh.000002.png"), (Naming(start=1001), "sh.1002.png"), (Naming(padding=1), "sh.2.png"))
    for naming, name in wanted:
        assert plan_export(request(result, tmp_path, "labels", naming=naming)).files[-1].path.name == name


@pytest.mark.parametrize("wanted", ["1-5", "1001-1004", "900-2000"])
def test_a_range_beyond_the_result_is_a_sentence_that_names_what_exists(
    result: ResultReader, tmp_path: Path, wanted: str
) -> None:
    with pytest.raises(InputError, match=r"has the frames 1001-1003\. Give a range inside them"):
        plan_export(request(result, tmp_path / "out", frame_range=FrameRange.parse(wanted)))


def test_an_export_right_after_a_killed_run_finds_its_frames(tmp_path: Path) -> None:
    plate = write_png_plate(tmp_path / "plate")
    result = write_result(tmp_path / "r", plate)
    record = json.loads((tmp_path / "r/result.json").read_text())
    record["frames"] = {}
    old = (tmp_path / "r/result.json").stat()
    (tmp_path / "r/result.json").write_text(json.dumps(record))
    os.utime(tmp_path / "r/result.json", ns=(old.st_atime_ns - 10**9, old.st_mtime_ns - 10**9))
    summary = run_to_end(export(request(result, tmp_path / "out")))
    assert (summary.frames, summary.files) == (FRAMES, 6)


def test_what_exists_and_came_from_elsewhere_is_counted_and_not_touched(result: ResultReader, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "wheel").mkdir(parents=True)
    (out / "wheel/wheel.1002.png").write_bytes(b"mine")
    assert plan_export(request(result, out)).replaced == (out / "wheel/wheel.1002.png",)
    with pytest.raises(OutputError, match="1 of 6 files exist"):
        run_to_end(export(request(result, out)))
    assert set(files_of(out)) == {"wheel/wheel.1002.png"}
    assert (out / "wheel/wheel.1002.png").read_bytes() == b"mine"
    run_to_end(export(request(result, out, overwrite=True)))
    with Image.open(out / "wheel/wheel.1002.png") as image:
        assert image.mode == "L"


def test_a_cancelled_export_keeps_its_files_and_the_next_one_writes_only_the_rest(
    result: ResultReader, tmp_path: Path
) -> None:
    wanted = request(result, tmp_path / "out", "png", "ffv1")
    job = export(wanted)
    next(event for event in job if isinstance(event, FrameDone) and event.frame == 1002)
    job.close()
    before = files_of(tmp_path / "out")
    pngs = {f"{part}/{part}.{n}.png" for part in ("wheel", "front_window") for n in (1001, 1002)}
    assert set(before) == pngs | {"sh010_bg_v003.mattes.json"}  # no video: it begins anew
    sidecar = read_sidecar(tmp_path / "out/sh010_bg_v003.mattes.json")
    assert (sidecar.complete, list(sidecar.formats[0].frames), list(sidecar.formats[1].frames)) == (
        False,
        [1001, 1002],
        [],
    )
    plan = plan_export(wanted)
    assert {path.relative_to(tmp_path / "out").as_posix() for path in plan.finished} == pngs
    assert plan.replaced == ()
    summary = run_to_end(export(wanted))
    assert (summary.kept, summary.files) == (4, 8)
    after = files_of(tmp_path / "out")
    assert {name: after[name] for name in pngs} == {name: before[name] for name in pngs}
    assert read_sidecar(summary.sidecar).complete
    assert run_to_end(export(wanted)).kept == 8


def test_a_frame_that_was_corrected_since_is_not_taken_for_finished(result: ResultReader, tmp_path: Path) -> None:
    wanted = request(result, tmp_path / "out")
    run_to_end(export(wanted))
    path = result.labels_path(1002)
    write_label_png(path, np.zeros_like(read_label_png(path)), PARTS)
    plan = plan_export(wanted)
    assert {file.name for file in plan.replaced} == {"wheel.1002.png", "front_window.1002.png"}
    with pytest.raises(OutputError, match="2 of 6 files exist"):
        run_to_end(export(wanted))


@pytest.mark.parametrize(
    "other",
    [
        {"layers": LayerChoice(background=True), "overwrite": False},
        {"naming": Naming(start=1001, shot="sh020")},
    ],
)
def test_another_request_never_takes_files_for_its_own(
    result: ResultReader, tmp_path: Path, other: dict[str, object]
) -> None:
    run_to_end(export(request(result, tmp_path / "out")))
    assert not plan_export(request(result, tmp_path / "out", **other)).finished


def test_options_of_other_formats_do_not_matter(result: ResultReader, tmp_path: Path) -> None:
    run_to_end(export(request(result, tmp_path / "out")))
    other = Output("png", exr=ExrOptions("float", plate=True), dataset=DatasetOptions(images=True))
    assert len(plan_export(ExportRequest(result.folder, tmp_path / "out", (other,))).finished) == 6


def test_a_file_that_somebody_changed_is_not_taken_for_finished(result: ResultReader, tmp_path: Path) -> None:
    wanted = request(result, tmp_path / "out")
    run_to_end(export(wanted))
    (tmp_path / "out/wheel/wheel.1001.png").write_bytes(b"painted over")
    assert plan_export(wanted).replaced == (tmp_path / "out/wheel/wheel.1001.png",)


def test_two_ranges_fill_one_folder_and_one_sidecar(result: ResultReader, tmp_path: Path) -> None:
    for wanted in (FrameRange(1001, 1002), FrameRange(1002, 1004)):
        run_to_end(export(request(result, tmp_path / "out", "exr", frame_range=wanted)))
    run_to_end(export(request(result, tmp_path / "out", "labels")))
    (path,) = find_sidecars(tmp_path / "out")
    by_name = {row.output.format: list(row.frames) for row in read_sidecar(path).formats}
    assert by_name == {"exr": list(FRAMES), "labels": list(FRAMES)}


def test_the_sidecar_says_where_the_mattes_come_from(result: ResultReader, tmp_path: Path) -> None:
    summary = run_to_end(export(request(result, tmp_path / "out", "exr", naming=Naming(start=1, version=7))))
    sidecar = read_sidecar(summary.sidecar)
    assert summary.sidecar.name == "sh010_bg_v007.mattes.json"
    assert sidecar.formats[0].frames == {1001: 1, 1002: 2, 1003: 3}
    assert [(layer.name, layer.channel, layer.members) for layer in sidecar.layers] == [
        ("wheel", "wheel", (1,)),
        ("front window", "front_window", (2,)),
    ]
    assert sidecar.provenance["fingerprint"] == dict(result.record.fingerprint)
    assert sidecar.source["content_id"] == result.record.clip["content_id"]
    assert sidecar.complete


def test_groups_are_exported_as_sums(tmp_path: Path) -> None:
    parts = PartSet.from_json([{"name": "iris", "group": "eye"}, {"name": "lid", "group": "eye"}, {"name": "skin"}])
    result = write_result(tmp_path / "r", write_png_plate(tmp_path / "plate"), parts=parts)
    outputs = (Output("png", image=ImageOptions(16)),)
    for level, folder in (("parts", "a"), ("groups", "b")):
        run_to_end(export(ExportRequest(result.folder, tmp_path / folder, outputs, layers=LayerChoice(level))))  # type: ignore[arg-type]

    def read(name: str) -> np.ndarray:
        with Image.open(tmp_path / name) as image:
            return np.array(image).astype(int)

    assert (read("b/eye/eye.1001.png") == read("a/iris/iris.1001.png") + read("a/lid/lid.1001.png")).all()
    assert (read("b/skin/skin.1001.png") == read("a/skin/skin.1001.png")).all()


def test_datasets_bring_their_pictures_along_once(result: ResultReader, tmp_path: Path) -> None:
    dataset = DatasetOptions(images=True)
    outputs = (Output("coco", dataset=dataset), Output("yolo", dataset=dataset))
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", outputs)))
    table = json.loads((tmp_path / "out/sh010_bg_coco.json").read_text())
    for row, number in zip(table["images"], FRAMES, strict=True):
        pixels, _ = read_image(tmp_path / "out" / row["file_name"])
        plate, _ = read_image(tmp_path / f"sh010/plate/sh010_bg.{number}.png")
        assert (pixels == plate).all()
        assert (tmp_path / "out/labels" / Path(row["file_name"]).with_suffix(".txt").name).is_file()


def test_a_plate_that_is_gone_stops_only_what_cannot_do_without_it(result: ResultReader, tmp_path: Path) -> None:
    (tmp_path / "sh010").rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"The format cutout needs the plate.*Give it with --clip"):
        run_to_end(export(request(result, tmp_path / "a", "cutout")))
    assert any("headers will lack" in text for text in said(export(request(result, tmp_path / "b", "exr"))))
    assert (tmp_path / "b/sh010_bg.1001.exr").is_file()
    run_to_end(export(request(result, tmp_path / "a", "cutout", clip=tmp_path / "moved/plate")))


def test_another_clip_of_the_same_size_is_named(result: ResultReader, tmp_path: Path) -> None:
    other = write_png_plate(tmp_path / "other", frames=[1001, 1002, 1003, 1004])
    notes = said(export(request(result, tmp_path / "a", "cutout", clip=other)))
    assert any("is not the clip that the result was made from" in text for text in notes)


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ((Output("png", "{part}.png"),), "gives several files one name"),
        ((Output("png", "{frame}.png"),), "gives several files one name"),
        ((Output("exr", "x.{frame}.exr"), Output("cryptomatte", "x.{frame}.exr")), "would both write"),
        ((Output("exr", "{part}.{frame}.exr"), Output("nuke")), "loads one EXR with all layers"),
        ((Output("png", "{frame}.tif"),), r"end in \.png"),
    ],
)
def test_patterns_that_cannot_work_are_a_sentence_before_anything_is_written(
    result: ResultReader, tmp_path: Path, outputs: tuple[Output, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out", outputs)))
    assert not (tmp_path / "out").exists()


def test_nothing_is_exported_among_the_frames_of_the_clip_or_into_the_result(
    result: ResultReader, tmp_path: Path
) -> None:
    plate = tmp_path / "sh010/plate"
    before = files_of(tmp_path)
    with pytest.raises(InputError, match="holds the frames of the clip"):
        run_to_end(export(request(result, plate, "exr", overwrite=True)))
    flat = (Output("labels", "{shot}.{frame}.png"),)
    for folder, outputs in ((result.folder, (Output("labels"),)), (result.folder / "labels", flat)):
        with pytest.raises(InputError, match="belongs to the result"):
            run_to_end(export(ExportRequest(result.folder, folder, outputs, overwrite=True)))
    assert files_of(tmp_path) == before
    run_to_end(export(request(result, plate, "png")))  # in folders of their own they are told apart


def test_rate_and_timecode_of_an_exr_plate_reach_files_and_movies(tmp_path: Path) -> None:
    (tmp_path / "plate").mkdir()
    for number in FRAMES:
        spec = oiio.ImageSpec(WIDTH, HEIGHT, 3, "half")
        spec.attribute("framesPerSecond", oiio.TypeDesc("rational"), (24000, 1001))
        spec.attribute("smpte:TimeCode", oiio.TypeDesc("timecode"), (0x10203000 + number - 1001, 0))
        write_image(tmp_path / f"plate/sh.{number}.exr", np.full((HEIGHT, WIDTH, 3), 0.2, np.float32), spec)
    result = write_result(tmp_path / "r", tmp_path / "plate")
    run_to_end(export(request(result, tmp_path / "out", "exr", "ffv1", "prores", frame_range=FrameRange(1002, 1004))))
    _, written = read_image(tmp_path / "out/sh.1003.exr")
    assert written.getattribute("smpte:TimeCode")[0] == 0x10203002
    assert written.getattribute("framesPerSecond") == (24000, 1001)
    for name in ("sh_wheel.mkv", "sh_wheel.mov"):
        with av.open(str(tmp_path / "out" / name)) as container:
            stream = container.streams.video[0]
            metadata = {key.lower(): value for key, value in stream.metadata.items()}
            assert metadata["timecode"] == "10:20:30:01"
            assert stream.average_rate == Fraction(24000, 1001)


def test_a_movie_of_a_clip_without_a_rate_is_warned_of(result: ResultReader, tmp_path: Path) -> None:
    def notes(output: Output) -> list[str]:
        return said(export(ExportRequest(result.folder, tmp_path / f"{output.movie.rate} {output.format}", (output,))))

    assert any("says no frame rate: movies get 24" in text for text in notes(Output("ffv1")))
    assert not notes(Output("ffv1", movie=MovieOptions(rate="25")))
    assert not notes(Output("png"))


def test_the_plan_warns_of_a_lossy_plate_and_of_a_snippet_without_exrs(result: ResultReader, tmp_path: Path) -> None:
    lossy = Output("exr", exr=ExrOptions(compression="dwaa", plate=True))
    plan = plan_export(ExportRequest(result.folder, tmp_path, (lossy,)))
    assert any("lossy" in text for text in plan.warnings)
    plan = plan_export(ExportRequest(result.folder, tmp_path, (Output("nuke"),)))
    assert any("which this export does not write" in text for text in plan.warnings)


def test_the_plan_warns_of_a_disk_with_too_little_room(
    result: ResultReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ExportRequest(result.folder, tmp_path / "new/out")
    assert not plan_export(request).warnings
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert any("GB left" in text for text in plan_export(request).warnings)


def test_edits_are_exported_and_make_only_their_frame_new(result: ResultReader, tmp_path: Path) -> None:
    wanted = request(result, tmp_path / "out", "labels")
    run_to_end(export(wanted))
    labels = np.full((HEIGHT, WIDTH), 255, np.uint8)
    labels[20:30, 20:40] = 2
    coverage = np.where(labels == 2, np.uint8(255), np.uint8(0))
    result.edits.write(result.record.frames[1002].stem, FrameEdit(labels, coverage))
    assert [path.name for path in plan_export(wanted).replaced] == ["sh010_bg.1002.png"]
    run_to_end(export(request(result, tmp_path / "out", "labels", overwrite=True)))
    found = read_label_png(tmp_path / "out/labels/sh010_bg.1002.png")
    assert (found[20:30, 20:40] == 2).all()
    assert (found == ResultReader(result.folder).final(1002)[1]).all()


def test_mattes_are_finished_by_the_recipe_and_the_sidecar_says_so(result: ResultReader, tmp_path: Path) -> None:
    recipe = FinishRecipe(parts={"wheel": PartFinish(grow_px=2)})
    plain, grown = (tmp_path / name for name in ("plain", "grown"))
    run_to_end(export(request(result, plain)))
    summary = run_to_end(export(request(result, grown, finish=recipe)))
    assert FinishRecipe.from_json(read_sidecar(summary.sidecar).finish) == recipe
    areas = [read_image(folder / "wheel/wheel.1002.png")[0].sum() for folder in (plain, grown)]
    assert areas[1] > areas[0] * 1.05
    assert not plan_export(request(result, plain, finish=recipe)).finished
    neutral = FinishRecipe(default=PartFinish(feather_bias=0.5))
    assert len(plan_export(request(result, plain, finish=neutral)).finished) == 6


def test_a_correction_makes_the_neighbours_new_where_they_are_de_chattered(
    result: ResultReader, tmp_path: Path
) -> None:
    recipe = FinishRecipe(PartFinish(dechatter=0.5))
    wanted = request(result, tmp_path / "out", "labels", finish=recipe)
    run_to_end(export(wanted))
    assert len(plan_export(wanted).finished) == 3
    path = result.labels_path(1003)
    write_label_png(path, np.zeros_like(read_label_png(path)), PARTS)
    assert [path.name for path in plan_export(wanted).replaced] == ["sh010_bg.1002.png", "sh010_bg.1003.png"]


def test_a_recipe_that_looks_at_the_plate_needs_it(result: ResultReader, tmp_path: Path) -> None:
    (tmp_path / "sh010").rename(tmp_path / "moved")
    recipe = FinishRecipe(PartFinish(refine=1.0))
    with pytest.raises(InputError, match="The finish recipe needs the plate"):
        run_to_end(export(request(result, tmp_path / "out", finish=recipe)))
