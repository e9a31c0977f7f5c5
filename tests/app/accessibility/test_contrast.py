"""High contrast means 7:1 for every text on every ground (WCAG 2.2, 1.4.6); the dark theme has 4.5:1 (1.4.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

import app.theme as theme
from app.bootstrap import Studio
from app.theme import apply_theme, shade
from tests.app.accessibility.contrast import contrast
from tests.app.accessibility.controls import describe

GROUNDS = (theme.WINDOW, theme.PANEL, theme.SURROUND, theme.INPUT, theme.BUTTON, theme.TIP, theme.NOTICE)
TEXTS = (theme.TEXT, theme.SECONDARY, theme.BRIGHT, theme.ACCENT)
STATES = (theme.STATE_NONE, theme.STATE_PAINTED, theme.STATE_STALE, theme.STATE_DONE, theme.STATE_FAILED)
_ROLE = QPalette.ColorRole
PAIRS = (
    (_ROLE.WindowText, _ROLE.Window),
    (_ROLE.Text, _ROLE.Base),
    (_ROLE.Text, _ROLE.AlternateBase),
    (_ROLE.ButtonText, _ROLE.Button),
    (_ROLE.HighlightedText, _ROLE.Highlight),
    (_ROLE.ToolTipText, _ROLE.ToolTipBase),
    (_ROLE.PlaceholderText, _ROLE.Base),
    (_ROLE.Link, _ROLE.Window),
)
LEAST = {"contrast": 7.0, "dark": 4.5}


@pytest.fixture(params=sorted(LEAST))
def themed(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[tuple[QApplication, float]]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, 200, request.param)
    yield application, LEAST[request.param]
    apply_theme(application, 100)
    application.setStyleSheet("")


def test_the_formula_gives_the_values_of_its_definition() -> None:
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#FFFFFF")) == pytest.approx(4.478, abs=0.001)
    assert contrast(QColor("#FF0000"), QColor("#FFFFFF")) == pytest.approx(3.998, abs=0.001)


def test_every_pair_of_the_palette_is_told_apart(themed: tuple[QApplication, float]) -> None:
    application, least = themed
    palette = application.palette()
    ratios = {pair: contrast(palette.color(pair[0]), palette.color(pair[1])) for pair in PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least} == {}


def test_every_text_is_told_apart_on_every_ground(themed: tuple[QApplication, float]) -> None:
    _, least = themed
    ratios = {(text, ground): contrast(shade(text), shade(ground)) for text in TEXTS for ground in GROUNDS}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least} == {}


def test_states_and_edges_are_told_apart_from_what_they_lie_on(themed: tuple[QApplication, float]) -> None:
    """Graphics need 3:1 (1.4.11)."""
    ratios = {
        (colour, ground): contrast(shade(colour), shade(ground))
        for colour in (*STATES, theme.BORDER, theme.FOCUS)
        for ground in (theme.WINDOW, theme.PANEL, theme.INPUT, theme.SURROUND)
    }
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 3} == {}


def test_every_rule_of_the_style_sheet_keeps_its_text_readable(themed: tuple[QApplication, float]) -> None:
    application, least = themed
    low = {}
    for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", application.styleSheet()):
        text = re.search(r"(?<![\w-])color: (#[0-9A-F]{6})", rule)
        ground = re.search(r"(?<![\w-])background: (#[0-9A-F]{6})", rule)
        if text and ground and ":disabled" not in selector:
            ratio = contrast(QColor(text[1]), QColor(ground[1]))
            if ratio < least:
                low[selector.strip()] = round(ratio, 2)
    assert low == {}


def test_what_is_drawn_has_the_contrast_that_the_colours_promise(
    themed: tuple[QApplication, float], studio: Studio
) -> None:
    _, least = themed
    low = []
    looked_at = 0
    for widget in studio.window.findChildren(QLabel) + studio.window.findChildren(QAbstractButton):
        text = widget.text()
        if widget.isVisible() and widget.isEnabled() and len(text) > 3:
            ratio = _drawn_contrast(widget)
            looked_at += 1
            if ratio < least - 0.3:  # strokes of letters are softened at their edges
                low.append(f"{ratio:.2f}: {describe(widget)}")
    assert looked_at > 5
    assert low == []


def _drawn_contrast(widget: QLabel | QAbstractButton) -> float:
    """Returns the largest contrast of any pixel to the commonest colour."""
    picture = widget.grab().toImage()
    count = Counter(picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height()))
    ground = QColor.fromRgb(count.most_common(1)[0][0])
    return max(contrast(ground, QColor.fromRgb(value)) for value in count)
