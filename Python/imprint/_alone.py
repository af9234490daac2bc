"""Pictures that end the process that reads them, which no worker could tell of.

A worker notes that it begins a shard, and that it has done it. A shard that has been begun several times, and never done, may
hold such a picture: then another process reads its pictures one by one first, and where that ends, the picture is set aside.
"""

import os
import pickle
import signal
import subprocess
import sys
import tempfile

from . import _errors

# A shard that has been begun so often is read picture by picture. Workers also end for reasons of their own.
PATIENCE = 3

_CHILD = [sys.executable, "-c", "import imprint._alone; imprint._alone.serve()"]


class Attempts:
    """The number of times that processes of this machine have begun a shard, and have not done it."""

    def __init__(self, shard):
        self._folder = os.path.join(tempfile.gettempdir(), f"imprint-begun-{os.getuid()}")
        self._path = os.path.join(self._folder, shard)

    def begin(self):
        """Notes an attempt, and returns the number of those before it."""
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            with open(self._path, "ab") as file:
                before = file.tell()
                file.write(b".")
            return before
        except OSError:  # A full or foreign folder keeps nobody from working.
            return 0

    def end(self):
        """Notes that the shard is done."""
        try:
            os.remove(self._path)
        except OSError:
            pass


def deadly(job, model, pictures, command=_CHILD):
    """Returns the errors of the pictures that end the process which reads them, by their places.

    Args:
        job, model: As for :class:`imprint._scale.Worker`.
        pictures: Paths, memoryviews and arrays.
        command: The words of the process that reads them.

    Raises:
        ImprintError: where that process fails otherwise.
    """
    plain = [bytes(each) if isinstance(each, memoryview) else each for each in pictures]
    found, start, ended_at = {}, 0, None
    while start < len(plain):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            try:
                pickle.dump((job, model, plain[start:]), child.stdin)
                child.stdin.close()
            except BrokenPipeError:
                pass
            done = start + sum(1 for _ in child.stdout)
            status = child.wait()
        if done >= len(plain):
            break
        if status >= 0:
            raise _errors.ImprintError(
                f"the process that reads pictures one by one ends with the status {status}", None, "WorkerError.alone"
            )
        # Once is no proof: the process may have ended for another reason.
        if done == ended_at:
            found[done] = _errors.PictureError(
                f"the process that reads the picture ends by {_name(-status)}", None, "PictureError.deadly"
            )
            done, ended_at = done + 1, None
        else:
            ended_at = done
        start = done
    return found


def _name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"the signal {number}"


def serve():
    """Reads the pictures on standard input one by one, and writes a line for each: the other process's part."""
    from ._embeddings import EmbeddingSet
    from ._scale import Worker

    job, model, pictures = pickle.load(sys.stdin.buffer)
    # The library may write to standard output; the lines must not be mixed with that.
    lines = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    worker = Worker(job._replace(allow_mixed=True), model, threads=1)
    for picture in pictures:
        picture = memoryview(picture) if isinstance(picture, bytes) else picture
        with EmbeddingSet(worker.extractor) as made:
            made.embed(worker.extractor, [picture], ["x"], progress=False)
        lines.write(b"\n")
