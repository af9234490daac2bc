"""Models and pictures for the tests: made here, so that the tests need nothing else."""

import os
import pathlib

import numpy
import pytest
from PIL import Image

import imprint

CHECKOUT = pathlib.Path(os.environ.get("IMPRINT_CHECKOUT", pathlib.Path(__file__).parents[2]))
MATERIAL = pathlib.Path(os.environ.get("IMPRINT_TEST_MATERIAL", CHECKOUT.parent / "shared"))

needs_material = pytest.mark.skipif(
    not (MATERIAL / "NOTICE.md").exists(), reason="needs the photographs and trained models in $IMPRINT_TEST_MATERIAL"
)


def pattern(kind, number, size=(96, 80)):
    """A picture of a kind: stripes of its colour and width on a noisy ground."""
    random = numpy.random.default_rng(1000 * kind + number)
    height, width = size
    picture = random.integers(0, 60, (height, width, 3), dtype=numpy.uint8)
    step = 4 + 6 * kind
    stripes = (numpy.arange(width) + random.integers(0, step)) // step % 2 == 0
    picture[:, stripes, kind % 3] = random.integers(180, 256)
    return picture


@pytest.fixture(scope="session")
def base():
    """The default model, made once for all tests."""
    return imprint.default_model(progress=False)


@pytest.fixture(scope="session")
def pictures():
    """Six pictures of each of three kinds, and their labels."""
    kinds = [(kind, number) for kind in range(3) for number in range(6)]
    return [pattern(kind, number) for kind, number in kinds], [f"kind {kind}" for kind, _ in kinds]


@pytest.fixture(scope="session")
def folder(pictures, tmp_path_factory):
    """The same pictures as files, in a folder for each kind."""
    root = tmp_path_factory.mktemp("pictures")
    for place, (picture, label) in enumerate(zip(*pictures)):
        (root / label).mkdir(exist_ok=True)
        Image.fromarray(picture).save(root / label / f"{place:02}.png")
    return root


@pytest.fixture(scope="session")
def model(base, pictures, tmp_path_factory):
    """A classifier of the three kinds."""
    teacher = imprint.Teacher(base)
    teacher.learn(*pictures)
    return teacher.save(tmp_path_factory.mktemp("model") / "kinds.tflite")


@pytest.fixture
def classifies_alike(pictures, tmp_path):
    """Says whether two models are the same classifier, whatever their records say that they were taught from."""

    def check(*models):
        seen = []
        for place, contents in enumerate(models):
            path = tmp_path / f"{place}.tflite"
            path.write_bytes(contents)
            known = imprint.inspect(path)
            answers = [imprint.Classifier(path)(picture) for picture in pictures[0]]
            scores = [[(each.label, each.score) for each in answer.classes] for answer in answers]
            seen.append((scores, known["labels"], known["unknown"], known["record"]["counts"]))
        return seen[0] == seen[1]

    return check
