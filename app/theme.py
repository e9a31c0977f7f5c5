"""Themes: neutral greys that do not bias the judgement of colours and one accent (UX.md, 4c), or high contrast.

The constants are the colours of the dark theme, and name the shades of every theme: what paints asks `shade`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

WINDOW, PANEL, SURROUND, INPUT = "#2B2B2B", "#333333", "#1C1C1C", "#242424"
GREY_18 = "#767676"
"""18 % of scene-linear light in sRGB."""
LINE, BORDER = "#454545", "#808080"
TEXT, SECONDARY, ACCENT, ON_ACCENT = "#D6D6D6", "#A6A6A6", "#F0A030", "#101010"
STATE_NONE, STATE_PAINTED, STATE_STALE = "#8A8A8A", "#56B4E9", "#F0A030"
STATE_DONE, STATE_FAILED = "#4FAE7B", "#E5645A"
BRIGHT, FOCUS, DISABLED, TIP = "#FFFFFF", "#FFFFFE", "#6E6E6E", "#1F1F1F"
BUTTON, BUTTON_HOVER, TOOL_HOVER, CHECKED = "#3C3C3C", "#474747", "#3F3F3F", "#232323"
SELECTED, NOTICE, ACCENT_HOVER = "#4A3A20", "#3A3122", "#FFB54D"

HIGH_CONTRAST: Mapping[str, str] = MappingProxyType(
    {
        WINDOW: "#000000",
        PANEL: "#000000",
        SURROUND: "#000000",
        INPUT: "#000000",
        TIP: "#000000",
        LINE: "#8A8A8A",
        BORDER: "#8A8A8A",
        TEXT: "#FFFFFF",
        SECONDARY: "#E6E6E6",
        DISABLED: "#A0A0A0",
        ACCENT: "#FFD21F",
        ACCENT_HOVER: "#FFE880",
        ON_ACCENT: "#000000",
        FOCUS: "#FFFFFF",
        BUTTON: "#101010",
        BUTTON_HOVER: "#333333",
        TOOL_HOVER: "#333333",
        CHECKED: "#202000",
        SELECTED: "#3A3300",
        NOTICE: "#1A1700",
        STATE_NONE: "#C8C8C8",
        STATE_PAINTED: "#7FD0FF",
        STATE_DONE: "#7CF0AE",
        STATE_FAILED: "#FF9C94",
    }
)
"""The high-contrast theme by shade of the dark one: text has 7:1 at least on every ground (WCAG 2.2, 1.4.6)."""

_THEMES: Mapping[str, Mapping[str, str]] = MappingProxyType({"dark": {}, "contrast": HIGH_CONTRAST})
_PROPERTY = "smite_theme"
_HEX = re.compile(r"#[0-9A-F]{6}\b")

FONT_PX = 13
SCALES = (80, 90, 100, 110, 125, 150, 175, 200)
ICON_PX = 20


def apply_theme(application: QApplication, scale_percent: int, theme: str = "dark") -> None:
    """Gives the application its palette, font and style sheet at a scale of 80 to 200 per cent; works at once."""
    application.setProperty(_PROPERTY, theme)
    shades = _THEMES[theme]
    application.setStyle("Fusion")
    application.setPalette(_palette())
    font = QFont(application.font())
    font.setPixelSize(round(FONT_PX * scale_percent / 100))
    application.setFont(font)
    sheet = _style_sheet(scale_percent / 100)
    application.setStyleSheet(_HEX.sub(lambda found: shades.get(found[0], found[0]), sheet))
    for widget in application.topLevelWidgets():
        widget.update()


def shade(colour: str) -> QColor:
    """Returns a colour of the dark theme as the theme in force has it."""
    application = QCoreApplication.instance()
    name = application.property(_PROPERTY) if application is not None else None
    return QColor(_THEMES[str(name or "dark")].get(colour, colour))


def icon(name: str, *, colour: str = TEXT, active: str = ACCENT) -> QIcon:
    """Returns the icon of that name in a text colour, in the accent where it is switched on."""
    data = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    for shade, state, mode in (
        (colour, QIcon.State.Off, QIcon.Mode.Normal),
        (active, QIcon.State.On, QIcon.Mode.Normal),
        ("#666666", QIcon.State.Off, QIcon.Mode.Disabled),
    ):
        for size in (ICON_PX, 2 * ICON_PX):
            made.addPixmap(_drawn(data.replace("currentColor", shade), size), mode, state)
    return made


def application_icon() -> QIcon:
    """Returns the icon of the program for windows and task bars."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(QPixmap.fromImage(application_picture(size)))
    return made


