"""Released MNAD checkpoints: whole pickled modules, read without running anything that is in them.

A pickle is a program.  This reader knows tensors, plain containers, and hollow stand-ins for the classes of
the released code and of torch.nn; every other name is refused before it is looked up.
"""

from __future__ import annotations

import collections
import io
import pickle
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from engine.errors import HostileCheckpoint, UnreadableWeights

MODEL_MODULES = (
    "model.final_future_prediction_with_memory_spatial_sumonly_weight_ranking_top1",
    "model.Reconstruction",
    "model.memory_final_spatial_sumonly_weight_ranking_top1",
    "model.Memory",
)
MODEL_CLASSES = frozenset({"convAE", "Encoder", "Decoder", "Memory"})
NN_MODULES = (
    "torch.nn.modules.conv",
    "torch.nn.modules.batchnorm",
    "torch.nn.modules.activation",
    "torch.nn.modules.pooling",
    "torch.nn.modules.container",
)
NN_CLASSES = frozenset(
    {"Conv2d", "ConvTranspose2d", "BatchNorm2d", "ReLU", "Tanh", "MaxPool2d", "Sequential"}
)
STORAGES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_PROTOCOL = 1001
LARGEST = 4 << 30


class StandIn:
    """A hollow module: it keeps the attributes that the pickle gives, and can do nothing."""

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.__dict__.update(state)


class _Storage:
    """Raw numbers; filled later where the container keeps them behind the pickle."""

    def __init__(self, dtype: torch.dtype, count: int) -> None:
        self.dtype, self.count = dtype, count
        self.values: Tensor | None = None


class _LazyTensor:
    """A tensor whose storage may not be read yet."""

    def __init__(
        self, storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
    ) -> None:
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def __setstate__(self, state: Any) -> None:
        """Attributes of parameters mean nothing here."""

    def tensor(self) -> Tensor:
        values = self.storage.values
        if values is None:
            raise UnreadableWeights("The checkpoint names numbers that it does not hold.")
        reach = (
            self.offset + sum((n - 1) * s for n, s in zip(self.size, self.stride, strict=True)) + 1
        )
        if min((*self.size, *self.stride, self.offset, 0)) < 0 or (
            all(self.size) and reach > len(values)
        ):
            raise UnreadableWeights("A tensor of the checkpoint reaches beyond its numbers.")
        return values.as_strided(self.size, self.stride, self.offset).clone()


def _rebuild_tensor(
    storage: Any, offset: Any, size: Any, stride: Any, *ignored: Any
) -> _LazyTensor:
    if not isinstance(storage, _Storage):
        raise HostileCheckpoint(
            "The checkpoint builds a tensor from something that holds no numbers."
        )
    return _LazyTensor(storage, int(offset), tuple(map(int, size)), tuple(map(int, stride)))


def _rebuild_parameter(data: Any, *ignored: Any) -> Any:
    return data


def _reconstruct(kind: Any, base: Any, state: Any) -> Any:
    """Protocol-2-less objects: copyreg._reconstructor on a stand-in."""
    if kind is collections.OrderedDict:
        return collections.OrderedDict()
    if not (isinstance(kind, type) and issubclass(kind, StandIn)):
        raise HostileCheckpoint("The checkpoint rebuilds an object that is no network part.")
    return kind()


class _StorageType:
    """Stands for torch.FloatStorage and its like: a name, not a class."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype


_ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch.nn.parameter", "Parameter"): _rebuild_parameter,
    ("torch", "Size"): tuple,
    ("copyreg", "_reconstructor"): _reconstruct,
    ("copy_reg", "_reconstructor"): _reconstruct,
    ("builtins", "object"): object,
    ("__builtin__", "object"): object,
    ("builtins", "set"): set,
    ("__builtin__", "set"): set,
}


class _Unpickler(pickle.Unpickler):
    """Knows the names above and no others."""

    def __init__(self, stream: IO[bytes], load: Callable[[Any], _Storage]) -> None:
        super().__init__(stream, encoding="latin-1")
        self._load = load
        # made anew for each file: a pickle may set attributes on the classes that it sees
        self._stand_ins: dict[str, type[StandIn]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for a name, or HostileCheckpoint: nothing is imported."""
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        if module == "torch" and name in STORAGES:
            return _StorageType(STORAGES[name])
        known = (module in NN_MODULES and name in NN_CLASSES) or (
            module in MODEL_MODULES and name in MODEL_CLASSES
        )
        if known:
            return self._stand_ins.setdefault(name, type(name, (StandIn,), {}))
        raise HostileCheckpoint(
            f"The checkpoint asks for '{module}.{name}', which no network needs; nothing was run."
        )

    def persistent_load(self, pid: Any) -> Any:
        """Storages are referred to by a tuple; a legacy module also refers to its source text."""
        if not isinstance(pid, tuple) or not pid:
            raise HostileCheckpoint("The checkpoint refers to something that is not a tensor.")
        if pid[0] == "module" and len(pid) >= 2:
            return pid[1]
        if pid[0] != "storage" or not isinstance(pid[1], _StorageType):
            raise HostileCheckpoint("The checkpoint refers to something that is not a tensor.")
        return self._load(pid)


