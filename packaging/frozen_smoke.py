"""Does the frozen program work? `python packaging/frozen_smoke.py dist/normscope`

Runs `--version`, the demo and a command that must fail, headless; then opens the window offscreen
for a few seconds.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

OPEN_FOR = 15.0  # seconds that the window must stay open


def main(folder: Path) -> int:
    suffix = ".exe" if os.name == "nt" else ""
    normscope, window = (str(folder / (name + suffix)) for name in ("normscope", "normscope-app"))
    # As on a machine without Python: nothing of this environment may help.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    environment["QT_QPA_PLATFORM"] = "offscreen"

    # On Windows a program that is still closing keeps its folder open.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        out = Path(empty) / "demo"
        for arguments, expected in (
            (["--version"], 0),
            (["demo", "--out", str(out)], 0),
            (["info", "nothing.mp4"], 1),
        ):
            print("normscope", *arguments, flush=True)
            done = subprocess.run([normscope, *arguments], cwd=empty, env=environment, check=False)
            if done.returncode != expected:
                told = f"Exit code {done.returncode} where {expected} was expected."
                print(told, file=sys.stderr)
                return 1
        if not out.is_dir() or not any(out.iterdir()):
            print("The demo left no results.", file=sys.stderr)
            return 1

        print("normscope-app --demo", flush=True)
        with subprocess.Popen([window, "--demo"], cwd=empty, env=environment) as opened:
            try:
                code = opened.wait(timeout=OPEN_FOR)
            except subprocess.TimeoutExpired:
                opened.kill()
                print("The frozen program works.")
                return 0
        print(f"The window closed at once, with exit code {code}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
