"""Finish & Export: mattes before and after finishing, and what leaves the program."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.canvas.background import Background, Failure
from app.core import Core
from app.finish.check_report import CheckReportDialogue
from app.finish.export_panel import ExportPanel
from app.finish.finish_panel import FinishPanel
from app.finish.matting_preview import MattingPreview
from app.finish.model import FinishModel
from app.finish.preset_actions import PresetActions
from app.finish.preview import BeforeAfter
from app.finish.preview_work import PreviewAnswer, PreviewQuestion, PreviewWork
from app.finish.view_choice import ViewChoice
from app.i18n import tr
from app.jobs.spec import JobSpec, Outcome
from app.panels.clip_bar import FrameSlider
from app.panels.queue import QueuePanel
from app.workspaces.base import Dock, Workspace
from engine.api.check import CheckRequest
from engine.api.export_plan import ExportPlan, plan_export
from engine.api.export_request import ExportRequest
from engine.api.places import cache_folder
from engine.domain.frames import FrameRange
from engine.errors import EngineError
from engine.mattes.check.findings import CheckReport
from engine.mattes.check.settings import CheckLimits
from engine.mattes.options import ColourOptions
from engine.media.view_transform import BUILT_IN, DisplayView, display_views


class ExportWorkspace(Workspace):
    """The workspace of finishing and exporting."""

    name = "export"

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.title = tr("Finish & Export")
        self._core = core
        self._commands = core.commands.scoped(self.name)
        self.model = FinishModel(core, self)
        self.preview = BeforeAfter()
        self.finish = FinishPanel(self.model, core.parts)
        self.export = ExportPanel(self.model)
        self.queue = QueuePanel(core.queue)
        self._look = QComboBox()
        self._slider, self._frame = FrameSlider(), QLabel()
        self._background = Background(self)
        self._work = PreviewWork()
        self._view = ViewChoice()
        self._presets = PresetActions(core, self.model, self)
        self._matting = MattingPreview(core, self.model, self)
        self._jobs: dict[str, ExportRequest] = {}
        self._checks: set[str] = set()
        self._entered = False
        self._furnish()
        self._connect()

    def entered(self) -> None:
        """Shows the frame at which the artist looked."""
        self._entered = True
        self._show_frame()
        self._ask()
        self._plan()
        self.preview.setFocus()

    def left(self) -> None:
        """Keeps the recipe."""
        self._entered = False
        self.model.shut_down()

    def shut_down(self) -> None:
        """Ends the preview's thread and keeps the recipe; what ends after this asks for nothing more."""
        self._entered = False
        self._background.stop()
        self._work.close()
        self._matting.shut_down()
        self.model.shut_down()

    def add_to_queue(self) -> None:
        """Puts the export into the queue."""
        try:
            request = self.model.request()
        except EngineError as error:
            self._core.notifier.warning(str(error))
            return
        self.model.keep()
        names = ", ".join(output.format for output in request.outputs)
        spec = JobSpec("export", request, tr("Export {names} to {folder}").format(names=names, folder=request.out.name))
        self._jobs[self._core.queue.submit(spec)] = request

    def ask_folder(self) -> None:
        """Asks where the files go."""
        folder = self._core.questions.folder(tr("Export: choose a folder for the files"))
        if folder is not None:
            self.model.set_choice(replace(self.model.choice, folder=folder))

    def check_now(self) -> None:
        """Checks what lies in the chosen folder."""
        folder = self.model.choice.folder
        if folder is not None:
            self._check(folder, self._core.playhead.in_out if self.model.choice.in_out else None)

    def ask_view_file(self) -> None:
        """Asks for an OpenColorIO configuration to look at scene-linear plates through."""
        files = self._core.questions.files(tr("OpenColorIO configuration"), (".ocio",))
        if files:
            self._set_colour(replace(self.model.choice.colour, ocio_config=str(files[0]), display="", view=""))

    def _furnish(self) -> None:
        for title, look in (
            (tr("Matte"), "matte"),
            (tr("Parts in colour"), "parts"),
            (tr("Cut-out on grey"), "cutout"),
        ):
            self._look.addItem(title, look)
        self._look.setAccessibleName(tr("Preview"))
        fit = QToolButton()
        fit.setText(tr("Fit"))
        fit.clicked.connect(self.preview.fit)
        self.page = QWidget()
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        for widget in (self._look, self._view, fit, self._frame):
            bar.addWidget(widget)
        self._view.hide()
        bar.addWidget(self._slider, 1)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.preview, 1)
        column.addLayout(bar)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        left = Qt.DockWidgetArea.LeftDockWidgetArea
        self.docks = (
            Dock("finish", tr("Finish"), self.finish, left, 460),
            Dock("export_queue", tr("Queue"), self.queue, left, 200),
            Dock("export", tr("Export"), self.export, right, 660),
        )

    def _connect(self) -> None:
        core = self._core
        core.commands.add_canvas(self.preview)
        commands = self._commands
        commands.bind("view.fit", self.preview.fit)
        commands.bind("view.one_to_one", self.preview.one_to_one)
        commands.bind("view.zoom_in", lambda: self.preview.zoom(1))
        commands.bind("view.zoom_out", lambda: self.preview.zoom(-1))
        for name, step in (("next", 1), ("previous", -1), ("next_10", 10), ("previous_10", -10)):
            commands.bind(f"frame.{name}", partial(core.playhead.step, step))
        commands.bind("frame.first", partial(core.playhead.step, -(1 << 30)))
        commands.bind("frame.last", partial(core.playhead.step, 1 << 30))
        self.model.recipeChanged.connect(self._ask)
        self.model.recipeChanged.connect(self._plan)
        self.model.choiceChanged.connect(self._plan)
        self._view.chosen.connect(self._set_colour)
        self._view.fileRequested.connect(self.ask_view_file)
        self._matting.finished.connect(self._ask)
        self.finish.mattingRequested.connect(self._on_matting)
        menu = self.export.presets
        menu.saveRequested.connect(self._presets.save)
        menu.renameRequested.connect(self._presets.rename)
        menu.deleteRequested.connect(self._presets.delete)
        menu.problem.connect(core.notifier.warning)
        self.model.failed.connect(core.notifier.warning)
        self.finish.part.activated.connect(self._ask)
        self._look.activated.connect(self._ask)
        self._slider.valueChanged.connect(self._on_slider)
        self.export.folderRequested.connect(self.ask_folder)
        self.export.queueRequested.connect(self.add_to_queue)
        self.export.checkRequested.connect(self.check_now)
        self.queue.detailsRequested.connect(self._on_details)
        core.playhead.frameChanged.connect(self._on_frame)
        core.playhead.clipChanged.connect(self._on_clip)
        core.playhead.rangeChanged.connect(self._plan)
        core.results.recordChanged.connect(self._on_record)
        core.queue.finished.connect(self._on_finished)

    def _ask(self) -> None:
        """Asks for the pictures of the shown frame; only the latest question is answered."""
        if not self._entered:
            return
        question = self._question()
        if question is None:
            self.preview.show_message(tr("There is no result yet. Run the clip in the Review workspace."))
            return
        text, can_show = self._matting.state(question)
        self.finish.show_matting_state(text, can_show=can_show)
        self._background.ask("preview", partial(self._work.answer, question), self._on_answer)

    def _question(self) -> PreviewQuestion | None:
        """Returns what is to be shown, or None while there is no result."""
        core, result = self._core, self.model.result
        clip_id = core.playhead.clip_id
        if result is None or not clip_id:
            return None
        clip = core.document.project.clip(clip_id)
        question = PreviewQuestion(
            result,
            clip.path,
            clip.colour_space,
            core.playhead.frame,
            self.finish.part_name,
            self.model.recipe,
            self._look.currentData(),
            self.model.choice.colour,
        )
        return replace(question, matted=self._matting.file_of(question))

    def _on_matting(self) -> None:
        question = self._question()
        if question is not None:
            self._matting.start(question)
            self._ask()

    def _set_colour(self, colour: ColourOptions) -> None:
        self.model.set_choice(replace(self.model.choice, colour=colour))
        self._list_views()
        self._ask()

    def _list_views(self) -> None:
        config = self.model.choice.colour.ocio_config or BUILT_IN
        self._background.ask("views", partial(display_views, config), self._on_views)

    def _on_views(self, answer: tuple[DisplayView, ...] | Failure) -> None:
        if isinstance(answer, Failure):
            self._core.notifier.warning(answer.text)
            self._set_colour(replace(self.model.choice.colour, ocio_config="", display="", view=""))
            return
        self._view.show_views(self.model.choice.colour, answer)

    def _on_answer(self, answer: PreviewAnswer | Failure) -> None:
        if isinstance(answer, Failure):
            self.preview.show_message(answer.text)
            return
        self.preview.show_pictures(answer.before, answer.after)
        self.finish.show_watertight(answer.deviation, answer.changed)
        if answer.is_light and self._view.isHidden():
            self._list_views()
        self._view.setVisible(answer.is_light)

    def _plan(self) -> None:
        if not self._entered:
            return
        try:
            request = self.model.draft()
        except EngineError as error:
            self.export.show_problem(str(error))
            return
        self._background.ask("plan", partial(plan_export, request), partial(self._on_plan, request))

    def _on_plan(self, request: ExportRequest, answer: ExportPlan | Failure) -> None:
        if isinstance(answer, Failure):
            self.export.show_problem(answer.text)
        else:
            self.export.show_plan(answer, request.out)

    def _on_finished(self, job_id: str, outcome: Outcome) -> None:
        request = self._jobs.pop(job_id, None)
        if request is not None:
            self._after_export(request, outcome)
        elif job_id in self._checks:
            self._checks.discard(job_id)
            self._after_check(outcome)

    def _after_export(self, request: ExportRequest, outcome: Outcome) -> None:
        self._plan()
        if outcome.kind == "succeeded" and outcome.value is not None:
            text = tr("{n} files are in {folder}.").format(n=outcome.value["files"], folder=request.out)
            self._core.notifier.info(text)
            if self.model.choice.check:
                self._check(request.out, request.frame_range)
        elif outcome.kind == "failed":
            self._offer_details(outcome)

    def _check(self, folder: Path, frame_range: FrameRange | None) -> None:
        title = tr("Delivery check of {folder}").format(folder=folder.name)
        request = CheckRequest(folder, limits=CheckLimits(frame_range=frame_range), cache_folder=cache_folder())
        self._checks.add(self._core.queue.submit(JobSpec("check", request, title, lane="light")))

    def _after_check(self, outcome: Outcome) -> None:
        if outcome.kind == "failed":
            self._offer_details(outcome)
        if outcome.kind != "succeeded" or outcome.value is None:
            return
        report = CheckReport.from_json(outcome.value)
        text = tr("Delivery check: fit. ✓") if report.fit else tr("Delivery check: not fit for delivery.")
        self._core.notice.offer(text, tr("Report…"), partial(self.show_report, report))

    def show_report(self, report: CheckReport) -> None:
        """Shows a report beside the window; a finding leads to its frame."""
        dialogue = CheckReportDialogue(report, self._core.window)
        dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialogue.frameRequested.connect(self._go)
        dialogue.show()

    def _go(self, frame: int) -> None:
        if frame in self._core.playhead.numbers:
            self._core.playhead.go(frame)

    def _offer_details(self, outcome: Outcome) -> None:
        details = partial(self._core.notifier.error, outcome.sentence, outcome.details)
        self._core.notice.offer(outcome.sentence, tr("Details…"), details)

    def _on_details(self, job_id: str) -> None:
        job = self._core.queue.job(job_id)
        if job is not None and job.outcome is not None:
            self._core.notifier.error(job.outcome.sentence, job.outcome.details)

    def _on_record(self) -> None:
        if self._entered:
            self._ask()
            self._plan()

    def _on_clip(self) -> None:
        self._show_frame()
        self._ask()

    def _on_frame(self) -> None:
        self._show_frame()
        self._ask()

    def _show_frame(self) -> None:
        playhead = self._core.playhead
        numbers = list(playhead.numbers)
        self._slider.setEnabled(len(numbers) > 1)
        self._frame.setText(str(playhead.frame) if numbers else "")
        if numbers:
            self._slider.blockSignals(True)
            self._slider.setRange(0, len(numbers) - 1)
            self._slider.setValue(numbers.index(playhead.frame))
            self._slider.blockSignals(False)

    def _on_slider(self, place: int) -> None:
        numbers = self._core.playhead.numbers
        if place < len(numbers):
            self._core.playhead.go(numbers[place])
