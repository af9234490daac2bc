"""Measures training on a base that is compiled for the Edge TPU, with a stand-in for the Edge TPU library.

The stand-in computes nothing and takes 20 ms for each inference, so that the table shows the time spent outside the device.
Needs the test material beside the checkout or in $IMPRINT_TEST_MATERIAL, `scripts/setup --tests`, and a C compiler.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile

import places

model = os.path.join(places.models, "mobilenet_v1_1.0_224_l2norm_quant_edgetpu.tflite")


def stand_in(folder, devices):
    """Compiles a library that has a number of devices, and returns its path."""
    library = os.path.join(folder, f"devices{devices}.so")
    subprocess.run(
        ["cc", "-std=gnu11", "-O2", "-shared", "-fPIC", "-DIDLE=1", "-DDELAY=20", f"-DUSB={devices}",
         os.path.join(places.root, "Tests", "StandIn", "edgetpu.c"), "-o", library, "-ldl"], check=True)
    return library


def measure(runs):
    """For each row: its numbers, one per run, its bound as text, and a function that tests the bound."""
    with tempfile.TemporaryDirectory() as folder:
        printed = subprocess.run(
            [places.program("devices"), model, places.flowers, stand_in(folder, 1), stand_in(folder, 2), str(runs)],
            check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = [[float(word) for word in line.split()] for line in printed.splitlines()]
    return {
        "rate of two devices / of one": ([one / two for one, two, _, _ in rows], "≥ 1.9", lambda found: found >= 1.9),
        "head / inference, 10 classes": ([head / one for one, _, _, head in rows], "≤ 0.01", lambda found: found <= 0.01),
        "teaching / inference": ([taught / one for one, _, taught, _ in rows], "", lambda found: True),
        "head, ms": ([head * 1000 for _, _, _, head in rows], "", lambda found: True),
        "an inference, ms": ([one * 1000 / 200 for one, _, _, _ in rows], "", lambda found: True),
    }


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/bench-devices", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="number of runs (default: 5)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON instead of the table")
    options = parser.parse_args()
    found = measure(options.runs)
    if options.json:
        print(json.dumps({name: numbers for name, (numbers, _, _) in found.items()}))
    else:
        print("| what | found (least … most) | bound |\n| --- | --- | --- |")
        for name, (numbers, bound, _) in found.items():
            print(f"| {name} | {statistics.median(numbers):.3g} ({min(numbers):.3g} … {max(numbers):.3g}) | {bound} |")
    missed = [name for name, (numbers, _, holds) in found.items() if not holds(statistics.median(numbers))]
    if missed:
        sys.exit("Missed: " + ", ".join(missed))


main()
