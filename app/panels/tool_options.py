"""The bar above the canvas: what the tool in use can be told."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLabel, QMenu, QToolBar, QToolButton, QWidget

from app.actions.commands import Commands
from app.canvas.brush_settings import BrushSettings
from app.canvas.painting.stroke import MAX_DIAMETER_PX, MIN_DIAMETER_PX
from app.canvas.tools.refine import Refine, RefineKind
from app.canvas.view import CanvasView
from app.i18n import tr
from app.panels.slider_field import SliderField

_BRUSHES = ("brush", "eraser", "unknown")
_START = BrushSettings()


class ToolOptions(QToolBar):
    """Size, hardness, pen, protection, mirror, onion skin, and shaping of the current part."""

    def __init__(self, canvas: CanvasView, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(tr("Tool options"), parent)
        self.setObjectName("tool_options")
        self.setMovable(False)
        self._canvas = canvas
        self.diameter = SliderField(
            tr("Size"),
            (int(MIN_DIAMETER_PX), int(MAX_DIAMETER_PX)),
            round(_START.diameter),
            suffix=" px",
            logarithmic=True,
        )
        self.diameter.setToolTip(tr("Diameter in image pixels ([ and ])"))
        self.hardness = SliderField(tr("Hardness"), (0, 100), _START.hardness, suffix=" %")
        self.hardness.setToolTip(tr("100 % has an edge of one pixel (Shift+[ and Shift+])"))
        self._pen = QCheckBox(tr("Pen size"))
        self._pen.setChecked(_START.pressure_size)
        self._pen.setToolTip(tr("The pressure of a pen sets the size"))
        self.cell = SliderField(tr("Cell"), (4, 256), 24, suffix=" px", logarithmic=True)
        self.cell.setToolTip(tr("Side of a superpixel"))
        self.opacity = SliderField(tr("Overlay"), (0, 100), round(100 * canvas.overlay_style.opacity), suffix=" %")
        self.opacity.setToolTip(tr("Opacity of the overlay; M changes between fill, outline, both and off"))
        self._amount = QDoubleSpinBox()
        self._amount.setRange(0.5, 50)
        self._amount.setValue(2)
        self._amount.setSuffix(" px")
        self._amount.setDecimals(1)
        self._amount.setFixedWidth(self._amount.sizeHint().width() + 12)
        self._amount.setToolTip(tr("How far to smooth, grow or shrink"))
        self._amount.setAccessibleName(tr("How far to smooth, grow or shrink"))
        self._build(commands)
        canvas.brushChanged.connect(self._on_brush_changed)
        canvas.toolChanged.connect(self._on_tool_changed)
        self._on_tool_changed(canvas.tool)

    def refine(self, kind: RefineKind) -> None:
        """Shapes the current part by the amount that is set."""
        self._canvas.refine(Refine(kind, self._amount.value()))

    def _build(self, commands: Commands) -> None:
        self._brush_actions = [self.addWidget(w) for w in (self.diameter, self.hardness, self._pen)]
        self._cell_action = self.addWidget(self.cell)
        self.addSeparator()
        for command in ("paint.protect", "paint.mirror", "paint.onion", "paint.magnet"):
            button = QToolButton()
            button.setDefaultAction(commands[command])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            texts = {
                "paint.protect": tr("Protect others"),
                "paint.mirror": tr("Mirror"),
                "paint.onion": tr("Onion skin"),
                "paint.magnet": tr("Magnet"),
            }
            commands[command].setIconText(texts[command])
            self.addWidget(button)
        self.addSeparator()
        shape = QToolButton()
        shape.setText(tr("Shape part"))
        shape.setToolTip(tr("Smooth, grow, shrink, or fill the holes of the current part"))
        shape.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(shape)
        menu.addActions([commands[f"refine.{kind}"] for kind in ("smooth", "grow", "shrink", "fill_holes")])
        shape.setMenu(menu)
        self.addWidget(shape)
        self.addWidget(QLabel(tr("by")))
        self.addWidget(self._amount)
        self.addSeparator()
        self.addWidget(self.opacity)
        self.opacity.valueChanged.connect(self._on_opacity)
        self.diameter.valueChanged.connect(self._on_size)
        self.hardness.valueChanged.connect(self._on_hardness)
        self._pen.toggled.connect(self._on_pen)
        self.cell.valueChanged.connect(self._canvas.set_superpixel_px)

    def _on_size(self, value: int) -> None:
        self._canvas.set_brush(self._canvas.brush.resized(value))

    def _on_hardness(self, value: int) -> None:
        self._canvas.set_brush(self._canvas.brush.hardened(value))

    def _on_opacity(self, value: int) -> None:
        self._canvas.set_opacity(value / 100)

    def _on_pen(self, on: bool) -> None:
        self._canvas.set_brush(replace(self._canvas.brush, pressure_size=on))

    def _on_brush_changed(self, diameter: float, hardness: int) -> None:
        self.diameter.show_value(round(diameter))
        self.hardness.show_value(hardness)

    def _on_tool_changed(self, tool: str) -> None:
        for action in self._brush_actions:
            action.setVisible(tool in (*_BRUSHES, "superpixel"))
        self._brush_actions[1].setVisible(tool in _BRUSHES)
        self._cell_action.setVisible(tool == "superpixel")