def _count(pid: Any) -> int:
    count = int(pid[4])
    if not 0 <= count * pid[1].dtype.itemsize <= LARGEST:
        raise UnreadableWeights("The checkpoint claims an impossible number of weights.")
    return count


def _unpickle(stream: IO[bytes], load: Callable[[Any], _Storage]) -> Any:
    try:
        return _Unpickler(stream, load).load()
    except (HostileCheckpoint, UnreadableWeights):
        raise
    # a damaged or malicious pickle can fail in any of these ways inside the machine that reads it
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError,
            AttributeError, ImportError, MemoryError, OverflowError, struct.error) as error:  # fmt: skip
        raise UnreadableWeights("The checkpoint is damaged or not a torch checkpoint.") from error


def read_checkpoint(path: Path) -> Any:
    """The object in a torch checkpoint, zip or legacy, with LazyTensors and stand-ins inside.

    Raises UnreadableWeights, HostileCheckpoint.  Nothing in the file is executed.
    """
    try:
        with open(path, "rb") as stream:
            if zipfile.is_zipfile(path):
                return _read_zip(path)
            return _read_legacy(stream)
    except FileNotFoundError as error:
        raise UnreadableWeights(f"There is no checkpoint {path}.") from error
    except OSError as error:
        raise UnreadableWeights(f"The checkpoint {path} cannot be read.") from error


def _read_zip(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("data.pkl")]
            if len(names) != 1:
                raise UnreadableWeights(f"{path.name} is a zip file but not a torch checkpoint.")
            prefix = names[0][: -len("data.pkl")]
            order = prefix + "byteorder"
            if order in archive.namelist() and archive.read(order) != b"little":
                raise UnreadableWeights("The checkpoint was written on a big-endian machine.")
            known: dict[str, _Storage] = {}

            def load(pid: Any) -> _Storage:
                key = str(pid[2])
                if key not in known:
                    storage = _Storage(pid[1].dtype, _count(pid))
                    storage.values = _numbers(archive.read(f"{prefix}data/{key}"), storage)
                    known[key] = storage
                return known[key]

            return _unpickle(io.BytesIO(archive.read(names[0])), load)
    except (zipfile.BadZipFile, KeyError) as error:
        raise UnreadableWeights(f"The checkpoint {path.name} is damaged.") from error


def _read_legacy(stream: IO[bytes]) -> Any:
    def refuse(pid: Any) -> _Storage:
        raise HostileCheckpoint("The checkpoint refers to a tensor before its contents.")

    if _unpickle(stream, refuse) != LEGACY_MAGIC or _unpickle(stream, refuse) != LEGACY_PROTOCOL:
        raise UnreadableWeights("The file is not a torch checkpoint.")
    system = _unpickle(stream, refuse)
    if not isinstance(system, dict) or not system.get("little_endian", True):
        raise UnreadableWeights("The checkpoint was written on a big-endian machine.")
    known: dict[str, _Storage] = {}

    def load(pid: Any) -> _Storage:
        if len(pid) > 5 and pid[5] is not None:
            raise UnreadableWeights("The checkpoint uses storage views, which no release did.")
        return known.setdefault(str(pid[2]), _Storage(pid[1].dtype, _count(pid)))

    found = _unpickle(stream, load)
    for key in _unpickle(stream, refuse):
        header = stream.read(8)
        if str(key) not in known or len(header) < 8:
            raise UnreadableWeights("The checkpoint is cut short.")
        storage = known[str(key)]
        if struct.unpack("<q", header)[0] != storage.count:
            raise UnreadableWeights("The checkpoint contradicts itself about its size.")
        storage.values = _numbers(stream.read(storage.count * storage.dtype.itemsize), storage)
    return found


def _numbers(raw: bytes, storage: _Storage) -> Tensor:
    if len(raw) != storage.count * storage.dtype.itemsize or sys.byteorder != "little":
        raise UnreadableWeights("The checkpoint is cut short.")
    if not raw:
        return torch.zeros(0, dtype=storage.dtype)
    return torch.frombuffer(bytearray(raw), dtype=storage.dtype)


def state_of(found: Any, prefix: str = "") -> dict[str, Tensor]:
    """A flat state dict from whatever was pickled: a module, a dict with state_dict, or a plain one."""
    if isinstance(found, _LazyTensor):
        return {prefix.rstrip("."): found.tensor()}
    tensors: dict[str, Tensor] = {}
    if isinstance(found, StandIn):
        attributes = vars(found)
        for group in ("_parameters", "_buffers", "_modules"):
            for name, inner in (attributes.get(group) or {}).items():
                tensors |= state_of(inner, f"{prefix}{name}.")
        return tensors
    if isinstance(found, dict):
        if not prefix and isinstance(found.get("state_dict"), dict):
            return state_of(found["state_dict"])
        for name, inner in found.items():
            if isinstance(inner, (_LazyTensor, StandIn, dict)):
                tensors |= state_of(inner, f"{prefix}{name}.")
    return tensors
