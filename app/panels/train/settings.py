"""What is to be learned, how, and what is missing for it: told before the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.model.profiles import ProfilesModel
from app.model.training import TrainingModel
from app.planning.dial import TimeDial
from app.planning.planner import Planner
from app.planning.words import prediction_words
from app.theme import STATE_DONE, STATE_STALE
from engine.api.measured_runs import TrainEstimate
from engine.domain.settings import Preset, TrainSettings

_SUBJECTS = ("", "horses", "faces", "cars", "non-text")
_RESOLUTIONS = (256, 384, 512, 640, 768)
_MOST_STEPS = 20_000
_WIDTH_PX = 310


class TrainSettingsPanel(QWidget):
    """Backbone, preset, advanced settings, needs and estimate.

    Signals:
        modelFolderRequested(): The artist wants to point at a folder with the model's weights.
        modelsRequested(): The artist wants to get the model's weights.
    """

    modelFolderRequested = Signal()
    modelsRequested = Signal()

    def __init__(
        self,
        model: TrainingModel,
        profiles: ProfilesModel,
        planner: Planner,
        estimated: Callable[[Preset | None], TrainEstimate | None],
    ) -> None:
        """Takes the choice, the profiles to start from, the machine, and what tells the time of a preset (or None)."""
        super().__init__()
        self._model, self._profiles, self._planner, self._estimated = model, profiles, planner, estimated
        self.backbone = _combo(
            tr("Backbone"),
            ((tr("Quick: this shot, no weights"), "quick"), (tr("SMITE: other shots too"), "smite")),
        )
        self.preset = _combo(tr("Preset"), ((tr("Draft"), "draft"), (tr("Standard"), "standard"), (tr("Best"), "best")))
        self.budget = TimeDial(self.preset, estimated, stacked=True)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the profile"))
        self.start = _combo(tr("Start from"), ((tr("Nothing"), ""),))
        self.watched = _combo(tr("Preview on"), ((tr("A hold-out"), ""),))
        self.steps = QSpinBox()
        self.steps.setRange(0, _MOST_STEPS)
        self.steps.setSpecialValueText(tr("as the preset"))
        self.steps.setAccessibleName(tr("Steps"))
        self.steps.setKeyboardTracking(False)
        self.resolution = _combo(tr("Resolution"), tuple((f"{side} px", side) for side in _RESOLUTIONS))
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setAccessibleName(tr("Seed"))
        self.seed.setKeyboardTracking(False)
        self.device = _combo(tr("Device"), ((tr("Automatic"), "auto"), (tr("CPU"), "cpu")))
        self.subject = _combo(tr("Subject"), tuple((name or tr("Any"), name) for name in _SUBJECTS))
        self.needs = QLabel()
        self.estimate = QLabel()
        self.model_folder = QPushButton(tr("Choose model folder…"))
        self.get_model = QPushButton(tr("Model manager…"))
        self.get_model.setToolTip(tr("What SMITE needs, under which licence, and its download"))
        self._build()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Shows the choice, the profiles, the devices and what is missing."""
        choice, settings = self._model.choice, self._model.choice.settings
        self._fill_lists()
        for field, value in (
            (self.backbone, choice.backbone),
            (self.preset, settings.preset),
            (self.start, str(choice.start or "")),
            (self.watched, choice.watched),
            (self.resolution, settings.resolution),
            (self.device, settings.device),
            (self.subject, settings.subject or ""),
        ):
            with QSignalBlocker(field):
                field.setCurrentIndex(max(0, field.findData(value)))
        for number, wanted in ((self.steps, settings.steps or 0), (self.seed, settings.seed)):
            with QSignalBlocker(number):
                number.setValue(wanted)
        if self.name.text() != choice.name and not self.name.hasFocus():
            self.name.setText(choice.name)
        smite = choice.backbone == "smite"
        for field in (self.resolution, self.subject):
            self._advanced.setRowVisible(field, smite)
        self._show_needs()

    def _show_needs(self) -> None:
        missing, caution = self._model.missing(), self._model.caution()
        if missing:
            text, colour, mark = missing, STATE_STALE, "▲"
        elif caution:
            text, colour, mark = caution, STATE_STALE, "▲"
        elif self._model.choice.backbone == "quick":
            text, colour, mark = tr("Ready. Quick needs no weights and no GPU."), STATE_DONE, "✓"
        else:
            text, colour, mark = tr("Ready. The model's weights are on this machine."), STATE_DONE, "✓"
        self.needs.setText(f'<span style="color:{colour}">{mark}</span> {_escaped(text)}')
        for button in (self.model_folder, self.get_model):
            button.setVisible(self._model.choice.backbone == "smite")
        self.estimate.setText(self._estimate_text())
        self.budget.refresh()

    def _estimate_text(self) -> str:
        found, devices = self._estimated(None), self._model.devices
        lines = []
        if found is None:
            lines.append(tr("Time and memory: unknown until the first run of this kind on this machine."))
        else:
            lines.append(prediction_words(found))
        choice = self._model.choice
        if choice.backbone == "smite":
            lines += self._planner.fitting_notes(choice.settings.device, choice.settings.resolution)
        if devices is None:
            lines.append(tr("Devices: being looked for."))
        else:
            names = [
                f"{d.title} ({d.free_bytes / 1e9:.0f} GB {tr('free')})" if d.free_bytes else d.title for d in devices
            ]
            lines.append(tr("Devices: {names}.").format(names="; ".join(names)))
        return "\n".join(lines)

    def _fill_lists(self) -> None:
        backbone = self._model.choice.backbone
        starts = [(tr("Nothing"), "")] + [
            (entry.card.name if entry.own else f"{entry.card.name} ({entry.project.name})", str(entry.card.path))
            for entry in self._profiles.entries
            if entry.card.backbone == backbone
        ]
        shown = [(tr("A hold-out, else a reference"), ""), (tr("The frame at the playhead"), "frame")]
        shown += [(reference.name, reference.id) for reference in self._model.painted()]
        devices = [(tr("Automatic"), "auto"), (tr("CPU"), "cpu")]
        devices += [(d.title, d.name) for d in self._model.devices or () if d.name != "cpu"]
        for field, rows in ((self.start, starts), (self.watched, shown), (self.device, devices)):
            if rows != [(field.itemText(i), field.itemData(i)) for i in range(field.count())]:
                with QSignalBlocker(field):
                    field.clear()
                    for text, data in rows:
                        field.addItem(text, data)

    def _build(self) -> None:
        self.name.setPlaceholderText(tr("as the project"))
        for label in (self.needs, self.estimate):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.needs.setAccessibleName(tr("What training needs"))
        self.estimate.setAccessibleName(tr("Estimate"))
        self.estimate.setProperty("role", "secondary")
        form = QFormLayout()
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Backbone"), self.backbone),
            (tr("Preset"), self.budget),
            (tr("Name"), self.name),
            (tr("Start from"), self.start),
            (tr("Preview on"), self.watched),
        )
        for text, field in rows:
            form.addRow(text, field)
        box = QGroupBox(tr("Advanced"))
        self._advanced = QFormLayout(box)
        advanced: tuple[tuple[str, QWidget], ...] = (
            (tr("Steps"), self.steps),
            (tr("Seed"), self.seed),
            (tr("Device"), self.device),
            (tr("Resolution"), self.resolution),
            (tr("Subject"), self.subject),
        )
        for text, field in advanced:
            self._advanced.addRow(text, field)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.addLayout(form)
        column.addWidget(self.needs)
        column.addWidget(self.get_model)
        column.addWidget(self.model_folder)
        column.addWidget(self.estimate)
        column.addWidget(box)
        column.addStretch(1)
        area = QScrollArea()
        area.setMinimumWidth(_WIDTH_PX)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def _connect(self) -> None:
        for field in (
            self.backbone,
            self.preset,
            self.start,
            self.watched,
            self.resolution,
            self.device,
            self.subject,
        ):
            field.currentIndexChanged.connect(self._on_changed)
        for number in (self.steps, self.seed):
            number.valueChanged.connect(self._on_changed)
        self.name.textEdited.connect(self._on_changed)
        self.model_folder.clicked.connect(self.modelFolderRequested)
        self.get_model.clicked.connect(self.modelsRequested)
        self._model.choiceChanged.connect(self.refresh)
        self._planner.changed.connect(self._show_needs)
        self._profiles.changed.connect(self.refresh)

    def _on_changed(self, *_: object) -> None:
        choice = self._model.choice
        backbone = self.backbone.currentData()
        start = self.start.currentData() if backbone == choice.backbone else ""
        settings = TrainSettings(
            preset=self.preset.currentData(),
            # Steps mean something else to each backbone.
            steps=(self.steps.value() or None) if backbone == choice.backbone else None,
            resolution=self.resolution.currentData(),
            device=self.device.currentData(),
            seed=self.seed.value(),
            model=choice.settings.model,
            subject=self.subject.currentData() or None,
        )
        entry = next((e for e in self._profiles.entries if str(e.card.path) == start), None)
        self._model.choose(
            replace(
                choice,
                backbone=backbone,
                name=self.name.text().strip(),
                settings=settings,
                start=entry.card.path if entry is not None else None,
                watched=self.watched.currentData() or "",
            )
        )


def _combo(name: str, rows: tuple[tuple[str, object], ...]) -> QComboBox:
    field = QComboBox()
    field.setAccessibleName(name)
    field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    field.setMinimumContentsLength(12)
    for text, data in rows:
        field.addItem(text, data)
    return field


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "")
