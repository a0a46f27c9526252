"""From a released MNAD checkpoint and its items to weights of ours, name by name."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor

from engine.detectors.imported import read_checkpoint, state_of
from engine.detectors.mnad import MnadConfig, MnadNetwork, Task, mnad_facts
from engine.detectors.weights import WeightsCard, check_target, write_weights
from engine.errors import UnreadableWeights
from engine.files import sha256

_RENAMED = (
    (r"^encoder\.moduleConv([1-4])\.", r"encoder.level\1."),
    (r"^decoder\.moduleConv\.", "decoder.level4."),
    (r"^decoder\.moduleDeconv([32])\.", r"decoder.level\1."),
    (r"^decoder\.moduleUpsample([432])\.", r"decoder.up\1."),
    (r"^decoder\.moduleDeconv1\.", "decoder.head."),
)
_UNUSED = re.compile(r"^(encoder\.moduleBatchNorm\.|memory\.|module\.memory\.)")


def our_names(released: dict[str, Tensor]) -> dict[str, Tensor]:
    """The released state dict under our names; the never used BN(512) is left out."""
    ours: dict[str, Tensor] = {}
    for name, tensor in released.items():
        name = name.removeprefix("module.")
        if _UNUSED.match(name):
            continue
        for pattern, replacement in _RENAMED:
            name, changed = re.subn(pattern, replacement, name)
            if changed:
                break
        else:
            raise UnreadableWeights(
                f"The checkpoint holds '{name}', which no released MNAD network has."
            )
        ours[name] = tensor if name.endswith("num_batches_tracked") else tensor.float()
    return ours


def shape_of(state: dict[str, Tensor], items: Tensor, size: int) -> MnadConfig:
    """The configuration that tensors imply.  Raises UnreadableWeights."""
    try:
        first = state["encoder.level1.0.weight"]
        last = state["decoder.head.6.weight"]
        narrow = state["decoder.up4.0.weight"].shape
    except KeyError as error:
        raise UnreadableWeights(
            f"The checkpoint lacks {error.args[0]}: it is not an MNAD network with memory."
        ) from error
    if first.ndim != 4 or last.ndim != 4 or len(narrow) != 4 or not len(last):
        raise UnreadableWeights("The checkpoint's convolutions are not those of an MNAD network.")
    width, channels = int(first.shape[0]), int(last.shape[0])
    # with skips the upsampling halves the channels, without it keeps them
    task: Task = "prediction" if narrow[1] * 2 == narrow[0] else "reconstruction"
    frames_in = int(first.shape[1]) // channels
    if items.ndim != 2 or items.shape[1] != 8 * width:
        raise UnreadableWeights(
            f"The items are {tuple(items.shape)}; this network needs (M, {8 * width}).",
            hint="Give the keys.pt that was saved with this model.",
        )
    return MnadConfig(task, channels, width, size, int(items.shape[0]), True, frames_in)


def import_mnad(model: Path, keys: Path, out: Path, *, size: int = 256) -> WeightsCard:
    """Read a released model and its items, and write weights with a card.

    Raises UnreadableWeights, HostileCheckpoint, BadSetting for `out`; nothing in the files is
    executed.
    """
    check_target(out)
    found = state_of(read_checkpoint(keys))
    if len(found) != 1:
        raise UnreadableWeights(f"{keys.name} should hold one (M, C) tensor, not {len(found)}.")
    items = next(iter(found.values())).float()
    state = our_names(state_of(read_checkpoint(model)))
    config = shape_of(state, items, size)
    state["memory.items"] = items
    try:
        # on `meta` nothing is set aside for a network that the tensors only claim to be
        with torch.device("meta"):
            network = MnadNetwork(config)
        network.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise UnreadableWeights(
            f"{model.name} does not hold the tensors of an MNAD network.",
            hint="Give the model.pth that the released training code saved.",
        ) from error
    facts = mnad_facts(config)
    card = WeightsCard(
        name=out.stem,
        detector=facts.name,
        config=config.as_dict(),
        lambda_=facts.default_lambda,
        gamma=facts.gamma,
        clip_rate=None,
        training={
            "trained_on": f"imported from {model.name}",
            "model_sha256": sha256(model),
            "keys_sha256": sha256(keys),
        },
    )
    return write_weights(out, network.state_dict(), card)
