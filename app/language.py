"""The one door for visible strings: every sentence that a person reads goes through `tr`.

A translation is resources/languages/CODE/normscope.po (CODE: de, pt_BR, ...), a gettext file whose
template `packaging/strings.py` makes; Qt's own buttons and menus come in the language with Qt.
English needs none.  Values are put in after translation, by name, so that a translator can move
them: tr("{count} steps", count=3).  A text that stands in a table is marked there, with `mark`, and
translated where it is shown, so that the language in force then counts.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.catalogue import Catalogue, read_catalogue
from engine.places import resource

log = logging.getLogger(__name__)

ENGLISH = "en"
FILE = "normscope.po"
AMERICAN = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)


class _InForce:
    """The language in force."""

    catalogue = Catalogue()
    locale = AMERICAN
    qt: QTranslator | None = None


def mark(text: str) -> str:
    """The text itself: it is collected for translators, and goes through `tr` when it is shown."""
    return text


def tr(text: str, /, **values: object) -> str:
    """A sentence in the language in force, with its values put in."""
    translated = _InForce.catalogue.one(text)
    return translated.format(**values) if values else translated


def tr_count(count: int, one: str, many: str, /, **values: object) -> str:
    """The sentence for a count, which `{count}` stands for in it, with other values put in.

    one, many: the English sentences for one and for several; a language has as many as it needs.
    """
    sentence = _InForce.catalogue.counted(count, one, many)
    return sentence.format(count=_InForce.locale.toString(count), **values)


def locale() -> QLocale:
    """How the language in force writes numbers."""
    return _InForce.locale


def languages() -> dict[str, str]:
    """Codes and own names of the languages that can be chosen; English first."""
    found = {ENGLISH: "English"}
    for path in sorted(resource("languages").glob(f"*/{FILE}")):
        code = path.parent.name
        name = QLocale(code).nativeLanguageName() or code
        found[code] = name[:1].upper() + name[1:]
    return found


def use(app: QCoreApplication, code: str) -> bool:
    """Put a language in force for what is built from now on; False where there is no such file.

    `code` may be "system": the account's language, with its country where there is such a file.
    """
    if code == "system":
        full = QLocale.system().name()
        code = full if full in languages() else full.partition("_")[0]
    if _InForce.qt is not None:
        app.removeTranslator(_InForce.qt)
        _InForce.qt = None
    found = Catalogue()
    if code != ENGLISH and code in languages():
        found = read_catalogue(resource("languages") / code / FILE)
    install(found, QLocale(code) if found.forms else AMERICAN)
    if found.forms:
        translator = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(QLocale(code), "qtbase", "_", folder):
            app.installTranslator(translator)
            _InForce.qt = translator
    return code == ENGLISH or bool(found.forms)


def install(catalogue: Catalogue, locale: QLocale) -> None:
    """Put a catalogue in force, and a way to write numbers."""
    _InForce.catalogue, _InForce.locale = catalogue, locale
    QLocale.setDefault(locale)
