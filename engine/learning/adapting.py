"""Adapting the attention prototype network to new footage from its first frames.

After the meta prototype network (Lv et al., CVPR 2021, section 3.3): the backbone stands still, and
a copy of W and of the layers after the unit takes a few steps down the gradient of the training
loss, averaged over the first pairs of clip and next frame.  The paper's step sizes, one for each
parameter, learned over tasks by second-order gradients, are left out: here one rate serves all, and
is halved until the loss on the pairs falls.  The prototype network's paper claims the same; its
released code never does it.

Whatever happens in those frames becomes normal, anomalies too.  So it is checked on frames that
took no part, it is said, and the weights that it started from stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis.ahead import DecodeAhead
from engine.analysis.sampling import sample
from engine.detectors.adapted import frames_before
from engine.detectors.apn import ApnConfig, ApnNetwork
from engine.detectors.apn_losses import ApnLossWeights, apn_losses
from engine.detectors.mnad import to_unit
from engine.detectors.pictures import prepared
from engine.detectors.weights import (
    WeightsCard,
    check_target,
    read_card,
    read_tensors,
    write_weights,
)
from engine.errors import AdaptationRefused, BadSetting, UnreadableWeights
from engine.files import fingerprint
from engine.footage import Footage
from engine.progress import Progress

HALVINGS = 12


@dataclass(frozen=True, slots=True)
class AdaptationSettings:
    """pairs: of four frames and the next, to learn from.  steps: of gradient descent.  rate: the
    first one to be tried.  checks: pairs that share no frame with those, to see whether it helped.
    """

    pairs: int = 8
    steps: int = 3
    rate: float = 1.0
    checks: int = 5

    def __post_init__(self) -> None:
        if not (1 <= self.pairs <= 100 and 1 <= self.steps <= 20 and self.checks >= 1):
            raise BadSetting("Adapting takes 1 to 100 pairs of frames and 1 to 20 steps.")
        if not self.rate > 0:
            raise BadSetting("The rate of adapting must be more than 0.")

    def frames(self, config: ApnConfig) -> int:
        """Frames that are needed: the pairs', and then the checks' own."""
        return (self.pairs + config.frames_in) + (self.checks + config.frames_in)


@dataclass(frozen=True, slots=True)
class Adapted:
    """An adapted copy, and the loss on the frames that took no part, before and after."""

    network: ApnNetwork
    before: float
    after: float


class _Pairs:
    """Clips behind the backbone, which stands still: encoded once."""

    def __init__(self, network: ApnNetwork, clips: Tensor, weights: ApnLossWeights) -> None:
        self._weights = weights
        config = network.config
        with torch.no_grad():
            self._encoded = [
                (*network.encode(clip[: config.frames_in].flatten(0, 1)[None]),
                 clip[None, config.target])
                for clip in clips
            ]  # fmt: skip

    def loss(self, network: ApnNetwork, *, backward: bool = False) -> float:
        """The training loss, averaged over the pairs; gradients are added up if asked for."""
        total = 0.0
        for features, skips, target in self._encoded:
            with torch.set_grad_enabled(backward):
                if network.unit is None:
                    raise ValueError("a network without the unit has nothing to adapt")
                answered, prototyping = network.unit(features)
                predicted = network.finish(answered, skips)
                found = apn_losses(predicted, target, prototyping, self._weights)
                share = found.total / len(self._encoded)
            if backward:
                share.backward()  # type: ignore[no-untyped-call]
            total += float(share.detach())
        return total


def adapt(
    network: ApnNetwork,
    pairs: Tensor,
    checks: Tensor,
    settings: AdaptationSettings,
    weights: ApnLossWeights,
) -> Adapted:
    """A copy of a network whose unit and tail know this footage; the network itself is not touched.

    pairs, checks: clips (K, T, C, h, w) in [-1, 1].  Raises AdaptationRefused where the loss on
    the checks does not fall.
    """
    copy = deepcopy(network).eval()
    copy.backbone.requires_grad_(False)
    learned = [*copy.tail.parameters(), *([] if copy.unit is None else copy.unit.parameters())]
    for parameter in learned:
        parameter.requires_grad_(True)
    near, far = _Pairs(copy, pairs, weights), _Pairs(copy, checks, weights)
    before = far.loss(copy)
    rate, moved = settings.rate, False
    for _ in range(settings.steps):
        copy.zero_grad(set_to_none=True)
        here = near.loss(copy, backward=True)
        start = [parameter.detach().clone() for parameter in learned]
        for _ in range(HALVINGS):
            with torch.no_grad():
                for parameter, origin in zip(learned, start, strict=True):
                    if parameter.grad is not None:
                        parameter.copy_(origin - rate * parameter.grad)
            if near.loss(copy) < here:
                moved = True
                break
            rate /= 2
        else:
            with torch.no_grad():
                for parameter, origin in zip(learned, start, strict=True):
                    parameter.copy_(origin)
            break
    after = far.loss(copy)
    if not moved or not after < before:
        raise AdaptationRefused(
            f"The first frames do not help: the loss on the frames after them goes from "
            f"{before:.5f} to {after:.5f}."
        )
    copy.zero_grad(set_to_none=True)
    return Adapted(copy.requires_grad_(False), before, after)


def warning_about(first: int, last: int) -> str:
    """What whoever reads the scores must know.  Frames first to last were learned from."""
    return (
        f"Frames {first} to {last} of this footage were learned as normal: an anomaly in them is "
        "not found, nor are others like it."
    )


@dataclass(slots=True)
class Adapting:
    """Adapted weights for one footage, written beside its analysis; iterate `run()`, then read
    `adapted`.

    card: the weights to start from, which stay as they are.  Weights at `out` that were made of
    the same card and footage with the same settings are taken as they are.
    """

    card: WeightsCard
    footage: Footage
    out: Path
    settings: AdaptationSettings
    adapted: WeightsCard | None = None

    def run(self) -> Iterator[Progress]:
        """Read the first frames, adapt, check, write.  Raises BadSetting, AdaptationRefused,
        UnreadableWeights.
        """
        card, settings = self.card, self.settings
        if not frames_before(card):
            raise BadSetting(
                f"Adapting has no meaning for the weights {card.name}: they have no prototype unit "
                "to adapt.",
                hint="Use weights of the detector 'apn'.",
            )
        check_target(self.out)
        asked = {
            "parent": card.weights_id,
            "footage": fingerprint(self.footage.path),
            **asdict(settings),
        }
        self.adapted = self._earlier(asked)
        if self.adapted is not None:
            return
        config = ApnConfig(**card.config)
        network = ApnNetwork(config)
        network.load_state_dict(read_tensors(card))
        needed, frames, indices = settings.frames(config), [], []
        for index, picture in self._first_run(needed):
            frames.append(prepared(picture, config.size, config.channels))
            indices.append(index)
            yield Progress("adapting", len(frames), needed)
        if len(frames) < needed:
            raise BadSetting(
                f"Adapting needs {needed} frames in a row, and the footage does not hold them.",
                hint="Analyse without adapting, or adapt on fewer frames.",
            )
        learned_from = settings.pairs + config.frames_in
        adapted = adapt(
            network,
            _clips(frames[:learned_from], config),
            _clips(frames[learned_from:], config),
            settings,
            _loss_weights(card),
        )
        warning = warning_about(indices[0], indices[learned_from - 1])
        said = asked | {"before": adapted.before, "after": adapted.after}
        self.adapted = write_weights(
            self.out,
            dict(adapted.network.state_dict()),
            replace(
                card,
                name=self.out.stem,
                training={
                    **card.training,
                    "base": card.weights_id,
                    "adapted": said,
                    "warning": warning,
                },
                # its normal is this footage now, so the scores are calibrated on it
                calibration=None,
                background=None,
            ),
        )

    def _earlier(self, asked: dict[str, Any]) -> WeightsCard | None:
        try:
            found = read_card(self.out)
            said = found.training.get("adapted", {})
            if all(said.get(name) == value for name, value in asked.items()):
                read_tensors(found)
                return found
        except UnreadableWeights:
            pass  # there is none yet, or half of one: it is made again
        return None

    def _first_run(self, needed: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """The first frames in a row, at the card's clip rate; (index, RGB).  A cut or gap ends
        them.
        """
        footage = self.footage
        with DecodeAhead(footage, sample(footage.table, self.card.clip_rate)) as ahead:
            for count, sampled in enumerate(ahead):
                if count == needed or (sampled.breaks and count):
                    return
                yield sampled.index, sampled.picture


def _clips(frames: Sequence[NDArray[np.uint8]], config: ApnConfig) -> Tensor:
    """Every clip of a run of prepared frames (C, h, w).  -> (K, T, C, h, w) in [-1, 1]."""
    length = config.clip_frames
    stacked = [np.stack(frames[at : at + length]) for at in range(len(frames) - length + 1)]
    return to_unit(torch.from_numpy(np.stack(stacked)))


def _loss_weights(card: WeightsCard) -> ApnLossWeights:
    """Those that the weights were trained with, where the card still says them."""
    known = card.training.get("plan", {}).get("losses", {})
    try:
        return ApnLossWeights(**known)
    except TypeError:
        return ApnLossWeights()
