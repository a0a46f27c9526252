"""Things on wheels, and the bag."""

from __future__ import annotations

import math

from engine.scene.figures import ride, sit
from engine.scene.looks import Look
from engine.scene.shapes import Colour, Model, View

_TYRE: Colour = (34, 34, 36)
_RUBBER: Colour = (40, 40, 42)

WHEEL = 0.34  # a bicycle wheel's radius in metres
_METRES_PER_CRANK = 4.6


def cyclist(look: Look, travelled: float, view: View) -> Model:
    """A rider on a bicycle after `travelled` metres; its wheels and pedals turn with them."""
    crank = -travelled / _METRES_PER_CRANK * 2 * math.pi
    model = Model()
    ride(model, look, crank, view, _bicycle(travelled, crank))
    return model


def _bicycle(travelled: float, crank: float) -> Model:
    model = Model()
    frame: Colour = (176, 48, 44)
    rear, front = (-0.52, WHEEL), (0.54, WHEEL)
    pedals, saddle, head = (-0.02, 0.29), (-0.22, 0.9), (0.36, 0.84)
    for hub in (rear, front):
        turn = -travelled / WHEEL
        for k in range(7):  # seven spokes, so that the turning shows at ten frames a second
            angle = turn + k * 2 * math.pi / 7
            rim = (hub[0] + 0.32 * math.cos(angle), hub[1] + 0.32 * math.sin(angle), 0.0)
            model.stroke((150, 152, 156), [(*hub, 0.0), rim], 0.008)
        circle = [2 * math.pi * k / 24 for k in range(25)]
        points = [(hub[0] + WHEEL * math.cos(a), hub[1] + WHEEL * math.sin(a), 0.0) for a in circle]
        model.stroke(_TYRE, points, 0.045)
    tubes = (
        (pedals, saddle), (pedals, head), ((-0.19, 0.82), head), (pedals, rear),
        ((-0.2, 0.8), rear), (head, front), (head, (0.33, 1.02)),
    )  # fmt: skip
    for start, end in tubes:
        model.stroke(frame, [(*start, 0.0), (*end, 0.0)], 0.042)
    model.stroke(_RUBBER, [(0.34, 1.03, -0.28), (0.36, 1.03, 0.0), (0.34, 1.03, 0.28)], 0.035)
    model.hull(_RUBBER, (-0.33, 0.94, 0.0, 0.045), (-0.1, 0.94, 0.0, 0.025))
    for side in (1, -1):
        angle = crank + (0.0 if side > 0 else math.pi)
        foot = (pedals[0] + 0.17 * math.cos(angle), pedals[1] + 0.17 * math.sin(angle), 0.08 * side)
        model.stroke((90, 90, 94), [(*pedals, 0.05 * side), foot], 0.03)
    return model


def cart(look: Look, travelled: float, view: View) -> Model:
    """A small service vehicle with its driver, a cargo box and an amber light."""
    model = Model()
    white: Colour = (226, 228, 226)
    orange: Colour = (222, 122, 40)
    grey: Colour = (84, 88, 92)
    near = view.near
    for side in (-near, near):
        if side == near:
            _box(model, (-1.4, 1.4), (0.3, 0.62), (-0.62, 0.62), grey, view)
            order = ((-1.4, 0.0), (0.0, 1.0)) if view.forward > 0 else ((0.0, 1.0), (-1.4, 0.0))
            for block in order:
                if block[0] < 0:
                    _box(model, (-1.4, -0.12), (0.62, 1.42), (-0.62, 0.62), orange, view)
                    _box(model, (-1.35, -0.17), (1.42, 1.5), (-0.57, 0.57), (200, 104, 30), view)
                else:
                    _cab(model, look, view, white)
        for hub in (-0.88, 0.92):
            _wheel(model, hub, 0.56 * side, travelled, visible=side == near)
    return model


