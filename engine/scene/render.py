"""From a spec to frames: light, shadows, figures by depth, sensor noise, exact masks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.scene.anomalies import Figure, scripts
from engine.scene.camera import Camera
from engine.scene.drawing import Drawing, Patch, drawings
from engine.scene.scenery import Scenery, Sprite, scenery_of
from engine.scene.shapes import Placed, View
from engine.scene.spec import KINDS, VISIBLE, SceneFrame, SceneSpec
from engine.scene.walkers import Crowd, Walker

_BLUE_SHADE = (0.98, 0.94, 0.86)  # how much of the light a shadow takes: less of the sky's blue
_NOISE_BANK = 64  # pixels by which the stored noise is larger than the picture


def render(spec: SceneSpec) -> Iterator[SceneFrame]:
    """The frames of a recording one by one: the same spec gives the same frames.

    Memory does not grow with the length.
    """
    scenery = scenery_of(spec.layout, spec.width, spec.height)
    crowd = Crowd(scenery.layout, np.random.default_rng((spec.seed, 1)), spec.density, spec.rate)
    cast = scripts(spec, scenery.layout, scenery.camera)
    weather = _Weather(spec)
    sensor = _Sensor(spec)
    crowd.settle()
    for index in range(spec.frames):
        second = index / spec.rate
        acting = [figure for script in cast for figure in script.at(second)]
        crowd.step([figure.body for figure in acting])
        gain, shadows = weather.at(second)
        stage = _Stage(scenery, gain, shadows, second)
        picture, owner = stage.draw([_figure(w) for w in crowd.walkers] + acting)
        kinds = {}
        for number in np.unique(owner[owner > 0]).tolist():
            mask = owner == number
            if int(mask.sum()) >= VISIBLE:
                kinds[KINDS[number - 1]] = mask
        union = np.zeros(owner.shape, np.bool_)
        for mask in kinds.values():
            union |= mask
        yield SceneFrame(index, sensor.expose(picture, index), union, kinds)


def _figure(walker: Walker) -> Figure:
    return Figure(walker.x, walker.z, walker.heading, walker.model)


class _Weather:
    """Clouds: slow sums of sines with the seed's phases.  More light means darker shadows."""

    _PERIODS = (67.0, 41.0, 23.0)  # seconds

    def __init__(self, spec: SceneSpec) -> None:
        random = np.random.default_rng((spec.seed, 4))
        self._phases: list[float] = random.uniform(0, 2 * math.pi, len(self._PERIODS)).tolist()
        self._depth = spec.light

    def at(self, second: float) -> tuple[float, float]:
        """(gain of the light, share of it that a shadow takes)."""
        turns = zip(self._PERIODS, self._phases, (0.5, 0.3, 0.2), strict=True)
        wave = sum(
            w * math.sin(2 * math.pi * second / period + phase) for period, phase, w in turns
        )
        return 1.0 + self._depth * wave, 0.42 + 3.0 * self._depth * wave


