"""A rendered recording of a fixed camera over a square, with exact ground truth.

The demo, the tests' footage and the training footage of the demo's weights come from here.
"""

from engine.scene.render import render
from engine.scene.spec import (
    KINDS,
    SceneEvent,
    SceneFrame,
    SceneSpec,
    demo_spec,
    normal_spec,
)
from engine.scene.writing import ScenePaths, write_scene, writing_scene

__all__ = [
    "KINDS",
    "SceneEvent",
    "SceneFrame",
    "ScenePaths",
    "SceneSpec",
    "demo_spec",
    "normal_spec",
    "render",
    "write_scene",
    "writing_scene",
]
