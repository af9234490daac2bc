"""Classifiers and their answers."""

import collections
import ctypes
import math
import os

from . import _errors, _library
from ._pictures import Pictures
from ._progress import Meter


class Classification(collections.namedtuple("Classification", ["id", "label", "score"])):
    """A class to which a picture may belong, with its score.

    Attributes:
        id: The class's index in the model's output.
        label: The class's name, or its id where it has no name.
        score: The model's score: a probability where the model ends in a softmax.
    """

    __slots__ = ()

    def __str__(self):
        return f"{self.label} {self.score:.3f}"


class Answer:
    """A classifier's answer for one picture.

    Attributes:
        classes: The classes with the highest scores, best first; for an unknown picture the most similar ones.
        is_unknown: Whether the picture shows none of the classes.
        novelty_score: The higher, the more similar the picture is to the taught ones; None where the model has no such score.
    """

    __slots__ = ("classes", "is_unknown", "novelty_score")

    def __init__(self, classes, is_unknown, novelty_score):
        self.classes = classes
        self.is_unknown = is_unknown
        self.novelty_score = novelty_score

    @property
    def best(self):
        """The best class; None where the picture is unknown, or no score reaches the threshold."""
        return self.classes[0] if self.classes and not self.is_unknown else None

    @property
    def label(self):
        """The name of the best class; None where there is none."""
        return self.best.label if self.best else None

    @property
    def score(self):
        """The score of the best class; None where there is none."""
        return self.best.score if self.best else None

    def __str__(self):
        words = ", ".join(map(str, self.classes))
        if self.is_unknown:
            return f"unknown (nearest {self.classes[0]})" if self.classes else "unknown"
        return words or "nothing"

    def __repr__(self):
        return f"<Answer {self}>"

    def __eq__(self, other):
        if not isinstance(other, Answer):
            return NotImplemented
        return (self.classes, self.is_unknown, self.novelty_score) == (
            other.classes,
            other.is_unknown,
            other.novelty_score,
        )

    __hash__ = None


