"""pycoral.learn."""

import contextlib
import ctypes
import os

import numpy

import imprint

from .. import _library

# What Coral's library says, where scripts and tests look for its words.
_WORDS = {
    "SurgeryError.noImprintingTail": "Unsupported model architecture. Input model must have an L2Norm layer.",
    "ImprintingError.classIDOutOfOrder": "The class index of a new category is too large!",
    "ImprintingError.baseClass": "Cannot change the base model classes not trained with imprinting method!",
}


@contextlib.contextmanager
def in_corals_words(kind, untrained):
    """Raises Coral's exceptions in place of Imprint's.

    Args:
        kind: The type of an exception for a wrong argument.
        untrained: The words for a model without classes.
    """
    try:
        yield
    except imprint.ImprintError as error:
        if error.identifier == "ImprintingError.nothingLearnt":
            raise RuntimeError(untrained) from error
        raise kind(_WORDS.get(error.identifier, str(error))) from error


def open_engine(model_path, keep_classes, kind):
    """Opens the engine of a model."""
    if not os.path.isfile(model_path):
        raise kind(f"Failed to open file: {model_path}")
    with in_corals_words(kind, ""):
        return imprint.ImprintingEngine(model_path, keep_classes=keep_classes)


class ImprintingEngine:
    """pycoral's engine: teaches a model classes by weight imprinting, from embeddings."""

    _UNTRAINED = "Model is not trained."

    def __init__(self, model_path, keep_classes=False):
        self._engine = open_engine(model_path, keep_classes, ValueError)

    @property
    def embedding_dim(self):
        """The number of elements of an embedding."""
        return self._engine.dimension

    @property
    def num_classes(self):
        """The number of classes."""
        return self._engine.class_count

    def serialize_extractor_model(self):
        """Returns the model up to the embedding as the bytes of a file."""
        return self._engine.extractor()

    def serialize_model(self):
        """Returns the model with all classes as the bytes of a file."""
        with in_corals_words(RuntimeError, self._UNTRAINED):
            return self._engine.model()

    def train(self, embedding, class_id):
        """Trains a class with one embedding."""
        with in_corals_words(ValueError, self._UNTRAINED):
            self._engine.train_embedding(embedding, class_id)


class SoftmaxRegression:
    """pycoral's last layer, trained by stochastic gradient descent. It draws its seed from ``numpy.random``."""

    def __init__(self, feature_dim=None, num_classes=None, weight_scale=0.01, reg=0.0):
        self._regression = imprint.SoftmaxRegression(
            feature_dim,
            num_classes,
            weight_scale=weight_scale,
            regularization=reg,
            seed=int(numpy.random.randint(1 << 31)),
        )
        self._is_trained = False

    def serialize_model(self, in_model_path):
        """Returns an extractor's file followed by this layer and a softmax, as the bytes of a file."""
        if not os.path.isfile(in_model_path):
            raise ValueError(f"Failed to open file: {in_model_path}")
        with in_corals_words(ValueError, ""):
            if self._is_trained:
                return self._regression.model(in_model_path)
            # Nobody knows the range of the logits yet: the first weights are small.
            return append_softmax(in_model_path, self._regression.weights, self._regression.biases, -1, 1)

    def get_accuracy(self, mat_x, labels):
        """Returns the share of embeddings whose best class is their label."""
        return float(numpy.mean(self._regression.scores(mat_x).argmax(axis=1) == numpy.asarray(labels)))

    def train_with_sgd(self, data, num_iter, learning_rate, batch_size=100, print_every=100):
        """Trains with ``data_train`` and ``labels_train``, and prints the accuracy on ``data_val`` and ``labels_val``."""
        validation = (data["data_val"], data["labels_val"]) if len(data["data_val"]) else None

        def report(_iteration, loss, accuracy, validation_accuracy):
            print(f"Loss {loss:.2f}, train acc {accuracy:.2%}, val acc {validation_accuracy:.2%}")

        self._regression.train(
            data["data_train"],
            data["labels_train"],
            iterations=num_iter,
            learning_rate=learning_rate,
            batch_size=batch_size,
            validation=validation,
            report_every=print_every,
            report=report if print_every > 0 else None,
        )
        self._is_trained = True


def append_softmax(in_model_path, weights, biases, least, greatest):
    """Returns an extractor's file followed by a fully connected layer and a softmax, as the bytes of a file."""
    weights = numpy.ascontiguousarray(weights, numpy.float32).ravel()
    biases = numpy.ascontiguousarray(biases, numpy.float32).ravel()
    made = ctypes.c_void_p()
    _library.call(
        "append_softmax",
        _library.path_bytes(in_model_path),
        weights.ctypes.data,
        weights.size,
        biases.ctypes.data,
        biases.size,
        float(least),
        float(greatest),
        ctypes.byref(made),
    )
    return _library.taken_bytes(made.value)


def append_fully_connected_and_softmax_layer_to_model(
    in_model_path, out_model_path, weights, biases, fc_output_min, fc_output_max
):
    """Writes an extractor followed by a fully connected layer and a softmax: edgetpu's function.

    Args:
        in_model_path: The extractor.
        out_model_path: The file to write.
        weights: ``[classes, d]``, one row after the other.
        biases: ``[classes]``.
        fc_output_min, fc_output_max: The range of the layer's output.
    """
    if not os.path.isfile(in_model_path):
        raise RuntimeError(f"Failed to open file: {in_model_path}")
    with in_corals_words(RuntimeError, ""):
        data = append_softmax(in_model_path, weights, biases, fc_output_min, fc_output_max)
    with open(out_model_path, "wb") as file:
        file.write(data)
