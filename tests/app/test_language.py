"""German is complete, its placeholders fit, plurals follow CLDR, and the window speaks it without clipped texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.i18n import (
    ENGLISH,
    PLURAL_RULES,
    Catalogue,
    CatalogueTranslator,
    chosen_language,
    install_language,
    languages,
    load_catalogue,
    plural,
    tr,
)
from app.theme import apply_theme
from tests.app.accessibility.controls import clipped, each_workspace
from tests.app.texts_of_source import texts_of_source
from tests.app.window_artist import add, end, make_studio, write_image

TRANSLATIONS = sorted(set(languages()) - {ENGLISH})


@pytest.fixture
def german(qapp: QApplication) -> Iterator[QApplication]:
    translators = install_language(qapp, "de")
    yield qapp
    for translator in translators:
        qapp.removeTranslator(translator)


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_text_of_the_window_is_translated(code: str) -> None:
    found, catalogue = texts_of_source(), load_catalogue(code)
    missing = [f"{found.texts[text]}: {text!r}" for text in found.texts if not catalogue.texts.get(text)]
    missing += [f"{found.plurals[text]}: {text!r}" for text in found.plurals if not catalogue.plurals.get(text)]
    how = "Run: python -m tests.app.texts_of_source resources/translations/de.json, and fill in what is empty."
    assert missing == [], how


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_placeholders_blanks_and_lines_of_a_translation_are_those_of_the_text(code: str) -> None:
    catalogue = load_catalogue(code)
    rows = [*catalogue.texts.items(), *((text, form) for text, forms in catalogue.plurals.items() for form in forms)]
    wrong = [text for text, translation in rows if translation and _frame(text) != _frame(translation)]
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_plural_has_the_forms_of_its_rule(code: str) -> None:
    catalogue = load_catalogue(code)
    rule = PLURAL_RULES[catalogue.plural_rule]
    num_forms = 1 + max(rule(count) for count in range(200))
    assert {len(forms) for forms in catalogue.plurals.values()} == {num_forms}


def test_a_text_that_no_catalogue_could_hold_is_nowhere() -> None:
    assert texts_of_source().unknown == []


# Samples of Unicode CLDR 45, "Language Plural Rules", by language.
@pytest.mark.parametrize(
    ("rule", "samples"),
    [
        ("only", {0: (0, 1, 2, 5, 100)}),
        ("one", {0: (1,), 1: (0, 2, 3, 11, 21, 100, 101)}),
        ("zero_and_one", {0: (0, 1), 1: (2, 17, 100, 101)}),
        ("east_slavic", {0: (1, 21, 31, 101, 1001), 1: (2, 3, 4, 22, 24, 102), 2: (0, 5, 11, 12, 14, 19, 20, 25, 111)}),
    ],
)
def test_plural_rules_are_those_of_cldr(rule: str, samples: dict[int, tuple[int, ...]]) -> None:
    for form, counts in samples.items():
        assert [PLURAL_RULES[rule](count) for count in counts] == [form] * len(counts)


def test_plurals_of_three_forms_are_shown(qapp: QApplication) -> None:
    forms = {"{n} frames": ("{n} кадр", "{n} кадра", "{n} кадров")}
    translator = CatalogueTranslator(Catalogue("ru", "Русский", "east_slavic", {"x": "y"}, forms))
    qapp.installTranslator(translator)
    shown = [plural(count, "{n} frame", "{n} frames") for count in (1, 3, 11, 22)]
    qapp.removeTranslator(translator)
    assert shown == ["1 кадр", "3 кадра", "11 кадров", "22 кадра"]


def test_english_needs_no_catalogue() -> None:
    assert [plural(count, "{n} frame", "{n} frames") for count in (0, 1, 2)] == ["0 frames", "1 frame", "2 frames"]
    assert tr("Save") == "Save"


def test_a_text_that_is_missing_stays_english(german: QApplication) -> None:
    assert tr("no catalogue has this") == "no catalogue has this"
    assert QCoreApplication.translate("somebody else", "Save") == "Save"
    assert [plural(count, "{n} pear", "{n} pears") for count in (1, 2)] == ["1 pear", "2 pears"]


def test_buttons_of_qt_speak_the_language_too(german: QApplication, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.buttons()[0].text() == "Abbrechen"


def test_the_language_is_the_chosen_one_else_the_desktop_s_else_english(monkeypatch: pytest.MonkeyPatch) -> None:
    class Desktop:
        def __init__(self, *tags: str) -> None:
            self._tags = tags

        def uiLanguages(self) -> list[str]:
            return list(self._tags)

    for tags, wanted, shown in (
        (("de-AT", "en-GB"), "system", "de"),
        (("fr-FR", "de-DE"), "system", "de"),
        (("fr-FR",), "system", "en"),
        (("de-DE",), "en", "en"),
        (("en-US",), "de", "de"),
        (("en-US",), "tlh", "en"),
    ):
        monkeypatch.setattr("app.i18n.QLocale.system", lambda tags=tags: Desktop(*tags))
        assert chosen_language(wanted) == shown


def test_menu_letters_are_unique_in_each_language() -> None:
    menus = [text for text in texts_of_source().texts if re.fullmatch(r"\w*&\w+", text)]
    for code in TRANSLATIONS:
        texts = load_catalogue(code).texts
        letters = [texts[text][texts[text].index("&") + 1].lower() for text in menus]
        assert len(letters) - len(set(letters)) <= len(menus) - len({m[m.index("&") + 1].lower() for m in menus}) + 1


@pytest.mark.parametrize(("percent", "screen"), [(100, (1600, 950)), (150, (2560, 1440))])
def test_the_german_window_has_no_clipped_text(
    german: QApplication, qtbot: QtBot, tmp_path: Path, percent: int, screen: tuple[int, int]
) -> None:
    apply_theme(german, percent)
    studio = make_studio(tmp_path)
    studio.window.set_scale(percent)
    studio.window.resize(*screen)
    studio.window.show()
    qtbot.waitExposed(studio.window)
    for number in range(1001, 1013):
        write_image(tmp_path / "shot" / f"shot.{number}.png", number)
    add(studio, qtbot, [tmp_path / "shot"])
    studio.core.parts.add_list(["disc", "lid"], "Add")
    found = []
    for workspace in each_workspace(studio, _settle):
        found += [f"{workspace}: {text}" for text in clipped(studio.window, _settle)]
    assert [menu.text() for menu in studio.window.menuBar().actions()][:2] == ["&Datei", "&Bearbeiten"]
    end(studio)
    apply_theme(german, 100)
    german.setStyleSheet("")
    assert "\n".join(found) == ""


def test_the_packaged_data_carry_the_catalogues() -> None:
    shipped = [entry.name for entry in files("resources").joinpath("translations").iterdir()]
    assert "de.json" in shipped
    assert json.loads(files("resources").joinpath("translations", "de.json").read_text(encoding="utf-8"))["language"]


def _frame(text: str) -> tuple[list[str], bool, bool, int]:
    """Returns what a translation must keep: placeholders, blanks at the ends, lines."""
    return sorted(re.findall(r"\{[^}]*\}|%[vm]", text)), text[:1] == " ", text[-1:] == " ", text.count("\n")


def _settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(80, loop.quit)
    loop.exec()
