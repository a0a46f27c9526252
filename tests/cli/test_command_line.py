"""The command line: one JSON document on stdout, the agreed keys, the agreed exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from command_driver import Run, document, fails, interrupt_after
from footage_maker import make_images
from tiny_engine import finished, new_run

from engine import cli
from engine.analysis.analysis import Analysis
from engine.analysis.file import read_analysis, write_analysis
from engine.analysis.journal import JournalWriter, journal_path
from engine.detectors.mnad_stream import MnadDetector
from engine.detectors.speed import SpeedDetector
from engine.review.state import ReviewState
from engine.scene import SceneSpec


def commands() -> list[list[str]]:
    found = []
    group = typer.main.get_command(cli.app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        deeper = getattr(command, "commands", None)
        found += [[name, inner] for inner in deeper] if deeper else [[name]]
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(run: Run, words: list[str]) -> None:
    code, out, _ = run(*words, "--help")
    assert code == 0
    flat = " ".join(out.split())
    assert f"Example: normscope {' '.join(words)}" in flat
    assert "--json" in flat or words == ["review"]  # a window prints no document


def test_info_has_the_agreed_keys(run: Run, walk: Path) -> None:
    facts = document(run("info", walk, "--json"))
    assert list(facts) == [
        "frames", "duration", "width", "height", "codec", "rate", "variable_rate", "keyframes",
        "first_pts", "problems",
    ]  # fmt: skip
    assert facts["frames"] == 48
    assert facts["duration"] == pytest.approx(4.8)
    assert (facts["width"], facts["height"]) == (96, 64)
    assert facts["rate"] == pytest.approx(10)
    assert facts["variable_rate"] is False
    assert run("info", walk)[0] == 0


def test_analyse_has_the_agreed_keys(run: Run, walk: Path) -> None:
    facts = document(run("analyse", walk, "--json"))
    assert set(facts) == {
        "analysis", "frames", "scored", "frames_per_second", "resumed_from", "device", "precision",
    }  # fmt: skip
    assert facts["frames"] == 48
    assert facts["scored"] == 47
    assert facts["resumed_from"] == 0
    assert Path(facts["analysis"]).is_file()
    assert facts["analysis"] == "walk.h5"


def test_analyse_takes_a_normal_span_and_an_output(run: Run, walk: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder" / "x.h5"
    document(
        run("analyse", walk, "-o", out, "--calibrate", "2-20", "--detector", "speed", "--json")
    )
    calibration = read_analysis(out).calibration
    assert calibration is not None
    assert calibration.origin == "frames 2 to 19 of this footage"
    alarms = document(run("segments", out, "--json"))[0]["false_alarms"]
    assert alarms["normal_seconds"] == 1.8
    assert alarms["count"] == 0
    assert alarms["sentence"].startswith("at most 6,000 false alarms an hour can be said from 1 s")


def test_the_folder_one_stands_in_can_be_analysed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_images(tmp_path / "yard", [f"{n:02d}.png" for n in range(8)])
    monkeypatch.chdir(tmp_path / "yard")
    assert document(run("analyse", ".", "--json"))["analysis"] == "yard.h5"


def test_one_frame_is_footage_without_scores(run: Run, tmp_path: Path) -> None:
    make_images(tmp_path / "one", ["1.png"])
    facts = document(run("analyse", tmp_path / "one", "--json"))
    assert (facts["frames"], facts["scored"]) == (1, 0)
    assert document(run("segments", facts["analysis"], "--json")) == []


def test_segments_have_the_agreed_keys(run: Run, scored: Path) -> None:
    found = document(run("segments", scored, "--json"))
    assert len(found) == 1
    assert list(found[0]) == [
        "id",
        "start",
        "stop",
        "start_time",
        "stop_time",
        "peak",
        "peak_frame",
        "rarity",
        "false_alarms",
    ]
    assert 0.9 < found[0]["rarity"] < 1
    assert found[0]["false_alarms"] is None  # nobody said which frames are normal
    assert found[0]["start_time"] == pytest.approx(found[0]["start"] / 10)
    assert found[0]["start"] <= found[0]["peak_frame"] < found[0]["stop"]
    assert document(run("segments", scored, "--threshold", "99", "--json")) == []
    code, out, _ = run("segments", scored, "--normalise", "minmax", "--smooth", "0.2")
    assert code == 0
    assert out


def test_segments_follow_their_settings(run: Run, scored: Path) -> None:
    low = document(run("segments", scored, "--threshold", "0.3", "--json"))
    high = document(run("segments", scored, "--threshold", "1", "--json"))
    assert low[0]["start"] <= high[0]["start"]
    assert low[-1]["stop"] >= high[-1]["stop"]
    assert document(run("segments", scored, "--min-length", "60", "--json")) == []


def test_raw_parts_of_two_units_are_refused(
    run: Run, walk: Path, mnad: MnadDetector, tmp_path: Path
) -> None:
    path = tmp_path / "m.h5"
    finished(new_run(walk, mnad, path))
    fails(run("segments", path, "--normalise", "none", "--json"), "cannot be added")
    raw = run(
        "segments", path, "--normalise", "none", "--lambda", "0", "--threshold", "0", "--json"
    )
    assert document(raw)


def test_a_run_that_was_killed_has_segments_too(run: Run, walk: Path, tmp_path: Path) -> None:
    running = new_run(walk, SpeedDetector(), tmp_path / "k.h5")
    work = running.run()
    for _ in range(44):
        next(work)
    work.close()  # type: ignore[attr-defined]
    analysis = read_analysis(tmp_path / "k.h5")
    (tmp_path / "k.h5").unlink()
    JournalWriter(journal_path(tmp_path / "k.h5"), analysis).close()
    assert document(run("segments", tmp_path / "k.h5", "--json"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["info", "nothing.mp4"], "nothing.mp4"),
        (["segments", "nothing.h5"], "no analysis file"),
        (["verify", "."], "SHA256SUMS"),
        (["analyse", "WALK", "--weights", "nobody"], "no weights named"),
        (["analyse", "WALK", "--detector", "mnad-prediction"], "needs weights"),
        (["analyse", "WALK", "--weights", "a", "--detector", "speed"], "exclude each other"),
        (["analyse", "WALK", "--gamma", "0.1"], "gamma has no meaning"),
        (["analyse", "WALK", "--calibrate", "9-2"], "not a span"),
        (["analyse", "WALK", "--calibrate", "0-900"], "48 frames"),
        (["analyse", "WALK", "--calibrate", "a"], "not a span"),
        (["weights", "show", "nobody"], "no weights named"),
        (["scene", "--out", "o", "--anomaly", "dragon@2"], "no anomaly 'dragon'"),
        (["scene", "--out", "o", "--anomaly", "cyclist"], "KIND@SECOND"),
    ],
)
def test_expected_failures_are_a_sentence_and_a_hint(
    run: Run, walk: Path, words: list[str], sentence: str
) -> None:
    fails(run(*[str(walk) if word == "WALK" else word for word in words]), sentence)


def test_an_output_that_cannot_be_written_is_an_expected_failure(run: Run, walk: Path) -> None:
    Path("file").write_text("in the way")
    fails(run("analyse", walk, "-o", "file/x.h5"), "could not be written")
    fails(run("export", "file", "--out", "c"), "damaged")


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["info"],
        ["info", "a", "--nonsense"],
        ["segments", "a", "--lambda", "2"],
        ["segments", "a", "--lambda", "x"],
        ["segments", "a", "--smooth", "-1"],
        ["export", "a"],
        ["scene", "--out", "o", "--seconds", "0"],
        ["scene", "--out", "o", "--layout", "9"],
        ["scene", "--out", "o", "--seed", "-1"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert err


def test_weights_are_listed_and_shown(run: Run, user_home: Path) -> None:
    from engine.detectors.mnad import MnadConfig, MnadNetwork
    from engine.detectors.weights import WeightsCard, write_weights

    config = MnadConfig(channels=1, width=2, size=32, items=4)
    card = WeightsCard(
        "tiny", "mnad-prediction", config.as_dict(), 0.6, 0.01, 10.0, {"trained_on": "noise"}
    )
    write_weights(
        user_home / "weights" / "tiny.safetensors", MnadNetwork(config).state_dict(), card
    )
    listed = {row["name"]: row for row in document(run("weights", "list", "--json"))}
    assert set(listed["tiny"]) == {
        "name", "detector", "width", "size", "megabytes", "trained_on"
    }  # fmt: skip
    assert (listed["tiny"]["width"], listed["tiny"]["size"]) == (2, 32)
    assert document(run("weights", "show", "tiny", "--json"))["detector"] == "mnad-prediction"
    assert run("weights", "show", "tiny")[0] == run("weights", "list")[0] == 0


def test_a_card_is_shown_in_words(run: Run) -> None:
    code, shown, _ = run("weights", "show", "scene")
    assert code == 0
    assert "known by its background" in shown
    assert len(shown) < 5000  # no picture in letters


def test_named_weights_analyse_and_resume(
    run: Run, walk: Path, user_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.detectors.mnad import MnadConfig, MnadNetwork
    from engine.detectors.weights import WeightsCard, write_weights

    config = MnadConfig(channels=1, width=2, size=32, items=4)
    card = WeightsCard("tiny", "mnad-prediction", config.as_dict(), 0.6, 0.01, None)
    write_weights(
        user_home / "weights" / "tiny.safetensors", MnadNetwork(config).state_dict(), card
    )
    words = ["analyse", walk, "--weights", "tiny", "--device", "cpu", "--precision", "fp32"]
    with monkeypatch.context() as patched:
        interrupt_after(patched, 30)
        assert run(*words)[0] == 130
    left = read_analysis(Path("walk.h5"))
    assert 20 <= left.frames_done < 48
    again = document(run(*words, "-o", left.path, "--resume", "--json"))
    assert again["resumed_from"] == left.frames_done
    assert again["scored"] == 44
    assert again["precision"] == "fp32"
    assert document(run(*words, "-o", left.path, "--json"))["resumed_from"] == 0


def test_a_scene_comes_with_its_ground_truth(run: Run) -> None:
    made = document(run("scene", "--out", "made", "--seconds", "1", "--json"))
    assert set(made) == {"video", "masks", "labels"}
    assert Path(made["video"]).is_file()
    labels = json.loads(Path(made["labels"]).read_text(encoding="utf-8"))
    assert len(labels["labels"]) == labels["frames"] == 10


def test_the_demo_does_the_whole_job(
    run: Run, monkeypatch: pytest.MonkeyPatch, user_home: Path
) -> None:
    import engine.demo
    import engine.review.defaults
    import engine.scene

    short = SceneSpec(7, 3.0, width=96, height=64, anomalies=(("runner", 0.5),))
    monkeypatch.setattr(engine.scene, "demo_spec", lambda: short)
    monkeypatch.setattr(engine.demo, "demo_detector", lambda *_: SpeedDetector())
    plain = engine.review.defaults.default_state

    def lower(analysis: Analysis) -> ReviewState:
        state = plain(analysis)
        return replace(state, segments=replace(state.segments, threshold=0.5))

    monkeypatch.setattr(engine.review.defaults, "default_state", lower)
    for _ in range(2):
        told = document(run("demo", "--out", "demo", "--json"))
    assert {
        "footage",
        "analysis",
        "case",
        "detector",
        "elsewhere",
        "weights",
        "segments",
        "events",
    } == set(told)
    assert told["detector"] == "speed"
    assert told["segments"] >= 1
    assert [event["kind"] for event in told["events"]] == ["runner"]
    assert document(run("verify", told["case"], "--json"))["result"] == "pass"


def test_the_demo_looks_weights_up_before_it_renders(run: Run, user_home: Path) -> None:
    fails(run("demo", "--out", "demo", "--weights", "nobody"), "no weights named 'nobody'")
    assert not list(user_home.rglob("*.mp4"))
    assert not Path("demo").exists()


def test_an_unfinished_demo_clip_is_rendered_again(
    monkeypatch: pytest.MonkeyPatch, user_home: Path
) -> None:
    import engine.scene
    from engine.demo import demo_clip, demo_events, render_demo

    monkeypatch.setattr(engine.scene, "demo_spec", lambda: SceneSpec(7, 1.0, width=64, height=64))
    list(render_demo())
    assert demo_events() == []
    demo_clip().with_suffix(".json").unlink()
    list(render_demo())
    assert demo_events() == []
    assert list(render_demo()) == []


def test_a_demo_clip_of_an_earlier_edition_stays_beside_the_new_one(
    monkeypatch: pytest.MonkeyPatch, user_home: Path
) -> None:
    import engine.demo
    import engine.scene

    monkeypatch.setattr(engine.scene, "demo_spec", lambda: SceneSpec(7, 1.0, width=64, height=64))
    clips = []
    for edition in (3, 4):
        monkeypatch.setattr(engine.demo, "EDITION", edition)
        assert len(list(engine.demo.render_demo())) == 10
        clips.append(engine.demo.demo_clip())
    assert clips[0] != clips[1]
    assert all(clip.is_file() and clip.with_suffix(".json").is_file() for clip in clips)


def test_the_version_is_said(run: Run) -> None:
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("normscope ")


def test_a_file_without_a_calibration_is_calibrated_on_itself(
    run: Run, scored: Path, tmp_path: Path
) -> None:
    analysis = read_analysis(scored)
    analysis.own_calibration = None
    write_analysis(tmp_path / "bare.h5", analysis)
    assert document(run("segments", tmp_path / "bare.h5", "--json"))
