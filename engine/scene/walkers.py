"""The crowd: people arrive at the ends of their ways, make room for each other, and leave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.scene.figures import WALK, Gait, stand
from engine.scene.layout import Layout, Way
from engine.scene.looks import Look, random_look
from engine.scene.paths import Path
from engine.scene.shapes import Model, View

SETTLE = 40.0
"""Seconds walked before the first frame, so that it shows the square as it always is."""

_AHEAD = 3.0  # seconds that people look ahead


@dataclass(frozen=True, slots=True)
class Body:
    """Where somebody or something is: ground position, velocity (m/s) and radius (m)."""

    x: float
    z: float
    vx: float
    vz: float
    radius: float


@dataclass(slots=True)
class Walker:
    """One person on a way.  side: metres that the person keeps left of its middle."""

    look: Look
    path: Path
    half: float
    group: int
    pace: float
    side: float
    pause_at: float
    pause_left: float
    phase: float
    metres: float = 0.0
    speed: float = 0.0
    offset: float = 0.0
    aside: float = 0.0  # metres per second to the left
    x: float = field(default=0.0, init=False)
    z: float = field(default=0.0, init=False)
    heading: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.speed, self.offset = self.pace, self.side
        self.x, self.z, self.heading = self.path.at(self.metres, self.offset)

    def step(self, seconds: float, push: float, blocked: float) -> None:
        """Walk on.  push: wish to go left (m/s).  blocked: 0 free way to 1 somebody right ahead."""
        wish = self.pace * (1.0 - 0.75 * blocked)
        if self.metres >= self.pause_at and self.pause_left > 0:
            self.pause_left -= seconds
            wish = 0.0
        self.speed += (wish - self.speed) * min(1.0, 3.0 * seconds)
        back = 0.5 * (self.side - self.offset)  # return to one's own track
        limit = 0.45 * min(1.0, 0.3 + self.speed)
        self.aside += (min(max(push + back, -limit), limit) - self.aside) * min(1.0, 4.0 * seconds)
        room = self.half + 0.6  # a step beside the way at most, or people would evade onto the lawn
        self.offset = min(max(self.offset + self.aside * seconds, -room), room)
        walked = self.speed * seconds
        self.metres += walked
        self.phase += 2 * math.pi * walked / (WALK.stride * self.look.height * _stride(self.speed))
        self.x, self.z, along = self.path.at(self.metres, self.offset)
        turn = along + math.atan2(self.aside, max(self.speed, 0.5)) - self.heading
        turn = math.atan2(math.sin(turn), math.cos(turn))
        self.heading += turn * min(1.0, 5.0 * seconds)

    @property
    def body(self) -> Body:
        """Where the person is."""
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        return Body(self.x, self.z, self.speed * cos, self.speed * sin, 0.3)

    def model(self, view: View) -> Model:
        """The person's figure."""
        model = Model()
        stand(model, self.look, WALK, self.phase, min(1.0, self.speed / 0.9), view)
        return model


def _stride(speed: float) -> float:
    """Slow people take shorter strides."""
    return min(1.15, 0.55 + 0.36 * speed)


def phase_of(gait: Gait, look: Look, metres: float) -> float:
    """Radians of gait after so many metres at the gait's usual speed."""
    return 2 * math.pi * metres / (gait.stride * look.height)


class Crowd:
    """Everybody who walks normally.  `step` moves all by one frame; `walkers` are those present."""

    def __init__(
        self, layout: Layout, random: np.random.Generator, density: float, rate: int
    ) -> None:
        self.walkers: list[Walker] = []
        self._random = random
        self._seconds = 1.0 / rate
        self._groups = 0
        self._sources: list[tuple[Way, Path, float]] = []
        for way in layout.ways:
            for points, a_minute in ((way.points, way.forth), (way.points[::-1], way.back)):
                if a_minute > 0:
                    self._sources.append((way, Path(points), a_minute * density / 60))

    def settle(self) -> None:
        """Walk until the square is as full as it stays."""
        for _ in range(round(SETTLE / self._seconds)):
            self.step(())

    def step(self, others: Sequence[Body]) -> None:
        """One frame later.  others: bodies that do not give way."""
        self._arrive()
        pushes, blocks = self._avoid(others)
        for walker, push, blocked in zip(self.walkers, pushes, blocks, strict=True):
            walker.step(self._seconds, push, blocked)
        self.walkers = [w for w in self.walkers if w.metres < w.path.length - 0.01]

    def _arrive(self) -> None:
        random = self._random
        for way, path, per_second in self._sources:
            if random.random() >= per_second * self._seconds:
                continue
            together = 2 if random.random() < 0.22 else 1
            pace = float(np.clip(random.normal(1.28, 0.16), 0.95, 1.65))
            middle = float(random.uniform(-1, 1)) * (way.half - 0.35 * (together - 1))
            pauses = random.random() < 0.1
            pause_at = float(random.uniform(0.35, 0.65)) * path.length if pauses else math.inf
            pause_for = float(random.uniform(2.0, 5.0))
            self._groups += 1
            for k in range(together):
                self.walkers.append(
                    Walker(
                        look=random_look(random),
                        path=path,
                        half=way.half,
                        group=self._groups,
                        pace=pace,
                        side=middle + (k - 0.5) * 0.72 * (together - 1),
                        pause_at=pause_at,
                        pause_left=pause_for,
                        phase=float(random.uniform(0, 2 * math.pi)),
                        metres=0.15 * k,
                    )
                )

    def _avoid(self, others: Sequence[Body]) -> tuple[list[float], list[float]]:
        """How each walker is pushed left (m/s) and blocked (0..1) by those whom they would meet."""
        count = len(self.walkers)
        if not count:
            return [], []
        bodies = [w.body for w in self.walkers] + list(others)
        table = np.array([(b.x, b.z, b.vx, b.vz, b.radius) for b in bodies])  # (M, 5)
        own = table[:count]
        apart = table[None, :, :2] - own[:, None, :2]  # (N, M, 2), towards the other
        closing = table[None, :, 2:4] - own[:, None, 2:4]
        speed2 = np.maximum((closing**2).sum(axis=2), 1e-6)
        meet = np.clip(-(apart * closing).sum(axis=2) / speed2, 0.0, _AHEAD)  # (N, M) seconds
        miss = apart + closing * meet[:, :, None]  # how they would pass each other
        room = own[:, None, 4] + table[None, :, 4] + 0.3
        gap = np.hypot(miss[..., 0], miss[..., 1])
        weight = np.clip(1.0 - gap / room, 0.0, 1.0) * (1.0 - meet / (_AHEAD + 0.5))
        groups = np.array([w.group for w in self.walkers] + [-1] * len(others))
        weight[groups[:count, None] == groups[None, :]] = 0.0
        heading = np.array([w.heading for w in self.walkers])
        left = np.stack([-np.sin(heading), np.cos(heading)], axis=1)
        ahead = np.stack([np.cos(heading), np.sin(heading)], axis=1)
        aside = (miss * left[:, None]).sum(axis=2)
        away = np.where(aside > 0.0, -1.0, 1.0)  # straight ahead: both pass on their left
        push = (weight * away).sum(axis=1) * 1.6
        distance = (apart * ahead[:, None]).sum(axis=2) - room + 0.3
        lateral = np.abs((apart * left[:, None]).sum(axis=2))
        before = (distance > -0.3) & (lateral < 0.5 * room + 0.1) & (weight > 0)
        slow = np.where(before, np.clip(1.0 - distance / 1.3, 0.0, 1.0), 0.0).max(axis=1)
        return push.tolist(), slow.tolist()
