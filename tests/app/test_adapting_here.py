"""Weights of apn get used to a footage's first frames from the window, and are left again."""

from __future__ import annotations

import json

import pytest
from desk_driver import build, open_and_analyse, press, wait_analysed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine import api
from engine.analysis.store import analyses_of
from engine.detectors.weights import read_card
from engine.places import user_folder
from engine.timebase import FrameSpan

KEY, MOD = Qt.Key, Qt.KeyboardModifier
SHIFTED = MOD.ControlModifier | MOD.ShiftModifier


@pytest.fixture
def yard():
    """Weights of a tiny apn among the user's own."""
    import torch

    from engine.detectors.apn import ApnConfig, ApnNetwork
    from engine.detectors.weights import WeightsCard, write_weights

    torch.set_num_threads(1)
    torch.manual_seed(1)
    config = ApnConfig(channels=1, width=2, size=32, prototypes=3)
    card = WeightsCard("yard", "apn", config.as_dict(), 0.5, None, None, {"trained_on": "a yard"})
    tensors = dict(ApnNetwork(config).state_dict())
    return write_weights(user_folder("weights") / "yard.safetensors", tensors, card)


@pytest.fixture
def desk(qtbot, walk, yard):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk, "yard")
    return application


def told(application) -> str:
    return application.window.detector._text.full()


def analyse(qtbot, application) -> None:
    before = application.desk.current.analysis
    press(application, KEY.Key_Return, MOD.ControlModifier)
    qtbot.waitUntil(lambda: application.desk.current.analysis is not before, timeout=60_000)
    wait_analysed(qtbot, application)


def test_it_is_offered_for_apn_alone(qtbot, walk, yard):
    application = build(qtbot)
    open_and_analyse(qtbot, application, walk)  # speed
    box, action = application.window.detector.adapt, application.window.actions_["analysis.adapt"]
    assert box.isHidden()
    assert not action.isEnabled()
    combo = application.window.detector._combo
    combo.setCurrentIndex(combo.findData("yard"))
    combo.activated.emit(combo.currentIndex())
    assert application.desk.current.choice == "yard"
    assert box.isVisible()
    assert action.isEnabled()
    assert not box.tick.isChecked()
    assert "Whatever happens in those becomes normal" in box.tick.toolTip()
    assert "Ctrl+Shift+F" in box.tick.accessibleDescription()


def test_adapting_warns_before_and_after_and_is_recorded(qtbot, desk, yard, walk):
    plain = desk.desk.current.analysis.parts["patch_psnr"].copy()
    box = desk.window.detector.adapt
    qtbot.mouseClick(box.tick, Qt.MouseButton.LeftButton)
    assert told(desk) == (
        "Analyse learns the first 12 frames as normal: an anomaly in them will not be found, nor"
        " others like it."
    )
    assert desk.window.actions_["analysis.adapt"].isChecked()
    analyse(qtbot, desk)
    analysis = desk.desk.current.analysis
    warning = "Frames 0 to 11 of this footage were learned as normal: an anomaly in them is not"
    assert told(desk).startswith(f"Adapted: {warning}")
    assert analysis.facts.warning.startswith(warning)
    assert analysis.facts.weights_id.startswith("yard.adapted-8@")
    assert not (analysis.parts["patch_psnr"][10:40] == plain[10:40]).all()
    card = read_card(analyses_of(walk) / "yard.adapted-8.safetensors")
    assert card.training["adapted"]["parent"] == yard.weights_id
    assert read_card(yard.path).as_dict() == yard.as_dict()


def test_one_key_and_a_run_lead_back_and_again(qtbot, desk):
    plain = desk.desk.current.analysis
    press(desk, KEY.Key_F, SHIFTED)
    analyse(qtbot, desk)
    adapted = desk.desk.current.analysis
    assert adapted.facts.warning
    press(desk, KEY.Key_F, SHIFTED)
    assert not desk.window.detector.adapt.tick.isChecked()
    assert told(desk).endswith("Analyse goes back to 'yard' as it was learned.")
    analyse(qtbot, desk)
    back = desk.desk.current.analysis
    assert back.facts.weights_id == plain.facts.weights_id
    assert not back.facts.warning
    assert (back.parts["patch_psnr"][10:40] == plain.parts["patch_psnr"][10:40]).all()
    assert told(desk).startswith("yard learned another scene")


