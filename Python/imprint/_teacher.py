"""Teachers, which learn classes from pictures."""

import contextlib
import ctypes
import os
import pathlib

from . import _errors, _library
from ._classifier import Classifier
from ._default_model import model_bytes
from ._embeddings import EmbeddingSet, texts
from ._pictures import Pictures
from ._progress import Meter
from ._records import Lesson, TaughtClass, estimate_of


class Teacher(_library.Handle):
    """Teaches classes from pictures, and writes the classifier.

    ::

        teacher = imprint.Teacher()                     # the default model, made on first use
        teacher.learn("flowers")                        # a folder with one folder of pictures for each class
        teacher.learn(arrays, labels)                   # or NumPy pictures of any size
        print(teacher.estimate)
        teacher.save("flowers.tflite")

    The network runs once for each view of a picture. Classes can be added and taught further at any time.

    Args:
        model: A classifier, a model with the imprinting tail, or a bare embedding extractor; by default the default model.
        method: How the head is solved: ``"analytic"``, ``"imprinted"`` (Coral's layout), ``"prototypes"``, ``"softmax"`` or
            ``"fine-tuned"``.
        keep_classes: Whether to keep the model's classes.
        labels: The names of the kept classes, as for :class:`Classifier`.
        resize, arithmetic, device, threads, mean, std, cache: As for :class:`Classifier`.
        augment: ``"none"``, or the ``"five"`` or ``"thirteen"`` views of each picture that are learnt. Five are worth their
            time for up to 300 pictures.
        budget: The bytes of embeddings beyond which only sums are stored.
        embeddings: An :class:`EmbeddingSet` of the same model to start from.
        progress: As for :meth:`learn`, while the default model is made.

    Raises:
        ModelError: where the file is not a model, or has no embedding.
    """

    _free = "imprint_teacher_free"

    def __init__(
        self,
        model=None,
        *,
        method=None,
        keep_classes=False,
        labels=None,
        resize=None,
        augment=None,
        arithmetic=None,
        device=None,
        threads=None,
        mean=None,
        std=None,
        budget=None,
        cache=None,
        embeddings=None,
        progress=None,
    ):
        path = model_bytes(model, progress)
        if embeddings is None:
            use, function = contextlib.nullcontext(), "teacher_open"
        else:
            use, function = embeddings._use(), "teacher_open_from"
        with use as earlier:
            self._open(
                function,
                path,
                *([] if earlier is None else [earlier]),
                method=method,
                keep_classes=bool(keep_classes),
                labels=_library.label_text(labels),
                resize=resize,
                augment=augment,
                arithmetic=arithmetic,
                device=device,
                threads=threads,
                mean=mean,
                std=std,
                budget=budget,
                cache=cache,
            )

    def _open(self, function, path, *between, **options):
        made = ctypes.c_void_p()
        options["trial"] = _library.trial()
        with _library.Options(**options) as pointer:
            _library.call(function, path, *between, pointer, ctypes.byref(made))
        super().__init__(made.value)
        self._name = os.fsdecode(path)

    @classmethod
    def continuing(cls, model, *, labels=None, **options):
        """Opens a taught classifier to teach it further; it keeps its classes.

        Where the embeddings beside the model cover all its classes, the head is solved again from them and the new ones.

        Args:
            model: The classifier's file.
            labels: The names of the kept classes, as for :class:`Classifier`.
            options: The other options of :class:`Teacher`, but for ``keep_classes``.
        """
        teacher = cls.__new__(cls)
        teacher._open("teacher_continue", _library.path_bytes(model), labels=_library.label_text(labels), **options)
        return teacher

    def learn(self, pictures, labels=None, *, strict=False, channels=None, progress=None):
        """Learns classes from pictures. On an error, and by Ctrl-C, nothing is learnt.

        Args:
            pictures: A folder with one folder of pictures for each class, or a list file of ``path,label`` lines; a dict of
                class names and their pictures; or with ``labels`` a list of paths, of arrays or of PIL pictures, or an array
                ``[n, height, width, 1 | 3 | 4]`` of uint8.
            labels: The name of each picture's class.
            strict: Whether a file that cannot be read is an error; otherwise it is left out.
            channels: The order of an array's channels, such as ``"bgr"`` for OpenCV's; by default RGB or RGBA.
            progress: A function of the numbers done and in all, True for a bar, False for none; by default a bar where
                standard error is a terminal.

        Returns:
            The :class:`Lesson`.

        Raises:
            TeachingError: where nothing can be learnt.
            PictureError: if strict, for a file that cannot be read; for a folder without pictures.
            InvalidArgumentError: for an array that is no picture.
        """
        made = ctypes.c_void_p()
        if labels is None and _library.is_path(pictures):
            with self._use() as pointer, Meter(progress, "Learning") as meter:
                meter.call(
                    "teacher_learn_folder",
                    pointer,
                    _library.path_bytes(pictures),
                    int(bool(strict)),
                    meter.argument,
                    None,
                    ctypes.byref(made),
                )
            return _lesson(made.value)
        pictures, labels = _listed(pictures, labels)
        given = Pictures(pictures, channels)
        names = texts(labels, given.count, "label")
        strictness = [] if given.kind == "pixels" else [int(bool(strict))]
        with self._use() as pointer, Meter(progress, "Learning") as meter:
            meter.call(
                "teacher_learn_" + given.kind,
                pointer,
                given.argument,
                names,
                given.count,
                *strictness,
                meter.argument,
                None,
                ctypes.byref(made),
            )
        return _lesson(made.value)

    @property
    def labels(self):
        """The names of all classes, the kept classes first."""
        with self._use() as pointer:
            return _library.returned_json("teacher_labels", pointer)

    @property
    def estimate(self):
        """The expected accuracy on new pictures as an :class:`Estimate`; None where it cannot be computed."""
        with self._use() as pointer:
            return estimate_of(_library.returned_json("teacher_estimate", pointer))

    @property
    def suspects(self):
        """The pictures whose label looks wrong, worst first."""
        found = self.estimate
        return found.suspects if found else []

    @property
    def embeddings(self):
        """A copy of the embeddings of the taught classes, as an :class:`EmbeddingSet`."""
        made = ctypes.c_void_p()
        with self._use() as pointer:
            _library.call("teacher_embeddings", pointer, ctypes.byref(made))
        return EmbeddingSet._of(made.value)

    def save(self, path, *, embeddings=False):
        """Writes the classifier, and its label file beside it: all or none.

        Args:
            path: The file, ending in ``.tflite``.
            embeddings: Whether to write the embeddings beside it, from which :meth:`continuing` goes on.

        Returns:
            The path.

        Raises:
            TeachingError: where nothing has been learnt, or not enough.
            ImprintError: where a file cannot be written.
        """
        with self._use() as pointer:
            _library.call("teacher_save", pointer, _library.path_bytes(path), int(bool(embeddings)))
        return pathlib.Path(os.fsdecode(path))

    def model(self):
        """Returns the classifier as the bytes of its file."""
        with self._use() as pointer:
            return _library.returned_bytes("teacher_model", pointer)

    def classifier(self, **options):
        """Returns a :class:`Classifier` of what has been learnt so far; later lessons do not change it."""
        return Classifier(self.model(), **options)

    def __repr__(self):
        return f"<Teacher {self._name!r}{', closed' if self.closed else ''}>"


def _listed(pictures, labels):
    """Returns the pictures and their labels as two lists."""
    if isinstance(pictures, dict):
        if labels is not None:
            raise _errors.InvalidArgumentError("the pictures are a dict, and labels are given", "give one of them", "")
        lists = [(name, list(some)) for name, some in pictures.items()]
        return [one for _, some in lists for one in some], [name for name, some in lists for _ in some]
    if labels is None:
        raise _errors.InvalidArgumentError(
            "there are no labels", "give the name of each picture's class", "InvalidArgument"
        )
    return pictures, labels


def _lesson(pointer):
    import json

    found = json.loads(_library.taken_bytes(pointer))
    return Lesson(
        [TaughtClass(row["id"], row["label"], row["pictures"], row["isContinued"]) for row in found["classes"]],
        found["emptyClasses"],
        [_errors.PictureError(row["message"], None, row["identifier"]) for row in found["skipped"]],
        found["remarks"],
    )
