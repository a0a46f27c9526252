"""Released MNAD checkpoints: whole pickled modules, read without running anything that is in them.

Two containers exist: zip, and the legacy one of five pickles with the numbers behind them.  What is
in the pickles is read by `unpickling`.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.detectors.unpickling import LARGEST, LazyTensor, StandIn, Storage, is_name, unpickle
from engine.errors import HostileCheckpoint, UnreadableWeights

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
# far above any network of this kind; a small file may refer to one tensor or dict many times
MOST_PARTS = 20_000
MOST_NUMBERS = 1 << 27
LONGEST_NAME = 300


def _count(pid: Any) -> int:
    count = int(pid[4])
    if not 0 <= count * pid[1].dtype.itemsize <= LARGEST:
        raise UnreadableWeights("The checkpoint claims an impossible number of weights.")
    return count


def _key(value: Any) -> str:
    if not is_name(value):
        raise HostileCheckpoint("The checkpoint refers to something that is not a tensor.")
    return str(value)


def read_checkpoint(path: Path) -> Any:
    """The object in a torch checkpoint, zip or legacy, with LazyTensors and stand-ins inside.

    Raises UnreadableWeights, HostileCheckpoint.  Nothing in the file is executed.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableWeights(f"The checkpoint {path.name} is too large for a network.")
        if zipfile.is_zipfile(path):
            return _read_zip(path)
        return _read_legacy(io.BytesIO(path.read_bytes()))
    except FileNotFoundError as error:
        raise UnreadableWeights(f"There is no checkpoint {path}.") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise UnreadableWeights(f"The checkpoint {path} cannot be read.") from error


# RuntimeError: an encrypted entry
_ZIP_FAILURES = (
    zipfile.BadZipFile, KeyError, RuntimeError, ValueError, EOFError, struct.error,
)  # fmt: skip


def _read_zip(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries) or (
                sum(max(entry.file_size, entry.compress_size) for entry in entries)
                > path.stat().st_size
            ):
                raise UnreadableWeights(
                    f"{path.name} is a packed zip file; torch leaves its checkpoints unpacked."
                )
            names = [name for name in archive.namelist() if name.endswith("data.pkl")]
            if len(names) != 1:
                raise UnreadableWeights(f"{path.name} is a zip file but not a torch checkpoint.")
            prefix = names[0][: -len("data.pkl")]
            order = prefix + "byteorder"
            if order in archive.namelist() and archive.read(order) != b"little":
                raise UnreadableWeights("The checkpoint was written on a big-endian machine.")
            known: dict[str, Storage] = {}

            def load(pid: Any) -> Storage:
                key = _key(pid[2])
                if key not in known:
                    storage = Storage(pid[1].dtype, _count(pid))
                    storage.values = _numbers(archive.read(f"{prefix}data/{key}"), storage)
                    known[key] = storage
                return known[key]

            return unpickle(io.BytesIO(archive.read(names[0])), load)
    except _ZIP_FAILURES as error:
        raise UnreadableWeights(f"The checkpoint {path.name} is damaged.") from error


def _read_legacy(stream: io.BytesIO) -> Any:
    def refuse(pid: Any) -> Storage:
        raise HostileCheckpoint("The checkpoint refers to a tensor before its contents.")

    if unpickle(stream, refuse) != LEGACY_MAGIC or unpickle(stream, refuse) != LEGACY_PROTOCOL:
        raise UnreadableWeights("The file is not a torch checkpoint.")
    system = unpickle(stream, refuse)
    if not isinstance(system, dict) or not system.get("little_endian", True):
        raise UnreadableWeights("The checkpoint was written on a big-endian machine.")
    known: dict[str, Storage] = {}

    def load(pid: Any) -> Storage:
        if len(pid) > 5 and pid[5] is not None:
            raise UnreadableWeights("The checkpoint uses storage views, which no release did.")
        return known.setdefault(_key(pid[2]), Storage(pid[1].dtype, _count(pid)))

    found = unpickle(stream, load)
    keys = unpickle(stream, refuse)
    if not isinstance(keys, list):
        raise UnreadableWeights("The checkpoint does not list its numbers.")
    for key in map(_key, keys):
        header = stream.read(8)
        if key not in known or len(header) < 8:
            raise UnreadableWeights("The checkpoint is cut short.")
        storage = known[key]
        if struct.unpack("<q", header)[0] != storage.count:
            raise UnreadableWeights("The checkpoint contradicts itself about its size.")
        storage.values = _numbers(stream.read(storage.count * storage.dtype.itemsize), storage)
    return found


def _numbers(raw: bytes, storage: Storage) -> Tensor:
    if len(raw) != storage.count * storage.dtype.itemsize or sys.byteorder != "little":
        raise UnreadableWeights("The checkpoint is cut short.")
    if not raw:
        return torch.zeros(0, dtype=storage.dtype)
    return torch.frombuffer(bytearray(raw), dtype=storage.dtype)


def state_of(found: Any) -> dict[str, Tensor]:
    """A flat state dict from what was pickled: a module, a dict with state_dict, or a plain one.

    Raises UnreadableWeights where the parts are too many or nested too deeply to be a network.
    """
    if isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]
    tensors: dict[str, Tensor] = {}
    waiting: list[tuple[str, Any]] = [("", found)]
    parts, numbers = 0, 0
    while waiting:
        name, part = waiting.pop()
        if isinstance(part, LazyTensor):
            numbers += part.numbers
            if numbers > MOST_NUMBERS:
                raise UnreadableWeights("The checkpoint holds more numbers than a network does.")
            tensors[name] = part.tensor()
            continue
        prefix = f"{name}." if name else ""
        for key, inner in _inside(part):
            parts += 1
            if parts > MOST_PARTS or len(prefix) + len(key) > LONGEST_NAME:
                raise UnreadableWeights("The checkpoint has more parts than a network has.")
            waiting.append((prefix + key, inner))
    return tensors


def _inside(part: Any) -> list[tuple[str, Any]]:
    """Named tensors, modules and dicts inside a module or a dict."""
    groups = [part]
    if isinstance(part, StandIn):
        groups = [part.state.get(group) for group in ("_parameters", "_buffers", "_modules")]
    return [
        (str(key), inner)
        for group in groups
        if isinstance(group, dict)
        for key, inner in group.items()
        if isinstance(inner, (LazyTensor, StandIn, dict))
    ]
