"""Measures how time and memory grow with pictures, classes, dimensions and threads.

Prints the tables, and writes them into the section "Growth" of Documentation/benchmarks.md and the charts into
Documentation/growth.svg. Each size runs in a separate process, so that its peak memory can be measured.
"""
import argparse, json, math, os, platform, statistics, subprocess, sys, tempfile

import places, table
from chart import draw, short
from machine import processor

cores = os.cpu_count() or 1


def measure(*arguments, threads=1):
    """Runs `growth`, and returns its printed results and its peak memory in MB."""
    process = subprocess.Popen([places.program("growth"), *map(str, arguments)], stdout=subprocess.PIPE,
                               env=os.environ | {"OPENBLAS_NUM_THREADS": str(threads)})
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"growth {' '.join(map(str, arguments))} failed")
    return json.loads(printed) | {"MB": usage.ru_maxrss / 1024}


class Series:
    """The measurements for several sizes."""

    def __init__(self, sizes, measure):
        self.sizes, self.found = sizes, [measure(size) for size in sizes]

    def __getitem__(self, name):
        return [one[name] for one in self.found]

    def exponent(self, name, start=0):
        """The slope of the least-squares line through the logarithms, beginning at the size with index start."""
        x, y = [math.log(v) for v in self.sizes[start:]], [math.log(v) for v in self[name][start:]]
        mx, my = statistics.fmean(x), statistics.fmean(y)
        return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)

    def line(self, label, name):
        """The line of a chart."""
        return label, self.sizes, self[name]


class Growth:
    """All measurements; if quick, fewer and smaller ones."""

    def __init__(self, quick):
        more = (lambda *sizes: []) if quick else (lambda *sizes: list(sizes))
        self.streamed = Series([10 ** 3, 10 ** 4, 10 ** 5] + more(10 ** 6), lambda n: measure("stream", n, 1000, 1280, 0))
        self.whole = Series([1000, 4000] + more(16_000, 64_000), lambda n: measure("head", n, 100, 1280))
        classes = [2, 10, 100, 1000] + more(10_000)
        self.sums = Series(classes, lambda c: measure("sums", c, 1280))
        self.heads = Series(classes, lambda c: measure("head", max(2000, 2 * c), c, 1280))
        dimensions = [256, 512, 1024, 2048]
        self.wide = Series(dimensions, lambda d: measure("stream", 20_000, 100, d, 0))
        self.wide_sums = Series(dimensions, lambda d: measure("sums", 100, d))
        self.added = measure("add", 20, 1280)
        # Compared with the BLAS's product, and with the largest number of pictures.
        self.many = 20_480 if quick else 102_400
        self.beside = {threads: measure("stream", self.many, 1000, 1280, 0, "blas", threads=threads)
                       for threads in sorted({1, min(2, cores)})}
        self.merged = measure("merge", 100 if quick else 1000, 1000, 1280)
        self.most = 10 ** 5 if quick else 10 ** 6
        self.largest = measure("stream", self.most, 1000, 1280, 1 << 26, threads=min(2, cores))


def rows(heading, lines):
    """A Markdown table followed by an empty line."""
    return [table.line(heading), table.line(["---"] * len(heading)), *map(table.line, lines), ""]


def seconds(value):
    return f"{value:.3g} s"


def megabytes(value):
    return f"{value:.0f} MB"


def bounds(growth):
    """The numbers that have a bound: a description, the number, the number as text, the bound, and its unit."""
    for threads, found in growth.beside.items():
        ratio = found["adding"] / found["product"]
        yield (f"{growth.many} embeddings of 1280 elements, 1000 classes, beyond the budget: time / the BLAS's symmetric "
               f"product alone, {threads} thread{'s' if threads > 1 else ''}", ratio, f"{ratio:.2f}", 1.15, "")
    found = growth.merged
    yield ("merging 1000 files of sums of 1000 classes of 1280 elements: time / reading them",
           found["merging"] / found["reading"], f"{found['merging'] / found['reading']:.2f}", 1.2, "")
    # Two files, and 100 MB for the library and the program.
    yield ("the same: peak memory", found["MB"], megabytes(found["MB"]), round(2 * found["bytes"] / 1e6 + 100), " MB")
    memory = growth.largest["MB"]
    yield (f"peak memory of {short(growth.most)} embeddings of 1280 elements, 1000 classes, stored up to 64 MB and summed "
           "beyond", memory, megabytes(memory), 300, " MB")
    exponent, sizes = growth.streamed.exponent("adding"), growth.streamed.sizes
    yield (f"log-log slope of time against pictures, {short(sizes[0])} to {short(sizes[-1])}", exponent, f"{exponent:.3f}",
           1.02, "")


