"""The settings: every change acts at once and is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.language import mark, tr
from app.settings import CACHE_MIB, DEVICES, PRECISIONS, Settings
from app.views.fitting import indent
from app.views.wheel import leave_wheel

DEVICE_WORDS = {
    "auto": mark("automatic"),
    "cpu": mark("processor (cpu)"),
    "cuda": mark("NVIDIA graphics (cuda)"),
    "mps": mark("Apple graphics (mps)"),
}
PRECISION_WORDS = {
    "auto": mark("automatic"),
    "fp32": mark("exact (fp32)"),
    "bf16": mark("fast (bf16)"),
    "fp16": mark("fast (fp16)"),
}
THEME_WORDS = {"dark": mark("dark"), "light": mark("light"), "system": mark("as the system says")}


class SettingsDialog(QDialog):
    """Shows the settings; `changed` names the one that the analyst has just changed."""

    changed = Signal(str)
    keys_requested = Signal()
    hints_requested = Signal()

    def __init__(
        self,
        settings: Settings,
        languages: Mapping[str, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self._settings = settings
        self.theme = _combo(
            [(code, tr(word)) for code, word in THEME_WORDS.items()],
            settings.theme,
            tr("Colours of the program"),
        )
        known = {"system": tr("as the system says"), **languages}
        self.language = _combo(
            list(known.items()), settings.language, tr("Language; new windows are in it at once")
        )
        self.operator = QLineEdit(settings.operator)
        self.operator.setMaxLength(80)
        self.operator.setToolTip(tr("Who judges; written beside every verdict and into exports"))
        self.device = _combo(
            [(name, tr(DEVICE_WORDS[name])) for name in DEVICES],
            settings.device,
            tr("Where networks run; the next analysis uses it"),
        )
        self.precision = _combo(
            [(name, tr(PRECISION_WORDS[name])) for name in PRECISIONS],
            settings.precision,
            tr("How networks calculate; the next analysis uses it"),
        )
        cores = max(1, os.cpu_count() or 1)
        self.threads = QSpinBox()
        indent(self.threads)
        self.threads.setRange(0, cores)
        self.threads.setSpecialValueText(tr("automatic ({count})", count=max(1, cores - 1)))
        self.threads.setValue(settings.threads)
        self.threads.setToolTip(tr("Threads of an analysis; one core is best left to the window"))
        self.cache = QSpinBox()
        indent(self.cache)
        self.cache.setRange(CACHE_MIB[0], CACHE_MIB[1])
        self.cache.setSingleStep(64)
        self.cache.setSuffix(tr(" MiB"))
        self.cache.setValue(settings.cache_mib)
        self.cache.setToolTip(
            tr("Memory for decoded frames; more makes stepping back and scrubbing smoother")
        )
        self.state = QLabel()
        self.state.setObjectName("faint")
        self.state.setWordWrap(True)
        keys = QPushButton(tr("Change keys…"))
        keys.setToolTip(tr("Give commands other keys"))
        keys.clicked.connect(self.keys_requested)
        self.hints = QPushButton(tr("Show the hints again"))
        self.hints.setToolTip(tr("Hints of the first start come back"))
        self.hints.clicked.connect(self._again)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, rows in (
            (tr("Looks"), ((tr("Theme"), self.theme), (tr("Language"), self.language))),
            (tr("Records"), ((tr("Operator"), self.operator),)),
            (
                tr("Analysis"),
                (
                    (tr("Device"), self.device),
                    (tr("Precision"), self.precision),
                    (tr("Threads"), self.threads),
                ),
            ),
            (tr("Playback"), ((tr("Frame cache"), self.cache),)),
            (tr("Help"), ((tr("Keys"), keys), (tr("Hints"), self.hints))),
        ):
            _section(form, title, rows)
        self.theme.currentIndexChanged.connect(self._theme)
        self.language.currentIndexChanged.connect(self._language)
        self.operator.textEdited.connect(self._operator)
        self.device.currentIndexChanged.connect(self._device)
        self.precision.currentIndexChanged.connect(self._precision)
        self.threads.valueChanged.connect(self._threads)
        self.cache.valueChanged.connect(self._cache)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.state)
        column.addStretch(1)
        column.addWidget(buttons)
        self.say(tr("Changes act at once and are kept."))
        self.setMinimumWidth(440)
        leave_wheel(self)

    def say(self, text: str) -> None:
        """What a change does, or why it cannot."""
        self.state.setText(text)

    def _tell(self, name: str) -> None:
        self._settings.save()
        self.changed.emit(name)

    @Slot()
    def _theme(self) -> None:
        self._settings.theme = self.theme.currentData()
        self._tell("theme")

    @Slot()
    def _language(self) -> None:
        self._settings.language = str(self.language.currentData())
        self._tell("language")

    @Slot()
    def _operator(self) -> None:
        if self.operator.text() != self._settings.operator:
            self._settings.operator = self.operator.text()
            self._tell("operator")

    @Slot()
    def _device(self) -> None:
        self._settings.device = str(self.device.currentData())
        self._tell("device")

    @Slot()
    def _precision(self) -> None:
        self._settings.precision = str(self.precision.currentData())
        self._tell("precision")

    @Slot(int)
    def _threads(self, count: int) -> None:
        self._settings.threads = count
        self._tell("threads")

    @Slot(int)
    def _cache(self, size: int) -> None:
        self._settings.cache_mib = size
        self._tell("cache")

    @Slot()
    def _again(self) -> None:
        self._settings.hints_done = set()
        self.hints.setEnabled(False)
        self._settings.save()
        self.hints_requested.emit()


def _section(form: QFormLayout, title: str, rows: Sequence[tuple[str, QWidget]]) -> None:
    heading = QLabel(title)
    heading.setObjectName("title")
    if form.rowCount():
        heading.setContentsMargins(0, 8, 0, 0)
    form.addRow(heading)
    for text, widget in rows:
        label = QLabel(text)
        label.setBuddy(widget)
        if not isinstance(widget, QPushButton):
            widget.setAccessibleName(text)
        widget.setAccessibleDescription(widget.toolTip())
        form.addRow(label, widget)


def _combo(choices: Sequence[tuple[str, str]], value: str, tip: str) -> QComboBox:
    combo = QComboBox()
    for code, word in choices:
        combo.addItem(word, code)
    combo.setCurrentIndex(max(0, combo.findData(value)))
    combo.setToolTip(tip)
    return combo
