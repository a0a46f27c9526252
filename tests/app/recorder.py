"""Three files of one recorder, analysed, and the desk on which they are joined."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from desk_driver import build, in_front
from hands import CTRL, KEY, Keyboard

from engine import api

NAMES = ("gate_20240511_080000.mp4", "gate_20240511_080005.mp4", "gate_20240511_080020.mp4")
STARTS = (0.0, 5.0, 20.0)


def record(walk: Path, folder: Path, home: Path) -> tuple[Path, Path]:
    """Write them; returns their folder, and a home that knows them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NORMSCOPE_HOME", str(home))
        for number, name in enumerate(NAMES):
            shutil.copy(walk, folder / name)
            with open(folder / name, "ab") as file:  # another fingerprint, the same pictures
                file.write(b"\0\0\0\x0cfree" + bytes([number] * 4))
            detector = api.load_detector(weights=None)
            for _ in api.start_analysis(api.open_footage(folder / name), detector).run():
                pass
    return folder, home


def joined_on_desk(qtbot, recorded: tuple[Path, Path], user_home: Path):
    """An application in which they are opened and joined."""
    folder, home = recorded
    shutil.copytree(home, user_home, dirs_exist_ok=True)
    application = build(qtbot)
    in_front(application)
    application.desk.open([folder])
    qtbot.waitUntil(lambda: len(application.desk.joined.recorder()) == 3)
    qtbot.waitUntil(application.window.actions_["file.join"].isEnabled)  # a key before it is lost
    Keyboard(application).press(KEY.Key_J, CTRL)
    known(qtbot, application)
    return application


def known(qtbot, application) -> None:
    """Every file's curve and segments are on the timeline and in the list."""
    timeline, documents = application.window.timeline, application.desk.documents
    qtbot.waitUntil(lambda: len(timeline._beside) == 2)
    qtbot.waitUntil(
        lambda: (
            len(application.window.segments.model.rows())
            == sum(len(d.track.segments) for d in documents)
        )
    )


def name(application) -> str:
    return application.desk.current.path.name


def document(application, number: int):
    return next(d for d in application.desk.documents if d.path.name == NAMES[number])


def shown(qtbot, application, number: int, frame: int) -> None:
    """The canvas shows that very frame of that file."""
    playback = application.desk.playback
    qtbot.waitUntil(
        lambda: (
            name(application) == NAMES[number]
            and playback.current is not None
            and playback.current.footage.path.name == NAMES[number]
            and playback.index == frame
        )
    )
    assert application.window.canvas._index == frame
