"""The main job on real footage, through the command line, with the shipped `ped2` weights."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.cli import main
from engine.footage import open_footage

pytestmark = pytest.mark.shared


def documents(capsys) -> object:
    return json.loads(capsys.readouterr().out)


def test_a_video_file_becomes_flagged_exported_segments(shared, tmp_path, capsys):
    footage = shared / "footage" / "ped2-test-12.mp4"
    stored = tmp_path / "twelve.h5"
    assert main(["analyse", str(footage), "-o", str(stored), "--weights", "ped2", "--json"]) == 0
    told = documents(capsys)
    assert told["frames"] == 180
    assert told["scored"] == 176

    # this clip is subtle: the threshold is about the median of its scores
    assert main(["segments", str(stored), "--threshold", "0.4", "--json"]) == 0
    segments = documents(capsys)
    assert segments
    labels = json.loads((shared / "data/ped2/testing/labels.json").read_text())["12"]
    truth = np.array(labels, bool)
    flagged = np.zeros(180, bool)
    for segment in segments:
        flagged[segment["start"] : segment["stop"]] = True
    assert flagged[truth].mean() > 1.2 * flagged[~truth].mean()

    case = tmp_path / "case"
    chosen = ["--threshold", "0.4", "--segments", "1", "--json"]
    assert main(["export", str(stored), "--out", str(case), *chosen]) == 0
    written = documents(capsys)["excerpts"][0]
    assert written["packets_identical"]
    excerpt = open_footage(written["file"])
    assert len(excerpt.table) == written["actual"][1] - written["actual"][0]
    assert main(["verify", str(case), "--json"]) == 0
    assert documents(capsys)["result"] == "pass"
