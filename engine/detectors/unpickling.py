"""A pickle machine that runs nothing: the inner half of reading foreign checkpoints.

It knows tensors, plain containers, and hollow stand-ins for the classes of the released code and of
torch.nn; every other name is refused before it is looked up, and so is every instruction that torch
does not write.  Python's machine in C is not used: ten bytes make it reserve gigabytes (a memo
index), and a key of nested tuples keeps it hashing for ever.
"""

from __future__ import annotations

import collections
import io
import math
import pickle
import struct
from collections.abc import Callable
from typing import Any

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
LARGEST = 4 << 30  # bytes
MOST_DIMENSIONS = 8


def is_name(key: Any) -> bool:
    """Whether a key is of a kind that torch writes: a string, or a number of ordinary size."""
    return isinstance(key, str) or (isinstance(key, int) and key.bit_length() < 64)


class StandIn:
    """A hollow module: it keeps the state that the pickle gives, and can do nothing."""

    def __init__(self) -> None:
        self.state: dict[Any, Any] = {}

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.state = state


class Storage:
    """Raw numbers; filled later where the container keeps them behind the pickle."""

    def __init__(self, dtype: torch.dtype, count: int) -> None:
        self.dtype, self.count = dtype, count
        self.values: Tensor | None = None


class LazyTensor:
    """A tensor whose storage may not be read yet."""

    def __init__(
        self, storage: Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
    ) -> None:
        if len(size) != len(stride) or len(size) > MOST_DIMENSIONS:
            raise UnreadableWeights("The checkpoint contradicts itself about a tensor's shape.")
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride
        if min((*size, *stride, offset)) < 0 or max((*size, *stride, offset)) > LARGEST:
            raise UnreadableWeights("The checkpoint contradicts itself about a tensor's shape.")
        reach = 1 + offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
        # a tensor that repeats its numbers (stride 0) could be of any size
        if all(size) and max(reach, self.numbers) > storage.count:
            raise UnreadableWeights("A tensor of the checkpoint reaches beyond its numbers.")

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.size)

    def tensor(self) -> Tensor:
        """The tensor itself, a copy."""
        if self.storage.values is None:
            raise UnreadableWeights("The checkpoint names numbers that it does not hold.")
        return self.storage.values.as_strided(self.size, self.stride, self.offset).clone()


