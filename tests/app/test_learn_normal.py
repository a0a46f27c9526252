"""Learn normal on the desk: ranges, the dialog, a run beside the review, and what comes of it."""

from __future__ import annotations

import json

import pytest
from desk_driver import build, open_and_analyse, press, wait_analysed, wait_frame
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app import theme
from app.views.loss_curve import LossCurve
from engine.places import user_folder

KEY, MOD = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def tiny_plan(monkeypatch):
    """Networks of width 2 on 32 x 32 pixels, two epochs."""
    from engine.detectors.mnad import MnadConfig
    from engine.learning.plan import TrainingPlan

    config = MnadConfig(channels=1, width=2, size=32, items=4)
    plan = TrainingPlan(config, epochs=3, batch=2, device="cpu", precision="fp32", clip_rate=None)
    monkeypatch.setattr("engine.learning.recipes.network_plan", lambda order, base: plan)
    return plan


@pytest.fixture
def desk(qtbot, walk, tiny_plan):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)
    return application


def opened(qtbot, application):
    press(application, KEY.Key_L, MOD.ControlModifier)
    dialog = application.desk.learning.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def button(dialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text and b.isVisible())


def click(dialog, text: str) -> None:
    QTest.mouseClick(button(dialog, text), Qt.MouseButton.LeftButton)


def choose(dialog, detector: str) -> None:
    combo = dialog.form._detector
    combo.setCurrentIndex(combo.findData(detector))
    combo.activated.emit(combo.currentIndex())


def learn(qtbot, application, name: str = "yard"):
    dialog = opened(qtbot, application)
    choose(dialog, "mnad-prediction")
    dialog.form._name.selectAll()
    QTest.keyClicks(dialog.form._name, name)
    dialog.form._base.setCurrentIndex(0)
    click(dialog, "Learn")
    return dialog


def cells(dialog) -> list[list[str]]:
    table = dialog.form.ranges.table()
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_without_marks_the_footage_itself_is_proposed_and_a_share_is_left_out(qtbot, desk):
    dialog = opened(qtbot, desk)
    assert cells(dialog) == [["walk.mp4", "start", "end", "4.8 s"]]
    assert dialog.form.settings().robust == pytest.approx(0.1)
    assert dialog.form.settings().name == "walk"
    qtbot.waitUntil(lambda: "1 unbroken run" in dialog.form._summary.text())
    assert "It is only 4.8 s" in dialog.form._findings.text()


def test_ranges_are_marked_on_the_timeline_and_shown_there(qtbot, desk):
    for frame, key, modifier in (
        (5, KEY.Key_I, MOD.NoModifier),
        (20, KEY.Key_O, MOD.ShiftModifier),
    ):
        desk.desk.playback.seek(frame)
        wait_frame(qtbot, desk, frame)
        press(desk, key, modifier)
    assert desk.window.timeline._normal.spans() == [(pytest.approx(0.5), pytest.approx(2.1))]
    dialog = opened(qtbot, desk)
    assert cells(dialog) == [["walk.mp4", "0:00:00.5", "0:00:02.1", "1.6 s"]]
    assert dialog.form.settings().robust == 0
    table = dialog.form.ranges.table()
    place = table.visualItemRect(table.item(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(table, KEY.Key_Delete)
    assert cells(dialog) == []
    assert desk.window.timeline._normal.spans() == []
    assert not button(dialog, "Learn").isEnabled()
    assert "Say what is normal first" in dialog.form._problem.text()


def test_edges_are_typed_as_times_or_frames(qtbot, desk):
    dialog = opened(qtbot, desk)
    table = dialog.form.ranges.table()
    for column, text, shown in ((1, "1.5s", "0:00:01.5"), (2, "40", "0:00:04.0")):
        table.editItem(table.item(0, column))
        editor = table.findChildren(type(dialog.form._name))[-1]
        editor.selectAll()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, KEY.Key_Return)
        qtbot.waitUntil(lambda c=column, s=shown: cells(dialog)[0][c] == s)
    table.item(0, 1).setText("after lunch")
    assert "neither a time" in dialog.form._summary.text()
    table.item(0, 2).setText("3")
    assert "starts before it stops" in dialog.form._summary.text()
    assert cells(dialog)[0][1:3] == ["0:00:01.5", "0:00:04.0"]


def test_a_name_that_is_taken_or_odd_is_refused_before_anything_begins(qtbot, desk):
    (user_folder("weights") / "yard.safetensors").write_bytes(b"")
    dialog = opened(qtbot, desk)
    for name, said in (("yard", "named 'yard' already"), ("a/b", "letters, digits"), ("", "Name")):
        dialog.form._name.selectAll()
        QTest.keyClick(dialog.form._name, KEY.Key_Backspace)
        QTest.keyClicks(dialog.form._name, name)
        assert said in dialog.form._problem.text()
        assert not button(dialog, "Learn").isEnabled()


def test_a_run_ends_with_named_weights_and_one_click_analyses_with_them(qtbot, desk):
    dialog = learn(qtbot, desk)
    assert dialog.state == "running"
    press(desk, KEY.Key_Home)
    wait_frame(qtbot, desk, 0)  # review goes on
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)
    card = json.loads((user_folder("weights") / "yard.json").read_text())
    assert card["training"]["normal"] == [{"path": str(desk.desk.current.path), "spans": []}]
    assert card["background"]["width"] == 96
    assert not list(user_folder("weights").glob("*.run"))
    assert any("walk.mp4" in text for text in dialog.watch.card())
    assert "yard" in desk.desk.detectors.known_choices()
    click(dialog, "Analyse walk.mp4")
    wait_analysed(qtbot, desk)
    analysis = desk.desk.current.analysis
    assert analysis.facts.weights_id.startswith("yard@")
    qtbot.waitUntil(lambda: desk.desk.cameras.known_by(desk.desk.current) == "yard")
    assert not desk.desk.cameras.is_foreign(desk.desk.current)


