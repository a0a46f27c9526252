"""`weights cost` from the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine import cli


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr)."""
    code = cli.main(["weights", "cost", *words])
    out, err = capsys.readouterr()
    return code, out, err


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """The rows of --json."""
    code, out, err = ask(capsys, *words, "--json")
    assert code == 0, err
    return list(json.loads(out))


def test_without_a_name_every_full_size_network_stands_beside_the_published_size(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = {row["name"]: row for row in rows(capsys)}
    assert {"mnad-prediction", "mnad-prediction without memory", "mnad-reconstruction"} <= set(
        found
    )
    checked = 0
    for row in found.values():
        known = row.get("published")
        if known is not None:
            checked += 1
            assert row["parameters"] == pytest.approx(known["parameters"], rel=0.005)
            if known["multiply_accumulates"] is not None:
                total = known["multiply_accumulates"]
                assert row["multiply_accumulates"] == pytest.approx(total, rel=0.005)
    assert checked >= 4


def test_a_narrower_network_costs_about_a_sixteenth(capsys: pytest.CaptureFixture[str]) -> None:
    (wide,) = rows(capsys, "--detector", "mnad-prediction", "--width", "64", "--channels", "1")
    (narrow,) = rows(capsys, "--detector", "mnad-prediction", "--width", "16", "--channels", "1")
    assert wide["multiply_accumulates"] / narrow["multiply_accumulates"] == pytest.approx(
        16, rel=0.05
    )


def test_weights_and_any_setting_can_be_counted(capsys: pytest.CaptureFixture[str]) -> None:
    (shipped,) = rows(capsys, "ped2")
    assert shipped["detector"] == "mnad-prediction"
    (few,) = rows(capsys, "--detector", "mnad-prediction", "--set", "items=1")
    (many,) = rows(capsys, "--detector", "mnad-prediction", "--set", "items=20")
    assert many["products"] == 20 * few["products"]
    code, out, _ = ask(capsys, "--detector", "mnad-prediction", "--width", "8")
    assert code == 0
    assert "mnad-prediction" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["ped2", "--width", "8"], "give a name alone"),
        (["--detector", "speed"], "no network"),
        (["--detector", "mnad-prediction", "--set", "items"], "not NAME=VALUE"),
        (["--detector", "mnad-prediction", "--set", "depth=3"], "no configuration"),
    ],
)
def test_what_cannot_be_counted_is_an_expected_failure(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    code, out, err = ask(capsys, *words)
    assert (code, out) == (1, "")
    assert sentence in err
    assert "Hint:" in err
