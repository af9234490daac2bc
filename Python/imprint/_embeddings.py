"""Sets of embeddings of labelled pictures, and heads solved from them."""

import ctypes
import json
import os
import pathlib

from . import _errors, _library
from ._pictures import Pictures
from ._progress import Meter

ELEMENTS = ("uint8", "int8", "float32")


class EmbeddingSet(_library.Handle):
    """The embeddings of labelled pictures, from which a head is solved.

    ::

        monday = imprint.EmbeddingSet(extractor)
        monday.add(extractor.embed_raw(frames), labels)
        both = monday + imprint.EmbeddingSet.read("tuesday.embeddings")
        imprint.Teacher(embeddings=both).save("flowers.tflite")

    Sets pickle, copy, compare, merge with ``+`` and subtract with ``-``. A picture that its class already has with the same
    name and the same embeddings is not added again. Beyond the budget a set stores only sums, which can still be merged.

    Args:
        source: An :class:`Extractor`, or the number of elements of embeddings that other software computes.
        network: For embeddings of other software, any text that identifies the network.
        element: The type of their elements: ``"float32"``, ``"uint8"`` or ``"int8"``.
        zero_point: The element that stands for 0; for floats 0.
        non_negative: Whether no real number is negative, as after a ReLU.
        views: The number of views of each picture: 1, 5 or 13.
        budget: The bytes of embeddings beyond which the set stores only sums; by default 64 MB.
    """

    _free = "imprint_embedding_set_free"

    # The errors of the pictures that a job on several machines could not read; see imprint.ray and imprint.spark.
    skipped = ()

    def __init__(
        self, source, *, network="", element="float32", zero_point=0, non_negative=False, views=1, budget=None
    ):
        made = ctypes.c_void_p()
        with _library.Options(budget=budget) as options:
            if isinstance(source, _library.Handle):
                with source._use() as pointer:
                    _library.call("embedding_set_create", pointer, options, ctypes.byref(made))
            else:
                if element not in ELEMENTS:
                    raise _invalid(f"element is {element!r}", f"it must be one of {', '.join(ELEMENTS)}")
                form = _library.EmbeddingForm(
                    _index(source, "the dimension"),
                    _index(views, "views"),
                    ELEMENTS.index(element),
                    int(zero_point),
                    1,
                    int(bool(non_negative)),
                )
                _library.call(
                    "embedding_set_create_foreign", network.encode(), ctypes.byref(form), options, ctypes.byref(made)
                )
        super().__init__(made.value)
        self._read_form()

    def _read_form(self):
        form = _library.EmbeddingForm()
        _library.call("embedding_set_form", self._pointer, ctypes.byref(form))
        self.dimension = form.dimension
        self.views = form.views
        self.element = ELEMENTS[form.element]
        self.zero_point = form.zero_point

    @classmethod
    def _of(cls, pointer):
        made = cls.__new__(cls)
        _library.Handle.__init__(made, pointer)
        made._read_form()
        return made

    @classmethod
    def read(cls, path):
        """Reads a file, ending in ``.embeddings``.

        Raises:
            EmbeddingError: for a file that is damaged or no embedding file.
        """
        made = ctypes.c_void_p()
        _library.call("embedding_set_read", _library.path_bytes(path), ctypes.byref(made))
        return cls._of(made.value)

    @classmethod
    def from_bytes(cls, data):
        """Reads the bytes of a file."""
        made = ctypes.c_void_p()
        data = bytes(data)
        _library.call("embedding_set_from_bytes", data, len(data), ctypes.byref(made))
        return cls._of(made.value)

    def write(self, path):
        """Writes the set to a file, replacing an existing one. Returns the path."""
        with self._use() as pointer:
            _library.call("embedding_set_write", pointer, _library.path_bytes(path))
        return pathlib.Path(os.fsdecode(path))

    def __bytes__(self):
        """The bytes of the set's file."""
        with self._use() as pointer:
            return _library.returned_bytes("embedding_set_bytes", pointer)

    def _describe(self):
        with self._use() as pointer:
            return _library.returned_json("embedding_set_describe", pointer)

    @property
    def classes(self):
        """The number of pictures of each class, a dict in the order in which the classes were added."""
        return {row["name"]: row["count"] for row in self._describe()["classes"]}

    @property
    def pictures(self):
        """The names of all pictures, class by class; empty beyond the budget."""
        return [name for row in self._describe()["classes"] for name in row["pictures"]]

    @property
    def labels(self):
        """The class of each picture, in the order of :attr:`pictures`."""
        return [row["name"] for row in self._describe()["classes"] for _ in row["pictures"]]

    @property
    def has_embeddings(self):
        """Whether the set stores the embeddings, and not only their sums."""
        return self._describe()["hasEmbeddings"]

    def __len__(self):
        """The number of pictures."""
        return sum(self.classes.values())

    def add(self, embeddings, labels, pictures=None):
        """Adds pictures: all, or on an error none.

        Args:
            embeddings: An array of :attr:`element`, ``[n, d]`` or ``[n, views, d]``, as :meth:`Extractor.embed_raw` returns.
            labels: The name of each picture's class.
            pictures: The name of each picture; by default its number in the set, from 1.
        """
        import numpy

        array = numpy.asarray(embeddings)
        if array.dtype.name != self.element:
            raise _invalid(
                f"the embeddings are an array of {array.dtype.name}, and the set's of {self.element}",
                "use embed_raw of the extractor" if self.element != "float32" else "use .astype('float32')",
            )
        count = array.shape[0] if array.ndim else 0
        if array.shape not in ((count, self.views, self.dimension),) + (
            ((count, self.dimension),) if self.views == 1 else ()
        ):
            raise _invalid(
                f"the embeddings are an array of the shape {list(array.shape)}",
                f"it must be [n, {self.dimension}]"
                if self.views == 1
                else f"it must be [n, {self.views}, {self.dimension}]",
            )
        array = numpy.ascontiguousarray(array)
        names = texts(labels, count, "label")
        if pictures is None:
            start = len(self)
            pictures = [str(start + number) for number in range(1, count + 1)]
        own = texts(pictures, count, "picture name")
        with self._use() as pointer:
            _library.call("embedding_set_add", pointer, array.ctypes.data, names, own, count)

    def embed(self, extractor, pictures, labels, names=None, *, channels=None, progress=None):
        """Embeds pictures, and adds those that can be read with the digests of their contents, as ``imprint embed`` does. A
        picture that its class already has, under whatever name, is not added again.

        Args:
            extractor: The :class:`Extractor` of the set.
            pictures, channels, progress: As for :meth:`Classifier.classify`.
            labels: The name of each picture's class.
            names: The name of each picture; by default its path, or its number in the list, from 1.

        Returns:
            A dict of the errors of the pictures that cannot be read, by their indices.
        """
        given = Pictures(pictures, channels)
        if not given.count:
            return {}
        made = ctypes.c_void_p()
        classes = texts(labels, given.count, "label")
        own = None if names is None else texts(names, given.count, "picture name")
        with self._use() as pointer, extractor._use() as network, Meter(progress, "Embedding") as meter:
            meter.call(
                "embedding_set_embed_" + given.kind,
                pointer,
                network,
                given.argument,
                classes,
                own,
                given.count,
                meter.argument,
                None,
                ctypes.byref(made),
            )
        report = json.loads(_library.taken_bytes(made.value))
        return {
            row["index"]: _errors.PictureError(row["message"], None, row["identifier"]) for row in report["skipped"]
        }

    @property
    def embeddings(self):
        """All embeddings in the order of :attr:`pictures`, an array of :attr:`element`: ``[n, d]``, or with several views
        ``[n, views, d]``.

        Raises:
            EmbeddingError: beyond the budget.
        """
        import numpy

        with self._use() as pointer:
            copy = ctypes.c_void_p()
            _library.call("embedding_set_copy", pointer, ctypes.byref(copy))
        # A copy, which no other thread changes between counting and reading.
        with EmbeddingSet._of(copy.value) as still, still._use() as pointer:
            array = numpy.empty((len(still), self.views, self.dimension), self.element)
            _library.call("embedding_set_embeddings", pointer, array.ctypes.data)
        return array[:, 0] if self.views == 1 else array

    def merge(self, other):
        """Adds the pictures of another set of the same network and resize."""
        if not isinstance(other, EmbeddingSet):
            raise _invalid(f"a {type(other).__name__} is no EmbeddingSet")
        with self._use() as pointer, other._use() as theirs:
            _library.call("embedding_set_merge", pointer, theirs)

    def subtract(self, other):
        """Removes the pictures of another set, all of which must be in this one."""
        if not isinstance(other, EmbeddingSet):
            raise _invalid(f"a {type(other).__name__} is no EmbeddingSet")
        with self._use() as pointer, other._use() as theirs:
            _library.call("embedding_set_subtract", pointer, theirs)

    def remove(self, label, picture=None):
        """Removes a picture of a class, or the whole class."""
        with self._use() as pointer:
            _library.call(
                "embedding_set_remove", pointer, str(label).encode(), None if picture is None else str(picture).encode()
            )

    def rename(self, label, name):
        """Renames a class."""
        with self._use() as pointer:
            _library.call("embedding_set_rename", pointer, str(label).encode(), str(name).encode())

    def copy(self):
        """Returns a copy."""
        made = ctypes.c_void_p()
        with self._use() as pointer:
            _library.call("embedding_set_copy", pointer, ctypes.byref(made))
        return EmbeddingSet._of(made.value)

    def sorted(self, *, budget=None):
        """Returns the set that ``imprint embed`` makes of the same pictures, in whatever order and parts they were added: its
        classes and pictures are sorted by name.

        Args:
            budget: The bytes of embeddings beyond which the set stores only sums; by default 64 MB.
        """
        made = ctypes.c_void_p()
        with _library.Options(budget=budget) as options, self._use() as pointer:
            _library.call("embedding_set_sorted", pointer, options, ctypes.byref(made))
        return EmbeddingSet._of(made.value)

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, _memory):
        return self.copy()

    def __reduce__(self):
        return (EmbeddingSet.from_bytes, (bytes(self),))

    def __add__(self, other):
        if not isinstance(other, EmbeddingSet):
            return NotImplemented
        both = self.copy()
        both.merge(other)
        return both

    def __radd__(self, other):
        # So that sum() merges sets.
        return self.copy() if other == 0 else NotImplemented

    def __iadd__(self, other):
        self.merge(other)
        return self

    def __sub__(self, other):
        if not isinstance(other, EmbeddingSet):
            return NotImplemented
        rest = self.copy()
        rest.subtract(other)
        return rest

    def __eq__(self, other):
        if not isinstance(other, EmbeddingSet):
            return NotImplemented
        return bytes(self) == bytes(other)

    __hash__ = None

    def __repr__(self):
        if self.closed:
            return "<EmbeddingSet, closed>"
        classes = self.classes
        return f"<EmbeddingSet of {len(classes)} classes, {sum(classes.values())} pictures>"


