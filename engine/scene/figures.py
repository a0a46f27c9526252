"""Bodies walking, running, riding and sitting.

Lengths are shares of the body's height after common anthropometric tables; angles are radians in
the plane of motion, forward positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.scene.looks import Look
from engine.scene.shapes import Colour, Model, View

_THIGH, _SHANK, _ANKLE = 0.245, 0.245, 0.042
_UPPER_ARM, _FOREARM = 0.18, 0.165
_TRUNK = 0.29  # hip to shoulder


@dataclass(frozen=True, slots=True)
class Gait:
    """How a body moves: stride in shares of the height, swings in radians."""

    stride: float
    leg: float
    knee: float
    arm: float
    elbow: float
    lean: float
    flight: float  # metres that the hips rise while both feet are off the ground


WALK = Gait(stride=0.82, leg=0.40, knee=0.95, arm=0.36, elbow=0.28, lean=0.03, flight=0.0)
RUN = Gait(stride=1.42, leg=0.66, knee=1.75, arm=0.75, elbow=1.55, lean=0.17, flight=0.07)


def stand(model: Model, look: Look, gait: Gait, phase: float, vigour: float, view: View) -> None:
    """Add an upright person.

    phase: radians, one turn per stride (two steps).  vigour: 0 standing still to 1 in full stride.
    """
    near = view.near
    h = look.height
    legs = {side: _leg(gait, phase + (0.0 if side > 0 else math.pi), vigour) for side in (1, -1)}
    drop = max(_reach(*legs[side][:2]) for side in (1, -1)) * h
    hip = drop + _ANKLE * h + gait.flight * vigour * (0.5 - 0.5 * math.cos(2 * phase))
    sway = 0.012 * vigour * math.sin(phase)
    lean = gait.lean * vigour
    shoulder = (math.sin(lean) * _TRUNK * h, hip + math.cos(lean) * _TRUNK * h)

    _arm_swinging(model, look, gait, phase, vigour, shoulder, -near)
    for side in (-near, near):
        thigh, knee, toe = legs[side]
        _draw_leg(model, look, hip, side, thigh, knee, toe, dark=side != near, sway=sway)
    _trunk(model, look, hip, shoulder, sway)
    _head(model, look, shoulder, lean, sway, view)
    _arm_swinging(model, look, gait, phase, vigour, shoulder, near)


def ride(model: Model, look: Look, crank: float, view: View, between: Model) -> None:
    """Add a rider in the saddle; `between` (the bicycle) is drawn between the far and the near leg.

    crank: radians of the left pedal.
    """
    near = view.near
    h = look.height
    hip, lean = 0.98, 0.55
    back = -0.2
    shoulder = (back + math.sin(lean) * _TRUNK * h * 1.05, hip + math.cos(lean) * _TRUNK * h * 1.05)
    bar = (0.36, 1.03)

    def limb(side: int) -> None:
        angle = crank + (0.0 if side > 0 else math.pi)
        pedal = (-0.02 + 0.17 * math.cos(angle), 0.29 + 0.17 * math.sin(angle))
        ankle = (pedal[0] - 0.05, pedal[1] + 0.09)
        knee = _bend((back, hip), ankle, _THIGH * h, _SHANK * h, 1)
        lateral = 0.09 * side
        tone = 1.0 if side == near else 0.72
        trousers, shoe = _dim(look.bottom, tone), _dim(look.shoes, tone)
        wide = look.build * h
        model.hull(
            trousers, (back, hip, lateral, 0.050 * wide), (*knee, lateral, 0.036 * wide), lit=0.2
        )
        model.hull(trousers, (*knee, lateral, 0.035 * wide), (*ankle, lateral, 0.022 * wide))
        toe = (pedal[0] + 0.09, pedal[1] + 0.03)
        model.hull(shoe, (ankle[0], ankle[1] - 0.04, lateral, 0.035), (*toe, lateral, 0.03))

    def arm(side: int) -> None:
        elbow = _bend(shoulder, bar, _UPPER_ARM * h, _FOREARM * h, -1)
        tone = 1.0 if side == near else 0.74
        at, grip = 0.11 * h * side, 0.26 * side
        sleeve, skin = _dim(look.top, tone), _dim(look.skin, tone)
        model.hull(sleeve, (*shoulder, at, 0.034 * h), (*elbow, (at + grip) / 2, 0.026 * h))
        model.hull(sleeve, (*elbow, (at + grip) / 2, 0.026 * h), (*bar, grip, 0.02 * h))
        model.hull(skin, (*bar, grip, 0.026 * h))

    arm(-near)
    limb(-near)
    model.include(between)
    limb(near)
    wide = look.build * h
    model.hull(
        look.top,
        (back, hip + 0.03, 0.05 * h, 0.058 * wide),
        (back, hip + 0.03, -0.05 * h, 0.058 * wide),
        (shoulder[0], shoulder[1], 0.085 * h, 0.045 * wide),
        (shoulder[0], shoulder[1], -0.085 * h, 0.045 * wide),
        lit=0.22,
    )
    _head(model, look, shoulder, 0.3, 0.0, view)
    arm(near)


def sit(model: Model, look: Look, seat: tuple[float, float], view: View) -> None:
    """Add a person sitting at (forward, up), hands forward: a driver."""
    near = view.near
    h = look.height
    shoulder = (seat[0] - 0.06, seat[1] + _TRUNK * h)
    for side in (-near, near):
        knee = (seat[0] + _THIGH * h, seat[1] + 0.08)
        model.hull(look.bottom, (*seat, 0.09 * side, 0.09), (*knee, 0.1 * side, 0.065))
    _trunk(model, look, seat[1], shoulder, 0.0, forward=seat[0])
    _head(model, look, shoulder, 0.0, 0.0, view)
    for side in (-near, near):
        elbow = (seat[0] + 0.12, seat[1] + 0.2)
        hand = (seat[0] + 0.42, seat[1] + 0.3)
        model.hull(look.top, (*shoulder, 0.2 * side, 0.055), (*elbow, 0.22 * side, 0.045))
        model.hull(look.top, (*elbow, 0.22 * side, 0.045), (*hand, 0.12 * side, 0.035))


def hand(look: Look, gait: Gait, phase: float, vigour: float) -> tuple[float, float, float]:
    """Where the left hand of a person by `stand` hangs: (forward, up, left), metres."""
    h = look.height
    legs = [_leg(gait, phase + turn, vigour) for turn in (0.0, math.pi)]
    hip = max(_reach(*leg[:2]) for leg in legs) * h + _ANKLE * h
    return (0.05, hip + (_TRUNK - _UPPER_ARM - _FOREARM) * h, 0.15 * h)


def _leg(gait: Gait, phase: float, vigour: float) -> tuple[float, float, float]:
    """Angles of thigh, knee and foot; at phase 0 the heel strikes, from pi on the leg swings.

    The thigh follows a triangle wave, so that the standing foot recedes evenly and does not slide.
    """
    thigh = gait.leg * (math.cos(phase) + math.cos(3 * phase) / 9) / 1.11
    swing = max(0.0, math.sin(phase - 0.86 * math.pi)) ** 1.25
    knee = 0.10 + gait.knee * swing
    return (thigh * vigour + 0.04, knee * vigour + 0.03, 0.4 * math.cos(phase) * vigour)


def _reach(thigh: float, knee: float) -> float:
    """Height of the hip over the ankle, in shares of the body's height."""
    return _THIGH * math.cos(thigh) + _SHANK * math.cos(thigh - knee)


