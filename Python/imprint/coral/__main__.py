"""Runs a script of Coral's: ``python -m imprint.coral SCRIPT [ARGUMENT]…``, or ``-m MODULE`` in place of the script."""

import os
import runpy
import sys

from . import install

_USAGE = "usage: python -m imprint.coral SCRIPT [ARGUMENT]...\n       python -m imprint.coral -m MODULE [ARGUMENT]..."


def main():
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help") or words == ["-m"]:
        print(_USAGE, file=sys.stderr if not words else sys.stdout)
        sys.exit(0 if words and words[0] in ("-h", "--help") else 64)
    install()
    if words[0] == "-m":
        sys.argv = words[1:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        # As Python does for a script.
        sys.path.insert(0, os.path.dirname(os.path.abspath(words[0])))
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    main()
