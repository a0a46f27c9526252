"""A review that travels: a review file with its analysis beside it, in a folder of one's choice.

The footage itself is not copied; it is found by its path, its path relative to the review, its
size and its fingerprint, or asked for.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.analysis.analysis import FootageReference
from engine.analysis.file import KIND, is_analysis, read_head
from engine.analysis.journal import is_journal, journal_path
from engine.analysis.locating import file_name, locate
from engine.errors import ExportFailed
from engine.files import refuse_foreign, replacing, write_json
from engine.review.session import ReviewSession
from engine.review.versions import FORMAT, UnreadableReview, read_document, state_of

SUFFIX = ".review.json"


@dataclass(frozen=True, slots=True)
class CarriedReview:
    """What a review file says about its media.  analysis None: none lies beside it."""

    path: Path
    footage: FootageReference
    relative_path: str
    analysis: Path | None

    @property
    def name(self) -> str:
        """The footage's file name."""
        return file_name(self.footage.path)

    def locate(self) -> Path:
        """Where the footage lies now.  Raises FootageNotFound."""
        return locate(self.footage, self.path.parent, self.relative_path)


def is_review(path: Path) -> bool:
    """Whether a path looks like a review file."""
    return path.name.endswith(SUFFIX)


def read_carried(path: Path) -> CarriedReview:
    """Read a review file's references; the whole file must be readable.  Raises
    UnreadableReview.
    """
    document = read_document(path)
    state_of(path, document)
    try:
        media = document["footage"]
        assert isinstance(media, dict)
        reference = FootageReference(
            str(media["path"]), int(media["size"]), str(media["fingerprint"])
        )
        relative = str(media.get("relative_path", "")).replace("\\", "/")
        name = file_name(str(document.get("analysis", "")))
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise UnreadableReview(f"The review file {path.name} is damaged.") from error
    analysis = path.with_name(name) if name else None
    if analysis is not None and not (analysis.is_file() or journal_path(analysis).is_file()):
        analysis = None
    return CarriedReview(path.absolute(), reference, relative, analysis)


def write_carried(session: ReviewSession, analysis: Path, folder: Path, name: str) -> Path:
    """Write NAME.review.json and NAME.h5 into a folder; returns the review's path.  Weights that
    were adapted to the footage go with them, under their own name.

    Older files of these names are replaced, each whole or not at all.  Raises ExportFailed, and
    BadSetting where anything else lies there.
    """
    review, target = folder / f"{name}{SUFFIX}", folder / f"{name}.h5"
    try:
        refuse_foreign(review, _is_document, "a review")
        refuse_foreign(target, is_analysis, KIND)
        refuse_foreign(journal_path(target), is_journal, "the journal of an analysis")
        for source, copy in (
            (analysis, target),
            (journal_path(analysis), journal_path(target)),
            *((path, folder / path.name) for path in _adapted_beside(analysis)),
        ):
            if source.is_file():
                with replacing(copy) as temporary:
                    shutil.copyfile(source, temporary)
        write_json(review, {**session.as_dict(folder), "analysis": target.name})
    except OSError as error:
        raise ExportFailed(f"The review could not be copied to {folder}: {error}.") from error
    return review


def _is_document(path: Path) -> bool:
    """Whether a file is a review, of any version."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("format") == FORMAT


def _adapted_beside(analysis: Path) -> tuple[Path, ...]:
    """The adapted weights of an analysis and their card, which no other folder holds."""
    head = read_head(analysis)
    if head is None or not head.head.facts.warning:
        return ()
    name = head.head.facts.weights_id.partition("@")[0]
    found = (analysis.parent / f"{name}{suffix}" for suffix in (".safetensors", ".json"))
    return tuple(path for path in found if path.is_file())
