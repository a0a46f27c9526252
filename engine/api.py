"""The façade: what the command line and the application ask of the engine.

Heavy imports (torch, av, cv2, h5py) happen inside the functions, so importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadSetting, UnreadableWeights
from engine.timebase import FrameSpan

if TYPE_CHECKING:
    from engine.analysis.analysis import Analysis
    from engine.analysis.run import AnalysisRun
    from engine.detectors.adapted import Adaptation
    from engine.detectors.base import Calibration, Detector
    from engine.detectors.recognising import CameraMatch
    from engine.detectors.weights import WeightsCard
    from engine.explain import Explanation
    from engine.footage import Decoder, Footage
    from engine.learning.adapting import Adapting
    from engine.progress import Progress
    from engine.scoring.ignoring import IgnoredArea
    from engine.scoring.score import ScoreSettings


def open_footage(path: Path | str) -> Footage:
    """Open a video file or a folder of images.  Raises UnreadableFootage."""
    from engine.footage import open_footage as opened

    return opened(path)


def working_copy_path(footage: Footage) -> Path:
    """Where a working copy of footage goes: beside it, under a name that is free."""
    from engine.footage.remuxing import copy_path

    return copy_path(footage.path)


def working_copy(footage: Footage, target: Path) -> Iterator[Progress]:
    """Copy footage whose frames are found only by counting, packet by packet, so that they are
    found by time.  Raises EngineErrors.
    """
    from engine.footage.remuxing import remuxing

    return remuxing(footage, target)


def opening_footage(path: Path) -> Generator[Progress, None, Footage]:
    """Open as `open_footage`, step by step, telling how far it is.  Raises UnreadableFootage."""
    from engine.footage import opening

    return opening(path)


def footage_facts(footage: Footage) -> dict[str, Any]:
    """What `info --json` prints."""
    table = footage.table
    return {
        "frames": len(table),
        "duration": float(table.duration),
        "width": footage.width,
        "height": footage.height,
        "codec": footage.codec,
        "rate": table.rate,
        "variable_rate": table.variable_rate,
        "keyframes": int(table.keyframe.sum()),
        "first_pts": int(table.pts[0]) if len(table) else None,
        "problems": list(footage.problems),
    }


def list_weights() -> list[WeightsCard]:
    """Known weights: the user's own, then those that came with the program."""
    from engine.detectors.weights import list_weights as listed

    return listed()


def recognise(footage: Footage) -> tuple[CameraMatch, ...]:
    """Which weights know the footage's camera, by its background; the most alike first.

    Costs a few seeks.  Raises UnreadableFootage.
    """
    from engine.detectors.recognising import matches
    from engine.footage.background import background_of

    seen = background_of(footage)
    return () if seen is None else matches(seen, list_weights())


def camera_warning(footage: Footage, weights: str | None) -> str:
    """A sentence where weights (name or path) learned another camera than the footage's; "" where
    they did not, or where it cannot be told.  Raises UnreadableWeights.
    """
    if weights is None:
        return ""
    from engine.detectors.recognising import camera_warning as warned
    from engine.detectors.weights import find_weights
    from engine.errors import UnreadableFootage
    from engine.footage.background import background_of

    card = find_weights(weights)
    if card.background is None:
        return ""
    try:
        seen = background_of(footage)
    except UnreadableFootage:  # what cannot be decoded is told by whoever scores it
        return ""
    return "" if seen is None else warned(seen, card, list_weights())


def load_detector(
    *,
    weights: str | None = None,
    detector: str | None = None,
    device: str = "auto",
    precision: str = "auto",
) -> Detector:
    """A detector by weights (name or path) or by name (`speed`).  Raises BadSetting,
    UnreadableWeights.
    """
    if weights is not None and detector is not None:
        raise BadSetting("Weights and a detector's name exclude each other.")
    if weights is not None:
        from engine.detectors.weights import find_weights
        from engine.detectors.weights import load_detector as loaded

        return loaded(find_weights(weights), device=device, precision=precision)
    if detector in (None, "speed"):
        from engine.detectors.speed import SpeedDetector

        return SpeedDetector()
    raise BadSetting(
        f"The detector '{detector}' needs weights.", hint="Name them with --weights NAME or PATH."
    )


def adapting(footage: Footage, weights: str, out: Path, pairs: int) -> Adapting:
    """Adapting weights to a footage's first frames, ready to be iterated; see Adapting.

    out: the weights file to write.  Raises UnreadableWeights, BadSetting.
    """
    from engine.detectors.weights import find_weights
    from engine.learning.adapting import AdaptationSettings, Adapting

    return Adapting(find_weights(weights), footage, out, AdaptationSettings(pairs))


def adapting_here(footage: Footage, weights: str, clips: int) -> Adapting:
    """As `adapting`, with the adapted weights among the user's analyses of the footage, where
    `detector_of` finds them.  Raises UnreadableWeights, BadSetting.
    """
    from engine.analysis.store import analyses_of
    from engine.detectors.adapted import adapted_path

    return adapting(
        footage, weights, adapted_path(analyses_of(footage.path), weights, clips), clips
    )


def adaptation_of(analysis: Analysis) -> Adaptation | None:
    """What the detector of an analysis was adapted from; None for one that was not."""
    if not analysis.facts.warning:  # adapted weights warn of what they took for normal
        return None
    from engine.detectors.adapted import adaptation_beside

    return adaptation_beside(analysis.path, analysis.facts.weights_id)


