"""The analysis file (HDF5): written whole and atomically, read back whole; see the README for its
layout.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

from engine.analysis.analysis import Analysis, AnalysisHead
from engine.analysis.journal import begun_path, is_journal, journal_path, read_journal
from engine.analysis.maps import CodedMap, FineFrame
from engine.detectors.base import Calibration
from engine.errors import BadSetting, UnreadableAnalysis
from engine.files import refuse_foreign, replacing
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from engine.footage import Footage

FORMAT = "normscope-analysis"
VERSION = 2  # 1 had the head and the calibration as attributes, which HDF5 limits to 64 kB
KIND = "an analysis"
SIGNATURE = b"\x89HDF\r\n\x1a\n"
WORKING = ".new.h5"  # ends the name of a run beside the complete analysis that it will replace


def write_analysis(path: Path, analysis: Analysis) -> None:
    """Replace `path` by this analysis, and drop its journal, whose rows are now in it.  OSError;
    BadSetting where `path` is no analysis.

    The file is put together in memory: HDF5 on a disk that fills up fails while it closes, and
    takes its errors to places where nobody can catch them.
    """
    refuse_foreign(path, is_analysis, KIND)
    image = _image(analysis)
    with replacing(path) as temporary:
        temporary.write_bytes(image)
    analysis.path = path
    journal_path(path).unlink(missing_ok=True)


def is_analysis(path: Path) -> bool:
    """Whether a file is an analysis, of any version; an HDF5 file too damaged to say what it is
    counts as one, so that the footage can be analysed again.
    """
    try:
        with h5py.File(path, "r") as file:
            return bool(file.attrs.get("format") == FORMAT)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError):
        with open(path, "rb") as stream:
            return stream.read(len(SIGNATURE)) == SIGNATURE


def check_target(footage: Footage, path: Path) -> None:
    """BadSetting where an analysis written to `path` would destroy the footage or anything else
    that is no analysis.
    """
    folder = path.resolve().parent
    pictures = folder == footage.path.resolve() and path.name in {p.name for p in footage.images}
    if pictures or (path.exists() and path.samefile(footage.path)):
        raise BadSetting(
            f"The analysis cannot be written over the footage {footage.path.name}.",
            hint="Choose another name for the analysis, such as FILE.h5.",
        )
    growing = working_path(path)
    for target in dict.fromkeys((path, growing)):
        refuse_foreign(target, is_analysis, KIND)
    for journal in (journal_path(path), journal_path(growing)):
        for target in (journal, begun_path(journal)):
            refuse_foreign(target, is_journal, "the journal of an analysis")


def _image(analysis: Analysis) -> bytes:
    """The bytes of the file."""
    head, facts = analysis.head, analysis.facts
    calibration = analysis.calibration
    with h5py.File("image", "w", driver="core", backing_store=False) as file:
        file.attrs["format"], file.attrs["version"] = FORMAT, VERSION
        file["head"] = json.dumps(head.as_dict())
        file.attrs["footage"] = json.dumps(
            {
                "path": head.footage.path,
                "size": head.footage.size,
                "fingerprint": head.footage.fingerprint,
            }
        )
        file.attrs["weights"] = json.dumps({"id": facts.weights_id, "sha256": facts.weights_sha256})
        file.attrs["detector"], file.attrs["lambda"] = facts.name, facts.default_lambda
        file.attrs["gamma"] = np.nan if head.gamma is None else head.gamma
        file.attrs["update"], file.attrs["device"] = head.update, head.device
        file.attrs["precision"] = head.precision
        file.attrs["clip_rate"] = np.nan if facts.clip_rate is None else facts.clip_rate
        file.attrs["complete"], file.attrs["frames_done"] = analysis.complete, analysis.frames_done
        if facts.warning:
            file.attrs["warning"] = facts.warning
        if analysis.own_calibration is not None:
            file["calibration"] = json.dumps(analysis.own_calibration.as_dict())
        if analysis.normal is not None:
            file.attrs["normal_span"] = [analysis.normal.start, analysis.normal.stop]
        pts = file.create_dataset("frames/pts", data=analysis.pts)
        pts.attrs["time_base_num"], pts.attrs["time_base_den"] = head.time_base
        for spec in facts.parts:
            part = file.create_dataset(f"frames/parts/{spec.name}", data=analysis.parts[spec.name])
            part.attrs["unit"], part.attrs["role"] = spec.unit, spec.role
            part.attrs["direction"], part.attrs["pooling"] = spec.direction, spec.pooling
            if calibration is not None and spec.name in calibration.parts:
                part.attrs["quantile_levels"] = calibration.levels
                part.attrs["quantiles"] = calibration.parts[
                    spec.name
                ]  # turned so that up is abnormal
        file.create_dataset("frames/clip_start", data=analysis.clip_start)
        if facts.has_memory:
            file.create_dataset("frames/regular_score", data=analysis.regular_score)
            file.create_dataset("frames/updated", data=analysis.updated)
        for name, coded in analysis.maps.items():
            grid = coded.codes.shape[1:]
            chunk = (min(64, max(1, len(coded.codes))), *grid)
            stored = file.create_dataset(
                f"maps/{name}",
                data=coded.codes,
                chunks=chunk,
                compression="gzip",
                compression_opts=1,
            )
            stored.attrs["chunk_frames"], stored.attrs["scales"] = 1, f"/map_scales/{name}"
            file.create_dataset(f"map_scales/{name}", data=coded.scales)
        _write_fine(file, analysis)
        if analysis.snapshots:
            items = np.stack([items for _, items in analysis.snapshots])
            frames = np.array([frame for frame, _ in analysis.snapshots], np.int64)
            file.create_dataset("memory/snapshots", data=items)
            file.create_dataset("memory/snapshot_frames", data=frames)
        file.flush()
        return bytes(file.id.get_file_image())


def _write_fine(file: h5py.File, analysis: Analysis) -> None:
    """/fine/frames int64 (K,), their /fine/heights float64 (K,), /fine/maps/NAME uint8 (K, H, W)
    and /fine/scales/NAME float32 (K,), coded as the others; nothing where no frame has any.
    """
    frames = analysis.fine.frames()
    for name, shape in analysis.fine.shapes.items():
        stored = file.create_dataset(
            f"fine/maps/{name}",
            data=np.stack([frame.maps[name][0] for frame in frames]),
            chunks=(1, *shape),
            compression="gzip",
            compression_opts=1,
        )
        stored.attrs["chunk_frames"], stored.attrs["scales"] = 1, f"/fine/scales/{name}"
        scales = np.array([frame.maps[name][1] for frame in frames], np.float32)
        file.create_dataset(f"fine/scales/{name}", data=scales)
    if frames:
        file["fine/frames"] = np.array([frame.index for frame in frames], np.int64)
        file["fine/heights"] = np.array([frame.height for frame in frames], np.float64)


def _read_fine(file: h5py.File, analysis: Analysis) -> None:
    """Files of before fine maps were kept have none."""
    if "fine/frames" not in file:
        return
    names = list(file["fine/maps"])
    columns = [
        zip(file[f"fine/maps/{name}"][:], file[f"fine/scales/{name}"][:].tolist(), strict=True)
        for name in names
    ]
    indices, heights = file["fine/frames"][:].tolist(), file["fine/heights"][:].tolist()
    for index, height, *maps in zip(indices, heights, *columns, strict=True):
        if not 0 <= index < len(analysis.pts):
            raise ValueError("a fine map of a frame that is not there")
        analysis.fine.keep(FineFrame(index, height, dict(zip(names, maps, strict=True))))


def working_path(path: Path) -> Path:
    """Where a run grows that is to become `path`: there, or beside a complete analysis, which
    stays until the new one is complete.
    """
    return path.with_name(f"{path.stem}{WORKING}") if _is_complete(path) else path


def _is_complete(path: Path) -> bool:
    if journal_path(path).is_file():
        return False
    head = read_head(path)
    return head is not None and head.complete


@dataclass(frozen=True, slots=True)
class StoredHead:
    """What an analysis file says of itself, without its rows."""

    path: Path
    head: AnalysisHead
    frames_done: int
    complete: bool


def read_head(path: Path) -> StoredHead | None:
    """The head of an analysis file; None where there is none that can be read."""
    if not path.is_file():
        return None
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT or int(file.attrs["version"]) > VERSION:
                return None
            head = AnalysisHead.from_dict(json.loads(_text(file, "head")))
            done, complete = int(file.attrs["frames_done"]), bool(file.attrs["complete"])
            return StoredHead(path, head, done, complete)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError):
        return None


def read_analysis(path: Path) -> Analysis:
    """Read an analysis; where a run was cut short, what its journal holds.  Raises
    UnreadableAnalysis.

    A journal beside a file is newer than the file: it is dropped whenever the file is written.
    One without rows, of a run that was cut short at once, does not hide the file.
    """
    try:
        unfinished = read_journal(journal_path(path))
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise UnreadableAnalysis(f"The journal of {path.name} is damaged.") from error
    if unfinished is not None and (unfinished.frames_done or not path.is_file()):
        unfinished.path = path
        return unfinished
    if not path.is_file():
        raise UnreadableAnalysis(f"There is no analysis file {path}.")
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise UnreadableAnalysis(f"{path.name} is not an analysis file.")
            if int(file.attrs["version"]) > VERSION:
                raise UnreadableAnalysis(
                    f"{path.name} was written by a newer version of the program.",
                    hint="Update the program, or analyse the footage again.",
                )
            return _read(file, path)
    # h5py answers damage with any of these
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise UnreadableAnalysis(f"The analysis file {path.name} is damaged.") from error


def _read(file: h5py.File, path: Path) -> Analysis:
    head = AnalysisHead.from_dict(json.loads(_text(file, "head")))
    analysis = Analysis.empty(head, file["frames/pts"][:])
    for spec in head.facts.parts:
        analysis.parts[spec.name] = file[f"frames/parts/{spec.name}"][:]
    analysis.clip_start = file["frames/clip_start"][:].astype(bool)
    if head.facts.has_memory:
        analysis.regular_score = file["frames/regular_score"][:]
        analysis.updated = file["frames/updated"][:].astype(bool)
    for name in file.get("maps", {}):
        analysis.maps[name] = CodedMap(file[f"maps/{name}"][:], file[f"map_scales/{name}"][:])
    _read_fine(file, analysis)
    if "memory/snapshots" in file:
        frames = file["memory/snapshot_frames"][:].tolist()
        analysis.snapshots = list(zip(frames, file["memory/snapshots"][:], strict=True))
    analysis.frames_done = int(file.attrs["frames_done"])
    analysis.complete = bool(file.attrs["complete"])
    if "calibration" in file or "calibration" in file.attrs:
        document = json.loads(_text(file, "calibration"))
        analysis.own_calibration = Calibration.from_dict(document)
    if "normal_span" in file.attrs:
        start, stop = file.attrs["normal_span"].tolist()
        analysis.normal = FrameSpan(start, stop)
    analysis.path = path
    return analysis


def _text(file: h5py.File, name: str) -> str | bytes:
    """A document: a dataset, or an attribute in files of version 1."""
    found = file[name][()] if name in file else file.attrs[name]
    return found if isinstance(found, bytes) else str(found)
