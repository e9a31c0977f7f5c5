"""Builds the window: services, workspaces, and how they are joined. The one place that knows all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from platformdirs import user_config_path, user_data_path, user_log_path
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.actions.project_actions import ProjectActions, held_by
from app.collector import Collector
from app.core import make_core
from app.desktop.entry import DESKTOP_NAME
from app.diagnostics.actions import DiagnosticsActions, RecoveryHands
from app.diagnostics.recorded_run import RecordedRun
from app.diagnostics.restart import RESTART_CODE, start_again
from app.i18n import chosen_language, install_language, tr
from app.keymap.keymap import Keymap, load_keymap
from app.keymap.palette import CommandPalette
from app.keymap.sheet import KeySheet
from app.main_window import MainWindow
from app.menus import edit_menu, file_menu, help_menu, view_menu
from app.model.session import Opened
from app.models_window.actions import ModelsActions
from app.notify.dialogue import ErrorDialogue
from app.notify.questions import Questions
from app.panels.job_status import JobStatus
from app.panels.status import StatusBar
from app.panels.welcome import RecentProject, Welcome
from app.preferences import Preferences
from app.preferences_window.actions import PreferenceActions, PreferenceHands
from app.theme import SCALES, application_icon, apply_theme
from app.workspaces.base import Workspace
from app.workspaces.export import ExportWorkspace
from app.workspaces.references import ReferencesWorkspace
from app.workspaces.review import ReviewWorkspace
from app.workspaces.shots import ShotsWorkspace
from app.workspaces.train import TrainWorkspace
from engine.api.library import SUFFIX as PROFILE_SUFFIX
from engine.errors import READING_FAULTS
from engine.project_io.layout import PROJECT_FILE, THUMBNAIL_FOLDER, is_project, project_file

_APPLICATION = "SMITE Studio"


class Studio(QObject):
    """The whole window."""

    def __init__(
        self,
        data_folder: Path,
        preferences: Preferences,
        make_questions: Callable[[MainWindow, Preferences], Questions] = Questions,
    ) -> None:
        super().__init__()
        self.core = make_core(data_folder, preferences, make_questions, self)
        self.window = self.core.window
        self.keymap = load_keymap(preferences.keymap_preset, preferences.own_keys)
        self.core.commands.set_keys(self.keymap.keys)
        self.project_actions = ProjectActions(
            self.core.document, self.core.session, self.core.questions, self.core.notifier, preferences
        )
        self.painting = ReferencesWorkspace(self.core, self.project_actions.ensure_open)
        self.review = ReviewWorkspace(self.core, data_folder)
        self.training = TrainWorkspace(self.core, data_folder / "measured.json", self._apply_profile)
        self.workspaces: tuple[Workspace, ...] = (
            self.painting,
            self.training,
            self.review,
            ExportWorkspace(self.core),
            ShotsWorkspace(self.core, self.review.runs),
        )
        self.restart_paths: tuple[Path, ...] = ()
        """What the next run is to open, where the program ends to start again."""
        self.diagnostics = DiagnosticsActions(
            self.core, RecoveryHands(self._restart_at_once, self._recover, self._settle), self
        )
        self.diagnostics.know_devices(lambda: self.training.model.devices)
        self.settings = PreferenceActions(
            self.core,
            PreferenceHands(
                self._show_look,
                self._on_keymap,
                self._restart,
                self.review.cache,
                self.painting.reference_actions,
            ),
            self,
        )
        self.models = ModelsActions(self.core, self)
        self.welcome = Welcome()
        self.status = StatusBar(self.core.document, self.core.parts, self.core.references, self.core.session)
        self.window.furnish(self.workspaces, self.welcome, self.core.notice, self.status, self._may_close)
        self.window.set_scale(preferences.scale_percent)
        self._bind()
        self._connect()
        self._show_welcome()
        self.settings.apply()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Opens a project, takes a profile into the library, or images, clips and masks as if they had been dropped."""
        projects = [path for path in paths if is_project(path)]
        if projects:
            self.project_actions.open(project_file(projects[0]).parent)
        profiles = [path for path in paths if path.suffix == PROFILE_SUFFIX]
        if profiles and self.project_actions.ensure_open():
            for profile in profiles:
                self.training.library.offer(profile)
        rest = [path for path in paths if path not in projects and path not in profiles]
        if rest:
            self.painting.reference_actions.drop(rest)

    def shut_down(self) -> None:
        """Ends threads and remembers the layout of the window; work that nobody decided about stays in its journal."""
        for workspace in self.workspaces:
            workspace.shut_down()
        self.models.shut_down()
        self.core.shut_down()
        self.window.keep_layout(self.core.preferences)
        self.core.preferences.sync()
        self.settings.shut_down()
        self.diagnostics.watch.remove()

    def _bind(self) -> None:
        commands, window = self.core.commands, self.window
        self.project_actions.bind(commands)
        self.settings.bind()
        self.diagnostics.bind()
        self.models.bind()
        for workspace in self.workspaces:
            commands.bind(f"workspace.{workspace.name}", partial(window.show_workspace, workspace.name))
        commands.bind("project.quit", window.close)
        commands.bind("project.sample", self._open_sample)
        commands.bind("window.palette", self._open_palette)
        commands.bind("window.keys", self._open_keys)
        commands.bind("window.panels", window.toggle_panels)
        commands.bind("window.full_screen", window.toggle_full_screen)
        commands.bind("window.reset_layout", window.reset_layout)
        commands.bind("window.larger", lambda: self._scale(1))
        commands.bind("window.smaller", lambda: self._scale(-1))
        own = [menu for workspace in self.workspaces for menu in workspace.menus]
        window.add_menus((file_menu(), edit_menu(), view_menu(), *own, help_menu()), commands)
        window.workspaceChanged.connect(commands.show_workspace)
        window.workspaceChanged.connect(self.status.show_workspace)
        commands.show_workspace(window.workspace)

    def _connect(self) -> None:
        core = self.core
        self.status.watch(self.painting.canvas, core.stepper)
        running = JobStatus(core.queue)
        running.clicked.connect(partial(self.window.show_workspace, "review", dock="review_queue"))
        self.status.addPermanentWidget(running)
        self.welcome.newRequested.connect(self.project_actions.new)
        self.welcome.sampleRequested.connect(self._open_sample)
        self.welcome.openRequested.connect(self.project_actions.ask_open)
        self.welcome.recentChosen.connect(self._on_project_chosen)
        self.welcome.recoverChosen.connect(self._on_project_chosen)
        core.notifier.posted.connect(core.notice.post)
        core.notifier.failed.connect(self._on_failed)
        core.stepper.failed.connect(core.notifier.warning)
        core.stepper.messaged.connect(self._on_job_message)
        core.references.pictureFailed.connect(self._on_picture_failed)
        core.document.stack.changed.connect(self._show_title)
        core.document.recordFailed.connect(core.notifier.warning)
        self.training.model.choiceChanged.connect(self._on_train_choice)
        self.review.run_actions.devicesWanted.connect(self.training.actions.look_for_devices)
        self.models.model.arrived.connect(self._on_model_arrived)
        # After the workspaces, which know which of their jobs are to be offered again.
        core.session.leaving.connect(core.queue.leave_project)
        core.session.opened.connect(self._on_opened)
        core.session.closed.connect(self._show_welcome)
        self.window.dropped.connect(self.open_paths)

    def _on_train_choice(self) -> None:
        self.review.runs.set_devices(self.training.model.devices)

    def _on_model_arrived(self, _name: str) -> None:
        self.training.settings.refresh()
        self.review.runs.changed.emit()

    def _apply_profile(self, path: Path) -> None:
        """Makes a profile the one that the current clip is segmented with, and shows the clip."""
        self.review.runs.choose_profile(path)
        self.window.show_workspace(self.review.name)

    def _open_sample(self) -> None:
        if self.project_actions.new():
            self.painting.reference_actions.add_sample()

    def _open_palette(self) -> None:
        palette = CommandPalette(self.core.commands, self.window)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        middle = self.window.mapToGlobal(QPoint((self.window.width() - palette.width()) // 2, 90))
        palette.move(middle)
        palette.open()

    def _open_keys(self) -> None:
        sheet = KeySheet(self.core.commands, self.keymap, self.window)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.keymapChanged.connect(self._on_keymap)
        sheet.open()

    def _scale(self, step: int) -> None:
        preferences = self.core.preferences
        nearest = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - preferences.scale_percent))
        percent = SCALES[max(0, min(len(SCALES) - 1, nearest + step))]
        preferences.set_scale_percent(percent)
        self._show_look()

    def _show_look(self) -> None:
        """Draws everything in the theme and size that are kept."""
        preferences = self.core.preferences
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, preferences.scale_percent, preferences.theme)
        self.window.set_scale(preferences.scale_percent)

    def _settle(self) -> None:
        """Takes back what the mouse has half done."""
        for workspace in self.workspaces:
            workspace.cancel_gesture()

    def _restart(self) -> None:
        """Starts again with the same project, asking about unsaved work."""
        if not self.project_actions.may_leave():
            return
        session = self.core.session
        if session.path is not None and not session.untitled:
            self.restart_paths = (session.path,)
        session.close()
        QApplication.exit(RESTART_CODE)

    def _restart_at_once(self) -> None:
        """Starts again after a fault: unsaved work stays in its journal, and the next run offers it."""
        path = self.core.session.path
        self.restart_paths = (path,) if path is not None else ()
        QApplication.exit(RESTART_CODE)

    def _recover(self, project: Path) -> None:
        self.project_actions.open(project, recover=True)

    def _may_close(self) -> bool:
        self._settle()
        if not self.project_actions.may_leave():
            return False
        self.core.session.close()
        return True

    def _show_title(self) -> None:
        document = self.core.document
        name = document.project.name if self.core.session.path is not None else ""
        self.window.show_title(name, unsaved=document.unsaved, read_only=document.read_only)

    def _show_welcome(self) -> None:
        self.window.show_project(opened=False)
        recent = [project for path in self.core.preferences.recent_projects if (project := _recent(path)) is not None]
        self.welcome.show_projects(recent, self.core.session.unsaved_projects())
        self._show_title()

    def _on_project_chosen(self, path: str) -> None:
        self.project_actions.open(Path(path))

    def _on_opened(self, opened: Opened) -> None:
        self.window.show_project(opened=True)
        self._show_title()
        self.painting.parts.refresh()
        if opened.holder is not None:
            self.core.notice.offer(held_by(opened.holder), tr("Take over…"), self.project_actions.seize)
        elif opened.reason:
            self.core.notifier.warning(opened.reason)
        elif opened.missing:
            self._offer_relink(opened.missing)
        self.painting.canvas.setFocus()

    def _offer_relink(self, missing: Sequence[Path]) -> None:
        names = ", ".join(path.name for path in missing[:3]) + (" …" if len(missing) > 3 else "")
        text = tr("{names} cannot be found. What you painted is kept.").format(names=names)
        self.core.notice.offer(text, tr("Relink…"), self.project_actions.relink)

    def _on_picture_failed(self, sentence: str) -> None:
        self.core.notice.offer(sentence, tr("Relink…"), self.project_actions.relink)

    def _on_failed(self, text: str, details: str) -> None:
        dialogue = ErrorDialogue(text, details, self.window)
        dialogue.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialogue.open()

    def _on_job_message(self, text: str, level: str) -> None:
        (self.core.notifier.warning if level == "warning" else self.core.notifier.info)(text)

    def _on_keymap(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self.core.commands.set_keys(keymap.keys)
        self.core.preferences.set_keys(keymap.preset, {k: list(v) for k, v in keymap.own.items()})


def open_window(arguments: Sequence[str]) -> int:
    """Opens the window on the paths given and returns the exit code."""
    application = QApplication([_APPLICATION])
    application.setApplicationName(_APPLICATION)
    application.setDesktopFileName(DESKTOP_NAME)
    application.setWindowIcon(application_icon())
    preferences = Preferences(user_config_path(_APPLICATION, appauthor=False) / "settings.ini")
    install_language(application, chosen_language(preferences.language))
    apply_theme(application, preferences.scale_percent, preferences.theme)
    studio = Studio(user_data_path(_APPLICATION, appauthor=False), preferences)
    collector = Collector(studio)
    collector.start()
    logs = user_log_path(_APPLICATION, appauthor=False)
    recorded = RecordedRun(studio.core, studio.diagnostics, logs)
    studio.window.restore_layout(preferences)
    studio.window.show()
    paths = [Path(argument).absolute() for argument in arguments]
    studio.open_paths(paths)
    recorded.offer_crashed(but=paths)
    code = application.exec()
    studio.shut_down()
    collector.stop()
    recorded.end()
    if code == RESTART_CODE:
        return 0 if start_again(studio.restart_paths) else 1
    return code


def _recent(path: Path) -> RecentProject | None:
    file = path / PROJECT_FILE
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        changed = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
        first = next((str(row["id"]) for row in document["references"]), "")
        name = str(document["name"])
    except READING_FAULTS:
        return RecentProject(path, path.name, datetime.now().astimezone(), None) if path.is_dir() else None
    picture = path / THUMBNAIL_FOLDER / f"{first}.jpg"
    return RecentProject(path, name, changed, picture if first and picture.is_file() else None)