class _Stage:
    """One frame's drawing: the picture, RGB float32, and each pixel's kind number (0: normal)."""

    def __init__(self, scenery: Scenery, gain: float, shadows: float, second: float) -> None:
        self._scenery = scenery
        self._gain = gain
        self._shadows = shadows
        self._second = second
        sun = scenery.layout.sun
        right, down = _picture_direction(scenery.camera, -sun.east, -sun.north)
        self._light_from = (right * 0.8, down * 0.5 - 0.5)

    def draw(self, figures: list[Figure]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """The square with these figures: picture (H, W, 3) and kind numbers (H, W)."""
        camera, layout = self._scenery.camera, self._scenery.layout
        near = [figure for figure in figures if self._may_show(figure)]
        placed = [self._placed(figure) for figure in near]
        drawn = drawings(placed, camera, layout.sun, self._light_from)
        picture = self._lit_ground(drawn)
        owner = np.zeros(picture.shape[:2], np.uint8)
        order: list[tuple[float, Figure | Sprite, Drawing | None]] = [
            (camera.distance(figure.x, figure.z), figure, drawing)
            for figure, drawing in zip(near, drawn, strict=True)
        ]
        order += [(sprite.depth, sprite, None) for sprite in self._scenery.sprites]
        order.sort(key=lambda entry: -entry[0])
        inside = [isinstance(thing, Figure) and thing.z > layout.facade for _, thing, _ in order]
        for passage in (True, False):
            for (_, thing, drawing), is_inside in zip(order, inside, strict=True):
                if is_inside == passage:
                    self._draw(picture, owner, thing, drawing)
            if passage and any(inside):
                _lay(picture, owner, self._scenery.front, self._gain, 0)
        return picture, owner

    def _may_show(self, figure: Figure) -> bool:
        """Whether any of it, or of its shadow, can lie in the picture."""
        camera = self._scenery.camera
        foot, scale = camera.project(np.array([(figure.x, 0.0, figure.z)]))
        reach = 4.0 * float(scale[0])
        across, down = float(foot[0, 0]), float(foot[0, 1])
        beside = across < -reach or across > camera.width + reach
        return not beside and -reach < down < camera.height + reach

    def _placed(self, figure: Figure) -> Placed:
        eye_x, eye_y, eye_z = self._scenery.camera.eye
        dx, dz = eye_x - figure.x, eye_z - figure.z
        cos, sin = math.cos(figure.heading), math.sin(figure.heading)
        view = View(dx * cos + dz * sin, eye_y, dz * cos - dx * sin)
        return figure.build(view).placed(figure.x, figure.z, figure.heading)

    def _lit_ground(self, drawn: list[Drawing]) -> NDArray[np.float32]:
        scenery = self._scenery
        moving = np.zeros_like(scenery.shade)
        for drawing in drawn:
            drawing.cast(moving)
        soft = cv2.GaussianBlur(moving, (0, 0), 0.9 * scenery.camera.width / 480)
        shade = np.maximum(soft, scenery.shade)
        # Light per shade value and channel by table: 256 x 3 numbers instead of a picture's worth.
        steps = np.arange(256, dtype=np.float32)[:, None] / 255
        table = self._gain * (1 - self._shadows * steps * np.array(_BLUE_SHADE, np.float32))
        light = cv2.LUT(cv2.merge([shade] * 3), table.astype(np.float32)[None])
        return np.asarray(cv2.multiply(scenery.background, light), np.float32)

    def _draw(
        self, picture: NDArray[np.float32], owner: NDArray[np.uint8], thing: Figure | Sprite,
        drawing: Drawing | None,
    ) -> None:  # fmt: skip
        if isinstance(thing, Sprite):
            _lay(picture, owner, self._swaying(thing), self._gain, 0)
            return
        camera = self._scenery.camera
        patch = drawing.paint(camera) if drawing is not None else None
        if patch is None:
            return
        number = 0 if thing.kind is None else KINDS.index(thing.kind) + 1
        foot, _ = camera.project(np.array([(thing.x, 0.0, thing.z)]))
        column = min(max(int(foot[0, 0]), 0), camera.width - 1)
        row = min(max(int(foot[0, 1]), 0), camera.height - 1)
        shaded = float(self._scenery.shade[row, column]) / 255
        light = self._gain * (1 - 0.8 * self._shadows * shaded)
        _lay(picture, owner, patch, light, number)

    def _swaying(self, sprite: Sprite) -> Patch:
        """The sprite bent by the wind: its foot stays, its top moves by up to `sway` pixels."""
        if not sprite.sway:
            return sprite.patch
        t = self._second
        wind = math.sin(1.1 * t + sprite.depth) * 0.6 + math.sin(2.3 * t) * 0.4
        height, width = sprite.patch.pixels.shape[:2]
        bend = sprite.sway * wind / height
        shear = np.array([(1.0, -bend, bend * height), (0.0, 1.0, 0.0)])
        bent = cv2.warpAffine(sprite.patch.pixels, shear, (width, height))
        return Patch(sprite.patch.left, sprite.patch.top, np.asarray(bent, np.uint8))


class _Sensor:
    """Noise that grows with the signal, cut from a stored field so that it costs little."""

    def __init__(self, spec: SceneSpec) -> None:
        self._seed = spec.seed
        self._size = (spec.height, spec.width)
        self._strength = spec.noise
        random = np.random.default_rng((spec.seed, 3))
        shape = (spec.height + _NOISE_BANK, spec.width + _NOISE_BANK)
        grey = random.standard_normal((*shape, 1), dtype=np.float32) * 0.8
        colour = random.standard_normal((*shape, 3), dtype=np.float32) * 0.6
        self._bank = (grey + colour) * spec.noise

    def expose(self, picture: NDArray[np.float32], index: int) -> NDArray[np.uint8]:
        """The picture as recorded: RGB uint8 (H, W, 3)."""
        random = np.random.default_rng((self._seed, 5, index))
        top, left = random.integers(0, _NOISE_BANK, 2).tolist()
        noise = self._bank[top : top + self._size[0], left : left + self._size[1]]
        if random.random() < 0.5:
            noise = -noise
        # Shot noise: 0.6 of the strength in the dark, 1.4 in white.
        grown = cv2.multiply(noise, cv2.addWeighted(picture, 0.8 / 255, picture, 0.0, 0.6))
        return np.asarray(cv2.add(picture, grown, dtype=cv2.CV_8U), np.uint8)


def _lay(
    picture: NDArray[np.float32], owner: NDArray[np.uint8], patch: Patch, light: float, number: int
) -> None:
    """Put a patch over the picture; pixels that it covers by half or more are its own."""
    height, width = patch.pixels.shape[:2]
    rows, columns = slice(patch.top, patch.top + height), slice(patch.left, patch.left + width)
    cover = cv2.extractChannel(patch.pixels, 3)
    part = picture[rows, columns]
    behind = cv2.multiply(part, cv2.merge([cv2.bitwise_not(cover)] * 3), None, 1 / 255, cv2.CV_32F)
    colour = cv2.cvtColor(patch.pixels, cv2.COLOR_RGBA2RGB)
    cv2.addWeighted(colour, light, behind, 1.0, 0.0, part, cv2.CV_32F)
    owner[rows, columns][cover > 127] = number


def _picture_direction(camera: Camera, east: float, north: float) -> tuple[float, float]:
    """A ground direction as the camera sees it: (right, down), of length 1."""
    seen = camera.axes[:2] @ np.array([east, 0.0, north])
    length = float(np.hypot(*seen))
    return float(seen[0]) / length, float(seen[1]) / length
