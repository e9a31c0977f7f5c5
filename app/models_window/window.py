"""The window of the model manager: the list, and what is to be known and done about the chosen model."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.models_window.details import ModelDetails
from app.models_window.model import ModelsModel, Row
from app.models_window.words import licence_words, size_words, state_words
from app.notify.questions import Questions

_NAME = Qt.ItemDataRole.UserRole
_COLUMNS = 5


class ModelsWindow(QDialog):
    """Every model, how it stands, its licence, and what can be done. The main window stays usable beside it.

    Signals:
        closed(): It was closed; downloads go on.
    """

    closed = Signal()

    def __init__(self, model: ModelsModel, questions: Questions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Model manager"))
        self.setModal(False)
        self._model, self._questions = model, questions
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Models"))
        self.list.setColumnCount(_COLUMNS)
        self.list.setHeaderLabels([tr("Model"), tr("What for"), tr("Size"), tr("State"), tr("Licence")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.details = ModelDetails()
        self.other = QLineEdit()
        self.other.setAccessibleName(tr("Another model of the hub"))
        self.other.setPlaceholderText(tr("another Stable Diffusion 1.x or 2.x of the hub: owner/name"))
        self.look = QPushButton(tr("Look it up"))
        self.look.setToolTip(tr("Asks the hub for its size and licence; fetches nothing"))
        self.look.setAutoDefault(False)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setAutoDefault(False)
        self.close_button.setShortcut(QKeySequence.StandardKey.Close)
        self._build()
        self._connect()
        self._show()
        model.refresh()

    @property
    def chosen(self) -> str:
        """Id of the model whose details are shown, or ""."""
        item = self.list.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ""

    def choose(self, name: str) -> None:
        """Shows a model's details."""
        for place in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(place)
            if item is not None and item.data(0, _NAME) == name:
                self.list.setCurrentItem(item)

    def fit(self) -> None:
        """Takes the room that the texts need at their size now, within the screen."""
        room, unit = self.screen().availableGeometry(), self.fontMetrics().height()
        self.resize(min(room.width() - 40, 66 * unit), min(room.height() - 80, 42 * unit))

    def _build(self) -> None:
        header = self.list.header()
        header.setStretchLastSection(True)
        for column in range(_COLUMNS - 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.list)
        split.addWidget(self.details)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        below = QHBoxLayout()
        below.addWidget(self.other, 1)
        below.addWidget(self.look)
        below.addSpacing(16)
        below.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.addWidget(split, 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        model, details = self._model, self.details
        model.changed.connect(self._show)
        self.list.currentItemChanged.connect(self._show_details)
        details.acceptToggled.connect(lambda on: model.accept(self.chosen, on=on))
        details.getRequested.connect(lambda: model.get(self.chosen))
        details.pauseRequested.connect(lambda: model.pause(self.chosen))
        details.cancelRequested.connect(lambda: model.cancel(self.chosen))
        details.checkRequested.connect(lambda: model.check(self.chosen))
        details.removeRequested.connect(self._on_remove)
        details.folderRequested.connect(self._on_folder)
        self.look.clicked.connect(self._on_look)
        self.other.returnPressed.connect(self._on_look)
        self.close_button.clicked.connect(self.close)

    def _show(self) -> None:
        rows = self._model.rows
        chosen = self.chosen
        with QSignalBlocker(self.list):
            while self.list.topLevelItemCount() > len(rows):
                self.list.takeTopLevelItem(len(rows))
            for place, row in enumerate(rows):
                item = self.list.topLevelItem(place)
                if item is None:
                    item = QTreeWidgetItem()
                    self.list.addTopLevelItem(item)
                _fill(item, row)
        if rows and not self.chosen:
            self.choose(chosen or rows[0].status.id)
        self._show_details()

    def _show_details(self, *_: object) -> None:
        row = self._model.row(self.chosen) if self.chosen else None
        self.details.show_row(row)

    def _on_look(self) -> None:
        name = self.other.text().strip()
        if not name:
            return
        problem = self._model.add(name)
        if problem:
            self.details.say(problem)
        else:
            self.other.clear()
            self.choose(name)

    def _on_remove(self) -> None:
        name, row = self.chosen, self._model.row(self.chosen)
        if row is None:
            return
        if row.forgettable:
            self._model.forget_folder(name)
            return
        answer = self._questions.choose(
            tr("Remove {title} from this machine?").format(title=row.status.title),
            [("remove", tr("Remove")), ("keep", tr("Keep it"))],
            escape="keep",
            more=tr("{size} are free again. It can be fetched anew at any time.").format(
                size=size_words(row.status.bytes_here) or tr("A few bytes")
            ),
        )
        if answer == "remove":
            self._model.remove(name)

    def _on_folder(self) -> None:
        name = self.chosen
        folder = self._questions.folder(tr("Folder that holds this model"))
        if folder is not None:
            self._model.use_folder(name, folder)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Downloads go on."""
        super().closeEvent(event)
        self.closed.emit()


def _fill(item: QTreeWidgetItem, row: Row) -> None:
    status, entry = row.status, row.status.entry
    feature = entry.feature if entry is not None else tr("SMITE backbone")
    texts = (status.title, feature, size_words(row.total_bytes or status.bytes_here), state_words(row))
    for column, text in enumerate((*texts, licence_words(row))):
        if item.text(column) != text:
            item.setText(column, text)
    item.setData(0, _NAME, status.id)
