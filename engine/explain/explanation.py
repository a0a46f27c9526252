"""The values of an explanation.  A sentence is made of findings, and a finding of measurements:
nothing is said that was not measured."""

from __future__ import annotations

from dataclasses import dataclass

from engine.detectors.base import Role


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the score one part is responsible for, 0..1, at its worst patch.

    of: for `attributes`, the shares of the attributes within the part, summing to 1.
    """

    name: str
    role: Role
    share: float
    of: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value.  digits: with how many it is written."""

    name: str
    value: float
    unit: str
    digits: int = 1

    @property
    def text(self) -> str:
        """The value as it is written, without its unit."""
        return f"{self.value:.{self.digits}f}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Some words and the measurements that they state.

    words: with {0}, {1} .. where the measurements stand, in order.
    """

    words: str
    measured: tuple[Measurement, ...] = ()

    @property
    def text(self) -> str:
        """The words with the numbers in them."""
        return self.words.format(*(one.text for one in self.measured))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one frame, or a region of it, is as abnormal as it is.

    index: the scored frame that is explained; score: S there, calibrated (of the region, where one
    was given); box: x, y, width, height of the worst patch in pixels of the shown picture, or the
    region; worst: the worst patch, within the region where one was given.  findings: what the
    sentence says; measured: those values and all others.
    """

    index: int
    detector: str
    score: float
    box: tuple[int, int, int, int]
    worst: tuple[int, int, int, int]
    shares: tuple[Share, ...]
    findings: tuple[Finding, ...]
    measured: tuple[Measurement, ...]

    @property
    def sentence(self) -> str:
        """The findings as one sentence."""
        text = ", ".join(finding.text for finding in self.findings)
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    @property
    def shares_text(self) -> str:
        """ "Motion 71 %, appearance 29 %", the larger first; empty for a single part."""
        if len(self.shares) < 2:
            return ""
        ordered = sorted(self.shares, key=lambda one: -one.share)
        text = ", ".join(f"{one.role} {100 * one.share:.0f} %" for one in ordered)
        return text[:1].upper() + text[1:]

    def value(self, name: str) -> float | None:
        """A measured value by name; None where it was not measured."""
        return next((one.value for one in self.measured if one.name == name), None)
