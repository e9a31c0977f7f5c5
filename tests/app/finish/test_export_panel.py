"""The export panel in a small window: nothing is cut off, and what would be written stays in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Studio
from app.finish.export_panel import ExportPanel
from app.finish.model import FinishModel


def small_panel(studio: Studio, qtbot: QtBot) -> ExportPanel:
    panel = ExportPanel(FinishModel(studio.core, studio))
    qtbot.addWidget(panel)
    panel.resize(panel.minimumSizeHint().width(), 240)
    panel.show()
    return panel


def test_every_option_fits_beside_the_scroll_bar_at_the_least_width(studio: Studio, qtbot: QtBot) -> None:
    panel = small_panel(studio, qtbot)
    area = panel.findChild(QScrollArea)
    assert area is not None
    inner = area.widget()
    assert inner is not None
    assert area.verticalScrollBar().isVisible()
    options = [child for child in inner.findChildren(QWidget) if child.isVisible()]
    assert options
    for option in options:
        right = option.mapTo(area.viewport(), option.rect().topRight()).x()
        assert right < area.viewport().width(), option


def test_what_would_be_written_is_in_sight_in_a_low_window(studio: Studio, qtbot: QtBot) -> None:
    panel = small_panel(studio, qtbot)
    panel.show_problem("Choose a folder for the files first.")
    for widget in (panel.plan, panel.add):
        assert widget.visibleRegion().boundingRect().height() == widget.height()
