"""What is to be known of one model, its licence with a box to accept it, and the buttons."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.models_window.model import Row
from app.models_window.words import size_words, state_words
from app.theme import STATE_DONE, STATE_FAILED, STATE_STALE

_MARKS = {"failed": ("▲", STATE_FAILED), "warning": ("▲", STATE_STALE), "info": ("•", STATE_DONE)}


class ModelDetails(QWidget):
    """The lower half of the model manager.

    Signals:
        acceptToggled(bool): The licence was accepted, or that was taken back.
        getRequested(): Fetch it, or go on.
        pauseRequested(): Hold the download, or let it go on.
        cancelRequested(): Stop what is being done.
        checkRequested(): Hash its files.
        removeRequested(): Remove it, or forget the folder it is used from.
        folderRequested(): Use a folder that is there already.
    """

    acceptToggled = Signal(bool)
    getRequested = Signal()
    pauseRequested = Signal()
    cancelRequested = Signal()
    checkRequested = Signal()
    removeRequested = Signal()
    folderRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.about, self.licence, self.sentence = QLabel(), QLabel(), QLabel()
        for label in (self.about, self.licence, self.sentence):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.about.setAccessibleName(tr("About this model"))
        self.licence.setAccessibleName(tr("Licence"))
        self.licence.setOpenExternalLinks(True)
        self.sentence.setAccessibleName(tr("What was done"))
        self.accept = QCheckBox(tr("I have read the licence and accept it"))
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.progress.setTextVisible(True)
        self.get = _button(
            tr("Get"), tr("Downloads the model, checks every file, and keeps what came if it is stopped")
        )
        self.get.setProperty("primary", True)
        self.pause = _button(tr("Pause"), tr("Holds the download; it goes on where it is"))
        self.cancel = _button(tr("Stop"), tr("Ends what is being done; what came so far is kept"))
        self.check = _button(tr("Check"), tr("Hashes every file against what it must be"))
        self.remove = _button(tr("Remove"), tr("Frees the room that it takes here"))
        self.folder = _button(tr("Use a folder…"), tr("Takes the model from a folder or disk that has it already"))
        self._build()
        self._connect()
        self.show_row(None)

    def show_row(self, row: Row | None) -> None:
        """Shows a model, or nothing."""
        self.setEnabled(row is not None)
        if row is None:
            return
        self._show_texts(row)
        self._show_progress(row)
        self._show_buttons(row)

    def say(self, text: str) -> None:
        """Shows a sentence."""
        mark, colour = _MARKS["warning"]
        self.sentence.setText(f'<span style="color:{colour}">{mark}</span> {escape(text)}')

    def _show_texts(self, row: Row) -> None:
        entry, status = row.status.entry, row.status
        if entry is not None:
            about = f"<b>{escape(entry.title)}</b>: {escape(entry.purpose)}. {escape(entry.needed)}"
            origin = f" {escape(entry.origin[0].upper() + entry.origin[1:])}." if entry.origin else ""
            source = tr("From {page}, commit {commit}.{origin}").format(
                page=escape(entry.repository), commit=entry.revision[:12], origin=origin
            )
        else:
            about = f"<b>{escape(status.title)}</b>: " + tr("a base model for the SMITE backbone that you chose.")
            source = tr("From {page}; its hashes are kept at the first download.").format(page=escape(status.id))
        lies = tr("Lies in {folder}.") if status.here == "here" else tr("Goes to {folder}.")
        where = lies.format(folder=escape(str(status.folder)))
        _set(self.about, f"<p>{about}</p><p>{source} {where}</p>")
        _set(self.licence, _licence_text(row))
        mark, colour = _MARKS[row.mood]
        text = f'<span style="color:{colour}">{mark}</span> {escape(row.sentence)}' if row.sentence else ""
        _set(self.sentence, text)
        with QSignalBlocker(self.accept):
            self.accept.setChecked(status.licence == "accepted")
        self.accept.setEnabled(row.licence is not None and not _busy(row))

    def _show_progress(self, row: Row) -> None:
        job = row.job
        self.progress.setVisible(_busy(row))
        if job is None or not _busy(row):
            return
        # A progress bar counts in whole numbers of 31 bits: thousandths, not bytes.
        self.progress.setRange(0, 1000 if job.total else 0)
        self.progress.setValue(int(1000 * job.done / job.total) if job.total else 0)
        amount = f" · {size_words(job.done)} / {size_words(job.total)}" if job.total else ""
        self.progress.setFormat(f"{state_words(row)}{amount}")

    def _show_buttons(self, row: Row) -> None:
        busy, status = _busy(row), row.status
        accepted = status.licence == "accepted"
        fetching = busy and row.job is not None and row.job.spec.request.action == "get"
        self.get.setVisible(not busy and status.here != "here")
        self.get.setEnabled(accepted)
        self.get.setText(tr("Go on") if status.here == "partial" else tr("Get"))
        self.get.setToolTip(
            tr("Downloads the model, checks every file, and keeps what came if it is stopped")
            if accepted
            else tr("Accept the licence first")
        )
        self.pause.setVisible(fetching)
        paused = row.job is not None and row.job.state == "paused"
        self.pause.setText(tr("Go on") if paused else tr("Pause"))
        self.cancel.setVisible(busy)
        self.check.setVisible(not busy and status.here == "here")
        self.folder.setVisible(not busy and status.here != "here")
        self.remove.setVisible(not busy and (status.bytes_here > 0 or status.here == "here"))
        self.remove.setEnabled(status.source != "shared" or row.forgettable)
        self.remove.setText(tr("Forget this folder") if row.forgettable else tr("Remove"))

    def _build(self) -> None:
        inner = QWidget()
        texts = QVBoxLayout(inner)
        texts.setContentsMargins(4, 4, 4, 4)
        for widget in (self.about, self.licence):
            texts.addWidget(widget)
        texts.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(tr("About this model and its licence"))
        buttons = QHBoxLayout()
        for button in (self.get, self.pause, self.cancel, self.check, self.remove, self.folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addWidget(self.accept)
        column.addWidget(self.progress)
        column.addWidget(self.sentence)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.accept.toggled.connect(self.acceptToggled)
        for button, signal in (
            (self.get, self.getRequested),
            (self.pause, self.pauseRequested),
            (self.cancel, self.cancelRequested),
            (self.check, self.checkRequested),
            (self.remove, self.removeRequested),
            (self.folder, self.folderRequested),
        ):
            button.clicked.connect(signal)


def _busy(row: Row) -> bool:
    return row.job is not None and row.job.active


def _licence_text(row: Row) -> str:
    licence = row.licence
    if licence is None:
        return tr("Its licence is not known yet: look it up, with a connection to the hub.")
    colour = STATE_STALE if not licence.commercial else ""
    mark = "▲ " if not licence.commercial else ""
    gist = f"{mark}{escape(licence.gist)}"
    head = f'<b style="color:{colour}">{gist}</b>' if colour else f"<b>{gist}</b>"
    terms = "".join(f"<li>{escape(term)}</li>" for term in licence.terms)
    link = f'<a href="{escape(licence.url)}">{tr("Full text of the licence")}</a>'
    changed = (
        f"<p>{tr('The licence has changed since you accepted it.')}</p>" if row.status.licence == "outdated" else ""
    )
    return f"{changed}<p>{head}</p><ul>{terms}</ul><p>{link} · {escape(licence.url)}</p>"


def _set(label: QLabel, text: str) -> None:
    """Leaves a label alone that says so already, so that a selection in it stays."""
    if label.text() != text:
        label.setText(text)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
