"""Solving for the last layer, from the same embeddings."""
import statistics

import floors, places
from commands import alternate, need_bench_python, peer, ratios, run
from table import Row


def fastest(theirs, folder, cores):
    """The faster of the peer's runs with one thread and with all threads: with few rows, more threads may not help."""
    found = [peer("sklearn_heads", theirs, "3", folder, python=places.bench_python,
                  environment={"OPENBLAS_NUM_THREADS": str(threads)}).json for threads in {1, cores}]
    return min(found, key=lambda one: statistics.median(one["seconds"]))


def least(cores, pictures=1020, dimension=1024):
    """The floor of the products of all pairs of rows, or of columns where they are fewer, and of one factorisation."""
    side = min(pictures, dimension)
    return floors.seconds(floats=pictures * dimension * side / 2 + side ** 3 / 6, cores=cores)


def against(method, theirs, name, bound):
    def measure(prepared, what):
        need_bench_python()
        training, test = prepared.embeddings
        folder = prepared.exported
        mine, others = alternate(
            prepared.runs, lambda: run(places.program("solve-heads"), method, "3", training, test).json,
            lambda: fastest(theirs, folder, prepared.cores))
        ours, peers = ([statistics.median(one["seconds"]) for one in found] for found in (mine, others))
        note = f"accuracy on 340 other pictures: ours {mine[0]['accuracy']:.3f}, the peer {others[0]['accuracy']:.3f}"
        return Row(what, f"seconds of scikit-learn's {name}", ratios(ours, peers), bound, at_most=True, note=note,
                   figures={"ours": (ours, "s"), "the peer": (peers, "s")}, floor=least(prepared.cores), seconds=ours)
    return measure


shape = "17 classes, 1020 pictures"
rows = [
    (f"analytic head with leave-one-out, {shape}",
     against("analytic", "ridge", "RidgeClassifierCV, 7 strengths by leave-one-out", 0.5)),
    (f"the same with the novelty score, as `train` solves it, {shape}",
     against("analytic-novelty", "ridge", "RidgeClassifierCV, which has no novelty score", 1.0)),
    (f"analytic head with leave-one-out, {shape}",
     against("analytic", "logistic", "LogisticRegression, with a fixed strength", 2.0)),
    (f"softmax head, {shape}", against("softmax", "logistic", "LogisticRegression", 1.0)),
]
