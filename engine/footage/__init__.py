"""Footage, its frame table, and decoding it."""

from engine.footage.cache import FrameCache
from engine.footage.cuts import CutDetector
from engine.footage.decoder import Decoder, open_decoder
from engine.footage.footage import Footage, open_footage, opening
from engine.footage.frame_table import FrameTable

__all__ = [
    "CutDetector",
    "Decoder",
    "Footage",
    "FrameCache",
    "FrameTable",
    "open_decoder",
    "open_footage",
    "opening",
]
