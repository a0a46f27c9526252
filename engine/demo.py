"""The demo: a rendered clip on this machine, scored for real by the weights that came with the
program.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import api
from engine.errors import UnreadableWeights
from engine.places import user_folder
from engine.progress import Progress, RateMeter

DEMO_WEIGHTS = "scene"
DEMO_KNOWN = ("scene", "scene-attributes")  # all that learned the demo's camera
# goes up when the demo's footage changes; a clip of before stays, since a review may be of it
EDITION = 2


def demo_clip() -> Path:
    """Where the demo's footage lies once it is rendered."""
    return user_folder("demo") / f"edition-{EDITION}" / "square.mp4"


def render_demo() -> Iterator[Progress]:
    """Render the demo's footage if it is not there yet; yields the frames written so far."""
    target = demo_clip()
    if target.is_file() and _labels().is_file():
        return
    from engine.scene import demo_spec, writing_scene

    target.unlink(missing_ok=True)  # without labels it is half of what a kill left
    spec = demo_spec()
    meter = RateMeter()
    for done in writing_scene(spec, target.parent, name=target.stem, with_masks=False):
        yield meter.progress("rendering the demo", done, spec.frames)


def demo_detector(device: str = "auto", precision: str = "auto") -> Any:
    """The detector of the demo: the shipped weights of the rendered scene, else `speed`."""
    try:
        return api.load_detector(weights=DEMO_WEIGHTS, device=device, precision=precision)
    except UnreadableWeights:
        return api.load_detector(detector="speed")


def demo_events() -> list[dict[str, Any]]:
    """What is really in the demo: kind, start, stop (frames)."""
    return list(json.loads(_labels().read_text(encoding="utf-8"))["events"])


def _labels() -> Path:
    return demo_clip().with_suffix(".json")  # written after the clip
