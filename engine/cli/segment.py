"""`smite-studio segment`: a clip and a profile or painted frames in, a result folder out."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import get_args

from engine.api.places import cache_folder
from engine.api.segment_request import SegmentRequest
from engine.cli.arguments import add_backbone, add_overwrite, add_parts, add_range
from engine.cli.reporter import Reporter
from engine.domain.settings import Attention, CropMode, SegmentSettings, Temporal, TrackerName
from engine.errors import InputError

_EXAMPLES = """examples:
  smite-studio segment shot.mov --anchors painted/ --out result/
  smite-studio segment plates/sh010.%04d.exr --profile car.safetensors --range 1001-1100 --out result/

anchors are label PNGs named like the clip's frames; each frame that is painted comes back exactly as painted.
A run that was stopped goes on where it stopped when the same command is given again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "clip", type=Path, metavar="CLIP", help="video, image sequence (name.%%04d.exr, one file, folder)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="result folder to write")
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="profile to use; without it the anchors are learned"
    )
    parser.add_argument("--anchors", type=Path, metavar="DIR", help="painted frames of this very clip")
    parser.add_argument(
        "--base",
        type=Path,
        metavar="DIR",
        help="earlier result: what is locked there stays as it is",
    )
    add_range(parser)
    add_how(parser)
    add_overwrite(parser, "start anew; a previous result in DIR is kept beside it")


def add_how(parser: argparse.ArgumentParser) -> None:
    """Adds what decides how a clip is segmented, for `segment` and `batch` alike."""
    add_parts(parser)
    parser.add_argument(
        "--map",
        dest="part_map",
        action="append",
        default=[],
        metavar="PROFILE=HERE",
        help="a part of the profile is called something else here (wheel=tyre); may be repeated",
    )
    add_backbone(parser)
    parser.add_argument("--cuts", default="auto", help="auto, none, or the first frames of new shots: 1043,1101")
    parser.add_argument("--colour-space", default="auto", help="input colour space of the clip (default: auto)")
    parser.add_argument(
        "--attention", choices=get_args(Attention), default="window", help="smite: frame by frame or joint"
    )
    parser.add_argument(
        "--temporal",
        choices=get_args(Temporal),
        default="vote",
        help="how flicker is removed; guided is for smite (default: vote)",
    )
    parser.add_argument(
        "--tracker",
        choices=get_args(TrackerName),
        default="flow",
        help="what follows points: the built-in flow, or the CoTracker plug-in (default: flow)",
    )
    parser.add_argument(
        "--window", type=int, metavar="N", help="frames that a vote looks at (default: 7 for quick, 15 for smite)"
    )
    parser.add_argument(
        "--crop",
        choices=get_args(CropMode),
        default="auto",
        help="work on the subject's box only, so that it gets more pixels (default: auto, where it pays)",
    )
    parser.add_argument(
        "--model", metavar="FOLDER_OR_ID", help="smite: the base model, where it is not the profile's own"
    )


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Segments the clip and says where the result is and where it may be wrong."""
    from engine.api.segment import segment

    summary = reporter.drive(segment(replace(request_of(arguments, arguments.clip), base=arguments.base)))
    reporter.say(summary.to_text())
    reporter.result(summary.to_json())
    return 0


def request_of(arguments: argparse.Namespace, clip: Path) -> SegmentRequest:
    """Returns what the arguments ask for."""
    return SegmentRequest(
        clip=clip,
        out=arguments.out,
        profile=arguments.profile,
        anchors=arguments.anchors,
        frame_range=arguments.frame_range,
        backbone=arguments.backbone,
        parts=arguments.parts,
        partial=arguments.partial,
        part_map=_pairs(arguments.part_map),
        colour_space=arguments.colour_space,
        cuts=arguments.cuts,
        overwrite=arguments.overwrite,
        cache_folder=cache_folder(),
        settings=SegmentSettings(
            preset=arguments.preset,
            attention=arguments.attention,
            temporal=arguments.temporal,
            tracker=arguments.tracker,
            window=arguments.window,
            crop=arguments.crop,
            device=arguments.device,
            seed=arguments.seed,
            model=arguments.model,
        ),
    )


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        theirs, equals, ours = text.partition("=")
        if not (equals and theirs.strip() and ours.strip()):
            raise InputError(f"--map wants PROFILE=HERE, for example wheel=tyre; got '{text}'.")
        pairs[theirs.strip()] = ours.strip()
    return pairs
