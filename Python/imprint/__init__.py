"""Imprint: teach image classifiers new classes from a few pictures of each, in seconds, on the CPU.

::

    import imprint
    teacher = imprint.Teacher()
    teacher.learn("flowers")
    teacher.save("flowers.tflite")
    print(imprint.Classifier("flowers.tflite")("rose.jpg"))

``imprint.sklearn`` has estimators for scikit-learn, and ``imprint.coral`` Coral's names.
"""

__version__ = "0.1.0"

from ._classifier import Answer, Classification, Classifier
from ._default_model import default_model
from ._embeddings import EmbeddingSet, Head
from ._engine import ImprintingEngine, SoftmaxRegression
from ._errors import (
    CancelledError,
    ClosedError,
    EmbeddingError,
    ForkError,
    ImprintError,
    InvalidArgumentError,
    ModelError,
    PictureError,
    RuntimeMissingError,
    TeachingError,
)
from ._extractor import Extractor
from ._inspect import inspect
from ._records import ClassResult, Confusion, Estimate, Evaluation, Lesson, Mistake, Suspect, TaughtClass
from ._teacher import Teacher

__all__ = [
    "Answer",
    "CancelledError",
    "ClassResult",
    "Classification",
    "Classifier",
    "ClosedError",
    "Confusion",
    "EmbeddingError",
    "EmbeddingSet",
    "Estimate",
    "Evaluation",
    "Extractor",
    "ForkError",
    "Head",
    "ImprintError",
    "ImprintingEngine",
    "InvalidArgumentError",
    "Lesson",
    "Mistake",
    "ModelError",
    "PictureError",
    "RuntimeMissingError",
    "SoftmaxRegression",
    "Suspect",
    "TaughtClass",
    "Teacher",
    "TeachingError",
    "default_model",
    "inspect",
]
