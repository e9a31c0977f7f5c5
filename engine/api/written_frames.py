"""Scored frames on their way into the result folder."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from engine.api.clip_setup import ClipSetup
from engine.domain.scores import FrameScores
from engine.domain.task import ScoringJob
from engine.jobs import FrameDone, Job, Progress
from engine.results.folder import ResultWriter
from engine.results.paste import pasted
from engine.results.resample import labels_on_plate


def written(
    scoring: ScoringJob[None], setup: ClipSetup, writer: ResultWriter, total: int, *, final: bool = False
) -> Job[None]:
    """Writes each scored frame, with what was painted on it, and passes everything else on."""
    done = 0
    with closing(scoring):
        for item in scoring:
            if not isinstance(item, FrameScores):
                yield item
                continue
            yield from _write_frame(item, setup, writer, final=final)
            done += 1
            yield Progress("segmenting" if final or item.state == "done" else "drafting", done, total)


def _write_frame(scores: FrameScores, setup: ClipSetup, writer: ResultWriter, *, final: bool) -> Job[None]:
    if final:
        scores = replace(scores, state="done")
    painted = setup.anchors.get(scores.frame)
    if painted is None:
        labels = labels_on_plate(scores, setup.plate_hw)
    else:
        scores, labels = pasted(scores, painted)
    writer.write(setup.source.stem(scores.frame), scores, labels)
    yield FrameDone(scores.frame, scores.state)
