"""Measures Imprint beside its peers and the runtime alone, in one run, and prints a table with the bounds to be kept.

Runs of both sides of a row take turns; a row's ratio is the median of the turns'. Whole commands are measured from outside.
Needs the test material beside the checkout, or $IMPRINT_TEST_MATERIAL, and what `scripts/setup --tests` and
`scripts/setup --benchmarks` get; a row whose peer is missing says so.
"""
import argparse, json, os, sys, tempfile, time

import machine, places, table
from commands import NotMeasured
from prepared import Prepared
from rows import classifying, heads, inference, micro, reading, training
from table import Unmeasured

subjects = {"inference": inference, "training": training, "reading": reading, "heads": heads, "classifying": classifying}


def main():
    options = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5, help="turns of each side (default: 5)")
    options.add_argument("--only", action="append", choices=[*subjects, "micro"], help="a subject to measure, instead of all")
    options.add_argument("--json", default=places.figures, metavar="FILE", help="where to write all figures as JSON")
    options.add_argument("--write", action="store_true", help="put the table into Documentation/benchmarks.md")
    options = options.parse_args()
    if options.runs < 1:
        sys.exit(f"--runs is {options.runs}; it takes a positive number")
    if options.write and options.only:
        sys.exit("--write takes the whole table: leave --only out")
    if not os.path.isdir(places.tools):
        sys.exit("The benchmark needs the test material beside the checkout, or $IMPRINT_TEST_MATERIAL")

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        # Nothing that earlier runs have left counts.
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        # The programs are built deeper down than where the set-up's folder is looked for.
        os.environ.setdefault("IMPRINT_LITERT", os.path.join(places.root, ".runtime", "libLiteRt.so"))
        measure(Prepared(folder, options.runs), options, start)


def measure(prepared, options, start):
    facts = machine.describe()
    words = (f"{facts['processor']}, {facts['cores']} cores, 8-bit dot products: {facts['dotProducts']}; "
             f"{facts['system']}; {facts['versions']}.\nMedians of {prepared.runs} turns.")
    print(f"{words}\n\n{table.heading}", flush=True)
    rows = []
    for name, subject in subjects.items():
        if not options.only or name in options.only:
            for what, work in subject.rows:
                row = measured(what, work, prepared)
                rows.append(row)
                print(table.line(row.cells), flush=True)

    parts = [words + "\n", table.heading, *(table.line(row.cells) for row in rows)]
    results = []
    if not options.only or "micro" in options.only:
        try:
            results = micro.measure(prepared)
            functions = micro.table(results)
        except NotMeasured as reason:
            functions = f"Single functions are not measured: {reason}"
        print("\n" + functions, flush=True)
        parts += ["", functions]
    figures = {"machine": facts, "runs": prepared.runs, "seconds": time.monotonic() - start,
               "rows": [row.json for row in rows], "functions": results}
    os.makedirs(os.path.dirname(os.path.abspath(options.json)), exist_ok=True)
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1, ensure_ascii=False)
        file.write("\n")
    if options.write:
        table.write(places.document, "\n".join(parts) + "\n")
    print(f"\nAll figures are in {os.path.relpath(options.json)}; it took {figures['seconds']:.0f} s", file=sys.stderr)


def measured(what, work, prepared):
    try:
        return work(prepared, what)
    except NotMeasured as reason:
        return Unmeasured(what, str(reason))


main()
