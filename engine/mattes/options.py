"""What an artist chooses for an export, apart from where it comes from and where it goes.

Every value reads from and writes to plain JSON, for presets and for the sidecar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Any, Literal, TypeVar, get_args

from engine.errors import InputError
from engine.mattes.formats import FORMATS, IMAGE_BITS, ExportFormat

Depth = Literal["half", "float"]
Compression = Literal["none", "rle", "zips", "zip", "piz", "dwaa", "dwab"]
Content = Literal["cutout", "matte"]
Level = Literal["parts", "groups", "both"]
LOSSY: tuple[Compression, ...] = ("dwaa", "dwab")
"""They touch R, G and B; channels called A come back exactly."""
T = TypeVar("T")


@dataclass(frozen=True)
class ImageOptions:
    """How whole-number pictures are written: png, tiff, cut-outs in PNG, and mattes in FFV1.

    Attributes:
        bits: 8 or 16.
    """

    bits: int = 8

    def __post_init__(self) -> None:
        if self.bits not in IMAGE_BITS:
            raise InputError(f"Mattes have 8 or 16 bits; got {self.bits}.")


@dataclass(frozen=True)
class ExrOptions:
    """How OpenEXR files are written.

    Attributes:
        depth: Of the mattes; Cryptomatte is float always, a plate keeps its own depth.
        compression: zips reads fastest in Nuke, line by line; the dwa kinds are lossy where a plate is in the file.
        plate: The plate's R, G, B (and A where it has one) go into the file.
        multi_part: A part of the file for each layer, so that a reader loads only what it shows.
        ranks: Ids per pixel in a Cryptomatte; 0 takes what the number of layers asks for.
    """

    depth: Depth = "half"
    compression: Compression = "zips"
    plate: bool = False
    multi_part: bool = False
    ranks: int = 0

    def __post_init__(self) -> None:
        _check_choice("EXR depth", self.depth, get_args(Depth))
        _check_choice("EXR compression", self.compression, get_args(Compression))
        if not 0 <= self.ranks <= 32:
            raise InputError(f"Cryptomatte ranks go from 1 to 32, or 0 for as many as are needed; got {self.ranks}.")


@dataclass(frozen=True)
class MovieOptions:
    """How ProRes and FFV1 movies are written.

    Attributes:
        content: "cutout" is the plate in full with the matte as straight alpha, "matte" the matte in grey; None takes
            the cut-out for ProRes and the matte for FFV1.
        rate: Frames per second such as "24" or "24000/1001"; "" takes the clip's, or 24 where it has none.
    """

    content: Content | None = None
    rate: str = ""

    def __post_init__(self) -> None:
        if self.content is not None:
            _check_choice("movie content", self.content, get_args(Content))
        if self.rate:
            read_rate(self.rate)


@dataclass(frozen=True)
class DatasetOptions:
    """How coco and yolo are written.

    Attributes:
        images: The pictures go along as 8-bit sRGB PNG in `images/`.
    """

    images: bool = False


@dataclass(frozen=True)
class Output:
    """One format of an export with its names and options; options of other formats mean nothing to it.

    Attributes:
        format: What is written.
        pattern: Names below the export folder; "" takes the format's own.
        image: For png, tiff, cutout and ffv1.
        exr: For exr, cryptomatte and cut-outs in EXR.
        movie: For prores, ffv1, review and overlay.
        dataset: For coco and yolo.
    """

    format: ExportFormat
    pattern: str = ""
    image: ImageOptions = field(default_factory=ImageOptions)
    exr: ExrOptions = field(default_factory=ExrOptions)
    movie: MovieOptions = field(default_factory=MovieOptions)
    dataset: DatasetOptions = field(default_factory=DatasetOptions)

    def __post_init__(self) -> None:
        _check_choice("format", self.format, tuple(FORMATS))

    @property
    def file_pattern(self) -> str:
        """The pattern that holds: the one given, or the format's own."""
        return self.pattern or FORMATS[self.format].pattern

    @property
    def content(self) -> Content:
        """What a movie shows."""
        return self.movie.content or ("matte" if self.format == "ffv1" else "cutout")

    @property
    def is_movie(self) -> bool:
        """Whether its files run at a rate."""
        return self.format in ("prores", "ffv1", "review", "overlay")

    @property
    def needs_plate(self) -> bool:
        """Whether the pictures of the clip must be there."""
        info = FORMATS[self.format]
        return (
            info.plate == "needed"
            or (self.format == "exr" and self.exr.plate)
            or (self.format in ("prores", "ffv1") and self.content == "cutout")
            or (self.format in ("coco", "yolo") and self.dataset.images)
        )

    @property
    def wants_plate(self) -> bool:
        """Whether the files are better where the clip can be opened (headers keep its rate, timecode and windows)."""
        return self.needs_plate or FORMATS[self.format].plate == "optional"

    def to_json(self) -> dict[str, Any]:
        """Returns the output as JSON values."""
        return asdict(self)

    def content_json(self) -> dict[str, Any]:
        """Returns the format and those options that mean something to it: what decides the content of its files."""
        table = self.to_json()
        return {"format": self.format} | {name: table[name] for name in _OPTIONS_OF.get(self.format, ())}

    @classmethod
    def from_json(cls, values: object) -> Output:
        """Reads what `to_json` wrote; what is left out keeps its default.

        Raises:
            InputError: A name or a value is unknown.
        """
        if isinstance(values, str):
            values = {"format": values}
        return _read(cls, values, "output")


