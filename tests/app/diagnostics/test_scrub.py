"""Whatever the artist has named, in whatever text: it is not in what leaves the machine."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.bootstrap
from app.diagnostics.names import of_project, parts_of
from app.diagnostics.report import Diagnosis, Fault, diagnosis_text
from app.diagnostics.scrub import ELSEWHERE, NAME, PATH, scrub
from engine.domain.project import Project, ProjectClip, ProjectReference
from engine.errors import InputError

# Letters of many scripts, and what folders of studios hold; each name carries a mark that no other text has.
LETTERS = st.text(st.characters(categories=("L", "N"), include_characters=" _-.,()&+#'é"), min_size=1, max_size=14)
NAMES = LETTERS.map(lambda text: f"zq{text.strip()}xv")
FOLDERS = st.lists(NAMES, min_size=1, max_size=4)
ROOTS = st.sampled_from(["/", "/mnt/", "C:\\", "C:/", "\\\\server\\", "~/", "../", "file:///"])
SENTENCES = (
    "'{path}' is damaged or cut off: early end of file. Copy it again from its source.",
    "[Errno 2] No such file or directory: '{path}'",
    'Cannot open "{path}" (reason unknown)',
    "Frames 12-14 of “{path}” are missing.",
    "reading {path}",
    "path={path}",
    "(see {path})",
    "KeyError: '{path}'",
)


def _marked(text: str) -> bool:
    return "zq" in text or "xv" in text


@given(root=ROOTS, folders=FOLDERS, sentence=st.sampled_from(SENTENCES))
def test_no_path_is_left_even_where_nobody_knows_its_names(root: str, folders: list[str], sentence: str) -> None:
    separator = "\\" if "\\" in root else "/"
    path = root + separator.join(folders) + ".png"
    assert not _marked(scrub(sentence.format(path=path)))


@given(name=NAMES, before=st.sampled_from(["", "of ", "part=", "("]), after=st.sampled_from(["", " lost", ")"]))
def test_known_names_go_wherever_they_stand(name: str, before: str, after: str) -> None:
    assert not _marked(scrub(f"Something {before}{name}{after}", [name]))


@given(root=st.sampled_from(["/", "C:\\", "/home/"]), folders=FOLDERS)
def test_a_traceback_keeps_the_program_s_places_and_loses_the_message(root: str, folders: list[str]) -> None:
    try:
        app.bootstrap.load_keymap("smite", {}).binding(None, Path(root, *folders))  # type: ignore[arg-type]
    except TypeError as error:
        error.add_note(f"while reading {Path(root, *folders)}")
        text = scrub("".join(traceback.format_exception(error)))
    assert "app/keymap/keymap.py" in text
    assert not _marked(text)


@given(names=st.lists(NAMES, min_size=6, max_size=6, unique=True))
def test_the_whole_page_names_nothing_of_a_project(names: list[str]) -> None:
    folder = Path("/", names[0], names[1])
    project = replace(
        Project(names[2]).adding_parts([names[3]]),
        references=(ProjectReference("r1", names[4], 8, 8, still=folder / f"{names[5]}.exr"),),
        clips=(ProjectClip("c1", folder / "shot", names[4] + "b"),),
    )
    known = {*of_project(project), *parts_of(folder / names[2])}
    said = [
        f"InputError: '{folder / names[5]}.exr' has 3 parts, {names[3]} among them",
        f"worker: {names[2]} {names[4]} {names[5]}.exr",
        json.dumps({"verb": "segment", "clip": str(folder), "parts": [names[3]]}),
    ]
    faults = [Fault(datetime.now().astimezone(), line, "\n".join(said)) for line in said]
    text = diagnosis_text(Diagnosis({"versions": {"torch": "2.13"}}, faults, said, known))
    assert not _marked(text)
    assert "torch: 2.13" in text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("The worker ended (exit code 9).", "The worker ended (exit code 9)."),
        ("1/2 of the frames and/or masks at 16:30", "1/2 of the frames and/or masks at 16:30"),
        ("IndexError: index 7 is out of bounds", "IndexError: index 7 is out of bounds"),
        ("'x' is missing", f"{NAME} is missing"),
        ("see /a/b c.png", f"see {PATH}"),
        ("Nothing to paint on in nosuch_thing.xyz. Drop images.", f"Nothing to paint on in {NAME} Drop images."),
        ("smite_studio.jobs: version 0.1.0 took 1.5 s", "smite_studio.jobs: version 0.1.0 took 1.5 s"),
        ("plate.0001.exr was skipped", f"{NAME} was skipped"),
        ('  File "/home/me/run.py", line 3, in <module>', f'  File "{ELSEWHERE}", line 3, in <module>'),
        ('  File "app/core.py", line 3 in make_core', '  File "app/core.py", line 3, in make_core'),
    ],
)
def test_what_helps_stays(said: str, kept: str) -> None:
    assert scrub(said) == kept


def test_errors_of_the_engine_lose_their_names_and_keep_their_advice() -> None:
    error = InputError("'/mnt/show/plate v2.exr' is damaged. Copy it again.")
    assert scrub(str(error)) == f"{NAME} is damaged. Copy it again."
