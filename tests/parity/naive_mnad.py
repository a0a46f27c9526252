"""MNAD's equations as plain loops in float64, to compare the engine with."""

from __future__ import annotations

import math

import numpy as np

Array = np.ndarray


def unit_queries(features: Array) -> Array:
    """(N, C, h, w) -> (N*h*w, C), each divided by its norm; picture by picture, row by row."""
    n, c, h, w = features.shape
    rows = []
    for i in range(n):
        for y in range(h):
            for x in range(w):
                query = [float(features[i, at, y, x]) for at in range(c)]
                length = math.sqrt(sum(value * value for value in query))
                rows.append([value / length for value in query])
    return np.array(rows)


def dot(a: Array, b: Array) -> float:
    return sum(float(p) * float(q) for p, q in zip(a, b, strict=True))


def distance(a: Array, b: Array, eps: float = 0.0) -> float:
    return math.sqrt(sum((float(p) - float(q) + eps) ** 2 for p, q in zip(a, b, strict=True)))


def ranked(query: Array, items: Array) -> list[int]:
    """Items from the most to the least similar."""
    return sorted(range(len(items)), key=lambda m: -dot(query, items[m]))


def matching(query: Array, items: Array) -> list[float]:
    """Eq. (1): softmax over the items."""
    powers = [math.exp(dot(query, item)) for item in items]
    return [power / sum(powers) for power in powers]


def read(queries: Array, items: Array) -> Array:
    """Eq. (2)."""
    found = np.zeros_like(queries)
    for k, query in enumerate(queries):
        for weight, item in zip(matching(query, items), items, strict=True):
            found[k] += weight * item
    return found


def strengths(queries: Array, items: Array, forms: str) -> dict[int, dict[int, float]]:
    """Eq. (4) and (5): for each item its own queries and how strongly each is written."""
    nearest = [ranked(query, items)[0] for query in queries]
    found: dict[int, dict[int, float]] = {}
    for m, item in enumerate(items):
        powers = [math.exp(dot(query, item)) for query in queries]
        v = [power / sum(powers) for power in powers]  # eq. (4): softmax over the queries
        own = [k for k in range(len(queries)) if nearest[k] == m]
        if not own:
            found[m] = {}
            continue
        among = range(len(queries)) if forms == "code" else own
        largest = max(v[k] for k in among)
        found[m] = {k: v[k] / largest for k in own}
    return found


def update(queries: Array, items: Array, forms: str) -> Array:
    """Eq. (3): each item plus its queries, made unit again."""
    new = np.array(items, float)
    for m, own in strengths(queries, items, forms).items():
        for k, u in own.items():
            new[m] += u * queries[k]
        new[m] /= math.sqrt(dot(new[m], new[m]))
    return new


def memory_distance(queries: Array, items: Array) -> float:
    """The released code's D_t: mean over all elements of the squared difference to the nearest."""
    total, count = 0.0, 0
    for query in queries:
        for a, b in zip(query, items[ranked(query, items)[0]], strict=True):
            total += (float(a) - float(b)) ** 2
            count += 1
    return total / count


def compactness(queries: Array, items: Array, forms: str) -> float:
    """Eq. (10), as a mean: of squared elements (code) or of norms (paper)."""
    if forms == "code":
        return memory_distance(queries, items)
    norms = [distance(query, items[ranked(query, items)[0]]) for query in queries]
    return sum(norms) / len(norms)


def separateness(queries: Array, items: Array, margin: float) -> float:
    """Eq. (13) with torch's eps, which is added to the difference before the norm."""
    total = 0.0
    for query in queries:
        first, second = ranked(query, items)[:2]
        gap = distance(query, items[first], 1e-6) - distance(query, items[second], 1e-6)
        total += max(0.0, gap + margin)
    return total / len(queries)


def errors(predicted: Array, target: Array) -> Array:
    """Squared difference per element after both went from [-1, 1] to [0, 1]."""
    found = np.zeros(predicted.shape)
    for at in np.ndindex(predicted.shape):
        found[at] = ((float(predicted[at]) + 1) / 2 - (float(target[at]) + 1) / 2) ** 2
    return found


def regular_score(error: Array, forms: str) -> float:
    """Eq. (6)-(7) of an error (C, h, w): per element (code), or of each pixel's norm (paper)."""
    if forms == "paper":
        _, h, w = error.shape
        e = [math.sqrt(sum(error[:, y, x])) for y in range(h) for x in range(w)]
    else:
        e = [float(value) for value in error.ravel()]
    weights = [1 - math.exp(-value) for value in e]
    return sum(a * b for a, b in zip(weights, e, strict=True)) / sum(weights)


def psnr(error: Array) -> float:
    """Eq. (15) with peak 1."""
    return 10 * math.log10(1 / (sum(float(v) for v in error.ravel()) / error.size))
