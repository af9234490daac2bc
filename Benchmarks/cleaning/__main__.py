"""Measures finding wrong labels and duplicates in messy copies of Oxford's 17 flowers, compared with Cleanlab.

Prints the table, row by row, and writes it into Documentation/benchmarks.md. It takes a quarter of an hour on two cores.

Needs the test material beside the checkout or in $IMPRINT_TEST_MATERIAL, `imprint model fetch`, and a Python in $PYTHON
with Pillow, NumPy, scikit-learn and Cleanlab.
"""
import argparse, csv, datetime, json, os, random, shutil, statistics, struct, subprocess, sys, tempfile, time

import messy, places, table
from machine import processor

cores = os.cpu_count()
results = os.path.join(places.root, "Benchmarks", ".build", "cleaning.json")
natural = os.path.join(os.path.dirname(os.path.abspath(__file__)), "flowers17-copies.csv")


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Measured:
    """The output, the time and the greatest memory of a run of the command."""

    def __init__(self, *arguments):
        say("$ imprint", *arguments)
        start = time.perf_counter()
        process = subprocess.Popen([places.imprint, *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds = time.perf_counter() - start
        if status != 0:
            sys.exit(f"imprint {' '.join(arguments)} failed")
        self.report = json.loads(text)
        self.megabytes = usage.ru_maxrss / 1000


def embeddings(file):
    """The plain embeddings of a file as an array, the class of each picture, and the names of the pictures."""
    import numpy as np

    with open(file, "rb") as opened:
        data = opened.read()
    length = struct.unpack("<I", data[8:12])[0]
    header = json.loads(data[12:12 + length])
    space = header["space"]
    kind = {"uint8": np.uint8, "int8": np.int8, "float32": np.float32}[space["element"]]
    names = [name for known in header["classes"] for name in known["pictures"]]
    start = 12 + length + (96 * len(names) if header.get("hasIdentities") else 0)
    rows = np.frombuffer(data[start:-32], kind).astype(np.float32).reshape(len(names), -1, space["dimension"])[:, 0]
    labels = np.repeat(np.arange(len(header["classes"])), [len(known["pictures"]) for known in header["classes"]])
    return rows - space["zeroPoint"], labels, names


def cleanlab(file):
    """The names of the pictures, those with the likeliest label issues first, and the seconds that it took."""
    import numpy as np
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.preprocessing import normalize

    rows, labels, names = embeddings(file)
    start = time.perf_counter()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    chances = cross_val_predict(
        LogisticRegression(max_iter=1000, C=10), normalize(rows), labels, cv=folds, method="predict_proba")
    issues = find_label_issues(labels, chances, return_indices_ranked_by="self_confidence")
    seconds = time.perf_counter() - start
    rest = np.argsort(get_label_quality_scores(labels, chances, method="self_confidence"))
    order = list(issues) + [index for index in rest if index not in set(issues)]
    return [names[index] for index in order], seconds


def labels(folder, copies):
    """Precision at R: wrong labels among as many suspects as there are wrong ones."""
    own, theirs, ratios = [], [], []
    for seed in range(copies):
        data = os.path.join(folder, "messy")
        bad = messy.make(places.flowers, data, seed)
        file = os.path.join(folder, "messy.embeddings")
        Measured("embed", data, "-o", file, "--augment", "none")
        there = set(embeddings(file)[2])
        bad &= there
        checked = Measured("check", file, "--suspects", "all")
        suspects = [suspect["picture"] for suspect in checked.report["suspects"]]
        ranked, seconds = cleanlab(file)
        own.append(sum(name in bad for name in suspects[:len(bad)]) / len(bad))
        theirs.append(sum(name in bad for name in ranked[:len(bad)]) / len(bad))
        ratios.append(checked.seconds / seconds)
        say(f"copy {seed}: {own[-1]:.3f}, Cleanlab {theirs[-1]:.3f}, time / Cleanlab's {ratios[-1]:.3f}")
    mean, other = statistics.fmean(own), statistics.fmean(theirs)
    yield (f"wrong labels among as many suspects as there are wrong ones, mean of {copies} messy copies", f"{mean:.3f}",
           "≥ 0.90", mean >= 0.9)
    yield "the same by Cleanlab, on the same embeddings", f"{other:.3f}", f"≤ {mean:.3f}", other <= mean
    ratio = statistics.median(ratios)
    yield "time of the check / time of Cleanlab", f"{ratio:.2f}", "≤ 0.2", ratio <= 0.2


def families(pairs):
    """Returns a function from a name to its family: names that pairs connect."""
    parents = {}

    def root(name):
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    for one, other in pairs:
        parents[root(one)] = root(other)
    return root


def duplicates(folder, _):
    """Exact and near-duplicates: recall and precision."""
    data = os.path.join(folder, "duplicates")
    pairs = messy.with_near_duplicates(places.flowers, data, 1, 0.3)
    numbers = random.Random(2)
    exact = []
    for name, paths in messy.classes(data).items():
        for path in numbers.sample(paths, 3):
            copy = os.path.join(data, name, "exact-" + os.path.basename(path))
            shutil.copyfile(path, copy)
            exact.append(copy)
    with open(natural, newline="") as opened:
        known = [[os.path.join(data, name) for name in row] for row in list(csv.reader(opened))[1:]]
    report = Measured("check", data).report
    copied = {copy["picture"] for copy in report["copies"]}
    # Of two files with the same content, the later name is the copy.
    found = sum(copy in copied or copy.replace("exact-", "") in copied for copy in exact) / len(exact)
    yield "exact duplicates found", f"{found:.3f}", "1.0", found == 1
    same = families([(one, other) for one, other, _ in pairs] + known
                    + [(copy, os.path.join(os.path.dirname(copy), os.path.basename(copy)[6:])) for copy in exact])
    group = {}
    joined = right = 0
    for number, members in enumerate(report["nearDuplicates"]):
        names = [member["picture"] for member in members["members"]]
        group.update(dict.fromkeys(names, number))
        for place, one in enumerate(names):
            for other in names[place + 1:]:
                joined += 1
                right += same(one) == same(other)
    place = lambda name: group.get(name, group.get(os.path.join(os.path.dirname(name), "exact-" + os.path.basename(name)), name))
    recalls = {}
    for one, other, kind in pairs:
        recalls.setdefault(kind, []).append(place(one) == place(other))
    recall = statistics.fmean(hit for hits in recalls.values() for hit in hits)
    words = ", ".join(f"{kind} {statistics.fmean(hits):.3f}" for kind, hits in sorted(recalls.items()))
    yield f"near-duplicates found: recall ({words})", f"{recall:.3f}", "≥ 0.95", recall >= 0.95
    yield ("the same: precision; the data set's own 78 pairs, checked by eye, count as right", f"{right / joined:.3f}", "≥ 0.99",
           right / joined >= 0.99)


def estimate(folder, _):
    """Leave-one-out against held-out pictures where 30 % of the pictures have a near-duplicate."""
    data = os.path.join(folder, "near")
    messy.with_near_duplicates(places.flowers, data, 3, 0.3)
    gaps = []
    for seed in range(5):
        report = Measured("train", "--data", data, "--test-ratio", "0.5", "--seed", str(seed), "--augment", "none",
                          "--output", os.path.join(folder, "near.tflite"), "--no-embeddings").report
        gaps.append(report["leaveOneOut"]["accuracy"] - report["topK"][0])
    gap = statistics.fmean(gaps)
    yield "leave-one-out − held-out accuracy with 30 % near-duplicates, mean of 5 splits", f"{gap:+.3f}", "within ±0.03", abs(gap) <= 0.03


def speed(folder, _):
    """Training and checking 5000 pictures whose embeddings are cached."""
    data = os.path.join(folder, "many")
    numbers = random.Random(4)
    count = 0
    for name, paths in messy.classes(places.flowers).items():
        os.makedirs(os.path.join(data, name))
        for number in range(295):
            path = paths[number % len(paths)]
            copy = os.path.join(data, name, f"{number:03}.jpg")
            if number < len(paths):
                shutil.copyfile(path, copy)
            else:
                # Parts of pictures, so that they are other ones.
                picture = messy.upright(path)
                width, height = picture.size
                side = int(numbers.uniform(0.4, 0.7) * min(width, height))
                left, top = numbers.randint(0, width - side), numbers.randint(0, height - side)
                picture.crop((left, top, left + side, top + side)).save(copy, quality=90)
            count += 1
    model = os.path.join(folder, "many.tflite")
    Measured("train", "--data", data, "--output", model)
    first, second = sorted(messy.classes(data))[:2]
    os.rename(os.path.join(data, first, "000.jpg"), os.path.join(data, second, "moved.jpg"))
    times = [Measured("train", "--data", data, "--output", model).seconds for _ in range(3)]
    yield f"train on {count} cached pictures after one is relabelled, seconds", f"{min(times):.2f}", "≤ 2", min(times) <= 2
    checks = [Measured("check", data) for _ in range(3)]
    best = min(checks, key=lambda check: check.seconds)
    yield f"check of {count} cached pictures, seconds", f"{best.seconds:.2f}", "≤ 5", best.seconds <= 5
    most = max(check.megabytes for check in checks)
    yield "the same: greatest memory, MB", f"{most:.0f}", "≤ 500", most <= 500


parts = {"labels": labels, "duplicates": duplicates, "estimate": estimate, "speed": speed}
heading = ["| what | found | bound |", "| --- | --- | --- |"]


def write(rows):
    """Writes the rows of all parts into the document."""
    lines = [f"{processor()}, {cores} cores, {datetime.date.today()}.", "", *heading]
    table.write(places.document, "\n".join(lines + [row for part in parts for row in rows.get(part, [])]) + "\n", mark="cleaning")


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/bench-cleaning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=parts, nargs="+", help="measure only these parts, and keep the last results of the other parts")
    parser.add_argument("--copies", type=int, default=20, help="number of messy copies (default: 20)")
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
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")
        for name in options.only or parts:
            rows[name] = []
            for what, found, bound, holds in parts[name](folder, options.copies):
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
