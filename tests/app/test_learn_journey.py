"""Learn normal: marked, learned, paused, stopped, taken up again and put to use; by keys alone and
by the mouse alone.
"""

from __future__ import annotations

import pytest
from desk_driver import in_front, wait_analysed
from hands import CTRL, KEY, NONE, SHIFT, Keyboard, Mouse
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QPushButton

from engine.places import user_folder

LONG = 120_000


@pytest.fixture
def application(on_walk, monkeypatch):
    """Networks of width 2 on 32 x 32 pixels are learned here, six epochs long."""
    from engine.detectors.mnad import MnadConfig
    from engine.learning.plan import TrainingPlan

    config = MnadConfig(channels=1, width=2, size=32, items=4)
    plan = TrainingPlan(config, epochs=6, batch=2, device="cpu", precision="fp32", clip_rate=None)
    monkeypatch.setattr("engine.learning.recipes.network_plan", lambda order, base: plan)
    return on_walk


def button(dialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text and b.isVisible())


def ranges(dialog) -> list[tuple[str, str]]:
    table = dialog.form.ranges.table()
    return [(table.item(r, 1).text(), table.item(r, 2).text()) for r in range(table.rowCount())]


def wait_learning(qtbot, application) -> None:
    learner = application.desk.learning.run.learner
    qtbot.waitUntil(lambda: bool(learner.run and learner.run.curve), timeout=LONG)


def wait_state(qtbot, dialog, state: str) -> None:
    qtbot.waitUntil(lambda: dialog.state == state, timeout=LONG)


def assert_in_use(qtbot, application) -> None:
    wait_analysed(qtbot, application)
    analysis = application.desk.current.analysis
    assert analysis.facts.weights_id.startswith("gate@")
    assert application.window.detector.current() == "gate"


def test_learning_by_keys_alone(qtbot, application):
    keys, window = Keyboard(application), application.window
    for key, modifier, frame in (
        (KEY.Key_I, NONE, 0),
        (KEY.Key_O, SHIFT, 20),
        (KEY.Key_I, NONE, 30),
        (KEY.Key_O, SHIFT, 40),
    ):
        keys.press(KEY.Key_Home)
        keys.press(KEY.Key_Right, times=frame // 10)
        qtbot.waitUntil(lambda frame=frame: window.canvas.index() == frame)
        keys.press(key, modifier)
    assert len(window.timeline._normal.spans()) == 2
    keys.press(KEY.Key_L, CTRL)
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    form, table = dialog.form, dialog.form.ranges.table()
    assert ranges(dialog) == [("0:00:00.0", "0:00:02.1"), ("0:00:03.0", "0:00:04.1")]
    keys.tab_to(table)
    keys.press(KEY.Key_Home, CTRL)
    keys.press(KEY.Key_Down)
    keys.press(KEY.Key_Delete)
    keys.press(KEY.Key_Right, times=2)
    keys.press(KEY.Key_F2)
    keys.type("2.5s")
    keys.press(KEY.Key_Return)
    qtbot.waitUntil(lambda: ranges(dialog) == [("0:00:00.0", "0:00:02.5")])
    keys.tab_to(form._detector)
    while form._detector.currentData() != "mnad-prediction":
        keys.press(KEY.Key_Down)
    keys.tab_to(form._base)
    keys.press(KEY.Key_Home)
    keys.tab_to(form._robust)
    keys.type("5")
    keys.tab_to(form._name)
    keys.type("gate")
    keys.press(KEY.Key_Return)
    assert dialog.state == "running"
    wait_learning(qtbot, application)
    keys.push(button(dialog, "Pause"))
    assert dialog.state == "paused"
    keys.push(button(dialog, "Go on"))
    keys.push(button(dialog, "Stop"))
    wait_state(qtbot, dialog, "stopped")
    keys.press(KEY.Key_Escape)
    assert not dialog.isVisible()
    in_front(application)
    keys.press(KEY.Key_L, CTRL)
    qtbot.waitUntil(dialog.isActiveWindow)
    keys.push(button(dialog, "Continue"))
    wait_state(qtbot, dialog, "done")
    keys.push(button(dialog, "Analyse walk.mp4"))
    assert_in_use(qtbot, application)


def test_learning_by_mouse_alone(qtbot, application):
    mouse, window = Mouse(application), application.window
    view, timeline = window.timeline.view.viewport(), window.timeline

    def seek(seconds: float) -> None:
        x = round(timeline._strip.mapViewToScene(QPointF(seconds, 0.5)).x())
        mouse.click(view, QPoint(x, round(timeline._ruler.sceneBoundingRect().center().y())))
        frame = round(seconds * 10 - 0.5)
        qtbot.waitUntil(lambda: window.canvas.index() == frame)

    seek(0.55)
    mouse.menu("segments.in")
    seek(4.05)
    mouse.menu("learn.mark")
    assert timeline._normal.spans() == [(pytest.approx(0.5), pytest.approx(4.1))]
    mouse.click(window.detector._learn)
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    form, table = dialog.form, dialog.form.ranges.table()
    assert ranges(dialog) == [("0:00:00.5", "0:00:04.1")]
    mouse.click(button(dialog, "Add footage..."))
    assert len(ranges(dialog)) == 2
    mouse.click(table.viewport(), table.visualItemRect(table.item(1, 0)).center())
    mouse.click(button(dialog, "Remove"))
    assert len(ranges(dialog)) == 1
    mouse.choose(form._detector, form._detector.findData("mnad-prediction"))
    assert form.settings().detector == "mnad-prediction"
    mouse.choose(form._base, 0)
    mouse.click(form._thorough, QPoint(8, form._thorough.height() // 2))
    assert form.settings().effort == "thorough"
    mouse.click(form._quick, QPoint(8, form._quick.height() // 2))
    name = form.settings().name  # the one that is proposed
    mouse.click(button(dialog, "Learn"))
    wait_learning(qtbot, application)
    mouse.click(button(dialog, "Pause"))
    assert dialog.state == "paused"
    mouse.click(button(dialog, "Go on"))
    mouse.click(button(dialog, "Stop"))
    wait_state(qtbot, dialog, "stopped")
    mouse.click(button(dialog, "Discard"))
    assert dialog.state == "form"
    assert not list(user_folder("weights").iterdir())
    mouse.choose(form._detector, form._detector.findData("mnad-prediction"))
    mouse.choose(form._base, 0)
    mouse.click(button(dialog, "Learn"))
    wait_state(qtbot, dialog, "done")
    mouse.click(button(dialog, "Analyse walk.mp4"))
    wait_analysed(qtbot, application)
    assert application.desk.current.analysis.facts.weights_id.startswith(f"{name}@")
