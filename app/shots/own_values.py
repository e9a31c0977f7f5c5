"""What the selected shots are done with where that differs from the others: range, profile, backbone, paint, place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from app.i18n import plural, tr
from app.model.profiles import ProfilesModel
from app.notify.questions import Questions
from app.shots.model import ShotsModel
from engine.batch.shot import Shot
from engine.domain.frames import FrameRange
from engine.domain.profile import BACKBONES
from engine.domain.settings import Preset
from engine.errors import InputError


class OwnValues(QWidget):
    """Fields for the shots that are selected; a change goes to all of them."""

    def __init__(self, model: ShotsModel, profiles: ProfilesModel, questions: Questions) -> None:
        super().__init__()
        self._model, self._profiles, self._questions = model, profiles, questions
        self._names: tuple[str, ...] = ()
        self.title, self.problem = QLabel(), QLabel()
        self.range = QLineEdit()
        self.profile, self.backbone, self.preset = QComboBox(), QComboBox(), QComboBox()
        self.anchors = _PathField(tr("Folder with painted frames of these shots"))
        self.out = _PathField(tr("Folder for the results of these shots"))
        self._build()
        self.show_shots(())

    def show_shots(self, names: Sequence[str]) -> None:
        """Shows the values of shots by their names in the list."""
        self._names = tuple(dict.fromkeys(names))
        shots = self._shots()
        self.setEnabled(bool(shots))
        self.problem.hide()
        if len(shots) == 1:
            self.title.setText(shots[0].name)
        else:
            none = tr("Select shots to give them values of their own.")
            self.title.setText(plural(len(shots), "{n} shot", "{n} shots") if shots else none)
        ranges = {str(shot.frame_range) if shot.frame_range is not None else "" for shot in shots}
        self.range.setText(ranges.pop() if len(ranges) == 1 else "")
        self.range.setPlaceholderText(tr("different") if ranges else tr("all frames"))
        self._fill_profiles()
        for field, values in (
            (self.profile, {str(shot.profile or "") for shot in shots}),
            (self.backbone, {str(shot.options.get("backbone", "")) for shot in shots}),
            (self.preset, {str(shot.options.get("preset", "")) for shot in shots}),
        ):
            field.setPlaceholderText(tr("different") if values else "")
            with QSignalBlocker(field):
                field.setCurrentIndex(field.findData(values.pop()) if len(values) == 1 else -1)
        self.anchors.show_paths({shot.anchors for shot in shots}, tr("those of the project, if any"))
        self.out.show_paths({shot.out for shot in shots}, tr("with the others"))

    def _shots(self) -> list[Shot]:
        return [shot for shot in self._model.plan.shots if shot.name in self._names]

    def _build(self) -> None:
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName(tr("What is wrong"))
        titles: dict[Preset, str] = {"draft": tr("Draft"), "standard": tr("Standard"), "best": tr("Best")}
        for field, name, rows in (
            (self.profile, tr("Profile"), ()),
            (self.backbone, tr("Backbone"), ((tr("the profile's own"), ""), *((name, name) for name in BACKBONES))),
            (
                self.preset,
                tr("Preset"),
                ((tr("as the others"), ""), *((titles[name], name) for name in get_args(Preset))),
            ),
        ):
            field.setAccessibleName(name)
            for text, data in rows:
                field.addItem(text, data)
        self.range.setAccessibleName(tr("Frames"))
        self.range.setToolTip(tr("1001-1100, both ends included; empty is all"))
        form = QFormLayout(self)
        form.setContentsMargins(10, 8, 10, 8)
        form.addRow(self.title)
        lines: tuple[tuple[str, QWidget], ...] = (
            (tr("Frames"), self.range),
            (tr("Profile"), self.profile),
            (tr("Backbone"), self.backbone),
            (tr("Preset"), self.preset),
            (tr("Painted frames"), self.anchors),
            (tr("Result folder"), self.out),
        )
        for title, widget in lines:
            form.addRow(title, widget)
        form.addRow(self.problem)
        self.range.editingFinished.connect(self._on_range)
        self.profile.activated.connect(self._on_profile)
        self.backbone.activated.connect(lambda: self._set_option("backbone", self.backbone.currentData()))
        self.preset.activated.connect(lambda: self._set_option("preset", self.preset.currentData()))
        self.anchors.choose.clicked.connect(lambda: self._ask(self.anchors.title, "anchors"))
        self.anchors.clear.clicked.connect(lambda: self._change(lambda shot: replace(shot, anchors=None)))
        self.out.choose.clicked.connect(lambda: self._ask(self.out.title, "out"))
        self.out.clear.clicked.connect(lambda: self._change(lambda shot: replace(shot, out=None)))

    def _fill_profiles(self) -> None:
        rows = [(tr("as the others"), "")]
        rows += [
            (entry.card.name if entry.own else f"{entry.card.name} ({entry.project.name})", str(entry.card.path))
            for entry in self._profiles.entries
        ]
        known = {data for _, data in rows}
        rows += [(s.profile.stem, str(s.profile)) for s in self._shots() if s.profile and str(s.profile) not in known]
        with QSignalBlocker(self.profile):
            self.profile.clear()
            for text, data in rows:
                self.profile.addItem(text, data)

    def _on_range(self) -> None:
        text = self.range.text().strip()
        if not text and len({shot.frame_range for shot in self._shots()}) > 1:
            return  # "different" was left as it is
        try:
            frames = FrameRange.parse(text) if text else None
        except InputError as error:
            self.problem.setText(f"▲ {error}")
            self.problem.show()
            return
        self._change(lambda shot: replace(shot, frame_range=frames))

    def _on_profile(self) -> None:
        value = str(self.profile.currentData())
        self._change(lambda shot: replace(shot, profile=Path(value) if value else None))

    def _set_option(self, name: str, value: str) -> None:
        def change(shot: Shot) -> Shot:
            options: dict[str, Any] = {key: kept for key, kept in shot.options.items() if key != name}
            return replace(shot, options={**options, name: value} if value else options)

        self._change(change)

    def _ask(self, title: str, name: str) -> None:
        folder = self._questions.folder(title)
        if folder is None:
            return
        several = name == "out" and len(self._names) > 1
        self._change(
            lambda shot: (
                replace(shot, anchors=folder)
                if name == "anchors"
                else replace(shot, out=folder / shot.name if several else folder)
            )
        )

    def _change(self, change: Callable[[Shot], Shot]) -> None:
        names = self._names
        self._model.override(names, change)
        self.show_shots(names)


class _PathField(QWidget):
    """A folder that can be chosen and taken away."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.text, self.choose, self.clear = QLineEdit(), QToolButton(), QToolButton()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        self.choose.setText("…")
        self.choose.setToolTip(title)
        self.choose.setAccessibleName(title)
        self.clear.setText("✕")
        self.clear.setToolTip(tr("As the others"))
        self.clear.setAccessibleName(tr("Take away: {what}").format(what=title))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.text, 1)
        for button in (self.choose, self.clear):
            button.setMinimumSize(24, 24)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_paths(self, paths: set[Path | None], empty: str) -> None:
        """Shows the one folder that all shots have, or what none or several mean."""
        one = next(iter(paths)) if len(paths) == 1 else None
        self.text.setText(str(one) if one is not None else "")
        self.text.setToolTip(str(one) if one is not None else "")
        self.text.setPlaceholderText(empty if len(paths) <= 1 else tr("different"))
        self.clear.setVisible(any(path is not None for path in paths))
