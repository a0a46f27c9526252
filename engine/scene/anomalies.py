"""What normally does not happen here: scripted figures, and when each is abnormal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from engine.scene.camera import Camera
from engine.scene.figures import RUN, WALK, hand, stand
from engine.scene.layout import Layout
from engine.scene.looks import Look, random_look
from engine.scene.paths import Path
from engine.scene.shapes import Colour, Model, View
from engine.scene.spec import SceneSpec
from engine.scene.vehicles import bag, cart, cyclist
from engine.scene.walkers import Body, phase_of

_ALONE = 2.0  # metres between a bag and its owner from which it stands alone


@dataclass(frozen=True, slots=True)
class Figure:
    """A thing to draw now.  build: its model for a viewpoint.  kind: its anomaly, or None."""

    x: float
    z: float
    heading: float
    build: Callable[[View], Model]
    kind: str | None = None
    speed: float = 0.0
    radius: float = 0.3

    @property
    def body(self) -> Body:
        """What others keep clear of."""
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        return Body(self.x, self.z, self.speed * cos, self.speed * sin, self.radius)


class Script(Protocol):
    """Somebody who follows a timetable and gives way to nobody."""

    def at(self, second: float) -> Iterator[Figure]:
        """The figures of this script at a time, none before and after its appearance."""


@dataclass(frozen=True)
class Passing:
    """Somebody or something that crosses the square along a path at an even speed."""

    path: Path
    speed: float
    begin: float
    radius: float
    build: Callable[[float, View], Model]  # metres travelled, viewpoint
    kind_at: Callable[[float, float, float], str | None]  # x, z, heading

    def at(self, second: float) -> Iterator[Figure]:
        """See `Script`."""
        metres = (second - self.begin) * self.speed
        if 0.0 <= metres < self.path.length:
            x, z, heading = self.path.at(metres)
            kind = self.kind_at(x, z, heading)
            yield Figure(
                x, z, heading, lambda view: self.build(metres, view), kind, self.speed, self.radius
            )


@dataclass(frozen=True)
class LeftBag:
    """Somebody puts down a bag, leaves the picture, comes back for it and walks off with it."""

    look: Look
    colour: Colour
    come: Path
    leave: Path
    spot: tuple[float, float]
    begin: float  # the second in which the owner stops at the spot
    speed: float = 1.35
    rest: float = 1.4  # seconds spent at the spot each time

    def at(self, second: float) -> Iterator[Figure]:
        """See `Script`."""
        time = second - self.begin
        away = self.leave.length / self.speed
        back = self.rest + 2 * away  # when the owner is at the bag again
        carries = time < self.rest / 2 or time >= back + self.rest / 2
        resting = 0 <= time < self.rest or back <= time < back + self.rest
        if time < self.rest:
            path, walked, returns = self.come, self.come.length + min(time, 0.0) * self.speed, False
        elif time < self.rest + away:
            path, walked, returns = self.leave, (time - self.rest) * self.speed, False
        elif time < back:
            path, walked, returns = self.leave, (back - time) * self.speed, True
        else:
            later = max(0.0, time - back - self.rest)
            path, walked, returns = self.come, self.come.length - later * self.speed, True
        if walked < 0:
            return
        x, z, heading = path.at(walked)
        phase = phase_of(WALK, self.look, -walked if returns else walked)
        vigour = 0.0 if resting else 1.0

        def owner(view: View) -> Model:
            model = Model()
            held = bag(*hand(self.look, WALK, phase, vigour), self.colour)
            if carries and view.near < 0:
                model.include(held)
            stand(model, self.look, WALK, phase, vigour, view)
            if carries and view.near > 0:
                model.include(held)
            return model

        heading += math.pi if returns else 0.0
        yield Figure(x, z, heading, owner, None, self.speed * vigour)
        if not carries:
            kind = "bag" if math.dist((x, z), self.spot) > _ALONE else None
            along = self.come.at(self.come.length)[2]
            build = partial(_standing_bag, self.colour)
            yield Figure(*self.spot, along, build, kind)


def scripts(spec: SceneSpec, layout: Layout, camera: Camera) -> list[Script]:
    """The spec's anomalies, each timed so that it begins to show in its second."""
    timed: list[Script] = []
    for number, (kind, start) in enumerate(spec.anomalies):
        random = np.random.default_rng((spec.seed, 2, number))
        script = _bag(layout, random) if kind == "bag" else _passing(kind, layout, random)
        timed.append(replace(script, begin=start - _first_shown(script, camera)))
    return timed


def _first_shown(script: Script, camera: Camera) -> float:
    """The second in which a script that begins at 0 first shows something abnormal."""
    for tick in range(2000):
        for figure in script.at(tick * 0.05):
            if figure.kind is not None:
                pixel, scale = camera.project(np.array([(figure.x, 0.5, figure.z)]))
                margin = figure.radius * float(scale[0])
                across, down = pixel[0].tolist()
                beside = across < -margin or across > camera.width + margin
                if not beside and -margin <= down <= camera.height + margin:
                    return tick * 0.05
    raise ValueError("this layout's route never shows its anomaly")


def _passing(kind: str, layout: Layout, random: np.random.Generator) -> Passing:
    look = replace(random_look(random), carries="", coat=False)
    ever: dict[str, Callable[[float, float, float], str | None]] = {
        "wrong-way": lambda x, z, heading: (
            kind if layout.corridor.contains((x, z)) and layout.corridor.against(heading) else None
        ),
        "forbidden-place": lambda x, z, heading: kind if layout.on_lawn((x, z)) else None,
    }
    routes = {
        "cyclist": (layout.cyclist, 0.6),
        "cart": (layout.cart, 1.1),
        "runner": (layout.runner, 0.4),
        "wrong-way": (layout.wrong_way, 0.3),
        "forbidden-place": (layout.trespass, 0.3),
    }

    def build(metres: float, view: View) -> Model:
        if kind == "cyclist":
            return cyclist(look, metres, view)
        if kind == "cart":
            return cart(look, metres, view)
        gait = RUN if kind == "runner" else WALK
        model = Model()
        stand(model, look, gait, phase_of(gait, look, metres), 1.0, view)
        return model

    route, radius = routes[kind]
    speed = route.speed * float(random.uniform(0.95, 1.05))
    kind_at = ever.get(kind, lambda x, z, heading: kind)
    return Passing(Path(route.points), speed, 0.0, radius, build, kind_at)


def _bag(layout: Layout, random: np.random.Generator) -> LeftBag:
    look = replace(random_look(random), carries="")
    colours: tuple[Colour, ...] = ((38, 46, 66), (120, 44, 42), (44, 44, 46))
    colour = colours[int(random.integers(len(colours)))]
    return LeftBag(look, colour, Path(layout.bag_from), Path(layout.bag_to), layout.bag, begin=0.0)


def _standing_bag(colour: Colour, _: View) -> Model:
    return bag(0.0, 0.5, 0.0, colour)
