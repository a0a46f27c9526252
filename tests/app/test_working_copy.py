"""Footage in which frames are only found by counting: a copy that jumps is offered and opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_driver import build, wait_frame
from footage_maker import make_video

from engine.files import sha256


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return make_video(tmp_path / "in" / "odd.avi", 34)


def opened(qtbot, path: Path):
    application = build(qtbot)
    application.desk.open([path])
    qtbot.waitUntil(lambda: application.desk.current is not None, timeout=10_000)
    wait_frame(qtbot, application, 0)
    return application


def test_the_copy_is_offered_and_opened_beside_its_source(qtbot, odd: Path) -> None:
    before = sha256(odd)
    application = opened(qtbot, odd)
    desk, notice = application.desk, application.window.notice
    assert application.window.actions_["file.working_copy"].isEnabled()
    notice.command.emit("file.working_copy")
    copy = odd.with_name("odd.seekable.mkv")
    qtbot.waitUntil(lambda: [d.path for d in desk.documents] == [odd, copy], timeout=20_000)
    assert sha256(odd) == before
    second = desk.documents[1]
    qtbot.waitUntil(lambda: second.footage is not None and not second.opening, timeout=10_000)
    desk.choose(desk.documents[1].key)
    assert desk.current is desk.documents[1]
    assert not application.window.actions_["file.working_copy"].isEnabled()
    assert desk.copies.offer() is None


def test_the_same_command_gives_the_copy_up(qtbot, odd: Path, monkeypatch) -> None:
    from engine.progress import Progress

    def for_ever(footage, target):
        while True:
            yield Progress("copying", 1, 2)

    monkeypatch.setattr("engine.api.working_copy", for_ever)
    application = opened(qtbot, odd)
    notice = application.window.notice
    assert application.desk.copies.offer() == ("Make a working copy", "file.working_copy")
    application.dispatch.run("file.working_copy")
    assert "odd.seekable.mkv" in notice.text()
    application.dispatch.run("file.working_copy")
    qtbot.waitUntil(lambda: not application.desk.copies.running, timeout=10_000)
    assert "odd.seekable.mkv" not in notice.text()
    assert [path.name for path in odd.parent.iterdir()] == ["odd.avi"]


def test_footage_that_jumps_is_offered_none(qtbot, walk: Path) -> None:
    application = opened(qtbot, walk)
    assert application.desk.copies.offer() is None
    assert not application.window.actions_["file.working_copy"].isEnabled()
    application.dispatch.run("file.working_copy")  # by a key that was remapped, say
    assert [d.path for d in application.desk.documents] == [walk]
