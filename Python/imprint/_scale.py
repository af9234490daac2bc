"""Embedding on several machines, whatever the engine: jobs, workers, partials and their merging.

The rows of a data set are divided into shards, each of which one task embeds. What comes of a shard is a partial: an embedding
set, and the errors of the pictures that cannot be read. A partial has the name of its shard, which is the digest of the job,
the rows and the pictures in it. So a task that runs twice makes the same partial; a job that was stopped finds again what it
has done; and the result is the merge of the partials that the tasks of this job named, each once.
"""

import base64
import contextlib
import hashlib
import json
import os
import platform
import re
import struct
import tempfile
from typing import NamedTuple

from . import _errors, _partials
from ._alone import PATIENCE, Attempts, deadly
from ._partials import ENDING, Partial, PartialError
from ._rows import ahead
from ._store import StoreError

KEEPS = ("embeddings", "sums")

_FORMAT = 1


class WorkerError(_errors.ImprintError):
    """A worker does not compute what the driver computes."""


class Job(NamedTuple):
    """What every worker of a job computes with; the driver fixes it.

    Attributes:
        version: The version of the package.
        model: The SHA-256 of the model's file.
        network: The SHA-256 of the network up to the embedding.
        arithmetic: ``"exact"`` or ``"int8"``.
        resize, augment: How a picture becomes the input of the network.
        mean, std, device: As for :class:`Extractor`.
        probe: The SHA-256 of the embedding of a certain picture.
        keep: ``"embeddings"`` or ``"sums"``.
        budget: The bytes of embeddings beyond which the result stores only sums; None for all embeddings.
        allow_mixed: Whether workers may differ from the driver.
        machine: The driver's processor, in words.
    """

    version: str
    model: str
    network: str
    arithmetic: str
    resize: str
    augment: str
    mean: object
    std: object
    device: object
    probe: str
    keep: str
    budget: object
    allow_mixed: bool
    machine: str

    @property
    def name(self):
        """The name of all jobs whose partials are the same for the same pictures."""
        parts = [_FORMAT, self.version, self.network, self.arithmetic, self.resize, self.augment, self.probe, self.keep]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def shard(self, rows):
        """Returns the name of a shard: the digest of this job and of the shard's rows, whatever their order."""
        digests = sorted(
            hashlib.sha256(b"".join(_framed(part) for part in (label, name, *_identity(picture)))).digest()
            for label, name, picture in rows
        )
        return hashlib.sha256(self.name.encode() + b"".join(digests)).hexdigest()[:32]


def _framed(part):
    data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
    return struct.pack("<Q", len(data)) + bytes(data)


def _identity(picture):
    """What tells a picture from others. A path stands for its picture, which must not change while the job runs."""
    if picture is None:
        return (b"",)
    if isinstance(picture, (str, bytes, memoryview)):
        return (picture,)
    import numpy

    array = numpy.ascontiguousarray(picture)
    return (str(array.shape), array.tobytes())


def check_result(result, rows, keep):
    """Checks which result is asked for: a set, or by the engine's word the rows of all pictures, which sums have not."""
    if result not in ("set", rows) or result == rows and keep != "embeddings":
        raise _errors.InvalidArgumentError(
            f"result is {result!r}, and keep {keep!r}", f'a "{rows}" is of "embeddings"', "InvalidArgument"
        )


def open_job(
    model=None,
    *,
    keep="embeddings",
    budget=None,
    arithmetic=None,
    resize=None,
    augment=None,
    mean=None,
    std=None,
    device=None,
    allow_mixed=False,
):
    """Fixes a job on the driver, which opens the model once.

    Returns:
        The job, and the bytes of the model's file.
    """
    from ._default_model import model_bytes

    if keep not in KEEPS:
        raise _errors.InvalidArgumentError(f"keep is {keep!r}", f"it must be one of {', '.join(KEEPS)}", "InvalidArgument")
    path = os.fsdecode(model_bytes(model))
    with open(path, "rb") as file:
        data = file.read()
    from ._extractor import Extractor

    options = {"resize": resize, "augment": augment, "mean": mean, "std": std, "device": device}
    with Extractor(path, arithmetic=arithmetic, **options) as extractor:
        space = _space(extractor)
        digest = probe(extractor)
    from . import __version__

    job = Job(
        version=__version__,
        model=hashlib.sha256(data).hexdigest(),
        network=space["network"],
        arithmetic=space["arithmetic"],
        resize=space["resize"],
        augment=space["augment"],
        mean=mean,
        std=std,
        device=device,
        probe=digest,
        keep=keep,
        budget=budget,
        allow_mixed=bool(allow_mixed),
        machine=machine(),
    )
    return job, data


def _space(extractor):
    from ._embeddings import EmbeddingSet

    with EmbeddingSet(extractor) as empty:
        return empty._describe()


