"""Embedding, classifying and evaluating on a Ray cluster.

::

    import imprint.ray
    pictures = imprint.ray.pictures("s3://bucket/flowers")      # or any ray.data.Dataset
    flowers = imprint.ray.embed(pictures, store="s3://bucket/partials")
    imprint.Teacher(embeddings=flowers).save("flowers.tflite")

The driver fixes the model and the arithmetic; each worker opens the model once, and says so where it would compute anything
else. See Documentation/scale/ray-and-spark.md.
"""

import collections
import json
import math

from . import _answers, _errors, _partials, _rows, _scale
from ._progress import Meter
from ._rows import Columns, fetched
from ._store import store_of

try:
    import ray
    import ray.data
except ImportError as error:
    raise ImportError("imprint.ray needs Ray: pip install 'ray[data]'") from error

__all__ = ["classify", "embed", "evaluate", "pictures"]


def pictures(folder, *, shard_size=512):
    """Returns a data set of the paths of the pictures in a folder, which the workers then read.

    Args:
        folder: A path or URL that fsspec knows, of a folder that all workers see.
        shard_size: The number of pictures of a block, and so of a shard: a few seconds of work.
    """
    import pyarrow

    paths = _rows.pictures_in(folder)
    # A table for each few paths, so that several workers get some.
    tables = [pyarrow.table({"path": some}) for some in _partials.groups(paths, shard_size)]
    return ray.data.from_arrow(tables or [pyarrow.table({"path": pyarrow.array([], pyarrow.string())})])


def embed(
    dataset,
    *,
    model=None,
    picture=None,
    label=None,
    name=None,
    root=None,
    keep="embeddings",
    budget=None,
    store=None,
    shard_size=None,
    workers=None,
    threads=None,
    progress=None,
    strict=False,
    allow_mixed=False,
    result="set",
    **options,
):
    """Embeds the pictures of a data set on the cluster.

    Args:
        dataset: A ``ray.data.Dataset`` with a column of paths, of files' bytes or of arrays of uint8, such as
            :func:`pictures`, ``read_binary_files(…, include_paths=True)``, ``read_images``, ``read_parquet`` and
            ``read_webdataset`` make. Paths are fastest: the workers read the pictures themselves.
        model: As for :class:`imprint.Extractor`; the workers get the driver's file.
        picture, name: The columns of the pictures and of their names; by default the usual ones.
        label: The column of the classes' names, or a function of a picture's name; by default the picture's folder.
        root: The folder whose subfolders are the classes, where pictures lie deeper.
        keep: ``"embeddings"``, or ``"sums"`` that grow with the classes and not with the pictures.
        budget: The bytes of embeddings beyond which the result stores only sums; by default none.
        store: A folder for partials, a path or URL, from which a job that was stopped goes on.
        shard_size: The number of pictures of a shard; by default each block of the data set is one.
        workers, threads: The number of workers, and of each one's threads; by default one worker on each node.
        progress: As for :meth:`imprint.Teacher.learn`; it counts pictures.
        strict: Whether a picture that cannot be read is an error; otherwise it is in the result's ``skipped``.
        allow_mixed: Whether workers may compute other numbers than the driver.
        result: ``"set"``, or ``"dataset"`` for a row of each picture.
        options: ``arithmetic``, ``resize``, ``augment``, ``mean``, ``std`` and ``device`` as for :class:`imprint.Extractor`.

    Returns:
        An :class:`imprint.EmbeddingSet`, whose attribute ``skipped`` lists the errors of pictures that cannot be read.
        The same pictures give the same file, whatever the cluster. Or a ``ray.data.Dataset`` with the columns ``name``,
        ``label``, ``embedding``, real numbers as :meth:`imprint.Extractor.embed` returns them, and ``error``; it is computed
        when it is read.

    Raises:
        WorkerError: where a worker differs from the driver.
        StoreError: where the store cannot be reached.
        PictureError: if strict, for a picture that cannot be read.
    """
    _check(dataset)
    _scale.check_result(result, "dataset", keep)
    job, data = _scale.open_job(model, keep=keep, budget=budget, allow_mixed=allow_mixed, **options)
    store = store_of(store)
    columns = Columns.chosen(dataset.columns(), picture, label, name, root)
    arguments = (job, ray.put(data), columns, store, strict)
    if result == "dataset":
        return _mapped(dataset, columns, _RowEmbedder, arguments, shard_size, workers, threads)
    partials = _mapped(dataset, columns, _Embedder, arguments, shard_size, workers, threads)
    tree = _Tree(job, store)
    names = []
    with _scale.delivering(), Meter(progress, "Embedding") as meter:
        done = 0
        for block, contents in _blocks(partials, is_small=store is not None):
            for shard, rows in contents:
                names.append(shard)
                done += rows
                if store is not None:
                    tree.add(shard)
            if store is None:
                tree.add(block)
            meter.note(done)
        if not names:
            raise _errors.InvalidArgumentError("the data set has no pictures", None, "InvalidArgument")
        merged = _partials.Partial.opened(ray.get(tree.root()), "of all shards")
    return _partials.result(job, merged, names)


