"""Review: the segmented clip, played, scrubbed and looked at in every way, with its timeline."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QComboBox, QScrollArea, QTabWidget, QToolBar, QWidget

from app.actions.area_actions import AreaActions
from app.actions.correct_actions import CorrectActions
from app.actions.playback_actions import PlaybackActions, button_keys
from app.actions.run_actions import RunActions
from app.actions.teach_actions import TeachActions
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView
from app.core import Core
from app.correct.areas_panel import AreasPanel
from app.correct.changes_panel import ChangesPanel
from app.correct.expected import ExpectedTimes
from app.correct.model import CorrectModel
from app.correct.next_panel import NextPanel
from app.correct.notes_panel import NotesPanel
from app.correct.panel import CorrectPanel
from app.correct.step_clock import StepClock
from app.i18n import tr
from app.menus import correct_menu, review_menus
from app.model.runs import RunModel
from app.panels.queue import QueuePanel
from app.panels.run_bar import RunBar
from app.playback.frame_cache import FrameCache
from app.playback.player import Player
from app.playback.reading import ClipFile
from app.theme import ICON_PX
from app.timeline.model import TimelineModel
from app.timeline.panel import HEIGHT_PX, TimelinePanel
from app.timeline.sources import TimelineSources
from app.timeline.stability_list import StabilityList
from app.timeline.worst_panel import WorstPanel
from app.viewer.model import ViewerModel, ViewerSources
from app.viewer.parts_list import ReviewParts
from app.viewer.review_viewer import ReviewViewer
from app.viewer.sources import ClipFacts
from app.viewer.view_actions import ViewActions
from app.viewer.view_bar import ViewBar
from app.workspaces.base import Bar, Dock, Workspace
from engine.errors import InputError

_CACHE_SIZES_MB = (256, 512, 1024, 2048, 4096, 8192, 16384, 32768)


class ReviewWorkspace(Workspace):
    """The review workspace.

    Attributes:
        cache: Frames read ahead of the playhead.
        player: Moves the playhead.
        model: The shown frame and how it is looked at.
        page: The viewer; `page.replace_viewer` is the place for correction tools.
        timeline: What is known of the clip's frames.
    """

    name = "review"

    def __init__(self, core: Core, data_folder: Path) -> None:
        """Takes the services, and the folder that keeps what steps took on this machine."""
        super().__init__()
        self.title = tr("Review")
        self._core = core
        self._commands = core.commands.scoped(self.name)
        self.cache = FrameCache(self, limit_bytes=core.preferences.viewer_cache_bytes)
        self.player = Player(core.playhead, self.cache, self)
        self.model = ViewerModel(
            ViewerSources(core.playhead, self.player, self.cache, core.parts, core.results, self._clip_facts), self
        )
        self.corrections = CorrectModel(core, self)
        self.timeline = TimelineModel(
            TimelineSources(core.playhead, core.references, core.results, self.corrections, self.cache), self
        )
        self.page: ReviewViewer = ReviewViewer(self.model)
        self.view_actions = ViewActions(self.model, self.page.viewer, core.notifier)
        self.playback_actions = PlaybackActions(self.player, core.playhead, self.timeline)
        self.view_bar = ViewBar(self.model, self.view_actions, self._commands, core.questions)
        self.parts = ReviewParts(self.model, core.parts)
        self.worst = WorstPanel(self.timeline)
        self.timeline_panel = TimelinePanel(self.timeline, self.player)
        self.runs = RunModel(core.document, core.session, core.references, core.results, core.playhead, self)
        self.run_actions = RunActions(core, self.runs)
        self.run_bar = RunBar(self.run_actions, core.results, core.queue, self._commands)
        self.queue = QueuePanel(core.queue)
        self.canvas = CanvasView(self.corrections.document)
        self.correct_actions = CorrectActions(core, self.corrections, self.canvas, self._commands)
        self.teach_actions = TeachActions(core, self.correct_actions, self.runs, core.planner.measured)
        self.clock = StepClock(core, data_folder / "step_times.json", self)
        expected = ExpectedTimes(core, self.clock, self.runs, self.run_actions.outlook)
        self.correct_panel = CorrectPanel(core, self.correct_actions, expected, self._commands)
        self.area_actions = AreaActions(core, self.correct_actions, self.teach_actions, self.canvas, self._commands)
        self.areas = AreasPanel(core, self.area_actions, self._commands)
        self.notes = NotesPanel(core, self.corrections)
        self.correct = QTabWidget()
        self.correct.setAccessibleName(tr("Corrections"))
        self.next = NextPanel(core, self.correct_actions.start_brush)
        self.changes = ChangesPanel(core, self.corrections, self._wipe_with)
        self.where = QTabWidget()
        self.where.setAccessibleName(tr("Where to look"))
        self._tools = self._tool_bar()
        self._clips = QComboBox()
        self._furnish()
        self._connect()
        self._show_clips()
        self._show_brush()

    def entered(self) -> None:
        """Shows the clip that was looked at last, or the first one."""
        core = self._core
        if not core.playhead.clip_id and core.references.clips:
            self._go_to_clip(core.references.clips[0].id)
        self.timeline_panel.show_keys(button_keys(self._commands))
        self.view_actions.take_keys()
        self.view_bar.refresh_tips()
        if core.playhead.clip_id:
            self.run_actions.make_ready()
        self.page.viewer.setFocus()

    def left(self) -> None:
        """Stands still, so that nothing plays unseen."""
        self.player.pause()
        self.cancel_gesture()

    def cancel_gesture(self) -> None:
        """Takes back what the mouse has half done."""
        self.page.viewer.cancel()
        self.canvas.cancel()

    def shut_down(self) -> None:
        """Ends runs, and the threads that read frames."""
        self.player.pause()
        self.run_actions.leave()
        self.canvas.shut_down()
        self.corrections.shut_down()
        self.cache.shut_down()
        self.timeline_panel.shut_down()

    def _furnish(self) -> None:
        self._clips.setAccessibleName(tr("Clip"))
        self._clips.setToolTip(tr("Clip"))
        choice = QToolBar(tr("Clip"))
        choice.setObjectName("review_choice")
        choice.setMovable(False)
        self._clip_action = choice.addWidget(self._clips)
        top = Qt.ToolBarArea.TopToolBarArea
        left = Qt.ToolBarArea.LeftToolBarArea
        self.bars = (
            Bar(choice, top),
            Bar(self.run_bar, top),
            Bar(self.view_bar, top, new_row=True),
            Bar(self._tools, left),
        )
        self.where.setDocumentMode(True)
        for panel, title in (
            (self.worst, tr("Worst frames")),
            (StabilityList(self.timeline), tr("Stability")),
            (self.next, tr("Paint next")),
            (self.changes, tr("Changes")),
        ):
            self.where.addTab(panel, title)
        self.correct.setDocumentMode(True)
        self.correct.addTab(self.correct_panel, tr("Steps"))
        self.correct.addTab(self.areas, tr("Areas"))
        self.correct.addTab(self.notes, tr("Notes"))
        right, bottom = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        self.docks = (
            Dock("review_parts", tr("Parts"), self.parts, right, 200),
            Dock("review_correct", tr("Correct"), _scrolling(self.correct), right, 330),
            Dock("review_worst", tr("Where to look"), self.where, right, 200),
            Dock("review_queue", tr("Queue"), self.queue, right, 160, behind="review_worst"),
            Dock("review_timeline", tr("Timeline"), self.timeline_panel, bottom, HEIGHT_PX),
        )
        self.menus = (*review_menus(), correct_menu())

    def _connect(self) -> None:
        core, viewer = self._core, self.page.viewer
        core.commands.add_canvas(viewer)
        self.view_actions.bind(self._commands)
        self.playback_actions.bind(self._commands)
        self.run_actions.bind(self._commands)
        self.teach_actions.bind(self._commands)
        core.commands.add_canvas(self.canvas)
        self.canvas.strokeCommitted.connect(self.corrections.take_stroke)
        self.canvas.refused.connect(core.notifier.info)
        self.canvas.partPicked.connect(core.parts.set_current)
        self.canvas.spaceTapped.connect(self.player.toggle)
        self.canvas.frameStepRequested.connect(self.player.step)
        self.canvas.toolChanged.connect(self._show_tool)
        self.corrections.shown.connect(self._show_brush)
        self.corrections.failed.connect(core.notifier.warning)
        self.corrections.noted.connect(core.notifier.info)
        core.commands.bind("run.clip", self._run_from_anywhere)
        core.session.opened.connect(self.run_actions.offer_resume)
        core.profiles.changed.connect(self.runs.refresh_profiles)
        self.queue.detailsRequested.connect(self._on_details)
        self._commands.bind("view.cache_limit", self._ask_cache_limit)
        viewer.spaceTapped.connect(self.player.toggle)
        viewer.frameStepRequested.connect(self.player.step)
        viewer.partPicked.connect(self._on_part_picked)
        self.timeline_panel.refused.connect(core.notifier.info)
        self.timeline_panel.referenceToggled.connect(self._on_reference_toggled)
        self.worst.referenceToggled.connect(self._on_reference_toggled)
        self._clips.activated.connect(self._on_clip_chosen)
        core.playhead.clipChanged.connect(self._show_clips)
        core.references.changed.connect(self._on_references_changed)

    def _tool_bar(self) -> QToolBar:
        bar = QToolBar(tr("Correction tools"))
        bar.setObjectName("review_tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(ICON_PX, ICON_PX))
        for name in TOOL_NAMES:
            if name != "pick":
                bar.addAction(self._commands[f"tool.{name}"])
        return bar

    def _show_brush(self) -> None:
        """Puts the canvas in the viewer's place while the frame is corrected, and the viewer back afterwards."""
        painting = self.corrections.painting
        if painting and self.corrections.document.frame is not None and not self.page.replaced:
            self.player.pause()
            self.page.replace_viewer(self.canvas)
        elif not painting and self.page.replaced:
            self.page.restore_viewer()
        self._commands.show_switch("correct.brush", on=painting)
        self._show_tool(self.canvas.tool)

    def _show_tool(self, tool: str) -> None:
        for name in TOOL_NAMES:
            self._commands.show_switch(f"tool.{name}", on=self.corrections.painting and name == tool)

    def _wipe_with(self, version: str) -> None:
        """Wipes between the shown version and another one."""
        self.corrections.stop_painting()
        self.view_actions.compare_with(version)
        if self.model.look.arrangement != "wipe":
            self.view_actions.toggle_arrangement("wipe")

    def _run_from_anywhere(self) -> None:
        self._core.window.show_workspace(self.name)
        self.run_actions.run(None)

    def _on_details(self, job_id: str) -> None:
        job = self._core.queue.job(job_id)
        if job is not None and job.outcome is not None:
            self._core.notifier.error(job.outcome.sentence, job.outcome.details)

    def _clip_facts(self, clip_id: str) -> ClipFacts:
        clip = self._core.document.project.clip(clip_id)
        source = self._core.references.clip_source(clip_id)
        info = source.info
        file = ClipFile(clip.path, clip.colour_space)
        return ClipFacts(file, source.numbers, info.width, info.height, info.rate)

    def _ask_cache_limit(self) -> None:
        """Asks how much memory frames may take; what no longer fits goes at once."""
        core = self._core
        now = round(self.cache.held_bytes / 2**20)
        rows = [tr("{n} MiB").format(n=size) for size in _CACHE_SIZES_MB]
        label = tr("Frames take {now} MiB now. At most:").format(now=now)
        chosen = core.questions.pick(tr("Memory for frames"), label, rows)
        if chosen is not None:
            limit = _CACHE_SIZES_MB[chosen] * 2**20
            core.preferences.set_viewer_cache_bytes(limit)
            self.cache.set_limit(limit)

    def _go_to_clip(self, clip_id: str) -> None:
        try:
            self._core.playhead.set_clip(clip_id, self._core.references.clip_numbers(clip_id))
        except InputError as error:
            self._core.notifier.warning(str(error))

    def _on_clip_chosen(self) -> None:
        self._go_to_clip(str(self._clips.currentData()))
        self.page.viewer.setFocus()

    def _on_references_changed(self) -> None:
        """Clips came, went or were relinked."""
        playhead, clips = self._core.playhead, self._core.references.clips
        current = next((clip for clip in clips if clip.id == playhead.clip_id), None)
        if playhead.clip_id and current is None:
            playhead.set_clip("", ())
        elif current is not None:
            file = ClipFile(current.path, current.colour_space)
            if self.model.clip is None or self.model.clip.file != file:
                self.model.reload()
        self._show_clips()

    def _on_part_picked(self, result_part: int) -> None:
        name = self.model.parts["chosen"].name(result_part)
        ours = next((part.id for part in self._core.parts.parts if part.name == name), None)
        if ours is not None:
            self._core.parts.set_current(ours)

    def _on_reference_toggled(self, frame: int) -> None:
        """The artist wants a frame of the timeline as a reference, or no longer."""
        core = self._core
        core.references.show_frame(core.playhead.clip_id, frame)
        core.references.toggle_frame(tr("Add reference"), tr("Remove reference"))

    def _show_clips(self) -> None:
        clips = self._core.references.clips
        with QSignalBlocker(self._clips):
            self._clips.clear()
            for clip in clips:
                self._clips.addItem(clip.name, clip.id)
            self._clips.setCurrentIndex(self._clips.findData(self._core.playhead.clip_id))
        self._clip_action.setVisible(len(clips) > 1)


def _scrolling(widget: QWidget) -> QScrollArea:
    """Returns a widget that scrolls where its dock is lower than it."""
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumWidth(widget.minimumSizeHint().width() + area.verticalScrollBar().sizeHint().width())
    return area
