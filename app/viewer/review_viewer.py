"""The middle of the review workspace: the viewer, and whatever stands in its place while a frame is corrected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.theme import FONT_PX, figures_font
from app.viewer.model import ViewerModel
from app.viewer.readout import Readout
from app.viewer.viewer import ResultViewer


class ReviewViewer(QWidget):
    """The viewer with its line of figures, and a line for problems.

    Attributes:
        stack: What is shown in the middle. `replace_viewer` puts another widget there (a painting canvas on the
            frame's edit layer) and `restore_viewer` the viewer again; the widget stays its owner's.
        viewer: The result viewer.
    """

    def __init__(self, model: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.viewer = ResultViewer(model)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.viewer)
        self.problem = QLabel()
        self._figures, self._zoom = QLabel(), QLabel()
        self._pixel: Readout | None = None
        self._empty = QLabel(
            tr("No clip is open here.\nAdd one in the References workspace, or drop a video or a folder of frames.")
        )
        self._build()
        model.shotChanged.connect(self._show_problem)
        model.clipChanged.connect(self._show_clip)
        self.viewer.hovered.connect(self._on_hovered)
        self.viewer.viewChanged.connect(self._on_zoomed)
        self._show_clip()
        self._on_zoomed(self.viewer.zoom)

    @property
    def replaced(self) -> bool:
        """Another widget stands in the viewer's place."""
        return self.stack.currentWidget() is not self.viewer

    def replace_viewer(self, widget: QWidget) -> None:
        """Shows a widget in the viewer's place."""
        self.viewer.cancel()
        self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)
        widget.setFocus()

    def restore_viewer(self) -> None:
        """Shows the viewer again; the other widget is handed back without being deleted."""
        other = self.stack.currentWidget()
        if other is not None and other is not self.viewer:
            self.stack.setCurrentWidget(self.viewer)
            self.stack.removeWidget(other)
            other.setParent(None)
            self.viewer.setFocus()

    def _build(self) -> None:
        self.problem.setObjectName("viewer_problem")
        self.problem.setWordWrap(True)
        self.problem.setMargin(6)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setAccessibleName(tr("What is wrong with this frame"))
        self.problem.hide()
        self._empty.setProperty("role", "empty")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        for label in (self._figures, self._zoom):
            label.setProperty("role", "secondary")
            size = label.font().pixelSize()
            label.setFont(figures_font(label.font(), size if size > 0 else FONT_PX))
        line = QHBoxLayout()
        line.setContentsMargins(8, 2, 8, 2)
        line.addWidget(self._figures, 1)
        line.addWidget(self._zoom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        column.addWidget(self._empty, 1)
        column.addWidget(self.problem)
        column.addLayout(line)

    def _show_clip(self) -> None:
        present = self._model.clip is not None
        self.stack.setVisible(present)
        self._empty.setVisible(not present)
        self._show_problem()

    def _show_problem(self) -> None:
        text = "\n".join(f"⚠ {sentence}" for sentence in self._model.problems)
        self._show_figures()
        if text != self.problem.text():
            self.problem.setText(text)
            self.problem.setVisible(bool(text))

    def _on_hovered(self, found: Readout | None) -> None:
        self._pixel = found
        self._show_figures()

    def _show_figures(self) -> None:
        if self._model.clip is None:
            self._figures.setText("")
            return
        width, height = self._model.size
        frame = f"f {self._model.shot.frame}  ·  {width}×{height}"
        self._figures.setText(frame if self._pixel is None else f"{frame}  ·  {self._pixel.to_text()}")

    def _on_zoomed(self, zoom: float) -> None:
        self._zoom.setText(f"{zoom * 100:.0f} %" if zoom >= 0.1 else f"{zoom * 100:.1f} %")
