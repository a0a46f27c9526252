"""Every visible text goes through the door: tried with a language that puts brackets round it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_driver import build, open_and_analyse, write_tiny_weights
from language_files import put
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

from app import language
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
