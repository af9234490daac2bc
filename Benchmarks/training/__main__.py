"""Measures training a base on Oxford's 17 flowers: its accuracy, and the time of its steps compared with PyTorch's.

Prints the table, row by row, and writes it into Documentation/benchmarks.md. It takes forty minutes on two cores.

Needs the test material beside the checkout or in $IMPRINT_TEST_MATERIAL, and `scripts/setup --tests`. The steps also need a
Python with PyTorch of the same version as libtorch: Debian's python3-torch, or $IMPRINT_TORCH_PYTHON.
"""
import argparse, csv, json, os, statistics, struct, subprocess, sys, tempfile

import places, table, workers
from machine import processor

cores = os.cpu_count()
results = os.path.join(places.root, "Benchmarks", ".build", "training.json")
start = ["--data", places.flowers, "--test-ratio", "0.25", "--pretrained", places.extractor]
size = ["--side", "160", "--epochs", "10"]


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def run(*arguments):
    """Runs the command, and returns its JSON output."""
    say("$ imprint", *arguments)
    command = [places.imprint, *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def seconds(report):
    return report["embeddingSeconds"] + report["stepSeconds"]


def held_back(folder):
    """Writes a list of the pictures that --test-ratio 0.25 holds back, and returns its path."""
    name = os.path.join(folder, "held-back.csv")
    with open(name, "w", newline="") as file:
        for label, pictures in places.classes(places.flowers).items():
            csv.writer(file).writerows([picture, label] for picture in pictures[: len(pictures) // 4])
    return name


def exported(folder, name):
    """The accuracy of a run's exported model on the pictures held back."""
    model = os.path.join(folder, name + ".tflite")
    run("pretrain", "export", os.path.join(folder, name, "best.safetensors"), "-o", model)
    return run("evaluate", "--model", model, "--data", held_back(folder), "--arithmetic", "exact")["topK"][0]


def frozen(folder):
    """Training of the head alone, with a frozen base."""
    report = run("pretrain", *start, "--freeze-base", "-o", os.path.join(folder, "frozen"))
    last = report["epochs"][-1]["testAccuracy"]
    yield "frozen base, 224 px: top-1 after the last epoch", f"{last:.3f}", "≥ 0.95", last >= 0.95
    yield "the same: seconds, embeddings included", f"{seconds(report):.0f}", "≤ 60", seconds(report) <= 60


def trained(folder):
    """Training of the whole network, in float and with fake quantisation: after the last epoch, and exported."""
    floats = run("pretrain", *start, *size, "-o", os.path.join(folder, "float"))
    last = floats["epochs"][-1]["testAccuracy"]
    yield "whole network, 10 epochs at 160 px: top-1 after the last epoch", f"{last:.3f}", "≥ 0.95", last >= 0.95
    waiting = floats["waitingShare"]
    yield "the same: share of the steps' time spent waiting for pictures", f"{waiting:.4f}", "≤ 0.03", waiting <= 0.03
    yield "the same: minutes", f"{seconds(floats) / 60:.1f}", "", True
    best = exported(folder, "float")
    yield "the best checkpoint, exported as float: top-1", f"{best:.3f}", "", True
    for kind in ["uint8", "int8"]:
        run("pretrain", *start, *size, "--quantize", kind, "-o", os.path.join(folder, kind))
        share = exported(folder, kind)
        yield (f"the same, trained for {kind} and exported: top-1 − that of the float model", f"{share - best:+.3f}", "≥ −0.01",
               share - best >= -0.0101)


def experiment(folder):
    """New classes beside the 12 classes of a base."""
    bounds = {"imprinted": "≥ 0.80", "analytic": "≥ 0.88"}
    bases = {
        "frozen base": ["--freeze-base"],
        "frozen base, projection": ["--freeze-base", "--projection", "1024"],
        "whole network": size,
    }
    for base, more in bases.items():
        report = run("pretrain", "experiment", *start, *more, "--base-classes", "12", "-o",
                     os.path.join(folder, base.replace(" ", "-").replace(",", "")))
        yield f"{base}: top-1 on its 12 classes", f"{report['baseAccuracy']:.3f}", "", True
        for row in report["rows"]:
            if row["shots"] != 5:
                continue
            new, every = row["newClasses"], row["allClasses"]
            bound = bounds.get(row["method"], "")
            holds = not bound or new["mean"] >= float(bound[2:])
            yield (f"{base}, {row['method']}: top-1 on the new classes / on all",
                   f"{new['mean']:.3f} ± {new['margin']:.3f} / {every['mean']:.3f}", bound, holds)


def torch_python(version):
    """A Python with PyTorch of the same minor version, or None."""
    for python in filter(None, [os.environ.get("IMPRINT_TORCH_PYTHON"), "python3", "/usr/bin/python3"]):
        try:
            found = subprocess.run([python, "-c", "import torch; print(torch.__version__)"], capture_output=True, text=True)
        except OSError:
            continue
        if found.returncode == 0 and found.stdout.split(".")[:2] == version.split(".")[:2]:
            return python


def plain_pictures(folder, count, side):
    """Writes a folder of two classes of noise as BMP files, which need no decoding and no resizing."""
    noise = os.path.join(folder, "noise")
    header = b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + 3 * side * side, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
    for number in range(count):
        label = os.path.join(noise, f"class{number % 2}")
        os.makedirs(label, exist_ok=True)
        with open(os.path.join(label, f"{number:04}.bmp"), "wb") as file:
            file.write(header + os.urandom(3 * side * side))
    return noise


def steps(folder, runs=3):
    """The time of a training step compared with PyTorch's."""
    noise = plain_pictures(folder, 640, 160)
    kinds = {
        "without decoding or augmentation": ["--data", noise, "--no-augmentation"],
        "decoded from JPEGs and augmented": ["--data", places.flowers],
    }
    ratios = {kind: [] for kind in kinds}
    for turn in range(runs):
        own = {}
        for number, (kind, data) in enumerate(kinds.items()):
            report = run("pretrain", *data, "--pretrained", places.extractor, "--side", "160", "--epochs", "1", "-o",
                         os.path.join(folder, f"steps{turn}{number}"))
            own[kind] = report["stepSeconds"] / (report["pictures"] // 16)
        python = torch_python(version := report["libtorch"])
        if python is None:
            say(f"The steps are not measured: no Python has PyTorch {version} (Debian's python3-torch)")
            return
        peer = [python, places.peer("torch_training"), "160", "16", "40", str(cores)]
        printed = subprocess.run(peer, check=True, stdout=subprocess.PIPE, text=True)
        for kind in kinds:
            ratios[kind].append(own[kind] / statistics.fmean(map(float, printed.stdout.split())))
    for number, (kind, found) in enumerate(ratios.items()):
        middle = statistics.median(found)
        yield (f"a step of 16 pictures {kind} / a step of PyTorch {version} on a batch in memory",
               f"{middle:.2f} ({min(found):.2f} … {max(found):.2f})", "" if number else "≤ 1.05", number or middle <= 1.05)


def several(folder):
    """Several workers on this machine: their speed, and the weights after 50 steps."""
    noise = plain_pictures(os.path.join(folder, "workers"), 256, 224)
    ratio, seconds = workers.speed(run, noise, folder)
    yield ("MobileNet v1 0.25, 224 px, batches of 64: steps a second of two workers of one thread / of one",
           f"{ratio:.2f}", "≥ 1.7", ratio >= 1.7)
    say("seconds a step by workers:", seconds)
    start = os.path.join(os.path.dirname(places.extractor), "mobilenet_v1_0.25_128_quant.tflite")
    for rate in [0.0001, 0.001]:
        found = workers.agreement(run, places.flowers, start, folder, rate)
        of_threads = found.pop((1, 2))
        worst = max(found.values())
        yield (f"weights after 50 steps at the rate {rate}, 2 / 4 workers: relative distance from one worker's",
               " / ".join(f"{distance:.1e}" for distance in found.values()), "" if rate > 0.0001 else "≤ 1e-4",
               rate > 0.0001 or worst <= 1e-4)
        yield "the same of one worker of two threads", f"{of_threads:.1e}", "", True


parts = {"steps": steps, "workers": several, "frozen": frozen, "trained": trained, "experiment": experiment}
heading = ["| what | found | bound |", "| --- | --- | --- |"]


def write(rows):
    """Writes the rows of all parts into the document."""
    lines = [f"{processor()}, {cores} cores.", "", *heading]
    table.write(places.document, "\n".join(lines + [row for part in parts for row in rows.get(part, [])]) + "\n", mark="training")


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/bench-training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=parts, nargs="+", help="measure only these parts, and keep the last results of the other parts")
    options = parser.parse_args()
    if not os.path.isdir(places.flowers):
        sys.exit("The benchmark needs the test material beside the checkout, or $IMPRINT_TEST_MATERIAL")
    rows = {}
    if os.path.exists(results):
        with open(results) as file:
            rows = json.load(file)
    print("\n".join(heading), flush=True)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only or parts:
            rows[name] = []
            for what, found, bound, holds in parts[name](folder):
                rows[name].append(f"| {what} | {found if holds else f'**{found}**'} | {bound} |")
                print(rows[name][-1], flush=True)
                if not holds:
                    missed.append(what)
            os.makedirs(os.path.dirname(results), exist_ok=True)
            with open(results, "w") as file:
                json.dump(rows, file, ensure_ascii=False)
            write(rows)
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


main()
