"""Simulates jobs of many pictures on many workers, whose times for each task are those that scale_times.py measured.

    python scale_simulation.py TIMES [--pictures 1e9] [--workers 1000] [--set bytes=110e3]...

Without --pictures and --workers it prints the table of Documentation/scale/planning.md. What is not measured is assumed; the
assumptions are the fields of Assumptions, and --set changes one.

A worker takes the next shard when it is free and the driver has handed it over. While it computes a shard it reads the next
one, so that a task takes the longer of both. Then it writes the partial. Each 16 partials make a task that merges them, and each
16 merges one more. A worker that fails loses what it was at, and comes back after a while. The efficiency is the time that the
pictures would take if all workers computed from the first second to the last, divided by the time of the job.
"""

import argparse
import collections
import dataclasses
import heapq
import json
import random


@dataclasses.dataclass
class Assumptions:
    """What is not measured here."""

    # Bytes of a picture's file; None for those measured.
    bytes: float = None
    # Bytes per second from the object store to one worker, and to all of them: 1 Gbit/s and 400 Gbit/s.
    link: float = 125e6
    store: float = 50e9
    # The seconds until a request's first byte, and the requests of a worker at the same time.
    latency: float = 0.05
    readers: float = 32
    # Pictures of one object: 1 for files, more for Parquet or WebDataset.
    packed: float = 1
    # The driver's seconds for each task, one after the other: 5.6 ms of its processor with Ray 2.60, measured here.
    dispatch: float = 0.006
    # The seconds over which workers arrive, and each one's seconds to start Python and open the model.
    arrival: float = 60
    start: float = 10
    # The spread of the workers' speeds, and the share of workers of half the speed.
    spread: float = 0.05
    slow: float = 0.01
    # The mean seconds between failures of one worker, and until another takes its place.
    failures: float = 30 * 24 * 3600
    replacement: float = 120
    shard: float = 4096
    fan_in: float = 16


