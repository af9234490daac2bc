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

# Type checkers read these imports. Otherwise a module is imported when one of its names is first used, which saves half of
# the time of a program that only classifies.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._classifier import Answer, Classification, Classifier
    from ._default_model import default_model
    from ._embeddings import EmbeddingSet, Head
    from ._engine import ImprintingEngine, SoftmaxRegression
    from ._extractor import Extractor
    from ._inspect import inspect
    from ._records import ClassResult, Confusion, Estimate, Evaluation, Lesson, Mistake, Suspect, TaughtClass
    from ._teacher import Teacher

_MODULES = {
    "_classifier": ("Answer", "Classification", "Classifier"),
    "_default_model": ("default_model",),
    "_embeddings": ("EmbeddingSet", "Head"),
    "_engine": ("ImprintingEngine", "SoftmaxRegression"),
    "_extractor": ("Extractor",),
    "_inspect": ("inspect",),
    "_records": ("ClassResult", "Confusion", "Estimate", "Evaluation", "Lesson", "Mistake", "Suspect", "TaughtClass"),
    "_teacher": ("Teacher",),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name):
    module = _PLACES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_PLACES})


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