def classify(
    dataset,
    model,
    *,
    picture=None,
    name=None,
    top_k=3,
    threshold=-math.inf,
    batch_size=None,
    workers=None,
    threads=None,
    allow_mixed=False,
    **options,
):
    """Classifies the pictures of a data set on the cluster.

    Args:
        dataset, picture, name, workers, threads, allow_mixed: As for :func:`embed`.
        model: The classifier's file on the driver.
        top_k, threshold: As for :meth:`imprint.Classifier.classify`.
        batch_size: The number of pictures that a worker gets at a time; by default each block of the data set.
        options: The other options of :class:`imprint.Classifier`.

    Returns:
        A ``ray.data.Dataset`` with a row for each picture: its ``name``; ``label`` and ``score`` of the best class, null where
        there is none; ``is_unknown``; ``novelty_score``; ``classes`` and ``scores``, the best of them; and ``error``, the reason
        why a picture cannot be read.
    """
    _check(dataset)
    job, data = _answers.open_job(model, allow_mixed=allow_mixed, **options)
    columns = Columns.chosen(dataset.columns(), picture, None, name, labelled=False)
    arguments = (job, ray.put(data), columns, top_k, threshold)
    return _mapped(dataset, columns, _Classifying, arguments, batch_size, workers, threads)


def evaluate(
    dataset,
    model,
    *,
    picture=None,
    label=None,
    name=None,
    root=None,
    batch_size=None,
    workers=None,
    threads=None,
    mistakes=_answers.MISTAKES,
    progress=None,
    allow_mixed=False,
    **options,
):
    """Classifies labelled pictures of a data set on the cluster, and compares the answers with the labels.

    Args:
        dataset, picture, label, name, root, workers, threads, progress, allow_mixed: As for :func:`embed`.
        model, batch_size, options: As for :func:`classify`.
        mistakes: The greatest number of mistakes that are listed, the worst first.

    Returns:
        The :class:`imprint.Evaluation`.

    Raises:
        TeachingError: for a class that the classifier does not have.
    """
    _check(dataset)
    job, data = _answers.open_job(model, allow_mixed=allow_mixed, **options)
    columns = Columns.chosen(dataset.columns(), picture, label, name, root)
    parts = _mapped(dataset, columns, _Evaluating, (job, ray.put(data), columns), batch_size, workers, threads)
    whole, waiting = _answers.added([]), []
    with _scale.delivering(), Meter(progress, "Classifying") as meter:
        for row in parts.iter_rows():
            waiting.append(json.loads(row["part"]))
            if len(waiting) == _partials.FAN_IN:
                whole, waiting = _answers.added([whole, *waiting], mistakes), []
                meter.note(whole["pictures"] + len(whole["skipped"]))
        whole = _answers.added([whole, *waiting], mistakes)
    return _answers.evaluation(whole, job.labels)


class _Classifying:
    """Classifies one batch after the other in an actor, which opens the model once."""

    def __init__(self, job, model, columns, top_k, threshold, threads):
        self.columns, self.top_k, self.threshold = columns, top_k, threshold
        with _scale.carrying():
            self.worker = _answers.AnswerWorker(job, ray.get(model), threads=threads)

    def __call__(self, table):
        import pyarrow

        with _scale.carrying():
            rows = fetched(self.columns.rows(table))
            answers = self.worker.classify(rows, self.top_k, self.threshold)
        return pyarrow.table(_answers.answer_columns(rows, answers), schema=_answers.answer_schema())


class _Evaluating:
    """Evaluates one batch after the other in an actor, which opens the model once."""

    def __init__(self, job, model, columns, threads):
        self.columns = columns
        with _scale.carrying():
            self.worker = _answers.AnswerWorker(job, ray.get(model), threads=threads)

    def __call__(self, table):
        import pyarrow

        with _scale.carrying():
            part = _answers.evaluated(self.worker, fetched(self.columns.rows(table)))
        return pyarrow.table({"part": [json.dumps(part)]})