def _draw_leg(
    model: Model, look: Look, hip: float, side: int, thigh: float, knee: float, toe: float,
    *, dark: bool, sway: float,
) -> None:  # fmt: skip
    h, wide = look.height, look.height * look.build
    lateral = 0.05 * h * side
    joint = (math.sin(thigh) * _THIGH * h, hip - math.cos(thigh) * _THIGH * h)
    lower = thigh - knee
    ankle = (joint[0] + math.sin(lower) * _SHANK * h, joint[1] - math.cos(lower) * _SHANK * h)
    tip = (
        ankle[0] + math.cos(toe) * 0.09 * h,
        ankle[1] - 0.022 * h + math.sin(toe) * 0.09 * h,
    )
    tone = 0.76 if dark else 1.0
    trousers = _dim(look.bottom, tone)
    model.hull(
        _dim(look.shoes, tone),
        (ankle[0] - 0.015 * h, max(ankle[1] - 0.018 * h, 0.02), lateral, 0.022 * h),
        (tip[0], max(tip[1], 0.018), lateral * 1.2, 0.016 * h),
    )
    model.hull(trousers, (*joint, lateral, 0.034 * wide), (*ankle, lateral, 0.021 * wide))
    model.hull(
        trousers,
        (0.0, hip, lateral + sway, 0.052 * wide),
        (*joint, lateral, 0.036 * wide),
        lit=0.18,
    )


