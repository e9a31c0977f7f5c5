"""`smite-studio train`: references in, profile out."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.arguments import add_backbone, add_overwrite, add_parts
from engine.cli.reporter import Reporter
from engine.domain.settings import TrainSettings
from resources import preset_names

_LAYOUTS = """references may lie as
  x.jpg + x.png                      a label map beside each image
  images/ + masks/                   or JPEGImages/ + Annotations/
  masks/<part>/<stem>.png            or <stem>_<part>.png: one binary mask for each part"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the verb's own arguments."""
    parser.epilog = _LAYOUTS
    parser.add_argument("references", type=Path, metavar="REFERENCES", help="folder with images and their masks")
    parser.add_argument("--out", type=Path, required=True, metavar="PROFILE", help="profile to write (.safetensors)")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="start from this profile instead of from nothing")
    add_parts(parser)
    add_backbone(parser)
    smite = parser.add_argument_group("smite backbone")
    smite.add_argument("--model", metavar="FOLDER_OR_ID", help="Stable Diffusion 1.x/2.x in diffusers layout")
    smite.add_argument("--resolution", type=int, default=512, help="side of the training image, a multiple of 64")
    smite.add_argument("--subject", choices=preset_names(), help="constants of the paper for this class of subjects")
    parser.add_argument("--steps", type=int, metavar="N", help="learning steps (default: the preset's)")
    add_overwrite(parser, "replace PROFILE if it exists")


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Learns the profile and says where it is."""
    from engine.api.train import TrainRequest, train

    request = TrainRequest(
        references=arguments.references,
        out=arguments.out,
        backbone=arguments.backbone or "quick",
        parts=arguments.parts,
        partial=arguments.partial,
        start=arguments.profile,
        overwrite=arguments.overwrite,
        settings=TrainSettings(
            preset=arguments.preset,
            steps=arguments.steps,
            resolution=arguments.resolution,
            device=arguments.device,
            seed=arguments.seed,
            model=arguments.model,
            subject=arguments.subject,
        ),
    )
    profile = reporter.drive(train(request))
    reporter.say(f"Learned {profile.parts.describe()}.\nProfile: {arguments.out}")
    reporter.result({"profile": str(arguments.out), "hash": profile.digest(), "training": dict(profile.training)})
    return 0
