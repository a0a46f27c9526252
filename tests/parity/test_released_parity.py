"""A released checkpoint, imported, scores a footage as the released arithmetic does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from released_mnad import PREDICTION, RECONSTRUCTION, convAE, made, save
from torch import Tensor

from engine.detectors.base import FrameScore
from engine.detectors.import_mnad import import_mnad
from engine.detectors.weights import load_detector, read_tensors
from engine.errors import HostileCheckpoint, UnreadableWeights

SIZE = 64


def pictures(count: int) -> Iterator[np.ndarray]:
    """RGB pictures: a texture, and a block that walks, then jumps about."""
    rng = np.random.default_rng(0)
    still = cv2.GaussianBlur(rng.integers(0, 255, (72, 96, 3), dtype=np.uint8), (0, 0), 5)
    for at in range(count):
        picture = still.copy()
        left = 2 * at if at < count // 2 else int(rng.integers(0, 70))
        picture[20:50, left : left + 16] = (250, 30 * (at % 8), 10)
        yield picture


def released_pass(
    network: convAE, keys: Tensor, count: int, gamma: float | None
) -> list[tuple[float, float, float, bool]]:
    """PSNR, memory distance, E_t and whether keys were updated, frame by frame, as released."""
    keys, found, shown = keys.clone(), [], []
    before = 4 if network.skips else 0
    for picture in pictures(count):
        bgr = cv2.resize(np.ascontiguousarray(picture[:, :, ::-1]), (SIZE, SIZE))
        shown.append(torch.from_numpy(bgr.astype(np.float32) / 127.5 - 1).permute(2, 0, 1))
        if len(shown) <= before:
            continue
        clip = torch.cat(shown[-5:-1] if before else shown[-1:])[None]
        with torch.no_grad():
            predicted, queries, cosines = network(clip, keys)
            error = ((predicted[0] + 1) / 2 - (shown[-1] + 1) / 2) ** 2
            quality = 10 * np.log10(1 / float(error.mean()))
            nearest = cosines.argmax(dim=1)
            distance = float(((queries - keys[nearest]) ** 2).mean())
            weight = 1 - torch.exp(-error)
            score = float((weight * error).sum() / weight.sum())
            written = gamma is not None and score < gamma
            if written:
                shares = torch.softmax(cosines, dim=0)  # over the queries
                new = []
                for m in range(len(keys)):
                    row = keys[m].clone()
                    for k in range(len(queries)):
                        if int(nearest[k]) == m:
                            row += shares[k, m] / shares[:, m].max() * queries[k]
                    new.append(row / row.norm())
                keys = torch.stack(new)
        found.append((quality, distance, score, written))
    return found


def our_pass(path: Path, model: Path, keys: Path, count: int, gamma: float) -> list[FrameScore]:
    detector = load_detector(import_mnad(model, keys, path, size=SIZE), device="cpu",
                             precision="fp32")  # fmt: skip
    stream = detector.stream(gamma=gamma, update=True)
    scores = []
    for index, picture in enumerate(pictures(count)):
        scores += stream.push(index, picture)
    return scores + stream.flush()


@pytest.mark.parametrize(("module", "legacy"), [(PREDICTION, False), (RECONSTRUCTION, True)])
def test_an_imported_network_scores_as_released(module: str, legacy: bool, tmp_path: Path) -> None:
    network, items = made(module)
    model = save(network, module, tmp_path / "model.pth", legacy=legacy)
    torch.save(items, tmp_path / "keys.pt", _use_new_zipfile_serialization=not legacy)
    count = 10 if module == PREDICTION else 6
    without = [row[2] for row in released_pass(network, items, count, None)]
    gamma = float(np.median(without))
    expected = released_pass(network, items, count, gamma)
    written = [row[3] for row in expected]
    assert 2 <= sum(written) < len(written)
    scores = our_pass(tmp_path / "ours.safetensors", model, tmp_path / "keys.pt", count, gamma)
    assert [s.index for s in scores] == list(range(count - len(expected), count))
    assert [s.updated for s in scores] == written
    for score, (quality, distance, regular, _) in zip(scores, expected, strict=True):
        assert score.parts["psnr"] == pytest.approx(quality, rel=1e-4)
        assert score.parts["memory_distance"] == pytest.approx(distance, rel=1e-4)
        assert score.regular_score == pytest.approx(regular, rel=1e-4)


def saved_in_all_ways(network: convAE, module: str, folder: Path) -> Iterator[Path]:
    yield save(network, module, folder / "zip.pth")
    yield save(network, module, folder / "legacy.pth", legacy=True)
    state = network.state_dict()
    for legacy in (False, True):
        path = folder / f"state-{legacy}.pth"
        torch.save(state, path, _use_new_zipfile_serialization=not legacy)
        yield path
        prefixed = {f"module.{name}": tensor for name, tensor in state.items()}
        torch.save(prefixed, path, _use_new_zipfile_serialization=not legacy)
        yield path
    torch.save({"state_dict": state, "epoch": 60}, folder / "wrapped.pth")
    yield folder / "wrapped.pth"
    half = copy.deepcopy(network).half()
    yield save(half, module, folder / "half.pth")


@pytest.mark.parametrize("module", [PREDICTION, RECONSTRUCTION])
def test_every_way_of_saving_gives_the_same_tensors(module: str, tmp_path: Path) -> None:
    network, items = made(module, width=4)
    torch.save(items, tmp_path / "keys.pt")
    first: dict[str, Tensor] = {}
    for path in saved_in_all_ways(network, module, tmp_path):
        card = import_mnad(path, tmp_path / "keys.pt", tmp_path / "ours.safetensors", size=SIZE)
        tensors = read_tensors(card)
        first = first or tensors
        assert tensors.keys() == first.keys()
        assert not any("moduleBatchNorm" in name for name in tensors)
        close = 2e-3 if path.stem == "half" else 0
        for name, tensor in tensors.items():
            torch.testing.assert_close(tensor, first[name], rtol=close, atol=close)
        torch.testing.assert_close(tensors["memory.items"], items, rtol=0, atol=0)
        assert card.detector == (
            "mnad-prediction" if module == PREDICTION else "mnad-reconstruction"
        )
        assert card.config["frames_in"] == (4 if module == PREDICTION else 1)
        assert card.config["width"] == 4


def test_swapped_files_are_refused(tmp_path: Path) -> None:
    network, items = made(PREDICTION, width=2)
    model, keys = save(network, PREDICTION, tmp_path / "model.pth"), tmp_path / "keys.pt"
    torch.save(items, keys)
    for wrong in ((keys, model), (model, model), (keys, keys)):
        with pytest.raises(UnreadableWeights):
            import_mnad(*wrong, tmp_path / "ours.safetensors")
    assert not (tmp_path / "ours.safetensors").exists()


def test_items_of_another_width_are_refused(tmp_path: Path) -> None:
    network, _ = made(PREDICTION, width=2)
    _, wide = made(PREDICTION, width=4)
    model, keys = save(network, PREDICTION, tmp_path / "model.pth"), tmp_path / "keys.pt"
    torch.save(wide, keys)
    with pytest.raises(UnreadableWeights, match=r"needs \(M, 16\)"):
        import_mnad(model, keys, tmp_path / "ours.safetensors")


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("encoder.moduleConv1.0.weight", torch.zeros(())),
        ("encoder.moduleConv1.0.weight", torch.zeros(10**6, 12, 0, 0)),
        ("decoder.moduleDeconv1.6.weight", torch.zeros(0, 2, 3, 3)),
        ("decoder.moduleDeconv1.6.weight", torch.zeros(2, 2, 3, 3)),
        ("decoder.moduleUpsample4.0.weight", torch.zeros(5)),
        ("encoder.moduleConv2.0.bias", torch.zeros(99)),
    ],
)
def test_tensors_of_impossible_shapes_are_refused(
    name: str, tensor: Tensor, tmp_path: Path
) -> None:
    network, items = made(PREDICTION, width=2)
    if tensor.numel() == 0 and tensor.shape[0] == 10**6:
        items = torch.zeros(0, 8 * 10**6)  # fits the claimed width, and costs nothing
    torch.save({**network.state_dict(), name: tensor}, tmp_path / "model.pth")
    torch.save(items, tmp_path / "keys.pt")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the kind is checked below
        import_mnad(tmp_path / "model.pth", tmp_path / "keys.pt", tmp_path / "ours.safetensors")
    assert caught.type.__module__ == "engine.errors"


def test_missing_and_foreign_tensors_are_refused(tmp_path: Path) -> None:
    network, items = made(PREDICTION, width=2)
    torch.save(items, tmp_path / "keys.pt")
    state = network.state_dict()
    for wrong in (
        {k: v for k, v in state.items() if "moduleConv3.3" not in k},
        {k: v for k, v in state.items() if "moduleConv1" not in k},
        {**state, "encoder.extra.weight": torch.zeros(3)},
        {},
    ):
        torch.save(wrong, tmp_path / "model.pth")
        with pytest.raises(UnreadableWeights) as caught:
            import_mnad(tmp_path / "model.pth", tmp_path / "keys.pt", tmp_path / "o.safetensors")
        assert not isinstance(caught.value, HostileCheckpoint)