class Head(_library.Handle):
    """The last layer of a classifier, solved from an :class:`EmbeddingSet` without a model.

    Args:
        embeddings: The set.
        method: As for :class:`Teacher`.
    """

    _free = "imprint_head_free"

    def __init__(self, embeddings, *, method=None):
        made = ctypes.c_void_p()
        with _library.Options(method=method) as options, embeddings._use() as pointer:
            _library.call("head_solve", pointer, options, ctypes.byref(made))
        super().__init__(made.value)
        self.classes = list(embeddings.classes)
        self.dimension = embeddings.dimension

    def logits(self, embeddings):
        """Returns the logits of embeddings; a softmax of them gives probabilities.

        Args:
            embeddings: An array ``[n, d]`` of real numbers, as :meth:`Extractor.embed` returns.

        Returns:
            An array of float32 ``[n, classes]``.
        """
        import numpy

        array = numpy.ascontiguousarray(embeddings, numpy.float32)
        if array.ndim != 2 or array.shape[1] != self.dimension:
            raise _invalid(f"the shape of the embeddings is {list(array.shape)}", f"it must be [n, {self.dimension}]")
        logits = numpy.zeros((array.shape[0], len(self.classes)), numpy.float32)
        with self._use() as pointer:
            _library.call("head_logits", pointer, array.ctypes.data, array.shape[0], logits.ctypes.data)
        return logits

    @property
    def estimate(self):
        """The expected accuracy on new pictures as an :class:`Estimate`; None where it cannot be computed."""
        from ._records import estimate_of

        with self._use() as pointer:
            return estimate_of(_library.returned_json("head_estimate", pointer))


def _invalid(message, remedy=None):
    return _errors.InvalidArgumentError(message, remedy, "InvalidArgument")


def _index(value, name):
    try:
        number = value.__index__()
    except AttributeError:
        raise _invalid(f"{name} is {value!r}", "it must be a whole number") from None
    if not 0 <= number < 1 << 31:
        raise _invalid(f"{name} is {value!r}")
    return number


def texts(values, count, name):
    """Returns names as an array of text for C."""
    if isinstance(values, (str, bytes)):
        raise _invalid(f"the {name}s are one text", f"give a list, one {name} for each picture")
    names = []
    for value in values:
        text = str(value)
        try:
            data = text.encode()
        except UnicodeEncodeError:
            raise _invalid(f"the {name} {text!r} is no text") from None
        if b"\0" in data:
            raise _invalid(f"the {name} {text!r} holds a NUL")
        names.append(data)
    if len(names) != count:
        raise _invalid(f"there are {count} pictures and {len(names)} {name}s", f"give one {name} for each picture")
    return _library.string_array(names)
