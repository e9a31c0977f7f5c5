"""Changes between two versions: the frames that differ, by amount; accepting them, or taking back what was better."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from app.core import Core
from app.correct.changes import ChangesModel
from app.correct.frame_list import FrameList, FrameRow
from app.correct.model import CorrectModel
from app.correct.scope import frames_of
from app.i18n import plural, tr
from engine.errors import InputError

Which = Literal["chosen", "range", "all"]


class ChangesPanel(QWidget):
    """The frames of the shown version whose mattes are not those of an earlier one.

    A click goes to a frame, "Wipe" lays the two versions side by side. What is accepted leaves the list; what is kept
    from the earlier version becomes a correction of the shown one. Undo takes both back; both versions stay.
    """

    def __init__(
        self, core: Core, model: CorrectModel, wipe: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._core, self._wipe_with = core, wipe
        self.model = ChangesModel(core, model, self)
        self.compare, self.wipe = QPushButton(tr("Compare")), QPushButton(tr("Wipe"))
        self.accept, self.keep = QPushButton(tr("Accept new")), QPushButton(tr("Keep earlier"))
        self.part, self.which = QComboBox(), QComboBox()
        columns = [tr("Frame"), tr("Changed"), tr("Parts")]
        self.list = FrameList(tr("Frames that changed"), columns, numbers=(0, 1))
        self._words = QLabel()
        self._build()
        self.model.changed.connect(self.refresh)
        self.model.failed.connect(core.notifier.warning)
        core.parts.changed.connect(self._show_parts)
        self._show_parts()
        self.refresh()

    def refresh(self) -> None:
        """Shows the changes that nobody decided about."""
        chosen = set(self.list.chosen)
        rows = self.model.rows(self._part())
        with QSignalBlocker(self.list):
            self.list.show_rows([_row(frame, dict(parts)) for frame, parts in rows])
            for at, (frame, _) in enumerate(rows):
                item = self.list.topLevelItem(at)
                if item is not None and frame in chosen:
                    item.setSelected(True)
        self._say(self._sentence(len(rows)))
        self.compare.setEnabled(self.model.earlier() is not None and not self.model.busy)
        self._on_selection()

    def _build(self) -> None:
        for text, which in ((tr("Chosen rows"), "chosen"), (tr("In to Out"), "range"), (tr("All listed"), "all")):
            self.which.addItem(text, which)
        for box, name in (
            (self.which, tr("Frames to accept or to take back")),
            (self.part, tr("Part whose changes are listed, accepted or taken back")),
        ):
            box.setAccessibleName(name)
            box.setToolTip(name)
        self.compare.clicked.connect(self.model.compare)
        self.wipe.clicked.connect(self._on_wipe)
        self.wipe.setToolTip(tr("Wipes between the shown version and the earlier one"))
        self.accept.clicked.connect(self._on_accept)
        self.accept.setToolTip(tr("Takes the new mattes for good: these frames leave the list"))
        self.keep.clicked.connect(self._on_keep)
        self.keep.setToolTip(tr("Lays the earlier version's mattes over these frames; undo takes it back"))
        self.part.currentIndexChanged.connect(self.refresh)
        self.which.currentIndexChanged.connect(self._on_selection)
        self.list.itemClicked.connect(self._on_item)
        self.list.itemActivated.connect(self._on_item)
        self.list.itemSelectionChanged.connect(self._on_selection)
        self._words.setProperty("role", "secondary")
        self._words.setWordWrap(True)
        grid = QGridLayout()
        for place, widget in enumerate((self.compare, self.wipe, self.part, self.accept, self.keep, self.which)):
            grid.addWidget(widget, place // 3, place % 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addWidget(self._words)
        column.addWidget(self.list, 1)

    def _sentence(self, count: int) -> str:
        earlier = self.model.earlier()
        if earlier is None:
            return tr("With a second version, the frames that changed are listed here.")
        if self.model.busy:
            return tr("Comparing …")
        if not self.model.ready or self.model.pair is None:
            return tr("Compare with {name}").format(name=earlier.name)
        name, total = self.model.pair[0].name, self.model.compared
        changed = plural(count, "{n} change to decide about", "{n} changes to decide about")
        return tr("{changed} of {total} frames, against {name}").format(changed=changed, total=total, name=name)

    def _frames(self) -> list[int]:
        """Returns the listed frames that the buttons are about."""
        which: Which = self.which.currentData()
        listed = [frame for frame, _ in self.model.rows(self._part())]
        if which == "all":
            return listed
        if which == "chosen":
            return [int(frame) for frame in self.list.chosen]
        try:
            inside = set(frames_of("range", self._core.playhead))
        except InputError as error:
            self._core.notifier.info(str(error))
            return []
        return [frame for frame in listed if frame in inside]

    def _decide(self, act: Callable[[list[int], str | None], object]) -> None:
        if self._core.document.read_only:
            self._core.notifier.warning(tr("The project is open for reading only. Save it under another name first."))
            return
        frames = self._frames()
        if frames:
            act(frames, self._part())

    def _part(self) -> str | None:
        name: str | None = self.part.currentData()
        return name

    def _on_accept(self) -> None:
        self._decide(self.model.accept)

    def _on_keep(self) -> None:
        self._decide(self.model.keep_earlier)

    def _on_wipe(self) -> None:
        earlier = self.model.earlier()
        if earlier is not None:
            self._wipe_with(earlier.name)

    def _on_item(self, item: QTreeWidgetItem) -> None:
        self._core.playhead.go(int(FrameList.value_of(item)))

    def _on_selection(self) -> None:
        able = self.model.ready and (self.which.currentData() != "chosen" or bool(self.list.chosen))
        self.accept.setEnabled(able)
        self.keep.setEnabled(able)
        self.wipe.setEnabled(self.model.earlier() is not None)

    def _show_parts(self) -> None:
        chosen = self.part.currentData()
        with QSignalBlocker(self.part):
            self.part.clear()
            self.part.addItem(tr("All parts"), None)
            for part in self._core.parts.parts:
                self.part.addItem(part.name, part.name)
            self.part.setCurrentIndex(max(0, self.part.findData(chosen)))
        self.refresh()

    def _say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))


def _row(frame: int, parts: dict[str, float]) -> FrameRow:
    ordered = sorted(parts.items(), key=lambda item: -item[1])
    words = ", ".join(f"{name} {share * 100:.0f} %" for name, share in ordered)
    return FrameRow((str(frame), f"{ordered[0][1] * 100:.0f} %", words), frame)