@dataclass(frozen=True)
class Naming:
    """Tokens of file names and numbers of frames.

    Attributes:
        shot: {shot}; "" derives it from the clip.
        version: Number of {ver}; None takes it from the result folder (v003), else 1.
        padding: Least digits of a frame number; None takes four, or the source's where its own numbers are kept.
        start: Number of the result's first frame; None keeps the source's numbers.
    """

    shot: str = ""
    version: int | None = None
    padding: int | None = None
    start: int | None = None

    def __post_init__(self) -> None:
        if self.version is not None and self.version < 0:
            raise InputError(f"A version is 0 or more; got {self.version}.")
        if self.padding is not None and not 1 <= self.padding <= 12:
            raise InputError(f"Frame numbers have 1 to 12 digits; got {self.padding}.")
        if self.start is not None and self.start < 0:
            raise InputError(f"The first frame's number is 0 or more; got {self.start}.")


@dataclass(frozen=True)
class LayerChoice:
    """Which mattes are exported.

    Attributes:
        level: Parts, groups (sums of their parts; parts without a group stay by themselves), or both.
        names: Names of parts or groups; () is all.
        background: The background is a layer too, so that all layers sum to full scale.
    """

    level: Level = "parts"
    names: tuple[str, ...] = ()
    background: bool = False

    def __post_init__(self) -> None:
        _check_choice("level", self.level, get_args(Level))


@dataclass(frozen=True)
class ColourOptions:
    """How plates become light, and how light becomes a picture.

    Attributes:
        transfer: How video and 8-bit plates become scene-linear in EXR: "auto" takes the clip's colour space (sRGB
            where nothing else is known), or a name of `engine.media.scene_linear.TRANSFERS`.
        ocio_config: OpenColorIO configuration for review and overlay videos of scene-linear plates: a file, or
            "ocio://default", the ACES one that is built in; "" takes the program's own soft shoulder.
        display: Its display; "" takes the configuration's default.
        view: Its view; "" takes the display's default.
    """

    transfer: str = "auto"
    ocio_config: str = ""
    display: str = ""
    view: str = ""


def read_rate(text: str) -> Fraction:
    """Returns frames per second of '24', '23.976' or '24000/1001'; raises InputError for anything else."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000:
        raise InputError(f"'{text}' is no frame rate. Write it as 24, 23.976 or 24000/1001.")
    exact = Fraction(round(rate) * 1000, 1001)  # 23.976, 29.97 and 59.94 are short for these
    return exact if abs(rate - exact) < Fraction(1, 500) and rate.denominator not in (1, 1001) else rate


def read_naming(values: object) -> Naming:
    """Reads naming from JSON values; raises InputError where a name or a value is unknown."""
    return _read(Naming, values, "naming")


def read_layer_choice(values: object) -> LayerChoice:
    """Reads a choice of layers from JSON values; raises InputError where a name or a value is unknown."""
    return _read(LayerChoice, values, "layers")


def read_colour(values: object) -> ColourOptions:
    """Reads colour options from JSON values; raises InputError where a name or a value is unknown."""
    return _read(ColourOptions, values, "colour")


def _read(kind: type[T], values: object, what: str) -> T:
    if not isinstance(values, Mapping):
        raise InputError(f"The {what} must be an object; got {values!r}.")
    assert is_dataclass(kind)
    known = {entry.name: entry for entry in fields(kind)}
    unknown = sorted(str(name) for name in values if name not in known)
    if unknown:
        raise InputError(f"The {what} has unknown entries: {', '.join(unknown)}. Known: {', '.join(known)}.")
    read: dict[str, Any] = {}
    for name, value in values.items():
        _check_kind(known[name].default, value, f"{what}'s {name}")
        nested = _NESTED.get(str(name)) if kind is Output else None
        read[name] = _read(nested, value, f"{what}'s {name}") if nested else _plain(value)
    try:
        return kind(**read)
    except TypeError as error:
        raise InputError(f"The {what} cannot be used: {error}.") from error


def _check_kind(default: object, value: object, what: str) -> None:
    """Raises InputError where a value is of another kind than the one it stands in for."""
    wanted = type(default)
    if wanted not in (bool, int, float, str) or (
        isinstance(value, wanted) and isinstance(value, bool) == (wanted is bool)
    ):
        return
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return
    raise InputError(f"The {what} must be of the kind of {default!r}; got {value!r:.80}.")


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _check_choice(what: str, value: object, choices: tuple[Any, ...]) -> None:
    if value not in choices:
        raise InputError(f"The {what} must be one of {', '.join(choices)}; got '{value}'.")


_NESTED: dict[str, type[Any]] = {
    "image": ImageOptions,
    "exr": ExrOptions,
    "movie": MovieOptions,
    "dataset": DatasetOptions,
}
_OPTIONS_OF: dict[ExportFormat, tuple[str, ...]] = {
    "png": ("image",),
    "tiff": ("image",),
    "exr": ("exr",),
    "cryptomatte": ("exr",),
    "cutout": ("image", "exr"),
    "prores": ("movie",),
    "ffv1": ("image", "movie"),
    "review": ("movie",),
    "overlay": ("movie",),
}