class _Embedder:
    """Embeds one shard after the other in an actor, which opens the model once."""

    def __init__(self, job, model, columns, store, strict, threads):
        self.columns = columns
        self.strict = strict
        self.store = store
        with _scale.carrying():
            self.worker = _scale.Worker(job, ray.get(model), threads=threads)

    def embedded(self, table):
        """Returns the partial of a shard."""
        with _scale.carrying():
            partial, _ = self.worker.embed(self.columns.rows(table), self.store)
            if self.strict:
                partial.refuse_skipped()
        return partial

    def __call__(self, table):
        import pyarrow

        partial = self.embedded(table)
        return pyarrow.table(
            {
                "shard": partial.header["shards"],
                "rows": [partial.header["rows"]],
                "partial": pyarrow.array([partial.sealed() if self.store is None else None], pyarrow.large_binary()),
            }
        )


class _RowEmbedder(_Embedder):
    """Embeds one shard after the other into rows of pictures."""

    def __call__(self, table):
        return self.embedded(table).rows(self.worker.extractor)


def _check(dataset):
    if not isinstance(dataset, ray.data.Dataset):
        raise _errors.InvalidArgumentError(
            f"a {type(dataset).__name__} is no data set of Ray",
            "imprint.ray.pictures(folder) makes one of a folder, and ray.data of other sources",
            "InvalidArgument",
        )


def _mapped(dataset, columns, function, arguments, batch_size, workers, threads):
    """Runs a class over the batches of a data set, in actors that Ray starts again when they die."""
    count, threads, cpus = _pool(workers, threads)
    if set(dataset.columns()) != set(columns.used()):
        dataset = dataset.select_columns(columns.used())
    if batch_size is not None:
        dataset = dataset.repartition(target_num_rows_per_block=batch_size)
    mapped = dataset.map_batches(
        function,
        batch_size=batch_size,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=count),
        num_cpus=cpus,
        fn_constructor_args=(*arguments, threads),
    )
    # The batches are then the same each time, so that a job that was stopped finds its partials again.
    mapped.context.execution_options.preserve_order = True
    return mapped


def _pool(workers, threads):
    """Returns the number of workers, the threads of each, and the processors that Ray reserves for each."""
    nodes = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    nodes = [cores for cores in nodes if cores] or [1]
    if threads is None:
        threads = min(nodes) if workers is None else max(1, sum(nodes) // workers)
    if workers is None:
        workers = max(1, sum(cores // threads for cores in nodes))
    # A worker of all cores would leave none to the tasks that read, which need little.
    return workers, threads, max(0, min(threads, min(nodes) // max(1, workers // len(nodes))) - 1)


def _blocks(partials, is_small):
    """Yields the blocks of a data set of partials, each with the names of its shards and their numbers of rows.

    Args:
        partials: The data set.
        is_small: Whether the blocks hold no embeddings: then they are read here, and otherwise where they are.
    """
    waiting = collections.deque()
    for bundle in partials.iter_internal_ref_bundles():
        for block in bundle.block_refs:
            if is_small:
                yield block, _shards(ray.get(block))
                continue
            waiting.append((block, _contents.remote(block)))
            if len(waiting) > _WAITING:
                block, contents = waiting.popleft()
                yield block, ray.get(contents)
    for block, contents in waiting:
        yield block, ray.get(contents)


# The tasks whose results the driver awaits at the same time.
_WAITING = 8


def _shards(block):
    return list(zip(block["shard"].to_pylist(), block["rows"].to_pylist()))


@ray.remote(num_cpus=0, max_retries=-1)
def _contents(block):
    return _shards(block)


@ray.remote(num_cpus=0, max_retries=-1)
def _merge(job, store, *parts):
    """Merges partials: names of shards in the store, blocks of the data set, and what this task has made earlier."""

    def partials():
        for part in parts:
            if isinstance(part, str):
                yield from _partials.stored(job, store, [part])
            elif isinstance(part, bytes):
                yield _partials.Partial.opened(part, "of a task")
            else:
                for shard, data in zip(part["shard"].to_pylist(), part["partial"]):
                    yield _partials.Partial.opened(data.as_buffer(), shard)

    with _scale.carrying():
        return _partials.merged(job, partials()).sealed()


class _Tree:
    """Merges partials while others are made: a task for each few of them, and for each few of its results."""

    def __init__(self, job, store):
        self._job = job
        self._store = store
        self._levels = []

    def add(self, part, level=0):
        if level == len(self._levels):
            self._levels.append([])
        waiting = self._levels[level]
        waiting.append(part)
        if len(waiting) == _partials.FAN_IN:
            self._levels[level] = []
            self.add(_merge.remote(self._job, self._store, *waiting), level + 1)

    def root(self):
        """Returns the merge of all."""
        rest = [part for waiting in reversed(self._levels) for part in waiting]
        while len(rest) > _partials.FAN_IN:
            rest = [_merge.remote(self._job, self._store, *some) for some in _partials.groups(rest)]
        return _merge.remote(self._job, self._store, *rest)
