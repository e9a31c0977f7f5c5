"""Presets on the command line of `export`: which one is meant, what the command line says on top, and keeping it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine.cli.reporter import Reporter
from engine.errors import InputError
from engine.mattes.options import ColourOptions, LayerChoice, Naming, Output

if TYPE_CHECKING:
    from engine.api.export_presets import ExportPreset

T = TypeVar("T")


def add_preset_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what keeps, lists, renames and deletes the user's own presets."""
    group = parser.add_argument_group("presets of your own")
    group.add_argument("--save-preset", metavar="NAME", help="keep formats, options and names of this command")
    group.add_argument("--presets", action="store_true", help="list all presets")
    group.add_argument("--rename-preset", nargs=2, metavar=("OLD", "NEW"), help="give one another name")
    group.add_argument("--delete-preset", metavar="NAME", help="delete one")


def chosen_preset(arguments: argparse.Namespace) -> ExportPreset:
    """Returns the preset that was named, or the formats, with what the command line says on top.

    Raises:
        InputError: There is no such preset, or what was given does not go together.
    """
    from engine.api.export_presets import ExportPreset
    from engine.api.own_presets import find_preset

    if arguments.preset and arguments.formats:
        raise InputError("--preset brings its formats along: give --preset or --format, not both.")
    found = find_preset(arguments.preset) if arguments.preset else None
    formats = tuple(Output.from_json(name) for name in arguments.formats or ("png",))
    base = found or ExportPreset("", "", "", formats)
    return replace(
        base,
        outputs=_outputs(arguments, base.outputs),
        naming=_naming(arguments, base.naming),
        layers=_layers(arguments, base.layers),
        colour=_colour(arguments, base.colour),
    )


def manage_presets(arguments: argparse.Namespace, preset: ExportPreset, reporter: Reporter) -> bool:
    """Does what was asked of the user's own presets; returns whether anything was.

    Raises:
        InputError: A name cannot be used or is unknown.
        OutputError: A name is taken and --overwrite is off, or the file cannot be written.
    """
    from engine.api.own_presets import delete_preset, own_presets_folder, rename_preset, save_preset

    if arguments.save_preset:
        kept = save_preset(preset, arguments.save_preset, overwrite=arguments.overwrite)
        reporter.say(f"Kept the preset '{kept.title}' ({own_presets_folder() / kept.name}.json).")
    if arguments.rename_preset:
        old, new = arguments.rename_preset
        kept = rename_preset(old, new)
        reporter.say(f"'{old}' is called '{kept.title}' now (--preset {kept.name}).")
    if arguments.delete_preset:
        delete_preset(arguments.delete_preset)
        reporter.say(f"Deleted the preset '{arguments.delete_preset}'.")
    if arguments.presets:
        _list(reporter)
    return bool(arguments.save_preset or arguments.rename_preset or arguments.delete_preset or arguments.presets)


def _list(reporter: Reporter) -> None:
    from engine.api.export_presets import built_in_presets
    from engine.api.own_presets import own_presets

    own = own_presets()
    rows = [*((p, "") for p in built_in_presets()), *((p, " (your own)") for p in own.presets)]
    lines = [
        f"  {preset.name:<22} {preset.title}{whose}: {', '.join(output.format for output in preset.outputs)}"
        for preset, whose in rows
    ]
    reporter.say("\n".join([*lines, *own.problems]))
    reporter.result(
        {
            "built_in": [preset.name for preset in built_in_presets()],
            "own": [preset.name for preset in own.presets],
            "problems": list(own.problems),
        }
    )


def _naming(arguments: argparse.Namespace, base: Naming) -> Naming:
    return _changed(
        base,
        {"shot": arguments.shot, "version": arguments.ver, "start": arguments.start, "padding": arguments.padding},
    )


def _layers(arguments: argparse.Namespace, base: LayerChoice) -> LayerChoice:
    names = tuple(arguments.parts) if arguments.parts else None
    return _changed(base, {"level": arguments.level, "names": names, "background": arguments.background or None})


def _colour(arguments: argparse.Namespace, base: ColourOptions) -> ColourOptions:
    return _changed(
        base,
        {
            "transfer": arguments.transfer,
            "ocio_config": arguments.ocio,
            "display": arguments.display,
            "view": arguments.view,
        },
    )


def _outputs(arguments: argparse.Namespace, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """Returns the formats with what the command line says of them on top."""
    if arguments.pattern and len(outputs) > 1:
        raise InputError(
            "--pattern names the files of one format. Export the formats one by one, or give each its pattern in a "
            "preset file."
        )
    return tuple(
        replace(
            output,
            pattern=arguments.pattern or output.pattern,
            image=_changed(output.image, {"bits": arguments.bits}),
            exr=_changed(
                output.exr,
                {
                    "depth": arguments.depth,
                    "compression": arguments.compression,
                    "plate": arguments.plate or None,
                    "multi_part": arguments.multi_part or None,
                    "ranks": arguments.ranks,
                },
            ),
            movie=_changed(output.movie, {"content": arguments.content, "rate": arguments.rate}),
            dataset=_changed(output.dataset, {"images": arguments.images or None}),
        )
        for output in outputs
    )


def _changed(values: T, given: Mapping[str, object]) -> T:
    """Returns the dataclass with what was given; None keeps what it holds."""
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(values, **changes)  # type: ignore[type-var]
