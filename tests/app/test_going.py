"""Going to a frame, a time since the start or a time of day, by keys; what is wrong is said in the
dialog.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest
from desk_driver import build, in_dialog, press, wait_frame
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.models.place import Ground, Place, parse_place, place_in
from app.views.dialogs import GoToDialog

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
NAMES = ("gate_20240511_080000.mp4", "gate_20240511_080020.mp4")  # 4.8 s each


@pytest.fixture
def gate(qtbot, walk, tmp_path):
    """Two recordings of one gate, 15.2 s apart; the first one is shown."""
    folder = tmp_path / "gate"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        shutil.copy(walk, folder / name)
        with open(folder / name, "ab") as file:  # another fingerprint, the same pictures
            file.write(b"\0\0\0\x0cfree" + bytes([number] * 4))
    application = build(qtbot)
    application.desk.open([folder])
    qtbot.waitUntil(lambda: sum(d.footage is not None for d in application.desk.documents) == 2)
    qtbot.waitUntil(application.window.actions_["file.join"].isEnabled)
    return application


def go(application, *texts: str, key=KEY.Key_Return) -> list[tuple[str, bool]]:
    """Type each text and press a key; what the dialog said then, and whether it was open."""
    said: list[tuple[str, bool]] = []

    def act(dialog: GoToDialog) -> None:
        for text in texts:
            QTest.keyClick(dialog.field, KEY.Key_A, CTRL)
            QTest.keyClicks(dialog.field, text)
            QTest.keyClick(dialog.field, key)
            said.append((dialog.meaning.text(), dialog.isVisible()))

    with in_dialog(application, GoToDialog, act):
        press(application, KEY.Key_G)
    return said


def test_a_time_of_day_is_found_where_the_start_is_known(qtbot, gate):
    go(gate, "8:00:03")
    wait_frame(qtbot, gate, 30)
    go(gate, "0:01.5")
    wait_frame(qtbot, gate, 15)
    go(gate, "47")
    wait_frame(qtbot, gate, 47)


def test_what_is_nowhere_is_said_before_the_dialog_closes(qtbot, gate):
    press(gate, KEY.Key_End)
    wait_frame(qtbot, gate, 47)
    said = go(gate, "soon", "nan", "inf", "48", "1:00", "14:22:33", " ", key=KEY.Key_Return)
    assert [words for words, _ in said] == [
        "'soon' is neither a frame nor a time.",
        "'nan' is neither a frame nor a time.",
        "'inf' is neither a frame nor a time.",
        "The last frame is 47.",
        "The recording ends 0:00:04.8 after the start.",
        "The recording goes from 08:00:00 to 08:00:04.",
        "Type a frame or a time.",
    ]
    assert all(visible for _, visible in said)
    go(gate, "3", key=KEY.Key_Escape)
    assert gate.desk.playback.wanted == 47


def test_what_is_typed_is_explained_at_once(gate):
    said = go(gate, "8:00:03", key=KEY.Key_Right)
    assert said[0][0] == "08:00:03 by the clock, 0:00:03.0 after the start"


def test_on_a_line_of_joined_files_a_time_leads_into_another_file(qtbot, gate):
    desk = gate.desk
    press(gate, KEY.Key_J, CTRL)
    qtbot.waitUntil(lambda: desk.joined.line() is not None)
    go(gate, "8:00:21")
    qtbot.waitUntil(lambda: desk.current.path.name == NAMES[1])
    wait_frame(qtbot, gate, 10)
    go(gate, "0:02")
    qtbot.waitUntil(lambda: desk.current.path.name == NAMES[0])
    wait_frame(qtbot, gate, 20)


def test_a_moment_in_a_gap_leads_to_the_nearer_end(qtbot, gate):
    press(gate, KEY.Key_J, CTRL)
    qtbot.waitUntil(lambda: gate.desk.joined.line() is not None)
    go(gate, "8:00:19")
    qtbot.waitUntil(lambda: gate.desk.current.path.name == NAMES[1])
    wait_frame(qtbot, gate, 0)


NIGHT = Ground(1000, 7200.0, datetime(2024, 1, 31, 23, 30, 0, 500_000, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("0:15:00", Place(seconds=2699.5)),  # after midnight, by the clock
        ("23:30:00", Place(seconds=0.0)),  # the second in which it began
        ("1:45:00", Place(seconds=6300.0)),  # not by the clock any more: since the start
        ("15:00", Place(seconds=900.0)),
        ("900s", Place(seconds=900.0)),
        ("12,5", Place(seconds=12.5)),
        ("900", Place(frame=900)),
        ("2:30:00", None),
        ("25:00:00", None),
    ],
)
def test_a_time_is_one_of_the_day_only_while_the_recording_ran(text, place):
    assert place_in(NIGHT, text)[0] == place


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-inf", "1e9", "-5", "-1:00", "nans", "1:", ":5", "s", "²"]
)
def test_no_place_is_made_of_what_is_none(text):
    assert parse_place(text) is None
