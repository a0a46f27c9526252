"""The engine's MNAD arithmetic equals the equations written out in loops."""

from __future__ import annotations

import naive_mnad as naive
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.detectors import memory, mnad
from engine.detectors.losses import LossWeights, mnad_losses, pixel_loss
from engine.detectors.memory import address, as_queries
from engine.scoring.pooling import psnr

CLOSE = 1e-4
FORMS = ["code", "paper"]


@pytest.fixture
def features() -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return torch.randn(2, 16, 4, 5, generator=generator)


@pytest.fixture
def items() -> torch.Tensor:
    generator = torch.Generator().manual_seed(4)
    return F.normalize(torch.randn(6, 16, generator=generator), dim=1)


def both(
    features: torch.Tensor, items: torch.Tensor
) -> tuple[memory.Addressing, np.ndarray, np.ndarray]:
    queries = naive.unit_queries(features.double().numpy())
    return address(as_queries(features), items), queries, items.double().numpy()


def test_queries_are_unit_rows_in_reading_order(features: torch.Tensor) -> None:
    expected = naive.unit_queries(features.double().numpy())
    np.testing.assert_allclose(as_queries(features).numpy(), expected, rtol=CLOSE, atol=1e-6)


def test_reading_is_equations_1_and_2(features: torch.Tensor, items: torch.Tensor) -> None:
    ours, queries, plain = both(features, items)
    weights = [naive.matching(query, plain) for query in queries]
    np.testing.assert_allclose(ours.weights.numpy(), weights, rtol=CLOSE)
    expected = naive.read(queries, plain)
    np.testing.assert_allclose(memory.read(ours).numpy(), expected, rtol=CLOSE, atol=1e-6)


def test_the_module_joins_queries_with_what_they_read(
    features: torch.Tensor, items: torch.Tensor
) -> None:
    module = memory.Memory(6, 16)
    module.items.copy_(items)
    joined, _ = module(features)
    queries = naive.unit_queries(features.double().numpy())
    rows = np.concatenate((queries, naive.read(queries, items.double().numpy())), axis=1)
    expected = rows.reshape(2, 4, 5, 32).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(joined.numpy(), expected, rtol=CLOSE, atol=1e-6)


@pytest.mark.parametrize("forms", FORMS)
def test_writing_is_equations_3_to_5(
    forms: str, features: torch.Tensor, items: torch.Tensor
) -> None:
    ours, queries, plain = both(features, items)
    expected = naive.update(queries, plain, forms)
    written = memory.update(ours, forms).numpy()  # type: ignore[arg-type]
    np.testing.assert_allclose(written, expected, rtol=CLOSE, atol=1e-6)


def test_the_forms_of_writing_differ(features: torch.Tensor, items: torch.Tensor) -> None:
    ours, _, _ = both(features, items)
    assert not torch.allclose(memory.update(ours, "code"), memory.update(ours, "paper"), atol=1e-4)


def test_memory_distance_is_the_mean_over_all_elements(
    features: torch.Tensor, items: torch.Tensor
) -> None:
    ours, queries, plain = both(features, items)
    expected = naive.memory_distance(queries, plain)
    assert float(memory.memory_distances(ours).mean()) == pytest.approx(expected, rel=CLOSE)


@pytest.mark.parametrize("forms", FORMS)
def test_compactness(forms: str, features: torch.Tensor, items: torch.Tensor) -> None:
    ours, queries, plain = both(features, items)
    expected = naive.compactness(queries, plain, forms)
    assert float(memory.compactness(ours, forms)) == pytest.approx(expected, rel=CLOSE)  # type: ignore[arg-type]


@pytest.mark.parametrize("margin", [1.0, 0.1])
def test_separateness(margin: float, features: torch.Tensor, items: torch.Tensor) -> None:
    ours, queries, plain = both(features, items)
    expected = naive.separateness(queries, plain, margin)
    assert float(memory.separateness(ours, margin)) == pytest.approx(expected, rel=CLOSE)


@pytest.mark.parametrize("forms", FORMS)
def test_the_regular_score_is_equations_6_and_7(forms: str) -> None:
    generator = torch.Generator().manual_seed(5)
    predicted = torch.rand(3, 6, 7, generator=generator) * 2 - 1
    target = torch.rand(3, 6, 7, generator=generator) * 2 - 1
    plain = naive.errors(predicted.double().numpy(), target.double().numpy())
    ours = mnad.squared_error(predicted, target)
    np.testing.assert_allclose(ours.numpy(), plain, rtol=CLOSE, atol=1e-9)
    expected = naive.regular_score(plain, forms)
    assert mnad.regular_score(ours, forms) == pytest.approx(expected, rel=CLOSE)  # type: ignore[arg-type]
    assert float(psnr(float(ours.mean()))) == pytest.approx(naive.psnr(plain), rel=CLOSE)


@pytest.mark.parametrize("forms", FORMS)
def test_the_loss_is_equation_8(forms: str, features: torch.Tensor, items: torch.Tensor) -> None:
    ours, queries, plain = both(features, items)
    generator = torch.Generator().manual_seed(6)
    predicted, target = torch.rand(2, 2, 3, 8, 8, generator=generator).unbind(0)
    weights = LossWeights(0.3, 0.2, 0.7, forms)  # type: ignore[arg-type]
    losses = mnad_losses(predicted, target, ours, weights)
    gap = (predicted - target).double().numpy()
    pixel = (
        float((gap**2).mean())
        if forms == "code"
        else float(np.mean([np.sqrt((one**2).sum()) for one in gap]))
    )
    compact = naive.compactness(queries, plain, forms)
    separate = naive.separateness(queries, plain, 0.7)
    scale = 16 / 512 if forms == "code" else 1.0  # the code's mean over C shrinks with the width
    assert float(losses.pixel) == pytest.approx(pixel, rel=CLOSE)
    assert float(losses.compact) == pytest.approx(compact, rel=CLOSE)
    assert float(losses.separate) == pytest.approx(separate, rel=CLOSE)
    total = pixel + 0.3 * scale * compact + 0.2 * separate
    assert float(losses.total) == pytest.approx(total, rel=CLOSE)


def test_without_memory_the_loss_is_the_pixel_term() -> None:
    predicted, target = torch.zeros(1, 1, 8, 8), torch.full((1, 1, 8, 8), 0.5)
    losses = mnad_losses(predicted, target, None, LossWeights())
    assert float(losses.total) == float(pixel_loss(predicted, target)) == pytest.approx(0.25)


def test_gradients_reach_the_queries_but_not_the_items(features: torch.Tensor) -> None:
    module = memory.Memory(6, 16)
    moving = features.clone().requires_grad_()
    joined, ours = module(moving)
    (memory.compactness(ours) + memory.separateness(ours) + joined.square().sum()).backward()
    assert moving.grad is not None
    assert float(moving.grad.abs().max()) > 0
    assert not module.items.requires_grad
    assert list(module.parameters()) == []


def test_no_gradient_passes_through_what_is_read(features: torch.Tensor) -> None:
    moving = features.clone().requires_grad_()
    joined, _ = memory.Memory(6, 16)(moving)
    assert joined.requires_grad
    answers = joined[:, 16:].sum()
    answers.backward()
    assert float(moving.grad.abs().max()) == 0  # type: ignore[union-attr]
