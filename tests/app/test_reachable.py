"""Every control says what it is and is reached by the keyboard, in every window and dialog."""

from __future__ import annotations

import importlib
import pkgutil
from itertools import pairwise

import pytest
from desk_driver import build, open_and_analyse
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

import app
from app.commands import COMMANDS
from app.keymap import Keymap
from app.main_window import MainWindow
from app.models.place import Ground
from app.settings import Settings
from app.views.about_dialog import AboutDialog, dependencies
from app.views.crash_dialog import CrashDialog
from app.views.dialogs import GoToDialog
from app.views.evaluate_dialog import EvaluateDialog
from app.views.export_dialog import ExportDialog, ExportRow
from app.views.key_button import KeyButton
from app.views.keys_dialogs import KeysDialog, RemapDialog
from app.views.learn_dialog import LearnDialog
from app.views.portrait_dialog import PortraitDialog
from app.views.relink_dialog import RelinkDialog
from app.views.settings_dialog import SettingsDialog
from app.views.start_dialog import Beginning, StartDialog
from app.views.versions_dialog import VersionRow, VersionsDialog

CONTROLS = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QAbstractItemView,
    QPlainTextEdit,
)
# Parts that Qt makes itself inside of a control; the control speaks for them.
INNER = (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView, QTabBar, QMenuBar, QScrollBar)


def controls(root: QWidget) -> list[QWidget]:
    """What can be worked with, without Qt's own parts of it."""
    found = []
    for widget in root.findChildren(QWidget):
        parent, inner = widget.parentWidget(), False
        while parent is not None and parent is not root:
            inner = inner or isinstance(parent, INNER)
            parent = parent.parentWidget()
        own = isinstance(widget, CONTROLS) and not isinstance(widget, (QScrollBar, QHeaderView))
        if own and not inner and widget.objectName() != "ScrollLeftButton":
            found.append(widget)
    return found


def name_of(widget: QWidget, root: QWidget) -> str:
    """What a screen reader says first."""
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, QAbstractButton) and widget.text().strip():
        return widget.text()
    for label in root.findChildren(QLabel):
        if label.buddy() is widget:
            return label.text()
    return ""


def described(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()} '{widget.accessibleName()}'"


def assert_all_named(root: QWidget) -> None:
    found = controls(root)
    assert found
    assert [described(w) for w in found if not name_of(w, root)] == []


def assert_all_explained(root: QWidget) -> None:
    """A tooltip, but for the buttons that every dialog has."""
    usual = {
        button
        for box in root.findChildren(QDialogButtonBox)
        for button in box.buttons()
        if box.standardButton(button) != QDialogButtonBox.StandardButton.NoButton
    }
    silent = [w for w in controls(root) if w not in usual and not w.toolTip()]
    assert [described(w) for w in silent] == []


@pytest.fixture
def analysed(qtbot, walk):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    return application


def test_every_control_of_the_window_has_a_name_and_a_tooltip(analysed):
    assert_all_named(analysed.window)
    assert_all_explained(analysed.window)


def test_buttons_of_commands_name_their_key_and_follow_a_change_of_it(analysed):
    window = analysed.window
    buttons = [b for b in window.findChildren(KeyButton) if b.command in {c.id for c in COMMANDS}]
    assert len(buttons) > 12
    for button in buttons:
        keys = window.actions_.hints()[button.command]
        assert f"({keys})" in button.toolTip()
    keymap = Keymap()
    keymap.give("segments.confirm", ["F8"])
    window.actions_.set_keys(keymap.keys)
    window.show_keys()
    assert "(F8)" in window.segments.verdict_buttons["confirmed"].toolTip()


def test_tab_goes_round_and_reaches_the_controls_of_the_review(qtbot, analysed):
    window = analysed.window
    analysed.dispatch.run("view.segments")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    segments = window.segments
    segments.table.setFocus()
    seen: list[QWidget] = []
    for _ in range(150):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in seen:
            break
        assert widget.isVisible()
        assert widget.isEnabled()
        seen.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    else:
        pytest.fail("Tab is caught somewhere")
    inspector = segments.inspector
    wanted = [segments.filters.verdict, segments.table, inspector.note]
    assert any(w is window.timeline or window.timeline.isAncestorOf(w) for w in seen)
    assert [described(w) for w in wanted if w not in seen and w.isEnabled()] == []
    order = [w for w in seen if segments.isAncestorOf(w)]
    rows = [w.mapTo(segments, w.rect().center()).y() for w in order]
    upwards = [b for a, b in pairwise(rows) if b < a - 4]
    assert len(upwards) <= 1, "from the top to the bottom, and once back"


def test_every_command_is_done_by_its_menu_and_by_its_key(qtbot):
    """The action of the menu is the one that has the key."""
    window = MainWindow()
    qtbot.addWidget(window)
    heard: list[str] = []
    window.actions_.triggered.connect(heard.append)
    listed = [a for m in window.menuBar().actions() for a in m.menu().actions()]
    for command in COMMANDS:
        action = window.actions_[command.id]
        assert action in listed
        assert action.shortcuts()
        assert action.statusTip()
        action.setEnabled(True)
        action.trigger()
    assert heard == [command.id for command in COMMANDS]


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


def test_the_window_fits_the_smallest_screen(qtbot):
    application = build(qtbot, 1024, 640)
    assert (application.window.width(), application.window.height()) == (1024, 640)


def test_in_the_smallest_window_nothing_is_cut_off(qtbot, walk):
    application = build(qtbot, 1024, 640)
    open_and_analyse(qtbot, application, walk)
    window = application.window
    window.notice.show_notice("The file ends in the middle of a picture.", "Frame 12 is the last.")
    assert not window.hint.isVisible(), "a notice stands in the place of the hint"
    application.dispatch.run("view.sides")
    qtbot.waitUntil(window.sides.isVisible)
    floor = window.statusBar().geometry().top()
    for view in (window.timeline.overview, window.why, window.sides, window.canvas):
        foot = view.mapTo(window, view.rect().bottomLeft()).y()
        assert foot < floor, view.accessibleName()
    below = window.canvas.mapTo(window, window.canvas.rect().bottomLeft()).y()
    assert below < window.sides.mapTo(window, window.sides.rect().topLeft()).y()
    window.notice.clear()
    assert window.hint.isVisible()


def test_views_import_without_a_window():
    import app.views as views

    for module in pkgutil.iter_modules(views.__path__):
        importlib.import_module(f"{app.__name__}.views.{module.name}")
