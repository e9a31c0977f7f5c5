from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.api.export_presets import ExportPreset, built_in_presets, read_preset, write_preset
from engine.api.own_presets import find_preset
from engine.errors import InputError
from engine.mattes.estimate import estimated_bytes
from engine.mattes.formats import FORMATS
from engine.mattes.options import (
    ColourOptions,
    DatasetOptions,
    ExrOptions,
    ImageOptions,
    LayerChoice,
    MovieOptions,
    Naming,
    Output,
)
from engine.mattes.writers import clip_writer, frame_writer
from tests.engine.mattes.small_result import PARTS
from tests.engine.mattes.writing import LAYERS, SHOT

EVERYTHING = Output(
    "exr",
    "{shot}.{frame}.exr",
    ImageOptions(16),
    ExrOptions("float", "piz", True, True, 6),
    MovieOptions("matte", "24000/1001"),
    DatasetOptions(True),
)


def test_an_output_comes_back_from_json() -> None:
    assert Output.from_json(json.loads(json.dumps(EVERYTHING.to_json()))) == EVERYTHING
    assert Output.from_json("png") == Output("png")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"format": "gif"}, "format must be one of png, tiff"),
        ({"format": "exr", "exr": {"compression": "best"}}, "compression must be one of"),
        ({"format": "exr", "exr": {"zip": 1}}, "exr has unknown entries: zip"),
        ({"format": "png", "image": {"bits": 12}}, "8 or 16 bits"),
        ({"format": "png", "image": {"bits": 10}}, "8 or 16 bits"),
        ({"format": "prores", "movie": {"rate": "fast"}}, "no frame rate"),
        ({}, "cannot be used"),
        ([], "must be an object"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Output.from_json(values)


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_has_a_writer_and_an_estimate_that_grows_with_the_frames(name: str, tmp_path: Path) -> None:
    output = Output.from_json(name)
    info = FORMATS[output.format]
    if name != "nuke":  # a text that is known beforehand
        if info.per == "frame":
            assert hasattr(frame_writer(output, SHOT, PARTS), "write")
        else:
            assert hasattr(clip_writer(output, SHOT, PARTS, tmp_path / "x", LAYERS), "add")
    one, ten = (estimated_bytes(output, (1080, 1920), num_frames=count, num_layers=6) for count in (1, 10))
    assert ten == pytest.approx(10 * one, abs=10)


def test_the_presets_that_ship_can_all_be_read_and_found() -> None:
    presets = built_in_presets()
    wanted = {"nuke_layers", "after_effects_prores", "png_per_part", "dataset_coco", "dataset_yolo", "review"}
    assert {preset.name for preset in presets} == wanted | {"cryptomatte"}
    for preset in presets:
        assert preset.about
        assert preset.title
        assert find_preset(preset.name) == preset
    assert find_preset("Nuke layers").outputs[0].exr.plate
    with pytest.raises(InputError, match="Known: after_effects_prores, "):
        find_preset("unknown")


def test_a_preset_comes_back_from_its_file(tmp_path: Path) -> None:
    preset = ExportPreset(
        "mine",
        "Mine",
        "For the show.",
        (EVERYTHING, Output("review")),
        Naming("sh010", 3, 5, 1001),
        LayerChoice("both", ("wheel",), True),
        ColourOptions("rec709", "ocio://default", "d", "v"),
    )
    write_preset(tmp_path / "mine.json", preset)
    assert read_preset(tmp_path / "mine.json") == preset


@pytest.mark.parametrize(
    "text", ["", "[]", '{"outputs": 3}', '{"outputs": [{"format": "x"}]}', '{"schema_version": 9, "outputs": []}']
)
def test_a_broken_preset_is_a_sentence_that_names_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(InputError, match=r"mine\.json"):
        read_preset(tmp_path / "mine.json")
