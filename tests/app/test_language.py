"""Every visible text goes through the door: tried with a language that puts brackets round it."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_driver import build, open_and_analyse, write_tiny_weights
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QTabWidget,
    QWidget,
)

from app import language, numerals
from app.catalogue import Catalogue, read_catalogue
from app.commands import COMMANDS
from app.settings import Settings
from app.views.crash_dialog import CrashDialog
from app.views.relink_dialog import RelinkDialog
from engine import api
from engine.timebase import FrameSpan

ROOT = Path(__file__).resolve().parents[2]
OF_PYQTGRAPH = ("Export...", "Export")  # its own menu, which is never shown
OF_LICENCES = "[Licences"  # names of libraries and of their licences
OF_THE_ENGINE = "[What the settings mean"
DATA = (
    "English",
    "Xx",
    "Normscope",
    "mnad-prediction",
    "mnad-reconstruction",
    "speed",
    "tiny",
    "normscope-home",
)


@pytest.fixture(scope="module")
def strings():
    spec = importlib.util.spec_from_file_location("strings", ROOT / "packaging" / "strings.py")
    module = sys.modules["strings"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def english(qtbot):
    yield
    language.use(QCoreApplication.instance(), "en")


def put(folder: Path, code: str, text: str) -> None:
    path = folder / "languages" / code / "normscope.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


GERMAN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: app/x.py
msgid "{count} step"
msgid_plural "{count} steps"
msgstr[0] "{count} Schritt"
msgstr[1] "{count} Schritte"

msgid "Learned from {name}"
msgstr ""
"Gelernt aus "
"{name}"

#, fuzzy
msgid "Redo"
msgstr "Rot"

msgid "Open {name}"
msgstr "{file} öffnen"

msgid "Undo"
msgstr ""
"""
POLISH = """
msgid ""
msgstr "Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"

msgid "{count} file"
msgid_plural "{count} files"
msgstr[0] "{count} plik"
msgstr[1] "{count} pliki"
msgstr[2] "{count} plików"
"""


def test_a_language_is_a_po_file_in_its_folder(english, tmp_path, monkeypatch):
    app = QCoreApplication.instance()
    put(tmp_path, "de", GERMAN)
    monkeypatch.setattr(language, "resource", lambda name: tmp_path / name)
    assert language.languages() == {"en": "English", "de": "Deutsch"}
    assert language.use(app, "de")
    assert language.tr_count(1, "{count} step", "{count} steps") == "1 Schritt"
    assert language.tr_count(3000, "{count} step", "{count} steps") == "3.000 Schritte"
    assert language.tr("Learned from {name}", name="a.mp4") == "Gelernt aus a.mp4"
    assert numerals.decimal(1234.5, 2) == "1234,50"
    assert not language.use(app, "xx")
    assert language.use(app, "en")
    assert language.tr_count(3000, "{count} step", "{count} steps") == "3,000 steps"
    assert numerals.decimal(1234.5, 2) == "1234.50"


def test_what_is_not_translated_well_stays_english(english, tmp_path, monkeypatch):
    put(tmp_path, "de", GERMAN)
    monkeypatch.setattr(language, "resource", lambda name: tmp_path / name)
    assert language.use(QCoreApplication.instance(), "de")
    assert language.tr("Redo") == "Redo"  # fuzzy
    assert language.tr("Undo") == "Undo"  # empty
    assert language.tr("Open {name}", name="a") == "Open a"  # asks for another value
    (tmp_path / "broken.po").write_text("msgid what is this")
    assert read_catalogue(tmp_path / "broken.po") == Catalogue()


def test_a_language_has_as_many_plurals_as_it_needs(english, tmp_path, monkeypatch):
    put(tmp_path, "pl", POLISH)
    monkeypatch.setattr(language, "resource", lambda name: tmp_path / name)
    assert language.use(QCoreApplication.instance(), "pl")
    said = [language.tr_count(n, "{count} file", "{count} files") for n in (1, 3, 5, 22)]
    assert said == ["1 plik", "3 pliki", "5 plików", "22 pliki"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (numerals.whole(1234567), "1,234,567"),
        (numerals.decimal(-0.001, 2), "0.00"),
        (numerals.significant(0.0205), "0.0205"),
        (numerals.percent(0.9974, 1), "99.7 %"),
        (numerals.percent_done(0.999), "99 %"),
        (numerals.duration(0.84), "0.8 s"),
        (numerals.duration(220), "3 min 40 s"),
        (numerals.duration(3720), "1 h 02 min"),
        (numerals.size(3_400_000_000), "3.4 GB"),
        (numerals.size(120), "1 kB"),
    ],
)
def test_numbers_are_written_in_one_place(said, words):
    assert said == words


