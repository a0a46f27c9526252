"""The frozen programs: `normscope` with a console and `normscope-app` without one.  Both do what
`normscope` does where it is installed.
"""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()

    from app.__main__ import main

    sys.exit(main())
