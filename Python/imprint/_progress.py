"""Progress of long work, and its end by Ctrl-C."""

import sys
import time

from . import _errors, _library

class Meter:
    """Passes the progress of one call on, and ends the call where that raises an exception, as Ctrl-C does.

    Use it as a context manager, and give ``argument`` to the library::

        with Meter(progress, "pictures") as meter:
            meter.call("teacher_learn_folder", pointer, path, 0, meter.argument, None, ...)

    Args:
        progress: A function that gets the numbers of what is done and of all; True for a bar; None for a bar where standard
            error is a terminal; False for nothing.
        words: What the bar counts.
    """

    def __init__(self, progress, words):
        self._raised = None
        self._is_interrupted = False
        self._handler = None
        self._bar = None
        self._progress = None
        if progress is None:
            progress = sys.stderr is not None and sys.stderr.isatty()
        if callable(progress):
            self._progress = progress
        elif progress:
            self._bar = _bar(words)
            self._progress = self._bar.update
        self.argument = _library.Progress(self._step)

    def _step(self, _context, done, total):
        if self._is_interrupted or _library.running.is_ending:
            return 1
        try:
            if self._raised is None and self._progress is not None:
                self._progress(done, total)
        except BaseException as error:  # Nothing can pass through the library.
            self._raised = error
        return 0 if self._raised is None else 1

    def call(self, name, *arguments):
        """Calls a function of the library; raises what the progress function raised, and what Ctrl-C does."""
        self._watch()
        try:
            _library.call(name, *arguments)
        except _errors.CancelledError:
            if self._raised is None and not self._is_interrupted:
                raise
        finally:
            handler = self._unwatch()
        if self._is_interrupted:
            import signal

            handler(signal.SIGINT, sys._getframe())
        if self._raised is not None:
            raise self._raised

    def note(self, done, total=0):
        """Passes on progress that the caller counts; ``total`` is 0 where it is not known."""
        if self._progress is not None:
            self._progress(done, total)

    def _watch(self):
        """Has Ctrl-C end the call: an exception in the midst of a callback would be lost."""
        import signal

        handler = signal.getsignal(signal.SIGINT)
        if not callable(handler):
            return
        try:
            signal.signal(signal.SIGINT, self._interrupt)
        except ValueError:  # The main thread of another interpreter, or of this one, has the signals.
            return
        self._handler = handler

    def _interrupt(self, _number, _frame):
        self._is_interrupted = True

    def _unwatch(self):
        """Restores what Ctrl-C does, and returns it."""
        handler, self._handler = self._handler, None
        if handler is not None:
            import signal

            signal.signal(signal.SIGINT, handler)
        return handler

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._bar is not None:
            self._bar.close()


def _bar(words):
    try:
        from tqdm import tqdm
    except ImportError:
        return _Bar(words)
    return _TqdmBar(tqdm, words)


class _TqdmBar:
    """A bar of tqdm, where that is installed."""

    def __init__(self, tqdm, words):
        self._bar = tqdm(desc=words, unit="", leave=False)

    def update(self, done, total):
        if total and self._bar.total != total:
            self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self):
        self._bar.close()


class _Bar:
    """A plain bar on standard error."""

    _WIDTH = 30

    def __init__(self, words):
        self._words = words
        self._start = time.monotonic()
        self._shown = ""

    def update(self, done, total):
        if not total:
            line = f"{self._words} …"
        else:
            full = self._WIDTH * done // total
            line = f"{self._words} [{'#' * full}{'.' * (self._WIDTH - full)}] {done}/{total}"
        if line != self._shown:
            self._shown = line
            sys.stderr.write("\r" + line)
            sys.stderr.flush()

    def close(self):
        if self._shown:
            sys.stderr.write("\r" + " " * len(self._shown) + "\r")
            sys.stderr.flush()
