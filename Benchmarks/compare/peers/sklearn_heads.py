"""Times scikit-learn's heads on given embeddings, and measures their accuracy.

    sklearn_heads.py METHOD RUNS FOLDER

METHOD is ridge (RidgeClassifierCV, leave-one-out) or logistic (LogisticRegression, with a strength that is good on these data).
FOLDER contains training.x, training.y, test.x and test.y, as solve-heads writes them. The features are those of the analytic
head: square roots, normalised to length 1. Computing them is not timed.
"""
import json, os, sys, time, warnings

import numpy as np
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV

warnings.filterwarnings("ignore")
method, runs, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def load(name):
    labels = np.fromfile(os.path.join(folder, name + ".y"), np.int32)
    steps = np.fromfile(os.path.join(folder, name + ".x"), np.float32).reshape(len(labels), -1)
    roots = np.sign(steps) * np.sqrt(np.abs(steps))
    return roots / np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-9), labels


def head():
    if method == "ridge":
        return RidgeClassifierCV(alphas=np.logspace(-3, 3, 7))
    return LogisticRegression(C=100, max_iter=200)


features, labels = load("training")
test, answers = load("test")
seconds = []
# The first run is a warm-up.
for run in range(runs + 1):
    start = time.perf_counter()
    fitted = head().fit(features, labels)
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds[-runs:], "accuracy": float((fitted.predict(test) == answers).mean())}))
