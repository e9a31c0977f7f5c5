"""The panel of exports: formats with their options, names, numbers and folder, and what would be written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.finish.format_list import FormatList
from app.finish.format_options import FormatOptions
from app.finish.model import FinishModel
from app.finish.names_form import NamesForm
from app.finish.preset_menu import PresetMenu
from app.i18n import plural, tr
from engine.api.export_plan import ExportPlan

_SHOWN_WARNINGS = 4


class ExportPanel(QWidget):
    """What leaves, and where to.

    Signals:
        folderRequested(): The artist wants to choose the folder.
        queueRequested(): The export is to be put into the queue.
        checkRequested(): What lies in the folder is to be checked now.
    """

    folderRequested = Signal()
    queueRequested = Signal()
    checkRequested = Signal()

    def __init__(self, model: FinishModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.formats, self.options, self.names = FormatList(), FormatOptions(), NamesForm()
        self.presets, self.folder = PresetMenu(), QLineEdit()
        self.overwrite = QCheckBox(tr("Replace files of other exports"))
        self.check = QCheckBox(tr("Delivery check afterwards"))
        self.plan = QLabel()
        self.add, self.check_now = QPushButton(tr("Add to queue")), QPushButton(tr("Check now"))
        self._build()
        model.choiceChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is chosen."""
        choice = self._model.choice
        self.formats.show_chosen(output.format for output in choice.outputs)
        self.options.show_choice(choice)
        self.names.show_choice(choice, self._model.layer_names)
        for switch, on in ((self.overwrite, choice.overwrite), (self.check, choice.check)):
            with QSignalBlocker(switch):
                switch.setChecked(on)
        self.folder.setText(str(choice.folder) if choice.folder is not None else "")
        self.check_now.setEnabled(choice.folder is not None)

    def show_plan(self, plan: ExportPlan, folder: Path) -> None:
        """Shows which files would be written."""
        first: dict[int, Path] = {}
        for file in plan.files:
            first.setdefault(file.output, file.path)
        lines = [_relative(path, folder) for path in first.values()]
        files = plural(len(plan.files), "{n} file", "{n} files")
        numbers = plan.frames.values()
        span = tr("frames {first}–{last}").format(first=min(numbers), last=max(numbers))
        parts = [files, span, tr("about {size}").format(size=_size(plan.estimated_bytes))]
        if plan.finished:
            parts.append(tr("{n} finished before").format(n=len(plan.finished)))
        if plan.replaced:
            parts.append(tr("⚠ {n} would be replaced").format(n=len(plan.replaced)))
        lines.append(" · ".join(parts))
        lines += [f"⚠ {text}" for text in plan.warnings[:_SHOWN_WARNINGS]]
        chosen = self._model.choice.folder is not None
        if not chosen:
            lines.append(tr("Choose a folder for the files first."))
        self.plan.setText("\n".join(lines))
        self.add.setEnabled(chosen and bool(plan.files) and (not plan.replaced or self._model.choice.overwrite))

    def show_problem(self, sentence: str) -> None:
        """Shows why nothing can be exported yet."""
        self.plan.setText(sentence)
        self.add.setEnabled(False)

    def _build(self) -> None:
        self.folder.setReadOnly(True)
        self.folder.setPlaceholderText(tr("not chosen yet"))
        self.folder.setAccessibleName(tr("Folder of the export"))
        self.plan.setWordWrap(True)
        self.plan.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.plan.setAccessibleName(tr("What would be written"))
        self.plan.setProperty("role", "secondary")
        self.add.setProperty("primary", True)
        choose = QPushButton(tr("Choose…"))
        choose.clicked.connect(self.folderRequested)
        self.check_now.setToolTip(tr("Check what lies in the folder: ranges, sizes, names, sums, chatter"))
        self.check_now.clicked.connect(self.checkRequested)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(choose)
        end = QFormLayout()
        end.setContentsMargins(0, 0, 0, 0)
        end.addRow(tr("Folder"), place)
        end.addRow("", self.overwrite)
        checking = QHBoxLayout()
        checking.addWidget(self.check, 1)
        checking.addWidget(self.check_now)
        end.addRow("", checking)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.addWidget(self.presets)
        column.addWidget(self.formats)
        column.addWidget(_heading(tr("Options")))
        column.addWidget(self.options)
        column.addWidget(_heading(tr("Layers and names")))
        column.addWidget(self.names)
        column.addWidget(_heading(tr("Where to")))
        column.addLayout(end)
        column.addStretch(1)
        # What would be written stays in sight, however small the window is.
        foot = QVBoxLayout()
        foot.setContentsMargins(8, 4, 8, 8)
        foot.addWidget(self.plan)
        foot.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(_WideEnough(inner), 1)
        layout.addLayout(foot)
        for part in (self.formats, self.options, self.names):
            part.changed.connect(self._on_changed)
        for box in (self.overwrite, self.check):
            box.toggled.connect(self._on_changed)
        self.presets.chosen.connect(self._model.use_preset)
        self.add.clicked.connect(self.queueRequested)

    def _on_changed(self) -> None:
        old = self._model.choice
        known = {output.format: output for output in old.outputs}
        outputs = self.options.outputs(self.formats.chosen or (old.outputs[0].format,), known)
        choice = replace(
            old,
            outputs=outputs,
            colour=replace(old.colour, transfer=self.options.transfer.currentData()),
            overwrite=self.overwrite.isChecked(),
            check=self.check.isChecked(),
        )
        self._model.set_choice(self.names.read(choice))
        self.refresh()


class _WideEnough(QScrollArea):
    """Scrolls up and down alone: it is never narrower than what it holds, with the bar beside it."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self._inner = inner
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)

    def minimumSizeHint(self) -> QSize:
        """Follows what it holds, whatever the size of the texts."""
        width = self._inner.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(width + 2 * self.frameWidth(), super().minimumSizeHint().height())


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return str(path)


def _size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"
