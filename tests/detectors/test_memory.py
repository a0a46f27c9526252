"""The memory keeps its promises: bounded weights, unit items, no gradients."""

from __future__ import annotations

import math
from typing import Literal

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.detectors.memory import (
    Memory,
    address,
    as_queries,
    memory_distances,
    read,
    separateness,
    update,
    update_slowly,
)
from engine.detectors.mnad import regular_score

Forms = Literal["code", "paper"]
FORMS: list[Forms] = ["code", "paper"]


def unit(*shape: int, seed: int = 0) -> Tensor:
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=1)


def written(queries: Tensor, items: Tensor, forms: Forms) -> Tensor:
    return update(address(queries, items), forms)


def strength(query: Tensor, item: Tensor, new: Tensor) -> float:
    """u in normalise(item + u query) = new, by the law of sines in their plane."""
    across = F.normalize(query - (query @ item) * item, dim=0)
    angle = math.atan2(float(new @ across), float(new @ item))
    whole = math.atan2(float(query @ across), float(query @ item))
    return math.sin(angle) / math.sin(whole - angle)


@pytest.mark.parametrize("forms", FORMS)
def test_one_query_is_written_with_strength_1(forms: Forms) -> None:
    items = torch.eye(4)[:2]
    query = F.normalize(torch.tensor([[0.9, 0.1, 0.5, 0.2]]), dim=1)
    new = written(query, items, forms)
    assert strength(query[0], items[0], new[0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("forms", FORMS)
def test_no_query_is_written_more_strongly_than_1(forms: Forms) -> None:
    items = torch.eye(6)[:3]
    # queries of one item each, in planes of their own, so that each strength can be read off alone
    queries = F.normalize(
        torch.tensor([[0.9, 0.2, 0.1, 0.5, 0, 0], [0.1, 0.4, 0.2, 0, 0.3, 0]]), dim=1
    )
    new = written(queries, items, forms)
    found = [strength(queries[k], items[k], new[k]) for k in (0, 1)]
    assert max(found) == pytest.approx(1, abs=1e-5)
    assert all(math.exp(-2) <= u <= 1 + 1e-5 for u in found)


def test_the_forms_differ_where_a_foreign_query_is_more_alike() -> None:
    # the second query is nearest to item 0, and yet more alike to item 1 than item 1's own query is
    items = F.normalize(torch.tensor([[1.0, 0.2, 0.0], [0.8, 0.6, 0.0]]), dim=1)
    own = F.normalize(torch.tensor([[0.0, 1.0, 1.5]]), dim=1)
    foreign = F.normalize(torch.tensor([[1.0, 0.3, 0.0]]), dim=1)
    addressing = address(torch.cat((own, foreign)), items)
    assert addressing.assigned.tolist() == [1, 0]
    assert addressing.similarity[1, 1] > addressing.similarity[0, 1]
    code, paper = update(addressing, "code"), update(addressing, "paper")
    expected = float(torch.exp(addressing.similarity[0, 1] - addressing.similarity[1, 1]))
    assert strength(own[0], items[1], code[1]) == pytest.approx(expected, rel=1e-4)
    assert strength(own[0], items[1], paper[1]) == pytest.approx(1, rel=1e-4)
    torch.testing.assert_close(code[0], paper[0])


@pytest.mark.parametrize("forms", FORMS)
def test_an_item_without_queries_is_only_made_unit_again(forms: Forms) -> None:
    items = torch.tensor([[1.0, 0, 0], [0, -1.0, 0]])
    queries = F.normalize(torch.tensor([[0.9, 0.1, 0.2], [0.8, 0.3, 0.1]]), dim=1)
    assert torch.equal(written(queries, items, forms)[1], items[1])
    assert torch.equal(written(queries, 3 * items, forms)[1], items[1])


@pytest.mark.parametrize("forms", FORMS)
def test_written_items_are_unit_and_free_of_gradient(forms: Forms) -> None:
    queries = as_queries(torch.randn(2, 8, 5, 5, requires_grad=True))
    items = unit(7, 8)
    for new in (written(queries, items, forms), update_slowly(address(queries, items), 0.05)):
        torch.testing.assert_close(new.norm(dim=1), torch.ones(7))
        assert not new.requires_grad
        assert torch.isfinite(new).all()


def test_the_update_does_not_change_the_items_that_it_was_given() -> None:
    items = unit(4, 8)
    before = items.clone()
    update(address(unit(30, 8, seed=1), items))
    assert torch.equal(items, before)


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_reading_weights_sum_to_1_and_are_bounded(count: int) -> None:
    items = torch.eye(16)[:count]
    # the worst case: one item at cosine 1, the others at cosine -1, is not possible for many items,
    # so the bound is approached with opposite pairs and never passed
    queries = torch.cat((unit(200, 16), items, -items))
    for bank in (items, F.normalize(unit(count, 16) + 0.1, dim=1), items.roll(1, 1) * -1):
        weights = address(queries, bank).weights
        torch.testing.assert_close(weights.sum(dim=1), torch.ones(len(queries)))
        assert float(weights.max()) <= math.e / (math.e + (count - 1) / math.e) + 1e-6
    if count == 2:
        opposite = torch.stack((items[0], -items[0]))
        reached = float(address(items[:1], opposite).weights.max())
        assert reached == pytest.approx(math.e / (math.e + 1 / math.e))


def test_what_is_read_is_a_mixture_of_items() -> None:
    items = unit(5, 8)
    answers = read(address(unit(40, 8, seed=1), items))
    assert float(answers.norm(dim=1).max()) <= 1 + 1e-6


def test_a_slow_update_keeps_most_of_the_item() -> None:
    items, queries = unit(3, 8), unit(500, 8, seed=1)
    fast, slow = written(queries, items, "code"), update_slowly(address(queries, items), 0.05)
    assert float((slow * items).sum(dim=1).min()) > 0.99
    assert float((fast * items).sum(dim=1).min()) < float((slow * items).sum(dim=1).min())


def test_a_zero_feature_gives_no_nan() -> None:
    queries = as_queries(torch.zeros(1, 8, 2, 2))
    items = unit(3, 8)
    assert torch.isfinite(memory_distances(address(queries, items))).all()
    assert torch.isfinite(written(queries, items, "code")).all()


def test_one_item_has_no_separateness() -> None:
    assert float(separateness(address(unit(9, 8), unit(1, 8, seed=1)))) == 0


def test_new_items_are_unit_and_in_the_positive_orthant() -> None:
    items = Memory(10, 32).items
    torch.testing.assert_close(items.norm(dim=1), torch.ones(10))
    assert float(items.min()) >= 0


@pytest.mark.parametrize("forms", FORMS)
def test_the_regular_score_of_a_perfect_prediction_is_0(forms: Forms) -> None:
    assert regular_score(torch.zeros(3, 8, 8), forms) == 0
    assert regular_score(torch.full((3, 8, 8), 1e-12), forms) < 1e-5  # weights round to 0


@pytest.mark.parametrize("forms", FORMS)
def test_the_regular_score_of_a_broken_prediction_is_below_no_gamma(forms: Forms) -> None:
    error = torch.zeros(3, 8, 8)
    for bad in (float("nan"), float("inf")):
        error[1, 2, 3] = bad
        assert not regular_score(error, forms) < 1e9
