"""Writes shots: `python -m tests.footage OUT [--shot NAME]`; `--ship` renews the sample in resources/."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from tests.footage import SHOTS, Shot, Writing, make_scene, make_shot, write_shot
from tests.footage.sheet import write_sheet
from tests.footage.shots.sample import ANCHORS

SAMPLE_FOLDER = Path(__file__).parents[2] / "resources" / "sample"


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.footage", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", help="folder; each shot gets a folder in it")
    parser.add_argument("--shot", choices=SHOTS, action="append", help="only this shot (may be repeated)")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--frames", type=int, help="only the first so many frames")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alpha", action="store_true", help="also write the exact coverage")
    parser.add_argument("--sheet", action="store_true", help="also write a contact sheet with the truth's edges")
    parser.add_argument("--ship", action="store_true", help="write the sample to resources/sample instead")
    asked = parser.parse_args()
    if asked.ship:
        ship_sample()
        return
    if asked.out is None:
        parser.error("name a folder to write to")
    for name in asked.shot or SHOTS:
        folder = asked.out / name
        made = make_shot(name, folder, scale=asked.scale, frames=asked.frames, seed=asked.seed, alpha=asked.alpha)
        if asked.sheet:
            write_sheet(made, folder / "sheet.jpg")
        sys.stdout.write(f"{name}: {len(made.numbers)} frames in {folder}\n")


def ship_sample() -> Shot:
    """Renews the sample that ships: JPEG frames, truth, and the painted frames as a folder of anchors."""
    for folder in ("frames", "truth", "anchors"):
        shutil.rmtree(SAMPLE_FOLDER / folder, ignore_errors=True)
    made = write_shot(make_scene("sample"), SAMPLE_FOLDER, Writing(suffix=".jpg"))
    (SAMPLE_FOLDER / "anchors").mkdir()
    for number in ANCHORS:
        shutil.copy(made.truth_path(number), SAMPLE_FOLDER / "anchors")
    return made


if __name__ == "__main__":
    main()
