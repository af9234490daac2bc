"""Partials: what comes of a shard, in a file, and their merging."""

import hashlib
import json
import struct

from . import _errors

# The budget of partials that store embeddings, and the least budget of the result.
ANY_BUDGET = 1 << 50
USUAL_BUDGET = 1 << 26

# Partials that are merged by one task.
FAN_IN = 16

_MAGIC = b"IMPP"


class PartialError(_errors.EmbeddingError):
    """A partial is damaged, missing, or of another job."""


# The ending of a partial's file.
ENDING = ".partial"


class Partial:
    """What tasks have made of some shards.

    Attributes:
        header: ``job``, its name; ``shards``, their names, sorted; ``rows``, their number; ``skipped``, the pictures that
            could not be read; and ``mixed``, where workers differed from the driver.
        embeddings: The bytes of the embedding set.
    """

    def __init__(self, header, embeddings):
        self.header = header
        self.embeddings = embeddings

    def sealed(self):
        """Returns the bytes of the partial's file: ``IMPP``, the length of the header, the header as JSON, the set, and the
        SHA-256 of all that."""
        header = json.dumps(self.header, sort_keys=True).encode()
        body = b"".join((_MAGIC, struct.pack("<I", len(header)), header, self.embeddings))
        return body + hashlib.sha256(body).digest()

    @classmethod
    def opened(cls, data, name):
        """Reads the bytes of a partial's file.

        Raises:
            PartialError: where they are cut off or altered.
        """
        data = memoryview(data).cast("B")
        body, digest = data[:-32], data[-32:]
        if len(data) < 40 or body[:4] != _MAGIC or hashlib.sha256(body).digest() != digest:
            raise PartialError(
                f"the partial {name} is cut off or altered",
                "remove it, and start the job again: it is made anew",
                "PartialError.damaged",
            )
        (length,) = struct.unpack("<I", body[4:8])
        return cls(json.loads(bytes(body[8 : 8 + length])), bytes(body[8 + length :]))

    def check(self, job):
        """Checks that the partial is of a job.

        Raises:
            PartialError: where it is of another one.
        """
        if self.header.get("job") != job.name:
            raise PartialError(
                f"the partial {', '.join(self.header['shards'][:3])} is of another job: of another model, arithmetic, resize "
                "or version of Imprint",
                "use another store for another job",
                "PartialError.otherJob",
            )

    def refuse_skipped(self):
        """Raises the error of the first picture that could not be read, if there is one.

        Raises:
            PictureError: for that picture.
        """
        for row in self.header["skipped"]:
            raise _errors.PictureError(row["message"], None, row["identifier"])

    def rows(self, extractor):
        """Returns an Arrow table with a row for each picture: ``name``, ``label``, ``embedding``, real numbers, one view after
        the other, and ``error``, the reason why a picture cannot be read."""
        import numpy
        import pyarrow

        from ._embeddings import EmbeddingSet

        with EmbeddingSet.from_bytes(self.embeddings) as part:
            names, labels = part.pictures, part.labels
            flat = part.embeddings.ravel().astype(numpy.float32)
            width = part.dimension * part.views
        if extractor.element != "float32":
            flat = (flat - numpy.float32(extractor.zero_point)) * numpy.float32(extractor.scale)
        failed = self.header["skipped"]
        ends = [width * min(place, len(names)) for place in range(len(names) + len(failed) + 1)]
        absent = pyarrow.array([False] * len(names) + [True] * len(failed), pyarrow.bool_())
        return pyarrow.table(
            {
                "name": names + [row["name"] for row in failed],
                "label": labels + [row["label"] for row in failed],
                "embedding": pyarrow.ListArray.from_arrays(
                    pyarrow.array(ends, pyarrow.int32()), pyarrow.array(flat), mask=absent
                ),
                "error": pyarrow.array([None] * len(names) + [row["message"] for row in failed], pyarrow.string()),
            }
        )


def merged(job, partials):
    """Merges partials; never holds more than two.

    Args:
        job: The job.
        partials: The partials, in any order. A shard counts once, even where two partials are of it.

    Raises:
        PartialError: for a partial of another job, and where some shards of a partial have been counted, and others not.
    """
    from ._embeddings import EmbeddingSet

    total = None
    shards, rows, skipped, mixed = set(), 0, [], set()
    for partial in partials:
        partial.check(job)
        header = partial.header
        twice = shards.intersection(header["shards"])
        if twice:
            if len(twice) == len(header["shards"]):
                continue
            raise PartialError(
                f"the shard {min(twice)} is in two partials, which also hold other shards",
                "merge partials of single shards",
                "PartialError.twice",
            )
        shards.update(header["shards"])
        rows += header["rows"]
        skipped += header["skipped"]
        mixed.update(header.get("mixed", ()))
        part = EmbeddingSet.from_bytes(partial.embeddings)
        if total is None:
            total = part
        else:
            total.merge(part)
            part.close()
    if total is None:
        raise PartialError("there are no partials to merge", None, "PartialError.none")
    skipped.sort(key=lambda row: (row["label"], row["name"], row["message"]))
    header = {"job": job.name, "shards": sorted(shards), "rows": rows, "skipped": skipped}
    if mixed:
        header["mixed"] = sorted(mixed)
    # A picture that was added under several names gets the least of them, which only this set knows.
    with total, total.sorted(budget=partial_budget(job)) as ordered:
        return Partial(header, bytes(ordered))


def partial_budget(job):
    """Returns the budget of partials: they store embeddings whatever their number, or sums from the first picture."""
    return 0 if job.keep == "sums" else ANY_BUDGET


def stored(job, store, names):
    """Reads partials from a store, one after the other.

    Raises:
        PartialError: for one that is missing or damaged.
        StoreError: where the store cannot be read.
    """
    folder = store.child(job.name)
    for name in names:
        data = folder.read(name + ENDING)
        if data is None:
            raise PartialError(
                f"{store}: the shard {name} is missing",
                "start the job again with the same store: what is missing is made anew",
                "PartialError.missing",
            )
        yield Partial.opened(data, name)


def groups(items, size=FAN_IN):
    """Divides a list into lists of at most ``size`` items."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def result(job, partial, shards):
    """Returns the embedding set of a job, with the attribute ``skipped``.

    Args:
        job: The job.
        partial: The merge of all partials.
        shards: The names of all shards.

    Raises:
        PartialError: where a shard is missing, or there is one too many.
    """
    from ._embeddings import EmbeddingSet

    expected, found = set(shards), set(partial.header["shards"])
    if expected != found:
        missing, foreign = sorted(expected - found), sorted(found - expected)
        words = f"the shard {missing[0]} is missing" if missing else f"the shard {foreign[0]} is of no task"
        raise PartialError(f"{words} in the merge of {len(found)} partials", "start the job again", "PartialError.missing")
    if partial.header.get("mixed"):
        import warnings

        warnings.warn(f"workers differed from the driver: {'; '.join(partial.header['mixed'])}", stacklevel=3)
    with EmbeddingSet.from_bytes(partial.embeddings) as whole:
        budget = job.budget
        if job.keep == "sums":
            budget = 0
        elif budget is None:
            size = len(whole) * whole.views * whole.dimension * (4 if whole.element == "float32" else 1)
            budget = max(USUAL_BUDGET, size)
        made = whole.sorted(budget=budget)
    made.skipped = [
        _errors.PictureError(row["message"], None, row["identifier"]) for row in partial.header["skipped"]
    ]
    return made
