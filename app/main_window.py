"""The main window: docks, menus and tool bars, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QStackedWidget, QTabBar, QToolBar, QVBoxLayout, QWidget

from app.actions.table import CommandTable
from app.canvas.tools import TOOL_NAMES
from app.canvas.view import CanvasView
from app.i18n import tr
from app.notify.notice import Notice
from app.panels.clip_bar import ClipBar
from app.panels.parts import PartsPanel
from app.panels.reference_details import LinterPanel, ReferenceDetails
from app.panels.reference_strip import ReferenceStrip
from app.panels.status import StatusBar
from app.panels.tool_options import ToolOptions
from app.panels.welcome import Welcome
from app.panels.workspaces import REFERENCES, empty_sentences, empty_workspace, workspace_tabs
from app.theme import ICON_PX

_LAYOUT_VERSION = 1


@dataclass(frozen=True)
class Panels:
    """What the window is furnished with."""

    welcome: Welcome
    canvas: CanvasView
    notice: Notice
    options: ToolOptions
    clip_bar: ClipBar
    parts: PartsPanel
    details: ReferenceDetails
    linter: LinterPanel
    strip: ReferenceStrip
    status: StatusBar


class MainWindow(QMainWindow):
    """One window for everything.

    Signals:
        dropped(object): List of paths that were dropped.
        workspaceChanged(int): Another workspace is shown.
    """

    dropped = Signal(object)
    workspaceChanged = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(tr("SMITE Studio"))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.resize(1600, 950)
        self.setMinimumSize(960, 600)
        self.tabs: QTabBar = workspace_tabs()
        self.pages = QStackedWidget()
        self._empty = empty_workspace(
            tr("Drop images, a clip, or a folder of images with masks here.\nOr choose File → Add images, Add clip.")
        )
        self._docks: list[QDockWidget] = []
        self._bars: list[QToolBar] = []
        self._may_close: Callable[[], bool] = lambda: True
        self._project_open = False
        self._panels_hidden = False

    def furnish(self, panels: Panels, commands: CommandTable, may_close: Callable[[], bool]) -> None:
        """Puts the panels in their places; `may_close` is asked before the window closes."""
        self._may_close = may_close
        self._panels = panels
        self._build_pages(panels)
        self._build_bars(panels, commands)
        self._build_docks(panels)
        self._build_menus(commands)
        self.setStatusBar(panels.status)
        self.setCentralWidget(self.pages)
        self.show_image(present=False)
        self._default_state = self.saveState(_LAYOUT_VERSION)
        self.tabs.currentChanged.connect(self._on_tab)
        self.show_project(opened=False)

    def show_project(self, *, opened: bool) -> None:
        """Shows the workspaces of a project, or the welcome screen."""
        self._project_open = opened
        self._on_tab(self.tabs.currentIndex())

    def show_image(self, *, present: bool) -> None:
        """Shows the canvas, or what to do where there is no image."""
        self._panels.canvas.setVisible(present)
        self._empty.setVisible(not present)

    def set_scale(self, percent: int) -> None:
        """Draws the tools' icons larger or smaller."""
        side = round(ICON_PX * percent / 100)
        self._tools.setIconSize(QSize(side, side))
        self.tabs.setMinimumWidth(self.tabs.sizeHint().width())

    def show_workspace(self, place: int) -> None:
        """Shows a workspace."""
        self.tabs.setCurrentIndex(place)

    def toggle_panels(self) -> None:
        """Hides all panels, or shows them again."""
        self._panels_hidden = not self._panels_hidden
        self._show_panels()

    def reset_layout(self) -> None:
        """Puts every dock back."""
        self._panels_hidden = False
        self.restoreState(self._default_state, _LAYOUT_VERSION)
        self._show_panels()

    def toggle_full_screen(self) -> None:
        """Fills the screen, or is a window again."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_title(self, name: str, *, unsaved: bool, read_only: bool) -> None:
        """Shows project name and state in the title."""
        state = tr(" (reading only)") if read_only else ""
        self.setWindowTitle(f"{name}{state}[*] – SMITE Studio" if name else tr("SMITE Studio") + "[*]")
        self.setWindowModified(unsaved)

    def _build_pages(self, panels: Panels) -> None:
        painting = QWidget()
        column = QVBoxLayout(painting)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(panels.notice)
        column.addWidget(panels.canvas, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(panels.clip_bar)
        self.pages.addWidget(painting)
        for sentence in empty_sentences():
            self.pages.addWidget(empty_workspace(sentence))
        self.pages.addWidget(panels.welcome)

    def _build_bars(self, panels: Panels, commands: CommandTable) -> None:
        top = QToolBar(tr("Workspaces"))
        top.setObjectName("workspace_bar")
        top.setMovable(False)
        top.addWidget(self.tabs)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, top)
        self._top = top
        self.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, panels.options)
        tools = QToolBar(tr("Tools"))
        tools.setObjectName("tools")
        tools.setMovable(False)
        tools.setIconSize(QSize(ICON_PX, ICON_PX))
        for name in TOOL_NAMES:
            tools.addAction(commands[f"tool.{name}"])
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, tools)
        self._tools = tools
        self._bars = [panels.options, tools]

    def _build_docks(self, panels: Panels) -> None:
        right, bottom = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        for name, title, widget, area in (
            ("parts", tr("Parts"), panels.parts, right),
            ("reference", tr("Reference"), panels.details, right),
            ("linter", tr("Linter"), panels.linter, right),
            ("references", tr("References"), panels.strip, bottom),
        ):
            dock = QDockWidget(title, self)
            dock.setObjectName(f"dock_{name}")
            dock.setWidget(widget)
            dock.setFeatures(
                QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetFloatable
            )
            self.addDockWidget(area, dock)
            self._docks.append(dock)
        self.setCorner(Qt.Corner.BottomRightCorner, right)
        self.resizeDocks(self._docks[:1], [320], Qt.Orientation.Horizontal)
        self.resizeDocks(self._docks[:3], [420, 150, 240], Qt.Orientation.Vertical)

    def _build_menus(self, commands: CommandTable) -> None:
        for title, names in _menus():
            menu = QMenu(title, self)
            menu.setToolTipsVisible(True)
            for name in names:
                if name == "-":
                    menu.addSeparator()
                else:
                    menu.addAction(commands[name])
            self.menuBar().addMenu(menu)

    def _show_panels(self) -> None:
        painting = self._project_open and self.tabs.currentIndex() == REFERENCES
        for widget in (*self._docks, *self._bars):
            widget.setVisible(painting and not self._panels_hidden)

    def _on_tab(self, place: int) -> None:
        self.pages.setCurrentIndex(place if self._project_open else self.pages.count() - 1)
        self._top.setVisible(self._project_open)
        # A tool bar keeps the size that its tabs had before they got their style.
        self.tabs.ensurePolished()
        self.tabs.setMinimumWidth(self.tabs.sizeHint().width())
        self._show_panels()
        self.workspaceChanged.emit(place)

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


def _menus() -> tuple[tuple[str, tuple[str, ...]], ...]:
    parts = tuple(f"part.{name}" for name in ("add", "-", "next", "previous", "swap", "-", "solo", "mute", "lock"))
    return (
        (
            tr("&File"),
            (
                "project.new",
                "project.open",
                "-",
                "project.save",
                "project.save_as",
                "-",
                "reference.add_images",
                "reference.add_clip",
                "reference.add_painted",
                "project.relink",
                "-",
                "project.close",
                "project.quit",
            ),
        ),
        (tr("&Edit"), ("edit.undo", "edit.redo", "-", "edit.copy_mask", "edit.paste_mask", "-", "window.keys")),
        (
            tr("&View"),
            (
                "view.fit",
                "view.one_to_one",
                "view.zoom_in",
                "view.zoom_out",
                "-",
                "view.overlay",
                "view.matte",
                "view.cutout",
                "view.grey_surround",
                "paint.onion",
                "-",
                "view.gain_up",
                "view.gain_down",
                "view.gamma_up",
                "view.gamma_down",
                "view.exposure_reset",
                "-",
                "window.panels",
                "window.full_screen",
                "window.reset_layout",
                "window.larger",
                "window.smaller",
            ),
        ),
        (
            tr("&Parts"),
            tuple("-" if name == "part.-" else name for name in parts)
            + ("part.show_all", "-", "part.up", "part.down", "part.merge", "part.delete"),
        ),
        (
            tr("&References"),
            (
                "reference.toggle",
                "reference.next",
                "reference.previous",
                "-",
                "reference.import_mask",
                "reference.import_masks",
                "reference.duplicate",
                "reference.holdout",
                "reference.remove",
                "-",
                "frame.next",
                "frame.previous",
                "frame.first",
                "frame.last",
            ),
        ),
        (
            tr("P&aint"),
            tuple(f"tool.{name}" for name in TOOL_NAMES)
            + ("-", "select.grabcut", "select.sam2", "-", "paint.protect", "paint.mirror", "paint.magnet")
            + ("-", "refine.smooth", "refine.grow", "refine.shrink", "refine.fill_holes"),
        ),
        (tr("&Help"), ("window.palette", "window.keys", "-", "project.sample")),
    )
