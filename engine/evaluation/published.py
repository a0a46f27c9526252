"""What the papers and their released code state, to stand beside what is measured here.

Sources: MNAD is Park, Noh, Ham (CVPR 2020); APN is arXiv 2108.11055; Co-memory is known from its
slides only.  `counted` sizes follow from the released code by arithmetic, `claimed` ones are
printed.  Frame AUCs are micro, in %, over all test clips.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Published:
    """One system as published.  auc: by data set (ped2, avenue, shanghai), in %.

    setting: what the figure was reached with, as far as it is stated.
    parameters, multiply_accumulates: of the full-size network; origin says whose count it is.
    """

    system: str
    source: str
    auc: dict[str, float] = field(default_factory=dict)
    setting: str = ""
    parameters: float | None = None
    multiply_accumulates: float | None = None
    origin: str = ""


# what min-max is read with where nothing else is asked for; parts that are missing are left out
PAPER_LAMBDAS = {
    "mnad-prediction": 0.6,
    "mnad-reconstruction": 0.7,
    "comemory": 1 / 6,
    "apn": 0.5,
}

# below which E_t the memory is updated; comemory's is not stated
PAPER_GAMMAS = {"mnad-prediction": 0.01, "mnad-reconstruction": 0.015}

_MNAD = "Park, Noh, Ham, CVPR 2020"
_FULL = "width 64, colour, 60 epochs on Ped2, all twelve test clips, min-max per video"
_COUNTED = "counted from the released code"

PUBLISHED: dict[str, Published] = {
    "mnad-prediction": Published(
        "MNAD, prediction", _MNAD, {"ped2": 97.0, "avenue": 88.5, "shanghai": 70.5}, _FULL,
        15.65e6, 46.5e9, _COUNTED,
    ),
    "mnad-prediction without memory": Published(
        "MNAD, prediction without memory", _MNAD, {"ped2": 94.3, "avenue": 84.5, "shanghai": 66.8},
        _FULL, 13.29e6, None, _COUNTED,
    ),
    "mnad-prediction without update": Published(
        "MNAD, prediction, no test-time update", _MNAD, {"ped2": 96.0}, _FULL
    ),
    "mnad-prediction by A alone": Published(
        "MNAD, prediction, PSNR only", _MNAD, {"ped2": 95.7}, _FULL
    ),
    "mnad-reconstruction": Published(
        "MNAD, reconstruction", _MNAD, {"ped2": 90.2, "avenue": 82.8, "shanghai": 69.8}, _FULL,
        17.20e6, 49.8e9, _COUNTED,
    ),
    "mnad-reconstruction without memory": Published(
        "MNAD, reconstruction without memory", _MNAD,
        {"ped2": 86.4, "avenue": 80.6, "shanghai": 65.8}, _FULL, 14.84e6, None, _COUNTED,
    ),
    "mnad-reconstruction without update": Published(
        "MNAD, reconstruction, no test-time update", _MNAD, {"ped2": 87.1}, _FULL
    ),
    "mnad-reconstruction by A alone": Published(
        "MNAD, reconstruction, PSNR only", _MNAD, {"ped2": 89.0}, _FULL
    ),
    "comemory": Published(
        "Appearance-motion Co-memory, 10 + 10 items", "seed slides; no paper or code found",
        {"ped2": 99.7, "avenue": 89.1}, "flow by a pretrained FlowNet; size and epochs not given",
    ),
    "comemory without memory": Published(
        "Co-memory without motion memory", "seed slides; no paper or code found",
        {"ped2": 97.0, "avenue": 89.0}, "no motion memory; the appearance memory stays",
    ),
    "apn": Published(
        "Attention Prototype Network", "arXiv 2108.11055",
        {"ped2": 98.2, "avenue": 88.7, "shanghai": 77.5},
        "ResNet-50 and 14.68 M parameters claimed; the code has a three-level U-Net",
        3.36e6, 40.7e9, f"{_COUNTED}: convolutions 32.0, attention 8.4, prototype unit 0.3",
    ),
    "apn without memory": Published(
        "APN without its unit", "arXiv 2108.11055", {"ped2": 95.1, "avenue": 84.0, "shanghai": 66.7}
    ),
}  # fmt: skip
"""By detector, and by twin where the source has that ablation."""


def published(detector: str, twin: str = "") -> Published | None:
    """The published counterpart of a detector or of one of its twins."""
    return PUBLISHED.get(f"{detector} {twin}".strip())
