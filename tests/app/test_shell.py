"""What surrounds the work: keys, settings, hints, crash dialog, about box, recent reviews."""

from __future__ import annotations

import json
import logging
from datetime import date, datetime

import pytest
from desk_driver import build, press
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox

from app import crash, language
from app.commands import BY_ID, COMMANDS, MENUS
from app.hints import HINTS, followed_by, next_hint
from app.keymap import Keymap, canonical
from app.recents import when_words
from app.settings import Settings
from app.views.about_dialog import AboutDialog, dependencies
from app.views.crash_dialog import CrashDialog
from app.views.keys_dialogs import RemapDialog
from app.views.settings_dialog import SettingsDialog

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def application(qtbot):
    return build(qtbot)


# --- keys ---------------------------------------------------------------------------------------


def test_every_command_is_in_a_menu_and_has_a_key(application):
    bar = application.window.menuBar()
    shown = {action.data() for menu in bar.actions() for action in menu.menu().actions()}
    assert {command.id for command in COMMANDS} <= shown
    letters = [menu.text()[menu.text().index("&") + 1].casefold() for menu in bar.actions()]
    assert len(letters) == len(set(letters)), "Alt and a letter opens each menu"
    assert {command.menu for command in COMMANDS} <= set(MENUS)
    assert [command.id for command in COMMANDS if not command.keys] == []


def test_no_two_commands_share_a_key_by_default():
    keys = [canonical(key) for command in COMMANDS for key in command.keys]
    assert all(keys)
    assert len(keys) == len(set(keys))


def test_a_key_given_away_is_lost_where_it_was():
    keymap = Keymap()
    keymap.give("segments.next", ["F9", "n"])
    assert keymap.keys("segments.next") == ("F9", "N")
    assert keymap.owner("f9").id == "segments.next"
    keymap.give("segments.confirm", ["N"])
    assert keymap.keys("segments.next") == ("F9",)
    assert [c.id for c in keymap.reset("segments.next")] == ["segments.confirm"]
    assert keymap.keys("segments.confirm") == ()
    keymap.reset_all()
    assert keymap.as_stored() == {}
    assert keymap.keys("segments.confirm") == ("C",)


def test_a_keymap_from_a_bad_file_is_made_usable():
    keymap = Keymap.read(
        {"segments.next": ["C", "no key at all"], "gone.command": ["F9"], "view.area": ["C"]}
    )
    assert keymap.keys("segments.next") == ("C",)
    assert keymap.keys("view.area") == ()
    assert keymap.keys("segments.confirm") == ()
    assert Keymap.read(keymap.as_stored()).as_stored() == keymap.as_stored()


def test_the_dialog_takes_a_key_tells_of_the_conflict_and_gives_it(qtbot):
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.choose("segments.split")
    dialog.field.setFocus()
    QTest.keyClick(dialog.field, KEY.Key_C)
    assert "Confirm" in dialog.message.text()
    assert dialog.keymap.keys("segments.confirm") == ("C",)
    QTest.mouseClick(dialog.assign, LEFT)
    assert dialog.keymap.keys("segments.split") == ("C",)
    assert dialog.keymap.keys("segments.confirm") == ()
    QTest.keyClick(dialog.field, KEY.Key_F7, Qt.KeyboardModifier.ControlModifier)
    assert "free" in dialog.message.text()
    QTest.mouseClick(dialog.add, LEFT)
    assert dialog.keymap.keys("segments.split") == ("C", "Ctrl+F7")
    QTest.mouseClick(dialog.reset, LEFT)
    assert dialog.keymap.keys("segments.split") == ("B",)
    QTest.mouseClick(dialog.reset_all, LEFT)
    assert dialog.keymap.as_stored() == {}
    dialog.choose("help.keys")
    QTest.keyClicks(dialog.field, "~")
    QTest.mouseClick(dialog.assign, LEFT)
    assert dialog.keymap.keys("help.keys") == ("~",)


