"""Colours and style sheet, dark and light.  One accent; meaning is never carried by
colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from engine.places import resource

Mode = Literal["system", "dark", "light"]


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by their purpose, as #rrggbb."""

    window: str
    panel: str
    raised: str
    stage: str  # behind the picture
    line: str
    text: str
    faint: str
    accent: str
    on_accent: str
    alert: str  # flagged
    warn: str
    good: str
    gamma: str  # the regular score and its threshold
    compared: str  # the other analysis that this one is compared with
    track: tuple[str, ...]  # score, then parts; told apart by their labels too


DARK = Colours(
    window="#16191d",
    panel="#1d2126",
    raised="#282d34",
    stage="#0c0e10",
    line="#353b43",
    text="#e6e9ec",
    faint="#9aa4af",
    accent="#4aa3df",
    on_accent="#06141f",
    alert="#ffab40",
    warn="#ffd166",
    good="#5fd38d",
    gamma="#c792ea",
    compared="#f48fb1",
    track=("#4aa3df", "#e0e4e8", "#7fd1ae", "#c792ea"),
)

LIGHT = Colours(
    window="#f3f4f6",
    panel="#ffffff",
    raised="#e8ebef",
    stage="#d5d9de",
    line="#c9ced6",
    text="#1a1f25",
    faint="#57616d",
    accent="#0b6bb0",
    on_accent="#ffffff",
    alert="#b85c00",
    warn="#8a6100",
    good="#1b7f4b",
    gamma="#7a3fb0",
    compared="#b0265f",
    track=("#0b6bb0", "#3d4651", "#1b7f4b", "#7a3fb0"),
)

