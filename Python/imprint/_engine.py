"""Coral's ImprintingEngine and SoftmaxRegression, by their own names of things; see imprint.coral for Coral's."""

import ctypes
import os
import pathlib

from . import _errors, _library
from ._classifier import _answers, _count


class ImprintingEngine(_library.Handle):
    """Teaches a model new classes by weight imprinting, with the behaviour and the file layout of Coral's engine.

    A class's row of the last layer is the direction of the sum of its embeddings. The arithmetic is exact: training in
    several calls gives the same file as training at once.

    Args:
        model: A model with the imprinting tail, or a bare embedding extractor.
        keep_classes: Whether to keep the model's classes.
        labels: The names of the kept classes, as for :class:`Classifier`.
        device, threads, mean, std, cache: As for :class:`Classifier`.
    """

    _free = "imprint_engine_free"

    def __init__(
        self, model, *, keep_classes=False, labels=None, device=None, threads=None, mean=None, std=None, cache=None
    ):
        made = ctypes.c_void_p()
        options = _library.Options(
            keep_classes=bool(keep_classes),
            labels=_library.label_text(labels),
            device=device,
            threads=threads,
            mean=mean,
            std=std,
            cache=cache,
            trial=_library.trial(),
        )
        with options as pointer:
            _library.call("engine_open", _library.path_bytes(model), pointer, ctypes.byref(made))
        super().__init__(made.value)

    @property
    def class_count(self):
        """The number of classes."""
        with self._use() as pointer:
            return _library.library().imprint_engine_class_count(pointer)

    @property
    def dimension(self):
        """The number of elements of an embedding."""
        with self._use() as pointer:
            return _library.library().imprint_engine_dimension(pointer)

    @property
    def input_size(self):
        """The width and height of the model's input in pixels."""
        width, height = ctypes.c_int32(), ctypes.c_int32()
        with self._use() as pointer:
            _library.library().imprint_engine_input(pointer, ctypes.byref(width), ctypes.byref(height))
        return width.value, height.value

    def _pictures(self, pictures):
        import numpy

        array = numpy.asarray(pictures)
        width, height = self.input_size
        if array.dtype.name != "uint8":
            raise _invalid(f"the pictures are an array of {array.dtype.name}", "give bytes, uint8")
        if array.size == 0 or array.size % (width * height * 3):
            raise _invalid(
                f"the pictures are an array of the shape {list(array.shape)}", f"it must be [n, {height}, {width}, 3]"
            )
        return numpy.ascontiguousarray(array).reshape(-1, height, width, 3)

    def train(self, pictures, class_id):
        """Trains a class with pictures that have the size of the input.

        Args:
            pictures: An array of uint8 ``[n, height, width, 3]``.
            class_id: The id of an imprinted class, or the next free one, which creates a class.
        """
        array = self._pictures(pictures)
        with self._use() as pointer:
            _library.call("engine_train", pointer, array.ctypes.data, array.shape[0], _id(class_id))

    def train_embedding(self, embedding, class_id):
        """Trains a class with one embedding of real numbers, ``[d]``."""
        import numpy

        array = numpy.ascontiguousarray(embedding, numpy.float32).ravel()
        with self._use() as pointer:
            _library.call("engine_train_embedding", pointer, array.ctypes.data, array.size, _id(class_id))

    def embed(self, pictures):
        """Returns the embeddings of pictures that have the size of the input, an array of float32 ``[n, d]``."""
        import numpy

        array = self._pictures(pictures)
        embeddings = numpy.empty((array.shape[0], self.dimension), numpy.float32)
        with self._use() as pointer:
            _library.call("engine_embed", pointer, array.ctypes.data, array.shape[0], embeddings.ctypes.data)
        return embeddings

    def name(self, class_id, name):
        """Names a class."""
        with self._use() as pointer:
            _library.call("engine_name", pointer, _id(class_id), str(name).encode())

    def classify_tensor(self, tensor, *, top_k=3, threshold=0.0):
        """Returns the :class:`Answer` for an input tensor, an array of the bytes of the model's input."""
        import numpy

        data = numpy.ascontiguousarray(tensor)
        made = ctypes.c_void_p()
        with self._use() as pointer:
            _library.call(
                "engine_classify_tensor",
                pointer,
                data.ctypes.data,
                data.nbytes,
                float(threshold),
                _count(top_k, "top_k"),
                ctypes.byref(made),
            )
        return _answers(made.value)[0]

    def model(self):
        """Returns the model with all classes as the bytes of its file."""
        with self._use() as pointer:
            return _library.returned_bytes("engine_model", pointer)

    def extractor(self):
        """Returns the part of the model up to the embedding as the bytes of a file."""
        with self._use() as pointer:
            return _library.returned_bytes("engine_extractor", pointer)

    def save(self, path):
        """Writes the model with all classes. Returns the path."""
        with self._use() as pointer:
            _library.call("engine_save", pointer, _library.path_bytes(path))
        return pathlib.Path(os.fsdecode(path))


