"""One policy for device, precision and threads."""

from __future__ import annotations

import contextlib
from typing import Any, Literal, get_args

import torch

from engine.errors import BadSetting, DeviceUnavailable

Precision = Literal["auto", "fp32", "bf16", "fp16"]
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(name: str = "auto") -> torch.device:
    """`auto` is CUDA where it exists, else the CPU.  Raises DeviceUnavailable, BadSetting."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda") or (number and not number.isdigit()):
        raise BadSetting(f"'{name}' is not a device.", hint="Use auto, cpu, cuda or cuda:N.")
    if kind == "cuda" and (
        not torch.cuda.is_available() or int(number or 0) >= torch.cuda.device_count()
    ):
        raise DeviceUnavailable(f"This machine has no device '{name}'.")
    return torch.device(name)


def cpu_has_bf16() -> bool:
    """Whether bf16 convolutions are faster than fp32 here (AVX512-BF16 or AMX)."""
    capability = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    if capability is not None and capability():
        return True
    amx = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(amx is not None and amx())


def check_precision(name: str) -> None:
    """Raises BadSetting where it is none."""
    if name not in get_args(Precision):
        raise BadSetting(f"'{name}' is not a precision.", hint="Use auto, fp32, bf16 or fp16.")


def choose_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """`auto`: fp16 on CUDA, bf16 on a CPU that computes it natively, else fp32.

    Raises BadSetting, DeviceUnavailable.
    """
    check_precision(precision)
    if precision == "auto":
        if device.type == "cuda":
            return torch.float16
        return torch.bfloat16 if cpu_has_bf16() else torch.float32
    if precision == "fp16" and device.type == "cpu":
        raise DeviceUnavailable(
            "fp16 is not useful on a CPU.", hint="Use --precision bf16 or fp32, or a CUDA device."
        )
    return _DTYPES[precision]


def precision_name(dtype: torch.dtype) -> str:
    """`fp32`, `bf16` or `fp16`."""
    return {torch.float32: "fp32", torch.bfloat16: "bf16", torch.float16: "fp16"}[dtype]


def autocast(device: torch.device, dtype: torch.dtype) -> Any:
    """Mixed precision for training; nothing where dtype is fp32."""
    if dtype == torch.float32:
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=dtype)