def test_the_notice_says_it_and_its_button_leads_back(qtbot, desk):
    notice = desk.window.notice
    press(desk, KEY.Key_F, SHIFTED)
    assert notice.text().startswith("⚠ Analyse learns the first 12 frames as normal")
    analyse(qtbot, desk)
    qtbot.waitUntil(lambda: notice.text().startswith("⚠ Adapted: Frames 0 to 11"))
    adapted = desk.desk.current.analysis
    assert notice._action.text() == "Analyse as learned"
    qtbot.mouseClick(notice._action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.desk.current.analysis is not adapted, timeout=60_000)
    wait_analysed(qtbot, desk)
    assert not desk.desk.current.analysis.facts.warning
    assert desk.desk.current.adapt == 0
    assert notice.isHidden()


def test_the_notice_goes_when_another_detector_has_scored(qtbot, desk, walk):
    press(desk, KEY.Key_F, SHIFTED)
    analyse(qtbot, desk)
    qtbot.waitUntil(lambda: desk.window.notice.text().startswith("⚠ Adapted"))
    open_and_analyse(qtbot, desk, walk, "speed")
    qtbot.waitUntil(lambda: desk.desk.current.analysis.facts.name == "speed", timeout=60_000)
    qtbot.waitUntil(lambda: "Adapted" not in desk.window.notice.text())
    assert desk.desk.current.adapt == 0
    assert desk.window.detector.adapt.isHidden()


def test_the_number_of_clips_counts(qtbot, desk, walk):
    box = desk.window.detector.adapt
    qtbot.mouseClick(box.tick, Qt.MouseButton.LeftButton)
    box.count.selectAll()
    QTest.keyClicks(box.count, "5")
    QTest.keyClick(box.count, KEY.Key_Return)
    assert desk.desk.current.adapt == 5
    assert "the first 9 frames" in told(desk)
    analyse(qtbot, desk)
    assert "Frames 0 to 8 of this footage" in told(desk)
    assert (analyses_of(walk) / "yard.adapted-5.safetensors").is_file()


def test_after_reopening_the_tick_is_there_and_the_frame_is_still_predicted(qtbot, desk, walk):
    press(desk, KEY.Key_F, SHIFTED)
    analyse(qtbot, desk)
    press(desk, KEY.Key_W, MOD.ControlModifier)
    desk.desk.analysing._detectors.clear()
    desk.desk.open([walk])
    qtbot.waitUntil(lambda: desk.desk.current is not None)
    assert (desk.desk.current.choice, desk.desk.current.adapt) == ("yard", 8)
    assert desk.window.detector.adapt.clips() == 8
    assert told(desk).startswith("Adapted: Frames 0 to 11")
    detector = desk.desk.analysing.detector_of(desk.desk.current.analysis)
    assert detector.facts.weights_sha256 == desk.desk.current.analysis.facts.weights_sha256
    assert desk.desk.analysing.detector_of(desk.desk.current.analysis) is detector


def test_the_export_carries_the_warning(qtbot, desk, tmp_path):
    from engine.export.case import CaseExport

    press(desk, KEY.Key_F, SHIFTED)
    analyse(qtbot, desk)
    document, track = desk.desk.current, desk.desk.reviewing.track
    segment = desk.desk.judging.make(FrameSpan(5, 25))
    case = CaseExport(
        document.footage,
        document.analysis,
        document.session.state,
        track.score,
        [desk.desk.reviewing.segment(segment)],
        tmp_path / "case",
        kinds=("original", "report"),
    )
    for _ in case.run():
        pass
    said = json.loads((tmp_path / "case" / "manifest.json").read_text())["detector"]["warning"]
    assert said == document.analysis.facts.warning
    assert said in (tmp_path / "case" / "report.html").read_text()


def test_a_copy_of_the_review_takes_the_adapted_weights_along(qtbot, desk, tmp_path):
    from engine.review.portable import write_carried

    press(desk, KEY.Key_F, SHIFTED)
    analyse(qtbot, desk)
    document, folder = desk.desk.current, tmp_path / "copy"
    folder.mkdir()
    write_carried(document.session, document.analysis.path, folder, "walk")
    assert {path.name for path in folder.iterdir()} == {
        "walk.review.json",
        "walk.h5",
        "yard.adapted-8.safetensors",
        "yard.adapted-8.json",
    }
    copied = api.read_analysis(folder / "walk.h5")
    assert api.adaptation_of(copied) == api.adaptation_of(document.analysis)
    assert api.detector_of(copied).facts.weights_sha256 == copied.facts.weights_sha256
