"""Demo: learn, segment, export and evaluate on the built-in sample, whose truth is known."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.api.evaluate import EvaluateRequest, evaluate
from engine.api.export import export
from engine.api.export_request import ExportRequest
from engine.api.quick_run import LEARNED_PROFILE
from engine.api.segment import segment
from engine.api.segment_request import SegmentRequest
from engine.domain.frames import frame_number
from engine.domain.parts import PartSet
from engine.errors import OutputError
from engine.jobs import Job, Message
from engine.mattes.options import ImageOptions, Output

if TYPE_CHECKING:
    from engine.evaluation import Report

_OUTPUTS = ("result", "mattes", "review")


@dataclass(frozen=True)
class DemoRequest:
    """Where the demo writes.

    Attributes:
        out: Folder for everything.
        overwrite: Replace the files of an earlier demo; nothing else in `out` is touched.
    """

    out: Path
    overwrite: bool = False


@dataclass(frozen=True)
class DemoOutcome:
    """What the demo made and how good it is on the frames that were not painted."""

    out: Path
    review: Path
    report: Report

    def to_json(self) -> dict[str, Any]:
        """Returns the outcome as JSON values."""
        return {"out": str(self.out), "review": str(self.review), "evaluation": self.report.to_json()}

    def to_text(self) -> str:
        """Returns the outcome for a person."""
        return "\n".join(
            (
                "Against the known truth, on the frames that were not painted:",
                self.report.to_text(),
                "",
                "Where to look:",
                f"  {self.review}  the parts over the plate",
                f"  {self.out / 'mattes'}  one matte for each part and frame, 16 bit",
                f"  {self.out / 'result'}  labels, soft scores and confidence of each frame",
                f"  {self.out / 'result' / LEARNED_PROFILE}  what was learned, for `segment --profile`",
            )
        )


def demo(request: DemoRequest) -> Job[DemoOutcome]:
    """Runs the main job on the sample and returns what it made.

    Raises:
        OutputError: `request.out` holds an earlier demo and `overwrite` is off, or cannot be written.
    """
    from resources import sample_folder

    sample, out = sample_folder(), request.out
    _clear(out, overwrite=request.overwrite)
    parts = PartSet.from_json(json.loads((sample / "parts.json").read_text(encoding="utf-8")))
    frames, anchors, truth = sample / "frames", sample / "anchors", sample / "truth"
    painted = frozenset(number for path in anchors.glob("*.png") if (number := frame_number(path.stem)) is not None)
    yield Message(f"The sample has {len(list(frames.iterdir()))} frames; {len(painted)} of them are painted.")
    result = out / "result"
    yield from segment(SegmentRequest(frames, result, anchors=anchors, parts=parts))
    yield from export(ExportRequest(result, out / "mattes", (Output("png", image=ImageOptions(bits=16)),)))
    yield from export(ExportRequest(result, out / "review", (Output("overlay"),)))
    report = yield from evaluate(EvaluateRequest(truth, result, exclude_frames=painted))
    return DemoOutcome(out, next((out / "review").glob("*.mp4")), report)


def _clear(out: Path, *, overwrite: bool) -> None:
    """Makes room for the demo's own outputs and touches nothing else."""
    existing = [out / name for name in _OUTPUTS if (out / name).exists()]
    if existing and not overwrite:
        raise OutputError(
            f"'{existing[0]}' exists from an earlier demo. Nothing was changed. Choose another --out, or --overwrite."
        )
    for path in existing:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