class Classifier(_library.Handle):
    """An image classification model.

    ::

        classifier = imprint.Classifier("flowers.tflite")
        answer = classifier("rose.jpg")             # or a NumPy picture of any size
        print(answer.label, answer.score)

    Any number of threads may use one classifier at the same time.

    Args:
        model: A model's file, or the bytes of one.
        labels: The names of the classes, a list, a dict by id, or a label file; by default those in the model.
        resize: How a picture is fitted to the model's input: ``"crop"``, ``"crop:0.875"``, ``"squash"``, ``"pad"`` or
            ``"nearest"``; by default as in training, else ``"crop"``.
        test_time_augmentation: ``"none"``, or ``"five"`` or ``"thirteen"`` views over which scores are averaged.
        unknown: The share of pictures of the known classes that may be called unknown, from 0 to less than 1, or
            ``"never"``; by default the rate in the model.
        arithmetic: ``"auto"``, ``"exact"`` or ``"int8"``, for uint8 models.
        device: ``"auto"``, ``"cpu"``, ``"edgetpu"`` or ``"edgetpu:usb:0"``.
        threads: The number of threads; by default one per core.
        mean, std: The normalisation (byte − mean) / std, a number or three; by default as the model states.
        cache: Whether to keep prepared models in the user's cache folder, to open them faster, and the embeddings of picture
            files that are taught or evaluated, so that only new ones are embedded.

    Raises:
        ModelError: where the file is not a model, or not a classifier of pictures.
    """

    _free = "imprint_classifier_free"

    def __init__(
        self,
        model,
        *,
        labels=None,
        resize=None,
        test_time_augmentation=None,
        unknown=None,
        arithmetic=None,
        device=None,
        threads=None,
        mean=None,
        std=None,
        cache=None,
    ):
        made = ctypes.c_void_p()
        options = _library.Options(
            labels=_library.label_text(labels),
            resize=resize,
            test_time_augmentation=test_time_augmentation,
            unknown=unknown,
            arithmetic=arithmetic,
            device=device,
            threads=threads,
            mean=mean,
            std=std,
            cache=cache,
            trial=_library.trial(),
        )
        with options as pointer:
            if isinstance(model, (bytes, bytearray, memoryview)) and not _is_bytes_path(model):
                data = bytes(model)
                _library.call("classifier_open_bytes", data, len(data), pointer, ctypes.byref(made))
                self._name = "of bytes"
            else:
                _library.call("classifier_open", _library.path_bytes(model), pointer, ctypes.byref(made))
                self._name = repr(os.fsdecode(model))
        super().__init__(made.value)

    @property
    def labels(self):
        """The names of the classes, in the order of their ids."""
        opened = _library.library()
        with self._use() as pointer:
            count = opened.imprint_classifier_class_count(pointer)
            return [opened.imprint_classifier_label(pointer, number).decode() for number in range(count)]

    @property
    def class_count(self):
        """The number of classes."""
        with self._use() as pointer:
            return _library.library().imprint_classifier_class_count(pointer)

    @property
    def input_size(self):
        """The width and height of the model's input in pixels."""
        width, height = ctypes.c_int32(), ctypes.c_int32()
        with self._use() as pointer:
            _library.library().imprint_classifier_input(pointer, ctypes.byref(width), ctypes.byref(height))
        return width.value, height.value

    def __call__(self, pictures, **options):
        """Classifies a picture, or many; see :meth:`classify`."""
        return self.classify(pictures, **options)

    def classify(self, pictures, *, top_k=3, threshold=-math.inf, channels=None, errors="raise", progress=None):
        """Classifies a picture, or many on all cores.

        Args:
            pictures: A path, an array of uint8 ``[height, width]`` or ``[height, width, 1 | 3 | 4]``, a PIL picture; or for
                many pictures an array ``[n, height, width, 1 | 3 | 4]``, or a list of paths, arrays or PIL pictures.
            top_k: The greatest number of classes in an answer.
            threshold: The least score of a class in an answer.
            channels: The order of an array's channels, such as ``"bgr"`` for OpenCV's; by default RGB or RGBA.
            errors: ``"raise"``, or ``"return"`` for a PictureError in place of the answer for a file that cannot be read.
            progress: A function of the numbers done and in all, True for a bar, False for none; by default a bar where
                standard error is a terminal.

        Returns:
            An :class:`Answer`, or a list of them for many pictures.

        Raises:
            PictureError: for a file that cannot be read.
            InvalidArgumentError: for an array that is no picture.
        """
        if errors not in ("raise", "return"):
            raise _errors.InvalidArgumentError(
                f"errors is {errors!r}", 'it must be "raise" or "return"', "InvalidArgument"
            )
        top_k, threshold = _count(top_k, "top_k"), float(threshold)
        given = Pictures(pictures, channels)
        if given.count == 0:
            return []
        made = ctypes.c_void_p()
        name = "classifier_classify_" + given.kind
        with self._use() as pointer:
            if given.is_single:
                _library.call(
                    name, pointer, given.argument, 1, threshold, top_k, _library.Progress(), None, ctypes.byref(made)
                )
            else:
                with Meter(progress, "Classifying") as meter:
                    meter.call(
                        name,
                        pointer,
                        given.argument,
                        given.count,
                        threshold,
                        top_k,
                        meter.argument,
                        None,
                        ctypes.byref(made),
                    )
        answers = _answers(made.value)
        if errors == "raise":
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
        return answers[0] if given.is_single else answers

    def scores(self, pictures, *, channels=None, progress=None):
        """Returns the scores of all classes, whether or not a picture is unknown.

        Args:
            pictures, channels, progress: As for :meth:`classify`.

        Returns:
            An array of float32: ``[classes]`` for one picture, ``[n, classes]`` for many.

        Raises:
            PictureError: for a file that cannot be read.
        """
        import numpy

        given = Pictures(pictures, channels)
        scores = numpy.zeros((given.count, self.class_count), numpy.float32)
        if given.count:
            with self._use() as pointer, Meter(False if given.is_single else progress, "Classifying") as meter:
                meter.call(
                    "classifier_score_" + given.kind,
                    pointer,
                    given.argument,
                    given.count,
                    meter.argument,
                    None,
                    scores.ctypes.data,
                )
        return scores[0] if given.is_single else scores

    def evaluate(self, pictures, *, strict=False, progress=None):
        """Classifies labelled pictures, and compares the answers with the labels.

        Args:
            pictures: A folder with one folder of pictures for each class, or a list file of ``path,label`` lines.
            strict: Whether a file that cannot be read is an error; otherwise it is left out.
            progress: As for :meth:`classify`.

        Returns:
            An :class:`Evaluation`.

        Raises:
            TeachingError: for a class that the classifier does not have.
        """
        import json

        from ._records import evaluation_of

        made = ctypes.c_void_p()
        with self._use() as pointer, Meter(progress, "Classifying") as meter:
            meter.call(
                "classifier_evaluate",
                pointer,
                _library.path_bytes(pictures),
                int(bool(strict)),
                meter.argument,
                None,
                ctypes.byref(made),
            )
        return evaluation_of(json.loads(_library.taken_bytes(made.value)), self.labels)

    def __repr__(self):
        return f"<Classifier {self._name}{', closed' if self.closed else ''}>"


def _is_bytes_path(model):
    # A file of a model has a signature in its bytes 4 to 8; a path is short and has none.
    return isinstance(model, bytes) and len(model) < 4096 and bytes(model[4:8]) != b"TFL3"


def _count(value, name):
    if not isinstance(value, int) and not hasattr(value, "__index__") or int(value) < 1:
        raise _errors.InvalidArgumentError(
            f"{name} is {value!r}", "it must be a number of at least 1", "InvalidArgument"
        )
    return int(value)


def _answers(pointer):
    """Returns the answers that the library made, and frees them."""
    opened = _library.library()
    try:
        answers = []
        for picture in range(opened.imprint_answers_count(pointer)):
            error = opened.imprint_answers_error(pointer, picture)
            if error is not None:
                answers.append(_errors.PictureError(error.decode(), None, "PictureError"))
                continue
            novelty = opened.imprint_answers_novelty_score(pointer, picture)
            answers.append(
                Answer(
                    [
                        Classification(
                            opened.imprint_answers_class_id(pointer, picture, rank),
                            opened.imprint_answers_label(pointer, picture, rank).decode(),
                            opened.imprint_answers_score(pointer, picture, rank),
                        )
                        for rank in range(opened.imprint_answers_class_count(pointer, picture))
                    ],
                    bool(opened.imprint_answers_is_unknown(pointer, picture)),
                    None if math.isnan(novelty) else novelty,
                )
            )
        return answers
    finally:
        opened.imprint_answers_free(pointer)
