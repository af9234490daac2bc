"""The command ``imprint``."""

import sys


def main():
    """Runs the command with the arguments of this process; it ends the process."""
    from ._command import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
