"""Where the cache lies, what it may take and what it holds; and where models lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSpinBox, QWidget

from app.i18n import plural, tr
from app.jobs.stepper import JobStepper
from app.notify.questions import Questions
from app.preferences_window.page import Page, hint_label
from engine.api.cache import CacheContent, clean_cache, look_at_cache
from engine.api.places import QUOTA_RANGE_GB, Places, cache_folder, read_places, write_places
from engine.errors import EngineError
from engine.models.places import models_folder

_OLD_DAYS = 30.0


class CachePage(Page):
    """Disk space.

    Signals:
        modelsRequested(): Show what models are here.
        failed(str): Something could not be written or removed; the sentence.
    """

    modelsRequested = Signal()
    failed = Signal(str)

    name = "cache"

    def __init__(self, questions: Questions, jobs_running: Callable[[], bool], *, has_models: bool) -> None:
        """Takes who is asked for a folder, what tells whether jobs run, and whether there is a window of models."""
        super().__init__()
        self.title = tr("Cache & models")
        self._questions, self._jobs_running = questions, jobs_running
        self._stepper = JobStepper(self)
        self._stepper.failed.connect(self.failed)
        self.place = Elided()
        self.choose, self.usual = QPushButton(tr("Choose…")), QPushButton(tr("Usual place"))
        self.choose.clicked.connect(self._on_choose)
        self.usual.clicked.connect(lambda: self._keep_place(None))
        self.add(
            tr("Cache folder"),
            _row(self.place, self.choose, self.usual),
            tr("A fast local disk is best. Everything in it can be made again; what lies in the old folder stays."),
        )
        self.quota = QSpinBox()
        self.quota.setRange(*QUOTA_RANGE_GB)
        self.quota.setSuffix(" GiB")
        self.quota.setKeyboardTracking(False)
        self.quota.valueChanged.connect(self._on_quota)
        self.add(
            tr("At most, for optical flow"),
            self.quota,
            tr("The clips that were not used for longest go first."),
        )
        self.content = hint_label("")
        self.content.setAccessibleName(tr("What the cache holds"))
        self.rows.addRow(tr("Now in the cache"), self.content)
        self.clean_old, self.clean_all = QPushButton(tr("Remove what is older than 30 days")), QPushButton(tr("Empty"))
        self.clean_old.clicked.connect(lambda: self._clean(_OLD_DAYS))
        self.clean_all.clicked.connect(lambda: self._clean(0.0))
        self.rows.addRow("", _row(self.clean_old, self.clean_all))
        self.models = Elided()
        self.models.setText(str(models_folder()))
        self.show_models = QPushButton(tr("Models…"))
        self.show_models.setEnabled(has_models)
        self.show_models.clicked.connect(self.modelsRequested)
        self.add(
            tr("Models"), _row(self.models, self.show_models), tr("Weights of SMITE, trackers and smart selection.")
        )
        self.finish()
        self.refresh()

    @property
    def busy(self) -> bool:
        """The folder is being looked at or cleaned."""
        return self._stepper.busy

    def refresh(self) -> None:
        """Shows what is in force."""
        places, problem = read_places()
        self.place.setText(str(cache_folder()))
        self.usual.setEnabled(places.cache is not None)
        self.quota.blockSignals(True)
        self.quota.setValue(places.quota_gb)
        self.quota.blockSignals(False)
        if problem:
            self.failed.emit(problem)

    def shown(self) -> None:
        """Measures what the cache holds."""
        self.content.setText(tr("looking…"))
        self._stepper.cancel()
        self._stepper.submit(look_at_cache(cache_folder()), self._on_looked)

    def reset(self) -> None:
        """The usual place, 8 GiB; nothing is moved or removed."""
        self._keep(Places())

    def stop(self) -> None:
        """Drops what is being measured."""
        self._stepper.cancel()

    def _keep(self, places: Places) -> None:
        try:
            write_places(places)
        except EngineError as error:
            self.failed.emit(str(error))
        self.refresh()
        self.shown()
        self.changed.emit(self.name)

    def _keep_place(self, folder: Path | None) -> None:
        self._keep(Places(folder, self.quota.value()))

    def _on_choose(self) -> None:
        folder = self._questions.folder(tr("Cache folder"))
        if folder is not None:
            self._keep_place(folder.absolute())

    def _on_quota(self, quota_gb: int) -> None:
        self._keep(Places(read_places()[0].cache, quota_gb))

    def _clean(self, unused_days: float) -> None:
        if self._jobs_running():
            self.failed.emit(tr("Jobs are running and use the cache. Clean up when they have ended."))
            return
        self.content.setText(tr("cleaning up…"))
        self._stepper.cancel()
        self._stepper.submit(clean_cache(cache_folder(), unused_days=unused_days), self._on_cleaned)

    def _on_cleaned(self, freed: int) -> None:
        self.shown()
        self.changed.emit(self.name)
        self.content.setToolTip(tr("{size} were freed.").format(size=size_text(freed)))

    def _on_looked(self, content: CacheContent) -> None:
        flow = plural(content.count("flow"), "Optical flow of {n} clip", "Optical flow of {n} clips")
        cuts = plural(content.count("cuts"), "cuts of {n} clip", "cuts of {n} clips")
        self.content.setText(f"{flow}: {size_text(content.num_bytes('flow'))}; {cuts}: "
                             f"{size_text(content.num_bytes('cuts'))}")  # fmt: skip


class Elided(QLabel):
    """A path that gives way to what stands beside it; all of it is in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Shows a path."""
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """It may be as narrow as it has to be."""
        return QSize(80, super().minimumSizeHint().height())


def size_text(num_bytes: int) -> str:
    """Returns '1.4 GiB' or '12 MiB'."""
    if num_bytes >= 1 << 30:
        return f"{num_bytes / (1 << 30):.1f} GiB"
    return f"{num_bytes / (1 << 20):.1f} MiB"


def _row(*controls: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for control in controls:
        layout.addWidget(control, 1 if isinstance(control, QLabel) else 0)
    if not isinstance(controls[0], QLabel):
        layout.addStretch(1)
    return row
