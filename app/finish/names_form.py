"""Names and numbers of the files, which layers they show, and which frames."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.finish.model import ExportChoice
from app.i18n import tr
from engine.mattes.formats import FORMATS
from engine.mattes.naming import TOKENS
from engine.mattes.options import LayerChoice, Naming

_NONE = -1


def _tokens() -> dict[str, str]:
    about = {
        "shot": tr("name of the shot"),
        "part": tr("channel name of the part"),
        "frame": tr("number of the frame; {frame:06} sets its digits"),
        "ver": tr("version, v003"),
        "profile": tr("first letters of the profile's hash"),
        "start": tr("first number of the export"),
        "end": tr("last number of the export"),
    }
    return {token: about[token] for token in TOKENS}


class NamesForm(QWidget):
    """Rows for names, numbers, layers and frames.

    Signals:
        changed(): Another value was chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.format, self.pattern, self.tokens = QComboBox(), QLineEdit(), QToolButton()
        self.shot, self.version, self.padding, self.start = QLineEdit(), QSpinBox(), QSpinBox(), QLineEdit()
        self.level, self.background = QComboBox(), QCheckBox(tr("Background as a layer"))
        self.parts, self.range = QToolButton(), QCheckBox(tr("From in to out only"))
        self._menu = QMenu(self.parts)
        self._choice = ExportChoice()
        self._build()

    def show_choice(self, choice: ExportChoice, names: tuple[str, ...]) -> None:
        """Shows a choice.

        Args:
            choice: What is exported.
            names: Parts and groups that can be chosen.
        """
        self._choice = choice
        kept = self.format.currentData()
        with QSignalBlocker(self.format):
            self.format.clear()
            for output in choice.outputs:
                self.format.addItem(FORMATS[output.format].title, output.format)
            self.format.setCurrentIndex(max(0, self.format.findData(kept)))
        self._form.setRowVisible(self.format, len(choice.outputs) > 1)
        self._show_pattern()
        naming = choice.naming
        for line, text in (
            (self.shot, naming.shot),
            (self.start, "" if naming.start is None else str(naming.start)),
        ):
            if not line.hasFocus():
                line.setText(text)
        for spin, value in ((self.version, naming.version), (self.padding, naming.padding)):
            with QSignalBlocker(spin):
                spin.setValue(spin.minimum() if value is None else value)
        with QSignalBlocker(self.level):
            self.level.setCurrentIndex(max(0, self.level.findData(choice.layers.level)))
        for box, on in ((self.background, choice.layers.background), (self.range, choice.in_out)):
            with QSignalBlocker(box):
                box.setChecked(on)
        self._show_parts(names)

    def read(self, choice: ExportChoice) -> ExportChoice:
        """Returns the choice with what is shown here."""
        shown, start = self.format.currentData(), self.start.text().strip()
        pattern = self.pattern.text().strip()
        outputs = tuple(
            replace(output, pattern="" if pattern == FORMATS[output.format].pattern else pattern)
            if output.format == shown
            else output
            for output in choice.outputs
        )
        naming = Naming(
            self.shot.text() if self.shot.text().strip() else "",
            _given(self.version),
            _given(self.padding),
            int(start) if start.isdecimal() else None,
        )
        chosen = tuple(action.data() for action in self._menu.actions() if action.isCheckable() and action.isChecked())
        every = all(action.isChecked() for action in self._menu.actions() if action.isCheckable())
        layers = LayerChoice(self.level.currentData(), () if every else chosen, self.background.isChecked())
        return replace(choice, outputs=outputs, naming=naming, layers=layers, in_out=self.range.isChecked())

    def _show_pattern(self) -> None:
        output = next((o for o in self._choice.outputs if o.format == self.format.currentData()), None)
        if output is None:
            return
        self.pattern.setPlaceholderText(FORMATS[output.format].pattern)
        if not self.pattern.hasFocus():
            self.pattern.setText(output.pattern)

    def _show_parts(self, names: tuple[str, ...]) -> None:
        chosen = self._choice.layers.names
        if [action.data() for action in self._menu.actions()] != list(names):
            self._menu.clear()
            for name in names:
                action = self._menu.addAction(name)
                action.setData(name)
                action.setCheckable(True)
                action.toggled.connect(self._on_part)
        for action in self._menu.actions():
            with QSignalBlocker(action):
                action.setChecked(not chosen or action.data() in chosen)
        count = sum(action.isChecked() for action in self._menu.actions())
        everything = count == len(names)
        self.parts.setText(tr("all of them") if everything else tr("{n} of {all}").format(n=count, all=len(names)))
        self.parts.setEnabled(len(names) > 1)

    def _on_part(self) -> None:
        """The last one cannot be taken away: an export without layers is none."""
        if any(action.isChecked() for action in self._menu.actions()):
            self.changed.emit()
        else:
            self._show_parts(tuple(str(action.data()) for action in self._menu.actions()))

    def _insert(self, token: str) -> None:
        if not self.pattern.text():
            self.pattern.setText(self.pattern.placeholderText())
        self.pattern.insert(f"{{{token}}}")
        self.changed.emit()

    def _build(self) -> None:
        self.tokens.setText("{ }")
        self.tokens.setToolTip(tr("Insert a token"))
        self.tokens.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.tokens)
        for token, about in _tokens().items():
            menu.addAction(f"{{{token}}}   {about}").triggered.connect(partial(self._insert, token))
        self.tokens.setMenu(menu)
        self.parts.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.parts.setMenu(self._menu)
        for title, level in (
            (tr("parts"), "parts"),
            (tr("groups, as sums of their parts"), "groups"),
            (tr("parts and groups"), "both"),
        ):
            self.level.addItem(title, level)
        self.shot.setPlaceholderText(tr("from the clip"))
        self.start.setPlaceholderText(tr("the clip's own numbers"))
        self.version.setRange(_NONE, 9999)
        self.version.setSpecialValueText(tr("of the result"))
        self.padding.setRange(0, 12)
        self.padding.setSpecialValueText(tr("as the source, at least 4"))
        line = QHBoxLayout()
        line.addWidget(self.pattern, 1)
        line.addWidget(self.tokens)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(tr("Layers"), self.level)
        form.addRow(tr("Which"), self.parts)
        form.addRow("", self.background)
        form.addRow(tr("Names of"), self.format)
        form.addRow(tr("Names"), line)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            (tr("Shot"), self.shot, tr("What {shot} stands for")),
            (tr("Version"), self.version, tr("What {ver} stands for")),
            (tr("Digits"), self.padding, tr("Least digits of a frame's number")),
            (tr("First frame"), self.start, tr("1001 numbers the export anew; empty keeps the clip's own numbers")),
        )
        for title, widget, tip in rows:
            widget.setToolTip(tip)
            form.addRow(title, widget)
        form.addRow(tr("Range"), self.range)
        self._form = form
        for title, widget in (
            (tr("Names of which format"), self.format),
            (tr("Names of the files"), self.pattern),
            (tr("Insert a token"), self.tokens),
            (tr("Layers"), self.level),
            (tr("Which parts and groups"), self.parts),
            *((title, widget) for title, widget, _ in rows),
        ):
            widget.setAccessibleName(title)
        self._connect()

    def _connect(self) -> None:
        self.format.activated.connect(self._show_pattern)
        for line in (self.pattern, self.shot, self.start):
            line.textEdited.connect(self.changed)
        for spin in (self.version, self.padding):
            spin.valueChanged.connect(self.changed)
        for box in (self.background, self.range):
            box.toggled.connect(self.changed)
        self.level.activated.connect(self._on_level)

    def _on_level(self) -> None:
        for action in self._menu.actions():  # what was picked may not be there on another level
            with QSignalBlocker(action):
                action.setChecked(True)
        self.changed.emit()


def _given(spin: QSpinBox) -> int | None:
    """Returns a number, or None at the bottom of the range, which stands for "of itself"."""
    return None if spin.value() == spin.minimum() else spin.value()
