"""What a workspace is: a page with docks, bars and menus of its own, shown while its tab is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QToolBar, QWidget


@dataclass(frozen=True)
class Dock:
    """A dockable panel.

    Attributes:
        name: Stable name, for the saved layout.
        title: What its title bar shows.
        widget: What it holds.
        area: Where it stands at first.
        size: Height (or width, where it stands alone at a side) that it gets at first, in pixels.
        behind: Name of the dock whose place it shares, as a tab behind it; "" where it has its own.
    """

    name: str
    title: str
    widget: QWidget
    area: Qt.DockWidgetArea
    size: int
    behind: str = ""


@dataclass(frozen=True)
class Bar:
    """A tool bar.

    Attributes:
        bar: The bar.
        area: The side of the window it stands on.
        new_row: It begins a row of its own.
    """

    bar: QToolBar
    area: Qt.ToolBarArea
    new_row: bool = False


@dataclass(frozen=True)
class Menu:
    """A menu: its title and the ids of its commands, "-" for a line."""

    title: str
    commands: tuple[str, ...]


class Workspace(QObject):
    """One tab of the window. Subclasses build `page` and, where they have them, docks, bars and menus.

    Attributes:
        name: Stable name: "references", "train", "review", "export"; the scope of its commands.
        title: What the tab shows.
        page: The middle of the window.
        docks: Panels around it.
        bars: Tool bars around it.
        menus: Menus that the menu bar shows in every workspace.
    """

    name = ""
    title = ""
    page: QWidget
    docks: tuple[Dock, ...] = ()
    bars: tuple[Bar, ...] = ()
    menus: tuple[Menu, ...] = ()

    def entered(self) -> None:
        """Its tab was chosen."""

    def left(self) -> None:
        """Another tab was chosen, or the project was closed."""

    def cancel_gesture(self) -> None:
        """Whatever the mouse has half done is taken back: the window is about to close or to ask something."""

    def shut_down(self) -> None:
        """The program ends: threads and processes of this workspace end with it."""
