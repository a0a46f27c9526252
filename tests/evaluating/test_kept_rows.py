"""Rows of an earlier table stand beside new ones of the same clips, and of no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadSetting
from engine.evaluation.kept_rows import merged, read_kept, without_old_means

CLIPS = ["01", "03"]


def row(name: str, twin: str = "", **rest: Any) -> dict[str, Any]:
    return {"name": name, "twin": twin, "auc": {}, "published": None, **rest}


def written(path: Path, **changes: Any) -> Path:
    rows = [row("speed"), row("one"), row("one", "by A alone")]
    document = {"dataset": "ped2", "clips": CLIPS, "normal": 7, "rows": rows} | changes
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def kept(path: Path, rival: str = "speed") -> list[dict[str, Any]]:
    return read_kept(path, dataset="ped2", clips=CLIPS, normal=7, rival=rival)


def test_rows_of_the_same_clips_are_kept(tmp_path: Path) -> None:
    assert [r["name"] for r in kept(written(tmp_path / "t.json"))] == ["speed", "one", "one"]


@pytest.mark.parametrize(
    "changes", [{"dataset": "avenue"}, {"clips": ["01"]}, {"normal": 8}], ids=str
)
def test_rows_of_other_clips_are_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="of other clips"):
        kept(written(tmp_path / "t.json", **changes))


def test_gains_against_another_rival_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="another detector than 'other'"):
        kept(written(tmp_path / "t.json"), rival="other")
    with pytest.raises(BadSetting, match="another detector"):
        kept(written(tmp_path / "t.json", rows=[]))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"rows": 3}',
     '{"dataset": "ped2", "clips": ["01", "03"], "normal": 7, "rows": [{"name": "speed"}]}'],
)  # fmt: skip
def test_what_is_no_table_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match="not the JSON of a table"):
        kept(path)
    with pytest.raises(BadSetting, match=r"no none\.json"):
        kept(tmp_path / "none.json")


def test_what_was_measured_again_stands_where_it_stood() -> None:
    before = [row("speed", at=1), row("one", at=1), row("one", "by A alone"), row("two", at=1)]
    now = [row("speed", at=2), row("new", at=2), row("one", at=2)]
    found = [(r["name"], r["twin"], r["at"]) for r in merged(before, now)]
    assert found == [("speed", "", 2), ("one", "", 2), ("two", "", 1), ("new", "", 2)]


def test_a_mean_over_seeds_stays_until_it_is_taken_anew() -> None:
    known = {"seeds": [1, 2], "group": "a"}
    means = [row("mean of 2 seeds", **known), row("mean of 2 seeds", "by A alone", **known),
             row("mean of 3 seeds", seeds=[1, 2, 3])]  # fmt: skip
    rows = merged([row("speed"), *means], [row("new")])
    assert [r["name"] for r in rows] == ["speed", *(r["name"] for r in means), "new"]
    anew = [row("mean of 4 seeds", seeds=[1, 2, 3, 4], group="a")]
    left = [(r["name"], r["twin"]) for r in without_old_means(rows, anew)]
    assert left == [
        ("speed", ""), ("mean of 2 seeds", "by A alone"), ("mean of 3 seeds", ""), ("new", "")
    ]  # fmt: skip
