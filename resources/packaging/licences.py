"""Licences of everything that a bundle carries, collected from the very files that went into it.

`build.spec` hands over where each file came from. A file belongs to a Python distribution, to a native library inside
one, to Python itself, or to a package of the system that the bundle was built on.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path

from resources.packaging.native_libraries import NATIVE_LIBRARIES

_TEXTS = re.compile(r"(licen[cs]e|copying|notice|authors|copyright)", re.IGNORECASE)
_SOURCE_LABELS = ("source", "source code", "repository", "code", "github", "homepage", "home", "documentation")
_EXCEPTIONS = {"pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception"}
_NOT_TEXTS = {".py", ".pyc", ".pyi", ".so", ".json"}
_HASHES = re.compile(r"(-[0-9a-f]{8})+[.\d]*$")


@dataclass
class Carried:
    """Something that the bundle carries under a licence of its own.

    Attributes:
        name: Its name.
        version: Its version, or "".
        licence: SPDX expression, or what its metadata says.
        source: Where its source is to be had.
        texts: Licence files.
    """

    name: str
    version: str
    licence: str
    source: str
    texts: list[Path] = field(default_factory=list)


def carried_by(sources: Iterable[Path]) -> list[Carried]:
    """Returns what the files of a bundle come from, by name. Our own files are left out.

    Raises:
        LookupError: A distribution has no licence text, or a native library is not in the table of known ones.
    """
    files = sorted({path for path in sources if path.is_file()})
    owners = _owners()
    found: dict[str, Carried] = {"Python": _python()}
    strangers: set[str] = set()
    for path in files:
        distribution = owners.get(path)
        if distribution is None:
            found |= {item.name: item for item in _system_package(path)}
            continue
        if (name := distribution.metadata["Name"]) not in found:
            found[name] = describe(distribution)
        if f"{path.parent.name}".endswith(".libs"):
            strangers |= _add_native(path, found)
    if strangers:
        raise LookupError(f"Native libraries without a known licence: {', '.join(sorted(strangers))}. Add them.")
    return sorted((item for item in found.values() if item.name != "smite-studio"), key=lambda item: item.name.lower())


def describe(distribution: Distribution) -> Carried:
    """Returns a distribution's licence and the texts that it brings.

    Raises:
        LookupError: It says nothing of a licence.
    """
    facts = distribution.metadata
    classifiers = [c.split(" :: ")[-1] for c in facts.get_all("Classifier") or () if c.startswith("License ::")]
    plain = _fact(distribution, "License").strip().split("\n")[0]
    stated = _fact(distribution, "License-Expression") or ", ".join(classifiers) or plain
    files = distribution.files or ()
    texts = [
        Path(str(distribution.locate_file(file)))
        for file in files
        if _TEXTS.search(file.name) and file.suffix not in _NOT_TEXTS
    ]
    texts = [path for path in texts if path.is_file()]
    if not stated and not texts:
        raise LookupError(f"'{facts['Name']}' says nothing of its licence.")
    licence = _EXCEPTIONS.get(facts["Name"].lower(), stated or "see its text")
    return Carried(facts["Name"], facts["Version"], licence, _source(distribution), texts)


def write_licences(carried: Iterable[Carried], folder: Path) -> None:
    """Writes THIRD_PARTY.md and a folder of texts for each entry."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for item in carried:
        texts = folder / re.sub(r"[^\w.\-]+", "_", item.name)
        for place, path in enumerate(dict.fromkeys(item.texts)):
            texts.mkdir(exist_ok=True)
            name = path.name if not (texts / path.name).exists() else f"{place}_{path.name}"
            shutil.copyfile(path, texts / name)
        rows.append(f"| {item.name} | {item.version} | {item.licence} | {item.source} |")
    head = (Path(__file__).parent / "third_party_head.md").read_text(encoding="utf-8")
    table = "| what | version | licence | source |\n|---|---|---|---|\n" + "\n".join(rows)
    (folder / "THIRD_PARTY.md").write_text(f"{head}\n{table}\n", encoding="utf-8")


def native_name(path: Path) -> str:
    """Returns a shared library's name in the table of known ones: libpng16-529cb57a.so.16.58.0 -> libpng."""
    name = _HASHES.sub("", re.split(r"\.(?:so|dylib|dll)", path.name)[0])
    return name if name in NATIVE_LIBRARIES else name.rstrip("-.0123456789")


def _owners() -> dict[Path, Distribution]:
    return {
        Path(str(distribution.locate_file(file))).resolve(): distribution
        for distribution in distributions()
        for file in distribution.files or ()
    }


def _add_native(path: Path, found: dict[str, Carried]) -> set[str]:
    name = native_name(path)
    if name not in NATIVE_LIBRARIES:
        return {path.name}
    project, licence, source = NATIVE_LIBRARIES[name]
    found[project] = Carried(project, "", licence, source)
    return set()


def _source(distribution: Distribution) -> str:
    """Returns where a distribution's source is: what it calls so, else its home page, else its page at the index."""
    facts = distribution.metadata
    pages = dict(line.lower().split(", ", 1) for line in facts.get_all("Project-URL") or () if ", " in line)
    stated = next((pages[label] for label in _SOURCE_LABELS if label in pages), None)
    return stated or _fact(distribution, "Home-page") or f"https://pypi.org/project/{facts['Name']}/"


def _fact(distribution: Distribution, key: str) -> str:
    # Asking for a key that is not there raises in some versions of the library, which others install in its place.
    return next(iter(distribution.metadata.get_all(key) or ()), "")


def _python() -> Carried:
    text = Path(sysconfig.get_path("stdlib")) / "LICENSE.txt"
    version = ".".join(map(str, sys.version_info[:3]))
    return Carried("Python", version, "PSF-2.0", "https://www.python.org", [text] if text.is_file() else [])


def _system_package(path: Path) -> list[Carried]:
    """Returns the Debian package that a library of the building machine belongs to; nothing for other files."""
    if ".so" not in path.name or shutil.which("dpkg-query") is None:
        return []
    asked = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        return []
    package = asked.stdout.split(":")[0]
    facts = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
    )
    text = Path("/usr/share/doc") / package / "copyright"
    return [
        Carried(
            f"{package} (Debian)",
            facts.stdout,
            "see its text",
            f"https://packages.debian.org/{package}",
            [text] if text.is_file() else [],
        )
    ]
