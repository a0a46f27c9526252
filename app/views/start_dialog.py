"""Asks when a recording began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr, tr_count
from app.moments import OFFSETS, in_zone, minutes_of, moment_words, read_moment, zone_words
from engine.timebase import timecode

EXAMPLE = "2024-01-31 14:22:33"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a recording's start.  now: in force.  told: what the file says, and where.
    shown: seconds from the first frame to the one on the screen.
    """

    now: datetime | None
    told: datetime | None
    origin: str
    shown: float = 0.0


class StartDialog(QDialog):
    """Date, time and zone, of the first frame or of the one on the screen; what is wrong with them
    is said here.  `chosen()` after it was accepted; None: what the file says.  others: how many
    files of the same recorder precede or follow it.
    """

    def __init__(
        self, name: str, known: Beginning, parent: QWidget | None = None, others: int = 0
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("When the recording began"))
        self._known = known
        self._chosen: datetime | None = None
        title = QLabel(name)
        title.setObjectName("title")
        said = QLabel(_told_words(known))
        said.setObjectName("faint")
        for label in (title, said):
            label.setWordWrap(True)
        self.frame = QComboBox()
        self.frame.addItem(tr("of the first frame"), 0.0)
        if known.shown > 0:
            shown = timecode(known.shown)
            self.frame.addItem(tr("of the frame on the screen, at {time}", time=shown), known.shown)
        self.frame.setToolTip(tr("Which frame the time belongs to, such as a burned-in clock"))
        self.field = QLineEdit()
        self.field.setPlaceholderText(EXAMPLE)
        self.field.setToolTip(tr("Year, month, day and time, such as {example}", example=EXAMPLE))
        self.zone = QComboBox()
        self.zone.addItem(tr("not known: the recorder's own clock"), None)
        for minutes in sorted({*OFFSETS, minutes_of(known.now) or 0}):
            self.zone.addItem(zone_words(in_zone(datetime(2000, 1, 1), minutes)), minutes)
        self.zone.setToolTip(tr("How far the clock is ahead of UTC"))
        self.zone.setMaxVisibleItems(16)
        self.zone.setCurrentIndex(self.zone.findData(minutes_of(known.now)))
        self.problem = QLabel()
        self.problem.setObjectName("warn")
        self.problem.setWordWrap(True)
        self.problem.hide()
        form = QFormLayout()
        self.others = QCheckBox(
            tr_count(
                others,
                "Also for the {count} other file of this recorder",
                "Also for the {count} other files of this recorder",
            )
        )
        self.others.setToolTip(
            tr("The same clock wrote their times: they move along, and the files stay in line")
        )
        self.others.setAccessibleDescription(self.others.toolTip())
        self.others.setChecked(others > 0)
        self.others.setVisible(others > 0)
        for text, widget in (
            (tr("Date and time"), self.field),
            (tr("Zone"), self.zone),
            (tr("It is the time"), self.frame),
        ):
            widget.setAccessibleName(text)
            widget.setAccessibleDescription(widget.toolTip())
            form.addRow(text, widget)
        form.addRow("", self.others)
        self.back = QPushButton(tr("As the file says"))
        self.back.setToolTip(tr("Forget what was typed here, and trust the file again"))
        self.back.setEnabled(known.now != known.told or zone_of(known.now) != zone_of(known.told))
        self.back.clicked.connect(self._go_back)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.addButton(self.back, QDialogButtonBox.ButtonRole.ResetRole)
        self.back.setAutoDefault(False)  # Return takes what was typed
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.field.textEdited.connect(self._clear_problem)
        self.frame.currentIndexChanged.connect(self._show_time)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for each in (title, said):
            column.addWidget(each)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(460)
        self._show_time()
        self.field.setFocus()
        self.field.selectAll()

    def chosen(self) -> datetime | None:
        """When the first frame was recorded, with the zone if one was chosen."""
        return self._chosen

    def for_all(self) -> bool:
        """Whether the other files of the recorder follow."""
        return self.others.isChecked()

    def accept(self) -> None:
        """Only with a date and a time."""
        text = self.field.text().strip()
        moment = read_moment(text)
        if moment is None:
            self._say(
                tr("'{text}' is not a date with a time, such as {example}.", text=text,
                   example=EXAMPLE)
                if text
                else tr("Type a date with a time, such as {example}.", example=EXAMPLE)
            )  # fmt: skip
            return
        before = timedelta(seconds=float(self.frame.currentData()))
        self._chosen = in_zone(moment - before, self.zone.currentData())
        super().accept()

    def _say(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.show()
        self._mark(wrong=True)
        self.field.setFocus()

    def _mark(self, *, wrong: bool) -> None:
        self.field.setProperty("wrong", wrong)
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    @Slot()
    def _clear_problem(self) -> None:
        self.problem.hide()
        self._mark(wrong=False)

    @Slot()
    def _show_time(self) -> None:
        """The time in force of the frame that is spoken of."""
        if self._known.now is not None:
            moment = self._known.now + timedelta(seconds=float(self.frame.currentData()))
            self.field.setText(moment_words(_to_milliseconds(moment)))
            self._clear_problem()

    @Slot()
    def _go_back(self) -> None:
        self._chosen = None
        super().accept()


def zone_of(moment: datetime | None) -> str:
    """The zone's words, "" for no moment."""
    return "" if moment is None else zone_words(moment)


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _told_words(known: Beginning) -> str:
    if known.told is None:
        return tr("Neither the file nor its name says when it began.")
    words = f"{moment_words(known.told)} {zone_words(known.told)}".rstrip()
    if known.origin == "file name":
        return tr("Its name says {moment}.", moment=words)
    return tr("The file says {moment}.", moment=words)
