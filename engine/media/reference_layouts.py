"""Which masks belong to which image, in the layouts that reference folders have (CONTRACTS, Labels and masks)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from engine.domain.frames import frame_number
from engine.errors import InputError
from engine.media.mask_image import MASK_SUFFIXES
from engine.media.sequence_files import image_files
from engine.media.stills import IMAGE_SUFFIXES

_LAYOUTS = (("images", "masks"), ("jpegimages", "annotations"))


@dataclass(frozen=True)
class MaskFile:
    """A mask and the part it shows, where its name or folder says so."""

    path: Path
    part: str | None = None


@dataclass(frozen=True)
class PaintedImage:
    """An image and its masks: one for all parts, or one for each part."""

    image: Path
    masks: tuple[MaskFile, ...]


@dataclass(frozen=True)
class Layout:
    """What was found in a reference folder.

    Attributes:
        painted: Images with masks, in natural order of their names.
        unpainted: Images without a mask.
        stray: Masks without an image.
        by_order: Whether stems had nothing in common, so that images and .npy masks were paired in natural order.
    """

    painted: tuple[PaintedImage, ...]
    unpainted: tuple[Path, ...]
    stray: tuple[Path, ...]
    by_order: bool = False


def find_painted(path: Path) -> Layout:
    """Finds the references in a folder, or the masks of one image file.

    Raises:
        InputError: There is nothing there, or no image has a mask.
    """
    if path.is_file():
        return _for_one_image(path)
    if not path.is_dir():
        raise InputError(f"'{path}' does not exist. Give a folder of painted images.")
    image_folder, mask_folder = _folders(path)
    images = image_files(image_folder)
    masks = list_masks(mask_folder)
    if image_folder == mask_folder:
        images = _without_masks(images)
        taken = set(images)
        masks = [mask for mask in masks if mask.path not in taken]
    if not images:
        raise InputError(f"'{image_folder}' holds no images. Give a folder of images with their masks.")
    layout = _paired(images, masks)
    if not layout.painted:
        raise InputError(
            f"None of the {len(images)} images in '{image_folder}' has a mask. Put x.png beside x.jpg, or use folders "
            "images and masks with the same names."
        )
    return layout


def list_masks(folder: Path) -> list[MaskFile]:
    """Returns the mask files of a folder and of its sub-folders, which are named after parts; natural order."""
    if not folder.is_dir():
        return []
    try:
        entries = sorted((p for p in folder.iterdir() if not p.name.startswith(".")), key=natural_key)
        direct = [MaskFile(p) for p in entries if _is_mask(p)]
        nested = [
            MaskFile(p, part.name)
            for part in entries
            if part.is_dir() and part.name.lower() not in {name for pair in _LAYOUTS for name in pair}
            for p in sorted(part.iterdir(), key=natural_key)
            if _is_mask(p)
        ]
    except OSError as error:
        raise InputError(f"'{error.filename}' cannot be read: {error.strerror}.") from error
    return direct + nested


def mask_folder_of(folder: Path) -> Path:
    """Returns the folder of masks inside a reference folder, or the folder itself."""
    return _folders(folder)[1]


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Sorts names as people do: frame2 before frame10."""
    pieces = re.split(r"(\d+)", path.stem)
    return tuple((0, int(piece), "") if piece.isdigit() else (1, 0, piece.lower()) for piece in pieces)


def part_suffix(stem: str, image_stems: Container[str]) -> tuple[str, str] | None:
    """Splits '<image stem>_<part>' at the longest image stem, or returns None."""
    cuts = [match.start() for match in re.finditer("_", stem)]
    for cut in reversed(cuts):
        if stem[:cut] in image_stems and stem[cut + 1 :]:
            return stem[:cut], stem[cut + 1 :]
    return None


def _for_one_image(path: Path) -> Layout:
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        raise InputError(f"'{path}' is no image. Give a painted image, or a folder of them.")
    beside = [mask for mask in list_masks(path.parent) if mask.path != path]
    other = dict(_LAYOUTS).get(path.parent.name.lower())
    elsewhere = _subfolder(path.parent.parent, other) if other else None
    masks = beside + (list_masks(elsewhere) if elsewhere else [])
    found = _paired([path], masks, by_stem_only=True).painted
    if not found:
        raise InputError(f"'{path}' has no mask. Put one beside it, called '{path.stem}.png' or '{path.stem}.npy'.")
    return Layout(found, (), ())


def _folders(path: Path) -> tuple[Path, Path]:
    """Returns the folder of images and the folder of masks inside `path`; both may be `path` itself."""
    for images, masks in _LAYOUTS:
        image_folder, mask_folder = _subfolder(path, images), _subfolder(path, masks)
        if mask_folder:
            return image_folder or path, mask_folder
    return path, path


def _subfolder(path: Path, name: str) -> Path | None:
    if not path.is_dir():
        return None
    return next((p for p in path.iterdir() if p.is_dir() and p.name.lower() == name), None)


def _without_masks(images: list[Path]) -> list[Path]:
    """Returns the images of a folder in which masks lie beside them: x.png is the mask of x.jpg."""
    others = {p.stem for p in images if p.suffix.lower() != ".png"}
    arrays = {p.stem for p in images[0].parent.glob("*.npy")} if images else set()
    plain = [p for p in images if p.suffix.lower() != ".png" or p.stem not in others]
    stems = {p.stem for p in plain}
    # x_hair.png beside x.png is a mask of x, unless it has a mask of its own.
    return [p for p in plain if p.suffix.lower() != ".png" or p.stem in arrays or part_suffix(p.stem, stems) is None]


def _paired(images: list[Path], masks: list[MaskFile], *, by_stem_only: bool = False) -> Layout:
    images = sorted(images, key=natural_key)
    by_stem = {p.stem: p for p in images}
    numbers = [frame_number(p.stem) for p in images]
    times = Counter(numbers)
    by_number = {n: p for n, p in zip(numbers, images, strict=True) if n is not None and times[n] == 1}
    found: dict[Path, list[MaskFile]] = {}
    stray: list[MaskFile] = []
    for mask in masks:
        image, part = by_stem.get(mask.path.stem), mask.part
        if image is None and (split := part_suffix(mask.path.stem, by_stem)):
            image, part = by_stem[split[0]], part or split[1]
        if image is None and not by_stem_only:
            number = frame_number(mask.path.stem)
            image = None if number is None else by_number.get(number)
        if image is None:
            stray.append(mask)
        else:
            found.setdefault(image, []).append(MaskFile(mask.path, part))
    arrays = sorted((m.path for m in stray if m.path.suffix.lower() == ".npy" and m.part is None), key=natural_key)
    if not found and len(arrays) == len(images) and not by_stem_only:
        pairs = tuple(PaintedImage(p, (MaskFile(a),)) for p, a in zip(images, arrays, strict=True))
        return Layout(pairs, (), (), by_order=True)
    painted = tuple(PaintedImage(p, tuple(found[p])) for p in images if p in found)
    return Layout(painted, tuple(p for p in images if p not in found), tuple(m.path for m in stray))


def _is_mask(path: Path) -> bool:
    return path.suffix.lower() in MASK_SUFFIXES and not path.name.startswith(".") and path.is_file()