def section(growth):
    """The section of the document."""
    kernels = os.environ.get("OPENBLAS_CORETYPE")
    chosen = f"; OPENBLAS_CORETYPE={kernels}" if kernels else ""
    text = [f"{processor()}, {cores} cores, {platform.system()} {platform.machine()}; one thread unless stated otherwise{chosen}",
            ""]
    text += rows(["what", "found", "bound", ""],
                 [[what, found, f"≤ {bound}{unit}", "met" if value <= bound else "**missed**"]
                  for what, value, found, bound, unit in bounds(growth)])
    text += rows(["pictures, of 1000 classes, summed", "time to add", "to generate, not included", "peak memory"],
                 [[short(n), seconds(f["adding"]), seconds(f["generating"]), megabytes(f["MB"])]
                  for n, f in zip(growth.streamed.sizes, growth.streamed.found)])
    text += rows(["pictures, of 100 classes, stored", "head with leave-one-out", "peak memory"],
                 [[short(n), seconds(f["solving"]), megabytes(f["MB"])]
                  for n, f in zip(growth.whole.sizes, growth.whole.found)])
    text += rows(["classes", "head of sums", "writing its file", "reading it", "peak memory", "head of single pictures",
                  "peak memory"],
                 [[short(c), seconds(f["solving"]), seconds(f["writing"]), seconds(f["reading"]), megabytes(f["MB"]),
                   seconds(h["solving"]), megabytes(h["MB"])]
                  for c, f, h in zip(growth.sums.sizes, growth.sums.found, growth.heads.found)])
    text += rows(["dimensions, 100 classes", "20 000 pictures summed", "peak memory", "head of sums"],
                 [[d, seconds(f["adding"]), megabytes(f["MB"]), seconds(s["solving"])]
                  for d, f, s in zip(growth.wide.sizes, growth.wide.found, growth.wide_sums.found)])
    exponents = [
        ("pictures", "adding, summed", growth.streamed, "adding", 0),
        ("pictures", "head with leave-one-out", growth.whole, "solving", 0),
        ("classes", "head of sums", growth.sums, "solving", 0),
        ("classes, from 100 on", "head of sums", growth.sums, "solving", 2),
        ("dimensions", "adding, summed", growth.wide, "adding", 0),
        ("dimensions", "head of sums", growth.wide_sums, "solving", 0)]
    text += rows(["time and memory grow with", "operation", "exponent of time", "exponent of memory"],
                 [[variable, operation, f"{series.exponent(name, start):.2f}",
                   f"{series.exponent('MB', start):.2f}"] for variable, operation, series, name, start in exponents])
    text.append(f"Adding one picture to sums of 20 classes of 1280 elements and solving the head again: "
                f"{1000 * growth.added['adding']:.1f} ms; the Cholesky factor alone takes "
                f"{1000 * growth.added['factor']:.1f} ms on the same thread.")
    return "\n".join(text)


def charts(growth):
    return draw([
        ("Adding, summed: seconds", "pictures, 1280 dimensions, 1000 classes", [growth.streamed.line("time", "adding")]),
        ("Head with leave-one-out: seconds", "pictures, 100 classes", [growth.whole.line("time", "solving")]),
        ("By classes: seconds", "classes, 1280 dimensions", [
            growth.sums.line("head of sums", "solving"), growth.heads.line("head of single pictures", "solving"),
            growth.sums.line("writing the file", "writing")]),
        ("By dimensions: seconds", "dimensions, 100 classes", [
            growth.wide.line("20 000 pictures summed", "adding"), growth.wide_sums.line("head of sums", "solving")]),
        ("Peak memory by pictures: MB", "pictures", [
            growth.streamed.line("summed", "MB"), growth.whole.line("stored, and a head solved", "MB")]),
        ("Peak memory by classes: MB", "classes", [
            growth.sums.line("of sums", "MB"), growth.heads.line("of single pictures", "MB")])])


def main():
    options = argparse.ArgumentParser(
        prog="scripts/bench-growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="measure fewer and smaller sizes, and write nothing")
    options = options.parse_args()
    growth = Growth(options.quick)
    text = section(growth)
    print(text)
    folder = tempfile.gettempdir() if options.quick else os.path.dirname(places.document)
    with open(os.path.join(folder, "growth.svg"), "w", encoding="utf-8") as file:
        file.write(charts(growth))
    if not options.quick:
        table.write(places.document, text + "\n", mark="growth")


main()
