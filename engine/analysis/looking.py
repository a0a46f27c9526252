"""A closer look at one frame of a stored run: what was expected there, and where it differs.

The memory of that moment is rebuilt from the last snapshot by repeating the updates that were made
since, so the prediction is the one that was scored, also after reopening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis
from engine.analysis.sampling import Sampling, sample
from engine.detectors.base import Detector, Look, Stream
from engine.footage import Decoder, Footage

if TYPE_CHECKING:
    from engine.detectors.attributes_measuring import Measured


class Looker:
    """Looks at frames of one analysis.  Not thread-safe; the decoder is its own."""

    def __init__(self, footage: Footage, detector: Detector, analysis: Analysis) -> None:
        self._footage, self._detector, self._analysis = footage, detector, analysis
        self._sampling: Sampling = sample(footage.table, detector.facts.clip_rate)

    def nearest(self, index: int) -> int | None:
        """The scored frame that stands for `index`: itself, or the last one before it."""
        return nearest_scored(self._analysis, index)

    def look(self, decoder: Decoder, index: int) -> Look | None:
        """The closer look at the scored frame that stands for `index`; None where there is no
        score.

        Where no picture is expected, stored fine maps are all of it, and nothing runs again.
        """
        target = self.nearest(index)
        if target is None:
            return None
        stored = {} if self._detector.facts.predicts else fine_maps(self._analysis, target)
        if stored:
            return Look(target, None, stored)
        return self.before(decoder, target).look(target, decoder.read(target))

    def measure(self, decoder: Decoder, index: int) -> Measured | None:
        """What `attributes` measures in a scored frame; None where there is no score, and for
        detectors that measure nothing.
        """
        from engine.detectors.attributes import AttributesStream

        if self.nearest(index) != index:
            return None
        stream = self.before(decoder, index)
        if not isinstance(stream, AttributesStream):
            return None
        return stream.measure(decoder.read(index))

    def before(self, decoder: Decoder, target: int) -> Stream:
        """A stream that has seen what lies before a scored frame."""
        stream = self._detector.stream()
        position = self._sampling.position_at(target)
        first = position
        if self._detector.facts.has_memory:
            memory = self._analysis.memory_before(target)
            if memory is not None:
                stream.restore(memory[1])
                first = self._sampling.position_at(memory[0])
        start = max(0, min(first, position) - stream.context)
        for at in range(start, position):
            frame = int(self._sampling.indices[at])
            if self._analysis.clip_start[frame]:
                stream.flush()
            write = at >= first and bool(self._analysis.updated[frame])
            stream.replay(frame, decoder.read(frame), write=write)
        if self._analysis.clip_start[target]:
            stream.flush()
        return stream


def fine_maps(analysis: Analysis, index: int) -> dict[str, NDArray[np.float32]]:
    """The maps of a closer look at a scored frame as far as they are stored: fine ones, and cells
    for what has no finer; empty where the detector has to run again for them.
    """
    fine = analysis.fine.get(index)
    if not fine:
        return {}
    coarse = {name: coded.get(index, index + 1)[0] for name, coded in analysis.maps.items()}
    return {**coarse, **fine}


def nearest_scored(analysis: Analysis, index: int) -> int | None:
    """The scored frame that stands for `index`: itself, or the last one up to 60 frames before."""
    scored = analysis.scored[: min(index + 1, analysis.frames_done)]
    for at in range(len(scored) - 1, max(-1, len(scored) - 1 - 60), -1):
        if scored[at]:
            return at
    return None
