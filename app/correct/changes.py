"""What changed between two versions of a clip, kept up to date while changes are accepted and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.core import Core
from app.correct import frame_work
from app.correct.model import CorrectModel
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.diff import DiffRequest

_AGAIN_AFTER_MS = 300


class ChangesModel(QObject):
    """Frames of the shown version whose mattes are not those of an earlier one.

    Signals:
        changed(): The pair, its rows, or what was accepted of them is another.
        failed(str): The versions could not be compared; the sentence says why.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, core: Core, model: CorrectModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core, self._model = core, model
        self._job = ""
        self._asked: tuple[int, ...] = ()
        self._rewritten: set[int] = set()
        self.pair: tuple[Path, Path] | None = None
        self.compared = 0
        self._rows: dict[int, Mapping[str, float]] = {}
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_AFTER_MS)
        self._again.timeout.connect(self._compare_again)
        core.queue.finished.connect(self._on_finished)
        core.results.versionsChanged.connect(self._on_versions)
        core.results.frameChanged.connect(self._on_frame)
        model.changed.connect(self.changed)

    @property
    def busy(self) -> bool:
        """A worker compares."""
        return bool(self._job)

    @property
    def ready(self) -> bool:
        """The versions were compared."""
        return self.pair is not None and self.compared > 0

    def earlier(self) -> Path | None:
        """Returns the version to compare with: the one chosen for that, or the one before the shown one."""
        results = self._core.results
        shown, compared = results.chosen, results.compared
        if shown is None:
            return None
        if compared is not None and compared.begun and compared != shown:
            return compared.folder
        begun = [version for version in results.versions() if version.begun]
        names = [version.name for version in begun]
        at = names.index(shown.name) if shown.name in names else 0
        return begun[at - 1].folder if at > 0 else None

    def compare(self) -> None:
        """Has a worker compare the two versions."""
        earlier, shown = self.earlier(), self._core.results.chosen
        if earlier is not None and shown is not None and not self._job:
            self.pair, self._rows, self.compared = (earlier, shown.folder), {}, 0
            self._submit(())

    def rows(self, part: str | None) -> list[tuple[int, Mapping[str, float]]]:
        """Returns the changes that nobody decided about, the greatest first: frame, and amount by part.

        Args:
            part: Name of the part that is looked at, or None for all.
        """
        found = []
        for frame, parts in self._rows.items():
            accepted = self._accepted(frame)
            left = {name: share for name, share in parts.items() if name not in accepted and part in (None, name)}
            if left:
                found.append((frame, left))
        return sorted(found, key=lambda row: (-max(row[1].values()), row[0]))

    def accept(self, frames: Sequence[int], part: str | None) -> None:
        """Takes the change of frames, in one part or all, for good: they are not listed any more."""
        parts = self._core.parts.parts
        ids = [parts.by_name(part).id] if part is not None else list(parts.ids)
        self._model.set_review(tr("Accept changes"), self._model.review.accepting(frames, ids))

    def keep_earlier(self, frames: Sequence[int], part: str | None) -> None:
        """Lays the earlier mattes of frames, in one part or all, over the shown version."""
        if self.pair is not None and frames:
            work = partial(frame_work.keep_old, *self.pair, list(frames), [part] if part is not None else [])
            self._model.perform(tr("Keep the earlier matte"), work)

    def _accepted(self, frame: int) -> set[str]:
        parts = self._core.parts.parts
        return {parts.by_id(i).name for i in self._model.review.accepted.get(frame, ()) if i in parts.ids}

    def _submit(self, frames: tuple[int, ...]) -> None:
        assert self.pair is not None
        self._asked = frames
        request = DiffRequest(*self.pair, frames)
        self._job = self._core.queue.submit(JobSpec("diff", request, tr("Compare versions"), lane="light"))
        self.changed.emit()

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        if job_id != self._job:
            return
        self._job = ""
        if outcome.kind != "succeeded" or outcome.value is None or self.pair is None:
            self.failed.emit(outcome.sentence)
            return
        for frame in self._asked:
            self._rows.pop(frame, None)
        self._rows.update({int(row["frame"]): row["parts"] for row in outcome.value["frames"]})
        if not self._asked:
            self.compared = int(outcome.value["compared"])
        self.changed.emit()
        if self._rewritten:
            self._again.start()

    def _on_frame(self, frame: int) -> None:
        chosen = self._core.results.chosen
        if self.ready and self.pair is not None and chosen is not None and chosen.folder == self.pair[1]:
            self._rewritten.add(frame)
            self._again.start()

    def _compare_again(self) -> None:
        if self._job or self.pair is None or not self._rewritten:
            return
        frames, self._rewritten = tuple(sorted(self._rewritten)), set()
        self._submit(frames)

    def _on_versions(self) -> None:
        shown = self._core.results.chosen
        if self.pair is not None and (shown is None or self.pair != (self.earlier(), shown.folder)):
            self.pair, self._rows, self.compared = None, {}, 0
            self._rewritten.clear()
        self.changed.emit()
