"""Measures models in exact arithmetic and in int8, by the instructions that the runtime sees; Linux on x86-64.

    python instructions.py MODEL... [--turns 4]

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="+")
    parser.add_argument("--turns", type=int, default=4)
    options = parser.parse_args()
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
        for model in options.models:
            for kind in KINDS:
                times = {"exact": [], "int8": []}
                for _ in range(options.turns):
                    for arithmetic, found in times.items():
                        words = [sys.executable, "-c", ONE, model, arithmetic]
                        outcome = subprocess.run(
                            words, env={**given, "INSTRUCTIONS": kind}, capture_output=True, text=True, check=True
                        )
                        found.append(float(outcome.stdout))
                exact, int8 = min(times["exact"]), min(times["int8"])
                print(f"{pathlib.Path(model).name}, {kind}: exact {exact:.2f}, int8 {int8:.2f}, gain {exact / int8:.2f}")


if __name__ == "__main__":
    main()
