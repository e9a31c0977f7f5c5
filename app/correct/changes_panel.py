"""Changes between two versions: the frames that differ, by amount, and taking back what was better before."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from app.core import Core
from app.correct import frame_work
from app.correct.frame_list import FrameList, FrameRow
from app.correct.model import CorrectModel
from app.i18n import plural, tr
from app.jobs.spec import JobSpec, Outcome
from engine.api.diff import DiffRequest


class ChangesPanel(QWidget):
    """The frames of the shown version whose mattes are not those of an earlier one.

    A click goes to a frame; with the earlier version chosen to compare with, the viewer wipes between the two. What is
    kept from the earlier version becomes a correction of the shown one, which undo takes back; both versions stay.
    """

    def __init__(self, core: Core, model: CorrectModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._core, self._model = core, model
        self._job = ""
        self._pair: tuple[Path, Path] | None = None
        self.compare, self.keep = QPushButton(tr("Compare")), QPushButton(tr("Keep the earlier"))
        self.part = QComboBox()
        columns = [tr("Frame"), tr("Changed"), tr("Parts")]
        self.list = FrameList(tr("Frames that changed"), columns, numbers=(0, 1))
        self._words = QLabel()
        self._build()
        core.queue.finished.connect(self._on_finished)
        core.results.versionsChanged.connect(self._on_versions)
        core.parts.changed.connect(self._show_parts)
        self._show_parts()
        self._on_versions()

    def ask(self) -> None:
        """Has a worker compare the shown version with the one chosen to compare with, or the one before it."""
        earlier, shown = self._earlier(), self._core.results.chosen
        if earlier is None or shown is None:
            return
        self._pair = earlier, shown.folder
        request = DiffRequest(earlier, shown.folder)
        self._job = self._core.queue.submit(JobSpec("diff", request, tr("Compare versions"), lane="light"))
        self.compare.setEnabled(False)
        self._say(tr("Comparing …"))

    def keep_earlier(self) -> None:
        """Lays the earlier mattes over the selected frames, all parts or the chosen one."""
        frames = [int(frame) for frame in self.list.chosen]
        if self._pair is None or not frames:
            return
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name first."))
            return
        name = self.part.currentData()
        old, new = self._pair
        work = partial(frame_work.keep_old, old, new, frames, [name] if name else [])
        self._model.perform(tr("Keep the earlier matte"), work)

    def _build(self) -> None:
        self.compare.clicked.connect(self.ask)
        self.keep.clicked.connect(self.keep_earlier)
        self.keep.setToolTip(tr("Lays the earlier version's matte over the selected frames; undo takes it back"))
        self.part.setAccessibleName(tr("Part to keep from the earlier version"))
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        self.list.itemSelectionChanged.connect(self._on_selection)
        self._words.setProperty("role", "secondary")
        self._words.setWordWrap(True)
        buttons = QHBoxLayout()
        for widget in (self.compare, self.keep, self.part):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self._words)
        column.addWidget(self.list, 1)

    def _earlier(self) -> Path | None:
        results = self._core.results
        shown, compared = results.chosen, results.compared
        if shown is None:
            return None
        if compared is not None and compared.begun:
            return compared.folder
        begun = [version for version in results.versions() if version.begun]
        names = [version.name for version in begun]
        at = names.index(shown.name) if shown.name in names else 0
        return begun[at - 1].folder if at > 0 else None

    def _on_versions(self) -> None:
        earlier, shown = self._earlier(), self._core.results.chosen
        self.compare.setEnabled(earlier is not None and not self._job)
        if self._pair is not None and (shown is None or self._pair != (earlier, shown.folder)):
            self._pair = None
            self.list.show_rows(())
        if earlier is None:
            self._say(tr("With a second version, the frames that changed are listed here."))
        elif self._pair is None:
            self._say(tr("Compare with {name}").format(name=earlier.name))
        self._on_selection()

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        if job_id != self._job:
            return
        self._job = ""
        self.compare.setEnabled(True)
        if outcome.kind != "succeeded" or outcome.value is None or self._pair is None:
            self._say(outcome.sentence)
            return
        rows = []
        for row in outcome.value["frames"]:
            parts = sorted(row["parts"].items(), key=lambda item: -item[1])
            words = ", ".join(f"{name} {share * 100:.0f} %" for name, share in parts)
            most = f"{parts[0][1] * 100:.0f} %" if parts else ""
            rows.append(FrameRow((str(row["frame"]), most, words), int(row["frame"])))
        self.list.show_rows(rows)
        compared = int(outcome.value["compared"])
        changed = plural(len(rows), "{n} frame changed", "{n} frames changed")
        self._say(
            tr("{changed} of {total}, against {name}").format(changed=changed, total=compared, name=self._pair[0].name)
        )

    def _on_item(self, item: QTreeWidgetItem) -> None:
        self._core.playhead.go(int(FrameList.value_of(item)))

    def _on_selection(self) -> None:
        self.keep.setEnabled(self._pair is not None and bool(self.list.chosen))

    def _show_parts(self) -> None:
        chosen = self.part.currentData()
        self.part.clear()
        self.part.addItem(tr("All parts"), None)
        for part in self._core.parts.parts:
            self.part.addItem(part.name, part.name)
        self.part.setCurrentIndex(max(0, self.part.findData(chosen)))

    def _say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))
