"""`train`: what it takes, what it writes, and what is refused before any footage is read."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from command_driver import Run, document, fails
from walked_square import normal

from engine import cli
from engine.cli.training import repeated

SAID = [
    (["--detector", "mnad-prediction", "--flow", "dis"], "--flow has no meaning for mnad-pred"),
    (["--detector", "comemory", "--frames-in", "4"], "--frames-in has no meaning for comemory"),
    (["--detector", "speed"], "'speed' cannot be trained"),
    (["--detector", "comemory", "--flow", "farneback"], "dis or rgb-difference"),
    (["--robust", "0.9"], "between 0 and 0.5"),
    (["--anneal", "week"], "epoch or step"),
    (["--epochs", "2", "--minutes", "1"], "--epochs and --minutes both say when learning ends"),
    (["--epochs", "8", "--minutes", "1"], "Drop --epochs to learn for that long, or --minutes"),
]


@pytest.mark.parametrize(("options", "sentence"), SAID)
def test_what_cannot_be_learned_is_said_in_a_sentence(
    options: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "yard.safetensors"
    code = cli.main(["train", "--normal", str(tmp_path), "-o", str(out), *options])
    said = capsys.readouterr().err
    assert code == 1
    assert sentence in " ".join(said.split())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("--normal a b -o c", "--normal a --normal b -o c"),
        ("-o c --normal a b c --joint", "-o c --normal a --normal b --normal c --joint"),
        ("--normal a --normal b c", "--normal a --normal b --normal c"),
        ("--normal=a b --seed 1", "--normal=a --normal b --seed 1"),
        ("--normal a -o b c", "--normal a -o b c"),
        ("-o c --normal", "-o c --normal"),
    ],
)
def test_the_paths_of_normal_end_at_the_next_option(words: str, meant: str) -> None:
    assert repeated(words.split()) == meant.split()


def test_a_word_that_belongs_to_no_option_is_wrong_usage(run: Run) -> None:
    code, out, err = run("train", "--normal", "a", "-o", "b.safetensors", "c")
    assert (code, out) == (2, "")
    assert "c" in err


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders of 60 frames in which blocks walk."""
    root = tmp_path_factory.mktemp("halves")
    folders = [root / "monday", root / "tuesday"]
    for day, folder in enumerate(folders):
        folder.mkdir()
        for at in range(60):
            cv2.imwrite(str(folder / f"{at:03d}.png"), normal(60 * day + at))
    return folders


def test_a_network_is_learned_from_several_paths_after_one_normal(
    run: Run, halves: list[Path]
) -> None:
    small = ["--size", 32, "--width", 2, "--items", 4, "--epochs", 1, "--batch", 8]
    here = ["--device", "cpu", "--precision", "fp32"]
    told = document(
        run("train", "--normal", *halves, "-o", "yard.safetensors", *small, *here, "--json")
    )
    assert told["detector"] == "mnad-prediction"
    assert [Path(one["path"]).name for one in told["training"]["normal"]] == ["monday", "tuesday"]
    assert sorted(p.name for p in Path().iterdir()) == ["yard.json", "yard.safetensors"]


def test_attributes_are_learned_from_normal_that_is_repeated(run: Run, halves: list[Path]) -> None:
    named = ["--normal", halves[0], "--normal", halves[1], "--detector", "attributes"]
    own = ["--lambda", 0.4, "--seed", 3, "--clip-rate", 10, "--pace", 0.5]
    told = document(run("train", *named, "-o", "yard.safetensors", *own, "--json"))
    assert (told["detector"], told["lambda"]) == ("attributes", 0.4)
    assert told["config"]["pace"] == 0.5
    assert len(told["training"]["normal"]) == 2
    assert told["training"]["seed"] == 3
    assert sorted(p.name for p in Path().iterdir()) == ["yard.json", "yard.safetensors"]


@pytest.mark.parametrize(
    "given",
    [
        "--robust 0",
        "--epochs 8",
        "--minutes 1",
        "--batch 4",
        "--lr 1e-4",
        "--anneal epoch",
        "--holdout 0.125",
        "--crop 0",
        "--weigh-places",
        "--resume",
        "--device auto",
        "--precision auto",
        "--base scene",
        "--no-memory",
        "--width 8",
    ],
)
def test_attributes_refuse_what_they_would_ignore(run: Run, given: str) -> None:
    words = ["train", "--normal", "x", "-o", "y.safetensors", "--detector", "attributes"]
    fails(run(*words, *given.split()), f"{given.split()[0]} has no meaning for attributes.")
    assert not list(Path().iterdir())


def test_all_that_attributes_refuse_is_named_at_once(run: Run) -> None:
    words = ["train", "--normal", "x", "-o", "y.safetensors", "--detector", "attributes"]
    fails(run(*words, "--epochs", 2, "--lr", 1), "--epochs, --lr have no meaning for attributes.")


NETWORK = [
    ("--lr", ["nan", "inf", "-1", "0"], "The learning rate must be"),
    ("--minutes", ["nan", "inf", "-1", "0"], "The minutes for training must be"),
    ("--holdout", ["nan", "inf", "-1", "1"], "held-out share lies between 0 and 1"),
    ("--robust", ["nan", "inf", "-1", "2"], "between 0 and 0.5"),
    ("--precision", ["int8"], "'int8' is not a precision"),
    ("--precision", ["fp16 --device cpu"], "fp16 is not useful on a CPU"),
    ("--device", ["gpu"], "'gpu' is not a device"),
    ("--separate", ["nan", "inf", "-1"], "The loss's separate must be"),
]
BOTH = [
    ("--clip-rate", ["nan", "inf", "-1", "0"], "The clip rate must be"),
    ("--seed", ["-1", str(2**32)], "The seed lies between 0 and"),
    ("--lambda", ["nan", "inf", "-1", "7"], "Lambda lies between 0 and 1"),
]
PACE = [("--pace", ["nan", "inf", "-1", "0"], "The pace must be")]
IMPOSSIBLE = [
    (detector, option, value, sentence)
    for detector, table in (("mnad-prediction", NETWORK + BOTH), ("attributes", BOTH + PACE))
    for option, values, sentence in table
    for value in values
]


@pytest.mark.parametrize(("detector", "option", "value", "sentence"), IMPOSSIBLE)
def test_numbers_that_cannot_be_are_refused_before_anything_is_written(
    run: Run, halves: list[Path], detector: str, option: str, value: str, sentence: str
) -> None:
    words = ["train", "--normal", halves[0], "-o", "y.safetensors", "--detector", detector]
    fails(run(*words, option, *value.split()), sentence)
    assert not list(Path().iterdir())
