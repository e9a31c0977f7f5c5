"""The formats that can be exported, as boxes to tick."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from app.i18n import tr
from engine.mattes.formats import FORMATS, ExportFormat

_ROWS = 7


def _titles() -> dict[ExportFormat, str]:
    return {
        "exr": tr("EXR layers"),
        "cryptomatte": tr("Cryptomatte"),
        "nuke": tr("Nuke snippet"),
        "png": tr("PNG per part"),
        "tiff": tr("TIFF per part"),
        "cutout": tr("Cut-out RGBA"),
        "labels": tr("Label maps"),
        "prores": tr("ProRes 4444"),
        "ffv1": tr("FFV1"),
        "review": tr("Review video"),
        "overlay": tr("Overlay video"),
        "coco": tr("COCO"),
        "yolo": tr("YOLO"),
    }


class FormatList(QWidget):
    """One box for each format.

    Signals:
        changed(): Another choice was made.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[ExportFormat, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for place, (name, title) in enumerate(_titles().items()):
            box = QCheckBox(title)
            box.setToolTip(tr("{title}: {pattern}").format(title=FORMATS[name].title, pattern=FORMATS[name].pattern))
            box.toggled.connect(self.changed)
            self.boxes[name] = box
            grid.addWidget(box, place % _ROWS, place // _ROWS)

    @property
    def chosen(self) -> tuple[ExportFormat, ...]:
        """Formats that are ticked, in the order of `FORMATS`."""
        return tuple(name for name in FORMATS if self.boxes[name].isChecked())

    def show_chosen(self, formats: Iterable[ExportFormat]) -> None:
        """Ticks these formats and no other."""
        wanted = set(formats)
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(name in wanted)
