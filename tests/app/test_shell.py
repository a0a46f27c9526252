"""What surrounds the work: keys, settings, hints, crash dialog, about box, recent reviews."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from desk_driver import build
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox

from app.commands import BY_ID
from app.hints import HINTS, followed_by, next_hint
from app.keymap import Keymap
from app.recents import when_words
from app.settings import Settings
from app.views.about_dialog import AboutDialog, dependencies
from app.views.settings_dialog import SettingsDialog

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def application(qtbot):
    return build(qtbot)


# --- settings -----------------------------------------------------------------------------------


def test_settings_act_at_once_and_survive_a_restart(qtbot, application):
    def change():
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, SettingsDialog)
        dialog.theme.setCurrentIndex(dialog.theme.findData("light"))
        dialog.device.setCurrentIndex(dialog.device.findData("cpu"))
        dialog.precision.setCurrentIndex(dialog.precision.findData("bf16"))
        dialog.threads.setValue(1)
        dialog.cache.setValue(128)
        dialog.operator.setFocus()
        dialog.operator.selectAll()
        QTest.keyClicks(dialog.operator, "Kim")
        close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
        QTest.mouseClick(close, LEFT)

    QTimer.singleShot(0, change)
    application.dispatch.run("edit.settings")
    for _ in range(2):
        desk = application.desk
        assert application.settings.theme == "light"
        assert (desk.analysing.device, desk.analysing.precision) == ("cpu", "bf16")
        assert desk.analysing.threads == 1
        assert desk.playback._cache_bytes == 128 << 20
        assert desk.judging.operator == "Kim"
        application.window.close()
        application = build(qtbot)


BAD_VALUES = """[General]
theme=purple
device=abacus
threads=-3
cache_mib=lots
language=xx
operator=@Invalid()
recent={"a": 1}
keys=[1, 2]
hints_done=7
geometry=5
opacity=nan
"""
BAD_ROWS = r"""[General]
recent="[1, {\"path\": 3}, {\"path\": \"/a\", \"new\": 1}, \"/b\"]"
keys="{\"segments.next\": 4}"
"""


@pytest.mark.parametrize(
    "text",
    [
        BAD_VALUES,
        BAD_ROWS,
        "\x00\x01 no settings at all [[[",
        "",
    ],
)
def test_a_bad_settings_file_is_survived(qtbot, tmp_path, text):
    path = tmp_path / "normscope.ini"
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    assert settings.theme == "dark"
    assert (settings.device, settings.precision, settings.threads) == ("auto", "auto", 0)
    assert settings.cache_mib == 384
    assert isinstance(settings.operator, str)
    assert settings.recent in ([], ["/b"])
    assert Keymap.read(settings.keys).keys("segments.next") == ("N",)
    assert isinstance(settings.hints_done, set)
    settings.theme = "light"
    settings.save()
    assert Settings(path).theme == "light"


# --- hints --------------------------------------------------------------------------------------


def test_a_hint_is_gone_for_good_once_followed_or_dismissed(qtbot, application):
    bar, shell = application.window.hint, application.desk.shell
    assert not bar.isVisible()
    application.desk.allowed.emit({"nothing", "footage", "analysis"})
    assert bar.isVisible()
    assert bar.hint() == "walk"
    assert "N" in bar._text.text()
    shell.followed("segments.next")
    assert bar.hint() == "threshold"
    bar.dismissed.emit("threshold")
    assert bar.hint() == "overlay"
    assert application.settings.hints_done == {"walk", "threshold"}
    bar.all_dismissed.emit()
    assert not bar.isVisible()
    application.window.close()
    again = build(qtbot)
    again.desk.allowed.emit({"nothing", "footage", "analysis", "segment"})
    assert not again.window.hint.isVisible()


def test_hints_name_commands_that_exist():
    for hint in HINTS:
        assert set(hint.followed) <= set(BY_ID)
        assert all(name in BY_ID for name in _names(hint.text))
    assert next_hint(set(), {"nothing"}) is None
    assert followed_by("segments.dismiss", set()) == {"judge"}


def _names(text: str) -> list[str]:
    return [piece.split("}")[0] for piece in text.split("{")[1:]]


# --- about and recent ---------------------------------------------------------------------------


def test_the_about_box_lists_what_is_installed_with_licences(qtbot):
    rows = dependencies("pytest")
    names = {row.name for row in rows}
    assert "pluggy" in names
    assert all(row.version and row.licence and row.text for row in rows)
    dialog = AboutDialog("1.2", rows)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.table.rowCount() == len(rows)
    QTest.keyClick(dialog.table, KEY.Key_Down)
    assert dialog.text.toPlainText() == rows[1].text


def test_recent_reviews_keep_their_place_and_facts(tmp_path):
    settings = Settings(tmp_path / "a.ini")
    settings.remember("/a", state="none judged yet", fingerprint="f")
    settings.remember("/b")
    settings.update_recent("/a", state="3 judged")
    assert [(r.path, r.state, r.fingerprint) for r in settings.recent_reviews] == [
        ("/b", "", ""),
        ("/a", "3 judged", "f"),
    ]
    settings.remember("/a", opened="2026-01-01T10:00:00+00:00")
    assert settings.recent == ["/a", "/b"]
    assert settings.recent_reviews[0].state == "3 judged"
    settings.forget("/b")
    assert settings.recent == ["/a"]


def test_times_are_said_as_people_say_them():
    today = date(2026, 3, 2)
    assert when_words(datetime(2026, 3, 2, 9, 5).isoformat(), today) == "today 09:05"
    assert when_words(datetime(2026, 3, 1, 9, 5).isoformat(), today) == "yesterday 09:05"
    assert when_words(datetime(2026, 2, 1, 9, 5).isoformat(), today) == "2026-02-01"
    assert when_words("soon", today) == ""


def test_dialogs_close_by_escape(qtbot, application):
    closed = []

    def escape():
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        QTest.keyClick(dialog, KEY.Key_Escape)
        closed.append(type(dialog).__name__)

    for command in ("help.keys", "help.about", "edit.settings", "help.remap"):
        QTimer.singleShot(0, escape)
        application.dispatch.run(command)
    assert closed == ["KeysDialog", "AboutDialog", "SettingsDialog", "RemapDialog"]