def machine():
    """Returns this machine's processor, in words."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return f"{platform.machine()}{', ' + names[0] if names else ''}"


def probe(extractor):
    """Returns the SHA-256 of the embedding of a certain picture: another processor, decoder or library gives another one."""
    return hashlib.sha256(extractor.embed_raw([memoryview(PROBE)]).tobytes()).hexdigest()


def differences(job, version, model):
    """Returns how the version and the SHA-256 of a worker's model differ from the driver's, in words."""
    found = []
    if version != job.version:
        found.append(f"it has Imprint {version}, and the driver {job.version}")
    if model != job.model:
        found.append(f"its model is {model[:12]}…, and the driver's {job.model[:12]}…")
    return found


def other_numbers(job):
    """Says that a worker computes other numbers."""
    return f"it computes other numbers: it runs on {machine()}, and the driver on {job.machine}"


def refuse(differences, job):
    """Refuses a worker that differs from the driver, unless the job allows that.

    Raises:
        WorkerError: for a worker that differs.
    """
    if differences and not job.allow_mixed:
        raise WorkerError(
            f"the worker {platform.node()} differs from the driver: {'; '.join(differences)}",
            "give all machines the same version of Imprint and the same kind of processor, choose the arithmetic "
            '"exact", or allow mixed workers',
            "WorkerError.differs",
        )


class Worker:
    """A process that embeds shards. It opens the model once.

    Args:
        job: The job.
        model: The bytes of the model's file.
        threads: The number of threads; by default one per core.

    Raises:
        WorkerError: where this process does not compute what the driver computes, unless the job allows that.
    """

    def __init__(self, job, model, *, threads=None):
        from . import __version__
        from ._extractor import Extractor

        self.job = job
        self.model = model
        found = differences(job, __version__, hashlib.sha256(model).hexdigest())
        with tempfile.TemporaryDirectory(prefix="imprint-") as folder:
            path = os.path.join(folder, "model.tflite")
            with open(path, "wb") as file:
                file.write(model)
            self.extractor = Extractor(
                path,
                arithmetic=job.arithmetic,
                resize=job.resize,
                augment=job.augment,
                mean=job.mean,
                std=job.std,
                device=job.device,
                threads=threads,
            )
        space = _space(self.extractor)
        if space["network"] != job.network:
            found.append("its network is another one")
        if space["arithmetic"] != job.arithmetic:
            found.append(f"it computes in {space['arithmetic']} arithmetic, and the driver in {job.arithmetic}")
        if not found and probe(self.extractor) != job.probe:
            found.append(other_numbers(job))
        refuse(found, job)
        self.differences = found

    def embed(self, rows, store=None):
        """Embeds a shard, unless its partial is in the store.

        Args:
            rows: A list of ``(label, name, picture)``. A picture is a path, local or remote, the bytes of a file as a
                memoryview, an array, a PictureError, or None.
            store: The :class:`Store` of partials, or None.

        Returns:
            The :class:`Partial`, and whether it was found in the store.

        Raises:
            StoreError: where the store cannot be reached.
        """
        shard = self.job.shard(rows)
        folder = None if store is None else store.child(self.job.name)
        if folder:
            found = folder.read(shard + ENDING)
            if found is not None:
                try:
                    partial = Partial.opened(found, shard)
                    partial.check(self.job)
                    if partial.header["shards"] == [shard]:
                        return partial, True
                except PartialError:
                    pass  # Cut off or altered: it is made again.
        attempts = Attempts(shard)
        is_suspect = attempts.begin() >= PATIENCE
        partial = self._made(shard, rows, is_suspect)
        attempts.end()
        if folder:
            folder.write(shard + ENDING, partial.sealed())
        return partial, False

    def _made(self, shard, rows, is_suspect):
        failed = []
        with empty_set(self.job, self.extractor) as made:
            for part in ahead(rows):
                if is_suspect:
                    part = self._without_deadly(part)
                failed += [
                    skipped(label, name, each or missing(name))
                    for label, name, each in part
                    if each is None or isinstance(each, _errors.PictureError)
                ]
                for group in of_one_kind(part, lambda row: row[2]):
                    labels, names, pictures = zip(*group)
                    failures = made.embed(self.extractor, list(pictures), labels, names, progress=False)
                    failed += [skipped(labels[index], names[index], error) for index, error in failures.items()]
            failed.sort(key=lambda row: (row["label"], row["name"], row["message"]))
            header = {"job": self.job.name, "shards": [shard], "rows": len(rows), "skipped": failed}
            if self.differences:
                header["mixed"] = [f"{platform.node()}: {'; '.join(self.differences)}"]
            with made.sorted(budget=_partials.partial_budget(self.job)) as ordered:
                return Partial(header, bytes(ordered))

    def _without_deadly(self, rows):
        """Replaces pictures that would end this process by their errors."""
        places = [place for place, row in enumerate(rows) if not (row[2] is None or isinstance(row[2], Exception))]
        rows = list(rows)
        for index, error in deadly(self.job, self.model, [rows[place][2] for place in places]).items():
            label, name, _ = rows[places[index]]
            rows[places[index]] = (label, name, error)
        return rows


def empty_set(job, extractor):
    """Returns the set to which a worker adds pictures: of embeddings whatever their number, or of sums from the first."""
    from ._embeddings import EmbeddingSet

    return EmbeddingSet(extractor, budget=_partials.partial_budget(job))


def skipped(label, name, error):
    """Returns a picture that could not be read, as JSON stores it."""
    return {"label": label, "name": name, "message": error.message, "identifier": error.identifier}


def missing(name):
    """Returns the error of a row without a picture."""
    return _errors.PictureError(f"{name}: there is no picture", None, "PictureError.missing")


def of_one_kind(items, picture):
    """Divides items into lists whose pictures are all paths, all bytes or all arrays; one without a picture is left out.

    Args:
        items: The items.
        picture: A function that returns an item's picture.
    """
    kinds = {}
    for item in items:
        each = picture(item)
        if each is None or isinstance(each, _errors.PictureError):
            continue
        kind = "path" if isinstance(each, (str, os.PathLike)) else "bytes" if isinstance(each, memoryview) else "array"
        kinds.setdefault(kind, []).append(item)
    return [kinds[kind] for kind in sorted(kinds)]


@contextlib.contextmanager
def carrying():
    """Raises the package's errors as one whose text carries them: an engine passes on nothing else of some errors."""
    try:
        yield
    except _errors.ImprintError as error:
        fields = [type(error).__name__, error.message, error.remedy, error.identifier]
        text = base64.b64encode(json.dumps(fields).encode()).decode()
        raise RuntimeError(f"imprint-error:{text}: {error}") from error


