"""The one door for visible strings: every sentence that a person reads goes through `tr`.

A translation is a JSON file {"English sentence": "sentence"} under resources/language/, named after
its code (de.json).  English needs none.  Values are put in after translation, by name, so that a
translator can move them: tr("{count} steps", count=3).
"""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator

from engine.places import resource

CONTEXT = "normscope"
ENGLISH = "en"


def tr(text: str, **values: object) -> str:
    """A sentence in the language in force, with its values put in."""
    translated = QCoreApplication.translate(CONTEXT, text) or text
    return translated.format(**values) if values else translated


def tr_count(count: int, one: str, many: str) -> str:
    """One of two sentences by a count, which `{count}` stands for in them."""
    return tr(one if count == 1 else many, count=f"{count:,}")


def languages() -> dict[str, str]:
    """Codes and own names of the languages that can be chosen; English first."""
    found = {ENGLISH: "English"}
    folder = resource("language")
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        name = QLocale(path.stem).nativeLanguageName() or path.stem
        found[path.stem] = name[:1].upper() + name[1:]
    return found


class Translator(QTranslator):
    """Sentences from a table; what it lacks stays English."""

    def __init__(self, sentences: dict[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sentences = sentences

    def isEmpty(self) -> bool:
        """Qt asks no translator that says it is empty."""
        return not self._sentences

    def translate(
        self,
        context: str,
        sourceText: str,
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        """The sentence for another, or an empty string for none."""
        return self._sentences.get(sourceText, "") if context == CONTEXT else ""


_installed: list[Translator] = []


def use(app: QCoreApplication, code: str) -> bool:
    """Put a language in force for what is built from now on; False where there is no such file.

    `code` may be "system".
    """
    if code == "system":
        code = QLocale.system().name().partition("_")[0]
    for translator in _installed:
        app.removeTranslator(translator)
    _installed.clear()
    if code == ENGLISH:
        return True
    sentences = read_sentences(resource("language") / f"{code}.json")
    if not sentences:
        return False
    install(app, sentences)
    return True


def install(app: QCoreApplication, sentences: dict[str, str]) -> None:
    """Put a table of sentences in force."""
    translator = Translator(sentences, app)
    app.installTranslator(translator)
    _installed.append(translator)


def read_sentences(path: Path) -> dict[str, str]:
    """A translation file's table; empty where it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items() if v} if isinstance(found, dict) else {}
