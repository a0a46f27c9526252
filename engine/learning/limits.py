"""What the numbers of a learning run can be; refused before anything is read or written.

A number from outside may be NaN, which is neither below nor above anything, so every check states
what is allowed.
"""

from __future__ import annotations

import math

from engine.errors import BadSetting

LAST_SEED = 2**32 - 1  # the largest that all random generators take


def check_above_zero(what: str, value: float | None) -> None:
    """A finite number above 0, or None.  Raises BadSetting; `what` begins its sentence."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise BadSetting(f"{what} must be a number above 0, not {value:g}.")


def check_weight(what: str, value: float) -> None:
    """A finite number from 0 on.  Raises BadSetting."""
    if not (math.isfinite(value) and value >= 0):
        raise BadSetting(f"{what} must be a number from 0 on, not {value:g}.")


def check_seed(seed: int) -> None:
    """Raises BadSetting."""
    if not 0 <= seed <= LAST_SEED:
        raise BadSetting(f"The seed lies between 0 and {LAST_SEED}, not at {seed}.")


def check_lambda(lambda_: float | None) -> None:
    """None for the detector's own.  Raises BadSetting."""
    if lambda_ is not None and not 0 <= lambda_ <= 1:
        raise BadSetting(f"Lambda lies between 0 and 1, not at {lambda_:g}.")
