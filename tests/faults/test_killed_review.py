"""kill -9 while a review is made: what was decided a second before is there, and every file is
whole.

Real processes are killed with SIGKILL.  One makes only review edits, and forks a child for each of
many kills; the other is the application itself, which judges by its commands while an analysis
goes on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.analysis.file import read_analysis
from engine.analysis.journal import journal_path
from engine.analysis.store import find_analyses
from engine.files import fingerprint
from engine.review.session import open_review, read_review, review_path
from engine.review.state import ReviewState

TESTS = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")

EDITOR = """
import os, random, signal, sys, time
from dataclasses import replace
from pathlib import Path
from engine.analysis.analysis import FootageReference
from engine.review import session as sessions
from engine.review.session import open_review
from engine.review.state import ReviewSegment, ReviewState
from engine.timebase import FrameSpan

sessions.VERSION_SECONDS = 0.0  # a version at every save: the most that can be torn
folder, reference = Path({folder!r}), FootageReference("/yard.mp4", 1, "abc")

def edit(path, told):
    session = open_review(path, reference, ReviewState(), "yard.h5")
    number = len(session.state.stored)
    while True:
        number += 1
        mark = ReviewSegment("f", FrameSpan(number, number + 1), 1.0, number, note=str(number))
        session.change("segment", session.state.with_segment(mark))
        session.change("undone", replace(session.state, gamma=float(number)))
        session.undo()
        os.write(told, number.to_bytes(4, "big"))

random.seed(5)
for kill in range({kills}):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        edit(folder / f"{{kill % 3}}.review.json", theirs)
    os.close(theirs)
    told = b"".join(os.read(ours, 4) for _ in range(random.randrange(4)))
    time.sleep(random.uniform(0.0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while block := os.read(ours, 65536):
        told += block
    os.close(ours)
    print(kill % 3, int.from_bytes(told[-4:], "big"), flush=True)
"""

APPLICATION = """
import os, sys, time
sys.path[:0] = [{tests!r}, {tests!r} + "/footage", {tests!r} + "/app"]
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.application import Application
from engine.detectors.speed import SpeedStream
from engine.timebase import FrameSpan

push = SpeedStream.push
def slowly(self, index, picture):  # the analysis must still go on when the kill comes
    time.sleep(0.05)
    return push(self, index, picture)
SpeedStream.push = slowly

qt = QApplication(["kill"])
application = Application(qt)
desk, number = application.desk, 0

def edit():
    global number
    if desk.reviewing.state is None or desk.analysing.frames_done() < 4:
        return
    number += 1
    if number % 5 == 0:  # as while a slider is dragged without a rest
        desk.reviewing.set_threshold(1000.0 + number)
    else:
        made = desk.judging.make(FrameSpan(number % 40, number % 40 + 1))
        desk.judging.note(made, str(number))
    print(number, time.time(), desk.analysing.frames_done(), flush=True)

timer = QTimer()
timer.timeout.connect(edit)
timer.start(40)
application.start([Path({footage!r})])
qt.exec()
"""


def whole_files(folder: Path) -> dict[str, int]:
    """Reads every file under a folder that is not the hidden leftover of an atomic write; how many
    of each kind.
    """
    counts: dict[str, int] = {}
    for path in folder.rglob("*"):
        if path.is_dir() or path.name.startswith("."):
            continue
        if ".review" in path.name:
            read_review(path)
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        counts[path.suffix] = counts.get(path.suffix, 0) + 1
    return counts


def test_no_decision_is_lost_by_any_of_many_kills(tmp_path: Path) -> None:
    code = EDITOR.format(folder=str(tmp_path), kills=30)
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TESTS.parent,
        env=os.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    last = dict.fromkeys("012", 0)
    for line in ended.stdout.splitlines():
        name, number = line.split()
        last[name] = max(last[name], int(number))
    assert sum(last.values()) > 20, "the kills came too early to mean anything"
    assert whole_files(tmp_path)[".json"] > 3
    for name, number in last.items():
        path = tmp_path / f"{name}.review.json"
        if not number:
            continue
        session = open_review(path, None, ReviewState())  # type: ignore[arg-type]
        notes = [int(segment.note) for segment in session.state.stored]
        # a decision is on the disk before it is told: not even the last one may be missing
        assert notes == list(range(1, len(notes) + 1))
        assert number <= len(notes)
        assert not session.history_lost
        assert session.versions
        assert all(version.state is not None for version in session.versions)


@pytest.mark.parametrize("seconds", [0.3, 1.1, 1.9])
def test_the_application_is_killed_while_it_analyses_and_is_worked_with(
    walk: Path, user_home: Path, tmp_path: Path, seconds: float
) -> None:
    # a longer footage than the walk's 48 frames is not needed: each frame is slowed down
    code = APPLICATION.format(tests=str(TESTS), footage=str(walk))
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=TESTS.parent,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        first = child.stdout.readline()
        assert first, child.stderr.read() if child.stderr else ""
        begun = float(first.split()[1])
        while time.time() < begun + seconds:
            time.sleep(0.005)
    finally:
        child.send_signal(signal.SIGKILL)
        killed = time.time()
        rest, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL
    lines = [line.split() for line in [first, *rest.splitlines()]]
    edits = [(int(n), float(t)) for n, t, _ in lines]
    whole_files(user_home)
    (path,) = find_analyses(walk)
    analysis = read_analysis(path)
    assert journal_path(path).is_file(), "the kill was to come while the analysis goes on"
    assert fingerprint(walk) == analysis.head.footage.fingerprint
    scored = [int(frames) for _, told, frames in lines if float(told) < killed - 1.3]
    assert analysis.frames_done >= max(scored, default=0)
    state = read_review(review_path(path))
    notes = {int(segment.note) for segment in state.stored if segment.note}
    due = {n for n, _ in edits if n % 5}  # a decision is on the disk before it is told
    assert due <= notes
    dragged = [n for n, told in edits if n % 5 == 0 and told < killed - 1.0]
    if dragged:
        assert state.segments.threshold >= 1000.0 + max(dragged)
