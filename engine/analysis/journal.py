"""A checksummed journal beside the analysis file: a kill at any byte loses at most the last second.

HDF5 is not crash-safe, so it is written once, whole, at the end.  While a run goes on its rows are
appended here, in records that are valid or absent.  A record: magic, payload length, CRC-32,
payload (an .npz).
"""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.analysis.analysis import Analysis, AnalysisHead
from engine.analysis.maps import FINE_BYTES, CodedMap, FineFrame
from engine.files import refuse_foreign

MAGIC = b"NSJ1"
HEADER = struct.Struct("<4sII")
ROWS_PER_RECORD = 1000  # of those copied from an earlier run
FINE_LIMIT = 8 * FINE_BYTES  # fine maps in one journal, most of them of frames beaten since


def journal_path(path: Path) -> Path:
    """Where the journal of an analysis file lies."""
    return path.with_name(path.name + ".journal")


def begun_path(path: Path) -> Path:
    """Where a journal lies until its head and the rows kept are in it."""
    return path.with_name(path.name + ".new")


def is_journal(path: Path) -> bool:
    """Whether a file begins as a journal does."""
    with open(path, "rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def _pack(fields: dict[str, NDArray[np.generic]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **fields)  # type: ignore[arg-type]
    payload = buffer.getvalue()
    return HEADER.pack(MAGIC, len(payload), zlib.crc32(payload)) + payload


class JournalWriter:
    """Appends rows of an analysis.  Nothing is rewritten, every record is flushed to the disk."""

    def __init__(self, path: Path, analysis: Analysis) -> None:
        for taken in (path, begun_path(path)):
            refuse_foreign(taken, is_journal, "the journal of an analysis")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._analysis = analysis
        # rows kept from an earlier run may lie in the journal that is replaced, and nowhere else
        begun = begun_path(path)
        self._upto = 0
        self._snapshots = 0
        self._fine_bytes = 0
        head = json.dumps(analysis.head.as_dict()).encode()
        try:
            # unbuffered: what could not be written must not be tried again when it is closed
            with open(begun, "wb", buffering=0) as self._stream:
                self._append({"head": np.frombuffer(head, np.uint8), "pts": analysis.pts})
                while self._upto < analysis.frames_done:
                    self.write(min(self._upto + ROWS_PER_RECORD, analysis.frames_done))
            os.replace(begun, path)
        finally:
            begun.unlink(missing_ok=True)
        self._stream = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by close()

    def write(self, upto: int) -> None:
        """Append rows up to a frame (excluded).  OSError where they do not fit: the journal then
        ends with its last whole record, and the same rows may be tried again.
        """
        analysis, start = self._analysis, self._upto
        if upto <= start:
            return
        span = slice(start, upto)
        fields: dict[str, NDArray[np.generic]] = {
            "span": np.array([start, upto], np.int64),
            "regular_score": analysis.regular_score[span],
            "updated": analysis.updated[span],
            "clip_start": analysis.clip_start[span],
        }
        fields |= {f"part.{name}": values[span] for name, values in analysis.parts.items()}
        for name, coded in analysis.maps.items():
            fields[f"codes.{name}"] = coded.codes[span]
            fields[f"scales.{name}"] = coded.scales[span]
        fields |= self._fine(start, upto)
        fresh = analysis.snapshots[self._snapshots :]
        if fresh:
            fields["snapshot_frames"] = np.array([frame for frame, _ in fresh], np.int64)
            fields["snapshots"] = np.stack([items for _, items in fresh])
        self._append(fields)
        self._upto, self._snapshots = upto, self._snapshots + len(fresh)

    def _fine(self, start: int, upto: int) -> dict[str, NDArray[np.generic]]:
        """Fine maps of rows [start, upto), as far as they are among the highest now; none once the
        journal holds too many: then a kill costs maps, which can be computed again, and no score.
        """
        frames = self._analysis.fine.frames(start, upto)
        if not frames or self._fine_bytes > FINE_LIMIT:
            return {}
        self._fine_bytes += sum(frame.size for frame in frames)
        fields: dict[str, NDArray[np.generic]] = {
            "fine.frames": np.array([frame.index for frame in frames], np.int64),
            "fine.heights": np.array([frame.height for frame in frames], np.float64),
        }
        for name in frames[0].maps:
            pairs = [frame.maps[name] for frame in frames]
            fields[f"fine_codes.{name}"] = np.stack([codes for codes, _ in pairs])
            fields[f"fine_scales.{name}"] = np.array([scale for _, scale in pairs], np.float32)
        return fields

    def close(self) -> None:
        """Close the file; what was appended stays."""
        self._stream.close()

    def _append(self, fields: dict[str, NDArray[np.generic]]) -> None:
        record = memoryview(_pack(fields))
        whole = os.fstat(self._stream.fileno()).st_size
        try:
            while record:
                record = record[self._stream.write(record) :]
            os.fsync(self._stream.fileno())
        except OSError:
            # a torn record would hide whatever is appended after it
            os.ftruncate(self._stream.fileno(), whole)
            raise


def _records(path: Path) -> Iterator[dict[str, NDArray[np.generic]]]:
    """Valid records from the start; ends at the first that is torn or damaged."""
    with open(path, "rb") as stream:
        while True:
            header = stream.read(HEADER.size)
            if len(header) < HEADER.size:
                return
            magic, length, checksum = HEADER.unpack(header)
            payload = stream.read(length) if magic == MAGIC else b""
            if len(payload) < length or not payload or zlib.crc32(payload) != checksum:
                return
            with np.load(io.BytesIO(payload), allow_pickle=False) as fields:
                yield {name: fields[name] for name in fields.files}


def read_journal(path: Path) -> Analysis | None:
    """The analysis as far as a journal tells it; None where not even the head is whole."""
    if not path.is_file():
        return None
    analysis: Analysis | None = None
    for record in _records(path):
        if analysis is None:
            if "head" not in record:
                return None
            head = AnalysisHead.from_dict(json.loads(record["head"].tobytes()))
            analysis = Analysis.empty(head, record["pts"].astype(np.int64))
            continue
        start, upto = (int(v) for v in record["span"])
        span = slice(start, upto)
        analysis.regular_score[span] = record["regular_score"]
        analysis.updated[span] = record["updated"]
        analysis.clip_start[span] = record["clip_start"]
        for name, values in record.items():
            kind, _, key = name.partition(".")
            if kind == "part":
                analysis.parts[key][span] = values
            elif kind == "codes":
                if key not in analysis.maps:
                    grid = (int(values.shape[1]), int(values.shape[2]))
                    analysis.maps[key] = CodedMap.empty(len(analysis.pts), grid)
                analysis.maps[key].codes[span] = values
                analysis.maps[key].scales[span] = record[f"scales.{key}"]
        if "fine.frames" in record:
            _take_fine(analysis, record)
        if "snapshots" in record:
            frames = record["snapshot_frames"].astype(np.int64).tolist()
            analysis.snapshots += list(zip(frames, record["snapshots"], strict=True))
        analysis.frames_done = upto
    return analysis


def _take_fine(analysis: Analysis, record: dict[str, NDArray[np.generic]]) -> None:
    """Fine maps of a record, by the same rule as while they were made."""
    names = [key.partition(".")[2] for key in record if key.startswith("fine_codes.")]
    codes = [record[f"fine_codes.{name}"].astype(np.uint8) for name in names]
    scales = [record[f"fine_scales.{name}"].tolist() for name in names]
    rows = zip(record["fine.frames"].tolist(), record["fine.heights"].tolist(), strict=True)
    for at, (index, height) in enumerate(rows):
        pairs = [(these[at], scale[at]) for these, scale in zip(codes, scales, strict=True)]
        analysis.fine.keep(FineFrame(index, height, dict(zip(names, pairs, strict=True))))
