"""The Nuke snippet: it finds the EXRs, is sound Tcl, and knows every range that was exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.api.export import export
from engine.api.export_request import ExportRequest
from engine.domain.frames import FrameRange
from engine.domain.parts import PartSet
from engine.errors import OutputError
from engine.jobs import run_to_end
from engine.mattes.options import Naming, Output
from engine.results.folder import ResultReader
from tests.engine.mattes.small_result import read_image, write_png_plate, write_result

BOTH = (Output("exr"), Output("nuke"))


@pytest.fixture
def result(tmp_path: Path) -> ResultReader:
    return write_result(tmp_path / "v003", write_png_plate(tmp_path / "plate"))


def test_the_nuke_snippet_finds_the_exrs_from_its_own_folder(result: ResultReader, tmp_path: Path) -> None:
    outputs = (
        Output("exr", "exr/{shot}_{ver}.{frame:06}.exr"),
        Output("nuke", "scripts/{shot}.nk"),
    )
    naming = Naming(start=11)
    run_to_end(export(ExportRequest(result.folder, tmp_path / "out", outputs, naming)))
    lines = [line.strip() for line in (tmp_path / "out/scripts/sh010_bg.nk").read_text().splitlines()]
    assert 'file "\\[file dirname \\[value root.name]]/../exr/sh010_bg_v003.%06d.exr"' in lines
    assert ("first 11" in lines, "last 13" in lines) == (True, True)
    assert (tmp_path / "out/exr/sh010_bg_v003.000011.exr").is_file()
    _, spec = read_image(tmp_path / "out/exr/sh010_bg_v003.000013.exr")
    shuffled = [line.removeprefix("in ") for line in lines if line.startswith("in ")]
    declared = [line.split()[2].rstrip("}") for line in lines if line.startswith("add_layer")]
    assert [f"{layer}.A" for layer in shuffled] == [name.replace(".alpha", ".A") for name in declared]
    assert sorted(spec.channelnames) == sorted(f"{layer}.A" for layer in shuffled)


def test_the_nuke_snippet_is_sound_tcl_also_with_names_that_tcl_gives_a_meaning(tmp_path: Path) -> None:
    tkinter = pytest.importorskip("tkinter", reason="Tcl, the language of Nuke's scripts, is not on this machine")
    parts = PartSet.from_names(['say "hi"', "a [b] $c", "back\\slash {brace", "wheel"])
    reader = write_result(tmp_path / "r", write_png_plate(tmp_path / "plate"), parts=parts)
    naming = Naming(shot='sh [exit] $HOME "x"')
    outputs = (Output("exr"), Output("nuke"))
    summary = run_to_end(export(ExportRequest(reader.folder, tmp_path / "out", outputs, naming)))
    script = next(summary.folder.glob("*.nk")).read_text(encoding="utf-8")
    tcl = tkinter.Tcl()
    assert tcl.tk.call("info", "complete", script) == 1
    tcl.eval("""
        proc unknown {args} { lappend ::nodes $args }
        proc version {args} {}
        proc stack {n} { return node }
        proc push {node} {}
        proc add_layer {layer} { lappend ::layers [lindex $layer 0] }
    """)
    tcl.tk.call("eval", script)
    nodes = tcl.splitlist(tcl.getvar("nodes"))
    assert [str(tcl.splitlist(node)[0]) for node in nodes] == ["Read"] + ["Shuffle"] * 4
    knobs = []
    for node in nodes:
        words = [str(word) for word in tcl.splitlist(str(tcl.splitlist(node)[1]))]
        knobs.append(dict(zip(words[::2], words[1::2], strict=True)))
    assert knobs[0]["file_type"] == "exr"
    assert knobs[0]["file"].endswith("/sh [exit] $HOME _x_.%04d.exr")
    assert [row["label"] for row in knobs[1:]] == list(parts.names)
    assert [row["in"] for row in knobs[1:]] == list(tcl.splitlist(tcl.getvar("layers")))
    assert len({row["name"] for row in knobs}) == 5


def test_the_snippet_grows_with_the_ranges_that_are_exported(result: ResultReader, tmp_path: Path) -> None:
    for wanted, first, last in ((FrameRange(1002, 1003), 1002, 1002), (FrameRange(1003, 1004), 1002, 1003)):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out", BOTH, frame_range=wanted)))
        lines = (tmp_path / "out/sh010_bg.nk").read_text().splitlines()
        assert (f" first {first}" in lines, f" last {last}" in lines) == (True, True)
    (tmp_path / "out/sh010_bg.nk").write_text("my own script")
    with pytest.raises(OutputError, match=r"1 of 4 files exist.*sh010_bg\.nk"):
        run_to_end(export(ExportRequest(result.folder, tmp_path / "out", BOTH)))
