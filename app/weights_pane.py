"""Weights on the desk: their versions, cards and names, rolled back, renamed and binned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from app.language import tr
from app.views.weights_dialog import WeightsDialog, WeightsRow
from engine.errors import EngineError

if TYPE_CHECKING:
    from app.controllers.document import Document
    from app.desk import Desk
    from engine.detectors.weights import WeightsCard


class WeightsPane(QObject):
    """Joins the weights' files with their dialog, and tells the desk what became of them.

    moved: the name that weights had, and their card now, or None for those in the bin.
    """

    moved = Signal(str, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.dialog: WeightsDialog | None = None
        self._cards: dict[str, WeightsCard] = {}
        self._binned: Path | None = None
        self._left: list[Document] = []  # footage for which those in the bin were chosen

    def table(self) -> dict[str, Callable[[], object]]:
        """What each command's id does."""
        return {"learn.weights": self.show}

    def show(self) -> None:
        """Open the dialog, on the weights that made what is shown."""
        if self.dialog is None:
            dialog = WeightsDialog(self._desk.window)
            dialog.back_requested.connect(self._roll_back)
            dialog.restore_requested.connect(self._restore)
            dialog.renamed.connect(self._rename)
            dialog.bin_requested.connect(self._bin)
            dialog.undo_requested.connect(self._undo)
            dialog.folder_requested.connect(self._show_folder)
            self.dialog = dialog
        self.dialog.say("")
        used = self._used()
        self._refresh(next((k for k, card in self._read().items() if card.sha256 == used), ""))
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _used(self) -> str:
        """The hash of the weights that made the analysis on the desk, or an empty string."""
        document = self._desk.current
        if document is None or document.analysis is None:
            return ""
        return document.analysis.facts.weights_sha256

    def _read(self) -> dict[str, WeightsCard]:
        from engine.detectors.own_weights import families

        return {str(card.path): card for family in families() for card in family}

    def _refresh(self, chosen: str = "") -> None:
        from engine.detectors.own_weights import families

        if self.dialog is None:
            return
        self._cards = self._read()
        used = self._used()
        rows = [row for family in families() for row in _rows(family, used)]
        self.dialog.set_rows(rows, chosen)

    def _changed(self, chosen: str, text: str, *, undo: bool = False) -> None:
        """Weights came, went or are called otherwise: every list of them follows."""
        self._refresh(chosen)
        self._desk.detectors.load_weights()
        if self._desk.current is not None:
            self._desk.window.detector.set_current(self._desk.current.choice)
        self._desk.cameras.again()
        if self.dialog is not None:
            self.dialog.say(text, undo=undo)

    def _wrong(self, error: EngineError) -> None:
        self._refresh()
        if self.dialog is not None:
            self.dialog.say(f"{error} {error.hint}".strip(), wrong=True)

    @Slot(str)
    def _roll_back(self, key: str) -> None:
        from engine.detectors.versions import roll_back

        try:
            card = roll_back(self._cards[key].name)
        except EngineError as error:
            self._wrong(error)
        else:
            said = tr("'{name}' is in force again. Nothing was deleted.", name=card.name)
            self._changed(str(card.path), said)

    @Slot(str)
    def _restore(self, key: str) -> None:
        from engine.detectors.versions import restore

        try:
            card = restore(self._cards[key].name)
        except EngineError as error:
            self._wrong(error)
        else:
            self._changed(str(card.path), tr("'{name}' may be used again.", name=card.name))

    @Slot(str, str)
    def _rename(self, key: str, name: str) -> None:
        from engine.detectors.own_weights import rename_weights

        before = self._cards[key]
        try:
            card = rename_weights(before, name)
        except EngineError as error:
            self._wrong(error)
            return
        for document in self._desk.documents:
            if document.choice == before.name:
                document.choice = card.name
        self.moved.emit(before.name, card)
        said = tr("'{old}' is called '{new}' now.", old=before.name, new=card.name)
        self._changed(str(card.path), said)

    @Slot(str)
    def _bin(self, key: str) -> None:
        from engine.detectors.own_weights import bin_weights

        card = self._cards[key]
        try:
            self._binned = bin_weights(card)
        except EngineError as error:
            self._wrong(error)
            return
        self._left = [each for each in self._desk.documents if each.choice == card.name]
        for document in self._left:
            document.choice = "speed"
        self.moved.emit(card.name, None)
        self._changed("", tr("'{name}' is in the bin.", name=card.name), undo=True)

    @Slot()
    def _undo(self) -> None:
        from engine.detectors.own_weights import put_back

        if self._binned is None:
            return
        try:
            card = put_back(self._binned)
        except EngineError as error:
            self._wrong(error)
            return
        for document in self._left:
            if document.choice == "speed":
                document.choice = card.name
        self._binned, self._left = None, []
        self._changed(str(card.path), tr("'{name}' is back.", name=card.name))

    @Slot(str)
    def _show_folder(self, key: str) -> None:
        path = self._cards[key].path
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _rows(family: tuple[WeightsCard, ...], used: str) -> list[WeightsRow]:
    from engine.detectors.own_weights import is_own

    standing = [card for card in family if not card.retired]
    now = standing[-1] if standing else family[0]
    back_to = standing[-2].name if len(standing) > 1 and is_own(standing[-1]) else ""
    rows = []
    for card in family:
        states = []
        if not is_own(card):
            states.append(tr("shipped"))
        elif card.retired:
            states.append(tr("rolled back"))
        elif len(family) > 1 and card is now:
            states.append(tr("in force"))
        if card.sha256 == used:
            states.append(tr("used here"))
        rows.append(
            WeightsRow(
                str(card.path),
                str(family[0].path),
                card.name,
                card.detector,
                _day(str(card.training.get("made", ""))),
                ", ".join(states),
                card_facts(card),
                is_own(card),
                back_to,
                card.retired,
                card.sha256 == used,
            )
        )
    return rows


def card_facts(card: WeightsCard) -> tuple[tuple[str, str], ...]:
    """What a card says, for people."""
    training, made = card.training, _day(str(card.training.get("made", "")))
    minutes, calibration = training.get("minutes"), card.calibration
    facts = [
        (tr("Learned from"), card.trained_on),
        (tr("Learned"), made + (f", {minutes} min" if made and minutes else "")),
        (tr("Started from"), str(training.get("base") or "")),
        (tr("Detector"), card.detector),
        ("lambda", f"{card.lambda_:.3g}"),
        ("gamma", "" if card.gamma is None else f"{card.gamma:.4g}"),
        (
            tr("Frames a second"),
            tr("all") if card.clip_rate is None else f"{card.clip_rate:.4g}",
        ),
        (tr("Normal is"), tr("not known yet") if calibration is None else calibration.origin),
        (
            tr("Camera"),
            tr("recognised by its background") if card.background else tr("not recognised"),
        ),
        (tr("Warning"), str(training.get("warning", ""))),
        (tr("File"), str(card.path or "")),
        ("SHA-256", card.sha256),
    ]
    return tuple((name, value) for name, value in facts if value)


def _day(made: str) -> str:
    """`2026-11-22 15:40` of an ISO time; as it is where it is none."""
    try:
        return datetime.fromisoformat(made).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return made
