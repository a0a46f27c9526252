"""Why is this frame abnormal?  Shares of the score, a place, measured values, and a sentence of
them."""

from engine.explain.explanation import Explanation, Finding, Measurement, Share
from engine.explain.frame import explain_frame

__all__ = ["Explanation", "Finding", "Measurement", "Share", "explain_frame"]