def test_closing_the_dialog_does_not_stop_the_run(qtbot, desk):
    dialog = learn(qtbot, desk)
    QTest.keyClick(dialog, KEY.Key_Escape)
    assert not dialog.isVisible()
    assert desk.desk.learning.run.learner.running
    qtbot.waitUntil(lambda: desk.desk.learning.run.card is not None, timeout=120_000)
    assert "'yard' is learned" in desk.window.notice.text()
    desk.window.notice._action.click()
    assert dialog.isVisible()
    assert dialog.state == "done"


def test_a_paused_run_rests_until_it_goes_on(qtbot, desk):
    dialog = learn(qtbot, desk)
    learning = desk.desk.learning.run
    qtbot.waitUntil(
        lambda: bool(learning.learner.run and learning.learner.run.curve), timeout=120_000
    )
    click(dialog, "Pause")
    assert dialog.state == "paused"
    assert "paused" in learning.status.text()
    qtbot.waitUntil(lambda: learning.learner._job._thread._paused)
    before = None

    def rests() -> bool:
        nonlocal before
        now = len(learning.learner.run.curve)
        before, same = now, now == before
        return same

    qtbot.waitUntil(rests)
    click(dialog, "Go on")
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)


def stopped(qtbot, desk):
    dialog = learn(qtbot, desk)
    learner = desk.desk.learning.run.learner
    qtbot.waitUntil(lambda: bool(learner.run and learner.run.curve), timeout=120_000)
    click(dialog, "Stop")
    qtbot.waitUntil(lambda: dialog.state == "stopped", timeout=60_000)
    return dialog


def test_a_stopped_run_is_kept_and_goes_on(qtbot, desk):
    dialog = stopped(qtbot, desk)
    assert (user_folder("weights") / "yard.run" / "checkpoint.pt").is_file()
    click(dialog, "Continue")
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)
    card = json.loads((user_folder("weights") / "yard.json").read_text())
    assert len(card["training"]["losses"]) == 3


def test_a_discarded_run_leaves_nothing(qtbot, desk):
    dialog = stopped(qtbot, desk)
    click(dialog, "Discard")
    assert dialog.state == "form"
    assert not list(user_folder("weights").iterdir())


def test_a_run_that_a_crash_cut_short_is_offered_at_the_next_start(qtbot, desk):
    stopped(qtbot, desk)
    desk.stop()
    again = build(qtbot)
    status = again.desk.learning.run.status
    qtbot.waitUntil(status.isVisible)
    assert "yard" in status.text()
    QTest.mouseClick(status, Qt.MouseButton.LeftButton)
    dialog = again.desk.learning.dialog
    assert dialog.state == "stopped"
    click(dialog, "Continue")
    qtbot.waitUntil(lambda: dialog.state == "done", timeout=120_000)


def test_footage_that_cannot_be_learned_from_is_explained_in_the_dialog(qtbot, desk):
    dialog = opened(qtbot, desk)
    table = dialog.form.ranges.table()
    table.item(0, 2).setText("3")  # three frames hold no clip
    dialog.form._name.selectAll()
    QTest.keyClicks(dialog.form._name, "yard")
    choose(dialog, "mnad-prediction")
    click(dialog, "Learn")
    qtbot.waitUntil(lambda: dialog.state == "form", timeout=20_000)
    assert "no unbroken run" in dialog.said()
    assert not list(user_folder("weights").glob("*.run"))


def test_a_quick_detector_has_no_effort_and_says_why_nothing_is_left_out(qtbot, desk):
    dialog = opened(qtbot, desk)
    form = dialog.form
    assert form.settings().detector == "attributes"
    assert not form._robust.isEnabled()
    assert form._robust.toolTip() == form._robust.accessibleDescription()
    assert form._robust.toolTip().startswith("attributes predicts nothing, so there is no worst")
    assert form._robust_says.isVisible()
    assert "attributes predicts nothing" in form._robust_says.text()
    for control in (form._base, form._base_says, form._quick, form._thorough):
        assert not control.isVisible()
    labels = {label.text() for label in form.findChildren(QLabel) if label.isVisible()}
    assert "Leave out" in labels
    assert not labels & {"Start from", "Effort"}

    form._detector.setFocus()
    QTest.keyClick(form._detector, KEY.Key_Down)
    form._detector.activated.emit(form._detector.currentIndex())
    assert form.settings().detector == "mnad-prediction"
    assert form._robust.isEnabled()
    for control in (form._base, form._quick, form._thorough):
        assert control.isVisible()
    assert form._robust.toolTip().startswith("The worst predicted share of what is seen")
    assert "the share that is worst predicted" in form._robust_says.text()
    assert form._base.toolTip() == "Weights to adapt, or nothing"


def test_the_loss_curve_follows_the_theme(qtbot):
    app = QApplication.instance()
    before = "dark" if theme.colours() is theme.DARK else "light"
    try:
        theme.apply(app, "dark")
        curve = LossCurve()
        qtbot.addWidget(curve)
        curve.show()
        theme.apply(app, "light")
        plot = curve._plot
        qtbot.waitUntil(lambda: plot.backgroundBrush().color().name() == theme.LIGHT.panel)
    finally:
        theme.apply(app, before)
