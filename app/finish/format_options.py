"""Options of the chosen formats; those that mean nothing to any of them are not shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import Any, get_args

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.finish.model import ExportChoice
from app.i18n import tr
from engine.errors import InputError
from engine.mattes.formats import FORMATS, ExportFormat
from engine.mattes.options import (
    ColourOptions,
    Compression,
    DatasetOptions,
    Depth,
    ExrOptions,
    ImageOptions,
    MovieOptions,
    Output,
    read_rate,
)
from engine.media.scene_linear import TRANSFERS


class FormatOptions(QWidget):
    """Rows of options.

    Signals:
        changed(): Another value was chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.exr_depth, self.exr_compression, self.bits = QComboBox(), QComboBox(), QComboBox()
        self.plate = QCheckBox(tr("Plate RGB in the EXR"))
        self.multi_part = QCheckBox(tr("A part of it for each layer"))
        self.ranks, self.content, self.rate = QSpinBox(), QComboBox(), QLineEdit()
        self.images, self.transfer, self.cutout = QCheckBox(tr("Pictures go along")), QComboBox(), QComboBox()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._rows: dict[QWidget, tuple[ExportFormat, ...]] = {}
        self._fill()
        self._build()

    def show_choice(self, choice: ExportChoice) -> None:
        """Shows the options of a choice."""
        by_name = {output.format: output for output in choice.outputs}
        for widget, formats in self._rows.items():
            self._form.setRowVisible(widget, bool(set(formats) & set(by_name)))
        exr = next((o.exr for o in choice.outputs if o.format in ("exr", "cryptomatte", "cutout")), ExrOptions())
        image = next((o.image for o in choice.outputs if o.format in self._rows[self.bits]), ImageOptions())
        movie = next((o.movie for o in choice.outputs if o.is_movie), MovieOptions())
        dataset = next((o.dataset for o in choice.outputs if o.format in ("coco", "yolo")), DatasetOptions())
        cutout = by_name.get("cutout")
        suffix = PurePath(cutout.file_pattern).suffix.lower() if cutout else ".png"
        combos: tuple[tuple[QComboBox, Any], ...] = (
            (self.exr_depth, exr.depth),
            (self.exr_compression, exr.compression),
            (self.bits, image.bits),
            (self.content, movie.content or ""),
            (self.transfer, choice.colour.transfer),
            (self.cutout, suffix),
        )
        for combo, value in combos:
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(value)))
        for box, on in ((self.plate, exr.plate), (self.multi_part, exr.multi_part), (self.images, dataset.images)):
            with QSignalBlocker(box):
                box.setChecked(on)
        with QSignalBlocker(self.ranks):
            self.ranks.setValue(exr.ranks)
        if not self.rate.hasFocus():
            self.rate.setText(movie.rate)

    def outputs(self, formats: Iterable[ExportFormat], known: dict[ExportFormat, Output]) -> tuple[Output, ...]:
        """Returns the formats with the options that are shown; names are those that were known."""
        exr = ExrOptions(
            self.exr_depth.currentData(),
            self.exr_compression.currentData(),
            self.plate.isChecked(),
            self.multi_part.isChecked(),
            self.ranks.value(),
        )
        image, dataset = ImageOptions(self.bits.currentData()), DatasetOptions(self.images.isChecked())
        movie = MovieOptions(self.content.currentData() or None, self._rate())
        found = []
        for name in formats:
            output = replace(known.get(name, Output(name)), exr=exr, image=image, movie=movie, dataset=dataset)
            found.append(self._with_suffix(output) if name == "cutout" else output)
        return tuple(found)

    def _with_suffix(self, output: Output) -> Output:
        """The ending of a cut-out's name decides its format."""
        wanted = self.cutout.currentData()
        if PurePath(output.file_pattern).suffix.lower() == wanted:
            return output
        pattern = str(PurePath(output.file_pattern).with_suffix(wanted).as_posix())
        return replace(output, pattern="" if pattern == FORMATS["cutout"].pattern else pattern)

    def _rate(self) -> str:
        """Returns the rate that was typed, or "" while it is none: the clip's own holds then."""
        text = self.rate.text().strip()
        try:
            return text if text and read_rate(text) else ""
        except InputError:
            return ""

    def _fill(self) -> None:
        depths = {"half": tr("half float"), "float": tr("float")}
        for depth in get_args(Depth):
            self.exr_depth.addItem(depths[depth], depth)
        for compression in get_args(Compression):
            self.exr_compression.addItem(compression.upper(), compression)
        for bits in (8, 16):
            self.bits.addItem(tr("{bits} bit").format(bits=bits), bits)
        for title, content in (
            (tr("as usual for the format"), ""),
            (tr("plate with straight alpha"), "cutout"),
            (tr("matte in grey"), "matte"),
        ):
            self.content.addItem(title, content)
        self.transfer.addItem(tr("by the clip's colour space"), ColourOptions().transfer)
        for name in TRANSFERS:
            self.transfer.addItem(name, name)
        self.cutout.addItem(tr("PNG, straight"), ".png")
        self.cutout.addItem(tr("EXR, premultiplied light"), ".exr")
        self.ranks.setRange(0, 32)
        self.ranks.setSpecialValueText(tr("as many as needed"))
        self.rate.setPlaceholderText(tr("the clip's own"))

    def _build(self) -> None:
        rows: tuple[tuple[str, QWidget, str, tuple[ExportFormat, ...]], ...] = (
            (tr("EXR depth"), self.exr_depth, tr("Of the mattes; a plate keeps its own"), ("exr", "cutout")),
            (
                tr("Compression"),
                self.exr_compression,
                tr("ZIPS reads fastest in Nuke; DWAA and DWAB touch the plate's colours"),
                ("exr", "cryptomatte"),
            ),
            ("", self.plate, tr("EXR plates go through unchanged to the bit"), ("exr",)),
            ("", self.multi_part, tr("A reader then loads only the layers that it shows"), ("exr",)),
            (tr("Ranks"), self.ranks, tr("Ids that a pixel of a Cryptomatte holds"), ("cryptomatte",)),
            (tr("Cut-outs"), self.cutout, tr("Straight code values, or premultiplied scene-linear light"), ("cutout",)),
            (tr("Depth"), self.bits, tr("Of pictures in whole numbers"), ("png", "tiff", "cutout", "ffv1")),
            (tr("Movies show"), self.content, tr("Of ProRes and FFV1"), ("prores", "ffv1")),
            (
                tr("Frame rate"),
                self.rate,
                tr("24, 23.976 or 24000/1001; empty takes the clip's"),
                ("prores", "ffv1", "review", "overlay"),
            ),
            (tr("Data sets"), self.images, tr("The frames as 8-bit PNG beside the outlines"), ("coco", "yolo")),
            (
                tr("Video to light"),
                self.transfer,
                tr("How video and 8-bit plates become scene-linear"),
                ("exr", "cutout"),
            ),
        )
        for title, widget, tip, formats in rows:
            widget.setToolTip(tip)
            widget.setAccessibleName(title or tip)
            self._form.addRow(title, widget)
            self._rows[widget] = formats
        for combo in (self.exr_depth, self.exr_compression, self.bits, self.content, self.transfer, self.cutout):
            combo.activated.connect(self.changed)
        for box in (self.plate, self.multi_part, self.images):
            box.toggled.connect(self.changed)
        self.ranks.valueChanged.connect(self.changed)
        self.rate.textEdited.connect(self.changed)
