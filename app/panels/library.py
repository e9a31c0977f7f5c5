"""The profile library: what was learned, in this project and the recent ones."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import plural, tr
from app.model.profiles import LibraryEntry, ProfilesModel
from app.theme import plain_icon
from engine.domain.parts import PartSet

_PATH = Qt.ItemDataRole.UserRole
_PICTURE = QSize(72, 44)


class LibraryDialogue(QDialog):
    """A window beside the main one; it blocks nothing.

    Signals:
        asked(str, object): What is to be done, and the profile's path: apply, tune, duplicate, rename, parts, export,
            delete.
        importRequested(): A file is to be brought into this project.
    """

    asked = Signal(str, object)
    importRequested = Signal()

    def __init__(self, profiles: ProfilesModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Profile library"))
        self.resize(860, 480)
        self._profiles = profiles
        self.list = QTreeWidget()
        self.list.setHeaderLabels(
            [tr("Profile"), tr("Parts"), tr("Backbone"), tr("Hold-out IoU"), tr("Learned"), tr("Project")]
        )
        self.list.setIconSize(_PICTURE)
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(tr("Profiles"))
        self.details = QLabel()
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setMinimumHeight(64)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.problems = QLabel()
        self.problems.setWordWrap(True)
        self.problems.setProperty("role", "secondary")
        self.buttons: dict[str, QPushButton] = {}
        self._build()
        profiles.changed.connect(self.refresh)
        self.list.currentItemChanged.connect(self._show_details)
        self.list.itemActivated.connect(lambda: self._ask("apply"))
        self.refresh()

    @property
    def current(self) -> LibraryEntry | None:
        """The profile that is selected."""
        item = self.list.currentItem()
        return self._profiles.entry(Path(item.data(0, _PATH))) if item is not None else None

    def select(self, path: Path) -> None:
        """Selects a profile."""
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and item.data(0, _PATH) == str(path):
                self.list.setCurrentItem(item)

    def refresh(self) -> None:
        """Shows the profiles as they are on disk."""
        current = self.list.currentItem()
        selected = current.data(0, _PATH) if current is not None else None
        wanted = str(selected or self._profiles.chosen or "")
        with QSignalBlocker(self.list):
            self.list.clear()
            for entry in self._profiles.entries:
                self.list.addTopLevelItem(_item(entry, chosen=entry.card.path == self._profiles.chosen))
        for column in range(1, 6):
            self.list.resizeColumnToContents(column)
        self.list.setColumnWidth(0, 240)
        self.list.setColumnWidth(1, 190)
        self.select(Path(wanted))
        first = self.list.topLevelItem(0)
        if self.list.currentItem() is None and first is not None:
            self.list.setCurrentItem(first)
        self.problems.setText("\n".join(self._profiles.problems))
        self.problems.setVisible(bool(self._profiles.problems))
        self._show_details()

    def _build(self) -> None:
        row = QHBoxLayout()
        for name, text in (
            ("apply", tr("Apply to clip")),
            ("tune", tr("Tune…")),
            ("duplicate", tr("Duplicate")),
            ("rename", tr("Rename…")),
            ("parts", tr("Rename parts…")),
            ("export", tr("Export…")),
            ("delete", tr("Delete")),
        ):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, what=name: self._ask(what))
            self.buttons[name] = button
            row.addWidget(button)
        row.addStretch(1)
        bring = QPushButton(tr("Import…"))
        bring.setAutoDefault(False)
        bring.clicked.connect(self.importRequested)
        self.buttons["import"] = bring
        row.addWidget(bring)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.details)
        layout.addWidget(self.problems)
        layout.addLayout(row)

    def _ask(self, what: str) -> None:
        entry = self.current
        if entry is not None:
            self.asked.emit(what, entry.card.path)

    def _show_details(self) -> None:
        entry = self.current
        own = entry is not None and entry.own
        open_project = self._profiles.folder is not None
        for name, button in self.buttons.items():
            needs_own = name in ("rename", "parts", "delete")
            button.setEnabled(open_project if name == "import" else entry is not None and (own or not needs_own))
            if needs_own and entry is not None and not own:
                button.setToolTip(tr("It belongs to another project: duplicate it into this one first."))
            else:
                button.setToolTip("")
        if entry is None:
            self.details.setText(tr("No profiles yet. Train one, or import a file that somebody sent you."))
            return
        card = entry.card
        lines = [
            tr("{path} · {size:.1f} MB").format(path=card.path, size=card.num_bytes / 1e6),
            plural(len(card.references), "Learned from {n} reference: ", "Learned from {n} references: ")
            + ", ".join(card.references[:8])
            + tr(" in {steps} steps.").format(steps=card.steps),
        ]
        if card.model:
            lines.append(tr("Needs the model {model}.").format(model=card.model))
        if card.licence:
            lines.append(tr("Licence: {licence}").format(licence=card.licence))
        self.details.setText("\n".join(lines))


def _item(entry: LibraryEntry, *, chosen: bool) -> QTreeWidgetItem:
    card = entry.card
    score = f"{card.score:.2f}" if card.score is not None else "–"
    backbone = f"SMITE, {card.model}" if card.backbone == "smite" and card.model else card.backbone.capitalize()
    where = tr("this one") if entry.own else entry.project.name
    name = f"★ {card.name}" if chosen else card.name
    parts = ", ".join(card.parts.names)
    item = QTreeWidgetItem([name, parts, backbone, score, card.learned_at[:16].replace("T", " "), where])
    item.setData(0, _PATH, str(card.path))
    item.setToolTip(1, parts)
    if entry.picture is not None:
        pixmap = QPixmap.fromImage(entry.picture)
        item.setIcon(
            0,
            plain_icon(
                pixmap.scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            ),
        )
    return item


class RenameParts(QDialog):
    """A table of part names.

    Signals:
        renamed(object): New name by part id.
    """

    renamed = Signal(object)

    def __init__(self, parts: PartSet, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Rename parts"))
        self.resize(380, 320)
        self.list = QTreeWidget()
        self.list.setHeaderLabels([tr("Part"), tr("Name")])
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(tr("Parts of the profile"))
        for part in parts:
            item = QTreeWidgetItem([str(part.id), part.name])
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.list.addTopLevelItem(item)
        self._parts = parts
        note = QLabel(tr("Nothing is learned again. Profiles meet clips by these names."))
        note.setWordWrap(True)
        note.setProperty("role", "secondary")
        accept = QPushButton(tr("Rename"))
        accept.clicked.connect(self._on_accepted)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list, 1)
        layout.addWidget(note)
        layout.addWidget(accept)

    def _on_accepted(self) -> None:
        names = {}
        for row, part in enumerate(self._parts):
            item = self.list.topLevelItem(row)
            text = item.text(1).strip() if item is not None else ""
            if text and text != part.name:
                names[part.id] = text
        self.renamed.emit(names)
        self.accept()
