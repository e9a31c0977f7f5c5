"""Runs of the current clip: what a run would be made from, and the request for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.devices import smite_caution, smite_missing
from app.model.document import Document
from app.model.references import ReferencesModel
from app.model.results import ResultsModel
from app.model.run_choice import RunChoice
from app.model.session import ProjectSession
from app.playback.playhead import Playhead
from engine.api.library import PROFILE_FOLDER
from engine.api.places import cache_folder
from engine.api.segment_request import SegmentRequest
from engine.domain.frames import FrameRange
from engine.domain.labels import BACKGROUND, UNKNOWN, Painted
from engine.domain.profile import Backbone
from engine.domain.project import ProjectReference
from engine.errors import EngineError, InputError
from engine.hardware.devices import DeviceFacts
from engine.jobs import Job
from engine.profiles.card import ProfileCard, read_card
from engine.project_io.run_inputs import (
    MadeFrom,
    digest_of,
    file_digest,
    locks_digest,
    painted_and_parts_digest,
    painted_digest,
    write_anchors,
)
from engine.project_io.versions import RESULT_FOLDER, ResultVersion
from engine.results.folder import ResultReader

_JUDGE_AFTER_MS = 250


@dataclass(frozen=True)
class PreparedRun:
    """A run that is ready to be asked for.

    Attributes:
        version: Where it goes.
        request: What the worker is asked.
        choice: How it is done.
        title: What the queue shows.
        clip_id: The clip.
        anchors: What was painted, by frame.
    """

    version: ResultVersion
    request: SegmentRequest
    choice: RunChoice
    title: str
    clip_id: str
    anchors: Mapping[int, Painted]


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
        self._cards: dict[Path, tuple[int, ProfileCard]] = {}
        self.choice = RunChoice()
        self.devices: tuple[DeviceFacts, ...] | None = None
        # Hashing what was painted must not wait for the hand: strokes come faster than that.
        self._judging = QTimer(self)
        self._judging.setSingleShot(True)
        self._judging.setInterval(_JUDGE_AFTER_MS)
        self._judging.timeout.connect(results.judge)
        document.areasChanged.connect(self._on_painted)
        document.labelsChanged.connect(self._on_labels)
        document.projectChanged.connect(self._on_project)
        document.replaced.connect(self._on_replaced)
        results.set_stale_rule(self._is_stale)

    def choose(self, choice: RunChoice) -> None:
        """Changes how runs are done."""
        self.choice = choice
        self.changed.emit()

    def set_devices(self, devices: tuple[DeviceFacts, ...] | None) -> None:
        """Takes in what this machine computes with."""
        if devices != self.devices:
            self.devices = devices
            self.changed.emit()

    def profiles(self) -> tuple[Path, ...]:
        """Returns the profiles of the project, by name."""
        folder = self._session.path
        return tuple(sorted((folder / PROFILE_FOLDER).glob("*.safetensors"))) if folder is not None else ()

    def profiles_of(self, backbone: Backbone) -> tuple[Path, ...]:
        """Returns the profiles of the project that a backbone can use, by name; damaged ones are left out."""
        return tuple(path for path in self.profiles() if (card := self._card(path)) and card.backbone == backbone)

    def choose_backbone(self, backbone: Backbone) -> None:
        """Segments with another backbone: with its newest profile in the project, or by learning what is painted."""
        if backbone == self.choice.backbone:
            return
        fitting = sorted(self.profiles_of(backbone), key=lambda path: path.stat().st_mtime)
        profile = fitting[-1] if backbone == "smite" and fitting else None
        self.choose(replace(self.choice, backbone=backbone, profile=profile))

    def refresh_profiles(self) -> None:
        """Looks at the project's profiles again: one was learned, brought in, renamed or deleted."""
        if self.choice.profile is not None and not self.choice.profile.is_file():
            self.choice = replace(self.choice, profile=None)
        self.changed.emit()

    def choose_profile(self, profile: Path | None) -> None:
        """Segments with a profile, by the backbone that learned it; with None, what is painted is learned."""
        card = self._card(profile) if profile is not None else None
        backbone = card.backbone if card is not None else self.choice.backbone
        self.choose(replace(self.choice, profile=profile, backbone=backbone))

    def missing(self) -> str:
        """Returns a sentence that says what the chosen backbone needs and does not find here, or ""."""
        choice = self.choice
        if choice.backbone != "smite":
            return ""
        card = self._card(choice.profile) if choice.profile is not None else None
        return smite_missing(choice.model or (card.model or None if card is not None else None))

    def caution(self) -> str:
        """Returns a sentence on what will make the run slow, or ""."""
        return smite_caution(self.choice.device, self.devices) if self.choice.backbone == "smite" else ""

    def painted_frames(self, clip_id: str) -> tuple[ProjectReference, ...]:
        """Returns the references of a clip that lead its runs: painted, and not held out."""
        found = []
        for reference in self._references.references:
            if reference.clip_id == clip_id and not reference.holdout and reference.frame is not None:
                areas = self._document.store.areas(reference)
                if any(n for part, n in areas.items() if part not in (BACKGROUND, UNKNOWN)):
                    found.append(reference)
        return tuple(found)

    def prepare(self, only: FrameRange | None) -> PreparedRun:
        """Returns the run of the current clip, its version chosen: one that it can go on with, or a new one.

        Args:
            only: The frames that are wanted now, or None for the whole clip.

        Raises:
            InputError: There is no clip, nothing was painted and no profile chosen, or labels cannot be read.
            OutputError: The project cannot be written to.
        """
        clip_id, project, choice = self._playhead.clip_id, self._document.project, self.choice
        if not clip_id or self._session.path is None:
            raise InputError("No clip is open. Add one in the References workspace, or drop a video here.")
        references = self.painted_frames(clip_id)
        if not references and choice.profile is None:
            raise InputError(
                "Nothing is painted on this clip yet. Paint a frame in the References workspace, or choose a profile."
            )
        shown = self._results.chosen
        version = self._version(clip_id, only)
        clip = project.clip(clip_id)
        painted = {r.frame: self._document.layer(r.id).painted() for r in references if r.frame is not None}
        results = self._session.path / RESULT_FOLDER / clip_id
        made_from = MadeFrom.parse(version.made_from)
        assert made_from is not None
        request = SegmentRequest(
            clip=clip.path,
            out=version.folder,
            profile=choice.profile,
            backbone=choice.backbone if choice.profile is None else None,
            anchors=results / f"anchors-{made_from.painted}" if painted else None,
            parts=project.parts,
            colour_space=clip.colour_space,
            base=results / version.base if version.base else None,
            earlier=shown.folder if shown is not None and shown.begun and shown != version else None,
            cache_folder=cache_folder(),
            only=only,
            focus=self._playhead.frame,
            settings=choice.settings,
        )
        return PreparedRun(version, request, choice, f"{clip.name} {version.name}", clip_id, painted)

    def write_inputs(self, run: PreparedRun) -> Job[Path | None]:
        """Writes what the run is made from into the project, a frame a step."""
        if run.request.anchors is None:
            return None
        source = self._references.clip_source(run.clip_id)
        stems = {frame: source.stem(frame) for frame in run.anchors}
        return (yield from write_anchors(run.request.anchors, run.anchors, stems, self._document.project.parts))

    def _card(self, path: Path) -> ProfileCard | None:
        """Returns the head of a profile, or None where it cannot be read; read once while the file does not change."""
        try:
            stamp = path.stat().st_mtime_ns
            if path not in self._cards or self._cards[path][0] != stamp:
                self._cards[path] = stamp, read_card(path)
        except (OSError, EngineError):
            return None
        return self._cards[path][1]

    def _version(self, clip_id: str, only: FrameRange | None) -> ResultVersion:
        """Returns the version that the run goes into: one made from the same things, or a new one.

        The shown version goes first. Where it holds locks, the run shall keep them and be led by them: it goes on in
        the shown version while that has frames to do, and into one that is based on it otherwise.
        """
        chosen, versions = self._results.chosen, self._results.versions()
        base = chosen.name if chosen is not None and locks_digest(chosen.folder) else ""
        for version in sorted(reversed(versions), key=lambda v: v != chosen):  # noqa: C414 - newest first, stably
            if base and version.base != base and not (version == chosen and self._has_more_to_do(version, only)):
                continue
            if self._goes_on(version):
                self._results.choose(version.name)
                return version
        return self._results.begin(clip_id, self.choice.made_by, str(self._made_from(clip_id, base)), base=base)

    def _goes_on(self, version: ResultVersion) -> bool:
        """Tells whether a run of now would say the same as the version's run."""
        if version.made_by != self.choice.made_by:
            return False
        if version.made_from != str(self._made_from(version.clip_id, version.base)):
            return False
        if not version.begun:
            return True
        try:
            return ResultReader(version.folder).parts == self._document.project.parts
        except InputError:
            return False

    def _has_more_to_do(self, version: ResultVersion, only: FrameRange | None) -> bool:
        if not version.begun:
            return True
        unfinished = self._results.unfinished(version)
        return any(only is None or frame in only for frame in unfinished)

    def _made_from(self, clip_id: str, base: str) -> MadeFrom:
        choice = self.choice
        assert self._session.path is not None
        return MadeFrom(
            painted=self._painted_digest(clip_id),
            profile=file_digest(choice.profile) if choice.profile is not None else "",
            settings=digest_of(choice.decisive),
            locks=locks_digest(self._session.path / RESULT_FOLDER / clip_id / base) if base else "",
        )

    def _is_stale(self, version: ResultVersion) -> bool:
        """Tells whether what was painted, the parts or the profile changed since the version was made."""
        made_from = MadeFrom.parse(version.made_from)
        if made_from is None:
            return False
        if made_from.profile and made_from.profile not in map(file_digest, self.profiles()):
            return True
        try:
            return made_from.painted != self._painted_digest(version.clip_id)
        except EngineError:
            return False

    def _painted_digest(self, clip_id: str) -> str:
        references = self.painted_frames(clip_id)
        anchors = {r.frame: self._digest(r) for r in references if r.frame is not None}
        return painted_and_parts_digest(anchors, self._document.project.parts)

    def _digest(self, reference: ProjectReference) -> str:
        if reference.id not in self._digests:
            self._digests[reference.id] = painted_digest(self._document.layer(reference.id).painted())
        return self._digests[reference.id]

    def _on_painted(self, reference_id: str) -> None:
        self._digests.pop(reference_id, None)
        self._judging.start()

    def _on_labels(self, reference_id: str, _rect: object) -> None:
        self._on_painted(reference_id)

    def _on_replaced(self) -> None:
        """Another project: its own profiles, and nothing known of its paint."""
        self._digests.clear()
        self._cards.clear()
        self.choice = replace(self.choice, profile=None)

    def _on_project(self) -> None:
        self._judging.start()
        self.changed.emit()
