"""Runs the loader: `python -m loader`."""

import signal
import sys

from loader.cli import main

if __name__ == "__main__":
    # A scheduler that stops a load stops it as Ctrl-C does: it keeps what it has and says so.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
