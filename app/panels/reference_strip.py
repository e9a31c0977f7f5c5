"""The strip of references: small pictures with their state."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.i18n import plural, tr
from app.model.document import Document
from app.model.linting import LinterModel
from app.model.references import ReferencesModel
from app.model.thumbnails import Thumbnails
from app.theme import INPUT, STATE_NONE, STATE_PAINTED, STATE_STALE, plain_icon, shade
from engine.domain.project import ProjectReference

_ID = Qt.ItemDataRole.UserRole
PICTURE = QSize(112, 70)


class ReferenceStrip(QWidget):
    """References in their order; choosing one shows it.

    Signals:
        menuRequested(str, QPoint): The menu of this reference is wanted.
    """

    menuRequested = Signal(str, QPoint)

    def __init__(
        self,
        document: Document,
        references: ReferencesModel,
        thumbnails: Thumbnails,
        linter: LinterModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._references = document, references
        self._thumbnails, self._linter = thumbnails, linter
        self._filling = False
        self.list = QListWidget()
        self._empty = QLabel(tr("No references yet. Drop images here, or open a clip and press R on a frame."))
        self._build()
        references.changed.connect(self.refresh)
        references.shown.connect(self._show_current)
        thumbnails.changed.connect(self._refresh_one)
        document.areasChanged.connect(self._refresh_one)
        linter.changed.connect(self._refresh_states)
        self.refresh()

    def refresh(self) -> None:
        """Shows the references as the model has them."""
        self._filling = True
        wanted = [r.id for r in self._references.references]
        if wanted != [self.list.item(row).data(_ID) for row in range(self.list.count())]:
            self.list.clear()
            for reference_id in wanted:
                item = QListWidgetItem()
                item.setData(_ID, reference_id)
                item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
                self.list.addItem(item)
        self._refresh_states()
        self._empty.setVisible(not wanted)
        self.list.setVisible(bool(wanted))
        self._filling = False
        self._show_current()

    def _build(self) -> None:
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(PICTURE)
        self.list.setGridSize(QSize(PICTURE.width() + 14, PICTURE.height() + 30))
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(tr("References"))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.currentItemChanged.connect(self._on_current)
        self.list.customContextMenuRequested.connect(self._on_menu)
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMinimumHeight(PICTURE.height() + 34)
        self.list.setFixedHeight(PICTURE.height() + 48)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        row = QHBoxLayout()
        row.addWidget(self.list)
        layout.addLayout(row)
        layout.addWidget(self._empty)

    def _refresh_states(self) -> None:
        for row in range(self.list.count()):
            self._refresh_item(self.list.item(row))

    def _refresh_one(self, reference_id: str) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).data(_ID) == reference_id:
                self._refresh_item(self.list.item(row))

    def _refresh_item(self, item: QListWidgetItem) -> None:
        reference_id = str(item.data(_ID))
        if not self._document.project.has_reference(reference_id):
            return
        reference = self._document.project.reference(reference_id)
        painted = bool(self._document.store.areas(reference))
        warnings = self._linter.count(reference_id)
        item.setText(reference.name)
        item.setIcon(plain_icon(self._picture(reference, painted=painted, warnings=warnings)))
        words = [reference.name, f"{reference.width}×{reference.height}"]
        words.append(tr("painted") if painted else tr("nothing painted yet"))
        if reference.holdout:
            words.append(tr("held out of learning"))
        if warnings:
            words.append(plural(warnings, "{n} thing to look at", "{n} things to look at"))
        item.setToolTip(" · ".join(words))

    def _picture(self, reference: ProjectReference, *, painted: bool, warnings: int) -> QPixmap:
        pixmap = QPixmap(PICTURE)
        pixmap.fill(shade(INPUT))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        image = self._thumbnails.image(reference.id)
        if image is not None:
            size = image.size().scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(QPoint((PICTURE.width() - size.width()) // 2, (PICTURE.height() - size.height()) // 2), size)
            painter.drawImage(place, image)
        _draw_state(painter, painted=painted, warnings=warnings)
        if reference.holdout:
            _draw_holdout(painter)
        painter.end()
        return pixmap

    def _show_current(self) -> None:
        current = self._references.current
        self._filling = True
        for row in range(self.list.count()):
            if current is not None and self.list.item(row).data(_ID) == current.id:
                self.list.setCurrentRow(row)
        if current is None:
            self.list.setCurrentRow(-1)
        self._filling = False

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if not self._filling and item is not None:
            self._references.show(str(item.data(_ID)))

    def _on_menu(self, at: QPoint) -> None:
        item = self.list.itemAt(at)
        if item is not None:
            self.menuRequested.emit(str(item.data(_ID)), self.list.viewport().mapToGlobal(at))


def _draw_state(painter: QPainter, *, painted: bool, warnings: int) -> None:
    """A badge whose shape says the state as well as its colour: ring, check mark, or triangle."""
    place = QRect(PICTURE.width() - 20, PICTURE.height() - 20, 16, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 170))
    painter.drawEllipse(place.adjusted(-2, -2, 2, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not painted:
        painter.setPen(QPen(shade(STATE_NONE), 2, Qt.PenStyle.DotLine))
        painter.drawEllipse(place.adjusted(2, 2, -2, -2))
    elif warnings:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(STATE_STALE))
        left, top, right, bottom = place.left(), place.top() + 1, place.right(), place.bottom() - 1
        painter.drawPolygon([QPoint(left, bottom), QPoint(right, bottom), QPoint((left + right) // 2, top)])
        painter.setPen(QColor("#101010"))
        font = QFont(painter.font())
        font.setPixelSize(10)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(place.adjusted(0, 3, 0, 0), Qt.AlignmentFlag.AlignCenter, "!")
    else:
        painter.setPen(QPen(shade(STATE_PAINTED), 2.4))
        x, y = place.left(), place.top()
        painter.drawPolyline([QPoint(x + 3, y + 8), QPoint(x + 7, y + 12), QPoint(x + 13, y + 4)])


def _draw_holdout(painter: QPainter) -> None:
    place = QRect(4, PICTURE.height() - 20, 16, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 170))
    painter.drawRoundedRect(place.adjusted(-2, -2, 2, 2), 3, 3)
    painter.setPen(QColor("#FFFFFF"))
    font = QFont(painter.font())
    font.setPixelSize(11)
    font.setBold(True)
    painter.setFont(font)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "H")
