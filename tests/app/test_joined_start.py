"""One recorder has one clock: when it is set for one of its files, the line stays one, and undo in
one file is undo in all.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta, timezone

import pytest
from desk_driver import build, in_dialog, in_front
from hands import CTRL, KEY, SHIFT, Keyboard, Mouse
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from recorder import NAMES, joined_on_desk

from app.moments import moved_along
from app.review_commands import SEGMENTS
from app.views.start_dialog import StartDialog
from engine.footage.changing import SceneChange

CET = timezone(timedelta(hours=1))


def starts(application) -> list[datetime]:
    by_name = {d.path.name: d.footage.start_time for d in application.desk.documents}
    return [by_name[name] for name in NAMES]


def places(application) -> list[float]:
    line = application.window.timeline.line()
    return [] if line is None else [file.start for file in line.files]


def at(hour: int, second: int, zone=None) -> datetime:
    return datetime(2024, 5, 11, hour, 0, second, tzinfo=zone)


def ask(application, act) -> None:
    with in_dialog(application, StartDialog, act):
        Keyboard(application).press(KEY.Key_G, SHIFT)


def test_changes_of_all_files_are_marked_and_listed_by_the_clock_in_force(
    qtbot, recorded, user_home, monkeypatch
):
    monkeypatch.setattr(
        "engine.footage.changing.kept_changes",
        lambda fingerprint: (SceneChange(10, "moved", 1.0),),
    )
    application = joined_on_desk(qtbot, recorded, user_home)
    timeline, table = application.window.timeline, application.window.changes.table
    qtbot.waitUntil(lambda: timeline._changes.changes() == [1.0, 6.0, 21.0])

    def times() -> list[str]:
        return [table.item(row, 0).text() for row in range(table.rowCount())]

    assert times() == ["08:00:01", "08:00:06", "08:00:21"]

    def act(dialog: StartDialog) -> None:
        Keyboard(application).type("2024-05-11 09:00:00")
        Keyboard(application).press(KEY.Key_Return)

    ask(application, act)
    assert times() == ["09:00:01", "09:00:06", "09:00:21"]
    mouse = Mouse(application)
    mouse.tab(SEGMENTS)
    mouse.row(table, 2)
    qtbot.waitUntil(lambda: application.desk.current.path.name == NAMES[2])
    qtbot.waitUntil(lambda: application.window.canvas.index() == 10)


BEFORE = [at(8, 0), at(8, 5), at(8, 20)]
LINE = [0.0, 5.0, 20.0]


def test_a_zone_set_by_keys_holds_for_all_files_and_is_undone_in_all(qtbot, joined):
    keys = Keyboard(joined)

    def act(dialog: StartDialog) -> None:
        assert dialog.others.text() == "Also for the 2 other files of this recorder"
        keys.tab_to(dialog.zone)
        QTest.keyClicks(dialog.zone, "UTC+01")
        keys.press(KEY.Key_Return)

    ask(joined, act)
    after = [at(8, 0, CET), at(8, 5, CET), at(8, 20, CET)]
    assert starts(joined) == after
    assert places(joined) == LINE
    assert "does not follow" not in joined.window.notice.text()
    for document in joined.desk.documents:
        assert document.session.history == ["Start of the joined recordings"]
    keys.press(KEY.Key_Z, CTRL)
    assert starts(joined) == BEFORE
    keys.press(KEY.Key_Z, CTRL | SHIFT)
    assert starts(joined) == after
    keys.press(KEY.Key_PageDown)  # undone in another file, it is undone in all, too
    qtbot.waitUntil(lambda: joined.desk.current.path.name == NAMES[1])
    keys.press(KEY.Key_Z, CTRL)
    assert starts(joined) == BEFORE
    assert places(joined) == LINE
    assert [d.session.history for d in joined.desk.documents] == [[], [], []]


def test_a_clock_that_was_wrong_is_set_by_mouse_and_the_line_stays(qtbot, joined):
    mouse = Mouse(joined)

    def act(dialog: StartDialog) -> None:
        dialog.field.setText("2024-05-11 10:00:00")  # typing is not the mouse's
        box = dialog.findChild(QDialogButtonBox)
        mouse.click(box.button(QDialogButtonBox.StandardButton.Ok))

    with in_dialog(joined, StartDialog, act):
        mouse.menu("file.start_time")
    assert starts(joined) == [at(10, 0), at(10, 5), at(10, 20)]
    assert places(joined) == LINE
    assert joined.window.timeline.line().began == at(10, 0)

    def back(dialog: StartDialog) -> None:
        mouse.click(dialog.back)

    ask(joined, back)
    assert starts(joined) == BEFORE
    mouse.menu("edit.undo")
    assert starts(joined) == [at(10, 0), at(10, 5), at(10, 20)]
    mouse.menu("edit.undo")
    assert starts(joined) == BEFORE
    assert [d.session.history for d in joined.desk.documents] == [[], [], []]


def test_one_file_alone_may_be_set_and_what_it_does_to_the_line_is_said(qtbot, joined):
    keys = Keyboard(joined)

    def act(dialog: StartDialog) -> None:
        keys.type("2024-05-12 12:00:00")
        keys.tab_to(dialog.others)
        keys.press(KEY.Key_Space)
        keys.press(KEY.Key_Return)

    ask(joined, act)
    assert starts(joined)[1:] == BEFORE[1:]
    assert places(joined) == []
    said = joined.window.notice.text()
    assert f"By this time {NAMES[0]} does not follow the others." in said
    assert "Ctrl+Z takes that back" in said
    keys.press(KEY.Key_Z, CTRL)
    assert places(joined) == LINE


def test_a_zone_of_one_file_alone_does_not_part_the_line(qtbot, joined):
    keys = Keyboard(joined)

    def act(dialog: StartDialog) -> None:
        keys.tab_to(dialog.zone)
        QTest.keyClicks(dialog.zone, "UTC+05:30")
        keys.push(dialog.others)
        keys.press(KEY.Key_Return)

    ask(joined, act)
    assert places(joined) == LINE


def test_what_was_judged_in_another_file_meanwhile_stays(qtbot, joined):
    keys = Keyboard(joined)

    def act(dialog: StartDialog) -> None:
        keys.type("2024-05-11 09:00:00")
        keys.press(KEY.Key_Return)

    ask(joined, act)
    keys.press(KEY.Key_PageDown)
    qtbot.waitUntil(lambda: joined.desk.current.path.name == NAMES[1])
    keys.press(KEY.Key_Right)
    keys.press(KEY.Key_N)
    keys.press(KEY.Key_C)
    judged = joined.desk.current
    assert judged.session.state.stored
    keys.press(KEY.Key_PageUp, times=2)
    qtbot.waitUntil(lambda: joined.desk.current.path.name == NAMES[0])
    keys.press(KEY.Key_Z, CTRL)
    assert starts(joined) == BEFORE
    assert places(joined) == LINE
    assert judged.session.state.stored, "only the clock went back"


def test_files_of_a_numbered_row_get_their_times_from_one_of_them(qtbot, walk, tmp_path):
    for number in (1, 2):
        shutil.copy(walk, tmp_path / f"part{number}.mp4")
    application = build(qtbot)
    in_front(application)
    application.desk.open([tmp_path / "part1.mp4", tmp_path / "part2.mp4"])
    qtbot.waitUntil(
        lambda: len([d for d in application.desk.documents if d.summary]) == 2, timeout=20_000
    )
    qtbot.waitUntil(application.window.actions_["file.start_time"].isEnabled)

    def act(dialog: StartDialog) -> None:
        Keyboard(application).type("2024-05-11 08:00:00")
        Keyboard(application).press(KEY.Key_Return)

    ask(application, act)
    one, two = (d.footage.start_time for d in application.desk.documents)
    assert one == at(8, 0)
    assert two - one == timedelta(seconds=4.8)


@pytest.mark.parametrize(
    ("moment", "before", "after", "moved"),
    [
        (at(8, 5), at(8, 0), at(8, 0, CET), at(8, 5, CET)),
        (at(8, 5), at(8, 0), at(9, 0), at(9, 5)),
        (at(8, 5, UTC), at(8, 0, UTC), at(9, 0, CET), at(9, 5, CET)),
        (at(8, 5, UTC), at(8, 0, UTC), at(9, 0), at(9, 5)),
    ],
)
def test_a_moment_of_the_same_clock_moves_along(moment, before, after, moved):
    found = moved_along(moment, before, after)
    assert (found, found.tzinfo) == (moved, moved.tzinfo)
