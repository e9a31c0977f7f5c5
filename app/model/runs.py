"""Runs of the current clip: what a run would be made from, and the request for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from app.model.document import Document
from app.model.references import ReferencesModel
from app.model.results import ResultsModel
from app.model.session import ProjectSession
from app.playback.playhead import Playhead
from engine.api.places import cache_folder
from engine.api.segment_request import SegmentRequest
from engine.domain.frames import FrameRange
from engine.domain.labels import BACKGROUND, UNKNOWN, Painted
from engine.domain.project import ProjectReference
from engine.domain.settings import Preset, SegmentSettings
from engine.errors import EngineError, InputError
from engine.jobs import Job
from engine.project_io.run_inputs import inputs_digest, painted_digest, write_anchors
from engine.project_io.versions import RESULT_FOLDER, ResultVersion
from engine.results.folder import ResultReader

Scope = Literal["frame", "range", "clip"]


@dataclass(frozen=True)
class RunChoice:
    """How the artist wants a clip segmented.

    Attributes:
        preset: draft, standard or best.
        profile: Profile to use, or None to learn what was painted on this clip.
        device: As in `SegmentSettings`.
        window: Frames a vote looks at, or None for the backbone's own.
    """

    preset: Preset = "standard"
    profile: Path | None = None
    device: str = "auto"
    window: int | None = None

    @property
    def made_by(self) -> str:
        """What versions say of it."""
        return f"{self.profile.stem if self.profile is not None else 'painted frames'}, {self.preset}"


@dataclass(frozen=True)
class PreparedRun:
    """A run that is ready to be asked for.

    Attributes:
        version: Where it goes.
        request: What the worker is asked.
        title: What the queue shows.
        clip_id: The clip.
    """

    version: ResultVersion
    request: SegmentRequest
    title: str
    clip_id: str = ""
    anchors: Mapping[int, Painted] = field(default_factory=dict)


class RunModel(QObject):
    """What would be run now.

    Signals:
        changed(): The choice, or what it is made from, changed.
    """

    changed = Signal()

    def __init__(
        self,
        document: Document,
        session: ProjectSession,
        references: ReferencesModel,
        results: ResultsModel,
        playhead: Playhead,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._session, self._references = document, session, references
        self._results, self._playhead = results, playhead
        self._digests: dict[str, str] = {}
        self.choice = RunChoice()
        document.areasChanged.connect(self._on_painted)
        document.labelsChanged.connect(lambda reference_id, _rect: self._on_painted(reference_id))
        document.projectChanged.connect(self._on_project)
        document.replaced.connect(self._digests.clear)
        results.set_stale_rule(self._is_stale)

    def choose(self, choice: RunChoice) -> None:
        """Changes how runs are done."""
        self.choice = choice
        self.changed.emit()

    def profiles(self) -> tuple[Path, ...]:
        """Returns the profiles of the project, by name."""
        folder = self._session.path
        return tuple(sorted((folder / "profiles").glob("*.safetensors"))) if folder is not None else ()

    def painted_frames(self, clip_id: str) -> tuple[ProjectReference, ...]:
        """Returns the references of a clip that lead its runs: painted, and not held out."""
        found = []
        for reference in self._references.references:
            if reference.clip_id == clip_id and not reference.holdout and reference.frame is not None:
                areas = self._document.store.areas(reference)
                if any(n for part, n in areas.items() if part not in (BACKGROUND, UNKNOWN)):
                    found.append(reference)
        return tuple(found)

    def prepare(self, scope: Scope) -> PreparedRun:
        """Returns the run of the current clip, its version begun and chosen.

        Raises:
            InputError: There is no clip, nothing was painted and no profile chosen, or labels cannot be read.
            OutputError: The project cannot be written to.
        """
        clip_id = self._playhead.clip_id
        if not clip_id:
            raise InputError("No clip is open. Add one in the References workspace, or drop a video here.")
        references = self.painted_frames(clip_id)
        if not references and self.choice.profile is None:
            raise InputError(
                "Nothing is painted on this clip yet. Paint a frame in the References workspace, or choose a profile."
            )
        project = self._document.project
        digest = self._made_from(references, self.choice)
        version = self._results.begin(clip_id, self.choice.made_by, digest, self._fits)
        clip = project.clip(clip_id)
        painted = {r.frame: self._document.layer(r.id).painted() for r in references if r.frame is not None}
        assert self._session.path is not None
        folder = self._session.path / RESULT_FOLDER / clip_id / f"anchors-{digest}"
        request = SegmentRequest(
            clip=clip.path,
            out=version.folder,
            profile=self.choice.profile,
            anchors=folder if painted else None,
            parts=project.parts,
            colour_space=clip.colour_space,
            base=self._locked_base(version),
            cache_folder=cache_folder(),
            only=self._only(scope),
            focus=self._playhead.frame,
            settings=SegmentSettings(preset=self.choice.preset, device=self.choice.device, window=self.choice.window),
        )
        return PreparedRun(version, request, f"{clip.name} {version.name}", clip_id, painted)

    def write_inputs(self, run: PreparedRun) -> Job[Path | None]:
        """Writes what the run is made from into the project, a frame a step."""
        if run.request.anchors is None:
            return None
        source = self._references.clip_source(run.clip_id)
        stems = {frame: source.stem(frame) for frame in run.anchors}
        return (yield from write_anchors(run.request.anchors, run.anchors, stems, self._document.project.parts))

    def _locked_base(self, version: ResultVersion) -> Path | None:
        """Returns the result whose locked frames the run must keep: the one before this version."""
        earlier = [v for v in self._results.versions() if v.name != version.name and v.begun and _has_locks(v)]
        return earlier[-1].folder if earlier and not version.begun else None

    def _only(self, scope: Scope) -> FrameRange | None:
        if scope == "frame":
            return FrameRange(self._playhead.frame, self._playhead.frame + 1)
        return self._playhead.in_out if scope == "range" else None

    def _fits(self, version: ResultVersion) -> bool:
        """Tells whether a run can go on in a version: its part table is the project's as it is now."""
        if not version.begun:
            return True
        try:
            return ResultReader(version.folder).parts == self._document.project.parts
        except InputError:
            return False

    def _is_stale(self, version: ResultVersion) -> bool:
        """Tells whether what was painted, or the parts, changed since the version was made."""
        for choice in self._choices():
            if choice.made_by == version.made_by:
                try:
                    return self._made_from(self.painted_frames(version.clip_id), choice) != version.made_from
                except EngineError:
                    return False
        return False

    def _choices(self) -> list[RunChoice]:
        presets: tuple[Preset, ...] = ("draft", "standard", "best")
        profiles = (None, *self.profiles())
        return [replace(self.choice, preset=preset, profile=p) for preset in presets for p in profiles]

    def _made_from(self, references: tuple[ProjectReference, ...], choice: RunChoice) -> str:
        anchors = {r.frame: self._digest(r) for r in references if r.frame is not None}
        profile = choice.profile
        facts = {"preset": choice.preset, "window": choice.window, "profile": _stamp(profile) if profile else ""}
        return inputs_digest(anchors, self._document.project.parts, facts)

    def _digest(self, reference: ProjectReference) -> str:
        if reference.id not in self._digests:
            self._digests[reference.id] = painted_digest(self._document.layer(reference.id).painted())
        return self._digests[reference.id]

    def _on_painted(self, reference_id: str) -> None:
        self._digests.pop(reference_id, None)
        self._results.judge()

    def _on_project(self) -> None:
        self._results.judge()
        self.changed.emit()


def _has_locks(version: ResultVersion) -> bool:
    from engine.results.review import read_review

    try:
        review = read_review(version.folder)
    except InputError:
        return False
    return bool(review.frames or review.parts)


def _stamp(profile: Path) -> list[object]:
    try:
        facts = profile.stat()
    except OSError:
        return [profile.name]
    return [profile.name, facts.st_size, facts.st_mtime_ns]
