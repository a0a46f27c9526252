"""A complete analysis stays until another is complete; runs of other gammas stand beside it."""

from __future__ import annotations

import json

import numpy as np
from tiny_engine import finished, new_run, stopped

from engine import api
from engine.analysis.file import read_analysis, read_head
from engine.analysis.replay import rerun
from engine.analysis.store import find_analyses, last_analysis, path_for, stored_heads
from engine.footage import open_footage


def test_a_run_that_is_cut_short_does_not_replace_a_complete_one(broken_walk, mnad, tmp_path):
    path = tmp_path / "a.h5"
    before = finished(new_run(broken_walk, mnad, path))
    part = stopped(new_run(broken_walk, mnad, path, gamma=1.0), 20)
    assert not part.complete
    kept = read_analysis(path)
    assert kept.complete
    assert kept.head.gamma == before.head.gamma
    again = new_run(broken_walk, mnad, path, gamma=1.0)
    assert again.resumed_from == part.frames_done
    assert finished(again).complete
    assert read_analysis(path).head.gamma == 1.0
    assert [p.name for p in tmp_path.iterdir()] == ["a.h5"]


def test_runs_with_another_gamma_stand_beside_each_other(broken_walk, mnad):
    footage = open_footage(broken_walk)
    whole = finished(api.start_analysis(footage, mnad))
    gamma = float(np.nanmin(whole.regular_score)) / 2
    path = path_for(footage.path, mnad.facts, gamma, True)
    finished(rerun(whole, footage, mnad, gamma, path))
    heads = stored_heads(footage.path)
    assert {head.head.gamma for head in heads} == {mnad.facts.gamma, gamma}
    assert all(head.complete for head in heads)
    again = rerun(whole, footage, mnad, gamma, path)
    assert again.resumed_from == len(footage.table)  # nothing of it is run twice


def test_what_grows_beside_a_complete_one_is_not_found_when_footage_is_opened(broken_walk, mnad):
    footage = open_footage(broken_walk)
    run = api.start_analysis(footage, mnad)
    finished(run)
    stopped(new_run(broken_walk, mnad, run.path, gamma=1.0), 20)
    assert find_analyses(footage.path) == [run.path]
    found = last_analysis(footage.path)
    assert found is not None
    assert found.complete


def test_a_head_is_read_without_the_rows(broken_walk, mnad, tmp_path):
    part = stopped(new_run(broken_walk, mnad, tmp_path / "a.h5"), 20)
    head = read_head(tmp_path / "a.h5")
    assert head is not None
    assert (head.frames_done, head.complete) == (part.frames_done, False)
    assert json.dumps(head.head.as_dict()) == json.dumps(part.head.as_dict())
    assert read_head(tmp_path / "missing.h5") is None
