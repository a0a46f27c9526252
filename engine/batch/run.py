"""A batch: footages in, analyses and a summary out.

The summary is replaced after every footage, so that a batch that is cut short tells what it did;
the same command goes on from there.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import engine
from engine.batch.crew import Alone, Crew, Ended
from engine.batch.finding import analysis_names, find_footage
from engine.batch.scoring import FootageTask, Outcome
from engine.errors import BadSetting
from engine.files import refuse_foreign, write_json, write_text
from engine.progress import Progress, RateMeter

FORMAT = "normscope-batch"
PARTS = 1000  # of a footage, for the progress of all


@dataclass(slots=True)
class Batch:
    """Footages under `paths`, scored by `crew` into `out` as `like` says (its footage and out are
    replaced).

    outcomes: by position in `tasks`, in the order in which they end.
    """

    paths: Sequence[Path]
    out: Path
    like: FootageTask
    crew: Crew = field(default_factory=Alone)
    tasks: list[FootageTask] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def run(self) -> Iterator[Progress]:
        """Raises FootageNotFound, UnreadableFootage, BadSetting before anything is scored."""
        footages = find_footage(self.paths)
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            raise BadSetting(f"{self.out} is a file, not a folder.") from error
        refuse_foreign(self.out / "batch.json", _is_summary, "the summary of a batch")
        refuse_foreign(self.out / "batch.csv", _is_rows, "the summary of a batch")
        self.tasks = [
            replace(self.like, footage=footage, out=self.out.resolve() / name)
            for footage, name in zip(footages, analysis_names(footages), strict=True)
        ]
        share, meter = [0.0] * len(self.tasks), RateMeter(window=60.0)
        crew = self.crew.work(self.tasks)
        try:
            for message in crew:
                if isinstance(message, Ended):
                    share[message.position] = 1.0
                    self.outcomes[message.position] = message.outcome
                    self._write_summary()
                elif message.total:
                    share[message.position] = message.done / message.total
                yield self._progress(share, meter)
        finally:
            crew.close()  # type: ignore[attr-defined]

    def _progress(self, share: list[float], meter: RateMeter) -> Progress:
        done, total = int(sum(share) * PARTS), len(share) * PARTS
        at = meter.progress("", done, total)
        failed = sum(outcome.state == "failed" for outcome in self.outcomes.values())
        return Progress(
            "scoring",
            len(self.outcomes),
            len(share),
            "footage",
            eta=at.eta,
            note=f"{failed} failed" if failed else "",
        )

    @property
    def summary(self) -> dict[str, Any]:
        """One document: settings, and what became of each footage."""
        ended = [self.outcomes[at] for at in sorted(self.outcomes)]
        return {
            "format": FORMAT,
            "version": 1,
            "normscope": engine.__version__,
            "weights": self.like.weights,
            "detector": self.like.detector or (None if self.like.weights else "speed"),
            "footages": len(self.tasks),
            "failed": sum(outcome.state == "failed" for outcome in ended),
            "outcomes": [outcome.as_dict() for outcome in ended],
        }

    def _write_summary(self) -> None:
        document = self.summary
        write_json(self.out / "batch.json", document)
        rows = document["outcomes"]
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        write_text(self.out / "batch.csv", text.getvalue())


def _is_summary(path: Path) -> bool:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("format") == FORMAT


def _is_rows(path: Path) -> bool:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.readline(1000).startswith("footage,analysis,state,")