def test_the_search_of_the_dialog_finds_titles_and_keys(qtbot):
    dialog = RemapDialog(Keymap())
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.search, "in-point")
    shown = [command for command, item in dialog._items.items() if not item.isHidden()]
    assert shown == ["segments.in"]


def test_a_remapped_key_acts_at_once_and_after_a_restart(qtbot, application):
    def remap():
        dialog = QApplication.activeModalWidget()
        dialog.choose("view.theme")
        QTest.keyClick(dialog.field, KEY.Key_F8)
        QTest.mouseClick(dialog.assign, LEFT)
        dialog.accept()

    QTimer.singleShot(0, remap)
    application.dispatch.run("help.remap")
    before = application.settings.theme
    application.window.activateWindow()
    qtbot.waitUntil(application.window.isActiveWindow)
    press(application, KEY.Key_F8)
    assert application.settings.theme != before
    assert "F8" in application.window.actions_["view.theme"].toolTip()
    application.window.close()
    again = build(qtbot)
    assert again.window.actions_.keys(BY_ID["view.theme"]) == "F8"
    assert again.window.actions_["view.theme"].shortcuts() == [QKeySequence("F8")]


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


def test_a_language_is_a_file_of_sentences(qtbot, tmp_path, monkeypatch):
    app = QCoreApplication.instance()
    folder = tmp_path / "language"
    folder.mkdir()
    (folder / "de.json").write_text(json.dumps({"{count} steps": "{count} Schritte"}))
    monkeypatch.setattr(language, "resource", lambda name: tmp_path / name)
    assert language.languages() == {"en": "English", "de": "Deutsch"}
    assert language.use(app, "de")
    assert language.tr("{count} steps", count=3) == "3 Schritte"
    assert language.tr("Undo") == "Undo"
    assert not language.use(app, "xx")
    assert language.use(app, "en")
    assert language.tr("{count} steps", count=3) == "3 steps"


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


# --- crash and log ------------------------------------------------------------------------------


def raised() -> ValueError:
    try:
        raise ValueError("a made error")
    except ValueError as error:
        return error


def test_a_crash_is_logged_and_its_report_can_be_copied_and_saved(qtbot, application, tmp_path):
    handler = crash.start_log()
    try:
        application.tell_crash(raised())
        qtbot.waitUntil(lambda: application.crash_dialog is not None)
        dialog = application.crash_dialog
        assert isinstance(dialog, CrashDialog)
        application.tell_crash(raised())  # a repeated error makes no second dialog
        QApplication.processEvents()
        assert application.crash_dialog is dialog
        report = dialog.details.toPlainText()
        for word in ("Normscope 0", "Python 3", "numpy", "ValueError: a made error"):
            assert word in report
        assert "unexpected error" in report.split("the log's last")[1]
        dialog.copy()
        assert QGuiApplication.clipboard().text() == report
        dialog.save(tmp_path / "report.txt")
        assert (tmp_path / "report.txt").read_text(encoding="utf-8") == report
        dialog.save(tmp_path / "no" / "such" / "folder.txt")
        assert "could not be saved" in dialog.state.text()
        dialog.reject()
        assert "a made error" in crash.log_path().read_text(encoding="utf-8")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_the_log_turns_over(tmp_path, monkeypatch):
    monkeypatch.setattr(crash, "LOG_BYTES", 500)
    handler = crash.start_log()
    logger = logging.getLogger("normscope")
    try:
        for number in range(100):
            logger.warning("line %d", number)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    files = sorted(path.name for path in crash.log_path().parent.glob("normscope.log*"))
    assert len(files) == 1 + crash.LOG_FILES
    assert all(path.stat().st_size <= 600 for path in crash.log_path().parent.glob("norm*"))


def test_the_home_folder_is_not_told(monkeypatch, tmp_path):
    monkeypatch.setattr(crash.Path, "home", lambda: tmp_path)
    error = ValueError(f"{tmp_path}/case 7/yard.mp4")
    assert "~/case 7/yard.mp4" in crash.report(error, "1")
    assert str(tmp_path) not in crash.report(error, "1")


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
