"""One translation: a gettext .po file, read without being compiled."""

from __future__ import annotations

import ast
import gettext
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

log = logging.getLogger(__name__)

_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(\".*)")
_PLURAL = re.compile(r"Plural-Forms:[^;]*;\s*plural\s*=\s*([^;\n]+)")


def germanic(count: int) -> int:
    """Which form a count takes in English: 0 for one, else 1."""
    return int(count != 1)


@dataclass(frozen=True)
class Catalogue:
    """forms: for each English text its translations, one for each plural form of the language.
    plural: which of them a count takes.
    """

    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plural: Callable[[int], int] = germanic

    def one(self, text: str) -> str:
        """The translation of a text; the text itself where there is none."""
        return self.forms.get(text, (text,))[0]

    def counted(self, count: int, one: str, many: str) -> str:
        """The translation for a count; the English sentence where there is none."""
        forms = self.forms.get(one)
        at = self.plural(count) if forms is not None else 0
        if forms is None or not 0 <= at < len(forms):
            return (one, many)[germanic(count)]
        return forms[at]


def placeholders(text: str) -> set[str]:
    """Names of the values that are put into a text; ValueError where its braces do not match."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def read_catalogue(path: Path) -> Catalogue:
    """The translation in a file; an empty one where it is missing or damaged.

    Left out are texts marked fuzzy, texts not translated, and those that ask for a value which
    the English text does not have: the program goes on in English there.
    """
    try:
        entries = template_entries(path)
        plural = _plural(next((e["msgstr"] for e in entries if e.get("msgid") == ""), ""))
    except (OSError, ValueError, SyntaxError) as error:
        log.warning("%s cannot be read: %s", path, error)
        return Catalogue()
    forms: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        source = entry.get("msgid", "")
        texts = tuple(entry[key] for key in sorted(entry) if key.startswith("msgstr"))
        if not source or not texts or not all(texts):
            continue
        if fits(source + entry.get("msgid_plural", ""), texts):
            forms[source] = texts
        else:
            log.warning("%s: other values than in %r", path, source)
    return Catalogue(forms, plural)


def template_entries(path: Path) -> list[dict[str, str]]:
    """The entries of a template; ValueError where it is damaged."""
    return list(_entries(path.read_text(encoding="utf-8")))


def fits(source: str, texts: tuple[str, ...]) -> bool:
    """Whether translations ask for nothing that the English text does not have."""
    try:
        return all(placeholders(text) <= placeholders(source) for text in texts)
    except ValueError:
        return False


def _plural(header: str) -> Callable[[int], int]:
    found = _PLURAL.search(header)
    return gettext.c2py(found[1].strip()) if found else germanic


def _entries(text: str) -> Iterator[dict[str, str]]:
    """Entries of a .po file as {keyword: text}; those marked fuzzy are left out."""
    entry: dict[str, str] = {}
    key, fuzzy = "", False
    for line in [*text.splitlines(), ""]:
        stripped = line.strip()
        if not stripped:
            if entry and not fuzzy:
                yield entry
            entry, key, fuzzy = {}, "", False
        elif stripped.startswith("#"):
            fuzzy = fuzzy or (stripped.startswith("#,") and "fuzzy" in stripped)
        elif found := _KEYWORD.fullmatch(stripped):
            key = found[1]
            entry[key] = str(ast.literal_eval(found[2]))
        elif stripped.startswith('"') and key:
            entry[key] += str(ast.literal_eval(stripped))
        else:
            raise ValueError(f"not a line of a .po file: {stripped[:60]}")