def simulate(times, keep, pictures, workers, assumed, seed=0):
    """Simulates one job. Returns its figures, a dict."""
    rng = random.Random(seed)
    size = int(min(assumed.shard, max(times["shard"], pictures // (8 * workers))))
    count = -(-pictures // size)
    measured = times["shardSeconds" if keep == "embeddings" else "sumsShardSeconds"]
    file_bytes = assumed.bytes or times["pictureBytes"]
    embedded = times["resultBytesPerPicture"]
    partial = size * embedded if keep == "embeddings" else times["sumsBytes"]
    link = min(assumed.link, assumed.store / workers)

    def moved(data, objects):
        # The requests wait at the same time, and share the link.
        return max(data / link + assumed.latency, assumed.latency * objects / assumed.readers)

    reading = moved(size * file_bytes, size / assumed.packed)
    writing = moved(partial, 1)
    scale = size / times["shard"]
    speed = [(0.5 if rng.random() < assumed.slow else 1) * rng.gauss(1, assumed.spread) for _ in range(workers)]
    dies = [rng.expovariate(1 / assumed.failures) for _ in range(workers)]
    free = [(rng.uniform(0, assumed.arrival) + assumed.start, worker, True) for worker in range(workers)]
    heapq.heapify(free)
    # What waits to be done: merges, (their size in shards, when they can begin), before shards.
    merges, levels = collections.deque(), collections.defaultdict(list)
    left, lost, driver, end = count, 0, 0.0, 0.0
    spent = collections.Counter()
    finished = []

    def note(level, shards, when):
        waiting = levels[level]
        waiting.append((shards, when))
        if len(waiting) == assumed.fan_in:
            levels[level] = []
            merges.append((level + 1, sum(each[0] for each in waiting), max(each[1] for each in waiting), len(waiting)))

    def merge_seconds(shards, parts):
        if keep == "embeddings":
            data = shards * partial
            return moved(data, parts), shards * size * times["mergeSecondsPerPicture"], data
        data = parts * partial
        return moved(data, parts), parts * times["mergeSecondsPerSums"], partial

    while left or merges or finished:
        now, worker, is_cold = heapq.heappop(free)
        while finished and finished[0][0] <= now:
            when, level, shards = heapq.heappop(finished)
            note(level, shards, when)
        if merges:
            level, shards, when, parts = merges.popleft()
            took, computed, _ = merge_seconds(shards, parts)
            begin = max(now, when)
            heapq.heappush(finished, (begin + took + computed, level, shards))
            spent["merge"] += took + computed
            heapq.heappush(free, (begin + took + computed, worker, is_cold))
            end = max(end, begin + took + computed)
            continue
        if not left:
            # This worker has no more to do; the others finish.
            if not finished:
                break
            heapq.heappush(free, (max(now, finished[0][0]), worker, is_cold))
            continue
        driver = max(driver, now) + assumed.dispatch
        spent["dispatch"] += driver - now
        computing = rng.choice(measured) * scale / max(0.1, speed[worker])
        took = (reading if is_cold else 0) + max(computing, reading) + writing
        until = driver + took
        if until > dies[worker]:
            lost += 1
            back = max(dies[worker], now) + assumed.replacement + assumed.start
            dies[worker] = back + rng.expovariate(1 / assumed.failures)
            heapq.heappush(free, (back, worker, True))
            continue
        left -= 1
        spent["compute"] += computing
        spent["read"] += took - computing - writing
        spent["write"] += writing
        heapq.heappush(finished, (until, 0, 1))
        heapq.heappush(free, (until, worker, False))
        end = max(end, until)
    # What is left at each level is merged by the driver.
    rest = [each for level in levels.values() for each in level]
    shards = sum(each[0] for each in rest)
    took, computed, result = merge_seconds(shards, max(1, len(rest)))
    end = max([end, *(each[1] for each in rest)]) + took + computed
    ideal = pictures * sum(measured) / len(measured) / times["shard"] / workers
    return {
        "keep": keep,
        "pictures": pictures,
        "workers": workers,
        "shard": size,
        "tasks": count,
        "lost": lost,
        "seconds": end,
        "ideal": ideal,
        "efficiency": ideal / end,
        "read": pictures * file_bytes,
        "written": count * partial,
        "result": pictures * embedded if keep == "embeddings" else times["sumsResultBytes"],
        "storeRate": pictures * file_bytes / end,
        "last": took + computed,
        "spent": dict(spent),
    }


def text(amount):
    for name, size in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if amount >= size:
            return f"{amount / size:.3g} {name}"
    return f"{amount / 1e3:.3g} kB"


def duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def bottleneck(row, assumed):
    """Returns the step that keeps the workers from computing most, in words."""
    spent = row["spent"]
    rest = {
        "reading": spent.get("read", 0),
        "writing": spent.get("write", 0),
        "merging": spent.get("merge", 0) + row["last"] * row["workers"],
        "the driver": spent.get("dispatch", 0),
        "the start": (assumed.arrival / 2 + assumed.start) * row["workers"],
    }
    name = max(rest, key=rest.get)
    return f"inference; then {name}" if spent["compute"] > rest[name] else name


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("times")
    words.add_argument("--pictures", type=float)
    words.add_argument("--workers", type=int)
    words.add_argument("--keep", choices=["embeddings", "sums"])
    words.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = words.parse_args()
    with open(options.times) as file:
        times = json.load(file)
    assumed = Assumptions(**{name: float(value) for name, value in (each.split("=", 1) for each in options.set)})
    print("| pictures | workers | stored | shards | read | written | result | time | efficiency | what takes longest |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for pictures in [int(options.pictures)] if options.pictures else [10**6, 10**8, 10**9]:
        for workers in [options.workers] if options.workers else [1, 100, 1000]:
            keep = options.keep or ("embeddings" if pictures <= 10**6 else "sums")
            row = simulate(times, keep, pictures, workers, assumed)
            cells = [f"{pictures:.0e}".replace("e+0", "e"), workers, keep, row["tasks"], text(row["read"])]
            cells += [text(row["written"]), text(row["result"]), duration(row["seconds"])]
            cells += [f"{row['efficiency']:.2f}", bottleneck(row, assumed)]
            print("| " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    main()
