"""Images, clips and masks on their way into the project, from menus and from drops."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.actions.commands import Commands
from app.i18n import plural, tr
from app.jobs.stepper import JobStepper
from app.model.document import Document
from app.model.parts import PartsModel
from app.model.references import ReferencesModel
from app.model.thumbnails import Thumbnails
from app.notify.notifier import Notifier
from app.notify.questions import Questions
from engine.domain.labels import Painted
from engine.domain.parts import PartSet
from engine.errors import EngineError, InputError
from engine.media.clip import VIDEO_SUFFIXES
from engine.media.mask_image import MASK_SUFFIXES
from engine.media.reference_layouts import find_painted
from engine.media.sequence_files import find_sequence
from engine.media.stills import IMAGE_SUFFIXES
from engine.project_io.importing import (
    ClipMasks,
    Import,
    read_clip_masks,
    read_mask_for,
    read_painted,
    read_stills,
)
from resources import sample_folder

_SHORTEST_CLIP = 8
"""A folder with at least this many numbered frames is a clip; fewer are stills."""


class ReferenceActions(QObject):
    """The References menu, and everything that is dropped."""

    def __init__(
        self,
        document: Document,
        parts: PartsModel,
        references: ReferencesModel,
        thumbnails: Thumbnails,
        jobs: JobStepper,
        questions: Questions,
        notifier: Notifier,
        ensure_open: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._document, self._parts, self._references = document, parts, references
        self._thumbnails, self._jobs = thumbnails, jobs
        self._questions, self._notifier, self._ensure_open = questions, notifier, ensure_open
        self._copied: Painted | None = None
        self.colour_space = "auto"
        """Input colour space of clips that are added from now on."""

    def bind(self, commands: Commands) -> None:
        """Connects the commands of the painting workspace."""
        references = self._references
        commands.bind("reference.import_mask", self.ask_mask)
        commands.bind("reference.import_masks", self.ask_clip_masks)
        commands.bind("reference.toggle", self._writing(self._toggle))
        commands.bind("reference.next", lambda: references.step(1))
        commands.bind("reference.previous", lambda: references.step(-1))
        commands.bind("reference.duplicate", self._writing(self._duplicate))
        commands.bind("reference.remove", self._writing(self._remove))
        commands.bind("reference.holdout", self._writing(self._holdout))
        for command, step in (("next", 1), ("previous", -1), ("next_10", 10), ("previous_10", -10)):
            commands.bind(f"frame.{command}", partial(self._step_frame, step))
        far = 1 << 30
        commands.bind("frame.first", partial(self._step_frame, -far))
        commands.bind("frame.last", partial(self._step_frame, far))
        commands.bind("edit.copy_mask", self._copy)
        commands.bind("edit.paste_mask", self._writing(self._paste))

    def bind_adding(self, commands: Commands) -> None:
        """Connects the commands that bring images and clips in, from whatever workspace."""
        commands.bind("reference.add_images", self.ask_images)
        commands.bind("reference.add_clip", self.ask_clip)
        commands.bind("reference.add_painted", self.ask_painted)

    def ask_images(self) -> None:
        """Asks for images and adds them."""
        self.add_images(self._questions.files(tr("Add images"), IMAGE_SUFFIXES))

    def ask_clip(self) -> None:
        """Asks for a video or a frame of a sequence and adds the clip."""
        for path in self._questions.files(tr("Add clip: a video, or one frame of a sequence"), _CLIP_SUFFIXES)[:1]:
            self.add_clip(path)

    def ask_painted(self) -> None:
        """Asks for a folder of images with masks and adds them."""
        folder = self._questions.folder(tr("Add images with masks: choose their folder"))
        if folder is not None:
            self.add_painted(folder)

    def ask_mask(self) -> None:
        """Asks for a mask of the shown image and puts it on."""
        for path in self._questions.files(tr("Import mask for this image"), MASK_SUFFIXES)[:1]:
            self.import_mask(path)

    def drop(self, paths: Sequence[Path]) -> None:
        """Takes whatever was dropped: images, images with masks, clips, folders of these; junk is named."""
        stills: list[Path] = []
        rest: list[Path] = []
        for path in paths:
            if path.is_dir():
                self._drop_folder(path, rest)
            elif path.suffix.lower() in VIDEO_SUFFIXES:
                self.add_clip(path)
            elif path.suffix.lower() in IMAGE_SUFFIXES:
                (self.add_painted if _has_mask(path) else stills.append)(path)
            elif path.suffix.lower() == ".npy" and self._references.picture is not None:
                self.import_mask(path)
            else:
                rest.append(path)
        if stills:
            self.add_images(stills)
        if rest:
            names = ", ".join(path.name for path in rest[:3]) + (" …" if len(rest) > 3 else "")
            self._notifier.warning(
                tr("Nothing to paint on in {names}. Drop images, videos, or folders of them.").format(names=names)
            )

    def add_images(self, paths: Sequence[Path]) -> None:
        """Adds stills as references."""
        if paths and self._may_write():
            self._jobs.submit(read_stills([p.absolute() for p in paths]), self._on_read)

    def add_painted(self, path: Path) -> None:
        """Adds images with masks as references."""
        if self._may_write():
            self._jobs.submit(read_painted(path.absolute(), self._document.project), self._on_read)

    def add_clip(self, path: Path) -> None:
        """Adds a clip and shows its first frame."""
        if self._may_write():
            self._tried(
                lambda: self._references.add_clip(path.absolute(), tr("Add clip"), colour_space=self.colour_space)
            )

    def import_mask(self, path: Path) -> None:
        """Puts a mask file on the shown image."""
        picture = self._references.picture
        if picture is None or not self._may_write():
            self._notifier.info(tr("Open the image that the mask belongs to first."))
            return
        project = self._document.project
        part_id = self._parts.current if self._parts.current in project.parts.ids else 0
        if not part_id:
            project = project.adding_parts([tr("part")] if not len(project.parts) else [])
            part_id = project.parts.ids[0]

        def put() -> None:
            labels, parts = read_mask_for(path, project, picture.shape[1], picture.shape[0], part_id)
            after = project.adding_parts(parts.names)
            self._references.replace_labels(Painted(labels), tr("Import mask"), project=after)

        self._tried(put)

    def ask_clip_masks(self) -> None:
        """Asks for masks that are named like the frames of the shown clip, and puts them on."""
        if self._references.place.clip_id is None:
            self._notifier.info(tr("Show the clip that the masks belong to first."))
            return
        folder = self._questions.folder(tr("Import masks for this clip: choose their folder"))
        if folder is not None and self._may_write():
            self.add_clip_masks(folder, None)

    def add_clip_masks(self, folder: Path, parts: PartSet | None) -> None:
        """Puts masks that are named like the frames of the shown clip on them."""
        clip_id = self._references.place.clip_id
        if clip_id is None:
            return

        def put(masks: ClipMasks) -> None:
            self._references.add_masks(clip_id, masks, tr("Import masks"))

        source = self._references.clip_source(clip_id)
        self._jobs.submit(read_clip_masks(folder, source, self._document.project, parts=parts), put)

    def add_sample(self) -> None:
        """Adds the sample shot that ships, with its painted frames."""
        folder = sample_folder()
        table = json.loads((folder / "parts.json").read_text(encoding="utf-8"))
        if self._may_write():
            self._tried(lambda: self._references.add_clip(folder / "frames", tr("Add clip")))
        self.add_clip_masks(folder / "anchors", PartSet.from_json(table))

    def copy_from(self, reference_id: str) -> None:
        """Puts the mask of another reference on the shown image."""
        if self._may_write():
            self._tried(lambda: self._references.copy_mask(reference_id, tr("Copy mask")))

    def rename(self, reference_id: str, name: str) -> None:
        """Renames a reference."""
        self._tried(lambda: self._references.rename(reference_id, name, tr("Rename reference")))

    def set_holdout(self, reference_id: str, *, holdout: bool) -> None:
        """Marks a reference as hold-out."""
        self._tried(lambda: self._references.set_holdout(reference_id, tr("Hold out"), holdout=holdout))

    def _drop_folder(self, path: Path, rest: list[Path]) -> None:
        if _has_mask(path):
            self.add_painted(path)
            return
        images = sorted(p for p in path.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith("."))
        videos = sorted(p for p in path.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES)
        for video in videos:
            self.add_clip(video)
        if len(images) >= _SHORTEST_CLIP and _is_sequence(path):
            self.add_clip(path)
        elif images:
            self.add_images(images)
        elif not videos:
            rest.append(path)

    def _on_read(self, found: Import) -> None:
        if found.images:
            ids = self._references.add_images(found.images, found.new_parts, tr("Add references"))
            for reference_id, image in zip(ids, found.images, strict=True):
                self._thumbnails.put(reference_id, image.preview)
        if found.refused:
            more = len(found.refused) - 1
            text = found.refused[0]
            if more:
                text += " " + plural(more, "{n} more file could not be read.", "{n} more files could not be read.")
            self._notifier.warning(text)

    def _toggle(self) -> None:
        if self._references.place.clip_id is None:
            self._notifier.info(tr("R makes a frame of a clip a reference. Add a clip first, or drop one here."))
            return
        self._references.toggle_frame(tr("Add reference"), tr("Remove reference"))

    def _step_frame(self, step: int) -> None:
        self._tried(lambda: self._references.step_frame(step))

    def _duplicate(self) -> None:
        current = self._references.current
        if current is not None:
            name = tr("{name} copy").format(name=current.name)
            self._tried(lambda: self._references.duplicate(current.id, name, tr("Duplicate reference")))

    def _remove(self) -> None:
        if self._references.current is not None:
            self._references.remove(self._references.current.id, tr("Remove reference"))

    def _holdout(self) -> None:
        current = self._references.current
        if current is not None:
            self.set_holdout(current.id, holdout=not current.holdout)

    def _copy(self) -> None:
        layer = self._references.layer
        if layer is not None:
            self._copied = layer.painted()
            self._notifier.info(tr("The mask is copied. Paste it on another reference or frame."))

    def _paste(self) -> None:
        copied = self._copied
        if copied is not None and self._references.picture is not None:
            self._tried(lambda: self._references.replace_labels(copied, tr("Paste mask")))

    def _may_write(self) -> bool:
        if not self._ensure_open():
            return False
        if self._document.read_only:
            self._notifier.warning(tr("The project is open for reading only. Save it under another name to change it."))
            return False
        return True

    def _writing(self, run: Callable[[], None]) -> Callable[[], None]:
        def checked() -> None:
            if self._may_write():
                run()

        return checked

    def _tried(self, run: Callable[[], object]) -> None:
        try:
            run()
        except EngineError as error:
            self._notifier.warning(str(error))


_CLIP_SUFFIXES = (*VIDEO_SUFFIXES, *IMAGE_SUFFIXES)


def _has_mask(path: Path) -> bool:
    try:
        return bool(find_painted(path).painted)
    except InputError:
        return False


def _is_sequence(folder: Path) -> bool:
    try:
        find_sequence(folder)
    except InputError:
        return False
    return True
