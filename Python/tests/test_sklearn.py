import pickle

import numpy
import pytest

pytest.importorskip("sklearn")
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from imprint.sklearn import HeadClassifier, PictureClassifier, PictureEmbedder


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["analytic", "imprinted", "prototypes", "softmax"])
def test_heads_pass_the_checks_of_scikit_learn(method):
    results = check_estimator(HeadClassifier(method=method), on_fail=None)
    assert len(results) > 40
    failures = {row["check_name"]: row["exception"] for row in results if row["status"] == "failed"}
    assert not failures


def test_a_pipeline_from_pictures(base, pictures, folder):
    arrays, labels = pictures
    pipeline = make_pipeline(PictureEmbedder(base), HeadClassifier())
    assert cross_val_score(pipeline, numpy.stack(arrays), labels, cv=3).mean() > 0.9
    files = [str(file) for file in sorted(folder.rglob("*.png"))]
    pipeline.fit(files, [file.split("/")[-2] for file in files])
    assert pipeline.score(files, [file.split("/")[-2] for file in files]) == 1


def test_a_classifier_of_pictures(base, pictures):
    arrays, labels = pictures
    classifier = PictureClassifier(base).fit(arrays, labels)
    assert list(classifier.classes_) == ["kind 0", "kind 1", "kind 2"]
    assert classifier.score(arrays, labels) == 1 and classifier.estimate_.accuracy > 0.8
    again = pickle.loads(pickle.dumps(classifier))
    assert numpy.array_equal(again.predict_proba(arrays), classifier.predict_proba(arrays))
    numbers = PictureClassifier(base).fit(numpy.stack(arrays), [int(label[-1]) for label in labels])
    assert list(numbers.predict(arrays[:2])) == [0, 0]
