"""The last layer, solved for from the same embeddings."""
import statistics

import places
from commands import alternate, need_bench_python, peer, ratios, run
from table import Row


def against(method, theirs, name, bound, runs="3"):
    def measure(prepared, what):
        need_bench_python()
        learnt, asked = prepared.seen
        folder = prepared.embeddings
        mine, others = alternate(
            prepared.runs, lambda: run(places.program("solve-heads"), method, "3", learnt, asked).json,
            lambda: peer("sklearn_heads", theirs, runs, folder, python=places.bench_python).json)
        ours, peers = ([statistics.median(one["seconds"]) for one in found] for found in (mine, others))
        note = f"right on 340 others: ours {mine[0]['accuracy']:.3f}, the peer {others[0]['accuracy']:.3f}"
        return Row(what, f"seconds of scikit-learn's {name}", ratios(ours, peers), bound, at_most=True, note=note,
                   figures={"ours": (ours, "s"), "the peer": (peers, "s")})
    return measure


shape = "17 classes, 1020 pictures"
rows = [
    (f"the analytic head with leave-one-out, {shape}",
     against("analytic", "ridge", "RidgeClassifierCV, 7 strengths by leave-one-out", 0.5)),
    (f"the analytic head with leave-one-out, {shape}",
     against("analytic", "logistic-cv", "LogisticRegressionCV, 4 strengths in 3 parts", 0.5, runs="1")),
    (f"the softmax head, {shape}", against("softmax", "logistic", "LogisticRegression", 1.0)),
]
