"""A Nuke snippet that loads the EXR layers and gives each a node of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from engine.mattes.layers import MatteLayer

_VERSION = "11.0 v1"
"""The oldest Nuke whose nodes are used; newer ones read its scripts."""
_COLUMN_PX, _ROW_PX = 120, 120


@dataclass(frozen=True)
class NukeRead:
    """What the Read node needs.

    Attributes:
        shot: Name of the shot.
        relative: Path of the EXRs from the script's folder, with %04d for the frame.
        first: First frame.
        last: Last frame.
        rate: Frames per second as a text, or "".
    """

    shot: str
    relative: PurePath
    first: int
    last: int
    rate: str = ""


def nuke_script(read: NukeRead, layers: Sequence[MatteLayer]) -> str:
    """Returns the script's text: paste it into a script that is saved beside the EXRs, or open it as it lies.

    The file is found from the folder of the script. The data are read raw: mattes are no colours.
    """
    lines = ["set cut_paste_input [stack 0]", f"version {_VERSION}"]
    lines += [f"add_layer {{{layer.channel} {layer.channel}.alpha}}" for layer in layers]
    lines += _read_node(read, len(layers))
    lines.append("set N_mattes [stack 0]")
    for index, layer in enumerate(layers):
        if index:
            lines.append("push $N_mattes")
        lines += _shuffle_node(layer, index)
    return "\n".join(lines) + "\n"


def _read_node(read: NukeRead, num_layers: int) -> list[str]:
    rate = f", {read.rate} fps" if read.rate else ""
    path = "\\[file dirname \\[value root.name]]/" + _quoted(read.relative.as_posix())
    return [
        "Read {",
        " inputs 0",
        " file_type exr",
        f' file "{path}"',
        f" first {read.first}",
        f" last {read.last}",
        f" origfirst {read.first}",
        f" origlast {read.last}",
        " origset true",
        " raw true",
        f" name Read_{_node_name(read.shot)}",
        f' label "{_quoted(read.shot)}\\n{num_layers} mattes{rate}"',
        f" xpos 0\n ypos {-_ROW_PX}",
        "}",
    ]


def _shuffle_node(layer: MatteLayer, index: int) -> list[str]:
    red, green, blue = layer.colour
    return [
        "Shuffle {",
        f" in {layer.channel}",
        " red alpha",
        " green alpha",
        " blue alpha",
        " alpha alpha",
        f" name Matte_{layer.channel}",
        f' label "{_quoted(layer.name)}"',
        f" tile_color 0x{red:02x}{green:02x}{blue:02x}ff",
        f" xpos {index * _COLUMN_PX}\n ypos {_ROW_PX}",
        "}",
    ]


def _quoted(text: str) -> str:
    """Returns text for a quoted Tcl string inside of a node's braces, which must balance."""
    return "".join(f"\\{letter}" if letter in '\\"$[{}' else letter for letter in text)


def _node_name(text: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text)
