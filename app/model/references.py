"""The references of the open project, and what is shown: one of them, or a frame of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.model.document import Document
from app.model.images import ImageStore
from engine.domain.edits import LabelEdit, LabelLayer
from engine.domain.labels import Painted
from engine.domain.project import Project, ProjectClip, ProjectReference
from engine.errors import InputError
from engine.media import MediaSource
from engine.project_io.importing import ClipMasks, ImportedImage

_NO_IMAGE_GREY = 64


@dataclass(frozen=True)
class Place:
    """What is shown: a reference, or a frame of a clip that is no reference yet."""

    reference_id: str | None = None
    clip_id: str | None = None
    frame: int | None = None


class ReferencesModel(QObject):
    """References and clips.

    Signals:
        shown(): Another reference or frame is shown, or the shown one has another picture.
        changed(): References or clips were added, removed, renamed, marked or relinked.
        pictureFailed(str): The picture of what is shown cannot be read; the sentence says why.
    """

    shown = Signal()
    changed = Signal()
    pictureFailed = Signal(str)

    def __init__(self, document: Document, images: ImageStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._images = images
        self._place = Place()
        self._picture: NDArray[np.uint8] | None = None
        self._fresh: LabelLayer | None = None
        self._unreadable = ""
        self._source: Path | None = None
        document.projectChanged.connect(self._on_project_changed)
        document.replaced.connect(self._on_replaced)
        document.showRequested.connect(self.show)

    @property
    def references(self) -> tuple[ProjectReference, ...]:
        """The references, in the artist's order."""
        return self._document.project.references

    @property
    def clips(self) -> tuple[ProjectClip, ...]:
        """The clips, in the order they were added."""
        return self._document.project.clips

    @property
    def place(self) -> Place:
        """What is shown."""
        return self._place

    @property
    def current(self) -> ProjectReference | None:
        """The reference that is shown, or None (a frame that is none yet, or nothing)."""
        shown = self._place.reference_id
        project = self._document.project
        return project.reference(shown) if shown is not None and project.has_reference(shown) else None

    @property
    def picture(self) -> NDArray[np.uint8] | None:
        """(H, W, 3) uint8 sRGB of what is shown; plain grey where its file is missing; None where nothing is shown."""
        return self._picture

    @property
    def layer(self) -> LabelLayer | None:
        """Labels of what is shown; a frame that is no reference yet has a fresh layer."""
        current = self.current
        if current is None or current.id == self._unreadable:
            return self._fresh
        return self._document.layer(current.id)

    def clip_numbers(self, clip_id: str) -> Sequence[int]:
        """Returns the frame numbers of a clip; raises InputError where it cannot be opened."""
        return self._images.source(self._document.project.clip(clip_id)).numbers

    def picture_of(self, reference: ProjectReference) -> NDArray[np.uint8]:
        """Returns the (H, W, 3) uint8 sRGB picture of a reference; raises InputError where it cannot be read."""
        if reference.still is not None:
            return self._images.still(reference.still)
        assert reference.clip_id is not None
        assert reference.frame is not None
        return self._images.frame(self._document.project.clip(reference.clip_id), reference.frame)

    def show(self, reference_id: str) -> None:
        """Shows a reference."""
        if self._document.project.has_reference(reference_id) and reference_id != self._place.reference_id:
            reference = self._document.project.reference(reference_id)
            self._show(Place(reference_id, reference.clip_id, reference.frame))

    def show_frame(self, clip_id: str, frame: int) -> None:
        """Shows a frame of a clip; where it is a reference, that reference."""
        reference = self._document.project.at_frame(clip_id, frame)
        place = Place(reference.id if reference else None, clip_id, frame)
        if place != self._place:
            self._show(place)

    def step(self, step: int) -> None:
        """Shows the next or previous reference of the strip."""
        ids = [r.id for r in self.references]
        if ids:
            here = ids.index(self.current.id) + step if self.current is not None else 0
            self.show(ids[here % len(ids)])

    def step_frame(self, step: int) -> None:
        """Shows a later or earlier frame of the clip that is shown."""
        place = self._place
        if place.clip_id is not None and place.frame is not None:
            numbers = list(self.clip_numbers(place.clip_id))
            near = min(range(len(numbers)), key=lambda i: abs(numbers[i] - (place.frame or 0)))
            self.show_frame(place.clip_id, numbers[max(0, min(len(numbers) - 1, near + step))])

    def add_images(self, images: Sequence[ImportedImage], new_parts: Sequence[str], text: str) -> tuple[str, ...]:
        """Adds stills with or without labels as one step, shows the first, and returns their ids in order.

        Images that are references already are left out unless they bring labels, which replace theirs.
        """
        project = self._document.project.adding_parts(new_parts)
        known = {r.still: r.id for r in project.references if r.still is not None}
        painted: list[tuple[str, Painted]] = []
        ids = []
        for image in images:
            reference_id = known.get(image.path)
            if reference_id is None:
                reference_id = f"r{project.next_reference}"
                name = image.path.stem
                project = project.adding_reference(
                    ProjectReference(reference_id, name, image.width, image.height, still=image.path)
                )
            ids.append(reference_id)
            if image.painted is not None:
                painted.append((reference_id, image.painted))
        self._document.change_labels(text, painted, project=project)
        if ids:
            self.show(ids[0])
        return tuple(ids)

    def add_clip(self, path: Path, text: str, *, colour_space: str = "auto") -> str:
        """Adds a clip, shows its first frame and returns its id; a clip that is there already is shown as it is.

        Raises:
            InputError: It cannot be opened.
        """
        project = self._document.project
        known = next((clip for clip in project.clips if clip.path == path), None)
        clip = known or ProjectClip(f"c{project.next_clip}", path, path.stem, colour_space)
        source = self._images.source(clip)
        if known is None:
            clip = replace(clip, name=source.info.name or path.stem)
            after = replace(project, clips=(*project.clips, clip), next_clip=project.next_clip + 1)
            self._document.change(text, after)
        self.show_frame(clip.id, source.numbers[0])
        return clip.id

    def clip_source(self, clip_id: str) -> MediaSource:
        """Returns the open clip; raises InputError where it cannot be opened."""
        return self._images.source(self._document.project.clip(clip_id))

    def add_masks(self, clip_id: str, masks: ClipMasks, text: str) -> None:
        """Puts masks on frames of a clip, which become references, as one step, and shows the first of them."""
        project = self._document.project.adding_parts(masks.new_parts)
        painted: list[tuple[str, Painted]] = []
        for frame, pixels in sorted(masks.painted.items()):
            known = project.at_frame(clip_id, frame)
            reference = known or _frame_reference(project, clip_id, frame, pixels.labels.shape)
            if known is None:
                project = project.adding_reference(reference)
            painted.append((reference.id, pixels))
        self._document.change_labels(text, painted, project=project)
        self.show(painted[0][0])

    def toggle_frame(self, add_text: str, remove_text: str) -> None:
        """Makes the frame that is shown a reference, or takes it out of the references."""
        place, current = self._place, self.current
        if place.clip_id is None or self._picture is None:
            return
        if current is not None:
            self.remove(current.id, remove_text)
        elif self._fresh is not None:
            self._add_shown(add_text, None)

    def take_stroke(self, text: str, edit: LabelEdit) -> None:
        """Takes a gesture that was painted on what is shown; a frame that was none yet becomes a reference."""
        if self.current is not None:
            self._document.record_stroke(text, self.current.id, edit)
        elif self._fresh is not None:
            self._add_shown(text, edit)

    def remove(self, reference_id: str, text: str) -> None:
        """Removes a reference with its labels; its image file stays."""
        project = self._document.project
        reference = project.reference(reference_id)
        ids = [r.id for r in project.references]
        wiped = Painted(np.zeros((reference.height, reference.width), np.uint8))
        after = project.without_reference(reference_id)
        self._document.change_labels(text, [(reference_id, wiped)], project=after)
        if self._place.clip_id is None and len(ids) > 1:
            at = ids.index(reference_id)
            self.show(after.references[min(at, len(after.references) - 1)].id)

    def duplicate(self, reference_id: str, name: str, text: str) -> None:
        """Adds a copy of a still and its labels behind it, to try another way of painting it.

        Raises:
            InputError: It is a frame of a clip, of which there can be only one.
        """
        project = self._document.project
        source = project.reference(reference_id)
        if source.still is None:
            raise InputError(
                f"'{source.name}' is a frame of a clip, and a frame can be painted only once. "
                "Use Copy mask to carry its mask to another frame."
            )
        copy = replace(source, id=f"r{project.next_reference}", name=name, areas={})
        painted = self._document.layer(reference_id).painted()
        after = project.adding_reference(copy, after=reference_id)
        self._document.change_labels(text, [(copy.id, painted)], project=after)
        self.show(copy.id)

    def copy_mask(self, source_id: str, text: str) -> None:
        """Replaces the labels of what is shown by those of another reference.

        Raises:
            InputError: The images differ in size.
        """
        self.replace_labels(self._document.layer(source_id).painted(), text)

    def replace_labels(self, painted: Painted, text: str, *, project: Project | None = None) -> None:
        """Replaces the labels of what is shown, and the project where its parts change along.

        Raises:
            InputError: The sizes differ.
        """
        if self.current is None and self._fresh is not None:
            self._add_shown(text, None)
            if project is not None:
                grown = self._document.project.adding_parts(project.parts.names)
                self._document.change_labels(text, [(self._shown_id(), painted)], project=grown)
                return
        if self.current is not None:
            self._document.change_labels(text, [(self.current.id, painted)], project=project)

    def set_holdout(self, reference_id: str, text: str, *, holdout: bool) -> None:
        """Keeps a reference out of learning, to measure it."""
        project = self._document.project
        after = project.with_reference(replace(project.reference(reference_id), holdout=holdout))
        self._document.change(text, after, place=reference_id)

    def rename(self, reference_id: str, name: str, text: str) -> None:
        """Renames a reference; its file keeps its name."""
        if name.strip():
            project = self._document.project
            after = project.with_reference(replace(project.reference(reference_id), name=name.strip()))
            self._document.change(text, after, place=reference_id)

    def _shown_id(self) -> str:
        assert self.current is not None
        return self.current.id

    def _add_shown(self, text: str, edit: LabelEdit | None) -> None:
        """Makes the frame that is shown a reference; the canvas goes on with the layer it has."""
        place, project, layer = self._place, self._document.project, self._fresh
        assert layer is not None
        assert place.clip_id is not None
        assert place.frame is not None
        reference = _frame_reference(project, place.clip_id, place.frame, layer.shape)
        self._place = replace(place, reference_id=reference.id)
        self._fresh = None
        self._document.add_painted(text, project.adding_reference(reference), reference.id, layer, edit)

    def _show(self, place: Place) -> None:
        project = self._document.project
        self._place, self._fresh, self._unreadable = place, None, ""
        reference = self.current
        self._source = self._source_of(place)
        try:
            if reference is not None:
                self._picture = self.picture_of(reference)
            elif place.clip_id is not None and place.frame is not None:
                self._picture = self._images.frame(project.clip(place.clip_id), place.frame)
            else:
                self._picture = None
            problem = self._size_problem(reference)
        except InputError as error:
            self._picture, problem = None, str(error)
        if problem and reference is not None:
            self._picture = np.full((reference.height, reference.width, 3), _NO_IMAGE_GREY, np.uint8)
        unreadable = self._unreadable_labels(reference)
        if unreadable:
            self._picture, problem = None, unreadable
        if reference is None and self._picture is not None:
            self._fresh = LabelLayer.empty(self._picture.shape[1], self._picture.shape[0])
        self.shown.emit()
        if problem:
            self.pictureFailed.emit(problem)

    def _unreadable_labels(self, reference: ProjectReference | None) -> str:
        """Returns why labels cannot be read, or ""; such a reference is not shown, so that nobody paints over it."""
        if reference is None:
            return ""
        try:
            self._document.layer(reference.id)
        except InputError as error:
            self._unreadable = reference.id
            return str(error)
        return ""

    def _source_of(self, place: Place) -> Path | None:
        """Returns the file that the shown picture comes from."""
        reference = self.current
        if reference is not None and reference.still is not None:
            return reference.still
        clips = [clip.path for clip in self.clips if clip.id == place.clip_id]
        return clips[0] if clips else None

    def _size_problem(self, reference: ProjectReference | None) -> str:
        if reference is None or self._picture is None:
            return ""
        height, width = self._picture.shape[:2]
        if (width, height) == (reference.width, reference.height):
            return ""
        return (
            f"The image of '{reference.name}' is {width}x{height}, but was {reference.width}x{reference.height} when "
            "it was painted. Its mask is kept; relink the image it was painted on."
        )

    def _on_project_changed(self) -> None:
        place, project = self._place, self._document.project
        gone = place.reference_id is not None and not project.has_reference(place.reference_id)
        back = (
            project.at_frame(place.clip_id, place.frame)
            if place.reference_id is None and place.clip_id is not None and place.frame is not None
            else None
        )
        if place.clip_id is not None and all(clip.id != place.clip_id for clip in project.clips):
            self._show(Place())
        elif gone:
            self._show(Place(None, place.clip_id, place.frame) if place.clip_id else Place())
        elif back is not None:
            self._show(replace(place, reference_id=back.id))
        elif self._source_of(place) != self._source:
            self._show(place)
        self.changed.emit()

    def _on_replaced(self) -> None:
        self._images.close()
        references, clips = self.references, self.clips
        self._place, self._picture, self._fresh, self._unreadable = Place(), None, None, ""
        self._source = None
        if references:
            self.show(references[0].id)
        elif clips:
            try:
                self.show_frame(clips[0].id, self.clip_numbers(clips[0].id)[0])
            except InputError as error:
                self.pictureFailed.emit(str(error))
        if not references and not clips:
            self.shown.emit()


def _frame_reference(project: Project, clip_id: str, frame: int, shape: tuple[int, ...]) -> ProjectReference:
    """Returns the reference that a frame of a clip becomes next."""
    return ProjectReference(
        id=f"r{project.next_reference}",
        name=f"{project.clip(clip_id).name} {frame}",
        width=shape[1],
        height=shape[0],
        clip_id=clip_id,
        frame=frame,
    )
