"""The side column in which the analyst says how parts become a score, and a score segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.numerals import decimal
from app.views.histogram import Histogram
from app.views.number_row import NumberRow, NumberSpec
from app.views.suggestion import Suggestion
from app.views.tuning_words import (
    GAMMA,
    HYSTERESIS,
    LAMBDA,
    LENGTHS,
    NORMALISE,
    POOLING,
    SMOOTH,
    THRESHOLD,
)
from app.views.wheel import leave_wheel
from engine.detectors.base import Pooling
from engine.scoring.score import ScoreSettings
from engine.scoring.segments import SegmentSettings


class TuningPanel(QWidget):
    """Emits new settings while a control moves; the setters never emit."""

    score_settings_changed = Signal(object)  # ScoreSettings; smooth stays 0, see the next
    smooth_seconds_changed = Signal(float)
    segment_settings_changed = Signal(object)  # SegmentSettings
    gamma_changed = Signal(float)
    rerun_requested = Signal()
    suggestion_taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = (tr("appearance"), tr("memory"))
        self._single_pooling = False
        self._column = QVBoxLayout()
        self._column.setContentsMargins(12, 12, 12, 12)
        self._column.setSpacing(10)
        self._build_score()
        self._build_memory()
        self._build_segments()
        self._column.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._column)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(inside)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setContentsMargins(12, 8, 12, 10)
        self.sentence.setAccessibleName(tr("What the settings mean"))
        self.sentence.setToolTip(tr("What these settings flag in this footage"))
        self.sentence.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.area, 1)
        outer.addWidget(self.sentence)
        leave_wheel(inside)
        self.setMinimumWidth(260)
        self.set_poolings(["frame", "patch"])
        self.set_score_settings(ScoreSettings())
        self.set_segment_settings(SegmentSettings())
        self.set_rerun(False, tr("Re-run"))

    # building

    def _title(self, text: str) -> None:
        label = QLabel(text)
        label.setObjectName("title")
        if self._column.count():
            self._column.addSpacing(10)
        self._column.addWidget(label)

    def _row(self, spec: NumberSpec) -> NumberRow:
        row = NumberRow(spec)
        self._column.addWidget(row)
        return row

    def _note(self) -> QLabel:
        label = QLabel()
        label.setObjectName("faint")
        label.setWordWrap(True)
        self._column.addWidget(label)
        return label

    def _combo(self, name: str, help: str) -> QComboBox:
        label = QLabel(name)
        combo = QComboBox()
        label.setBuddy(combo)
        combo.setAccessibleName(name)
        combo.setAccessibleDescription(help)
        combo.setToolTip(help)
        combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        pair = QVBoxLayout()
        pair.setSpacing(4)
        pair.addWidget(label)
        pair.addWidget(combo)
        self._column.addLayout(pair)
        return combo

    def _build_score(self) -> None:
        self._title(tr("Score"))
        self.lambda_row = self._row(LAMBDA)
        self.weighing = self._note()
        self.normalise = self._combo(tr("Normalisation"), tr("What the score is measured against."))
        for key, text, says in NORMALISE:
            self.normalise.addItem(tr(text), key)
            at = self.normalise.count() - 1
            self.normalise.setItemData(at, tr(says), Qt.ItemDataRole.ToolTipRole)
        self.pooling = self._combo(tr("Pooling"), tr("Which part of the picture counts."))
        self.smooth_row = self._row(SMOOTH)
        self.lambda_row.changed.connect(self._score_moved)
        self.normalise.currentIndexChanged.connect(self._score_moved)
        self.pooling.currentIndexChanged.connect(self._score_moved)
        self.smooth_row.changed.connect(self.smooth_seconds_changed)

    def _build_memory(self) -> None:
        self._title(tr("Memory"))
        self.gamma_row = self._row(GAMMA)
        self.gamma_text = self._note()
        self.rerun = QPushButton(tr("Re-run"))
        self.rerun.setAccessibleName(tr("Re-run"))
        self.rerun.setAccessibleDescription(
            tr("Scores again from the first frame whose memory update changes.")
        )
        self.rerun.setToolTip(self.rerun.accessibleDescription())
        self._column.addWidget(self.rerun)
        self.gamma_row.changed.connect(self.gamma_changed)
        self.rerun.clicked.connect(self._rerun)

    def _build_segments(self) -> None:
        self._title(tr("Segments"))
        self.threshold_row = self._row(THRESHOLD)
        self.histogram = Histogram()
        self._column.addWidget(self.histogram)
        self.suggestion = Suggestion()
        self.suggestion.taken.connect(self.suggestion_taken)
        self._column.addWidget(self.suggestion)
        self.hysteresis_row = self._row(HYSTERESIS)
        self.length_rows = {name: self._row(spec) for name, spec in LENGTHS.items()}
        self.threshold_row.changed.connect(self._segments_moved)
        self.histogram.threshold_moved.connect(self._histogram_moved)
        for row in (self.hysteresis_row, *self.length_rows.values()):
            row.changed.connect(self._segments_moved)

    # setters

    def set_score_settings(self, settings: ScoreSettings) -> None:
        """Show settings; `smooth` is shown by set_smooth_seconds."""
        self.lambda_row.set_value(settings.lambda_)
        for combo, key in ((self.normalise, settings.normalise), (self.pooling, settings.pooling)):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(combo.findData(key), 0))
        self._say_weights()

    def set_smooth_seconds(self, seconds: float) -> None:
        """Sigma of the average over time."""
        self.smooth_row.set_value(seconds)

    def set_segment_settings(self, settings: SegmentSettings) -> None:
        """Show settings."""
        self.threshold_row.set_value(settings.threshold)
        self.histogram.set_threshold(settings.threshold)
        self.hysteresis_row.set_value(settings.hysteresis)
        for name, row in self.length_rows.items():
            row.set_value(getattr(settings, name))

    def set_part_names(self, first: str, second: str) -> None:
        """What lambda weighs: the names of the parts A and B."""
        self._names = (first, second)
        self._say_weights()

    def set_lambda_available(self, available: bool, reason: str = "") -> None:
        """Off for a detector with one part."""
        self.lambda_row.set_available(available, reason)
        self._say_weights()

    def set_poolings(self, poolings: Sequence[Pooling]) -> None:
        """What the detector offers."""
        chosen = self.pooling.currentData()
        with QSignalBlocker(self.pooling):
            self.pooling.clear()
            for key, text in POOLING.items():
                if key in poolings:
                    self.pooling.addItem(tr(text), key)
            self.pooling.setCurrentIndex(max(self.pooling.findData(chosen), 0))
        several = self.pooling.count() > 1
        self.pooling.setEnabled(several)
        help = (
            tr("Which part of the picture counts.") if several else tr("This detector offers one.")
        )
        self.pooling.setToolTip(help)
        self.pooling.setAccessibleDescription(help)

    def set_gamma(self, value: float) -> None:
        """The threshold on the regular score.  The slider spans a hundredth to ten times of it."""
        if not self.gamma_row.slider.isSliderDown() and value > 0:
            self.gamma_row.set_slider_range(value / 100, value * 10)
        self.gamma_row.set_value(value)

    def set_gamma_text(self, text: str) -> None:
        """What gamma means here: `91 of 310 frames would stop updating`."""
        self.gamma_text.setText(text)
        self.gamma_text.setVisible(bool(text))

    def set_gamma_available(self, available: bool, reason: str = "") -> None:
        """Off for a detector without a memory."""
        if not available:
            self.gamma_row.set_nothing()
        self.gamma_row.set_available(available, reason)
        self.gamma_text.setVisible(available and bool(self.gamma_text.text()))
        self.rerun.setVisible(available)

    def set_rerun(self, enabled: bool, text: str) -> None:
        """Whether gamma changes a decision, and from when."""
        self.rerun.setEnabled(enabled)
        self.rerun.setText(text)
        self.rerun.setAccessibleName(text)

    def set_scores_for_histogram(self, values: NDArray[np.float32]) -> None:
        """Scores (N,), NaN for frames without one; the threshold's slider spans them."""
        self.histogram.set_values(values)
        finite = values[np.isfinite(values)]
        if len(finite):
            self.threshold_row.set_slider_range(min(float(finite.min()), 0.0), float(finite.max()))

    def set_key_hints(self, keys: Mapping[str, str]) -> None:
        """The keys of commands, for tooltips."""
        self.suggestion.set_key_hints(keys)

    def set_suggestion(self, text: str) -> None:
        """What the verdicts say about the threshold, or nothing."""
        self.suggestion.set_text(text)

    def set_sentence(self, text: str) -> None:
        """What all of it flags, at the foot of the panel."""
        self.sentence.setText(text)
        self.sentence.setVisible(bool(text))

    def first_field(self) -> QWidget:
        """Where the keyboard begins: lambda, or normalisation where lambda is off."""
        return self.lambda_row.box if self.lambda_row.box.isEnabled() else self.normalise

    # what the controls do

    def _score_settings(self) -> ScoreSettings:
        return ScoreSettings(
            lambda_=round(self.lambda_row.value(), 2),
            normalise=self.normalise.currentData(),
            pooling=self.pooling.currentData(),
        )

    def _segment_settings(self) -> SegmentSettings:
        lengths = {name: round(row.value(), 3) for name, row in self.length_rows.items()}
        return SegmentSettings(
            threshold=self.threshold_row.value(),
            hysteresis=round(self.hysteresis_row.value(), 2),
            **lengths,
        )

    def _say_weights(self) -> None:
        lambda_ = self.lambda_row.value()
        mixed = 0 < lambda_ < 1 and self.normalise.currentData() == "none"
        if mixed:
            self.weighing.setText(tr("Raw parts cannot be added: set lambda to 0 or 1."))
        else:
            first, second = self._names
            self.weighing.setText(
                f"{first} {decimal(lambda_, 2)} · {second} {decimal(1 - lambda_, 2)}"
            )
        self.weighing.setObjectName("warn" if mixed else "faint")
        self.weighing.style().polish(self.weighing)
        self.weighing.setVisible(self.lambda_row.slider.isEnabled())

    @Slot()
    def _score_moved(self) -> None:
        self._say_weights()
        self.score_settings_changed.emit(self._score_settings())

    @Slot()
    def _segments_moved(self) -> None:
        self.histogram.set_threshold(self.threshold_row.value())
        self.segment_settings_changed.emit(self._segment_settings())

    @Slot(float)
    def _histogram_moved(self, value: float) -> None:
        self.threshold_row.set_value(value)
        self.segment_settings_changed.emit(self._segment_settings())

    @Slot()
    def _rerun(self) -> None:
        self.rerun_requested.emit()
