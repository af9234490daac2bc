"""Teachers, which learn classes from pictures."""

import ctypes
import os
import pathlib
from typing import List, NamedTuple

from . import _errors, _library
from ._classifier import Classifier
from ._default_model import model_bytes
from ._pictures import Pictures
from ._progress import Meter


class TaughtClass(NamedTuple):
    """A class that was taught.

    Attributes:
        id: Its id in the model.
        label: Its name.
        pictures: The number of its pictures in this lesson.
        is_continued: Whether it was already taught before.
    """

    id: int
    label: str
    pictures: int
    is_continued: bool


class Lesson(NamedTuple):
    """What was learnt.

    Attributes:
        classes: The classes, in the order in which they were taught.
        empty_classes: The names of classes without a picture that can be read.
        skipped: The errors of pictures that could not be read.
        remarks: What was passed over in the folder.
    """

    classes: List[TaughtClass]
    empty_classes: List[str]
    skipped: List[_errors.PictureError]
    remarks: List[str]

    @property
    def pictures(self):
        """The number of pictures."""
        return sum(known.pictures for known in self.classes)


class Suspect(NamedTuple):
    """A picture whose label looks wrong.

    Attributes:
        picture: Its path; the number of a picture in memory, from 1.
        label: Its given class.
        looks_like: The class that it looks like.
        surprise: −log of the probability of its label.
    """

    picture: str
    label: str
    looks_like: str
    surprise: float


class Confusion(NamedTuple):
    """A class and the wrong class that was predicted for some of its pictures."""

    label: str
    taken_for: str
    count: int


class Estimate(NamedTuple):
    """The expected accuracy on new pictures, from leaving out each picture in turn.

    Attributes:
        accuracy: The balanced accuracy: the mean of the classes' recalls.
        lower, upper: The 95 % confidence interval.
        pictures: The number of pictures that were left out, one after the other.
        singles: The names of the classes with only one picture, which cannot be left out.
        confusions: The confusions to expect, the most frequent first.
        suspects: The pictures whose label looks wrong, worst first.
    """

    accuracy: float
    lower: float
    upper: float
    pictures: int
    singles: List[str]
    confusions: List[Confusion]
    suspects: List[Suspect]

    def __str__(self):
        return f"{self.accuracy:.2f} (95 % interval {self.lower:.2f}–{self.upper:.2f}), leave-one-out"


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
        progress=None,
    ):
        path = model_bytes(model, progress)
        self._open(
            "teacher_open",
            path,
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

    def _open(self, function, path, **options):
        made = ctypes.c_void_p()
        with _library.Options(**options) as pointer:
            _library.call(function, path, pointer, ctypes.byref(made))
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
        teacher._open(
            "teacher_continue", _library.path_bytes(model), labels=_library.label_text(labels), **options
        )
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
        names = _names(labels, given.count)
        strictness = [int(bool(strict))] if given.are_files else []
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
            found = _library.returned_json("teacher_estimate", pointer)
        if found is None:
            return None
        return Estimate(
            found["accuracy"],
            found["lower"],
            found["upper"],
            found["pictures"],
            found["singles"],
            [Confusion(row["label"], row["takenFor"], row["count"]) for row in found["confusions"]],
            [
                Suspect(row["picture"], row["label"], row["looksLike"], float(row["surprise"]))
                for row in found["suspects"]
            ],
        )

    @property
    def suspects(self):
        """The pictures whose label looks wrong, worst first."""
        found = self.estimate
        return found.suspects if found else []

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
        raise _errors.InvalidArgumentError("there are no labels", "give the name of each picture's class", "InvalidArgument")
    return pictures, labels


def _names(labels, count):
    """Returns labels as an array of text for C."""
    if isinstance(labels, (str, bytes)):
        raise _errors.InvalidArgumentError("labels is a text", "give a list, one label for each picture", "InvalidArgument")
    names = []
    for label in labels:
        text = str(label)
        if "\0" in text:
            raise _errors.InvalidArgumentError(f"the label {text!r} holds a NUL", None, "InvalidArgument")
        try:
            names.append(text.encode())
        except UnicodeEncodeError:
            raise _errors.InvalidArgumentError(f"the label {text!r} is no text", None, "InvalidArgument") from None
    if len(names) != count:
        raise _errors.InvalidArgumentError(
            f"there are {count} pictures and {len(names)} labels", "give one label for each picture", "InvalidArgument"
        )
    return _library.string_array(names)


def _lesson(pointer):
    import json

    found = json.loads(_library.taken_bytes(pointer))
    return Lesson(
        [TaughtClass(row["id"], row["label"], row["pictures"], row["isContinued"]) for row in found["classes"]],
        found["emptyClasses"],
        [_errors.PictureError(row["message"], None, row["identifier"]) for row in found["skipped"]],
        found["remarks"],
    )
