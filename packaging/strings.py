"""Every text that a person sees in the window, collected for translators.

    .venv/bin/python packaging/strings.py               # resources/languages/normscope.pot
    .venv/bin/python packaging/strings.py --check       # says only which texts are new or gone
    .venv/bin/python packaging/strings.py --pseudo xx   # a language of brackets, to try layouts

It says which texts came and went since the last template, and for each translation beside it
(resources/languages/CODE/normscope.po) how much of it is done.  A new language: copy the template
to its folder, fill in msgstr, and choose the language in the settings.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.catalogue import read_catalogue, template_entries  # noqa: E402

LANGUAGES = ROOT / "resources" / "languages"
TEMPLATE = LANGUAGES / "normscope.pot"
PLURALS = "nplurals=2; plural=(n != 1);"

# Calls whose texts are shown: places of the arguments, then names.
DOORS: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "tr": ((0,), ()),
    "mark": ((0,), ()),
    "Command": ((1, 2, 5), ("title", "menu", "hint")),  # a row of the table of commands
    "Learnable": ((1, 2), ("title", "says")),
    "Progress": ((0,), ("phase",)),
}
PLURAL_DOOR = "tr_count"
ROOMS = {"app": None, "engine": ("Learnable", "Progress")}
SILENT = ("engine/cli", "engine/batch", "engine/evaluation", "app/bench.py", "app/probe.py")


@dataclass
class Text:
    """An English text, its plural if it has one, and where it stands."""

    one: str
    many: str = ""
    places: list[str] = field(default_factory=list)


class NotConstant(Exception):
    """A text that is put together before it is translated cannot be collected."""


def collect(root: Path = ROOT) -> dict[str, Text]:
    """All texts by their English, in the order of the files."""
    found: dict[str, Text] = {}
    for room, doors in ROOMS.items():
        for path in sorted((root / room).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if name.startswith(SILENT):
                continue
            for line, one, many in texts_of(path, doors):
                text = found.setdefault(one, Text(one))
                text.many = text.many or many
                text.places.append(f"{name}:{line}")
    return found


def texts_of(path: Path, doors: Sequence[str] | None = None) -> Iterator[tuple[int, str, str]]:
    """Line, text and plural of each text in a file.  doors: only these calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if doors is not None and name not in doors:
            continue
        if name == PLURAL_DOOR and isinstance(node.func, ast.Name):
            one, many = (_constant(argument, path) for argument in node.args[1:3])
            yield node.lineno, one, many
        elif name in DOORS and isinstance(node.func, ast.Name):
            places, names = DOORS[name]
            shown = [node.args[at] for at in places if at < len(node.args)]
            shown += [word.value for word in node.keywords if word.arg in names]
            for argument in shown:
                if name == "tr" and not _is_text(argument):
                    continue  # a marked text, on its way to the screen
                if isinstance(argument, ast.JoinedStr | ast.BinOp):
                    raise NotConstant(f"{path}:{node.lineno}: only whole texts can be translated")
                if isinstance(argument, ast.Constant) and argument.value:
                    yield node.lineno, _constant(argument, path), ""


def _is_text(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp)


def _constant(argument: ast.expr, path: Path) -> str:
    if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
        raise NotConstant(f"{path}:{argument.lineno}: only whole texts can be translated")
    return argument.value


def template(texts: dict[str, Text]) -> str:
    """The texts as a gettext template."""
    return po(texts, lambda text: ("", "") if text.many else ("",), "")


def pseudo(texts: dict[str, Text]) -> str:
    """A translation that puts brackets round every text and makes it a third longer."""

    def longer(text: str) -> str:
        return f"[{text}{'·' * max(1, round(0.3 * len(text)))}]"

    return po(
        texts,
        lambda text: tuple(longer(form) for form in (text.one, text.many) if form),
        PLURALS,
    )


def po(
    texts: dict[str, Text], translate: Callable[[Text], tuple[str, ...]], plural_forms: str
) -> str:
    """A .po file.  translate: the forms of a text."""
    lines = ['msgid ""', 'msgstr ""']
    lines += [
        quoted(f"{key}: {value}\n")
        for key, value in (
            ("Project-Id-Version", "Normscope"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", plural_forms or "nplurals=INTEGER; plural=EXPRESSION;"),
        )
    ]
    for text in texts.values():
        lines += ["", *(f"#: {place}" for place in dict.fromkeys(_rooms(text.places)))]
        if "{" in text.one:
            lines.append("#, python-brace-format")
        lines.append(f"msgid {quoted(text.one)}")
        forms = translate(text)
        if text.many:
            lines.append(f"msgid_plural {quoted(text.many)}")
            lines += [f"msgstr[{at}] {quoted(form)}" for at, form in enumerate(forms)]
        else:
            lines.append(f"msgstr {quoted(forms[0])}")
    return "\n".join(lines) + "\n"


def _rooms(places: list[str]) -> list[str]:
    """Files without line numbers, so that the template changes only when a text does."""
    return [place.rpartition(":")[0] for place in places]


def quoted(text: str) -> str:
    """A text as a C string."""
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(raw, escaped)
    return f'"{text}"'


def known(path: Path) -> set[str]:
    """The texts of a template."""
    return (
        {e["msgid"] for e in template_entries(path) if e.get("msgid")} if path.exists() else set()
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Collect, compare, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if texts changed")
    parser.add_argument("--pseudo", metavar="CODE", help="write a language of brackets")
    chosen = parser.parse_args(arguments)
    texts = collect()
    if chosen.pseudo:
        path = LANGUAGES / chosen.pseudo / "normscope.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pseudo(texts), encoding="utf-8")
        print(f"{path}: {len(texts)} texts in brackets")
        return 0
    before = known(TEMPLATE)
    for sign, changed in (("new ", texts.keys() - before), ("gone", before - texts.keys())):
        for text in sorted(changed):
            print(f"{sign} {text!r}")
    for path in sorted(LANGUAGES.glob("*/normscope.po")):
        done = sum(text in read_catalogue(path).forms for text in texts)
        print(f"{path.parent.name}: {done} of {len(texts)} texts are translated")
    if chosen.check:
        return int(texts.keys() != before)
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_text(template(texts), encoding="utf-8")
    print(f"{TEMPLATE}: {len(texts)} texts")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
