"""Wires the objects of the window by constructor, in this one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from platformdirs import user_config_path, user_data_path
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.actions.paint_actions import PaintActions
from app.actions.part_actions import PartActions
from app.actions.project_actions import ProjectActions, held_by
from app.actions.reference_actions import ReferenceActions
from app.actions.select_actions import SelectActions
from app.actions.table import CommandTable
from app.canvas.view import CanvasView
from app.i18n import tr
from app.jobs.stepper import JobStepper
from app.keymap.keymap import Keymap, load_keymap
from app.keymap.palette import CommandPalette
from app.keymap.sheet import KeySheet
from app.main_window import MainWindow, Panels
from app.model.canvas_document import CanvasModel
from app.model.document import Document
from app.model.images import ImageStore
from app.model.linting import LinterModel
from app.model.parts import PartsModel
from app.model.references import ReferencesModel
from app.model.session import Opened, ProjectSession
from app.model.thumbnails import Thumbnails
from app.notify.dialogue import ErrorDialogue
from app.notify.notice import Notice
from app.notify.notifier import Notifier
from app.notify.questions import Questions
from app.panels.clip_bar import ClipBar
from app.panels.parts import PartsPanel
from app.panels.reference_details import LinterPanel, ReferenceDetails
from app.panels.reference_strip import ReferenceStrip
from app.panels.status import StatusBar
from app.panels.tool_options import ToolOptions
from app.panels.welcome import RecentProject, Welcome
from app.preferences import Preferences
from app.theme import SCALES, apply_theme
from engine.domain.linter import LinterWarning
from engine.project_io.layout import PROJECT_FILE, THUMBNAIL_FOLDER, is_project

_APPLICATION = "SMITE Studio"


class Studio(QObject):
    """The whole window: model, actions and panels, and how they are joined."""

    def __init__(
        self,
        data_folder: Path,
        preferences: Preferences,
        make_questions: Callable[[MainWindow, Preferences], Questions] = Questions,
    ) -> None:
        super().__init__()
        self.preferences = preferences
        self.notifier = Notifier(self)
        self.window = MainWindow()
        self.questions = make_questions(self.window, preferences)
        self.document = Document(self)
        self.session = ProjectSession(self.document, data_folder / "untitled", self)
        self.parts = PartsModel(self.document, self)
        self.references = ReferencesModel(self.document, ImageStore(), self)
        self.thumbnails = Thumbnails(self.document, self.references, self.session, self)
        self.linter = LinterModel(self.document, self.thumbnails, self)
        self.canvas_model = CanvasModel(self.document, self.parts, self.references, self)
        self.jobs = JobStepper(self)
        self.canvas = CanvasView(self.canvas_model)
        self.commands = CommandTable(self.window, self.canvas)
        self.keymap = load_keymap(preferences.keymap_preset, preferences.own_keys)
        self.commands.set_keys(self.keymap.keys)
        self.panels = self._make_panels()
        self._make_actions()
        self.window.furnish(self.panels, self.commands, self._may_close)
        self.window.set_scale(preferences.scale_percent)
        self._connect()
        self._show_welcome()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Opens a project, or takes images, clips and masks as if they had been dropped."""
        projects = [path for path in paths if is_project(path)]
        if projects:
            self.project_actions.open(projects[0])
        rest = [path for path in paths if path not in projects]
        if rest:
            self.reference_actions.drop(rest)

    def shut_down(self) -> None:
        """Ends threads and remembers the layout of the window; work that nobody decided about stays in its journal."""
        self.jobs.cancel()
        self.thumbnails.stop()
        self.linter.shut_down()
        self.canvas.shut_down()
        self.session.suspend()
        self.preferences.set_window_layout(self.window.saveGeometry(), self.window.saveState(1))
        self.preferences.sync()
        self.notifier.remove_hook()

    def _make_panels(self) -> Panels:
        return Panels(
            welcome=Welcome(),
            canvas=self.canvas,
            notice=Notice(),
            options=ToolOptions(self.canvas, self.commands),
            clip_bar=ClipBar(self.references, self.commands),
            parts=PartsPanel(self.parts, lambda: len(self.references.references)),
            details=ReferenceDetails(self.document, self.references),
            linter=LinterPanel(self.linter),
            strip=ReferenceStrip(self.document, self.references, self.thumbnails, self.linter),
            status=StatusBar(self.document, self.parts, self.references, self.session),
        )

    def _make_actions(self) -> None:
        self.project_actions = ProjectActions(
            self.document, self.session, self.questions, self.notifier, self.preferences
        )
        ensure_open = self.project_actions.ensure_open
        self.part_actions = PartActions(self.parts, self.questions, self.notifier, ensure_open, self.window)
        self.reference_actions = ReferenceActions(
            self.document,
            self.parts,
            self.references,
            self.thumbnails,
            self.jobs,
            self.questions,
            self.notifier,
            ensure_open,
        )
        self.paint_actions = PaintActions(
            self.document, self.canvas_model, self.canvas, self.commands, self.panels.options
        )
        self.select_actions = SelectActions(self.canvas, self.questions, self.notifier, self.preferences)
        for actions in (self.project_actions, self.part_actions, self.reference_actions, self.select_actions):
            actions.bind(self.commands)
        window = self.window
        for place, name in enumerate(("references", "train", "review", "export")):
            self.commands.bind(f"workspace.{name}", partial(window.show_workspace, place))
        self.commands.bind("project.quit", window.close)
        self.commands.bind("project.sample", self._open_sample)
        self.commands.bind("window.palette", self._open_palette)
        self.commands.bind("window.keys", self._open_keys)
        self.commands.bind("window.panels", window.toggle_panels)
        self.commands.bind("window.full_screen", window.toggle_full_screen)
        self.commands.bind("window.reset_layout", window.reset_layout)
        self.commands.bind("window.larger", lambda: self._scale(1))
        self.commands.bind("window.smaller", lambda: self._scale(-1))

    def _connect(self) -> None:
        panels, canvas = self.panels, self.canvas
        canvas.strokeCommitted.connect(self.canvas_model.take_stroke)
        canvas.partPicked.connect(self.parts.set_current)
        canvas.refused.connect(self._on_refused)
        canvas.frameStepRequested.connect(self.references.step_frame)
        panels.status.watch(canvas, self.jobs)
        panels.welcome.newRequested.connect(self.project_actions.new)
        panels.welcome.sampleRequested.connect(self._open_sample)
        panels.welcome.openRequested.connect(self.project_actions.ask_open)
        panels.welcome.recentChosen.connect(self._on_project_chosen)
        panels.welcome.recoverChosen.connect(self._on_project_chosen)
        panels.parts.addRequested.connect(self.part_actions.add)
        panels.parts.listRequested.connect(self.part_actions.show_lists)
        panels.parts.deleteRequested.connect(self.part_actions.delete)
        panels.parts.mergeRequested.connect(self.part_actions.merge)
        panels.parts.renameRequested.connect(self.part_actions.rename)
        panels.parts.moveRequested.connect(self.part_actions.move)
        panels.parts.detailsRequested.connect(self.part_actions.show_details)
        panels.details.renameRequested.connect(self.reference_actions.rename)
        panels.details.holdoutRequested.connect(self._on_holdout)
        panels.details.copyRequested.connect(self.reference_actions.copy_from)
        panels.linter.jumpRequested.connect(self._on_jump)
        panels.strip.menuRequested.connect(self._on_strip_menu)
        self.notifier.posted.connect(panels.notice.post)
        self.notifier.failed.connect(self._on_failed)
        self.jobs.failed.connect(self.notifier.warning)
        self.jobs.messaged.connect(self._on_job_message)
        self.references.shown.connect(self._on_shown)
        self.references.pictureFailed.connect(self._on_picture_failed)
        self.document.areasChanged.connect(panels.parts.refresh_painted)
        self.document.stack.changed.connect(self._show_title)
        self.document.recordFailed.connect(self.notifier.warning)
        self.session.opened.connect(self._on_opened)
        self.session.closed.connect(self._show_welcome)
        self.window.dropped.connect(self.open_paths)

    def _open_sample(self) -> None:
        if self.project_actions.new():
            self.reference_actions.add_sample()

    def _open_palette(self) -> None:
        palette = CommandPalette(self.commands, self.window)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        middle = self.window.mapToGlobal(QPoint((self.window.width() - palette.width()) // 2, 90))
        palette.move(middle)
        palette.open()

    def _open_keys(self) -> None:
        sheet = KeySheet(self.commands, self.keymap, self.window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.keymapChanged.connect(self._on_keymap)
        sheet.open()

    def _scale(self, step: int) -> None:
        nearest = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - self.preferences.scale_percent))
        percent = SCALES[max(0, min(len(SCALES) - 1, nearest + step))]
        self.preferences.set_scale_percent(percent)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, percent)
        self.window.set_scale(percent)

    def _may_close(self) -> bool:
        self.canvas.cancel()
        if not self.project_actions.may_leave():
            return False
        self.session.close()
        return True

    def _show_title(self) -> None:
        name = self.document.project.name if self.session.path is not None else ""
        self.window.show_title(name, unsaved=self.document.unsaved, read_only=self.document.read_only)

    def _show_welcome(self) -> None:
        self.window.show_project(opened=False)
        recent = [project for path in self.preferences.recent_projects if (project := _recent(path)) is not None]
        self.panels.welcome.show_projects(recent, self.session.unsaved_projects())
        self._show_title()

    def _on_project_chosen(self, path: str) -> None:
        self.project_actions.open(Path(path))

    def _on_opened(self, opened: Opened) -> None:
        self.window.show_project(opened=True)
        self._show_title()
        self.panels.parts.refresh()
        if opened.holder is not None:
            self.panels.notice.offer(held_by(opened.holder), tr("Take over…"), self.project_actions.seize)
        elif opened.reason:
            self.notifier.warning(opened.reason)
        elif opened.missing:
            self._offer_relink(opened.missing)
        self.canvas.setFocus()

    def _offer_relink(self, missing: Sequence[Path]) -> None:
        names = ", ".join(path.name for path in missing[:3]) + (" …" if len(missing) > 3 else "")
        text = tr("{names} cannot be found. What you painted is kept.").format(names=names)
        self.panels.notice.offer(text, tr("Relink…"), self.project_actions.relink)

    def _on_refused(self, sentence: str) -> None:
        if len(self.parts.parts) == 0:
            self.panels.notice.offer(sentence, tr("Add part…"), self.part_actions.add)
        else:
            self.notifier.info(sentence)

    def _on_shown(self) -> None:
        self.window.show_image(present=self.references.picture is not None)

    def _on_picture_failed(self, sentence: str) -> None:
        self.panels.notice.offer(sentence, tr("Relink…"), self.project_actions.relink)

    def _on_failed(self, text: str, details: str) -> None:
        dialogue = ErrorDialogue(text, details, self.window)
        dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialogue.open()

    def _on_job_message(self, text: str, level: str) -> None:
        (self.notifier.warning if level == "warning" else self.notifier.info)(text)

    def _on_holdout(self, reference_id: str, on: bool) -> None:
        self.reference_actions.set_holdout(reference_id, holdout=on)

    def _on_jump(self, warning: LinterWarning) -> None:
        self.references.show(warning.reference_id)
        if warning.rect is not None:
            self.canvas.reveal(warning.rect)
        self.canvas.setFocus()

    def _on_strip_menu(self, reference_id: str, at: QPoint) -> None:
        self.references.show(reference_id)
        menu = QMenu(self.window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in ("reference.holdout", "reference.duplicate", "reference.import_mask", "reference.remove"):
            menu.addAction(self.commands[name])
        menu.popup(at)

    def _on_keymap(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self.commands.set_keys(keymap.keys)
        self.preferences.set_keys(keymap.preset, {k: list(v) for k, v in keymap.own.items()})


def open_window(arguments: Sequence[str]) -> int:
    """Opens the window on the paths given and returns the exit code."""
    application = QApplication([_APPLICATION])
    application.setApplicationName(_APPLICATION)
    preferences = Preferences(user_config_path(_APPLICATION, appauthor=False) / "settings.ini")
    apply_theme(application, preferences.scale_percent)
    studio = Studio(user_data_path(_APPLICATION, appauthor=False), preferences)
    studio.notifier.install_hook()
    geometry, docks = preferences.window_layout
    if not geometry.isEmpty():
        studio.window.restoreGeometry(geometry)
        studio.window.restoreState(docks, 1)
        studio.window.show_project(opened=False)
    studio.window.show()
    studio.open_paths([Path(argument).absolute() for argument in arguments])
    code = application.exec()
    studio.shut_down()
    return code


def _recent(path: Path) -> RecentProject | None:
    file = path / PROJECT_FILE
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        changed = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
        first = next((str(row["id"]) for row in document["references"]), "")
        name = str(document["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return RecentProject(path, path.name, datetime.now().astimezone(), None) if path.is_dir() else None
    picture = path / THUMBNAIL_FOLDER / f"{first}.jpg"
    return RecentProject(path, name, changed, picture if first and picture.is_file() else None)
