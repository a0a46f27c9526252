"""Foreign checkpoints cannot run anything, hang, fill the memory, or fail in a way not ours."""

from __future__ import annotations

import contextlib
import copyreg
import io
import os
import pickle
import random
import struct
import time
import tracemalloc
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.detectors import unpickling
from engine.detectors.imported import (
    LEGACY_MAGIC,
    LEGACY_PROTOCOL,
    read_checkpoint,
    state_of,
)
from engine.errors import EngineError, HostileCheckpoint, UnreadableWeights

CONTAINERS = ["zip", "legacy"]
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "canary"
    yield path
    assert not path.exists(), "the checkpoint ran something"


@pytest.fixture
def bounded() -> Iterator[None]:
    """Tiny files: none may take long or set aside much."""
    tracemalloc.start()
    began = time.monotonic()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 << 20
    assert time.monotonic() - began < 20


def zipped(pickled: bytes, numbers: dict[str, bytes] | None = None, **extra: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        for key, raw in (numbers or {"0": bytes(16)}).items():
            archive.writestr(f"archive/data/{key}", raw)
        for name, raw in extra.items():
            archive.writestr(f"archive/{name}", raw)
    return buffer.getvalue()


def legacy(*pickles: bytes, numbers: bytes = b"", at: int = 3) -> bytes:
    """The legacy container with its pickle number `at` replaced."""
    usual = [LEGACY_MAGIC, LEGACY_PROTOCOL, SYSTEM, OrderedDict(), []]
    parts = [pickle.dumps(part, 2) for part in usual]
    parts[at : at + len(pickles)] = pickles
    return b"".join(parts) + numbers


def contained(container: str, pickled: bytes) -> bytes:
    if container == "zip":
        return zipped(pickled)
    return legacy(pickled, pickle.dumps(["0"], 2), numbers=struct.pack("<q", 4) + bytes(16))


def opened(path: Path, raw: bytes) -> dict[str, torch.Tensor]:
    path.write_bytes(raw)
    return state_of(read_checkpoint(path))


def refused(path: Path, raw: bytes, kind: type[EngineError] = UnreadableWeights) -> None:
    with pytest.raises(kind) as caught:
        opened(path, raw)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 500


def opened_or_refused(path: Path, raw: bytes) -> dict[str, torch.Tensor]:
    """What is in it, nothing where it is refused; any other error escapes."""
    with contextlib.suppress(UnreadableWeights):
        return opened(path, raw)
    return {}


class Calling:
    """Pickles as a call."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> Any:
        return self.call


def calls(canary: Path) -> list[Calling]:
    return [
        Calling(os.system, f"touch {canary}"),  # pickled as posix.system
        Calling(eval, f"open({str(canary)!r}, 'w')"),
        Calling(exec, f"open({str(canary)!r}, 'w')"),
        Calling(open, str(canary), "w"),
        Calling(getattr, os, "system"),
        Calling(torch.load, str(canary)),
    ][: 4 if os.name == "posix" else 0]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("which", range(4))
def test_calls_are_refused(
    which: int, protocol: int, container: str, canary: Path, tmp_path: Path
) -> None:
    call = calls(canary)[which]
    for thing in (
        call,
        {"weight": call},
        OrderedDict(a=[1, (2, call)]),
        {"state_dict": {"a": call}},
    ):
        raw = contained(container, pickle.dumps(thing, protocol))
        refused(tmp_path / "model.pth", raw, HostileCheckpoint)


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_calls_in_any_pickle_of_the_legacy_container_are_refused(
    at: int, protocol: int, canary: Path, tmp_path: Path
) -> None:
    call = pickle.dumps(calls(canary)[0], protocol)
    refused(tmp_path / "model.pth", legacy(call, at=at), HostileCheckpoint)


NAMES = [
    ("posix", "system"),
    ("os", "system"),
    ("builtins", "eval"),
    ("builtins", "getattr"),
    ("__builtin__", "eval"),
    ("builtins", "object.__subclasses__"),
    ("builtins", "type"),
    ("torch.nn.modules.conv", "Conv2d.__init__"),
    ("torch.nn.modules.conv", "Conv2d.__init__.__globals__"),
    ("torch.nn.modules.conv", "os"),
    ("torch.nn.modules.conv", "torch"),
    ("torch.nn.modules.conv", "__builtins__"),
    ("torch.nn.modules.linear", "Linear"),
    ("torch", "load"),
    ("torch", "FloatStorage.from_file"),
    ("torch", "ops"),
    ("torch._utils", "_rebuild_tensor_v2.__globals__"),
    ("torch._utils", "_import_dotted_name"),
    ("torch.hub", "load"),
    ("collections", "OrderedDict.fromkeys"),
    ("collections", "abc"),
    ("model.Memory", "__loader__"),
    ("model.Memory", "Memory.__class__"),
    ("model", "Memory"),
    ("copyreg", "add_extension"),
    ("copyreg", "__newobj__"),
    ("engine.detectors.unpickling", "StandIn"),
    ("functools", "partial"),
    ("", ""),
]


@pytest.mark.parametrize(("module", "name"), NAMES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_no_other_name_is_looked_up(
    module: str, name: str, container: str, canary: Path, tmp_path: Path
) -> None:
    command = f"touch {canary}".encode()
    argument = b"X" + struct.pack("<I", len(command)) + command
    words = b"".join(
        b"\x8c" + bytes([len(w)]) + w.encode() for w in (module, name)
    )  # SHORT_BINUNICODE
    plain = f"{module}\n{name}\n".encode()
    programs = [
        b"\x80\x02c" + plain + argument + b"\x85R.",  # GLOBAL, REDUCE
        b"\x80\x04" + words + b"\x93" + argument + b"\x85R.",  # STACK_GLOBAL
        b"\x80\x02c" + plain + b")\x81.",  # NEWOBJ
        b"\x80\x04" + words + b"\x93)}\x92.",  # NEWOBJ_EX
        b"(i" + plain + b".",  # INST
        b"(" + argument + b"i" + plain + b".",
        b"(c" + plain + argument + b"o.",  # OBJ
        b"c" + plain + b"q\x01" + b"0h\x01" + argument + b"\x85R.",  # through the memo
        b"(c" + plain + argument + b"\x85R\x4e1N.",  # result thrown away by POP_MARK
    ]
    for program in programs:
        refused(tmp_path / "model.pth", contained(container, program), HostileCheckpoint)


@pytest.mark.parametrize("opcode", [b"\x82\xf0", b"\x83\xf0\x00", b"\x84\xf0\x00\x00\x00"])
def test_registered_extensions_are_not_reached(opcode: bytes, canary: Path, tmp_path: Path) -> None:
    copyreg.add_extension("posix", "system", 0xF0)
    command = f"touch {canary}".encode()
    program = opcode + b"X" + struct.pack("<I", len(command)) + command + b"\x85R."
    try:
        # a function that was once looked up is cached, and comes without find_class
        copyreg._extension_cache[0xF0] = os.system  # type: ignore[attr-defined]
        for container in CONTAINERS:
            refused(tmp_path / "model.pth", contained(container, program), HostileCheckpoint)
    finally:
        copyreg.remove_extension("posix", "system", 0xF0)
        copyreg._extension_cache.pop(0xF0, None)  # type: ignore[attr-defined]


def tensor(
    size: bytes = b"I4\n", stride: bytes = b"I1\n", offset: bytes = b"I0\n", count: bytes = b"I4\n",
    key: bytes = b"V0\n", kind: bytes = b"FloatStorage",
) -> bytes:  # fmt: skip
    """Opcodes that push a tensor; the storage holds 16 bytes."""
    storage = b"(Vstorage\nctorch\n" + kind + b"\n" + key + b"Vcpu\n" + count + b"tQ"
    shape = offset + b"(" + size + b"t(" + stride + b"t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + shape + b"I00\n}tR"


def named(pushed: bytes) -> bytes:
    return b"\x80\x02}Va\n" + pushed + b"s."


def test_the_hand_made_tensor_is_read(tmp_path: Path) -> None:
    for container in CONTAINERS:
        found = opened(tmp_path / "model.pth", contained(container, named(tensor())))
        assert torch.equal(found["a"], torch.zeros(4))


BIG = b"L1099511627776L\n"
WRONG_TENSORS = {
    "a huge storage": tensor(count=BIG),
    "a huger storage": tensor(count=b"L%dL\n" % 10**30),
    "a negative storage": tensor(count=b"I-4\n"),
    "a storage cut short": tensor(count=b"I5\n"),
    "beyond the storage": tensor(size=b"I5\n"),
    "beyond by the offset": tensor(offset=b"I1\n"),
    "beyond by the stride": tensor(size=b"I2\n", stride=b"I4\n"),
    "negative size": tensor(size=b"I-1\n"),
    "negative stride": tensor(stride=b"I-1\n"),
    "negative offset": tensor(offset=b"I-4\n"),
    "repeats one number": tensor(size=BIG, stride=b"I0\n"),
    "repeats one number twice": tensor(size=b"I1048576\nI1048576\n", stride=b"I0\nI0\n"),
    "empty with a huge stride": tensor(size=b"I0\nI0\n", stride=b"L%dL\nI1\n" % 2**70),
    "a huge empty size": tensor(size=b"I0\nL%dL\n" % 2**70, stride=b"I1\nI1\n"),
    "sizes of another length": tensor(size=b"I2\nI2\n"),
    "ten thousand dimensions": tensor(size=b"I1\n" * 10000, stride=b"I1\n" * 10000),
    "a size that is text": tensor(size=b"Vx\n"),
    "a size of nested tuples": tensor(size=b")" + b"\x85" * 50),
    "a key of nested tuples": tensor(key=b")" + b"2\x86" * 60),
    "a key of nested tuples by the memo": tensor(
        key=b")" + b"".join(b"r%s0j%s" % (2 * (struct.pack("<I", i),)) + b"j%s\x86" %
                            struct.pack("<I", i) for i in range(60))
    ),
    "a huge key": tensor(key=b"\x8b" + struct.pack("<i", 100000) + b"\x7f" * 100000),
    "a key that is not there": tensor(key=b"V77\n"),
    "a key that climbs out": tensor(key=b"V../data.pkl\n"),
    "an unknown storage": tensor(kind=b"UntypedStorage"),
}  # fmt: skip


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("pushed", WRONG_TENSORS.values(), ids=WRONG_TENSORS)
def test_impossible_tensors_are_refused(pushed: bytes, container: str, tmp_path: Path) -> None:
    refused(tmp_path / "model.pth", contained(container, named(pushed)))


NESTED = b")" + b"".join(
    b"q%c0h%ch%c\x86" % (i, i, i) for i in range(60)
)  # a tuple of 2**60 empty ones
MEMORY = b"cmodel.Memory\nMemory\n)\x81"
BOMBS = {
    "a memo index that reserves gigabytes": b"\x80\x02}r\xff\xff\xff\x7f.",
    "text that claims gigabytes": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 40) + b"x.",
    "bytes that claim gigabytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x.",
    "a frame that claims gigabytes": b"\x80\x04\x95" + struct.pack("<Q", 1 << 40) + b"N.",
    "a bytearray that claims gigabytes": b"\x80\x05\x96" + struct.pack("<Q", 1 << 36) + b"x.",
    "a number of a million digits": b"I" + b"9" * 1000000 + b"\n.",
    "a key that hashes for ever": b"\x80\x02}" + NESTED + b"Ns.",
    "keys that hash for ever": b"\x80\x02}(" + NESTED + b"Nu.",
    "an element that hashes for ever": b"\x80\x04\x8f(" + NESTED + b"\x90.",
    "a frozen set that hashes for ever": b"\x80\x04(" + NESTED + b"\x91.",
    "a key of too many digits": b"}\x8b" + struct.pack("<i", 10**5) + b"\x7f" * 10**5
        + tensor() + b"s.",
    "a dict in itself": b"\x80\x02}q\x00Va\nh\x00s.",
    "two dicts in one another": b"}q\x00}q\x01Va\nh\x00sq\x020h\x00Vb\nh\x01s.",
    "dicts that double": b"}Va\n" + tensor() + b"s" + b"".join(
        b"q%c0}(Va\nh%cVb\nh%cu" % (i, i, i) for i in range(60)) + b".",
    "dicts nested deeply": b"}Va\n" * 50000 + b"}" + b"s" * 50000 + b".",
    "one tensor many times": tensor() + b"q\x000}(" + b"".join(
        b"V%d\nh\x00" % i for i in range(21000)) + b"u.",
    "a name of a megabyte": b"}V" + b"a" * (1 << 20) + b"\n" + tensor() + b"s.",
    "a module in itself": MEMORY + b"q\x00}V_modules\n}Va\nh\x00sssb.".replace(b"sss", b"ss"),
    "state for a function of ours":
        b"ctorch._utils\n_rebuild_parameter\nN}V__defaults__\nI1\ns\x86b.",
    "state for a class of ours": MEMORY[:-2] + b"}V__init__\nI1\nsb.",
    "state for a storage": b"(Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI4\ntQ}Vvalues\nI1\nsb.",
    "state for a storage type": b"ctorch\nFloatStorage\n}Vdtype\nI1\nsb.",
    "an instance of a function": b"ctorch._utils\n_rebuild_parameter\n)\x81.",
    "a tensor of no storage": b"ctorch._utils\n_rebuild_tensor_v2\n(I1\nI0\n)))tR.",
    "a storage named by text": b"P0\n.",
    "a module that is no class": b"(Vmodule\nI1\nVa\nVb\ntQ.",
    "a call of what is no function": b"I1\n)R.",
    "an item of a list": b"]I0\nI1\ns.",
    "appended to a dict": b"}I0\na.",
    "nothing on the stack": b"R.",
    "no mark": b"t.",
    "no end": b"}",
    "an unknown instruction": b"\xff.",
    "a protocol of the future": b"\x80\x63N.",
    "no such memo": b"g77\n.",
    "text that is no text": b"\x8c\x02\xff\xff.",
}  # fmt: skip


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("program", BOMBS.values(), ids=BOMBS)
def test_bombs_are_defused(program: bytes, container: str, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    assert not opened_or_refused(path, contained(container, program))


def test_reading_a_hostile_file_leaves_the_reader_as_it_was(tmp_path: Path) -> None:
    def seen() -> list[object]:
        functions = [f for f in unpickling._ALLOWED.values() if hasattr(f, "__defaults__")]
        return [(vars(f), f.__defaults__, f.__code__) for f in functions] + [
            dict(vars(unpickling.StandIn))
        ]

    before = seen()
    for name, program in BOMBS.items():
        if not name.startswith(("state", "an instance", "a call")):
            continue
        with contextlib.suppress(EngineError):
            opened(tmp_path / "model.pth", zipped(program))
    assert seen() == before


OTHER_FILES = {
    "empty": b"",
    "text": b"These are not the weights that you are looking for.\n" * 20,
    "one byte": b"\x80",
    "zeros": bytes(1000),
    "an empty zip": b"PK\x05\x06" + bytes(18),
    "the start of a zip": b"PK\x03\x04" + bytes(100),
    "a zip of something else": zipped(b"").replace(b"data.pkl", b"note.txt"),
    "two pickles": zipped(b"}.", **{"x/data.pkl": b"}."}),
    "a big-endian zip": zipped(b"}.", byteorder=b"big"),
    "a big-endian legacy file": legacy(pickle.dumps({"little_endian": False}, 2), at=2),
    "another magic": legacy(pickle.dumps(7, 2), at=0),
    "another protocol": legacy(pickle.dumps(7, 2), at=1),
    "no system": legacy(pickle.dumps([], 2), at=2),
    "keys that are a number": legacy(pickle.dumps(7, 2), at=4),
    "keys that are None": legacy(pickle.dumps(None, 2), at=4),
    "keys that are text": legacy(pickle.dumps("00", 2), at=4),
    "keys that are a dict": legacy(pickle.dumps({"0": 1}, 2), at=4),
    "keys that are lists": legacy(pickle.dumps([[]], 2), at=4),
    "keys unknown": legacy(pickle.dumps(["0"], 2), at=4, numbers=bytes(100)),
    "a tensor in the wrong pickle": legacy(named(tensor()), at=2),
    "a list of a bare tensor list": legacy(b"]" + tensor() + b"a.", pickle.dumps([], 2)) + b"x",
}


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("raw", OTHER_FILES.values(), ids=OTHER_FILES)
def test_other_files_are_refused_or_hold_nothing(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    assert not opened_or_refused(path, raw)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("legacy_container", [False, True])
def test_a_file_cut_or_changed_anywhere_is_ours_to_explain(
    legacy_container: bool, tmp_path: Path
) -> None:
    path = tmp_path / "model.pth"
    torch.save({"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(2, dtype=torch.int64)}, path,
               _use_new_zipfile_serialization=not legacy_container)  # fmt: skip
    whole = path.read_bytes()
    assert sorted(opened(path, whole)) == ["a", "b"]
    rng = random.Random(1)
    step = max(1, len(whole) // 80)
    variants = [whole[:at] for at in range(0, len(whole), step)]
    for _ in range(150):
        changed = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        variants.append(bytes(changed))
    refusals = 0
    for raw in variants:
        path.write_bytes(raw)
        try:
            state_of(read_checkpoint(path))
        except UnreadableWeights:
            refusals += 1
    assert refusals > 80


def test_random_programs_never_escape(tmp_path: Path) -> None:
    rng = random.Random(2)
    path = tmp_path / "model.pth"
    pieces = [
        tensor(), MEMORY, b"}", b"]", b")", b"(", b"t", b"u", b"s", b"a", b"e", b"b", b"R", b"Q",
        b"\x81", b"0", b"1", b"q\x01", b"h\x01", b"N", b"Va\n", b"V_modules\n", b"I4\n", b"\x85",
        b"ccollections\nOrderedDict\n", b"ctorch\nSize\n", b"cbuiltins\nobject\n", b"\x86",
        b"ccopyreg\n_reconstructor\n", b"ctorch\nFloatStorage\n", b"Vstorage\n", b"\x8f", b"\x90",
        b"cbuiltins\nset\n",
    ]  # fmt: skip
    for _ in range(500):
        program = b"".join(rng.choice(pieces) for _ in range(rng.randint(1, 14))) + b"."
        path.write_bytes(legacy(program))
        try:
            state_of(read_checkpoint(path))
        except UnreadableWeights:
            continue


@pytest.mark.usefixtures("bounded")
def test_packed_and_encrypted_zips_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", named(tensor(count=b"L%dL\n" % (1 << 24))))
        with archive.open("archive/data/0", "w", force_zip64=True) as stream:
            for _ in range(64):
                stream.write(bytes(1 << 20))  # 64 MiB of zeros in 64 KiB
    refused(tmp_path / "model.pth", buffer.getvalue())
    raw = bytearray(zipped(named(tensor())))
    start = raw.index(b"PK\x01\x02")
    raw[start + 8] |= 1  # says that it is encrypted
    raw[6] |= 1
    refused(tmp_path / "model.pth", bytes(raw))


def test_a_missing_file_and_a_folder_are_explained(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pth", tmp_path):
        with pytest.raises(UnreadableWeights):
            read_checkpoint(path)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_harmless_checkpoints_of_every_protocol_are_read(
    container: str, protocol: int, tmp_path: Path
) -> None:
    network = torch.nn.Sequential(
        torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.ReLU()
    )
    state = network.state_dict()
    shared = torch.arange(12.0).reshape(3, 4)
    things: list[tuple[Any, dict[str, torch.Tensor]]] = [
        (network, dict(state)),
        (state, dict(state)),
        ({"state_dict": state, "epoch": 3, "loss": 0.5, "notes": ["a", None]}, dict(state)),
        ({"t": shared.T, "row": shared[1]}, {"t": shared.T, "row": shared[1]}),
        ({"empty": torch.zeros(0, 3), "one": torch.tensor(4.0)},
         {"empty": torch.zeros(0, 3), "one": torch.tensor(4.0)}),
        (shared, {"": shared}),
        (torch.nn.Parameter(shared), {"": shared}),
    ]  # fmt: skip
    for thing, expected in things:
        path = tmp_path / "model.pth"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.save(thing, path, pickle_protocol=protocol,
                       _use_new_zipfile_serialization=container == "zip")  # fmt: skip
        found = state_of(read_checkpoint(path))
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert torch.equal(found[name], value.detach())