class SoftmaxRegression(_library.Handle):
    """A fully connected layer and a softmax on embeddings, trained by stochastic gradient descent as PyCoral's is.

    Args:
        dimension: The number of elements of an embedding.
        class_count: The number of classes.
        weight_scale: The standard deviation of the first weights.
        regularization: The strength r of the regularisation r / 2 ‖W‖².
        seed: The seed of the weights and of the batches.
    """

    _free = "imprint_regression_free"

    def __init__(self, dimension, class_count, *, weight_scale=0.01, regularization=0.0, seed=0):
        made = ctypes.c_void_p()
        _library.call(
            "regression_create",
            _id(dimension),
            _id(class_count),
            float(weight_scale),
            float(regularization),
            _id(seed),
            ctypes.byref(made),
        )
        super().__init__(made.value)
        self.dimension, self.class_count = int(dimension), int(class_count)

    def _examples(self, embeddings, labels):
        import numpy

        array = numpy.ascontiguousarray(embeddings, numpy.float32)
        if array.ndim != 2 or array.shape[1] != self.dimension:
            raise _invalid(f"the shape of the embeddings is {list(array.shape)}", f"it must be [n, {self.dimension}]")
        numbers = numpy.asarray(labels)
        if numbers.ndim != 1 or numbers.size != array.shape[0] or numbers.size and numbers.dtype.kind not in "iu":
            raise _invalid("the labels do not suit the embeddings", "give the number of each embedding's class")
        if numbers.size and not (0 <= int(numbers.min()) and int(numbers.max()) < self.class_count):
            raise _invalid("a label is no class", f"labels are from 0 to {self.class_count - 1}")
        return array, numpy.ascontiguousarray(numbers, numpy.int32)

    def train(
        self,
        embeddings,
        labels,
        *,
        iterations,
        learning_rate,
        batch_size=100,
        validation=None,
        report_every=100,
        report=None,
    ):
        """Trains by stochastic gradient descent; a second call goes on.

        Args:
            embeddings: An array of real numbers ``[n, d]``.
            labels: The number of each embedding's class.
            iterations, learning_rate, batch_size: The number of steps, their length, and the number of examples of each.
            validation: Embeddings and labels whose accuracy is reported.
            report_every: The number of iterations between two reports.
            report: A function of an iteration's number, loss, training accuracy and validation accuracy (NaN without
                validation). If it raises an exception, training stops, and the layer is unchanged.
        """
        x, y = self._examples(embeddings, labels)
        v, w = (None, None) if validation is None else self._examples(*validation)
        raised = []

        def step(_context, iteration, loss, accuracy, validation_accuracy):
            try:
                if report is not None:
                    report(iteration, loss, accuracy, validation_accuracy)
                return 0
            except BaseException as error:  # Nothing can pass through the library.
                raised.append(error)
                return 1

        with self._use() as pointer:
            try:
                _library.call(
                    "regression_train",
                    pointer,
                    x.ctypes.data,
                    y.ctypes.data,
                    x.shape[0],
                    None if v is None else v.ctypes.data,
                    None if w is None else w.ctypes.data,
                    0 if v is None else v.shape[0],
                    _id(iterations),
                    float(learning_rate),
                    _id(batch_size),
                    _id(report_every),
                    _library.Report(step),
                    None,
                )
            except _errors.CancelledError:
                raise raised[0] from None

    def scores(self, embeddings):
        """Returns the probabilities of embeddings ``[n, d]``, an array of float32 ``[n, classes]``."""
        import numpy

        x, _ = self._examples(embeddings, numpy.zeros(len(embeddings), int))
        scores = numpy.zeros((x.shape[0], self.class_count), numpy.float32)
        with self._use() as pointer:
            _library.call("regression_scores", pointer, x.ctypes.data, x.shape[0], scores.ctypes.data)
        return scores

    def _parameters(self):
        import numpy

        weights = numpy.empty((self.class_count, self.dimension), numpy.float32)
        biases = numpy.empty(self.class_count, numpy.float32)
        with self._use() as pointer:
            _library.call("regression_parameters", pointer, weights.ctypes.data, biases.ctypes.data)
        return weights, biases

    @property
    def weights(self):
        """The weights, an array of float32 ``[classes, d]``."""
        return self._parameters()[0]

    @property
    def biases(self):
        """The biases, an array of float32 ``[classes]``."""
        return self._parameters()[1]

    def model(self, extractor):
        """Returns an extractor's file followed by the trained layer and a softmax, as the bytes of a file."""
        with self._use() as pointer:
            return _library.returned_bytes("regression_model", pointer, _library.path_bytes(extractor))


def _id(value):
    try:
        number = value.__index__()
    except AttributeError:
        raise _invalid(f"{value!r} is no whole number") from None
    if not 0 <= number < 1 << 63:
        raise _invalid(f"{number} is out of range")
    return number


def _invalid(message, remedy=None):
    return _errors.InvalidArgumentError(message, remedy, "InvalidArgument")
