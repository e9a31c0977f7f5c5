"""The panel of finishing: what is done to the matte of a part, or of all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.finish.model import FinishModel
from app.finish.value_field import ValueField, ValueRange
from app.i18n import tr
from app.model.parts import PartsModel
from app.theme import swatch
from engine.domain.finishing import PartFinish


@dataclass(frozen=True)
class _Field:
    name: str
    title: str
    tip: str
    values: ValueRange


def _fields() -> tuple[_Field, ...]:
    px = tr(" px")
    area = ValueRange((0, 1e6), (0, 10_000), 16, 0, tr(" px²"), curve=3)
    share = ValueRange((0, 1), (0, 1), 0.05, 2)
    return (
        _Field("dechatter", tr("De-chatter"), tr("Edges that jump for one frame go back"), share),
        _Field("refine", tr("Refine edge"), tr("The edge goes to where the plate has it"), share),
        _Field("fill_holes_px", tr("Fill holes"), tr("Holes of at most this area are filled"), area),
        _Field("despeckle_px", tr("Despeckle"), tr("Specks of at most this area go"), area),
        _Field(
            "grow_px",
            tr("Grow / shrink"),
            tr("Outwards, or inwards below zero"),
            ValueRange((-64, 64), (-8, 8), 0.1, 2, px),
        ),
        _Field(
            "feather_px",
            tr("Feather"),
            tr("The edge is softened over this width"),
            ValueRange((0, 64), (0, 24), 0.2, 2, px, curve=2),
        ),
        _Field(
            "feather_bias",
            tr("Feather bias"),
            tr("-1 inside the edge, 1 outside it"),
            ValueRange((-1, 1), (-1, 1), 0.1, 2),
        ),
        _Field(
            "border_px",
            tr("Border fix"),
            tr("Near the plate's border, as it is inside of it"),
            ValueRange((0, 64), (0, 32), 1, 0, px),
        ),
        _Field(
            "matting",
            tr("Alpha matting"),
            tr("A network finds the alpha of hair and fine edges in a band about the finished edge"),
            share,
        ),
        _Field(
            "trimap_px",
            tr("Matting band"),
            tr("How far from the edge, on both sides, the network decides"),
            ValueRange((1, 100), (1, 60), 1, 0, px, curve=2, neutral=PartFinish.trimap_px),
        ),
    )


class FinishPanel(QWidget):
    """Values of one part, or of all parts that have none of their own.

    Signals:
        mattingRequested(): The artist wants to see what the network makes of this frame.
    """

    mattingRequested = Signal()

    def __init__(self, model: FinishModel, parts: PartsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._parts = model, parts
        self.part = QComboBox()
        self.part.setAccessibleName(tr("Part to finish"))
        self.fields: dict[str, ValueField] = {}
        self.lock = QCheckBox(tr("Locked: stays as it is"))
        self._reset = QPushButton(tr("Reset"))
        self.watertight = QLabel()
        self.matting, self.show_matting = QLabel(), QPushButton(tr("Show matting of this frame"))
        self._build()
        parts.changed.connect(self.refresh_parts)
        model.recipeChanged.connect(self.refresh)
        self.refresh_parts()

    @property
    def part_name(self) -> str | None:
        """The part whose values are shown, or None for all parts."""
        data = self.part.currentData()
        return None if data is None else str(data)

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
            box.show_value(float(getattr(finish, name)))
        locked = self.part_name in self._model.recipe.locked
        with QSignalBlocker(self.lock):
            self.lock.setChecked(locked)
        self.lock.setEnabled(self.part_name is not None)
        for box in self.fields.values():
            for widget in (box.label, box.slider, box.number):
                widget.setEnabled(not locked)
        own = self.part_name in self._model.recipe.parts
        self._reset.setText(tr("Use the values of all parts") if own else tr("Reset"))
        self._reset.setEnabled(own or (self.part_name is None and not finish.neutral))

    def show_watertight(self, deviation: float, changed: float) -> None:
        """Shows whether parts and background sum to full scale, and how much finishing changes here."""
        sign = "✓" if deviation <= 1e-6 else "✕"
        share = tr("{share:.2%} of this frame's pixels changed").format(share=changed)
        self.watertight.setText(tr("{sign} parts and background sum to 1\n{share}").format(sign=sign, share=share))

    def show_matting_state(self, text: str, *, can_show: bool) -> None:
        """Shows what becomes of alpha matting: nothing where no part asks for it.

        Args:
            text: A sentence, or "".
            can_show: Whether the network can be run on this frame now.
        """
        self.matting.setText(text)
        self.matting.setVisible(bool(text))
        self.show_matting.setVisible(self._model.recipe.mattes)
        self.show_matting.setEnabled(can_show)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for line, row in enumerate(_fields()):
            box = ValueField(row.title, row.tip, row.values, self)
            box.changed.connect(partial(self._on_value, row.name))
            for column_index, widget in enumerate((box.label, box.slider, box.number)):
                grid.addWidget(widget, line, column_index)
            self.fields[row.name] = box
        self.lock.setToolTip(tr("The matte of this part does not move, and its neighbours cannot take from it"))
        self.lock.toggled.connect(self._on_locked)
        self.part.activated.connect(self.refresh)
        self._reset.clicked.connect(lambda: self._model.reset(self.part_name))
        for label in (self.watertight, self.matting):
            label.setProperty("role", "secondary")
            label.setWordWrap(True)
        self.show_matting.setToolTip(tr("The network runs beside the window, one frame at a time"))
        self.show_matting.clicked.connect(self.mattingRequested)
        head = QHBoxLayout()
        head.addWidget(self.part, 1)
        head.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self.lock)
        column.addWidget(self.matting)
        column.addWidget(self.show_matting)
        column.addWidget(self.watertight)
        column.addStretch(1)

    def _on_value(self, name: str, value: float) -> None:
        number: Any = round(value) if isinstance(getattr(PartFinish(), name), int) else value
        finish = replace(self._model.finish_of(self.part_name), **{name: number})
        self._model.set_finish(self.part_name, finish)

    def _on_locked(self, on: bool) -> None:
        if self.part_name is not None:
            self._model.lock(self.part_name, on=on)