def application_picture(size: int) -> QImage:
    """Returns the program's icon as a square picture; needs no application, so that builds and installers can ask."""
    data = files("resources").joinpath("icons", "smite-studio.svg").read_bytes()
    picture = QImage(QSize(size, size), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(data).render(painter)
    painter.end()
    return picture


def swatch(colour: tuple[int, int, int], text: str = "", size: int = 18) -> QIcon:
    """Returns a square of a part's colour with its key on it, outlined so that dark colours stay visible."""
    pixmap = QPixmap(size, size)
    pixmap.fill(QColor(*colour))
    painter = QPainter(pixmap)
    painter.setPen(QColor(BORDER))
    painter.drawRect(0, 0, size - 1, size - 1)
    if text:
        luminance = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
        font = QFont(painter.font())
        font.setPixelSize(12)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor("#101010" if luminance > 120 else "#FFFFFF"))
        painter.drawText(pixmap.rect(), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return plain_icon(pixmap)


def figures_font(base: QFont, size_px: float) -> QFont:
    """Returns a font of that size whose figures are all of one width, so that numbers do not dance."""
    font = QFont(base)
    font.setPixelSize(max(1, round(size_px)))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def plain_icon(pixmap: QPixmap) -> QIcon:
    """Returns an icon that a selection does not tint: colours and pictures must stay what they are."""
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made


def _drawn(svg: str, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(svg.encode()).render(painter)
    painter.end()
    return pixmap


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, WINDOW),
        (role.WindowText, TEXT),
        (role.Base, INPUT),
        (role.AlternateBase, PANEL),
        (role.ToolTipBase, TIP),
        (role.ToolTipText, TEXT),
        (role.Text, TEXT),
        (role.Button, PANEL),
        (role.ButtonText, TEXT),
        (role.BrightText, BRIGHT),
        (role.Link, ACCENT),
        (role.Highlight, ACCENT),
        (role.HighlightedText, ON_ACCENT),
        (role.PlaceholderText, SECONDARY),
        (role.Accent, ACCENT),
    ):
        palette.setColor(which, shade(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, shade(DISABLED))
    return palette


def _style_sheet(scale: float) -> str:
    def px(value: float) -> str:
        return f"{round(value * scale)}px"

    check = Path(str(files("resources").joinpath("icons", "check.svg"))).as_posix()
    return f"""
QMainWindow::separator {{ background: {SURROUND}; width: 3px; height: 3px; }}
QDockWidget {{ color: {SECONDARY}; font-size: {px(FONT_PX)}; }}
QDockWidget::title {{ background: {WINDOW}; padding: {px(5)} {px(8)}; border-bottom: 1px solid {LINE}; }}
QDockWidget > QWidget, QToolBar, QStatusBar {{ background: {PANEL}; }}
QToolBar {{ border: none; spacing: {px(2)}; padding: {px(3)}; }}
QToolBar::separator {{ background: {LINE}; width: 1px; height: 1px; margin: {px(5)}; }}
QToolButton {{ border: 1px solid transparent; border-radius: 4px; padding: {px(4)}; }}
QToolButton:hover {{ background: {TOOL_HOVER}; }}
QToolButton:checked {{ background: {CHECKED}; border-color: {ACCENT}; }}
QToolButton[boxed="true"] {{ background: {BUTTON}; border-color: {BORDER}; }}
QToolButton[boxed="true"]:hover {{ background: {BUTTON_HOVER}; }}
QToolButton[boxed="true"]:checked {{ background: {CHECKED}; border-color: {ACCENT}; }}
QToolButton[boxed="true"]:disabled {{ border-color: {LINE}; color: {DISABLED}; }}
QToolButton:focus {{ border-color: {FOCUS}; }}
QToolButton:checked:focus {{ border: 2px solid {FOCUS}; padding: {px(3)}; }}
QToolButton[primary="true"]:focus {{ border: 2px solid {ON_ACCENT}; }}
QToolButton[popupMode="1"], QToolButton[popupMode="2"] {{ padding-right: {px(18)}; }}
QToolButton::menu-indicator {{ subcontrol-origin: padding; subcontrol-position: right center; right: {px(4)}; }}
QToolButton::menu-button {{ border: none; width: {px(16)}; }}
QToolButton[primary="true"] {{ background: {ACCENT}; color: {ON_ACCENT}; font-weight: 600; }}
QToolButton[primary="true"]:hover {{ background: {ACCENT_HOVER}; }}
QToolButton[primary="true"]:disabled {{ background: {BUTTON}; color: {DISABLED}; }}
QPushButton {{ background: {BUTTON}; border: 1px solid {BORDER}; border-radius: 4px;
  min-height: {px(24)}; padding: 0 {px(10)}; }}
QPushButton:hover {{ background: {BUTTON_HOVER}; }}
QPushButton:pressed {{ background: {INPUT}; }}
QPushButton:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus,
QPlainTextEdit:focus, QTextEdit:focus {{ border-color: {FOCUS}; }}
QPushButton:disabled {{ border-color: {LINE}; color: {DISABLED}; }}
QPushButton[primary="true"] {{ background: {ACCENT}; color: {ON_ACCENT}; border-color: {ACCENT}; font-weight: 600; }}
QPushButton[primary="true"]:focus {{ border: 2px solid {ON_ACCENT}; }}
QPushButton[primary="true"]:hover {{ background: {ACCENT_HOVER}; }}
QPushButton[primary="true"]:disabled {{ background: {BUTTON}; border-color: {LINE}; color: {DISABLED}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: {INPUT}; border: 1px solid {BORDER}; border-radius: 3px;
  min-height: {px(22)}; padding: 0 {px(5)}; selection-background-color: {ACCENT};
  selection-color: {ON_ACCENT}; }}
QPlainTextEdit, QTextEdit {{ background: {INPUT}; border: 1px solid {BORDER}; border-radius: 3px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QAbstractSpinBox QLineEdit {{ background: transparent; border: none; min-height: 0; padding: 0; }}
QListView, QTreeView {{ background: {INPUT}; border: 1px solid {LINE}; outline: none; }}
QTreeView::item {{ min-height: {px(26)}; }}
QListWidget#linter::item {{ padding: {px(4)} {px(6)}; border-bottom: 1px solid {LINE}; }}
QListWidget#pages::item {{ padding: 0 {px(6)}; }}
QListView::item:selected, QTreeView::item:selected {{ background: {SELECTED}; color: {BRIGHT}; }}
QListView::item:selected {{ border: 1px solid {ACCENT}; }}
QListView:focus, QTreeView:focus {{ border-color: {FOCUS}; }}
QHeaderView::section {{ background: {PANEL}; color: {SECONDARY}; border: none; padding: {px(3)}; }}
QMenuBar, QMenu {{ background: {WINDOW}; }}
QMenu {{ border: 1px solid {LINE}; }}
QMenu::item {{ padding: {px(5)} {px(28)} {px(5)} {px(22)}; }}
QMenu::item:selected, QMenuBar::item:selected {{ background: {ACCENT}; color: {ON_ACCENT}; }}
QMenu::item:disabled {{ color: {DISABLED}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: {px(4)} 0; }}
QToolTip {{ background: {TIP}; color: {TEXT}; border: 1px solid {BORDER}; padding: {px(4)}; }}
QTabBar#workspaces {{ background: {WINDOW}; }}
QTabBar#workspaces::tab {{ background: transparent; color: {SECONDARY}; padding: {px(7)} {px(16)};
  border-bottom: 2px solid transparent; }}
QTabBar#workspaces::tab:selected {{ color: {BRIGHT}; border-bottom-color: {ACCENT}; }}
QTabBar#workspaces::tab:hover {{ color: {TEXT}; }}
QTabBar::tab:selected:focus {{ border: 1px solid {FOCUS}; border-bottom: 2px solid {ACCENT}; }}
QCheckBox, QRadioButton {{ border: 1px solid transparent; border-radius: 3px; padding: {px(1)} {px(3)}; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {FOCUS}; }}
QCheckBox::indicator, QRadioButton::indicator, QTreeView::indicator, QListView::indicator {{ width: {px(14)};
  height: {px(14)}; background: {INPUT}; border: 1px solid {BORDER}; border-radius: 3px; }}
QRadioButton::indicator {{ border-radius: {px(8)}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked {{ background: {ACCENT};
  border-color: {ACCENT}; image: url({check}); }}
QRadioButton::indicator:checked {{ background: {ACCENT}; border: {px(4)} solid {INPUT}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {LINE}; }}
QSlider::groove:horizontal {{ height: 4px; background: {LINE}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {TEXT}; width: 10px; margin: -6px 0; border-radius: 3px; }}
QSlider::handle:horizontal:focus {{ background: {ACCENT}; border: 1px solid {FOCUS}; }}
QLabel[role="secondary"] {{ color: {SECONDARY}; }}
QLabel[role="title"] {{ font-size: {px(26)}; font-weight: 600; color: {BRIGHT}; }}
QLabel[role="strong"] {{ font-weight: 600; color: {BRIGHT}; }}
QLabel[role="heading"] {{ color: {SECONDARY}; font-weight: 600; }}
QLabel[role="empty"] {{ color: {SECONDARY}; font-size: {px(15)}; }}
QStatusBar {{ min-height: {px(26)}; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: none; }}
QFrame#notice {{ background: {NOTICE}; border: 1px solid {ACCENT}; border-radius: 4px; }}
QFrame#dropHere {{ border: 2px dashed {BORDER}; border-radius: 8px; background: {INPUT}; }}
"""
