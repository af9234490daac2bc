"""Measures the times of a job's tasks on this machine, for scale_simulation.py.

    python scale_times.py FOLDER OUTPUT [--shard 256] [--shards 12]

FOLDER holds a folder of pictures for each class. OUTPUT is JSON. The times are those of a worker of all cores of this machine.
"""

import argparse
import json
import os
import pathlib
import statistics
import tempfile
import time

import numpy

import imprint
from imprint import _partials, _scale
from imprint._store import Store


def timed(work):
    start = time.perf_counter()
    value = work()
    return value, time.perf_counter() - start


def shards_of(folder, size, count):
    """Shards whose pictures are in no order, as after a shuffle, each as the bytes of its files."""
    paths = sorted(folder.glob("*/*"))
    numpy.random.default_rng(0).shuffle(paths)
    for start in range(0, min(len(paths), size * count), size):
        part = paths[start : start + size]
        yield [(path.parent.name, str(path), memoryview(path.read_bytes())) for path in part]


def sums_of(dimension, classes, pictures, number):
    """The partial sums of a shard of many classes, of random embeddings."""
    random = numpy.random.default_rng(number)
    made = imprint.EmbeddingSet(dimension, network="n", element="uint8", non_negative=True, budget=0)
    array = random.integers(0, 256, (pictures, dimension), dtype=numpy.uint8)
    labels = [f"class {place % classes:04}" for place in range(pictures)]
    made.add(array, labels, [f"{number}/{place}" for place in range(pictures)])
    return _partials.Partial({"job": "j", "shards": [str(number)], "rows": pictures, "skipped": []}, bytes(made))


class AnyJob:
    name, keep = "j", "sums"


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=pathlib.Path)
    words.add_argument("output", type=pathlib.Path)
    words.add_argument("--shard", type=int, default=256)
    words.add_argument("--shards", type=int, default=12)
    words.add_argument("--classes", type=int, default=1000)
    options = words.parse_args()

    shards = list(shards_of(options.folder, options.shard, options.shards))
    (job, model), _ = timed(_scale.open_job)
    worker, opening = timed(lambda: _scale.Worker(job, model))
    times, partials = [], []
    with tempfile.TemporaryDirectory() as folder:
        worker.embed(shards[0])
        for shard in shards:
            (partial, _), seconds = timed(lambda: worker.embed(shard, Store(folder)))
            times.append(seconds)
            partials.append(partial)
    merged, merging = timed(lambda: _partials.merged(job, partials))
    summed, sealing = [], []
    for number in range(8):
        summed.append(sums_of(worker.extractor.dimension, options.classes, options.classes, number))
    data = [partial.sealed() for partial in summed]
    opened = (_partials.Partial.opened(each, "of a shard") for each in data)
    whole, merging_sums = timed(lambda: _partials.merged(AnyJob, opened).sealed())

    sums_job, _ = _scale.open_job(keep="sums")
    sums_worker = _scale.Worker(sums_job, model)
    sums_times = [timed(lambda: sums_worker.embed(shard))[1] for shard in shards[:6]]

    pictures = sum(len(shard) for shard in shards)
    found = {
        "machine": f"{_scale.machine()}, {len(os.sched_getaffinity(0))} cores",
        "load": os.getloadavg()[0],
        "shard": options.shard,
        "pictureBytes": sum(len(row[2]) for shard in shards for row in shard) / pictures,
        "opening": opening,
        # The seconds of each shard: reading from memory, decoding, inference, and writing its partial.
        "shardSeconds": times,
        "sumsShardSeconds": sums_times,
        "partialBytes": statistics.mean(len(partial.sealed()) for partial in partials),
        "mergeSecondsPerPicture": merging / pictures,
        "resultBytesPerPicture": len(merged.embeddings) / pictures,
        "classes": options.classes,
        "sumsBytes": len(data[0]),
        "sumsResultBytes": len(whole),
        "mergeSecondsPerSums": merging_sums / len(data),
    }
    options.output.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
