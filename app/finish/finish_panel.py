"""The panel of finishing: what is done to the matte of a part, or of all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.finish.model import FinishModel
from app.i18n import tr
from app.model.parts import PartsModel
from app.theme import swatch
from engine.domain.finishing import PartFinish


@dataclass(frozen=True)
class _Field:
    name: str
    title: str
    tip: str
    bounds: tuple[float, float]
    step: float
    suffix: str
    decimals: int


def _fields() -> tuple[_Field, ...]:
    px, area, share = tr(" px"), tr(" px²"), ""
    return (
        _Field("fill_holes_px", tr("Fill holes"), tr("Holes of at most this area are filled"), (0, 1e6), 16, area, 0),
        _Field("despeckle_px", tr("Despeckle"), tr("Specks of at most this area go"), (0, 1e6), 16, area, 0),
        _Field("grow_px", tr("Grow / shrink"), tr("Outwards, or inwards below zero"), (-64, 64), 0.1, px, 2),
        _Field("feather_px", tr("Feather"), tr("The edge is softened over this width"), (0, 64), 0.2, px, 2),
        _Field("feather_bias", tr("Feather bias"), tr("-1 inside the edge, 1 outside it"), (-1, 1), 0.1, share, 2),
        _Field("border_px", tr("Border fix"), tr("Near the plate's border, as it is inside of it"), (0, 64), 1, px, 0),
        _Field("dechatter", tr("De-chatter"), tr("Edges that jump for one frame go back"), (0, 1), 0.1, share, 2),
        _Field("refine", tr("Refine edge"), tr("The soft edge follows the plate's own"), (0, 1), 0.1, share, 2),
    )


class FinishPanel(QWidget):
    """Values of one part, or of all parts that have none of their own."""

    def __init__(self, model: FinishModel, parts: PartsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._parts = model, parts
        self.part = QComboBox()
        self.part.setAccessibleName(tr("Part to finish"))
        self.fields: dict[str, QDoubleSpinBox] = {}
        self._reset = QPushButton(tr("Reset"))
        self.watertight = QLabel()
        self._build()
        parts.changed.connect(self.refresh_parts)
        model.recipeChanged.connect(self.refresh)
        self.refresh_parts()

    @property
    def part_name(self) -> str | None:
        """The part whose values are shown, or None for all parts."""
        data = self.part.currentData()
        return None if data is None else str(data)

    @property
    def part_id(self) -> int | None:
        """Its label value."""
        name = self.part_name
        return None if name is None else self._parts.parts.by_name(name).id

    def refresh_parts(self) -> None:
        """Shows the parts as they are."""
        kept = self.part.currentData()
        with QSignalBlocker(self.part):
            self.part.clear()
            self.part.addItem(tr("All parts"), None)
            for part in self._parts.parts:
                self.part.addItem(swatch(part.colour), part.name, part.name)
            self.part.setCurrentIndex(max(0, self.part.findData(kept)))
        self.refresh()

    def refresh(self) -> None:
        """Shows the values of the chosen part."""
        finish = self._model.finish_of(self.part_name)
        for name, box in self.fields.items():
            with QSignalBlocker(box):
                box.setValue(float(getattr(finish, name)))
        own = self.part_name in self._model.recipe.parts
        self._reset.setText(tr("Use the values of all parts") if own else tr("Reset"))
        self._reset.setEnabled(own or (self.part_name is None and not finish.neutral))

    def show_watertight(self, deviation: float, changed: float) -> None:
        """Shows whether parts and background sum to full scale, and how much finishing changes here."""
        sign = "✓" if deviation <= 1e-6 else "✕"
        share = tr("{share:.2%} of this frame's pixels changed").format(share=changed)
        self.watertight.setText(f"{sign} Σ = 1 ± {deviation:.0e}\n{share}")

    def _build(self) -> None:
        form = QFormLayout()
        for row in _fields():
            box = QDoubleSpinBox()
            box.setDecimals(row.decimals)
            box.setRange(*row.bounds)
            box.setSingleStep(row.step)
            box.setSuffix(row.suffix)
            box.setToolTip(row.tip)
            box.setAccessibleName(row.title)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(lambda value, name=row.name: self._on_value(name, value))
            label = QLabel(row.title)
            label.setToolTip(row.tip)
            form.addRow(label, box)
            self.fields[row.name] = box
        self.part.activated.connect(self.refresh)
        self._reset.clicked.connect(lambda: self._model.reset(self.part_name))
        self.watertight.setProperty("role", "secondary")
        head = QHBoxLayout()
        head.addWidget(self.part, 1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addLayout(form)
        column.addWidget(self.watertight)
        column.addStretch(1)

    def _on_value(self, name: str, value: float) -> None:
        number: Any = round(value) if isinstance(getattr(PartFinish(), name), int) else value
        finish = replace(self._model.finish_of(self.part_name), **{name: number})
        self._model.set_finish(self.part_name, finish)
