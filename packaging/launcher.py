"""The frozen program: `normscope` is the command line, `normscope-app` opens the window."""

import multiprocessing
import sys
from pathlib import Path

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if Path(sys.executable).stem == "normscope-app":
        import runpy

        runpy.run_module("app", run_name="__main__", alter_sys=True)
    else:
        from engine.cli import main

        main()
