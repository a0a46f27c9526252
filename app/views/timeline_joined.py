"""The timeline over several files: one axis of real time, on which the current file has a place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from app.views.timeline_files import BesideRow, FileRow, Line
from app.views.timeline_rows import Row
from app.views.timeline_stage import FILES, FILES_HEIGHT, SCORE, TimelineStage


class JoinedStage(TimelineStage):
    """Setters of the current footage speak of seconds after its first frame; on the axis they are
    moved to where it lies.  Without a line that is 0.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._line: Line | None = None
        self._beside: dict[str, BesideRow] = {}
        self._own_duration = 1.0
        self._own_seconds: NDArray[np.float64] = np.empty(0)
        super().__init__(parent)

    @property
    def origin(self) -> float:
        """Where the current footage begins on the axis, in seconds."""
        return 0.0 if self._line is None else self._line.origin

    def line(self) -> Line | None:
        """The files, where several are joined."""
        return self._line

    # setters

    def set_line(self, line: Line | None) -> None:
        """Files on one line of time; None shows the current footage alone.

        What is in view stays in view while the files are the same.
        """
        if line == self._line:
            return
        before, self._line = self._line, line
        same = _keys(before) == _keys(line)
        if not same:
            self._beside.clear()
        for item in (self._files, self._gaps):
            item.set_line(line)
        for row in self._rows():
            row.set_files(line)
            if not same:
                row.over.keep(set())
        self._ruler.began = None if line is None else line.began
        self._show_files(line is not None)
        self.overview.set_gaps([] if line is None else line.gaps())
        self._fitted = self._fitted or not same
        self.set_duration(self._own_duration)
        self.set_seconds(self._own_seconds)

    def _show_files(self, shown: bool) -> None:
        if shown != self._files_box.isVisible():
            self._files_box.setVisible(shown)
            self.view.ci.layout.setRowFixedHeight(FILES, FILES_HEIGHT if shown else 0)
            self._resize_to_rows()

    def set_beside(self, rows: Sequence[BesideRow]) -> None:
        """What is drawn of the files beside the current one; those that are the same objects as
        before cost nothing.
        """
        fresh = {row.key: row for row in rows}
        for key in self._beside.keys() - fresh.keys():
            self._beside.pop(key)
        for key, beside in fresh.items():
            if self._beside.get(key) is not beside:
                self._beside[key] = beside
                for row_name, row in self._named_rows():
                    self._put(row_name, row, beside)
        for _, row in self._named_rows():
            row.over.keep(set(fresh))
        self._beyond = [] if self._line is None else self._waiting(self._line)
        self._later()

    def _put(self, name: str, row: Row, beside: BesideRow) -> None:
        file = self._file(beside.key)
        values = beside.rows.get(name)
        if file is None or values is None:
            row.over.put(beside.key, np.empty(0), np.empty(0, np.float32), 1.0)
            return
        scale = beside.scale if name == SCORE else 1.0
        seconds = beside.seconds + file.start
        row.over.put(beside.key, seconds, np.asarray(values[: beside.done], np.float32), scale)

    def _named_rows(self) -> list[tuple[str, Row]]:
        return [(SCORE, self._score), *self._tracks.items()]

    def _file(self, key: str) -> FileRow | None:
        files = () if self._line is None else self._line.files
        return next((file for file in files if file.key == key), None)

    def _waiting(self, line: Line) -> list[tuple[float, float]]:
        """What has no score yet in the other files."""
        waiting: list[tuple[float, float]] = []
        for file in line.files:
            beside = self._beside.get(file.key)
            if file.key == line.current:
                continue
            if beside is None or not beside.done:
                waiting.append((file.start, file.stop))
            elif beside.done < len(beside.seconds):
                waiting.append((file.start + float(beside.seconds[beside.done]), file.stop))
        return waiting

    def set_duration(self, seconds: float) -> None:
        """How long the current footage is; the view follows where it showed everything."""
        self._own_duration = max(seconds, 1e-3)
        self._end = self.origin + self._own_duration
        self._duration = self._own_duration if self._line is None else self._line.duration
        if self._fitted:
            self._look_at(0.0, self._duration)
        else:
            self._look_at(self._x0, self._x1)

    def set_seconds(self, seconds: NDArray[np.float64]) -> None:
        """When each frame begins, ascending (N,)."""
        self._own_seconds = seconds
        self._seconds = seconds + self.origin if self.origin else seconds
        for row in self._rows():
            row.seconds = self._seconds
        self._later()

    def set_near(self, seconds: Sequence[float]) -> None:
        """When near misses peak, in seconds of the axis."""
        self._near.set_peaks(seconds)

    def _join(self, row: Row, name: str) -> None:
        """A row that was just made goes over the files, too."""
        row.seconds = self._seconds
        row.set_files(self._line)
        for beside in self._beside.values():
            self._put(name, row, beside)

    # what is in view, in seconds of the current footage

    def visible_span(self) -> tuple[float, float]:
        """The times at the left and right edge."""
        return self._x0 - self.origin, self._x1 - self.origin

    def look_at(self, start: float, stop: float) -> None:
        """Show the part between two times, as far as there is something."""
        self._look_at(start + self.origin, stop + self.origin)

    def _moved(self, spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        by = self.origin
        return [(start + by, stop + by) for start, stop in spans]

    def file_at(self, x: Any) -> FileRow | None:
        """The file whose block is under a point of the view."""
        box = self._files_box
        if not box.isVisible() or not box.sceneBoundingRect().contains(x):
            return None
        return self._files.at(box.mapFromScene(x).x())


def _keys(line: Line | None) -> list[str]:
    return [] if line is None else [file.key for file in line.files]
