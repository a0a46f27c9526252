"""Windows are built here: garbage waits for the end of a test.  The door for languages, and desks
on which analysed footage lies already.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest
from canvas_maker import grey_picture
from desk_driver import build, in_front, wait_analysed
from gui_garbage import garbage_waits_for_the_end_of_a_test as garbage_waits_for_the_end_of_a_test
from hands import CTRL, KEY, Keyboard
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog
from recorder import joined_on_desk, record

from app import language
from app.views.canvas import VideoCanvas
from engine import api

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def strings():
    spec = importlib.util.spec_from_file_location("strings", ROOT / "packaging" / "strings.py")
    module = sys.modules["strings"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def english(qtbot):
    yield
    language.use(QCoreApplication.instance(), "en")


@pytest.fixture
def canvas(qtbot):
    """600 x 400 pixels with a grey picture that is fitted into them."""
    widget = VideoCanvas()
    qtbot.addWidget(widget)
    widget.resize(600, 400)
    widget.set_picture(grey_picture(), 7)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture(scope="session")
def walk_home(walk, tmp_path_factory):
    """A home in which the walk is analysed with `speed`."""
    home = tmp_path_factory.mktemp("walk-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NORMSCOPE_HOME", str(home))
        for _ in api.start_analysis(api.open_footage(walk), api.load_detector(weights=None)).run():
            pass
    return home


@pytest.fixture
def on_walk(qtbot, walk, walk_home, user_home, monkeypatch):
    """The walk, analysed, its first frame on the screen; every file dialog answers with it."""
    shutil.copytree(walk_home, user_home, dirs_exist_ok=True)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: ([str(walk)], ""))
    application = build(qtbot)
    in_front(application)
    Keyboard(application).press(KEY.Key_O, CTRL)
    wait_analysed(qtbot, application)
    qtbot.waitUntil(lambda: application.window.canvas.index() == 0)
    # it takes room from the picture: what is measured in pixels waits for it
    qtbot.waitUntil(lambda: "No weights know this camera" in application.window.notice.text())
    QCoreApplication.processEvents()
    return application


@pytest.fixture(scope="session")
def recorded(walk, tmp_path_factory):
    """Three recordings of 4.8 s, 10.2 s missing before the last, and a home that knows them."""
    return record(walk, tmp_path_factory.mktemp("recorder"), tmp_path_factory.mktemp("home"))


@pytest.fixture
def joined(qtbot, recorded, user_home):
    """The three of them, joined."""
    return joined_on_desk(qtbot, recorded, user_home)
