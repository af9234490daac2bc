"""Embedding, classifying and evaluating on a Spark cluster.

::

    import imprint.spark
    pictures = spark.read.format("binaryFile").load("s3a://bucket/flowers/*/*.jpg")
    flowers = imprint.spark.embed(pictures, store="s3://bucket/partials")
    imprint.Teacher(embeddings=flowers).save("flowers.tflite")

The driver fixes the model and the arithmetic; each Python worker opens the model once, and says so where it would compute
anything else. See Documentation/scale/ray-and-spark.md.
"""

import contextlib
import functools
import itertools

from . import _errors, _partials, _scale
from ._rows import Columns, fetched
from ._store import store_of

__all__ = ["embed"]


def embed(
    frame,
    *,
    model=None,
    picture=None,
    label=None,
    name=None,
    root=None,
    keep="embeddings",
    budget=None,
    store=None,
    shard_size=256,
    threads=1,
    strict=False,
    allow_mixed=False,
    **options,
):
    """Embeds the pictures of a data frame on the cluster.

    Args:
        frame: A data frame with a column of paths or of files' bytes, such as ``spark.read.format("binaryFile")`` makes.
        store: A folder for partials, a path or URL that fsspec knows, from which a job that was stopped goes on.
        shard_size: The number of pictures of a partial; a partition of the frame holds whole shards.
        threads: The threads of each task; set Spark's ``spark.task.cpus`` to the same.
        model, picture, label, name, root, keep, budget, strict, allow_mixed, options: As for :func:`imprint.ray.embed`.

    Returns:
        An :class:`imprint.EmbeddingSet`, whose attribute ``skipped`` lists the errors of pictures that cannot be read.
        The same pictures give the same file, whatever the cluster.

    Raises:
        WorkerError: where a worker differs from the driver.
        StoreError: where the store cannot be reached.
        PictureError: if strict, for a picture that cannot be read.
    """
    job, data = _scale.open_job(model, keep=keep, budget=budget, allow_mixed=allow_mixed, **options)
    columns = Columns.chosen(frame.columns, picture, label, name, root)
    session = frame.sparkSession
    model_data = session.sparkContext.broadcast(data)
    embedder = _Embedder(job, model_data, columns, store_of(store), strict, threads)
    with _original_errors(), _batches(session, shard_size):
        parts = frame.select(*columns.used()).mapInArrow(embedder, "partial binary").rdd
        parts = parts.map(lambda row: bytes(row.partial))
        depth = 2 if parts.getNumPartitions() <= 1024 else 3
        whole = parts.treeAggregate(b"", functools.partial(_merge, job), functools.partial(_merge, job), depth)
    model_data.unpersist()
    if not whole:
        raise _errors.InvalidArgumentError("the data frame has no pictures", None, "InvalidArgument")
    merged = _partials.Partial.opened(whole, "of all shards")
    return _partials.result(job, merged, merged.header["shards"])


class _Embedder:
    """Embeds the rows of a partition, shard by shard, and merges their partials."""

    def __init__(self, job, model, columns, store, strict, threads):
        self.job = job
        self.model = model
        self.columns = columns
        self.store = store
        self.strict = strict
        self.threads = threads

    def __call__(self, batches):
        import pyarrow

        try:
            partials = self._partials(batches)
            first = next(partials, None)
            if first is None:
                return
            merged = _partials.merged(self.job, itertools.chain([first], partials))
        except _errors.ImprintError as error:
            raise _scale.carried(error) from error
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array([merged.sealed()], pyarrow.binary())], ["partial"])

    def _partials(self, batches):
        for batch in batches:
            if not batch.num_rows:
                continue
            worker = _worker(self.job, self.threads, self.model)
            partial, _ = worker.embed(fetched(self.columns.rows(batch)), self.store)
            if self.strict and partial.header["skipped"]:
                first = partial.header["skipped"][0]
                raise _errors.PictureError(first["message"], None, first["identifier"])
            yield partial


@functools.lru_cache(maxsize=1)
def _opened(job, threads):
    """Returns a place for the worker of this process, which Spark uses for one task after the other."""
    return []


def _worker(job, threads, model):
    opened = _opened(job, threads)
    if not opened:
        opened.append(_scale.Worker(job, model.value, threads=threads))
    return opened[0]


def _merge(job, one, other):
    parts = [part for part in (one, other) if part]
    if len(parts) < 2:
        return parts[0] if parts else b""
    return _partials.merged(job, (_partials.Partial.opened(part, "of a task") for part in parts)).sealed()


@contextlib.contextmanager
def _batches(session, size):
    """Has Spark hand over as many rows at a time as a shard has."""
    option = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = session.conf.get(option, None)
    session.conf.set(option, str(size))
    try:
        yield
    finally:
        if before is None:
            session.conf.unset(option)
        else:
            session.conf.set(option, before)


@contextlib.contextmanager
def _original_errors():
    """Raises the package's own errors as they were raised in a worker."""
    try:
        yield
    except Exception as error:
        found = _scale.error_in(str(error))
        if found is None:
            raise
        raise found from None
