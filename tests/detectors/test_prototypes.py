"""The prototype unit and its losses against sums written out."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.detectors.prototypes import (
    PrototypeUnit,
    Prototyping,
    as_pixels,
    compactness,
    correlation,
    diversity,
    ensemble,
    feature_errors,
    retrieve,
)

B, C, H, W, M = 2, 5, 3, 4, 3
N = H * W


def unit(count: int = M, peak: float = 6.0) -> PrototypeUnit:
    """A unit whose attention is far from even."""
    torch.manual_seed(5)
    made = PrototypeUnit(C, count)
    with torch.no_grad():
        made.attention.weight.mul_(peak)
    return made.requires_grad_(False)


def features() -> Tensor:
    torch.manual_seed(6)
    return torch.randn(B, C, H, W)


def by_hand(unit: PrototypeUnit, x: Tensor) -> tuple[list[list[float]], Tensor, Tensor, Tensor]:
    """One picture (C, H, W): normalcy weights, prototypes, beta and y, as the paper writes them."""
    pixels = [x[:, i // W, i % W] / x[:, i // W, i % W].norm() for i in range(N)]
    weight = unit.attention.weight
    attention = [[float(weight[m] @ pixel) for m in range(M)] for pixel in pixels]
    totals = [sum(math.exp(attention[n][m]) for n in range(N)) for m in range(M)]
    normalcy = [[math.exp(attention[n][m]) / totals[m] for m in range(M)] for n in range(N)]
    prototypes = []
    for m in range(M):
        total = torch.zeros(C)
        for n in range(N):
            total = total + normalcy[n][m] * pixels[n]
        prototypes.append(total / total.norm())
    betas, summed = [], []
    for pixel in pixels:
        exps = [math.exp(float(pixel @ p)) for p in prototypes]
        beta = [e / sum(exps) for e in exps]
        retrieved = sum((b * p for b, p in zip(beta, prototypes, strict=True)), torch.zeros(C))
        betas.append(torch.tensor(beta))
        summed.append(pixel + retrieved / retrieved.norm())
    return normalcy, torch.stack(prototypes), torch.stack(betas), torch.stack(summed)


def test_the_unit_is_the_sum_written_out() -> None:
    made, x = unit(), features()
    with torch.no_grad():
        y, found = made(x)
        for at in range(B):
            normalcy, prototypes, beta, summed = by_hand(made, x[at])
            close = {"rtol": 1e-4, "atol": 1e-6}
            torch.testing.assert_close(found.normalcy[at], torch.tensor(normalcy), **close)
            torch.testing.assert_close(found.prototypes[at], prototypes, **close)
            torch.testing.assert_close(found.matching[at], beta, **close)
            torch.testing.assert_close(y[at].flatten(1).T, summed, **close)
            assert torch.equal(found.assigned[at], beta.argmax(dim=1))


def test_normalcy_weights_sum_to_one_over_the_picture() -> None:
    found = unit().respond(features())
    torch.testing.assert_close(found.normalcy.sum(dim=1), torch.ones(B, M))
    assert float(found.normalcy.max()) > 2 / N


def test_each_picture_has_its_own_prototypes() -> None:
    made, x = unit(), features()
    alone = made.respond(x[1:])
    torch.testing.assert_close(made.respond(x).prototypes[1:], alone.prototypes)


def test_attention_starts_almost_even() -> None:
    """Unit features and a default W: over many pixels the softmax says almost nothing."""
    torch.manual_seed(0)
    found = PrototypeUnit(128, 10).requires_grad_(False).respond(torch.randn(1, 128, 64, 64))
    entropy = -(found.normalcy * found.normalcy.log()).sum(dim=1)
    assert float(entropy.exp().min()) > 0.99 * 64 * 64
    between = found.prototypes[0] @ found.prototypes[0].T
    assert float(between.min()) > 0.5


def test_pixels_without_features_stay_zero() -> None:
    x = features()
    x[0, :, 1, 2] = 0
    pixels = as_pixels(x)
    norms = pixels.norm(dim=2)
    assert float(norms[0, 1 * W + 2]) == 0
    assert int((norms > 0.999).sum()) == B * N - 1
    y, found = unit()(x)
    assert torch.isfinite(y).all()
    assert float(found.distances[0, 1 * W + 2]) == pytest.approx(1.0, abs=1e-6)


def test_distances_and_feature_errors_are_those_to_the_prototype_that_answers() -> None:
    found = unit().respond(features())
    for at in range(B):
        for n in range(N):
            pixel = found.pixels[at, n]
            chosen = max(range(M), key=lambda m: float(pixel @ found.prototypes[at, m]))
            gap = pixel - found.prototypes[at, chosen]
            assert float(found.distances[at, n]) == pytest.approx(float(gap @ gap), abs=1e-5)
            mean = sum(float(g) ** 2 for g in gap) / C
            assert float(feature_errors(found)[at, n]) == pytest.approx(mean, abs=1e-6)


def test_compactness_is_its_mean_and_both_sides_learn() -> None:
    made, x = unit().requires_grad_(), features().requires_grad_()
    found = made.respond(x)
    pixels, prototypes = found.pixels.detach(), found.prototypes.detach()
    squares, norms = [], []
    for at in range(B):
        for n in range(N):
            gap = pixels[at, n] - prototypes[at, int(found.assigned[at, n])]
            squares += [float(g) ** 2 for g in gap]
            norms.append(float(gap.norm()))
    code, paper = compactness(found), compactness(found, "paper")
    assert float(code.detach()) == pytest.approx(sum(squares) / len(squares), rel=1e-4)
    assert float(paper.detach()) == pytest.approx(sum(norms) / len(norms), rel=1e-4)
    code.backward()
    assert made.attention.weight.grad is not None
    assert float(made.attention.weight.grad.abs().sum()) > 0
    assert x.grad is not None
    assert float(x.grad.abs().sum()) > 0


def close_prototypes() -> Tensor:
    """Three near one another in one picture, spread in the other.  (2, 3, 5), unit rows."""
    torch.manual_seed(8)
    near = F.normalize(torch.ones(3, C) + 0.3 * torch.randn(3, C), dim=1)
    return torch.stack((near, F.normalize(torch.randn(3, C), dim=1)))


@pytest.mark.parametrize("margin", [1.0, 0.4])
def test_diversity_is_the_mean_hinge_over_pairs(margin: float) -> None:
    rows = close_prototypes()
    for forms in ("code", "paper"):
        hinges = []
        for at in range(2):
            for m in range(M):
                for other in range(m + 1, M):
                    apart = float((rows[at, m] - rows[at, other]).norm())
                    apart = apart**2 if forms == "code" else apart
                    hinges.append(max(0.0, margin - apart))
        expected = sum(hinges) / len(hinges)
        assert expected > 0
        assert float(diversity(rows, margin, forms)) == pytest.approx(expected, rel=1e-4)  # type: ignore[arg-type]


def test_correlation_is_the_mean_squared_correlation_of_pairs() -> None:
    rows = close_prototypes()
    squares = []
    for at in range(2):
        for m in range(M):
            for other in range(m + 1, M):
                a, b = rows[at, m].tolist(), rows[at, other].tolist()
                mean_a, mean_b = sum(a) / C, sum(b) / C
                product = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
                spread = math.sqrt(
                    sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
                )
                squares.append((product / spread) ** 2)
    assert float(correlation(rows)) == pytest.approx(sum(squares) / len(squares), rel=1e-4)


def test_our_covariance_term_has_a_gradient_and_the_released_one_has_none() -> None:
    rows = close_prototypes().requires_grad_()
    (slope,) = torch.autograd.grad(correlation(rows), rows)
    assert float(slope.abs().sum()) > 1e-3
    # as released: a Gaussian kernel of width 500 on detached prototypes
    kernel = 100 * torch.exp(-torch.cdist(rows.detach(), rows.detach()).square() / (2 * 500**2))
    assert not kernel.requires_grad
    assert float(kernel.max() - kernel.min()) < 1e-3


def test_following_the_covariance_term_parts_the_prototypes() -> None:
    rows = close_prototypes()[:1].requires_grad_()
    before = float(correlation(rows.detach()))
    for _ in range(200):
        (slope,) = torch.autograd.grad(correlation(F.normalize(rows, dim=2)), rows)
        rows = (rows - 0.5 * slope).detach().requires_grad_()
    assert float(correlation(F.normalize(rows.detach(), dim=2))) < 0.05 * before


def test_a_single_prototype_has_nothing_to_be_apart_from() -> None:
    rows = F.normalize(torch.randn(2, 1, C), dim=2).requires_grad_()
    none = diversity(rows) + correlation(rows)
    none.backward()
    assert float(none.detach()) == 0
    y, found = unit(count=1)(features())
    assert torch.isfinite(y).all()
    assert found.matching.eq(1).all()


def test_parts_can_be_used_alone() -> None:
    pixels = as_pixels(features())
    normalcy, prototypes = ensemble(pixels, torch.zeros(B, N, 2))
    assert normalcy.allclose(torch.tensor(1 / N))
    torch.testing.assert_close(prototypes[:, 0], F.normalize(pixels.mean(dim=1), dim=1))
    found = Prototyping(pixels, normalcy, prototypes, pixels @ prototypes.transpose(1, 2))
    torch.testing.assert_close(retrieve(found)[0, 0], prototypes[0, 0])
