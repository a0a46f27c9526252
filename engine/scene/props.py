"""Street furniture and plants: trees, lamp posts, benches, the fountain and the flower bed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.scene.camera import Camera
from engine.scene.drawing import Patch, drawings
from engine.scene.layout import Layout, Spot, Tree
from engine.scene.shapes import Model, Placed
from engine.scene.textures import Image

_FLOWERS = ((214, 74, 80), (236, 192, 84), (226, 214, 226), (176, 92, 160))

LIGHT_FROM = (-0.6, -0.6)
"""Where the sunny side of standing things lies in the picture: right, down."""


@dataclass(frozen=True)
class Thing:
    """Something standing at `foot`, and how far its top sways (pixels)."""

    placed: Placed
    foot: Spot
    sway: float = 0.0


def standing(layout: Layout) -> Iterator[Thing]:
    """The things that people can walk behind."""
    for number, tree in enumerate(layout.trees):
        yield Thing(_tree(tree, number).placed(*tree.foot, 0.0), tree.foot, 1.1)
    for foot in layout.lamps:
        yield Thing(_lamp().placed(*foot, 0.0), foot)
    for foot in layout.benches:
        yield Thing(_bench().placed(*foot, 0.0), foot)


def _tree(tree: Tree, number: int) -> Model:
    """A trunk and a crown of many leaf clusters, darker inside and below."""
    random = np.random.default_rng(40 + number)
    model = Model()
    bark = (86, 70, 56)
    model.hull((70, 58, 48), (0.0, 0.05, 0.0, 0.24), (0.0, 0.5, 0.0, 0.17))
    model.hull(bark, (0.0, 0.1, 0.0, 0.18), (0.05, tree.height - 0.4, 0.0, 0.11), lit=0.25)
    for angle in (-0.6, 0.7):
        tip = (math.sin(angle) * tree.wide * 0.6, tree.height + 0.2, 0.0)
        model.hull(bark, (0.0, tree.height - 1.5, 0.0, 0.09), (*tip, 0.04))
    leaves = random.normal(size=(1500, 3))
    leaves /= np.linalg.norm(leaves, axis=1, keepdims=True)
    leaves *= random.uniform(0.35, 1.0, size=(1500, 1)) ** 0.5
    # A lumpy outline: a crown is made of a dozen boughs.
    boughs = random.normal(size=(12, 3))
    boughs /= np.linalg.norm(boughs, axis=1, keepdims=True)
    lump = (leaves @ boughs.T).max(axis=1, keepdims=True)
    leaves *= 0.78 + 0.26 * lump
    order = np.argsort(-leaves[:, 2])  # far ones first
    for f, u, s in leaves[order]:
        sun = 0.72 + 0.30 * (0.75 * u - 0.45 * f) - 0.10 * s + random.uniform(-0.13, 0.13)
        hue = random.uniform(-8, 8)
        at = (f * tree.wide, tree.height + u * tree.high, s * tree.wide)
        colour = ((86 + hue) * sun, 122 * sun, (58 - hue * 0.5) * sun)
        model.hull(colour, (*at, random.uniform(0.07, 0.16)))
    return model


def _lamp() -> Model:
    model = Model()
    iron = (58, 62, 64)
    model.hull(iron, (0.0, 0.1, 0.0, 0.12), (0.0, 0.55, 0.0, 0.09), lit=0.3)
    model.hull(iron, (0.0, 0.3, 0.0, 0.055), (0.0, 3.6, 0.0, 0.04), lit=0.4)
    model.hull(iron, (0.0, 3.62, 0.0, 0.08), (0.0, 3.66, 0.0, 0.1))
    model.hull((226, 222, 204), (0.0, 3.75, 0.0, 0.13), (0.0, 4.02, 0.0, 0.17), lit=0.08)
    model.hull(iron, (0.0, 4.15, 0.0, 0.2), (0.0, 4.3, 0.0, 0.05), lit=0.3)
    return model


def _bench() -> Model:
    model = Model()
    wood, iron = (150, 108, 70), (64, 66, 68)
    for f in (-0.75, 0.75):
        model.hull(iron, (f, 0.04, -0.2, 0.03), (f, 0.42, -0.2, 0.03))
        model.hull(iron, (f, 0.04, 0.2, 0.03), (f, 0.8, 0.26, 0.03))
    for k in range(3):
        up = 0.52 + 0.13 * k
        model.hull(wood, (-0.9, up, 0.24, 0.045), (0.9, up, 0.24, 0.045), lit=0.2)
    for s in (0.14, 0.0, -0.16):
        model.hull(wood, (-0.9, 0.44, s, 0.05), (0.9, 0.44, s, 0.05), lit=0.25)
    return model


def draw_low(layout: Layout, camera: Camera, background: Image, shade: NDArray[np.uint8]) -> None:
    """Draw what is too low to hide anybody: the plants of the beds, and the fountain."""
    random = np.random.default_rng(90)
    for bed in layout.beds:
        (x0, z0), (x1, z1) = bed[0], bed[2]
        spots = [
            (x, z)
            for x, z in zip(
                random.uniform(x0 + 0.3, x1 - 0.3, 420),
                random.uniform(z0 + 0.3, z1 - 1.0, 420),
                strict=True,
            )
            if math.dist((x, z), layout.fountain) > 2.3
        ]
        spots.sort(key=lambda spot: -camera.distance(*spot))
        plants = [_plant(random).placed(x, z, 0.0) for x, z in spots]
        for drawing in drawings(plants, camera, layout.sun, LIGHT_FROM):
            drawing.cast(shade)
            _blend(background, drawing.paint(camera))
    fountain = _fountain().placed(*layout.fountain, 0.0)
    for drawing in drawings([fountain], camera, layout.sun, LIGHT_FROM):
        _blend(background, drawing.paint(camera))


def _plant(random: np.random.Generator) -> Model:
    model = Model()
    green = random.uniform(0.75, 1.15)
    flower = _FLOWERS[int(random.integers(len(_FLOWERS)))]
    size = random.uniform(0.14, 0.26)
    model.hull((66 * green, 98 * green, 50 * green), (0.0, size * 0.8, 0.0, size), lit=0.22)
    if random.random() < 0.6:
        for _ in range(5):
            f, s = random.uniform(-size, size, 2)
            model.hull(flower, (f, size * 1.5, s, 0.05))
    return model


def _fountain() -> Model:
    """A round basin with a bowl in its middle."""
    model = Model()
    stone, dark = (188, 182, 170), (132, 128, 120)

    def ring(radius: float, up: float) -> list[tuple[float, float, float]]:
        turn = [2 * math.pi * k / 40 for k in range(40)]
        return [(radius * math.cos(a), up, radius * math.sin(a)) for a in turn]

    model.face(dark, *ring(1.75, 0.0), *ring(1.75, 0.45))
    model.face(stone, *ring(1.75, 0.45))
    model.face((92, 100, 98), *ring(1.48, 0.45))
    model.face((112, 146, 156), *ring(1.46, 0.33))
    model.face((136, 170, 178), *ring(0.9, 0.33))
    model.hull(dark, (0.0, 0.3, 0.0, 0.14), (0.0, 0.9, 0.0, 0.1), lit=0.25)
    model.face(dark, *ring(0.6, 1.0), *ring(0.3, 0.88))
    model.face(stone, *ring(0.62, 1.03))
    model.face((150, 182, 190), *ring(0.52, 1.03))
    model.hull((222, 232, 236), (0.0, 1.05, 0.0, 0.05), (0.0, 1.35, 0.0, 0.03))
    return model


def _blend(background: Image, patch: Patch | None) -> None:
    if patch is None:
        return
    height, width = patch.pixels.shape[:2]
    part = background[patch.top : patch.top + height, patch.left : patch.left + width]
    part *= 1 - patch.pixels[..., 3:].astype(np.float32) / 255
    part += patch.pixels[..., :3]
