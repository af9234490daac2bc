"""Measures accuracy over several data sets: the choice of a base model, the analytic head beside logistic regression, and intervals.

    python data_sets.py FOLDER... --models default.tflite other.tflite [--part bases methods intervals] [--keep FOLDER]

Each data set is a folder with a subfolder for each class. Each draw takes some random pictures of each class, the shots, for
teaching, and measures the balanced accuracy on all others; everything that is compared uses the same draws. Classes that
have too few pictures for the shots and four others are left out. The first model is the default one.

- *bases*: each draw chooses the model with the best leave-one-out accuracy, as `imprint train --model auto` does, and is
  compared with the model that is the best one of the data set over all draws.
- *methods*: the analytic head, and scikit-learn's logistic regression on the same embeddings, scaled to length 1, with the
  strength of its regularisation cross-validated in three folds.
- *intervals*: how often the 95 % interval of the estimate holds the accuracy on the other pictures.

Embeddings are kept in the folder of --keep. The table that the benchmark prints is Markdown.
"""

import argparse
import pathlib
import warnings

import numpy

import imprint

REGULARISATIONS = [1.0, 10.0, 100.0, 1000.0, 10000.0]


class Embedded:
    """The embeddings of a data set by one model."""

    def __init__(self, folder, model, keep):
        kept = keep / f"{folder.name}.{model.stem}.npz"
        with imprint.Extractor(model) as extractor:
            self.extractor_set = imprint.EmbeddingSet(extractor)
            if not kept.exists():
                files = sorted(path for path in folder.glob("*/*") if path.is_file())
                raw, labels = [], []
                for start in range(0, len(files), 256):
                    part = files[start : start + 256]
                    raw.append(extractor.embed_raw(part))
                    labels += [path.parent.name for path in part]
                numpy.savez(kept, raw=numpy.concatenate(raw), labels=numpy.array(labels))
            data = numpy.load(kept)
        self.raw, self.labels = data["raw"], data["labels"]
        self.features = (self.raw.reshape(len(self.raw), -1).astype(numpy.float32)) - self.extractor_set.zero_point

    def head(self, rows):
        with self.extractor_set.copy() as pictures:
            pictures.add(self.raw[rows], self.labels[rows].tolist(), [str(row) for row in rows])
            return imprint.Head(pictures)

    def accuracy(self, head, rows):
        with head:
            names = numpy.array(head.classes)
            return balanced(self.labels[rows], names[head.logits(self.features[rows]).argmax(axis=1)])


def balanced(labels, answers):
    return float(numpy.mean([(answers[labels == name] == name).mean() for name in numpy.unique(labels)]))


def draw(labels, shots, seed):
    """The rows to teach from, and the others."""
    generator = numpy.random.default_rng(seed)
    taught, others = [], []
    for name in numpy.unique(labels):
        rows = generator.permutation(numpy.flatnonzero(labels == name))
        if len(rows) >= shots + 4:
            taught.append(rows[:shots])
            others.append(rows[shots:])
    return numpy.concatenate(taught), numpy.concatenate(others)


