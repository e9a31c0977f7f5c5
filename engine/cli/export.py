"""`smite-studio export`: a result folder in, files for compositing out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args

from engine.api.places import cache_folder
from engine.cli.arguments import add_overwrite, add_range, checked
from engine.cli.export_presets import add_preset_arguments, chosen_preset, manage_presets
from engine.cli.reporter import Reporter
from engine.domain.finishing import FinishRecipe
from engine.errors import READING_FAULTS, InputError
from engine.mattes.formats import FORMATS, IMAGE_BITS
from engine.mattes.naming import TOKENS
from engine.mattes.options import (
    Compression,
    Content,
    Depth,
    Level,
)

if TYPE_CHECKING:
    from engine.api.export_plan import ExportPlan
    from engine.api.export_presets import ExportPreset
    from engine.api.export_request import ExportRequest

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    formats = "\n".join(f"  {name:<12} {info.title:<34} {info.pattern}" for name, info in FORMATS.items())
    tokens = " ".join(f"{{{token}}}" for token in TOKENS)
    parser.epilog = (
        f"formats, and their file names without --pattern:\n{formats}\n\n"
        f"tokens of --pattern: {tokens}; a width sets the digits: {{frame:06}}\n"
        "presets: nuke_layers, cryptomatte, after_effects_prores, png_per_part, dataset_coco, dataset_yolo, review,\n"
        "and your own: --save-preset NAME keeps what this command says; --presets lists them"
    )
    parser.add_argument("result", type=Path, nargs="?", metavar="RESULT", help="folder that `segment` wrote")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files")
    parser.add_argument(
        "--format",
        dest="formats",
        type=checked(_formats),
        metavar="NAME[,NAME]",
        help="what to write, several at once: png,exr,review (default: png)",
    )
    parser.add_argument("--preset", metavar="NAME|FILE", help="formats, options and names under one title")
    parser.add_argument("--clip", type=Path, metavar="CLIP", help="the plate, where it has moved")
    add_range(parser)
    add_overwrite(parser, "replace files that exist and were made from something else")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument(
        "--finish",
        type=checked(_recipe),
        metavar="FILE",
        help="finish the mattes by a recipe (JSON): grow, feather, de-chatter ...",
    )
    parser.add_argument(
        "--matting",
        metavar="FOLDER_OR_ID",
        help="matting network for a recipe that asks one (default: vitmatte-small, where it is on this machine)",
    )
    add_preset_arguments(parser)
    _add_layers(parser)
    _add_names(parser)
    _add_pictures(parser)
    _add_exr(parser)
    _add_movies(parser)


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Exports and says how many files lie where."""
    from engine.api.export import export
    from engine.api.export_plan import plan_export

    preset = chosen_preset(arguments)
    if manage_presets(arguments, preset, reporter) and arguments.result is None:
        return 0
    if arguments.result is None or arguments.out is None:
        raise InputError("Say what to export and where to: `smite-studio export RESULT --out DIR`.")
    request = _request(arguments, preset)
    if arguments.dry_run:
        plan = plan_export(request)
        reporter.say(_plan_text(plan))
        reporter.result(plan.to_json())
        return 0
    summary = reporter.drive(export(request))
    files = "1 file" if summary.files == 1 else f"{summary.files} files"
    frames = "1 frame" if len(summary.frames) == 1 else f"{len(summary.frames)} frames"
    kept = f", {summary.kept} of them finished before" if summary.kept else ""
    reporter.say(f"Wrote {files} for {frames}{kept}: {summary.folder}")
    reporter.result(summary.to_json())
    return 0


def _add_layers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("layers")
    group.add_argument(
        "--part", dest="parts", action="append", metavar="NAME", help="only this part or group; may be repeated"
    )
    group.add_argument("--level", choices=get_args(Level), help="parts, groups of parts as sums, or both")
    group.add_argument("--background", action="store_true", help="the background as a layer: all layers sum to 1")


def _add_names(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("names and numbers")
    group.add_argument("--pattern", metavar="NAME", help="file names; with several formats a preset says more")
    group.add_argument("--shot", metavar="NAME", help="what {shot} stands for (default: from the clip)")
    group.add_argument("--ver", type=int, metavar="N", help="what {ver} stands for (default: of the result, else 1)")
    group.add_argument("--start", type=int, metavar="1001", help="number of the first frame (default: the source's)")
    group.add_argument("--padding", type=int, metavar="4", help="least digits of frame numbers")


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("pictures")
    group.add_argument("--bits", type=int, choices=IMAGE_BITS, help="of png, tiff, cutout, ffv1 (default: 8)")
    group.add_argument("--images", action="store_true", help="coco and yolo: the pictures go along")
    group.add_argument(
        "--ocio",
        metavar="FILE",
        help="OpenColorIO configuration for review and overlay videos of scene-linear plates; "
        "ocio://default is built in",
    )
    group.add_argument("--display", metavar="NAME", help="display of --ocio (default: its own)")
    group.add_argument("--view", metavar="NAME", help="view of --ocio (default: its own)")


def _add_exr(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("OpenEXR")
    group.add_argument("--depth", choices=get_args(Depth), help="of the mattes (default: half)")
    group.add_argument("--compression", choices=get_args(Compression), help="default: zips")
    group.add_argument("--plate", action="store_true", help="the plate's RGB goes into the EXR")
    group.add_argument("--multi-part", action="store_true", help="a part of the file for each layer")
    group.add_argument("--ranks", type=int, metavar="N", help="Cryptomatte: ids per pixel (default: as needed)")
    group.add_argument(
        "--transfer",
        metavar="NAME",
        help="how video becomes scene-linear: auto, srgb, rec709, gamma2.2, gamma2.4, linear (default: auto)",
    )


def _add_movies(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("movies")
    group.add_argument("--content", choices=get_args(Content), help="prores and ffv1: plate with alpha, or the matte")
    group.add_argument("--rate", metavar="24000/1001", help="frames per second (default: the clip's, else 24)")


def _recipe(text: str) -> FinishRecipe:
    try:
        return FinishRecipe.from_json(json.loads(Path(text).read_text(encoding="utf-8")))
    except READING_FAULTS as error:
        raise InputError(f"The finish recipe '{text}' cannot be read ({error}).") from error


def _formats(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise InputError(f"'{', '.join(unknown) or text}' is no format. Known: {', '.join(FORMATS)}.")
    return names


def _request(arguments: argparse.Namespace, preset: ExportPreset) -> ExportRequest:
    from engine.api.export_request import ExportRequest

    return ExportRequest(
        result=arguments.result,
        out=arguments.out,
        outputs=preset.outputs,
        naming=preset.naming,
        layers=preset.layers,
        colour=preset.colour,
        finish=arguments.finish,
        matting_model=arguments.matting,
        cache_folder=cache_folder(),
        frame_range=arguments.frame_range,
        clip=arguments.clip,
        overwrite=arguments.overwrite,
    )


def _plan_text(plan: ExportPlan) -> str:
    table = plan.to_json()
    layers = ", ".join(layer.channel for layer in plan.layers)
    lines = [f"{table['files']} files for {table['frames']} frames ({table['first']}-{table['last']}), for example:"]
    lines += [f"  {path}" for path in table["examples"]]
    lines.append(f"About {table['estimated_bytes'] / 1e6:.0f} MB. Layers: {layers}.")
    if plan.finished:
        lines.append(f"{len(plan.finished)} files are finished and would be kept.")
    if plan.replaced:
        lines.append(f"{len(plan.replaced)} files exist and would be overwritten: --overwrite is needed.")
    return "\n".join([*lines, *plan.warnings])