def test_the_template_holds_every_text(strings):
    """`packaging/strings.py` writes it again."""
    texts = strings.collect()
    assert strings.known(strings.TEMPLATE) == set(texts)
    assert "Open footage..." in texts
    assert texts["{count} segment"].many == "{count} segments"


def test_the_collector_says_what_came_and_what_went(strings, tmp_path, monkeypatch, capsys):
    room = tmp_path / "app"
    room.mkdir()
    (room / "view.py").write_text('tr("Here")\ntr_count(n, "{count} cat", "{count} cats")\n')
    monkeypatch.setattr(strings, "TEMPLATE", tmp_path / "normscope.pot")
    monkeypatch.setattr(strings, "LANGUAGES", tmp_path)
    texts = strings.collect(tmp_path)
    strings.TEMPLATE.write_text(strings.template(texts).replace("Here", "There"))
    monkeypatch.setattr(strings, "collect", lambda: texts)
    assert strings.main(["--check"]) == 1
    assert capsys.readouterr().out == "new  'Here'\ngone 'There'\n"
    assert strings.main([]) == 0
    assert strings.main(["--check"]) == 0
    (room / "view.py").write_text('tr(f"{n} cats")\n')
    with pytest.raises(strings.NotConstant):
        list(strings.texts_of(room / "view.py"))


# --- the pseudo-language ------------------------------------------------------------------------


def unbracketed(text: str, data: tuple[str, ...]) -> str:
    """What of a text is no translation: outside of brackets, and neither data nor number."""
    outside, depth = "", 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        outside += letter if depth == 0 and letter != "]" else " "
    for word in sorted(data, key=len, reverse=True):
        outside = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", outside)
    return outside.strip() if re.search(r"[^\W\d_]{2,}", outside) else ""


def texts_of_widget(widget: QWidget) -> Iterator[str]:
    """What a person or a screen reader gets from one widget."""
    yield from (widget.toolTip(), widget.statusTip())
    yield from (widget.accessibleName(), widget.accessibleDescription())
    if widget.isWindow():
        yield widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QGroupBox):
        yield widget.title()
    if isinstance(widget, QAbstractSpinBox):
        yield widget.text()
        yield widget.specialValueText()
    if isinstance(widget, QComboBox):
        for at in range(widget.count()):
            yield widget.itemText(at)
            yield str(widget.itemData(at, Qt.ItemDataRole.ToolTipRole) or "")
    if isinstance(widget, QTabWidget):
        for at in range(widget.count()):
            yield from (widget.tabText(at), widget.tabToolTip(at))
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from texts_of_model(widget)