def _trunk(
    model: Model, look: Look, hip: float, shoulder: tuple[float, float], sway: float,
    forward: float = 0.0,
) -> None:  # fmt: skip
    h, wide = look.height, look.height * look.build
    if look.carries == "backpack":
        top = (shoulder[0] - 0.095 * h, shoulder[1] - 0.02 * h)
        model.hull(
            look.bag,
            (*top, 0.0, 0.06 * h),
            (top[0] - 0.01, top[1] - 0.17 * h, 0.04 * h, 0.06 * h),
            (top[0] - 0.01, top[1] - 0.17 * h, -0.04 * h, 0.06 * h),
            lit=0.15,
        )
    if look.coat:
        model.hull(
            _dim(look.top, 0.92),
            (forward, hip + 0.05 * h, 0.045 * h, 0.062 * wide),
            (forward, hip + 0.05 * h, -0.045 * h, 0.062 * wide),
            (forward, hip - 0.16 * h, 0.055 * h, 0.055 * wide),
            (forward, hip - 0.16 * h, -0.055 * h, 0.055 * wide),
            lit=0.15,
        )
    model.hull(
        look.top,
        (forward, hip - 0.005 * h, 0.042 * h + sway, 0.058 * wide),
        (forward, hip - 0.005 * h, -0.042 * h + sway, 0.058 * wide),
        (shoulder[0], shoulder[1] - 0.012 * h, 0.066 * wide, 0.042 * h),
        (shoulder[0], shoulder[1] - 0.012 * h, -0.066 * wide, 0.042 * h),
        (shoulder[0], shoulder[1] + 0.022 * h, 0.0, 0.032 * h),
        (shoulder[0], shoulder[1] - 0.09 * h, 0.0, 0.075 * wide),
        lit=0.22,
    )
    if look.carries == "shoulder":
        model.hull(
            look.bag,
            (forward, hip + 0.05 * h, 0.14 * h, 0.04 * h),
            (forward + 0.05 * h, hip - 0.03 * h, 0.14 * h, 0.045 * h),
            (forward - 0.05 * h, hip - 0.03 * h, 0.14 * h, 0.045 * h),
        )


def _head(
    model: Model, look: Look, shoulder: tuple[float, float], lean: float, sway: float, view: View
) -> None:
    h = look.height
    neck = (shoulder[0] + 0.03 * h * lean, shoulder[1] + 0.05 * h)
    ahead, up = shoulder[0] + math.sin(lean) * 0.12 * h + 0.012 * h, shoulder[1] + 0.125 * h

    def face() -> None:
        model.hull(
            look.skin,
            (ahead + 0.024 * h, up + 0.004 * h, sway, 0.040 * h),
            (ahead + 0.020 * h, up - 0.030 * h, sway, 0.031 * h),
            lit=0.12,
            casts=False,
        )

    def hair() -> None:
        if look.long_hair:
            model.hull(
                look.hair,
                (ahead - 0.018 * h, up + 0.012 * h, sway, 0.055 * h),
                (ahead - 0.034 * h, up - 0.085 * h, sway, 0.036 * h),
            )
        model.hull(
            look.hair,
            (ahead - 0.010 * h, up + 0.022 * h, sway, 0.054 * h),
            (ahead - 0.016 * h, up - 0.010 * h, sway, 0.048 * h),
            lit=0.2,
        )

    model.hull(
        _dim(look.skin, 0.85),
        (*neck, sway, 0.03 * h),
        (ahead, up - 0.03, sway, 0.03 * h),
        casts=False,
    )
    for part in (hair, face) if view.forward > 0 else (face, hair):
        part()


def _arm_swinging(
    model: Model, look: Look, gait: Gait, phase: float, vigour: float,
    shoulder: tuple[float, float], side: int,
) -> None:  # fmt: skip
    """An arm, in step with the other side's leg."""
    left = side > 0
    h = look.height
    swing = -gait.arm * math.cos(phase + (0.0 if left else math.pi)) * vigour
    flex = 0.16 + (gait.elbow + 0.3 * max(0.0, swing)) * vigour
    at = 0.108 * h * look.build * side
    elbow = (
        shoulder[0] + math.sin(swing) * _UPPER_ARM * h,
        shoulder[1] - 0.01 * h - math.cos(swing) * _UPPER_ARM * h,
    )
    wrist = (
        elbow[0] + math.sin(swing + flex) * _FOREARM * h * 0.85,
        elbow[1] - math.cos(swing + flex) * _FOREARM * h * 0.85,
    )
    sleeve = _dim(look.top, 0.84)
    palm = (
        wrist[0] + math.sin(swing + flex) * 0.024 * h,
        wrist[1] - math.cos(swing + flex) * 0.024 * h,
    )
    model.hull(look.skin, (*palm, at * 1.04, 0.022 * h), casts=False)
    model.hull(sleeve, (*elbow, at * 1.06, 0.026 * h), (*wrist, at * 1.05, 0.02 * h))
    model.hull(
        sleeve, (shoulder[0], shoulder[1] - 0.01 * h, at, 0.036 * h), (*elbow, at * 1.06, 0.027 * h)
    )


def _bend(
    start: tuple[float, float], end: tuple[float, float], first: float, second: float, way: int
) -> tuple[float, float]:
    """The joint of two segments from start to end; way +1 bends it forward, -1 back."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    span = min(math.hypot(dx, dy), (first + second) * 0.999)
    cosine = (first**2 + span**2 - second**2) / (2 * first * span)
    angle = math.atan2(dy, dx) + way * math.acos(max(-1.0, min(1.0, cosine)))
    return (start[0] + first * math.cos(angle), start[1] + first * math.sin(angle))


def _dim(colour: Colour, tone: float) -> Colour:
    return (colour[0] * tone, colour[1] * tone, colour[2] * tone)
