"""The command line: a thin driver of the façade.

One JSON document goes to stdout with --json; progress and messages go to stderr.  Exit codes: 0
done, 1 an expected failure, 2 wrong usage, 130 interrupted (what was done so far is kept).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import engine
from engine.cli import (
    analysing,
    batching,
    checking,
    comparing,
    exporting,
    learning,
    making,
    measuring,
    opening,
    training,
)
from engine.cli.opening import Window
from engine.cli.output import say_error
from engine.detectors.running import patient_threads
from engine.errors import EngineError, FootageNotFound

app = typer.Typer(
    name="normscope",
    help="Review recorded footage from fixed cameras: score, flag what is unlike normal, export.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for room in (
    analysing,
    exporting,
    batching,
    training,
    learning,
    measuring,
    making,
    checking,
    comparing,
    opening,
):
    room.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"normscope {engine.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Without a command, `normscope` opens the window; `normscope FOOTAGE` opens it on footage."""


def command_names() -> frozenset[str]:
    """What the first word can be."""
    return frozenset(getattr(typer.main.get_command(app), "commands", ()))


def _refuse_missing(words: Sequence[str]) -> None:
    """FootageNotFound where the first word is meant as footage to open: it reads as a path or the
    name of a file, no command has it, and nothing lies there.
    """
    word = words[0] if words else ""
    meant = bool(Path(word).suffix) or "/" in word or "\\" in word
    if not meant or word.startswith("-") or word in command_names() or Path(word).exists():
        return
    raise FootageNotFound(
        f"There is no file or folder {word}, and no command of that name.",
        hint="Check the path, or see the commands with normscope --help.",
    )


def main(argv: Sequence[str] | None = None, window: Window | None = None) -> int:
    """Run the command line and return the exit code; window: for the commands that need one."""
    patient_threads()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        _refuse_missing(words)
        app(args=words, obj=window)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except EngineError as error:
        say_error(error)
        return 1
    except OSError as error:  # a folder that may not be written to, a full disk
        where = f"{error.filename}: " if error.filename else ""
        hint = "Check the path, its permissions and the free space."
        say_error(EngineError(f"{where}{error.strerror or error}.", hint=hint))
        return 1
    return 0