def logistic(features, labels, taught, others, shots, seed):
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    rows = features / numpy.maximum(numpy.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    # The solution lies in the span of the rows: a rotation into it leaves all logits the same.
    _, _, basis = numpy.linalg.svd(rows[taught], full_matrices=False)
    inside, outside = rows[taught] @ basis.T, rows[others] @ basis.T

    def fit(strength, x, y):
        return LogisticRegression(C=strength, max_iter=300, tol=1e-3).fit(x, y)

    strength = 100.0
    if shots > 1:
        folds = list(
            StratifiedKFold(min(3, shots), shuffle=True, random_state=seed).split(inside, labels[taught])
        )
        found = [
            numpy.mean([fit(c, inside[a], labels[taught][a]).score(inside[b], labels[taught][b]) for a, b in folds])
            for c in REGULARISATIONS
        ]
        strength = REGULARISATIONS[int(numpy.argmax(found))]
    return balanced(labels[others], fit(strength, inside, labels[taught]).predict(outside))


def spread(values):
    return numpy.std(values, ddof=1) / numpy.sqrt(len(values))


def bases(folders, models, keep, draws, shots):
    print(f"\n| data set, {shots} pictures a class, {draws} draws | auto | best base | ratio | default base | auto − default |")
    print("| --- | --- | --- | --- | --- | --- |")
    autos, bests, worst = [], [], 1.0
    for folder in folders:
        embedded = [Embedded(folder, model, keep) for model in models]
        table, chosen = [], []
        for seed in range(draws):
            taught, others = draw(embedded[0].labels, shots, seed)
            estimates, found = [], []
            for one in embedded:
                head = one.head(taught)
                estimates.append(head.estimate.accuracy)
                found.append(one.accuracy(head, others))
            table.append(found)
            chosen.append(int(numpy.argmax(estimates)))
        table = numpy.array(table)
        means, auto = table.mean(axis=0), float(table[range(draws), chosen].mean())
        best = int(means.argmax())
        autos.append(auto)
        bests.append(means[best])
        worst = min(worst, auto - means[0])
        print(
            f"| {folder.name} | {auto:.4f} | {means[best]:.4f} ({models[best].stem}) | {auto / means[best]:.4f} | "
            f"{means[0]:.4f} | {auto - means[0]:+.4f} |",
            flush=True,
        )
        others = ", ".join(f"{model.stem} {mean:.4f}" for model, mean in zip(models, means))
        print(f"<!-- {folder.name}: {others}; chosen {numpy.bincount(chosen, minlength=len(models)).tolist()} -->")
    print(f"| mean | {numpy.mean(autos):.4f} | {numpy.mean(bests):.4f} | {numpy.mean(autos) / numpy.mean(bests):.4f} | | worst {worst:+.4f} |")


def methods(folders, models, keep, draws):
    print(f"\n| data set, {models[0].stem}, {draws} draws | shots | analytic | logistic regression | difference | paired standard errors |")
    print("| --- | --- | --- | --- | --- | --- |")
    everything = []
    for folder in folders:
        one = Embedded(folder, models[0], keep)
        for shots in (1, 2, 5, 10, 20):
            ours, theirs = [], []
            for seed in range(draws):
                taught, others = draw(one.labels, shots, seed)
                ours.append(one.accuracy(one.head(taught), others))
                theirs.append(logistic(one.features, one.labels, taught, others, shots, seed))
            difference = numpy.array(ours) - numpy.array(theirs)
            everything.append(difference.mean())
            print(
                f"| {folder.name} | {shots} | {numpy.mean(ours):.4f} | {numpy.mean(theirs):.4f} | {difference.mean():+.4f} | "
                f"{difference.mean() / spread(difference):+.1f} |",
                flush=True,
            )
    print(f"| mean | | | | {numpy.mean(everything):+.4f} | |")


def intervals(folders, models, keep, draws):
    print(f"\n| data set, {models[0].stem}, {draws} draws | shots | others | estimate − accuracy | interval holds the accuracy |")
    print("| --- | --- | --- | --- | --- |")
    for folder in folders:
        one = Embedded(folder, models[0], keep)
        for shots in (5, 10, 20):
            held, biases, width = [], [], []
            for seed in range(draws):
                taught, others = draw(one.labels, shots, seed)
                head = one.head(taught)
                estimate = head.estimate
                accuracy = one.accuracy(head, others)
                held.append(estimate.lower <= accuracy <= estimate.upper)
                biases.append(estimate.accuracy - accuracy)
                width.append(estimate.upper - estimate.lower)
            print(
                f"| {folder.name} | {shots} | {len(others)} | {numpy.mean(biases):+.4f} | {numpy.mean(held):.3f} (mean width {numpy.mean(width):.3f}) |",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--models", nargs="+", type=pathlib.Path, required=True)
    parser.add_argument("--part", nargs="+", choices=["bases", "methods", "intervals"], default=["bases", "methods", "intervals"])
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("embedded"))
    parser.add_argument("--base-shots", nargs="+", type=int, default=[5, 20])
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--interval-draws", type=int, default=200)
    options = parser.parse_args()
    # With one picture a class scikit-learn asks whether the classes are numbers.
    warnings.filterwarnings("ignore", message="The number of unique classes")
    options.keep.mkdir(parents=True, exist_ok=True)
    if "bases" in options.part:
        for shots in options.base_shots:
            bases(options.folders, options.models, options.keep, options.draws, shots)
    if "methods" in options.part:
        methods(options.folders, options.models, options.keep, options.draws)
    if "intervals" in options.part:
        intervals(options.folders, options.models, options.keep, options.interval_draws)


if __name__ == "__main__":
    main()
