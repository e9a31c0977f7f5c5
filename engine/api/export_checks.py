"""What is wrong with an export, or worth a word, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from engine.api.export_files import PlannedFile, loaded_by_nuke
from engine.api.export_setup import ExportSetup, plate_path
from engine.domain.frames import frames_text
from engine.errors import InputError
from engine.mattes.formats import FORMATS
from engine.mattes.options import LOSSY, Output
from engine.media.clip import VIDEO_SUFFIXES
from engine.media.sequence_files import is_pattern
from engine.media.stills import IMAGE_SUFFIXES
from engine.results.edits import EDITS_FOLDER
from engine.results.folder import LABELS_FOLDER, SCORES_FOLDER

_RESULT_FOLDERS = (".", LABELS_FOLDER, SCORES_FOLDER, EDITS_FOLDER)


def check_files(setup: ExportSetup, files: Sequence[PlannedFile]) -> None:
    """Raises InputError where files promise another format, share a name, or land where they do harm."""
    for output in setup.request.outputs:
        _check_suffix(output)
    _check_unique(files, setup.request.outputs)
    _check_folders(setup, files)


def warnings_of(setup: ExportSetup) -> list[str]:
    """Returns sentences that the user should read before the export."""
    record, outputs = setup.reader.record, setup.request.outputs
    found = [setup.left_out] if setup.left_out else []
    drafts = [number for number in setup.frames if record.frames[number].state != "done"]
    if drafts:
        found.append(f"Not finished, exported as they stand: frames {frames_text(drafts)}.")
    if setup.missing:
        found.append(
            f"The result lacks the frames {frames_text(setup.missing)}: its run was stopped. Run `segment` again to "
            "go on."
        )
    if any(output.format == "exr" and output.exr.plate and output.exr.compression in LOSSY for output in outputs):
        found.append("dwaa and dwab are lossy: the plate in the EXR will not be the one of the source to the bit.")
    formats = [output.format for output in outputs]
    if "nuke" in formats and "exr" not in formats:
        loaded = setup.names(loaded_by_nuke(setup)).printf_path().name
        found.append(f"The Nuke snippet loads {loaded}, which this export does not write: add the format exr.")
    path = plate_path(setup)
    if any(output.wants_plate for output in outputs) and not (path.exists() or is_pattern(path)):
        found.append(f"The plate '{path}' is not there. Give it with --clip, or headers will lack what it says.")
    return found


def _check_suffix(output: Output) -> None:
    """Raises InputError where the file names would promise another format than the one that is written."""
    suffixes = FORMATS[output.format].suffixes
    if PurePath(output.file_pattern).suffix.lower() not in suffixes:
        raise InputError(
            f"The files of --format {output.format} end in {' or '.join(suffixes)}; the pattern "
            f"'{output.file_pattern}' does not."
        )


def _check_unique(files: Sequence[PlannedFile], outputs: Sequence[Output]) -> None:
    seen: dict[Path, PlannedFile] = {}
    for file in files:
        other = seen.setdefault(file.path, file)
        if other is file:
            continue
        one, two = outputs[other.output], outputs[file.output]
        if other.output != file.output:
            raise InputError(
                f"The formats {one.format} and {two.format} would both write '{file.path}'. Give one of them "
                "another --pattern."
            )
        wanted = "{part} and {frame}" if len(file.layers) == 1 else "{frame}"
        raise InputError(f"The pattern '{one.file_pattern}' gives several files one name. Put {wanted} into it.")


def _check_folders(setup: ExportSetup, files: Sequence[PlannedFile]) -> None:
    """Raises InputError where files would land among the clip's frames or among those of the result."""
    clip = plate_path(setup)
    is_video = clip.suffix.lower() in VIDEO_SUFFIXES and clip.is_file()
    frames_in = (clip if clip.is_dir() else clip.parent).resolve() if clip.exists() or is_pattern(clip) else None
    own = {(setup.reader.folder / name).resolve() for name in _RESULT_FOLDERS}
    folders = {folder: folder.resolve() for folder in {file.path.parent for file in files}}
    for file in files:
        folder = folders[file.path.parent]
        if folder in own:
            raise InputError(f"'{file.path.parent}' belongs to the result. Choose another folder.")
        if is_video and file.path.resolve() == clip.resolve():
            raise InputError(f"'{file.path}' is the clip itself. Choose another folder or another --pattern.")
        if not is_video and folder == frames_in and file.path.suffix.lower() in IMAGE_SUFFIXES:
            raise InputError(
                f"'{file.path.parent}' holds the frames of the clip: '{file.path.name}' would be taken for one of "
                "them. Choose another folder."
            )
