"""Every control has a name for screen readers, Tab reaches it, and one sees where the focus is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QTabBar,
    QToolButton,
    QTreeWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.theme import apply_theme
from tests.app.accessibility.controls import controls, describe, each_workspace, name_of
from tests.app.window_artist import add, end, make_studio, write_image


def settle() -> None:
    """Lets the window lay itself out."""
    loop = QEventLoop()
    QTimer.singleShot(60, loop.quit)
    loop.exec()


@pytest.fixture
def shown(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The window with a clip and parts, large, in its theme."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, 100)
    studio = make_studio(tmp_path)
    studio.window.resize(1600, 950)
    studio.window.show()
    qtbot.waitExposed(studio.window)
    for number in range(1001, 1013):
        write_image(tmp_path / "shot" / f"shot.{number}.png", number)
    add(studio, qtbot, [tmp_path / "shot"])
    studio.core.parts.add_list(["disc", "lid"], "Add")
    yield studio
    end(studio)
    application.setStyleSheet("")


def test_every_control_of_every_workspace_has_a_name(shown: Studio) -> None:
    unnamed = set()
    for workspace in each_workspace(shown, settle):
        for widget in controls(shown.window, hidden=True):
            if len(name_of(widget)) < 2:
                unnamed.add(f"{workspace}: {describe(widget)}")
    assert sorted(unnamed) == []


def test_the_welcome_screen_and_the_dialogues_have_names_too(studio: Studio) -> None:
    for command in ("window.models", "window.preferences", "window.diagnostics", "window.keys", "window.palette"):
        studio.core.commands[command].trigger()
    assert studio.settings.window is not None
    unnamed = []
    for page in studio.settings.window.pages:
        studio.settings.window.show_page(page.name)
        settle()
        for window in QApplication.topLevelWidgets():
            if window.isVisible():
                unnamed += [describe(widget) for widget in controls(window) if len(name_of(widget)) < 2]
    for window in QApplication.topLevelWidgets():
        if window is not studio.window:
            window.close()
    assert unnamed == []


def test_tab_walks_through_every_control_and_is_never_caught(shown: Studio, qtbot: QtBot) -> None:
    shown.window.activateWindow()
    qtbot.waitUntil(shown.window.isActiveWindow)
    missed = set()
    for workspace in each_workspace(shown, settle):
        shown.window.tabs.setFocus()
        reached: set[QWidget] = set()
        for _ in range(400):
            focus = QApplication.focusWidget()
            if focus is None or (focus is shown.window.tabs and reached):
                break
            each: QWidget | None = focus
            while each is not None:
                reached.add(each)
                each = each.parentWidget()
            shown.window.focusNextPrevChild(True)
        assert QApplication.focusWidget() is shown.window.tabs, f"{workspace}: Tab does not come round"
        missed |= {
            f"{workspace}: {describe(widget)}"
            for widget in controls(shown.window)
            if widget.isEnabled() and widget not in reached and _stands_alone(widget)
        }
    assert sorted(missed) == []


def test_the_tab_key_leaves_every_text_field(shown: Studio, qtbot: QtBot) -> None:
    shown.window.activateWindow()
    qtbot.waitUntil(shown.window.isActiveWindow)
    caught = []
    for workspace in each_workspace(shown, settle):
        for field in shown.window.findChildren(QPlainTextEdit):
            if field.isVisible() and field.isEnabled():
                field.setFocus()
                QTest.keyClick(field, Qt.Key.Key_Tab)
                if QApplication.focusWidget() is field:
                    caught.append(f"{workspace}: {describe(field)}")
    assert caught == []


def _stands_alone(widget: QWidget) -> bool:
    """Buttons of one choice are one stop of Tab: arrows go through them."""
    if not isinstance(widget, QAbstractButton):
        return True
    group = widget.group()
    return not widget.autoExclusive() and (group is None or not group.exclusive())


def _samples() -> dict[str, QWidget]:
    primary, tabs, items, tree = QPushButton("Run"), QTabBar(), QListWidget(), QTreeWidget()
    primary.setProperty("primary", "true")
    tabs.addTab("one")
    tabs.setObjectName("workspaces")
    items.addItem("one")
    tool, checked = QToolButton(), QToolButton()
    for button in (tool, checked):
        button.setText("tool")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    checked.setCheckable(True)
    checked.setChecked(True)
    return {
        "button": QPushButton("Run"),
        "primary": primary,
        "tool": tool,
        "checked tool": checked,
        "check box": QCheckBox("on"),
        "radio": QRadioButton("on"),
        "field": QLineEdit("text"),
        "number": QSpinBox(),
        "choice": QComboBox(),
        "slider": QSlider(Qt.Orientation.Horizontal),
        "tabs": tabs,
        "list": items,
        "tree": tree,
        "text": QPlainTextEdit("text"),
    }


@pytest.mark.parametrize("theme", ["dark", "contrast"])
def test_one_sees_where_the_focus_is(qtbot: QtBot, theme: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, 100, theme)
    window = QWidget()
    column = QVBoxLayout(window)
    samples, elsewhere = _samples(), QPushButton("elsewhere")
    for widget in (*samples.values(), elsewhere):
        column.addWidget(widget)
    qtbot.addWidget(window)
    window.resize(QSize(300, 900))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    unseen = []
    for name, widget in samples.items():
        elsewhere.setFocus()
        before = widget.grab().toImage()
        widget.setFocus()
        if _num_changed(before, widget.grab().toImage()) < 20:
            unseen.append(name)
    apply_theme(application, 100)
    application.setStyleSheet("")
    assert unseen == []


def _num_changed(first: QImage, second: QImage) -> int:
    """Counts pixels that differ by 3:1 in contrast, as WCAG 2.2 asks of a focus that is seen (2.4.13)."""
    from tests.app.accessibility.contrast import contrast

    changed = 0
    for y in range(first.height()):
        for x in range(first.width()):
            one, other = first.pixelColor(x, y), second.pixelColor(x, y)
            if one != other and contrast(one, other) >= 3:
                changed += 1
    return changed
