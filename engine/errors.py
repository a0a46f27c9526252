"""The tree of failures that a person can do something about.

Every expected failure is an `EngineError`: one sentence for the reader, a hint, and (by `raise ...
from`) its cause.  Anything else that escapes is a bug.
"""

from __future__ import annotations


class EngineError(Exception):
    """An expected failure: `str(error)` is one sentence, `error.hint` says what helps."""

    hint = ""

    def __init__(self, sentence: str, *, hint: str | None = None) -> None:
        super().__init__(sentence)
        if hint is not None:
            self.hint = hint


class Abandoned(EngineError):
    """Work was given up because nobody waits for it any more; not worth a word to anyone."""


class UnreadableFootage(EngineError):
    """The footage cannot be opened or holds no picture."""

    hint = "Check that the copy is complete, or convert it to MP4."


class FootageNotFound(UnreadableFootage):
    """There is no file or folder under that path."""

    hint = "Check the path; if the file was moved, choose it again at its new place."


class FrameOutOfRange(EngineError):
    """A frame index that the footage does not have."""

    hint = "Frames are counted from 0."


class UnreadableWeights(EngineError):
    """A weights file or its card cannot be used."""

    hint = "Choose another weights file, or train one with `normscope train`."


class HostileCheckpoint(UnreadableWeights):
    """A foreign checkpoint asks for code that is not needed to read tensors.  Nothing of it was
    run.
    """

    hint = "Use a checkpoint that holds only tensors, from a source that you trust."


class AdaptationRefused(EngineError):
    """Adapting to new footage did not help, and nothing was changed."""

    hint = "Analyse without adapting, or give more frames to adapt on."


class UnreadableAnalysis(EngineError):
    """An analysis file is missing, damaged or of an unknown version."""

    hint = "Analyse the footage again; the footage itself is not affected."


class BadSetting(EngineError):
    """A setting outside what it can be."""

    hint = "See --help for what is allowed."


class UnusableDataset(EngineError):
    """A folder that is not a data set of a known layout, or that lacks what is needed."""

    hint = "Expected training/frames/CLIP/*.jpg, testing/frames/CLIP/*.jpg and testing/labels.json."


class ExportFailed(EngineError):
    """An excerpt, table or report could not be written."""

    hint = "Check the free space and the permissions of the target folder, then export again."


class StorageFailed(EngineError):
    """Something could not be written: the disk, the share or the permissions forbid it."""

    hint = "Check the disk and the permissions of the folder, then try again."


class DiskFull(StorageFailed):
    """There is no room for what is to be written, or there was none while it was written."""

    hint = "Make room on that disk, or choose a folder on another one, then try again."


class DeviceUnavailable(EngineError):
    """The asked-for device or precision does not exist on this machine."""

    hint = "Use --device cpu, or leave the device on auto."
