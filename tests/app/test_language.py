"""Translations: files, plurals, numbers, the template, and no sentence outside of the door."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_files import put
from PySide6.QtCore import QCoreApplication

from app import language, numerals
from app.catalogue import Catalogue, read_catalogue

ROOT = Path(__file__).resolve().parents[2]


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
