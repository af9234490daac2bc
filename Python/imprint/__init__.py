"""Imprint: teach image classifiers new classes from a few pictures of each, in seconds, on the CPU.

::

    import imprint
    teacher = imprint.Teacher()
    teacher.learn("flowers")
    teacher.save("flowers.tflite")
    print(imprint.Classifier("flowers.tflite")("rose.jpg"))
"""

__version__ = "0.1.0"

from ._classifier import Answer, Classification, Classifier
from ._default_model import default_model
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
from ._teacher import Confusion, Estimate, Lesson, Suspect, TaughtClass, Teacher

__all__ = [
    "Answer",
    "CancelledError",
    "Classification",
    "Classifier",
    "ClosedError",
    "Confusion",
    "EmbeddingError",
    "Estimate",
    "Extractor",
    "ForkError",
    "ImprintError",
    "InvalidArgumentError",
    "Lesson",
    "ModelError",
    "PictureError",
    "RuntimeMissingError",
    "Suspect",
    "TaughtClass",
    "Teacher",
    "TeachingError",
    "default_model",
]
