"""No command writes over footage, nor over anything that is not of the kind it writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import pytest
from command_driver import Run, document, fails
from footage_maker import make_images

from engine.files import sha256


@pytest.fixture
def here(walk: Path, tmp_path: Path) -> Path:
    """A copy of the footage in the folder where commands run."""
    return Path(shutil.copyfile(walk, tmp_path / "work" / "yard.mp4"))


def hashes(folder: Path = Path()) -> dict[str, str]:
    """Every file below a folder."""
    return {str(p): sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("output", ["yard.mp4", "./yard.mp4", "link.h5", "twin.h5"])
def test_an_analysis_never_takes_the_place_of_its_footage(
    run: Run, here: Path, output: str
) -> None:
    Path("link.h5").symlink_to(here)
    Path("twin.h5").hardlink_to(here)
    before = hashes()
    fails(run("analyse", "yard.mp4", "-o", output), "over the footage yard.mp4")
    assert hashes() == before


def test_an_analysis_never_takes_the_place_of_a_picture(run: Run) -> None:
    make_images(Path("yard"), [f"{n:02d}.png" for n in range(8)])
    before = hashes()
    fails(run("analyse", "yard", "-o", "yard/03.png"), "over the footage yard")
    fails(run("analyse", "yard", "-o", "yard"), "over the footage yard")
    assert hashes() == before


@pytest.mark.parametrize("name", ["x.h5", "x.h5.journal", "x.h5.journal.new"])
def test_an_analysis_and_its_journal_replace_only_their_own_kind(
    run: Run, here: Path, name: str
) -> None:
    Path(name).write_bytes(b"precious")
    before = hashes()
    fails(run("analyse", here, "-o", "x.h5"), f"{name} is there already and is not")
    assert hashes() == before


def test_an_hdf5_file_of_another_program_stays(run: Run, here: Path) -> None:
    with h5py.File("x.h5", "w") as file:
        file["measured"] = [1, 2, 3]
    before = hashes()
    fails(run("analyse", here, "-o", "x.h5"), "is not an analysis")
    assert hashes() == before


def test_a_run_beside_a_complete_analysis_spares_what_lies_there(run: Run, here: Path) -> None:
    assert document(run("analyse", here, "-o", "x.h5", "--json"))
    Path("x.new.h5").write_bytes(b"precious")
    before = hashes()
    fails(run("analyse", here, "-o", "x.h5"), "x.new.h5 is there already")
    assert hashes() == before


def test_an_analysis_is_replaced_by_another(run: Run, here: Path) -> None:
    for _ in range(2):
        assert document(run("analyse", here, "-o", "x.h5", "--json"))["resumed_from"] == 0
    Path("x.h5").write_bytes(Path("x.h5").read_bytes()[:3000])  # damaged
    assert document(run("analyse", here, "-o", "x.h5", "--json"))


TRAIN = ["train", "--normal", "yard.mp4", "--epochs", "1", "--device", "cpu", "-o"]
FIT = ["train", "--normal", "yard.mp4", "--detector", "attributes", "-o"]
CALIBRATE = ["weights", "calibrate", "scene", "--normal", "yard.mp4", "-o"]
IMPORT = ["weights", "import-mnad", "model.pth", "keys.pt", "-o"]
TABLE = ["table", "DATASET", "--out"]
BATCH = ["batch", "yard.mp4", "--workers", "1", "--out"]
SCENE = ["scene", "--seconds", "1", "--name"]
PASTE = ["paste", "--normal", "yard.mp4", "--cut-from", "yard.mp4", "--out"]
CHECK = ["calibration-check", "--hours", "0.01", "--out"]


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ([*TRAIN, "x.safetensors"], "x.safetensors"),
        ([*TRAIN, "x.safetensors"], "x.json"),
        ([*TRAIN, "x.safetensors"], "x.run/diary.txt"),
        ([*FIT, "x.safetensors"], "x.safetensors"),
        ([*FIT, "x.safetensors"], "x.run/diary.txt"),
        ([*CALIBRATE, "x.safetensors"], "x.safetensors"),
        ([*CALIBRATE, "x.safetensors"], "x.json"),
        ([*IMPORT, "x.safetensors"], "x.safetensors"),
        ([*IMPORT, "x.safetensors"], "x.json"),
        ([*TABLE, "x.md"], "x.md"),
        ([*TABLE, "x.md"], "x.json"),
        ([*TABLE, "x.md"], "x.log.jsonl"),
        ([*TABLE, "x.md", "--log", "x.mp4"], "x.mp4"),
        (["evaluate", "DATASET", "--log", "x.mp4"], "x.mp4"),
        ([*BATCH, "out"], "out/batch.json"),
        ([*BATCH, "out"], "out/batch.csv"),
        ([*SCENE, "x", "--out", "."], "x.mp4"),
        ([*SCENE, "x", "--out", "."], "x.json"),
        ([*SCENE, "x", "--out", "."], "x_masks"),
        ([*SCENE, "x", "--out", "."], "x_masks/0003.png"),
        ([*PASTE, "out"], "out/testing/labels.json"),
        ([*PASTE, "out"], "out/testing/frames/yard-normal/0000.png"),
        ([*CHECK, "out"], "out/check.json"),
        ([*CHECK, "out"], "out/plan.json"),
        ([*CHECK, "out", "--report-only"], "out/check.svg"),
        (["demo", "--out", "out"], "out/square.h5"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_only_the_same_kind_is_written_over(
    run: Run, here: Path, words: list[str], taken: str
) -> None:
    path = Path(taken)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff precious")
    before = hashes()
    fails(run(*words), "is there already and is not")
    assert hashes() == before


FOLDERS = [BATCH, PASTE, CHECK, [*SCENE, "yard", "--out"], ["demo", "--out"]]


@pytest.mark.parametrize("words", [TRAIN, CALIBRATE, IMPORT, TABLE, *FOLDERS], ids=" ".join)
def test_no_output_takes_the_place_of_the_footage(run: Run, here: Path, words: list[str]) -> None:
    before = hashes()
    code, out, _ = run(*words, "yard.mp4")
    assert (code, out) == (1, "")
    assert hashes() == before


def test_a_batch_spares_what_lies_where_an_analysis_would(run: Run, here: Path) -> None:
    Path("out").mkdir()
    Path("out/yard.h5").write_bytes(b"precious")
    before = sha256(Path("out/yard.h5"))
    told = document(run(*BATCH, "out", "--json"), code=1)
    assert "is not an analysis" in told["outcomes"][0]["error"]
    assert sha256(Path("out/yard.h5")) == before
    assert document(run(*BATCH, "again", "--json"))
    assert document(run(*BATCH, "again", "--json"))["outcomes"][0]["state"] == "known"


def test_a_case_is_never_written_over_anything(run: Run, here: Path, scored: Path) -> None:
    Path("full").mkdir()
    Path("full/diary.txt").write_bytes(b"precious")
    before = hashes()
    for out in ("yard.mp4", "full"):
        fails(run("export", scored, "--out", out), "already holds something")
    assert hashes() == before


def test_weights_replace_weights_of_the_same_name(run: Run, here: Path) -> None:
    for _ in range(2):
        made = run(*TRAIN, "x.safetensors", "--width", "2", "--size", "32", "--json")
        assert document(made)["detector"] == "mnad-prediction"
    assert not Path("x.run").exists()


def test_a_scene_of_the_same_name_as_footage_leaves_it_as_it_was(run: Run, here: Path) -> None:
    before = hashes()
    fails(run(*SCENE, "yard", "--out", "."), "yard.mp4 is there already and is not a rendered")
    fails(run(*SCENE, "../work/yard", "--out", "."), "cannot be the name of a file")
    assert hashes() == before


def test_masks_drawn_by_hand_are_not_those_of_a_scene(run: Run) -> None:
    make_images(Path("x_masks"), ["0000.png", "0001.png"])
    before = hashes()
    fails(run(*SCENE, "x", "--out", "."), "x_masks is there already and is not the masks")
    assert hashes() == before


def test_a_scene_is_rendered_over_the_last_one(run: Run) -> None:
    for seconds in ("1.2", "1"):
        document(run("scene", "--seconds", seconds, "--out", ".", "--json"))
    assert len(list(Path("scene_masks").iterdir())) == 10


def test_a_labelled_data_set_is_never_pasted_over(run: Run, here: Path) -> None:
    labels = Path("set/testing/labels.json")
    labels.parent.mkdir(parents=True)
    labels.write_text('{"01": [0, 1, 1], "02-normal": [0, 0]}', encoding="utf-8")
    before = hashes()
    fails(run(*PASTE, "set"), "set is there already and is not a data set that was pasted")
    assert hashes() == before


def test_a_check_of_other_footage_stays(run: Run) -> None:
    words = ["calibration-check", "--out", "out", "--report-only"]
    fails(run(*words), "nothing to compare yet")
    assert not Path("out").exists()
