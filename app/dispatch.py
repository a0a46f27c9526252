"""From a command's id to what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from app.commands import BY_ID, COMMANDS
from app.desk import Desk
from app.export_pane import ExportPane
from app.language import mark, tr
from app.models.place import Ground
from app.review_commands import ReviewCommands
from app.views.dialogs import GoToDialog
from app.views.export_dialog import ExportDialog
from app.views.overlay_bar import MODES
from engine.timebase import CUT_OFF

if TYPE_CHECKING:
    pass

FILTER = mark(
    "Footage (*.mp4 *.mkv *.avi *.mov *.ts *.m4v *.mts *.m2ts *.webm *.mpg *.264 *.h264 *.265);;"
    "All files (*)"
)
AREA_MS = 12_000  # a long sentence, which is followed while it is read


class Dispatch(QObject):
    """Carries commands out on a desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.exports = ExportPane(desk)
        playback = desk.playback
        self._table: dict[str, Callable[[], object]] = {
            "file.open": self.open_files,
            "file.open_folder": self.open_folder,
            "file.cancel_opening": desk.cancel_opening,
            "file.demo": desk.demo.start,
            "file.export": self.exports.show,
            "file.remove": self._remove,
            "file.quit": desk.window.close,
            "analysis.start": desk.detectors.analyse,
            "analysis.cancel": desk.detectors.cancel,
            "analysis.rerun": desk.detectors.rerun,
            "playback.toggle": playback.toggle,
            "playback.shuttle_back": partial(playback.shuttle, -1),
            "playback.shuttle_forward": partial(playback.shuttle, 1),
            "playback.reverse": partial(playback.set_speed, -1.0),
            "playback.go_to": self.go_to,
            "view.overlay": self._overlay,
            "view.overlay_fainter": partial(desk.window.overlay.step, -1),
            "view.overlay_stronger": partial(desk.window.overlay.step, 1),
            "view.area": self._area,
            "view.sides": self._sides,
            "view.zoom_in": desk.window.canvas.zoom_in,
            "view.zoom_out": desk.window.canvas.zoom_out,
            "view.zoom_fit": desk.window.canvas.zoom_fit,
        }
        self._bind(
            {
                "file.open_review": desk.media.ask_for_review,
                "file.copy_review": desk.media.save_copy,
                "file.find": desk.media.find_current,
                "file.working_copy": desk.copies.start,
            }
        )
        for table in (ReviewCommands(desk).table(), desk.shell.table(), desk.learning.table()):
            self._bind(table)
        for pane in (
            desk.recents, desk.time, desk.near, desk.compare, desk.joined, desk.figures,
            desk.began, desk.marks, desk.adapting, desk.regions,
        ):  # fmt: skip
            self._bind(pane.commands())
        missing = {command.id for command in COMMANDS} ^ set(self._table)
        if missing:
            raise ValueError(f"commands without an action, or the reverse: {sorted(missing)}")
        window = desk.window
        window.actions_.triggered.connect(self.run)
        window.transport.command.connect(self.run)
        window.start.open_requested.connect(self.open_files)
        window.start.folder_requested.connect(self.open_folder)
        window.start.review_requested.connect(desk.media.ask_for_review)
        window.start.learn_requested.connect(desk.learning.show)
        window.start.demo_requested.connect(desk.demo.start)
        window.detector.learn_requested.connect(desk.learning.show)
        window.notice.command.connect(self._on_notice)
        window.footage.add_requested.connect(self.open_files)
        window.footage.folder_requested.connect(self.open_folder)
        window.segments.export_requested.connect(self.exports.show)
        window.segments.edit_requested.connect(self.run)
        window.history.command.connect(self.run)
        window.canvas.area_unfinished.connect(self._unfinished)

    def _bind(self, table: Mapping[str, Callable[[], object]]) -> None:
        twice = sorted(table.keys() & self._table.keys())
        if twice:
            raise ValueError(f"commands with two actions: {twice}")
        self._table |= table

    @Slot(str)
    def run(self, command_id: str) -> None:
        """Carry a command out, or say why not."""
        if BY_ID[command_id].needs == "segment" and not self._desk.review.chosen_seen():
            self._say(tr("Choose a segment first"))
        else:
            self._table[command_id]()

    @Slot(str)
    def _on_notice(self, command: str) -> None:
        if command in self._table:
            self.run(command)

    @Slot()
    def open_files(self) -> None:
        """Ask for files and open them."""
        paths, _ = QFileDialog.getOpenFileNames(
            self._desk.window, tr("Open footage"), "", tr(FILTER)
        )
        self._desk.open([Path(path) for path in paths])

    @Slot()
    def open_folder(self) -> None:
        """Ask for a folder and open it."""
        found = QFileDialog.getExistingDirectory(self._desk.window, tr("Open folder"))
        if found:
            self._desk.open([Path(found)])

    def _remove(self) -> None:
        if self._desk.current is not None:
            self._desk.remove(self._desk.current.key)

    def _say(self, text: str, ms: int = 4000) -> None:
        self._desk.window.statusBar().showMessage(text, ms)

    def go_to(self) -> None:
        """Ask for a frame or a time and go there."""
        desk, document = self._desk, self._desk.current
        footage, line = desk.playback.footage, desk.joined.line()
        if footage is None or document is None:
            return
        if line is None:
            ground = Ground(len(footage.table), float(footage.duration), footage.start_time)
        else:
            ground = Ground(len(footage.table), line.duration, line.began)
        dialog = GoToDialog(ground, desk.window)
        dialog.exec()
        place = dialog.place()
        if place is not None and place.frame is not None:
            desk.playback.seek(place.frame)
        elif place is not None:
            desk.joined.seek(place.seconds + CUT_OFF - desk.joined.start_of(document))
        dialog.deleteLater()

    def _overlay(self) -> None:
        self._say(tr("Overlay: {kind}", kind=tr(MODES[self._desk.picture.cycle_overlay()])))

    def _area(self) -> None:
        canvas = self._desk.window.canvas
        canvas.set_tool("look" if canvas.tool() == "area" else "area")
        canvas.setFocus()
        if canvas.tool() == "area":
            self._say(
                tr(
                    "Drag a rectangle, or click corners. By keys: arrows move the cross, Space "
                    "sets a corner, Enter closes, Esc ends it"
                ),
                AREA_MS,
            )

    @Slot()
    def _unfinished(self) -> None:
        self._say(
            tr(
                "An area has three corners or more: move the cross with the arrows, set each "
                "with Space, then press Enter"
            ),
            AREA_MS,
        )

    def _sides(self) -> None:
        self._desk.picture.show_sides(not self._desk.window.sides.isVisible())

    @property
    def dialog(self) -> ExportDialog | None:
        """The export dialog while it is open."""
        return self.exports.dialog
