"""The main window: tabs, menus, the message bar and the status bar around the pages of the workspaces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QStatusBar, QTabBar, QToolBar, QVBoxLayout, QWidget

from app.actions.commands import Commands
from app.i18n import tr
from app.preferences import Preferences
from app.workspaces.base import Menu, Workspace
from app.workspaces.page import WorkspacePage


class MainWindow(QMainWindow):
    """One window for everything.

    Signals:
        dropped(object): List of paths that were dropped.
        workspaceChanged(str): Another workspace is shown; its name, or "" for the welcome screen.
    """

    dropped = Signal(object)
    workspaceChanged = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(tr("SMITE Studio"))
        self.setAcceptDrops(True)
        self.resize(1600, 950)
        self.setMinimumSize(960, 600)
        self.tabs = QTabBar()
        self.pages = QStackedWidget()
        self._pages: list[WorkspacePage] = []
        self._shown: Workspace | None = None
        self._may_close: Callable[[], bool] = lambda: True
        self._project_open = False

    @property
    def workspace(self) -> str:
        """Name of the shown workspace, or "" on the welcome screen."""
        return self._shown.name if self._shown is not None else ""

    def furnish(
        self,
        workspaces: Sequence[Workspace],
        welcome: QWidget,
        notice: QWidget,
        status: QStatusBar,
        may_close: Callable[[], bool],
    ) -> None:
        """Puts everything in its place; `may_close` is asked before the window closes."""
        self._may_close = may_close
        self._pages = [WorkspacePage(workspace) for workspace in workspaces]
        for page in self._pages:
            self.pages.addWidget(page)
        self.pages.addWidget(welcome)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(notice)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(middle)
        self._build_tabs([workspace.title for workspace in workspaces])
        self.setStatusBar(status)
        self.tabs.currentChanged.connect(self._on_tab)
        self.show_project(opened=False)

    def add_menus(self, menus: Sequence[Menu], commands: Commands) -> None:
        """Fills the menu bar."""
        for wanted in menus:
            menu = QMenu(wanted.title, self)
            menu.setToolTipsVisible(True)
            for name in wanted.commands:
                if name == "-":
                    menu.addSeparator()
                else:
                    menu.addAction(commands[name])
            self.menuBar().addMenu(menu)

    def show_project(self, *, opened: bool) -> None:
        """Shows the workspaces of a project, or the welcome screen."""
        self._project_open = opened
        self._on_tab(self.tabs.currentIndex())

    def show_workspace(self, name: str, *, dock: str = "") -> None:
        """Shows a workspace, and brings one of its docks to the front where one is named."""
        names = [page.workspace.name for page in self._pages]
        self.tabs.setCurrentIndex(names.index(name))
        if dock:
            self._pages[names.index(name)].show_dock(dock)

    def set_scale(self, percent: int) -> None:
        """Draws icons larger or smaller."""
        for page in self._pages:
            page.set_scale(percent)
        self.tabs.setMinimumWidth(self.tabs.sizeHint().width())

    def toggle_panels(self) -> None:
        """Hides all panels of the shown workspace, or shows them again."""
        if self._project_open:
            self._pages[self.tabs.currentIndex()].toggle_panels()

    def reset_layout(self) -> None:
        """Puts every dock back."""
        for page in self._pages:
            page.reset_layout()

    def toggle_full_screen(self) -> None:
        """Fills the screen, or is a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def restore_layout(self, preferences: Preferences) -> None:
        """Puts window and docks where they stood in the last run."""
        geometry = preferences.layout("geometry")
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        for page in self._pages:
            page.restore_layout(preferences.layout(page.workspace.name))

    def keep_layout(self, preferences: Preferences) -> None:
        """Remembers where window and docks stand."""
        preferences.set_layout("geometry", self.saveGeometry())
        for page in self._pages:
            preferences.set_layout(page.workspace.name, page.layout_state)

    def show_title(self, name: str, *, unsaved: bool, read_only: bool) -> None:
        """Shows project name and state in the title."""
        state = tr(" (reading only)") if read_only else ""
        self.setWindowTitle(f"{name}{state}[*] – SMITE Studio" if name else tr("SMITE Studio") + "[*]")
        self.setWindowModified(unsaved)

    def _build_tabs(self, titles: Sequence[str]) -> None:
        bar = self.tabs
        bar.setObjectName("workspaces")
        bar.setDrawBase(False)
        bar.setExpanding(False)
        bar.setUsesScrollButtons(False)
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setAccessibleName(tr("Workspaces"))
        for number, title in enumerate(titles, start=1):
            bar.addTab(f"{number}  {title.replace('&', '&&')}")
            bar.setTabToolTip(number - 1, f"{title} (F{number + 1})")
        self._top = QToolBar(tr("Workspaces"))
        self._top.setObjectName("workspace_bar")
        self._top.setMovable(False)
        self._top.addWidget(bar)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self._top)

    def _on_tab(self, place: int) -> None:
        workspace = self._pages[place].workspace if self._project_open else None
        self.pages.setCurrentIndex(place if self._project_open else self.pages.count() - 1)
        self._top.setVisible(self._project_open)
        # A tool bar keeps the size that its tabs had before they got their style.
        self.tabs.ensurePolished()
        self.tabs.setMinimumWidth(self.tabs.sizeHint().width())
        if workspace is self._shown:
            return
        left, self._shown = self._shown, workspace
        if left is not None:
            left.left()
        self.workspaceChanged.emit(self.workspace)
        if workspace is not None:
            workspace.entered()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hands dropped paths on."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.dropped.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks about unsaved work first."""
        if self._may_close():
            event.accept()
        else:
            event.ignore()
