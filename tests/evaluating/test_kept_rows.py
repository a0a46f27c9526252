"""Rows of an earlier table stand beside new ones of the same clips, and of no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadSetting
from engine.evaluation.kept_rows import merged, read_kept

CLIPS = ["01", "03"]


def row(name: str, twin: str = "", **rest: Any) -> dict[str, Any]:
    return {"name": name, "twin": twin, **rest}


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


@pytest.mark.parametrize("text", ["", "[]", "{", '{"rows": 3}'])
def test_what_is_no_table_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match="not the JSON of a table"):
        kept(path)
    with pytest.raises(BadSetting, match=r"no none\.json"):
        kept(tmp_path / "none.json")


def test_what_was_measured_again_stands_where_it_stood() -> None:
    before = [row("speed", auc=1), row("one", auc=1), row("one", "by A alone"), row("two", auc=1),
              row("mean of 2 seeds", seeds=[1, 2])]  # fmt: skip
    now = [row("speed", auc=2), row("new", auc=2), row("one", auc=2)]
    found = [(r["name"], r["twin"], r["auc"]) for r in merged(before, now)]
    assert found == [("speed", "", 2), ("one", "", 2), ("two", "", 1), ("new", "", 2)]
