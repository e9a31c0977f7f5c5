"""The page of a workspace: its middle, with docks and bars around it that are its own."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QToolBar, QToolButton

from app.theme import ICON_PX
from app.workspaces.base import Workspace

_LAYOUT_VERSION = 3


class WorkspacePage(QMainWindow):
    """A main window inside the main window, so that every workspace keeps a layout of its own."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName(f"page_{workspace.name}")
        self.setDockNestingEnabled(True)
        self.workspace = workspace
        self.docks: list[QDockWidget] = []
        self.bars: list[QToolBar] = [bar.bar for bar in workspace.bars]
        self._panels_hidden = False
        self._sized = False
        self._side_width = _SIDE_WIDTH
        self._sides: dict[Qt.DockWidgetArea, list[tuple[QDockWidget, int]]] = {}
        self.setCentralWidget(workspace.page)
        for bar in workspace.bars:
            if bar.new_row:
                self.addToolBarBreak(bar.area)
            self.addToolBar(bar.area, bar.bar)
            _reach_by_tab(bar.bar)
        self._add_docks()
        self._default_state = self.saveState(_LAYOUT_VERSION)

    @property
    def layout_state(self) -> QByteArray:
        """Where docks and bars stand."""
        return self.saveState(_LAYOUT_VERSION)

    def restore_layout(self, state: QByteArray) -> None:
        """Puts docks and bars where they stood; a state of another version changes nothing."""
        if not state.isEmpty() and self.restoreState(state, _LAYOUT_VERSION):
            self._sized = True

    def reset_layout(self) -> None:
        """Puts docks and bars back."""
        self.restoreState(self._default_state, _LAYOUT_VERSION)
        self._show_panels(visible=True)
        self._size_docks()

    def toggle_panels(self) -> None:
        """Hides docks and bars, or shows them again."""
        self._show_panels(visible=self._panels_hidden)

    def show_dock(self, name: str) -> None:
        """Brings a dock to the front of those that share its place."""
        next(dock for dock in self.docks if dock.objectName() == f"dock_{name}").raise_()

    def set_scale(self, percent: int) -> None:
        """Draws icons larger or smaller."""
        side = round(ICON_PX * percent / 100)
        for bar in self.bars:
            bar.setIconSize(QSize(side, side))
        self._side_width = round(_SIDE_WIDTH * percent / 100)
        for area in _SIDES:
            narrow = [dock for dock, _ in self._sides.get(area, []) if dock.width() < self._side_width]
            if self.isVisible() and narrow:
                self.resizeDocks(narrow[:1], [self._side_width], Qt.Orientation.Horizontal)

    def _show_panels(self, *, visible: bool) -> None:
        self._panels_hidden = not visible
        for widget in (*self.docks, *self.bars):
            widget.setVisible(visible)

    def _add_docks(self) -> None:
        features = QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        for wanted in self.workspace.docks:
            dock = QDockWidget(wanted.title, self)
            dock.setObjectName(f"dock_{wanted.name}")
            dock.setWidget(wanted.widget)
            dock.setFeatures(features)
            self.addDockWidget(wanted.area, dock)
            self.docks.append(dock)
            if wanted.behind:
                front = next(other for other in self.docks if other.objectName() == f"dock_{wanted.behind}")
                self.tabifyDockWidget(front, dock)
                front.raise_()
                continue
            self._sides.setdefault(wanted.area, []).append((dock, wanted.size))
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)

    def showEvent(self, event: QShowEvent) -> None:
        """Gives the docks their sizes when the page is seen first: before, Qt does not know how much room there is."""
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            QTimer.singleShot(0, self, self._size_docks)

    def _size_docks(self) -> None:
        for area, rows in self._sides.items():
            docks, sizes = [dock for dock, _ in rows], [size for _, size in rows]
            self.resizeDocks(docks, sizes, Qt.Orientation.Vertical)
            if area in _SIDES:
                self.resizeDocks(docks[:1], [self._side_width], Qt.Orientation.Horizontal)


_SIDE_WIDTH = 320
"""Width of the right inspector (UX 4c) at 100 per cent."""
_SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)


def _reach_by_tab(bar: QToolBar) -> None:
    """Lets Tab reach the buttons of a tool bar, which Qt leaves out; a click still leaves the focus where it was."""
    for button in bar.findChildren(QToolButton):
        if button.focusPolicy() == Qt.FocusPolicy.NoFocus and bar.actions() and button.defaultAction() is not None:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