def _cab(model: Model, look: Look, view: View, white: Colour) -> None:
    near = view.near
    glass: Colour = (150, 172, 182)
    posts = ((-0.1, 0.62, -0.1), (1.02, 0.98, 0.62))  # (foot, its height, head), rear and front

    def screen() -> None:
        model.face(
            glass, (1.05, 0.98, -0.56), (1.05, 0.98, 0.56), (0.66, 1.86, 0.56), (0.66, 1.86, -0.56)
        )

    def post(side: int) -> None:
        for foot, height, head in posts:
            model.stroke(
                (62, 64, 68), [(foot, height, 0.58 * side), (head, 1.9, 0.58 * side)], 0.06
            )

    if view.forward < 0:
        screen()
    post(-near)
    _box(model, (-0.1, 0.4), (0.62, 0.86), (-0.5, 0.5), (58, 60, 66), view)
    sit(model, look, (0.2, 0.92), view)
    _box(model, (0.62, 1.4), (0.62, 1.0), (-0.62, 0.62), white, view)
    if view.forward > 0:
        screen()
    model.hull((250, 240, 200), (1.41, 0.8, 0.42, 0.07))
    model.hull((250, 240, 200), (1.41, 0.8, -0.42, 0.07))
    post(near)
    _box(model, (-0.2, 0.78), (1.88, 1.98), (-0.64, 0.64), white, view)
    model.hull((255, 176, 40), (0.2, 2.04, 0.0, 0.08), (0.2, 2.12, 0.0, 0.07), lit=0.3)


def _box(
    model: Model, f: tuple[float, float], u: tuple[float, float], s: tuple[float, float],
    colour: Colour, view: View,
) -> None:  # fmt: skip
    """The visible faces of a box, its top brightest."""

    def face(tone: float, *corners: tuple[float, float, float]) -> None:
        model.face((colour[0] * tone, colour[1] * tone, colour[2] * tone), *corners)

    left = s[1] if view.left > 0 else s[0]
    face(0.86, (f[0], u[0], left), (f[1], u[0], left), (f[1], u[1], left), (f[0], u[1], left))
    end = f[1] if view.forward > 0 else f[0]
    if not f[0] < view.forward < f[1]:
        face(0.7, (end, u[0], s[0]), (end, u[0], s[1]), (end, u[1], s[1]), (end, u[1], s[0]))
    face(1.0, (f[0], u[1], s[0]), (f[1], u[1], s[0]), (f[1], u[1], s[1]), (f[0], u[1], s[1]))


def _wheel(model: Model, hub: float, side: float, travelled: float, *, visible: bool) -> None:
    radius = 0.3
    circle = [2 * math.pi * k / 12 for k in range(12)]

    def disc(colour: Colour, size: float, at: float) -> None:
        corners = [(hub + size * math.cos(a), radius + size * math.sin(a), at) for a in circle]
        model.face(colour, *corners)

    disc(_TYRE, radius, side)
    if visible:
        disc(_TYRE, radius, side * 1.12)
        disc((176, 178, 180), radius * 0.55, side * 1.13)
        for k in range(3):
            angle = -travelled / radius + k * 2 * math.pi / 3
            tip = (hub + 0.15 * math.cos(angle), radius + 0.15 * math.sin(angle), side * 1.13)
            model.stroke((96, 98, 100), [(hub, radius, side * 1.13), tip], 0.05)


def bag(forward: float, up: float, left: float, colour: Colour) -> Model:
    """A holdall whose handle is at (forward, up, left); it stands on the ground for up = 0.5."""
    model = Model()
    base = up - 0.5
    model.hull(
        colour,
        *((forward + f, base + u, left, 0.13) for f in (-0.2, 0.2) for u in (0.13, 0.24)),
        lit=0.25,
    )
    dark = (colour[0] * 0.55, colour[1] * 0.55, colour[2] * 0.55)
    for f in (-0.1, 0.1):
        model.stroke(
            dark, [(forward + f, base + 0.02, left), (forward + f, base + 0.37, left)], 0.035
        )
    handle = [(-0.1, 0.36), (-0.05, 0.48), (0.05, 0.48), (0.1, 0.36)]
    model.stroke(dark, [(forward + f, base + u, left) for f, u in handle], 0.035)
    return model
