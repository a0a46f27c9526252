"""What surrounds the work: settings that act at once, keys, hints, sheet and about box."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

import engine
from app import language, theme
from app.commands import COMMANDS, Need
from app.hints import HINTS, followed_by, next_hint
from app.keymap import Keymap
from app.language import tr
from app.views.about_dialog import AboutDialog, dependencies
from app.views.keys_dialogs import KeysDialog, RemapDialog
from app.views.settings_dialog import SettingsDialog

if TYPE_CHECKING:
    from app.desk import Desk

MIB = 1 << 20


class Shell(QObject):
    """Applies the settings to a desk and shows the dialogs around it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk, self._settings = desk, desk.settings
        self._present: set[Need] = {"nothing"}
        self.keymap = Keymap.read(self._settings.keys)
        window = desk.window
        desk.allowed.connect(self._on_allowed)
        window.actions_.triggered.connect(self.followed)
        window.hint.dismissed.connect(self._dismiss)
        window.hint.all_dismissed.connect(self._dismiss_all)
        window.segments.verdict_requested.connect(self._judged)
        window.timeline.threshold_set.connect(self._tuned)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.styleHints().colorSchemeChanged.connect(self._on_scheme)
        self._put_keys()
        for name in ("operator", "device", "threads", "cache"):
            self.apply(name)

    def table(self) -> dict[str, Callable[[], object]]:
        """What each command's id does."""
        return {
            "edit.settings": self.show_settings,
            "view.theme": self._switch_theme,
            "help.keys": self.show_keys,
            "help.remap": self.remap,
            "help.about": self.show_about,
        }

    # --- settings -------------------------------------------------------------------------------

    @Slot(str)
    def apply(self, name: str) -> None:
        """Put a setting in force."""
        settings, desk = self._settings, self._desk
        if name in ("device", "precision"):
            desk.analysing.device, desk.analysing.precision = settings.device, settings.precision
        elif name == "threads":
            desk.analysing.threads = settings.threads
        elif name == "cache":
            desk.playback.set_cache_bytes(settings.cache_mib * MIB)
        elif name == "operator":
            desk.judging.operator = settings.operator
        elif name == "theme":
            self._apply_theme()
        elif name == "language":
            app = QApplication.instance()
            if app is not None:
                language.use(app, settings.language)

    def show_settings(self) -> None:
        """The settings dialog."""
        dialog = SettingsDialog(self._settings, language.languages(), self._desk.window)
        dialog.changed.connect(self.apply)
        dialog.keys_requested.connect(self.remap)
        dialog.hints_requested.connect(self._show_hint)
        dialog.exec()
        dialog.deleteLater()

    def _switch_theme(self) -> None:
        self._settings.theme = "light" if theme.is_dark(self._settings.theme) else "dark"
        self._apply_theme()

    @Slot()
    def _on_scheme(self) -> None:
        if self._settings.theme == "system":
            self._apply_theme()

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, self._settings.theme)
        self._desk.window.timeline.apply_theme()
        self._desk.window.transport.refresh_icons()

    # --- keys -----------------------------------------------------------------------------------

    def show_keys(self) -> None:
        """The shortcut sheet."""
        dialog = KeysDialog(COMMANDS, self._desk.window.actions_.hints(), self._desk.window)
        dialog.remap_requested.connect(self.remap)
        dialog.exec()
        dialog.deleteLater()

    @Slot()
    def remap(self) -> None:
        """The dialog that gives commands other keys; they act at once."""
        dialog = RemapDialog(self.keymap, self._desk.window)
        if dialog.exec():
            self.keymap = dialog.keymap
            self._settings.keys = self.keymap.as_stored()
            self._settings.save()
            self._put_keys()
        dialog.deleteLater()

    def _put_keys(self) -> None:
        self._desk.window.actions_.set_keys(self.keymap.keys)
        self._desk.window.show_keys()
        self._show_hint()

    def show_about(self) -> None:
        """About and licences."""
        dialog = AboutDialog(engine.__version__, dependencies(), self._desk.window)
        dialog.exec()
        dialog.deleteLater()

    # --- hints ----------------------------------------------------------------------------------

    @Slot(object)
    def _on_allowed(self, present: set[Need]) -> None:
        if present != self._present:
            self._present = set(present)
            self._show_hint()

    @Slot()
    def _show_hint(self) -> None:
        bar, done = self._desk.window.hint, self._settings.hints_done
        shown = next((h for h in HINTS if h.id == bar.hint()), None)
        keeps = shown is not None and shown.id not in done and shown.needs in self._present
        hint = shown if keeps else next_hint(done, self._present)
        if hint is None:
            bar.show_hint("", "")
            return
        text = re.sub(r"\{([a-z_.]+)\}", self._key, tr(hint.text))
        bar.show_hint(hint.id, text)

    def _key(self, found: re.Match[str]) -> str:
        return self._desk.window.actions_.named(found.group(1))

    @Slot(str)
    def followed(self, command_id: str) -> None:
        """A command was used: hints that tell of it are done."""
        self._done(followed_by(command_id, self._settings.hints_done))

    @Slot()
    def _judged(self) -> None:
        self.followed("segments.confirm")

    @Slot()
    def _tuned(self) -> None:
        self.followed("view.tuning")

    @Slot(str)
    def _dismiss(self, hint_id: str) -> None:
        self._done({hint_id})

    @Slot()
    def _dismiss_all(self) -> None:
        self._done({hint.id for hint in HINTS})

    def _done(self, ids: set[str]) -> None:
        if ids:
            self._settings.hints_done = self._settings.hints_done | ids
            self._show_hint()
