"""Measures the Python package: the first answer beside LiteRT's own Python, a lesson beside the command, threads and memory.

    python startup.py MODEL PICTURE FOLDER [--seconds 60] [--cycles 100000]

Each pair is measured in turns, in processes of their own. The figures are medians; the ratio is the median of the turns'
ratios, because some machines are faster at one time and slower at another. The first run of a model fills the cache of prepared
models, which later ones use: run the benchmark twice, and give it files that are older than some seconds, because the digest of
a file that has just changed is not kept.

Where the time of a first answer from an array goes, with the default model (9 MB, int8), on two cores of an Intel Xeon: 2 ms to
import the package; 1.5 ms to open its library of 27 MB with 60 000 relocations; 5 ms to map, read and check the model, while
LiteRT's library opens in another thread; 10 ms for the first answer, of which perf gives half to preparing the model and half
to the inference. The system spends a quarter of all of it on mapping pages. LiteRT alone takes 6 ms to import, 11 ms to open,
and 6.5 ms to answer. The SHA-256 of the model took 5 ms more until its digest was kept for each version of the file, and to
compare the packed weights with their checksum 2 ms more, until that was done once for each version and start of the system.

Imprint classifies one picture on all cores. NumPy's BLAS starts a thread for each core but one, and they spin for a tenth of a
second after NumPy is imported: on two cores, the first answer then takes 14 ms instead of 10. LiteRT's one thread does not
notice. (To give the first picture one thread of ours changed nothing that could be measured: it takes 14 ms as well.) One more
row measures both without these threads.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

# Import, open, first answer from a path, with LiteRT's package and Pillow as its users do.
ALONE = """
import sys, time
start = time.perf_counter()
import numpy
{after_numpy}
from ai_edge_litert.interpreter import Interpreter
{read}
interpreter = Interpreter(model_path=sys.argv[1])
interpreter.allocate_tensors()
details = interpreter.get_input_details()[0]
_, height, width, _ = details["shape"]
interpreter.set_tensor(details["index"], {picture})
interpreter.invoke()
scores = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
best = scores[0].argmax()
print(time.perf_counter() - start)
"""
OURS = """
import sys, time
start = time.perf_counter()
{numpy}
import imprint
answer = imprint.Classifier(sys.argv[1])({picture})
print(time.perf_counter() - start)
"""
LEARN = """
import sys, time
start = time.perf_counter()
import imprint
teacher = imprint.Teacher(sys.argv[1], cache=False)
teacher.learn(sys.argv[2], progress=False)
teacher.estimate
teacher.save(sys.argv[3], embeddings=True)
print(time.perf_counter() - start)
"""


def timed(script, *arguments, **settings):
    outcome = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | settings,
    )
    return float(outcome.stdout.split()[-1])


def pair(words, ours, other, count):
    first, second = [], []
    for _ in range(count):
        first.append(ours())
        second.append(other())
    one, two = statistics.median(first), statistics.median(second)
    ratio = statistics.median(mine / theirs for mine, theirs in zip(first, second))
    print(f"{words}: {one:.3f} s, the other {two:.3f} s, ratio {ratio:.2f} ({count} turns)")


def memory():
    """The resident memory of this process in MB."""
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def main():
    parser = argparse.ArgumentParser()
    for name in ("model", "picture", "folder"):
        parser.add_argument(name)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cycles", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=15)
    options = parser.parse_args()
    given = (options.model, options.picture)

    from_path = ALONE.format(
        after_numpy="",
        read="from PIL import Image",
        picture="numpy.asarray(Image.open(sys.argv[2]).convert('RGB').resize((width, height)))[None]",
    )
    pair(
        "Import, open, first answer from a path",
        lambda: timed(OURS.format(numpy="", picture="sys.argv[2]"), *given),
        lambda: timed(from_path, *given),
        options.turns,
    )
    clock = "start = time.perf_counter()"
    from_array = ALONE.format(after_numpy=clock, read="", picture="numpy.zeros((1, height, width, 3), numpy.uint8)")
    ours_from_array = OURS.format(
        numpy=f"import numpy\n{clock}", picture="numpy.zeros((224, 224, 3), numpy.uint8)"
    )
    for words, settings in [
        ("The same from an array, without the time of importing NumPy", {}),
        # NumPy's BLAS starts a thread for each other core, and they spin for the first tenth of a second.
        ("The same where NumPy's BLAS has one thread", {"OPENBLAS_NUM_THREADS": "1"}),
    ]:
        pair(
            words,
            lambda: timed(ours_from_array, *given, **settings),
            lambda: timed(from_array, *given, **settings),
            options.turns,
        )

    with tempfile.TemporaryDirectory() as scratch:
        command = os.environ.get("IMPRINT_COMMAND") or str(pathlib.Path(sys.executable).parent / "imprint")

        def run_command():
            start = time.perf_counter()
            subprocess.run(
                [
                    command,
                    "train",
                    "--model",
                    options.model,
                    "--data",
                    options.folder,
                    "--output",
                    f"{scratch}/c.tflite",
                ]
                + ["--augment", "none", "--no-cache"],
                check=True,
                capture_output=True,
            )
            return time.perf_counter() - start

        def run_python():
            start = time.perf_counter()
            timed(LEARN, options.model, options.folder, f"{scratch}/p.tflite")
            return time.perf_counter() - start

        pair(f"Whole processes that teach a folder, and {command}", run_python, run_command, max(3, options.turns // 3))
        same = pathlib.Path(f"{scratch}/c.tflite").read_bytes() == pathlib.Path(f"{scratch}/p.tflite").read_bytes()
        print(f"The two files are {'the same' if same else 'different'}")

    import numpy

    import imprint

    classifier = imprint.Classifier(options.model)
    frame = numpy.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=numpy.uint8)
    expected, counts, failures = classifier(frame), [0] * 100, []
    end = time.monotonic() + options.seconds

    def work(place):
        while time.monotonic() < end:
            if classifier(frame) != expected:
                failures.append(place)
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(100)]
    for thread in threads:
        thread.start()
    time.sleep(options.seconds / 4)
    before = memory()
    for thread in threads:
        thread.join()
    print(
        f"100 threads for {options.seconds:.0f} s: {sum(counts)} answers, {len(failures)} wrong, memory {before:.0f} MB "
        f"after a quarter, {memory():.0f} MB at the end"
    )

    for cycle in range(options.cycles):
        imprint.EmbeddingSet(8).close()
        if cycle == options.cycles // 10:
            before = memory()
    print(
        f"{options.cycles} embedding sets made and closed: memory {before:.0f} MB after a tenth, {memory():.0f} MB at the end"
    )
    opened = options.cycles // 100
    for cycle in range(opened):
        with imprint.Classifier(options.model) as one:
            one.class_count
        if cycle == opened // 10:
            before = memory()
    print(f"{opened} classifiers opened and closed: memory {before:.0f} MB after a tenth, {memory():.0f} MB at the end")


if __name__ == "__main__":
    main()
