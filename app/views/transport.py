"""Playback buttons, and the readouts that name the frame on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr
from app.numerals import significant
from app.theme import Colours, colours
from engine.timebase import timecode

ICON = 18
BUTTON = 33
GAP = 10
WIDE_GAP = 20
NO_CLOCK = mark("wall clock unknown")


@dataclass(frozen=True, slots=True)
class Control:
    """One button: the command that it stands for, its name, its icons and a gap before it."""

    command: str
    title: str
    icons: tuple[str, ...]
    gap: bool = False


CONTROLS = (
    Control("playback.start", mark("To the first frame"), ("mdi6.skip-backward",)),
    Control(
        "segments.previous", mark("Previous flagged segment"), ("mdi6.flag", "mdi6.chevron-left")
    ),
    Control("playback.frame_back", mark("One frame back"), ("mdi6.step-backward",), gap=True),
    Control("playback.reverse", mark("Play backwards"), ("mdi6.play",)),
    Control("playback.toggle", mark("Play"), ("mdi6.play",)),
    Control("playback.frame_forward", mark("One frame forward"), ("mdi6.step-forward",)),
    Control(
        "segments.next", mark("Next flagged segment"), ("mdi6.flag", "mdi6.chevron-right"), gap=True
    ),
    Control("playback.end", mark("To the last frame"), ("mdi6.skip-forward",)),
)


class Transport(QWidget):
    """Playback controls with the frame's number, time, PTS and wall clock.

    Where there is no room for all, PTS and wall clock give way, then the totals; the tooltips of
    what remains still tell them.
    """

    command = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speed = 0.0
        self._keys: dict[str, str] = {}
        self._drawn_with: Colours | None = None
        self._texts: tuple[str, ...] = ()  # frame and time in full, both short, PTS, wall clock
        self._widths = (0, 0, 0)  # of frame and time in full, both short, PTS and wall clock
        self.setAccessibleName(tr("Playback"))
        self.setAccessibleDescription(
            tr("Buttons for playback, and the number and time of the frame")
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self._controls = QHBoxLayout()
        self._controls.setSpacing(2)
        self._buttons = {control.command: self._button(control) for control in CONTROLS}
        # one slot for all: a partial or lambda per button that holds self makes a cycle;
        # with a nested layout PySide 6.12 frees its parts twice when it is collected
        group = QButtonGroup(self)
        group.setExclusive(False)
        for number, control in enumerate(CONTROLS):
            group.addButton(self._buttons[control.command], number)
            if control.gap:
                self._controls.addSpacing(6)
            self._controls.addWidget(self._buttons[control.command])
        group.idClicked.connect(self._send)
        self.speed = _readout(tr("Speed"), tr("How fast it plays; backwards is negative"))
        self.speed.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._controls.addSpacing(4)
        self._controls.addWidget(self.speed)
        self.frame = _readout(
            tr("Frame"), tr("The frame on the screen, counted from 0, and how many")
        )
        self.time = _readout(
            tr("Time"), tr("Time since the first frame, and how long the footage is")
        )
        self.pts = _readout(
            tr("PTS"), tr("The frame's time stamp in the file, in the stream's own units")
        )
        self.wall = _readout(tr("Wall clock"), tr("When the frame was recorded"))
        self._spare = _column(WIDE_GAP, self.pts, self.wall)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.addLayout(self._controls)
        row.addStretch(1)
        row.addWidget(_column(GAP, self.frame, self.time))
        row.addWidget(self._spare)
        self.clear()
        self.set_playing(0.0)

    # setters

    def set_position(
        self,
        index: int,
        count: int,
        seconds: float | Fraction,
        duration: float | Fraction,
        pts: int | None,
        wall: str | None,
    ) -> None:
        """The frame on the screen: its 0-based number, time since the first one, PTS, clock."""
        digits = max(6, len(str(count)))
        frame, now = f"{index:0{digits}d}", timecode(seconds)
        self._write(
            f"{frame} / {count:0{digits}d}",
            f"{now} / {timecode(duration)}",
            frame,
            now,
            tr("no pts") if pts is None else tr("pts {pts}", pts=pts),
            wall or tr(NO_CLOCK),
        )

    def clear(self) -> None:
        """No frame is shown."""
        self._texts = ()
        self._write("– / –", "– / –", "–", "–", "", "")

    def set_playing(self, speed: float) -> None:
        """0 is paused, negative is backwards."""
        self._speed = speed
        self.speed.setText(f"{significant(speed)}x" if speed else tr("paused"))
        self._set_tips()
        self.refresh_icons()

    def set_enabled_controls(self, enabled: bool) -> None:
        """Whether there is something to play."""
        for button in self._buttons.values():
            button.setEnabled(enabled)

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of the commands, as a person reads them."""
        self._keys = dict(keys)
        self._set_tips()

    def button(self, command: str) -> QToolButton:
        """The button of a command."""
        return self._buttons[command]

    def refresh_icons(self) -> None:
        """Draw the icons in the theme's colours; done by itself when the palette changes."""
        c = self._drawn_with = colours()
        faded = QColor(c.faint)
        faded.setAlpha(110)
        for control in CONTROLS:
            backwards = control.command == "playback.reverse"
            tint = c.accent if backwards and self._speed < 0 else c.text
            icons = control.icons
            if control.command == "playback.toggle" and self._speed:
                icons = ("mdi6.pause",)
            self._buttons[control.command].setIcon(_icon(icons, tint, faded, mirrored=backwards))

    # what is said

    def _button(self, control: Control) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(ICON, ICON))
        button.setFixedWidth(BUTTON)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tr(control.title))
        return button

    @Slot(int)
    def _send(self, number: int) -> None:
        self.command.emit(CONTROLS[number].command)

    def _set_tips(self) -> None:
        for control in CONTROLS:
            title = tr(control.title)
            if control.command == "playback.toggle" and self._speed:
                title = tr("Pause")
            key = self._keys.get(control.command, "")
            button = self._buttons[control.command]
            button.setAccessibleName(title)
            button.setAccessibleDescription(
                tr("{title}, key {key}", title=title, key=key) if key else title
            )
            button.setToolTip(f"{title} ({key})" if key else title)

    def _write(self, *texts: str) -> None:
        # digits change all the time, lengths hardly ever: only those are a reason to lay out anew
        changed = [len(text) for text in texts] != [len(text) for text in self._texts]
        self._texts = texts
        if changed:
            self._measure()
        self._show_texts()

    def _show_texts(self) -> None:
        frame, time, short_frame, short_time, pts, wall = self._texts
        short = self.frame.width() < self._widths[0]
        self.frame.setText(short_frame if short else frame)
        self.time.setText(short_time if short else time)
        self.pts.setText(pts)
        self.wall.setText(wall)
        hidden = [text for text in (pts, wall) if text and self._spare.isHidden()]
        for label, text in ((self.frame, frame), (self.time, time)):
            said = [label.accessibleDescription(), text, *hidden]
            label.setToolTip("\n".join(said))

    # room

    def sizeHint(self) -> QSize:
        """Room for everything."""
        return QSize(self._width_with(self._widths[0] + self._widths[2]), self._height())

    def minimumSizeHint(self) -> QSize:
        """Room for the buttons, and the frame's number and time without the totals."""
        return QSize(self._width_with(self._widths[1]), self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()
        self._show_texts()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self._drawn_with not in (None, colours()):
            self.refresh_icons()

    def _measure(self) -> None:
        """Widths of the readouts, as if every digit were the same."""
        for label in (self.speed, self.frame, self.pts):
            label.ensurePolished()
        frame, time, short_frame, short_time, pts, wall = (_digits(text) for text in self._texts)
        self._widths = (
            _widest(self.frame, frame, time),
            _widest(self.frame, short_frame, short_time),
            WIDE_GAP + _widest(self.pts, pts, wall),
        )
        self.speed.setFixedWidth(_widest(self.speed, "paused", "-16x"))
        self.updateGeometry()
        self._share_room()

    def _share_room(self) -> None:
        full, short, spare = self._widths
        all_fits = self._width_with(full + spare) <= self.width()
        width = full if self._width_with(full) <= self.width() else short
        for label in (self.frame, self.time):
            label.setFixedWidth(width)
        for label in (self.pts, self.wall):
            label.setFixedWidth(max(0, spare - WIDE_GAP))
        self._spare.setVisible(all_fits)
        if self._texts:
            self._show_texts()

    def _width_with(self, readouts: int) -> int:
        return self._controls.sizeHint().width() + GAP + readouts

    def _height(self) -> int:
        lines = self.frame.sizeHint().height() * 2
        return max(self._controls.sizeHint().height(), lines)


def _readout(name: str, explained: str) -> QLabel:
    label = QLabel()
    label.setObjectName("mono")
    label.setAccessibleName(name)
    label.setAccessibleDescription(explained)
    label.setToolTip(explained)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _column(gap: int, upper: QLabel, lower: QLabel) -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(gap, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(upper)
    column.addWidget(lower)
    return widget


def _digits(text: str) -> str:
    return "".join("0" if letter.isdigit() else letter for letter in text)


def _widest(label: QLabel, *texts: str) -> int:
    return max(label.fontMetrics().horizontalAdvance(text) for text in texts) + 1


def _icon(names: tuple[str, ...], tint: str, disabled: QColor, *, mirrored: bool) -> QIcon:
    """An icon from the font; of two, the second stands smaller beside the first."""
    import qtawesome  # opens its fonts, so not before a widget needs them

    options: list[dict[str, object]]
    options = [
        {"color": tint, "color_disabled": disabled, "hflip": mirrored, "scale_factor": 1.2}
        for _ in names
    ]
    if len(names) == 2:
        side = -0.3 if names[1].endswith("left") else 0.3
        options[0] |= {"scale_factor": 0.85, "offset": (-side * 0.45, 0.0)}
        options[1] |= {"scale_factor": 1.05, "offset": (side, 0.0)}
    icon: QIcon = qtawesome.icon(*names, options=options)
    return icon
