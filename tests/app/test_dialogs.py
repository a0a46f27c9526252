"""Every dialog names and explains its controls, and fits a small screen."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog, QLabel, QTableWidget
from said_controls import assert_all_explained, assert_all_named

from app import views
from app.commands import COMMANDS
from app.keymap import Keymap
from app.models.place import Ground
from app.settings import Settings
from app.views.about_dialog import AboutDialog, dependencies
from app.views.crash_dialog import CrashDialog
from app.views.dialogs import GoToDialog
from app.views.evaluate_dialog import EvaluateDialog
from app.views.export_dialog import ExportDialog, ExportRow
from app.views.fitting import FittingDialog
from app.views.keys_dialogs import KeysDialog, RemapDialog
from app.views.learn_dialog import LearnDialog
from app.views.portrait_dialog import PortraitDialog
from app.views.quit_dialog import QuitDialog
from app.views.relink_dialog import RelinkDialog
from app.views.settings_dialog import SettingsDialog
from app.views.start_dialog import Beginning, StartDialog
from app.views.versions_dialog import VersionRow, VersionsDialog

ROOT = Path(__file__).resolve().parents[2]


def made_dialogs(tmp_path) -> dict[str, QDialog]:
    settings = Settings(tmp_path / "a.ini")
    keys = {command.id: "N" for command in COMMANDS}
    rows = dependencies("pytest")
    return {
        "GoToDialog": GoToDialog(Ground(100, 10.0)),
        "StartDialog": StartDialog("yard.mp4", Beginning(None, None, "", 2.5)),
        "KeysDialog": KeysDialog(COMMANDS, keys),
        "RemapDialog": RemapDialog(Keymap()),
        "SettingsDialog": SettingsDialog(settings, {"en": "English"}),
        "AboutDialog": AboutDialog("1", rows),
        "CrashDialog": CrashDialog("ValueError", "report", tmp_path / "log"),
        "RelinkDialog": RelinkDialog("yard.mp4", "It is gone."),
        "VersionsDialog": VersionsDialog([VersionRow("today", "3 judged")]),
        "ExportDialog": ExportDialog([ExportRow("1", "0:01", "2 s", "1.2", "confirmed")], "/case"),
        "QuitDialog": QuitDialog(2),
        "LearnDialog": LearnDialog(),
        "EvaluateDialog": EvaluateDialog("yard.mp4"),
        "PortraitDialog": PortraitDialog("yard.mp4"),
    }


def test_every_control_of_the_dialogs_has_a_name_and_a_tooltip(qtbot, tmp_path):
    for dialog in made_dialogs(tmp_path).values():
        qtbot.addWidget(dialog)
        assert_all_named(dialog)
        assert_all_explained(dialog)
        assert dialog.windowTitle()


def test_every_dialog_is_small_enough_for_a_small_screen(qtbot, tmp_path):
    for dialog in made_dialogs(tmp_path).values():
        qtbot.addWidget(dialog)
        dialog.show()
        assert dialog.minimumSizeHint().height() <= 600
        assert dialog.minimumSizeHint().width() <= 1000


def test_no_text_is_cut_off_in_the_smallest_size_of_a_dialog(qtbot, tmp_path):
    for name, dialog in made_dialogs(tmp_path).items():
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.resize(dialog.minimumSizeHint().expandedTo(dialog.minimumSize()))
        QApplication.sendPostedEvents()
        for label in dialog.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                needed = label.heightForWidth(label.width())
                assert label.height() >= needed, f"{name}: {label.text()}"


def test_segments_to_export_have_rows_as_high_as_their_words(qtbot):
    words = "starts 1.5 s early, at the keyframe, ends 0.2 s late"
    row = ExportRow("1", "0:00:18.000", "0.3 s", "0.79", "confirmed", cut=2 * words)
    dialog = ExportDialog([row], "/tmp/case")
    qtbot.addWidget(dialog)
    dialog.resize(3000, 600)
    dialog.show()
    table = dialog.findChild(QTableWidget)
    line = table.fontMetrics().height()
    qtbot.waitUntil(lambda: table.rowHeight(0) < 2.5 * line)
    low = table.rowHeight(0)
    dialog.resize(dialog.minimumSize())
    qtbot.waitUntil(lambda: table.rowHeight(0) > low + 0.7 * line)


def test_every_dialog_is_among_those_that_pictures_are_made_of(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    pictured = importlib.import_module("every_dialog").PICTURED
    kinds = set()
    for module in pkgutil.iter_modules(views.__path__):
        shown = vars(importlib.import_module(f"{views.__name__}.{module.name}")).values()
        kinds |= {kind for kind in shown if isinstance(kind, type) and issubclass(kind, QDialog)}
    own = {kind for kind in kinds if kind.__module__.startswith(views.__name__)}
    assert {kind.__name__ for kind in (own - {FittingDialog}) ^ pictured} == set()
