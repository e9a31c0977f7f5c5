"""Every text that the window shows passes through here, so that it can be translated.

A catalogue is a JSON file in `resources/translations`, named by its language code: "texts" by English text, "plurals"
by English plural with the forms that the language has, and "plural_rule", which says what form a count takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

_CONTEXT = "SMITE Studio"
ENGLISH = "en"


def tr(text: str) -> str:
    """Returns `text` in the language of the window."""
    return QCoreApplication.translate(_CONTEXT, text)


def named(text: str) -> str:
    """Returns a stage of the engine, or a title from `resources`, in the language of the window."""
    return QCoreApplication.translate(_CONTEXT, text)


def plural(count: int, one: str, many: str) -> str:
    """Returns the translated form for `count`, with {n} filled in."""
    form = QCoreApplication.translate(_CONTEXT, many, None, count)
    if form == many:  # no catalogue has it
        form = one if count == 1 else many
    return form.format(n=count)


def _east_slavic(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


PLURAL_RULES: Mapping[str, Callable[[int], int]] = MappingProxyType(
    {
        "only": lambda _n: 0,
        "one": lambda n: 0 if n == 1 else 1,
        "zero_and_one": lambda n: 0 if n < 2 else 1,
        "east_slavic": _east_slavic,
    }
)
"""Which form a count takes, by name of the rule (Unicode CLDR, "Language Plural Rules": ja, de, fr, ru)."""


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        code: "de".
        name: What the language calls itself.
        plural_rule: A key of `PLURAL_RULES`.
        texts: Translation by English text.
        plurals: Forms by English plural, in the order of the rule.
    """

    code: str
    name: str
    plural_rule: str
    texts: Mapping[str, str]
    plurals: Mapping[str, tuple[str, ...]]

    def text(self, english: str, count: int = -1) -> str | None:
        """Returns the translation, in the form for `count` unless that is negative; None where there is none."""
        if count < 0:
            return self.texts.get(english)
        forms = self.plurals.get(english)
        return forms[PLURAL_RULES[self.plural_rule](count)] if forms else None


def languages() -> dict[str, str]:
    """Returns the languages that ship by code, with the name that each calls itself."""
    found = {ENGLISH: "English"}
    for entry in files("resources").joinpath("translations").iterdir():
        if entry.name.endswith(".json"):
            found[entry.name.removesuffix(".json")] = str(json.loads(entry.read_text(encoding="utf-8"))["language"])
    return found


def load_catalogue(code: str) -> Catalogue:
    """Returns the catalogue of a language that ships."""
    file = files("resources").joinpath("translations", f"{code}.json")
    table = json.loads(file.read_text(encoding="utf-8"))
    plurals = {english: tuple(forms) for english, forms in table["plurals"].items()}
    return Catalogue(code, table["language"], table["plural_rule"], table["texts"], plurals)


def chosen_language(wanted: str) -> str:
    """Returns the language to show: the wanted one where it ships, else ("system" too) the desktop's, else English."""
    known = languages()
    if wanted in known:
        return wanted
    for tag in QLocale.system().uiLanguages():
        code = tag.replace("_", "-").split("-")[0].lower()
        if code in known:
            return code
    return ENGLISH


class CatalogueTranslator(QTranslator):
    """Answers Qt's questions for our texts from a catalogue."""

    def __init__(self, catalogue: Catalogue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue

    def isEmpty(self) -> bool:
        """Tells Qt that there is something to ask for."""
        return not self._catalogue.texts

    def translate(
        self,
        context: bytes | str,
        sourceText: bytes | str,
        disambiguation: bytes | str | None = None,  # noqa: ARG002 - Qt's signature
        n: int = -1,
    ) -> str:
        """Returns our translation, or None, for which Qt asks the next translator (its stub says `str` alone)."""
        if _text(context) != _CONTEXT:
            return None  # type: ignore[return-value]
        return self._catalogue.text(_text(sourceText), n)  # type: ignore[return-value]


def install_language(application: QCoreApplication, code: str) -> tuple[QTranslator, ...]:
    """Shows the program, and the buttons that Qt brings, in a language; returns what takes it back when removed."""
    if code == ENGLISH:
        return ()
    of_qt = QTranslator(application)
    of_qt.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    ours = CatalogueTranslator(load_catalogue(code), application)
    for translator in (of_qt, ours):
        application.installTranslator(translator)
    return of_qt, ours


def _text(value: bytes | str) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else value
