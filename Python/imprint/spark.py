"""Embedding, classifying and evaluating on a Spark cluster.

::

    import imprint.spark
    pictures = imprint.spark.pictures(session, "s3://bucket/flowers")      # or any data frame of pictures
    flowers = imprint.spark.embed(pictures, store="s3://bucket/partials")
    imprint.Teacher(embeddings=flowers).save("flowers.tflite")

The driver fixes the model and the arithmetic; each Python worker opens the model once, and says so where it would compute
anything else. See Documentation/scale/ray-and-spark.md.
"""

import contextlib
import functools
import itertools
import json
import math

from . import _answers, _errors, _partials, _rows, _scale
from ._rows import Columns, fetched
from ._store import store_of

__all__ = ["classify", "embed", "evaluate", "pictures"]


def pictures(session, folder, *, shard_size=512):
    """Returns a data frame of the paths of the pictures in a folder, which the workers then read.

    Args:
        session: The ``SparkSession``.
        folder: A path or URL that fsspec knows, of a folder that all workers see.
        shard_size: The number of pictures of a partition, and so of a shard: a few seconds of work.
    """
    paths = [(path,) for path in _rows.pictures_in(folder)]
    parts = session.sparkContext.parallelize(paths, -(-len(paths) // shard_size))
    return session.createDataFrame(parts, "path string")


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
    shard_size=512,
    threads=1,
    strict=False,
    allow_mixed=False,
    result="set",
    **options,
):
    """Embeds the pictures of a data frame on the cluster.

    Args:
        frame: A data frame with a column of paths or of files' bytes, such as :func:`pictures` and
            ``session.read.format("binaryFile")`` make. Paths are fastest: the workers read the pictures themselves.
        store: A folder for partials, a path or URL that fsspec knows, from which a job that was stopped goes on.
        shard_size: The number of pictures of a shard; each partition of the frame is divided into shards.
        threads: The threads of each task; set Spark's ``spark.task.cpus`` to the same.
        result: ``"set"``, or ``"frame"`` for a row of each picture.
        model, picture, label, name, root, keep, budget, strict, allow_mixed, options: As for :func:`imprint.ray.embed`.

    Returns:
        An :class:`imprint.EmbeddingSet`, whose attribute ``skipped`` lists the errors of pictures that cannot be read.
        The same pictures give the same file, whatever the cluster. Or a data frame with the columns that
        :func:`imprint.ray.embed` describes; it is computed when it is read.

    Raises:
        WorkerError: where a worker differs from the driver.
        StoreError: where the store cannot be reached.
        PictureError: if strict, for a picture that cannot be read.
    """
    _check(frame)
    _scale.check_result(result, "frame", keep)
    job, data = _scale.open_job(model, keep=keep, budget=budget, allow_mixed=allow_mixed, **options)
    columns = Columns.chosen(frame.columns, picture, label, name, root)
    session = frame.sparkSession
    model_data = session.sparkContext.broadcast(data)
    embedding = _Embedding(job, model_data, columns, threads, store_of(store), strict)
    if result == "frame":
        rows = _RowEmbedding(job, model_data, columns, threads, store_of(store), strict)
        return frame.select(*columns.used()).mapInArrow(rows, "name string, label string, embedding array<float>, error string")
    with _scale.delivering(), _batches(session, shard_size):
        parts = frame.select(*columns.used()).mapInArrow(embedding, "partial binary").rdd
        parts = parts.map(lambda row: bytes(row.partial))
        depth = 2 if parts.getNumPartitions() <= 1024 else 3
        whole = parts.treeAggregate(b"", functools.partial(_merge, job), functools.partial(_merge, job), depth)
    model_data.unpersist()
    if not whole:
        raise _errors.InvalidArgumentError("the data frame has no pictures", None, "InvalidArgument")
    merged = _partials.Partial.opened(whole, "of all shards")
    return _partials.result(job, merged, merged.header["shards"])


def classify(
    frame, model, *, picture=None, name=None, top_k=3, threshold=-math.inf, threads=1, allow_mixed=False, **options
):
    """Classifies the pictures of a data frame on the cluster.

    Args:
        frame, picture, name, threads, allow_mixed: As for :func:`embed`.
        model, top_k, threshold, options: As for :func:`imprint.ray.classify`.

    Returns:
        A data frame with the columns that :func:`imprint.ray.classify` describes. Spark hands over as many pictures at a time
        as its option ``spark.sql.execution.arrow.maxRecordsPerBatch`` says.
    """
    _check(frame)
    job, data = _answers.open_job(model, allow_mixed=allow_mixed, **options)
    columns = Columns.chosen(frame.columns, picture, None, name, labelled=False)
    model_data = frame.sparkSession.sparkContext.broadcast(data)
    classifying = _Classifying(job, model_data, columns, threads, top_k, threshold)
    return frame.select(*columns.used()).mapInArrow(classifying, _answers.ANSWER_FIELDS)


def evaluate(
    frame,
    model,
    *,
    picture=None,
    label=None,
    name=None,
    root=None,
    batch_size=256,
    threads=1,
    mistakes=_answers.MISTAKES,
    allow_mixed=False,
    **options,
):
    """Classifies labelled pictures of a data frame on the cluster, and compares the answers with the labels.

    Args:
        frame, picture, label, name, root, threads, allow_mixed: As for :func:`embed`.
        model, batch_size, mistakes, options: As for :func:`imprint.ray.evaluate`.

    Returns:
        The :class:`imprint.Evaluation`.

    Raises:
        TeachingError: for a class that the classifier does not have.
    """
    _check(frame)
    job, data = _answers.open_job(model, allow_mixed=allow_mixed, **options)
    columns = Columns.chosen(frame.columns, picture, label, name, root)
    session = frame.sparkSession
    model_data = session.sparkContext.broadcast(data)
    evaluating = _Evaluating(job, model_data, columns, threads)
    with _scale.delivering(), _batches(session, batch_size):
        parts = frame.select(*columns.used()).mapInArrow(evaluating, "part string").rdd.map(lambda row: row.part)
        add = functools.partial(_add, mistakes)
        whole = parts.treeAggregate("", add, add)
    return _answers.evaluation(json.loads(whole) if whole else _answers.added([]), job.labels)


def _check(frame):
    if not hasattr(frame, "mapInArrow"):
        raise _errors.InvalidArgumentError(
            f"a {type(frame).__name__} is no data frame of Spark",
            "imprint.spark.pictures(session, folder) makes one of a folder, and session.read of other sources",
            "InvalidArgument",
        )


def _add(mistakes, one, other):
    parts = [json.loads(part) for part in (one, other) if part]
    return json.dumps(_answers.added(parts, mistakes))


class _Task:
    """A function of the batches of a partition, which runs in Spark's Python processes."""

    def __init__(self, job, model, columns, threads):
        self.job, self.model, self.columns, self.threads = job, model, columns, threads

    def __call__(self, batches):
        with _scale.carrying():
            yield from self.made(batch for batch in batches if batch.num_rows)

    def rows(self, batch):
        return fetched(self.columns.rows(batch))


class _Classifying(_Task):
    """Classifies the pictures of a partition."""

    def __init__(self, job, model, columns, threads, top_k, threshold):
        super().__init__(job, model, columns, threads)
        self.top_k, self.threshold = top_k, threshold

    def made(self, batches):
        import pyarrow

        schema = _answers.answer_schema()
        for batch in batches:
            rows = self.rows(batch)
            answers = _worker(_answers.AnswerWorker, self).classify(rows, self.top_k, self.threshold)
            yield from pyarrow.table(_answers.answer_columns(rows, answers), schema=schema).to_batches()


class _Evaluating(_Task):
    """Evaluates the pictures of a partition."""

    def made(self, batches):
        import pyarrow

        parts = [_answers.evaluated(_worker(_answers.AnswerWorker, self), self.rows(batch)) for batch in batches]
        if parts:
            yield pyarrow.RecordBatch.from_arrays([pyarrow.array([json.dumps(_answers.added(parts))])], ["part"])


class _Embedding(_Task):
    """Embeds the pictures of a partition, shard by shard, and merges the partials."""

    def __init__(self, job, model, columns, threads, store, strict):
        super().__init__(job, model, columns, threads)
        self.store, self.strict = store, strict

    def made(self, batches):
        import pyarrow

        partials = (self._partial(batch) for batch in batches)
        first = next(partials, None)
        if first is not None:
            merged = _partials.merged(self.job, itertools.chain([first], partials))
            yield pyarrow.RecordBatch.from_arrays([pyarrow.array([merged.sealed()], pyarrow.binary())], ["partial"])

    def _partial(self, batch):
        partial, _ = _worker(_scale.Worker, self).embed(self.columns.rows(batch), self.store)
        if self.strict:
            partial.refuse_skipped()
        return partial


class _RowEmbedding(_Embedding):
    """Embeds the pictures of a partition into rows of pictures."""

    def made(self, batches):
        for batch in batches:
            partial = self._partial(batch)
            yield from partial.rows(_worker(_scale.Worker, self).extractor).to_batches()


@functools.lru_cache(maxsize=1)
def _opened(job, threads):
    """Returns a place for the worker of this process, which Spark uses for one task after the other."""
    return []


def _worker(kind, task):
    opened = _opened(task.job, task.threads)
    if not opened:
        opened.append(kind(task.job, task.model.value, threads=task.threads))
    return opened[0]


def _merge(job, one, other):
    parts = [part for part in (one, other) if part]
    if len(parts) < 2:
        return parts[0] if parts else b""
    with _scale.carrying():
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