def start_analysis(
    footage: Footage,
    detector: Detector,
    path: Path | None = None,
    *,
    gamma: float | None = None,
    update: bool | None = None,
    calibrate: FrameSpan | None = None,
    resume: bool = True,
) -> AnalysisRun:
    """A run that is ready to be iterated; without a path it is kept among the user's analyses."""
    from engine.analysis.run import AnalysisRun, RunSettings
    from engine.analysis.store import path_for

    facts = detector.facts
    if path is None:
        gamma_named = facts.gamma if gamma is None else gamma
        update_named = facts.update_by_default if update is None else update
        path = path_for(footage.path, facts, gamma_named, update_named)
    return AnalysisRun(footage, detector, path, RunSettings(gamma, update, calibrate, resume))


def read_analysis(path: Path) -> Analysis:
    """Read an analysis file.  Raises UnreadableAnalysis."""
    from engine.analysis.file import read_analysis as read

    return read(path)


def parse_span(text: str, frames: int) -> FrameSpan:
    """`START-STOP` in frames, stop excluded.  Raises BadSetting."""
    first, dash, last = text.partition("-")
    try:
        span = FrameSpan(int(first), int(last))
    except ValueError as error:
        raise BadSetting(
            f"'{text}' is not a span of frames.", hint="Write START-STOP, such as 0-500."
        ) from error
    if not dash or not len(span) or span.stop > frames:
        raise BadSetting(
            f"The span {text} does not lie within the footage's {frames} frames.",
            hint="Write START-STOP, such as 0-500; STOP is excluded.",
        )
    return span


def detector_of(analysis: Analysis, *, device: str = "auto", precision: str = "auto") -> Detector:
    """The detector that made an analysis, its weights by name or beside the analysis (where adapted
    ones lie).  Raises UnreadableWeights where they are gone or others.
    """
    facts = analysis.facts
    if not facts.weights_id:
        return load_detector(detector=facts.name)
    name = facts.weights_id.partition("@")[0]
    beside = None if analysis.path is None else analysis.path.parent / f"{name}.safetensors"
    found = str(beside) if beside is not None and beside.is_file() else name
    alike = [card for card in list_weights() if card.sha256 == facts.weights_sha256]
    # a calibration of its own does not change the tensors, so several may have them
    same = next((card for card in alike if card.name == name), next(iter(alike), None))
    if found == name and same is not None and same.path is not None:
        found = str(same.path)  # whatever they are called by now
    detector = load_detector(weights=found, device=device, precision=precision)
    if detector.facts.weights_sha256 != facts.weights_sha256:
        raise UnreadableWeights(
            f"The weights '{name}' are not the ones that this analysis was made with.",
            hint="Analyse the footage again with the present weights.",
        )
    return detector


def explain(
    footage: Footage,
    analysis: Analysis,
    index: int,
    score: ScoreSettings,
    *,
    region: tuple[int, int, int, int] | None = None,
    areas: Sequence[IgnoredArea] = (),
    calibration: Calibration | None = None,
    detector: Detector | None = None,
    decoder: Decoder | None = None,
) -> Explanation | None:
    """Why a frame, or a region of it (x, y, width, height in shown pixels), scores as it does.

    None where there is no score.  The scored frame that stands for `index` is explained.  areas:
    those that are ignored.  calibration: what is normal; None for the analysis' own.  detector and
    decoder: those of the analysis and the footage, where the caller has them already; `attributes`
    needs them to measure the frame again, and a network to say what it expected in a region.
    Raises UnreadableWeights, UnreadableFootage.
    """
    from contextlib import ExitStack

    from engine.analysis.looking import nearest_scored
    from engine.explain import explain_frame

    at = nearest_scored(analysis, index)
    if at is None:
        return None
    measuring = None
    if analysis.facts.name == "attributes":
        from engine.analysis.looking import Looker
        from engine.detectors.attributes import AttributesDetector
        from engine.explain.attributes import Measuring
        from engine.footage import open_decoder

        chosen = detector or detector_of(analysis)
        assert isinstance(chosen, AttributesDetector)
        with ExitStack() as stack:
            reading = decoder or stack.enter_context(open_decoder(footage, purpose="scrub"))
            measured = Looker(footage, chosen, analysis).measure(reading, at)
        if measured is not None:
            rate = chosen.facts.clip_rate or footage.table.rate or 10.0
            measuring = Measuring(measured, chosen.normal, chosen.config, rate)
    found = explain_frame(
        analysis,
        at,
        score,
        region=region,
        areas=areas,
        calibration=calibration,
        measuring=measuring,
    )
    if found is None or region is None or measuring is not None or not analysis.facts.weights_id:
        return found
    return _with_expected(found, footage, analysis, detector, decoder)


def _with_expected(
    found: Explanation,
    footage: Footage,
    analysis: Analysis,
    detector: Detector | None,
    decoder: Decoder | None,
) -> Explanation:
    """What a network predicted in the region, where it predicts a picture."""
    from contextlib import ExitStack

    from engine.analysis.looking import Looker
    from engine.explain.expected import beside_expected
    from engine.footage import open_decoder

    try:
        chosen = detector or detector_of(analysis)
    except UnreadableWeights:  # what is stored explains all but this
        return found
    with ExitStack() as stack:
        reading = decoder or stack.enter_context(open_decoder(footage, purpose="scrub"))
        look = Looker(footage, chosen, analysis).look(reading, found.index)
        if look is None or look.expected is None:
            return found
        return beside_expected(found, reading.read(found.index), look.expected)
