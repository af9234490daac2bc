"""Runs the command from the library beside this file; the library starts this to try models in a process of their own."""

import ctypes
import os
import signal
import sys


def run(opened, arguments):
    """Runs the command from an opened library; it ends the process.

    Args:
        opened: The library.
        arguments: The arguments, without the name of the program.
    """
    # Python ignores or takes these signals; the command needs what the system does.
    for name in ("SIGINT", "SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    words = [os.fsencode(word) for word in arguments]
    program = [os.fsencode(sys.executable), os.fsencode(os.path.abspath(__file__))]
    texts, count = ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t
    opened.imprint_command.argtypes = [texts, count, texts, count]
    opened.imprint_command.restype = None
    opened.imprint_command(
        (ctypes.c_char_p * len(words))(*words), len(words), (ctypes.c_char_p * len(program))(*program), len(program)
    )


if __name__ == "__main__":
    run(ctypes.CDLL(os.path.join(os.path.dirname(os.path.abspath(__file__)), "libimprint.so")), sys.argv[1:])