@contextlib.contextmanager
def delivering():
    """Raises the package's own errors in place of the engine's that carry them."""
    try:
        yield
    except Exception as error:
        found = error_in(str(error))
        if found is None:
            raise
        raise found from error


def error_in(text):
    """Returns the error of the package that a text carries; None where it carries none."""
    found = re.search(r"imprint-error:([A-Za-z0-9+/=]+):", text)
    if found is None:
        return None
    name, *fields = json.loads(base64.b64decode(found[1]))
    kinds = {"WorkerError": WorkerError, "PartialError": PartialError, "StoreError": StoreError}
    kind = kinds.get(name) or getattr(_errors, name, _errors.ImprintError)
    return kind(*fields)


# A JPEG of 48 by 36 pixels, whose decoding and embedding are compared between machines.
PROBE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeX"
    "BkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAk"
    "ADADASIAAhEBAxEB/8QAGQAAAgMBAAAAAAAAAAAAAAAABAUAAgMG/8QALhAAAQMDAwIEBAcAAAAAAAAAAQIDBAARIQUSEzFRQUJxsRQVIoEjMl"
    "JhwdHh/8QAGQEAAwEBAQAAAAAAAAAAAAAAAQIEAwUA/8QALBEAAQIDBwIFBQAAAAAAAAAAAQACAxESBCEiMYGhsQUyEyNBUXFhYoLR8f/aAAwD"
    "AQACEQMRAD8A5xiFwnpuvTWJC4SMXvRjELhPTdemLbTUFvkfWlKe6jami2ktuF0taZ8z2UlntZNwvVoELhIxe9K9e1AQZzsWIdzyrBax5MdB+/"
    "tRT+rqILMFJS2rBcOFH07UqELhnLxu3W9qygsLHVxMNPpnTPmeyvtkM+A18X3y0Oa30mFwlON26jJrwXIREZO5ps/UR4q/yqSpPytgMsndIeGL"
    "eQd/6rbRogjgKVYjqScWrz3U+Y7DTl60z5nshZHT812n7XPo1XUkgAOpF/0IArRpl1S97y1uqV4qN6JYhcJ6br01iQuEjG69bxIrIXaKadaZ8z"
    "2Udljw2DCAFSBC4SMbr1TVnm9HdWsgLdXYNoPibDPpR7+oMaUONsB+QfIOifU/xXMyGnXNVdefUXFrIuT4YqeC0l1T8IbrTPmeystjXRYDXv7Z"
    "jW4raAy4t8vPHkccNyabTnvhGkwmjdbou5byp7fes0Kb0mIXljcpWEJ7qqulsOKfLzp5FuG5NF7pGs4QzWmfM9kbI6s1nIZfX+I2C0j6sUjXq8"
    "tx91hKw0gY/DFifvUqULAA58Gf3Lk9JaHRDVetdJaRc4ouO0j493Hb2qVKeGcUL8l2Osk+BqOClqnVSNVeS5+VpWxAHQCnsRRjaZIdawtKcHt4"
    "VKlK3tsw+UsIYWD4X//Z"
)
