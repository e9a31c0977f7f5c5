"""What in a window can be acted upon, what a screen reader calls it, and what texts it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from app.bootstrap import Studio

_CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
_PATIENCE = 10
_WHOLES = (QAbstractSpinBox, QComboBox, QKeySequenceEdit, QTabBar, QAbstractItemView)
"""Widgets whose insides are their own affair."""


def controls(window: QWidget, *, hidden: bool = False) -> Iterator[QWidget]:
    """Yields the visible widgets that can be acted upon, and the `hidden` ones as well."""
    for widget in [window, *window.findChildren(QWidget)]:
        if not (hidden or widget.isVisible()) or isinstance(widget, (QLabel, QScrollBar, QMenuBar, QMainWindow)):
            continue
        takes_focus = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(widget, QScrollArea)
        if (isinstance(widget, _CONTROLS) or takes_focus) and not _is_inside(widget):
            yield widget


def name_of(widget: QWidget) -> str:
    """Returns what a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def describe(widget: QWidget) -> str:
    """Returns what tells a person which widget is meant."""
    chain = []
    each: QWidget | None = widget
    while each is not None and len(chain) < 4:
        chain.append(type(each).__name__ + (f"#{each.objectName()}" if each.objectName() else ""))
        each = each.parentWidget()
    text = widget.text() if isinstance(widget, (QAbstractButton, QLabel)) else name_of(widget)
    return f"{' < '.join(chain)} '{text[:60]}' tip '{widget.toolTip()[:40]}'"


def clipped(window: QWidget, settle: Callable[[], None]) -> list[str]:
    """Returns the visible texts that do not get the room they need, once the window has laid itself out."""
    for _ in range(_PATIENCE):
        found = _clipped(window)
        if not found:
            break
        settle()
    return found


def _clipped(window: QWidget) -> list[str]:
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        missing = _missing(widget)
        if missing:
            found.append(f"{missing}: {describe(widget)}")
    return found


def _missing(widget: QWidget) -> str:
    """Returns how much room a text lacks, or ""."""
    if isinstance(widget, QLabel) and widget.text() and widget.pixmap().isNull():
        if widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored:
            return ""  # a path that gives way on purpose; its tooltip has all of it
        if widget.wordWrap():
            room = widget.contentsRect()
            need = widget.heightForWidth(widget.width())
            return f"{need} px high, has {room.height()}" if need > widget.height() + 1 else ""
        return _short(widget)
    if isinstance(widget, (QPushButton, QToolButton)) and widget.text() and not _shows_icon_only(widget):
        return _short(widget)
    if isinstance(widget, (QAbstractSpinBox, QComboBox)):
        return _short_of_text(widget)
    if isinstance(widget, QTabBar):
        return _short(widget) if not widget.usesScrollButtons() else ""
    return ""


def _short(widget: QWidget) -> str:
    need = widget.sizeHint()
    if widget.width() + 1 < need.width() or widget.height() + 1 < need.height():
        return f"{need.width()} x {need.height()}, has {widget.width()} x {widget.height()}"
    return ""


def _short_of_text(widget: QAbstractSpinBox | QComboBox) -> str:
    text = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
    need = widget.fontMetrics().horizontalAdvance(text)
    edit = widget.lineEdit()
    room = edit.width() if edit is not None else widget.width() - 20
    height = widget.fontMetrics().height()
    if need > room or widget.height() < height:
        return f"{need} x {height}, has {room} x {widget.height()}"
    return ""


def _shows_icon_only(button: QPushButton | QToolButton) -> bool:
    return (
        isinstance(button, QToolButton)
        and not button.icon().isNull()
        and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    )


def _is_inside(widget: QWidget) -> bool:
    if widget.objectName().startswith("qt_") or type(widget).__name__.startswith("QDockWidgetTitle"):
        return True
    parent = widget.parentWidget()
    if isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget:
        return True
    while parent is not None and not isinstance(parent, QDockWidget):
        if isinstance(parent, _WHOLES):
            return True
        parent = parent.parentWidget()
    return False


def each_workspace(studio: Studio, settle: Callable[[], None]) -> Iterator[str]:
    """Shows the workspaces one after the other and yields their names."""
    for workspace in studio.workspaces:
        studio.window.show_workspace(workspace.name)
        settle()
        yield workspace.name


def inside(window: QWidget, widget: QWidget) -> bool:
    """Tells whether a widget lies within its window."""
    place = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    return window.rect().contains(place)
