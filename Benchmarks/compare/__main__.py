"""Compares Imprint with other libraries and with the runtime alone, and prints a table with bounds.

The two sides of a row alternate; a row's ratio is the median of the ratios of all runs. A command is timed from the start to
the end of its process. Needs the test material beside the checkout or in $IMPRINT_TEST_MATERIAL, `scripts/setup --tests` and
`scripts/setup --benchmarks`. If a peer is missing, the row says so.
"""
import argparse, json, os, sys, tempfile, time

import floors, machine, places, table
from commands import NotMeasured
from prepared import Prepared
from rows import classifying, heads, inference, micro, reading, training
from table import Unmeasured

subjects = {"inference": inference, "training": training, "reading": reading, "heads": heads, "classifying": classifying}


def main():
    options = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5, help="number of runs of each side (default: 5)")
    options.add_argument("--only", action="append", choices=[*subjects, "micro"], help="measure this subject instead of all; can be repeated")
    options.add_argument("--json", default=places.figures, metavar="FILE", help="write all figures as JSON into this file")
    options.add_argument("--write", action="store_true", help="write the table into Documentation/benchmarks.md")
    options = options.parse_args()
    if options.runs < 1:
        sys.exit(f"--runs is {options.runs}; give a positive number")
    if options.write and options.only:
        sys.exit("--write needs the whole table: leave out --only")
    if not os.path.isdir(places.tools):
        sys.exit("The benchmark needs the test material beside the checkout, or $IMPRINT_TEST_MATERIAL")

    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        # Do not use the caches of earlier runs.
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        measure(Prepared(folder, options.runs), options, start)


def measure(prepared, options, start):
    facts = machine.describe()
    words = (f"{facts['processor']}, {facts['cores']} cores, 8-bit dot products: {facts['dotProducts']}; "
             f"{facts['system']}; {facts['versions']}.\nFloors: {floors.describe()}.\nMedians of {prepared.runs} runs.")
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