class StorageType:
    """Stands for torch.FloatStorage and its like: a name, not a class."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype


def _rebuild_tensor(storage: Any, offset: Any, size: Any, stride: Any, *ignored: Any) -> LazyTensor:
    if not isinstance(storage, Storage):
        raise HostileCheckpoint(
            "The checkpoint builds a tensor from something that holds no numbers."
        )
    return LazyTensor(storage, int(offset), _size(size), _size(stride))


def _size(values: Any = ()) -> tuple[int, ...]:
    if len(values) > MOST_DIMENSIONS:
        raise UnreadableWeights("The checkpoint contradicts itself about a tensor's shape.")
    return tuple(map(int, values))


def _rebuild_parameter(content: Any, *ignored: Any) -> Any:
    return content


def _reconstruct(kind: Any, *ignored: Any) -> Any:
    """Protocol-2-less objects: copyreg._reconstructor on a stand-in."""
    if not (isinstance(kind, type) and issubclass(kind, StandIn)):
        raise HostileCheckpoint("The checkpoint rebuilds an object that is no network part.")
    return kind()


def _ordered() -> dict[Any, Any]:
    return collections.OrderedDict()


def _set(*ignored: Any) -> set[Any]:
    """Modules keep only the names of their passing buffers in sets."""
    return set()


# values are ours throughout: a pickle never gets hold of a real class
_ALLOWED: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): _ordered,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch.nn.parameter", "Parameter"): _rebuild_parameter,
    ("torch", "Size"): _size,
    ("copyreg", "_reconstructor"): _reconstruct,
    ("copy_reg", "_reconstructor"): _reconstruct,
    ("builtins", "object"): StandIn,
    ("__builtin__", "object"): StandIn,
    ("builtins", "set"): _set,
    ("__builtin__", "set"): _set,
}


class _Machine(pickle._Unpickler):
    """Knows the names above and no others, and of the instructions those that torch writes."""

    stack: list[Any]
    metastack: list[list[Any]]

    def __init__(self, stream: io.BytesIO, load: Callable[[Any], Storage]) -> None:
        super().__init__(stream, encoding="latin-1")
        self._load = load
        self._stand_ins: dict[str, type[StandIn]] = {}  # made anew for each pickle

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for a name, or HostileCheckpoint: nothing is imported."""
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        if module == "torch" and name in STORAGES:
            return StorageType(STORAGES[name])
        known = (module in NN_MODULES and name in NN_CLASSES) or (
            module in MODEL_MODULES and name in MODEL_CLASSES
        )
        if known:
            return self._stand_ins.setdefault(name, type(name, (StandIn,), {}))
        raise HostileCheckpoint(
            f"The checkpoint asks for '{module[:80]}.{name[:80]}', which no network needs; "
            "nothing was run."
        )

    def persistent_load(self, pid: Any) -> Any:
        """Storages are referred to by a tuple; a legacy module also refers to its source text."""
        if isinstance(pid, tuple) and pid:
            if pid[0] == "module" and isinstance(pid[1], type) and issubclass(pid[1], StandIn):
                return pid[1]
            if pid[0] == "storage" and isinstance(pid[1], StorageType):
                return self._load(pid)
        raise HostileCheckpoint("The checkpoint refers to something that is not a tensor.")

    def refuse(self) -> None:
        """For every instruction that no torch checkpoint holds."""
        raise HostileCheckpoint("The checkpoint holds an instruction that no network needs.")

    def check_build(self) -> None:
        """State goes to stand-ins; that of ordered dicts and of parameters means nothing here."""
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, StandIn):
            target.__setstate__(state)
        elif not isinstance(target, (LazyTensor, collections.OrderedDict)):
            raise HostileCheckpoint("The checkpoint changes something that is no network part.")

    def check_new(self) -> None:
        """Only stand-ins are made."""
        if not isinstance(self.stack[-2], type):
            raise HostileCheckpoint("The checkpoint makes an object that is no network part.")
        self.stack.pop()
        self.stack[-1] = self.stack[-1]()

    def check_item(self) -> None:
        """Before one entry is put into a dict."""
        self._check_entries(self.stack[-3], self.stack[-2:-1])

    def check_items(self) -> None:
        """Before the entries since the mark are put into a dict."""
        self._check_entries(self.metastack[-1][-1], self.stack[::2])

    @staticmethod
    def _check_entries(target: Any, keys: list[Any]) -> None:
        if not isinstance(target, dict) or not all(map(is_name, keys)):
            raise UnreadableWeights("The checkpoint holds a dict with keys that are no names.")


def _dispatch() -> dict[int, Any]:
    handlers: dict[int, Any] = dict.fromkeys(range(256), _Machine.refuse)
    known: dict[int, Any] = pickle._Unpickler.dispatch
    names = (
        "PROTO FRAME STOP MARK POP POP_MARK MEMOIZE PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET "
        "NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT "
        "STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 "
        "BINBYTES SHORT_BINBYTES BINBYTES8 "
        "EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST LIST APPEND APPENDS EMPTY_DICT "
        "EMPTY_SET GLOBAL STACK_GLOBAL REDUCE BINPERSID"
    )
    for name in names.split(" "):
        code = getattr(pickle, name)[0]
        handlers[code] = known[code]

    def after(check: Callable[[_Machine], None], code: int) -> Callable[[_Machine], None]:
        def handle(machine: _Machine) -> None:
            check(machine)
            known[code](machine)

        return handle

    handlers[pickle.SETITEM[0]] = after(_Machine.check_item, pickle.SETITEM[0])
    handlers[pickle.SETITEMS[0]] = after(_Machine.check_items, pickle.SETITEMS[0])
    handlers[pickle.BUILD[0]] = _Machine.check_build
    handlers[pickle.NEWOBJ[0]] = _Machine.check_new
    return handlers


_Machine.dispatch = _dispatch()


_FAILURES = (
    pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    MemoryError, OverflowError, struct.error,
)  # fmt: skip


def unpickle(stream: io.BytesIO, load: Callable[[Any], Storage]) -> Any:
    """The next pickle of a stream; `load` gives the Storage for a persistent id.

    Raises HostileCheckpoint, UnreadableWeights.
    """
    try:
        return _Machine(stream, load).load()
    except (HostileCheckpoint, UnreadableWeights):
        raise
    # a damaged or malicious pickle can fail in any of these ways inside the machine that reads it
    except _FAILURES as error:
        raise UnreadableWeights("The checkpoint is damaged or not a torch checkpoint.") from error
