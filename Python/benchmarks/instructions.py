"""Measures models in exact arithmetic and in int8, by the instructions that the runtime sees, and with Imprint's own kernels;
Linux on x86-64.

    python instructions.py MODEL... [--floats MODEL...] [--kinds AVX2] [--turns 4]

Of each model there may be a twin with weights and numbers of float32, in the same order, to compare. Imprint's own kernels need
AVX2: their time stands in the rows from there on.

The runtime asks the processor for its instructions by CPUID. In a copy of its library these are replaced by traps, and a small
library that is loaded before it answers them: as the processor does, without the wider instructions. So a processor with
AVX-512 VNNI shows how the runtime runs on one that ends at SSE4.1, AVX, AVX2 or AVX-512. What other processors gain by their
own speed of memory and clock is not seen. Needs gcc, objdump and readelf.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

KINDS = ["SSE4.1", "AVX", "AVX2", "AVX-512", "AVX-512 VNNI"]
ONE = """
import statistics, sys, time
import imprint, numpy
classifier = imprint.Classifier(sys.argv[1], arithmetic=sys.argv[2], threads=1, cache=False)
width, height = classifier.input_size
picture = numpy.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=numpy.uint8)
times = []
for turn in range(28):
    start = time.perf_counter()
    classifier(picture)
    times.append(time.perf_counter() - start)
print(1000 * min(times[3:]))
"""


def printed(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def copy_with_traps(library, copy):
    """Copies a library, with traps in the place of its CPUID instructions; returns their number."""
    segments = re.findall(r"^\s+LOAD\s+(0x\w+) (0x\w+) 0x\w+ (0x\w+)", printed("readelf", "-lW", library), re.MULTILINE)
    segments = [[int(number, 16) for number in segment] for segment in segments]
    found = re.findall(
        r"^\s*([0-9a-f]+):\s+cpuid", printed("objdump", "-d", "--no-show-raw-insn", library), re.MULTILINE
    )
    data = bytearray(pathlib.Path(library).read_bytes())
    for address in (int(text, 16) for text in found):
        place = next(
            address - start + offset for offset, start, size in segments if start <= address < start + size
        )
        if data[place : place + 2] != b"\x0f\xa2":
            sys.exit(f"{library} has no CPUID at {address:x}")
        data[place : place + 2] = b"\xcc\x90"
    pathlib.Path(copy).write_bytes(data)
    return len(found)


def forms(model, floats, kind):
    """Returns the forms of a model to measure: a name, the file, the arithmetic, and whether with the kernels."""
    found = [("exact", model, "exact", "off"), ("int8", model, "int8", "off")]
    if floats:
        found.append(("floats", floats, "exact", "off"))
    if KINDS.index(kind) >= KINDS.index("AVX2"):
        found += [("exact with kernels", model, "exact", "on"), ("int8 with kernels", model, "int8", "on")]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="+")
    parser.add_argument("--floats", nargs="+", default=[])
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--turns", type=int, default=4)
    options = parser.parse_args()
    floats = options.floats + [None] * (len(options.models) - len(options.floats))
    library = os.environ.get("IMPRINT_LITERT")
    if not library:
        import ai_edge_litert

        library = pathlib.Path(ai_edge_litert.__file__).parent / "libLiteRt.so"
    with tempfile.TemporaryDirectory() as scratch:
        if not copy_with_traps(str(library), f"{scratch}/libLiteRt.so"):
            sys.exit(f"{library} asks for no instructions")
        source = pathlib.Path(__file__).with_name("hidden.c")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", f"{scratch}/hidden.so", source], check=True)
        given = {**os.environ, "IMPRINT_LITERT": f"{scratch}/libLiteRt.so", "LD_PRELOAD": f"{scratch}/hidden.so"}
        print("The shortest time of one inference, one thread, in milliseconds")
        for model, twin in zip(options.models, floats):
            for kind in options.kinds:
                given["INSTRUCTIONS"] = kind
                times = {}
                for _ in range(options.turns):
                    for name, file, arithmetic, kernels in forms(model, twin, kind):
                        words = [sys.executable, "-c", ONE, file, arithmetic]
                        outcome = subprocess.run(
                            words, env={**given, "IMPRINT_KERNELS": kernels}, capture_output=True, text=True, check=True
                        )
                        times.setdefault(name, []).append(float(outcome.stdout))
                least = {name: min(found) for name, found in times.items()}
                words = ", ".join(f"{name} {time:.2f}" for name, time in least.items())
                print(f"{pathlib.Path(model).name}, {kind}: {words}, gain {least['exact'] / least['int8']:.2f}", end="")
                own = min((least[name] for name in least if name.endswith("kernels")), default=None)
                if own:
                    best = min(time for name, time in least.items() if not name.endswith("kernels"))
                    print(f"; the file as it is / kernels {least['exact'] / own:.2f}, best / kernels {best / own:.2f}", end="")
                print(flush=True)


if __name__ == "__main__":
    main()
