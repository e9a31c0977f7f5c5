"""What the worker is asked to do for a shot, and a digest that tells whether a later run would ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.core import Core
from app.i18n import tr
from app.model.runs import RunModel
from app.shots.model import ShotRow, ShotsModel
from engine.api.places import cache_folder
from engine.api.segment_request import SegmentRequest
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.domain.settings import SegmentSettings
from engine.errors import InputError
from engine.jobs import Job
from engine.project_io.run_inputs import (
    digest_of,
    file_digest,
    painted_and_parts_digest,
    painted_digest,
    write_anchors,
)
from engine.project_io.versions import RESULT_FOLDER


@dataclass(frozen=True)
class PreparedShot:
    """A shot that is ready to be asked for.

    Attributes:
        name: Its name in the batch.
        request: What the worker is asked.
        made_from: Digest of everything that decides the result.
        clip_id: The project's clip whose painted frames lead it, or "".
        anchors: Those frames.
    """

    name: str
    request: SegmentRequest
    made_from: str
    clip_id: str
    anchors: Mapping[int, Painted]


class Preparing:
    """Makes requests from the list, the project and its painted frames."""

    def __init__(self, core: Core, model: ShotsModel, runs: RunModel) -> None:
        self._core, self._model, self._runs = core, model, runs

    def painted_on(self, clip: Path) -> int:
        """Returns how many frames of a clip are painted in the project and lead its runs."""
        clip_id = self._clip_id(clip)
        return len(self._runs.painted_frames(clip_id)) if clip_id else 0

    def missing(self, row: ShotRow) -> str:
        """Returns what a shot still needs, or ""."""
        shot = row.shot
        if shot.profile is None and shot.anchors is None and not self.painted_on(shot.clip):
            return tr("Choose a profile, or paint a frame of this clip.")
        if shot.profile is not None and not shot.profile.is_file():
            return tr("The profile '{name}' is gone. Choose another one.").format(name=shot.profile.stem)
        return ""

    def prepared(self, row: ShotRow) -> PreparedShot:
        """Returns what would be asked now.

        Raises:
            InputError: Something is missing, or labels cannot be read.
        """
        missing = self.missing(row)
        if missing:
            raise InputError(missing)
        core, shot = self._core, row.shot
        settings = SegmentSettings(preset=self._model.plan.preset)
        batch = SegmentRequest(shot.clip, self._model.results, cache_folder=cache_folder(), settings=settings)
        request = replace(shot.request(batch), out=self._model.result_folder(row))
        clip_id = self._clip_id(shot.clip)
        led = f"{shot.anchors}"
        anchors: dict[int, Painted] = {}
        if shot.anchors is None and clip_id:
            references = self._runs.painted_frames(clip_id)
            anchors = {r.frame: core.document.layer(r.id).painted() for r in references if r.frame is not None}
        if anchors:
            parts = _painted_parts(core.document.project.parts, anchors)
            led = painted_and_parts_digest({n: painted_digest(p) for n, p in anchors.items()}, parts)
            assert core.session.path is not None
            folder = core.session.path / RESULT_FOLDER / clip_id / f"anchors-{led}"
            request = replace(request, anchors=folder, parts=parts)
        return PreparedShot(shot.name, request, _digest(request, led), clip_id if anchors else "", anchors)

    def inputs(self, prepared: PreparedShot) -> Job[Path | None]:
        """Writes the painted frames that lead a shot into the project, a frame a step."""
        if not prepared.anchors or prepared.request.anchors is None:
            return None
        source = self._core.references.clip_source(prepared.clip_id)
        stems = {frame: source.stem(frame) for frame in prepared.anchors}
        parts = prepared.request.parts or self._core.document.project.parts
        return (yield from write_anchors(prepared.request.anchors, prepared.anchors, stems, parts))

    def _clip_id(self, clip: Path) -> str:
        return next((known.id for known in self._core.references.clips if known.path == clip), "")


def _painted_parts(parts: PartSet, anchors: Mapping[int, Painted]) -> PartSet:
    """Returns the parts that are painted on this clip; those of the project's other subjects are not looked for."""
    seen = np.zeros(256, np.bool_)
    for painted in anchors.values():
        seen[np.unique(painted.labels)] = True
    return PartSet(tuple(part for part in parts if seen[part.id]))


def _digest(request: SegmentRequest, led: str) -> str:
    settings = {name: value for name, value in request.settings.to_json().items() if name != "device"}
    profile = file_digest(request.profile) if request.profile is not None else ""
    how = [request.backbone or "", str(request.frame_range), request.colour_space, request.cuts]
    return digest_of([str(request.clip), str(request.out), profile, led, how, settings])