_SHEET = Template("""
QWidget { color: $text; font-size: 13px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMainWindow, QDialog, QWidget#page { background: $window; }
QWidget#panel, QFrame#panel { background: $panel; border: 1px solid $line; border-radius: 6px; }
QWidget#stage { background: $stage; }
QLabel { background: transparent; }
QLabel#title { font-size: 14px; font-weight: 600; }
QLabel#hero { font-size: 24px; font-weight: 600; }
QLabel#faint { color: $faint; }
QLabel#warn { color: $warn; }
QLineEdit[wrong="true"] { border: 1px solid $warn; }
QLabel#mono, QPlainTextEdit#mono {
  font-family: "DejaVu Sans Mono", "Consolas", "Menlo", monospace; }
QPushButton, QToolButton { background: $raised; border: 1px solid $line; border-radius: 5px;
  padding: 5px 10px; }
QToolButton { padding: 4px 6px; }
QPushButton:hover, QToolButton:hover { border-color: $accent; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:checked, QToolButton:checked { background: $accent; color: $on_accent;
  border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus,
QSlider:focus, QAbstractItemView:focus { border: 1px solid $accent; }
QPushButton#primary { background: $accent; color: $on_accent; border-color: $accent;
  font-weight: 600; }
QPushButton#primary:disabled { background: $raised; color: $faint; border-color: $line; }
QComboBox, QAbstractSpinBox, QLineEdit { background: $raised; border: 1px solid $line;
  border-radius: 5px;
  padding: 4px 8px; min-height: 18px; selection-background-color: $accent;
  selection-color: $on_accent; }
QComboBox:disabled, QAbstractSpinBox:disabled, QLineEdit:disabled { background: $window;
  color: $faint; }
QCheckBox:disabled, QRadioButton:disabled { color: $faint; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line;
  selection-background-color: $accent; selection-color: $on_accent; }
QAbstractItemView { background: $panel; alternate-background-color: $window;
  border: 1px solid $line;
  border-radius: 6px; outline: 0; gridline-color: $line; }
QTextEdit, QPlainTextEdit { background: $panel; border: 1px solid $line; border-radius: 6px;
  padding: 2px; }
QTextEdit:focus, QPlainTextEdit:focus { border: 1px solid $accent; }
QAbstractItemView::item { padding: 4px; }
QAbstractItemView#dense::item { padding: 1px 4px; }  /* two lines of text in a low row */
QAbstractItemView::item:selected { background: $accent; color: $on_accent; }
QHeaderView { background: $panel; border: 0; }
QHeaderView::section { background: $panel; color: $faint; border: 0; border-bottom: 1px solid $line;
  padding: 5px 6px; font-weight: 600; }
QTableCornerButton::section { background: $panel; border: 0; }
QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -6px 0; border-radius: 7px;
  background: $text; }
QSlider::sub-page:horizontal:disabled { background: $line; }
QSlider::handle:horizontal:disabled { background: $faint; }
QProgressBar { background: $raised; border: 1px solid $line; border-radius: 5px; text-align: center;
  min-height: 16px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QProgressBar#thin { border: 0; border-radius: 2px; min-height: 4px; max-height: 4px; }
QProgressBar#thin::chunk { border-radius: 2px; }
QMenuBar { background: $window; }
QMenuBar::item { background: transparent; padding: 5px 10px; }
QMenuBar::item:selected, QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu { background: $panel; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QStatusBar { background: $window; color: $faint; }
QStatusBar::item { border: 0; }
QSplitter::handle { background: $window; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: $line; border-radius: 4px; min-height: 24px; min-width: 24px; }

QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
  background: none;
  height: 0; width: 0; }
QScrollArea { border: 0; background: transparent; }
QScrollArea > QWidget > QWidget { background: transparent; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }
QCheckBox { spacing: 6px; background: transparent; }
QCheckBox::indicator, QAbstractItemView::indicator { width: 14px; height: 14px;
  border: 1px solid $faint;
  border-radius: 3px; background: $panel; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: $accent;
  border-color: $accent; image: url("$tick"); }
QAbstractItemView::indicator:checked:selected { border-color: $on_accent; }
QRadioButton { spacing: 6px; background: transparent; }
QRadioButton::indicator { width: 12px; height: 12px; border: 1px solid $faint; border-radius: 7px;
  background: $panel; }
QRadioButton::indicator:checked { background: $accent; border: 3px solid $panel;
  border-radius: 7px; width: 8px; height: 8px; outline: 1px solid $faint; }
QRadioButton::indicator:disabled { border-color: $line; }
QAbstractSpinBox { padding: 4px 20px 4px 8px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 18px;
  border: 0; background: transparent; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: url("$up"); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow, QComboBox::down-arrow { image: url("$down"); width: 9px;
  height: 9px; }
QComboBox::drop-down { border: 0; width: 20px; }
QTabBar::tab { background: transparent; padding: 6px 8px; color: $faint; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabWidget::pane { border: 0; }
QTabBar { qproperty-drawBase: 0; }
""")

_current = DARK


def colours() -> Colours:
    """The colours in force."""
    return _current


def is_dark(mode: Mode) -> bool:
    """Whether a mode means dark now; the system decides where it says anything, else dark."""
    if mode == "system":
        return QGuiApplication.styleHints().colorScheme() != Qt.ColorScheme.Light
    return mode == "dark"


def apply(app: QApplication, mode: Mode) -> Colours:
    """Put the theme in force on the whole application."""
    global _current
    _current = DARK if is_dark(mode) else LIGHT
    c = _current
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, c.window),
        (roles.Base, c.panel),
        (roles.AlternateBase, c.window),
        (roles.Button, c.raised),
        (roles.Text, c.text),
        (roles.WindowText, c.text),
        (roles.ButtonText, c.text),
        (roles.PlaceholderText, c.faint),
        (roles.Highlight, c.accent),
        (roles.HighlightedText, c.on_accent),
        (roles.ToolTipBase, c.raised),
        (roles.ToolTipText, c.text),
        (roles.Link, c.accent),
    ):
        palette.setColor(role, QColor(colour))
    app.setStyle("Fusion")
    app.setPalette(palette)
    fields = {name: getattr(c, name) for name in c.__slots__ if name != "track"}
    shade = "dark" if c is DARK else "light"
    icons = {
        name: resource(f"icons/{name}-{shade}.svg").as_posix() for name in ("up", "down", "tick")
    }
    app.setStyleSheet(_SHEET.substitute(fields, **icons))
    return c
