"""The panel of exports: formats with their options, names, numbers and folder, and what would be written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.finish.model import ExportChoice, FinishModel
from app.i18n import plural, tr
from engine.api.export_plan import ExportPlan
from engine.mattes.formats import FORMATS, ExportFormat
from engine.mattes.options import Compression, Depth, ExrOptions, ImageOptions, Output

_SHOWN: tuple[ExportFormat, ...] = tuple(FORMATS)


class ExportPanel(QWidget):
    """What leaves, and where to.

    Signals:
        folderRequested(): The artist wants to choose the folder.
        queueRequested(): The export is to be put into the queue.
    """

    folderRequested = Signal()
    queueRequested = Signal()

    def __init__(self, model: FinishModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.formats = {name: QCheckBox(FORMATS[name].title) for name in _SHOWN}
        self.exr_depth, self.exr_compression, self.bits = QComboBox(), QComboBox(), QComboBox()
        self.plate = QCheckBox(tr("Plate RGB in the EXR"))
        self.multi_part = QCheckBox(tr("A part of the file for each layer"))
        self.background = QCheckBox(tr("Background as a layer"))
        self.pattern, self.start, self.folder = QLineEdit(), QLineEdit(), QLineEdit()
        self.range = QCheckBox(tr("From in to out only"))
        self.overwrite = QCheckBox(tr("Replace files of other exports"))
        self.check = QCheckBox(tr("Delivery check afterwards"))
        self.plan = QLabel()
        self.add = QPushButton(tr("Add to queue"))
        self._presets = QToolButton()
        self._build()
        model.choiceChanged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is chosen."""
        choice = self._model.choice
        by_name = {output.format: output for output in choice.outputs}
        exr = next((o.exr for o in choice.outputs if o.format in ("exr", "cryptomatte")), ExrOptions())
        image = next((o.image for o in choice.outputs if o.format in ("png", "tiff")), ImageOptions())
        for name, box in self.formats.items():
            with QSignalBlocker(box):
                box.setChecked(name in by_name)
        for combo, value in (
            (self.exr_depth, exr.depth),
            (self.exr_compression, exr.compression),
            (self.bits, image.bits),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(combo.findData(value))
        switches = (
            (self.plate, exr.plate),
            (self.multi_part, exr.multi_part),
            (self.background, choice.layers.background),
            (self.range, choice.in_out),
            (self.overwrite, choice.overwrite),
            (self.check, choice.check),
        )
        for switch, on in switches:
            with QSignalBlocker(switch):
                switch.setChecked(on)
        one = choice.outputs[0] if len(choice.outputs) == 1 else None
        self.pattern.setEnabled(one is not None)
        self.pattern.setPlaceholderText(one.file_pattern if one else tr("each format's own names"))
        if not self.pattern.hasFocus():
            self.pattern.setText(one.pattern if one else "")
        if not self.start.hasFocus():
            self.start.setText("" if choice.naming.start is None else str(choice.naming.start))
        self.folder.setText(str(choice.folder) if choice.folder is not None else "")
        for widget in (self.exr_depth, self.exr_compression, self.plate, self.multi_part):
            widget.setEnabled("exr" in by_name or "cryptomatte" in by_name)
        self.bits.setEnabled(bool({"png", "tiff", "cutout", "ffv1"} & set(by_name)))

    def show_plan(self, plan: ExportPlan, folder: Path) -> None:
        """Shows which files would be written."""
        first: dict[int, Path] = {}
        for file in plan.files:
            first.setdefault(file.output, file.path)
        lines = [_relative(path, folder) for path in first.values()]
        files = plural(len(plan.files), "{n} file", "{n} files")
        parts = [files, tr("about {size}").format(size=_size(plan.estimated_bytes))]
        if plan.finished:
            parts.append(tr("{n} finished before").format(n=len(plan.finished)))
        if plan.replaced:
            parts.append(tr("⚠ {n} would be replaced").format(n=len(plan.replaced)))
        lines.append(" · ".join(parts))
        lines += [f"⚠ {text}" for text in plan.warnings]
        self.plan.setText("\n".join(lines))
        self.add.setEnabled(bool(plan.files) and (not plan.replaced or self._model.choice.overwrite))

    def show_problem(self, sentence: str) -> None:
        """Shows why nothing can be exported yet."""
        self.plan.setText(sentence)
        self.add.setEnabled(False)

    def _build(self) -> None:
        depths = {"half": tr("half float"), "float": tr("float")}
        for depth in get_args(Depth):
            self.exr_depth.addItem(depths[depth], depth)
        for compression in get_args(Compression):
            self.exr_compression.addItem(compression.upper(), compression)
        for bits in (8, 16):
            self.bits.addItem(tr("{bits} bit").format(bits=bits), bits)
        self.start.setPlaceholderText(tr("the clip's own numbers"))
        self.folder.setReadOnly(True)
        self.folder.setPlaceholderText(tr("not chosen yet"))
        self.plan.setWordWrap(True)
        self.plan.setProperty("role", "secondary")
        self.add.setProperty("primary", True)
        choose = QPushButton(tr("Choose…"))
        choose.clicked.connect(self.folderRequested)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(choose)
        self._presets.setText(tr("Presets"))
        self._presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._presets)
        menu.setToolTipsVisible(True)
        for preset in self._model.presets():
            action = menu.addAction(preset.title)
            action.setToolTip(preset.about)
            action.triggered.connect(partial(self._model.use_preset, preset))
        self._presets.setMenu(menu)
        boxes = QVBoxLayout()
        boxes.setSpacing(2)
        for box in self.formats.values():
            boxes.addWidget(box)
        form = QFormLayout()
        form.addRow(tr("EXR"), self.exr_depth)
        form.addRow("", self.exr_compression)
        form.addRow("", self.plate)
        form.addRow("", self.multi_part)
        form.addRow(tr("Pictures"), self.bits)
        form.addRow(tr("Layers"), self.background)
        form.addRow(tr("Names"), self.pattern)
        form.addRow(tr("First frame"), self.start)
        form.addRow(tr("Range"), self.range)
        form.addRow(tr("Folder"), place)
        form.addRow("", self.overwrite)
        form.addRow("", self.check)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.addWidget(self._presets)
        column.addLayout(boxes)
        column.addLayout(form)
        column.addStretch(1)
        area = _WideEnough(inner)
        # What would be written stays in sight, however small the window is.
        foot = QVBoxLayout()
        foot.setContentsMargins(8, 4, 8, 8)
        foot.addWidget(self.plan)
        foot.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area, 1)
        layout.addLayout(foot)
        self._connect()

    def _connect(self) -> None:
        for box in (*self.formats.values(), self.plate, self.multi_part, self.background, self.range):
            box.toggled.connect(self._on_changed)
        for box in (self.overwrite, self.check):
            box.toggled.connect(self._on_changed)
        for combo in (self.exr_depth, self.exr_compression, self.bits):
            combo.activated.connect(self._on_changed)
        for field in (self.pattern, self.start):
            field.textEdited.connect(self._on_changed)
        self.add.clicked.connect(self.queueRequested)

    def _on_changed(self) -> None:
        old = self._model.choice
        known = {output.format: output for output in old.outputs}
        wanted = [name for name, box in self.formats.items() if box.isChecked()] or [old.outputs[0].format]
        exr = ExrOptions(
            self.exr_depth.currentData(),
            self.exr_compression.currentData(),
            self.plate.isChecked(),
            self.multi_part.isChecked(),
        )
        image = ImageOptions(self.bits.currentData())
        pattern = self.pattern.text().strip() if len(wanted) == 1 and self.pattern.isEnabled() else ""
        outputs = tuple(
            replace(known.get(name, Output(name)), exr=exr, image=image, pattern=pattern if len(wanted) == 1 else "")
            for name in wanted
        )
        start = self.start.text().strip()
        self._model.set_choice(
            ExportChoice(
                outputs=outputs,
                naming=replace(old.naming, start=int(start) if start.isdigit() else None),
                layers=replace(old.layers, background=self.background.isChecked()),
                folder=old.folder,
                in_out=self.range.isChecked(),
                overwrite=self.overwrite.isChecked(),
                check=self.check.isChecked(),
            )
        )


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
