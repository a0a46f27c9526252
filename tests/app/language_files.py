"""Translations that tests put where the program looks for them."""

from __future__ import annotations

from pathlib import Path


def put(folder: Path, code: str, text: str) -> None:
    path = folder / "languages" / code / "normscope.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