def texts_of_model(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    roles = (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
    )
    columns = 1 if isinstance(view, QListView) else model.columnCount()
    for column in range(columns):
        for role in roles:
            yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
        for row in range(min(model.rowCount(), 200)):
            for role in roles:
                yield str(model.index(row, column).data(role) or "")


def spoken_by_qt(widget: QWidget) -> bool:
    """Qt names its own parts, in the language of its own translation."""
    if widget.objectName().startswith(("qt_", "Scroll")):
        return True
    box = widget.parent()
    return isinstance(box, QDialogButtonBox) and isinstance(widget, QAbstractButton)


def untranslated(top: QWidget, data: tuple[str, ...]) -> dict[str, str]:
    """Texts without brackets, by where they are."""
    found = {}
    for widget in [top, *top.findChildren(QWidget)]:
        if spoken_by_qt(widget) or isinstance(widget, QHeaderView):
            continue
        if widget.accessibleName().startswith((OF_LICENCES, OF_THE_ENGINE)):
            continue
        for text in texts_of_widget(widget):
            if unbracketed(text, data):
                name = widget.objectName() or widget.accessibleName() or widget.parent()
                found[f"{type(widget).__name__} {name}: {text[:80]}"] = unbracketed(text, data)
    for action in top.findChildren(QAction):
        if action.parent() is not None and spoken_by_qt(action.parent()):
            continue
        if action.text() in OF_PYQTGRAPH:
            continue
        for text in (action.text(), action.toolTip(), action.statusTip()):
            if unbracketed(text.replace("&", ""), data):
                found[f"action {action.objectName()}: {text}"] = text
    return found


@pytest.fixture
def bracketed(english, strings, tmp_path, monkeypatch):
    """The pseudo-language in force, by its file and the setting's way."""
    put(tmp_path, "xx", strings.pseudo(strings.collect()))
    monkeypatch.setattr(language, "resource", lambda name: tmp_path / name)
    settings = Settings()
    settings.language = "xx"
    settings.save()
    assert language.use(QCoreApplication.instance(), "xx")


def data_of(application, footage: Path, tmp_path: Path) -> tuple[str, ...]:
    keys = set(application.window.actions_.hints().values())
    keys |= {key for command in COMMANDS for key in command.keys}
    weights = {word for card in api.list_weights() for word in (card.name, card.detector)}
    return (*DATA, *weights, footage.name, str(footage), str(tmp_path), *filter(None, keys))


DIALOGS = (
    "edit.settings", "help.keys", "help.remap", "help.about", "file.export", "learn.normal",
    "analysis.evaluate", "analysis.portrait", "edit.versions", "playback.go_to",
)  # fmt: skip


def test_no_visible_text_misses_the_door(qtbot, bracketed, walk, tmp_path):
    write_tiny_weights(walk)
    application = build(qtbot, 1024, 640)
    data = data_of(application, walk, tmp_path)
    missed = untranslated(application.window, data)
    open_and_analyse(qtbot, application, walk, "tiny")
    run = application.dispatch.run
    application.desk.judging.make(FrameSpan(5, 20))
    for command in ("view.sides", "segments.in", "timeline.compare", "view.history"):
        run(command)
    missed |= untranslated(application.window, data)
    for command in DIALOGS:
        missed |= shown_by(qtbot, application, command, data)
    assert not missed, "\n".join(f"{where} -> {text}" for where, text in missed.items())


def shown_by(qtbot, application, command: str, data: tuple[str, ...]) -> dict[str, str]:
    """Untranslated texts of the dialog that a command opens."""
    before = {w for w in QApplication.topLevelWidgets() if w.isVisible()}
    missed: dict[str, str] = {}
    seen = []

    def look() -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible() and widget not in before:
                missed.update(untranslated(widget, data))
                seen.append(widget)
                widget.close()

    modal = QTimer()
    modal.setSingleShot(True)
    modal.timeout.connect(look)
    modal.start(0)
    application.dispatch.run(command)
    modal.stop()
    if not seen:
        look()
    if not seen:
        return {command: "opens no dialog"}
    return {f"{command}: {where}": text for where, text in missed.items()}


def test_dialogs_of_rare_moments_go_through_the_door(qtbot, bracketed, tmp_path):
    data = (*DATA, "yard.mp4", str(tmp_path))
    for dialog in (
        RelinkDialog("yard.mp4", ""),
        CrashDialog("…", "…", tmp_path / "log.txt"),
    ):
        qtbot.addWidget(dialog)
        assert untranslated(dialog, data) == {}


# --- sentences that are put together ------------------------------------------------------------

EXEMPT = {
    "app/bench.py", "app/probe.py", "app/crash.py", "app/__main__.py", "app/theme.py",
    "app/application.py", "app/commands.py", "app/jobs.py", "app/imaging.py", "app/catalogue.py",
}  # fmt: skip
QUIET = ("log", "raise", "Signal", "Slot", "Job", "Progress", "NewType", "cast", "TypeVar")


def test_no_sentence_stands_outside_of_the_door():
    """Texts with a space in them are sentences; they belong into tr, tr_count or mark."""
    outside = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in EXEMPT:
            outside |= {f"{name}:{line}": text for line, text in sentences(path)}
    assert outside == {}


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside: set[int] = set()
    for node in ast.walk(tree):
        quiet = isinstance(node, ast.Raise | ast.arg | ast.AnnAssign | ast.Compare)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet = True  # a docstring
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            quiet = name in ("tr", "tr_count", "mark", "setObjectName", *QUIET)
            quiet = quiet or getattr(getattr(node.func, "value", None), "id", "") == "log"
        if isinstance(node, ast.AnnAssign):
            inside |= {id(part) for part in ast.walk(node.annotation)}
        elif isinstance(node, ast.Subscript):
            inside |= {id(part) for part in ast.walk(node.slice)}
        elif quiet:
            inside |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            spoken = re.search(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}", node.value)
            if spoken and id(node) not in inside and "<" not in node.value:  # markup is none
                yield node.lineno, node.value
